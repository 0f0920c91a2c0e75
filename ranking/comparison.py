"""Against what was done: plans and the retailer's own launches, valued by one model of the held-out outcomes.

What a product sold in its first four weeks is known where it was launched, at week w' with the placements it had then.
Elsewhere, in slot (week w, placement p), it is taken to sell

    units[i](w, p) = sold[i] * reach(lift_p) / reach(lift'_i) * level[g, w] / level[g, w']
    reach(lift)    = 1 + first_week_share (lift - 1)

The lifts, the share of the first week and the levels (what established products of the category group sold over the
four weeks from w, drawn toward the whole shop's; of fewer weeks where the data end) are all estimated on the held-out
weeks, which no plan has seen. The retailer's launches are worth what they sold. Totals are compared per resample of
products and draw of lifts.

What this cannot prove is told with the result, see `LIMITS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ranking.backtest import BacktestHistory
from ranking.errors import NotEnoughData
from ranking.features import rhythm_group
from ranking.lift import PlacementLift, estimate_lifts
from ranking.plan import Plan
from ranking.plan_peers import NOWHERE, choice_of, greedy_choice
from ranking.problem import PlanningProblem
from ranking.shrinkage import INTERVAL_LEVEL
from retrieval.report import DataReport
from retrieval.settling import OUTCOME_DAYS

LIMITS = (
    "No product was launched twice, so what it would have sold in another slot is a model's value, not an outcome. "
    "Lifts and weekly levels are associations: the retailer may have chosen a week or a placement because it suited "
    "the product. When each product could first be delivered is not known, so a plan may launch one before that, and "
    "without ready dates launching as soon as ready is launching in the order of ids. The "
    "retailer launched all of these products and more beside them; fatigue, stock and substitution between them are "
    "in what was sold, and are not undone for the plan. One shop and one season: the result need not hold in others."
)
_RESAMPLES = 1000
_LEVEL_PRIOR = 200.0  # units per four weeks at which a group's own level counts as much as the shop's
_MIN_PRODUCTS = 10


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Held-out outcomes of candidates, (n_products,) each, and what moves them to other slots.

    sold: units of the first four weeks; week: number of the launch week; group: number of the category group.
    shares: (n_products, n_placements) of the audience in the launch week, of placements with a lift.
    lifts: (n_placements,); first_week_share; level: (n_groups, n_weeks), around 1.
    """

    product_ids: tuple[str, ...]
    sold: np.ndarray
    week: np.ndarray
    group: np.ndarray
    shares: np.ndarray
    lifts: tuple[PlacementLift, ...]
    first_week_share: float
    level: np.ndarray

    def ratios(self, choice: np.ndarray, problem: PlanningProblem, lift_ratio: np.ndarray) -> np.ndarray:
        """Return units of each product in its chosen slot over those sold, (n_products,); 0 where it is left out.

        Args:
            lift_ratio: (n_placements,) ratio of each placement at its mean share.
        """
        names = [lift.placement for lift in self.lifts]
        per_share = (lift_ratio - 1) / np.array([lift.share for lift in self.lifts])
        there = dict(zip(names, lift_ratio.tolist(), strict=True))
        slot_lift = np.array([there.get(slot.placement, 1.0) for slot in problem.slots])
        week_of = np.array([(slot.week - problem.weeks[0]).days // 7 for slot in problem.slots])
        done = self._reach(np.maximum(1 + self.shares @ per_share, 0.0)) * self.level[self.group, self.week]
        planned = self._reach(slot_lift)[choice] * self.level[self.group, week_of[choice]]
        return np.where(choice == NOWHERE, 0.0, planned / done)

    def _reach(self, lift: np.ndarray) -> np.ndarray:
        return 1 + self.first_week_share * (lift - 1)


@dataclass(frozen=True)
class HeldoutHistory:
    """The held-out weeks as a history of their own, for the estimates that value plans."""

    history: BacktestHistory

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Run one SELECT in which events and placements are the held-out ones."""
        body = sql.strip()
        rest = f", {body[4:]}" if body.upper().startswith("WITH") else body
        return self.history.heldout(f"{_HELDOUT_TABLES} {rest}", params)

    def has(self, table: str) -> bool:
        return self.history.has(table)

    def report(self) -> DataReport:
        return self.history.report()


def known_candidates(problem: PlanningProblem, history: BacktestHistory) -> PlanningProblem:
    """Return the problem over the candidates whose held-out outcome is known, the only ones that can be valued.

    Raises:
        NotEnoughData: fewer than 10 of them.
    """
    launched = _launched(history)
    first = pd.Timestamp(problem.weeks[0]) if problem.weeks else pd.Timestamp.max  # before it nothing could be planned
    known = set(launched["product_id"][pd.to_datetime(launched["launch_week"]) >= first])
    rows = [i for i, product_id in enumerate(problem.product_ids) if product_id in known]
    if len(rows) < _MIN_PRODUCTS:
        raise NotEnoughData(
            f"Only {len(rows)} candidates have four complete weeks of sales after as_of; a comparison needs "
            f"{_MIN_PRODUCTS}. Build the workspace with an earlier --as-of."
        )
    return problem.only(rows)


def compare_with_done(problem: PlanningProblem, plan: Plan, history: BacktestHistory) -> dict[str, Any]:
    """Compare a plan, launching as soon as ready, and greedy by forecast with what the retailer did.

    Args:
        problem: as of `known_candidates`; plan: of that problem.
    Returns:
        policies: plan, greedy, as_soon_as_ready -> launches; units; done_units, what the same products sold as the
        retailer launched them; moved, the ratio of the two less 1, with its interval. plan_over: policy -> plan's units
        over the policy's, less 1, with its interval; retailer_average: what as many average launches of the retailer
        sold. n_products, first_week_share, lifts, limits.
    """
    outcomes = read_outcomes(problem, history)
    peers = {"greedy": greedy_choice(problem), "as_soon_as_ready": as_soon_as_ready(problem)}
    choices = {"plan": choice_of(plan, problem), **peers}
    middle = np.array([lift.lift_ratio for lift in outcomes.lifts])
    units = {name: outcomes.sold * outcomes.ratios(choice, problem, middle) for name, choice in choices.items()}
    draws = _resampled(outcomes, problem, choices)
    n_planned = int((choices["plan"] != NOWHERE).sum())
    return {
        "policies": {name: _policy(units[name], choices[name], outcomes, draws[name]) for name in choices},
        "plan_over": {
            **{name: _over(units["plan"].sum(), units[name].sum(), draws["plan"][0], draws[name][0]) for name in peers},
            "retailer_average": _over(
                units["plan"].sum(), n_planned * outcomes.sold.mean(), draws["plan"][0], n_planned * draws["mean"][0]
            ),
        },
        "n_products": len(outcomes.sold),
        "first_week_share": round(outcomes.first_week_share, 3),
        "lifts": {lift.placement: round(lift.lift_ratio, 3) for lift in outcomes.lifts},
        "limits": LIMITS,
    }


def as_soon_as_ready(problem: PlanningProblem) -> np.ndarray:
    """Launch in the order of ready dates, then of ids, whatever the forecast, into the first slots with room."""
    order = sorted(range(problem.n_candidates), key=lambda i: (str(problem.ready[i] or ""), problem.product_ids[i]))
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order), 0, -1)
    return greedy_choice(replace(problem, values=np.repeat(rank[:, None], problem.n_slots, axis=1)))


def read_outcomes(problem: PlanningProblem, history: BacktestHistory) -> Outcomes:
    """Return the held-out outcomes of the problem's candidates, and the estimates from held-out weeks."""
    launched = _launched(history).set_index("product_id").loc[list(problem.product_ids)]
    lifts = estimate_lifts(HeldoutHistory(history))
    groups = sorted(set(problem.groups))
    first = problem.weeks[0]
    weeks = [(day.date() - first).days // 7 for day in pd.to_datetime(launched["launch_week"])]
    sold = launched["sold"].to_numpy(dtype=float)
    return Outcomes(
        product_ids=problem.product_ids,
        sold=sold,
        week=np.array(weeks, dtype=np.int64),
        group=np.array([groups.index(group) for group in problem.groups], dtype=np.int64),
        shares=_shares(history, problem.product_ids, lifts),
        lifts=lifts,
        first_week_share=float(launched["first_week"].sum() / max(sold.sum(), 1.0)),
        level=_levels(history, groups, first, max((problem.weeks[-1] - first).days // 7 + 1, max(weeks) + 1)),
    )


def _launched(history: BacktestHistory) -> pd.DataFrame:
    return history.heldout(_LAUNCHED)


def _shares(history: BacktestHistory, product_ids: Sequence[str], lifts: Sequence[PlacementLift]) -> np.ndarray:
    """(n_products, n_placements) shares in the launch week."""
    shares = np.zeros((len(product_ids), len(lifts)))
    row = {product_id: i for i, product_id in enumerate(product_ids)}
    column = {lift.placement: k for k, lift in enumerate(lifts)}
    shown = history.heldout(_SHOWN) if history.has("placements") else pd.DataFrame(columns=["product_id"])
    for product_id, placement, share in shown.itertuples(index=False):
        if product_id in row and placement in column:
            shares[row[product_id], column[placement]] = share
    return shares


def _levels(history: BacktestHistory, groups: Sequence[str], first: date, n_weeks: int) -> np.ndarray:
    """(n_groups, n_weeks) units of established products per week of the four from each week on, over their mean."""
    sold = history.heldout(_ESTABLISHED, [first])
    weekly = np.zeros((len(groups), n_weeks))
    total = np.zeros(n_weeks)
    for category, week, units in sold.itertuples(index=False):
        if 0 <= week < n_weeks:
            total[int(week)] += units
            if (group := rhythm_group(category)) in groups:
                weekly[groups.index(group), int(week)] += units
    ahead = [slice(week, week + OUTCOME_DAYS // 7) for week in range(n_weeks)]
    own = np.stack([weekly[:, span].mean(axis=1) for span in ahead], axis=1)
    whole = np.array([total[span].mean() for span in ahead])
    whole = whole / max(whole.mean(), 1e-9)
    return (own + _LEVEL_PRIOR / 4 * whole) / (own.mean(axis=1, keepdims=True) + _LEVEL_PRIOR / 4)


def _resampled(
    outcomes: Outcomes, problem: PlanningProblem, choices: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Policy -> (2, n_resamples): its units, and what the same products sold; `mean` -> mean units sold, twice."""
    rng, n = np.random.default_rng(0), len(outcomes.sold)
    middle = np.log([lift.lift_ratio for lift in outcomes.lifts])
    spread = np.array([lift.log_sd for lift in outcomes.lifts])
    draws = {name: np.empty((2, _RESAMPLES)) for name in (*choices, "mean")}
    for k in range(_RESAMPLES):
        times = np.bincount(rng.integers(n, size=n), minlength=n)
        lift_ratio = np.exp(middle + spread * rng.normal(size=len(middle)))
        sold = times * outcomes.sold
        for name, choice in choices.items():
            ratios = outcomes.ratios(choice, problem, lift_ratio)
            draws[name][:, k] = sold @ ratios, sold[choice != NOWHERE].sum()
        draws["mean"][:, k] = sold.sum() / n
    return draws


def _policy(units: np.ndarray, choice: np.ndarray, outcomes: Outcomes, draws: np.ndarray) -> dict[str, Any]:
    inside = choice != NOWHERE
    done = outcomes.sold[inside].sum()
    return {
        "launches": int(inside.sum()),
        "units": round(float(units.sum()), 1),
        "done_units": round(float(done), 1),
        "moved": _over(units.sum(), done, *draws),
    }


def _over(one: float, other: float, ones: np.ndarray, others: np.ndarray) -> dict[str, float]:
    """How much more one total is than another, as a share, with the interval over resamples."""
    tails = [(1 - INTERVAL_LEVEL) / 2, (1 + INTERVAL_LEVEL) / 2]
    low, high = np.quantile(ones / np.maximum(others, 1e-9) - 1, tails)
    return {"gain": round(one / max(other, 1e-9) - 1, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


_HELDOUT_TABLES = "WITH events AS (SELECT * FROM heldout_events), placements AS (SELECT * FROM heldout_placements)"
_LAUNCHED = f"""
    WITH span AS (SELECT max(ts)::DATE + 1 AS until FROM heldout_events),
    launched AS (
        SELECT product_id, launch_date::DATE AS launch_date FROM heldout_products, span
        WHERE launch_date IS NOT NULL AND launch_date::DATE + {OUTCOME_DAYS} <= span.until
    )
    SELECT l.product_id, date_trunc('week', l.launch_date)::DATE AS launch_week,
        coalesce(sum(coalesce(e.quantity, 1)), 0)::DOUBLE AS sold,
        coalesce(sum(coalesce(e.quantity, 1)) FILTER (e.ts < l.launch_date + 7), 0)::DOUBLE AS first_week
    FROM launched l LEFT JOIN heldout_events e
        ON e.product_id = l.product_id AND e.type = 'purchase'
        AND e.ts >= l.launch_date AND e.ts < l.launch_date + {OUTCOME_DAYS}
    GROUP BY l.product_id, l.launch_date ORDER BY l.product_id
"""
_SHOWN = """
    SELECT p.product_id, w.placement, max(w.share) AS share
    FROM heldout_products p JOIN heldout_placements w
        ON w.product_id = p.product_id AND w.week::DATE = date_trunc('week', p.launch_date)::DATE
    WHERE w.share > 0 GROUP BY ALL ORDER BY ALL
"""
_ESTABLISHED = """
    SELECT p.category, date_diff('day', ?::DATE, date_trunc('week', e.ts)::DATE) // 7 AS week,
        sum(coalesce(e.quantity, 1))::DOUBLE AS units
    FROM heldout_events e JOIN products p USING (product_id)
    WHERE e.type = 'purchase' AND p.status = 'live' GROUP BY ALL ORDER BY ALL
"""
