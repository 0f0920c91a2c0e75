"""The planner: which candidate launches in which slot, with a proof of how good the plan is.

Data         a PlanningProblem and the operator's interventions, as a PlanModel
Variables    x[i, j] in {0, 1}: candidate i launches in slot j
Objective    maximise what the launches are worth, less what launches of a group and week, and substitutes, take from
             each other
Constraints  at most one slot per candidate; capacities and categories of slots; launches per week, per group and week
             and in a row of weeks; ready dates; budget; least shares; locks and exclusions
Solve        bound the whole by its prices (`ranking/relaxation.py`), round off, and hand HiGHS only the columns that
             could be part of a better plan than the one already found, until the gap is proven or time is up
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ranking.conflicts import place_locked
from ranking.highs import Deadline, Effort, ProgrammeSolver, solve_programme
from ranking.interventions import Intervention
from ranking.model import PlanModel, build_model
from ranking.nearness import columns_of, settle_near
from ranking.neighbourhood import improve_by_parts
from ranking.plan import Launch, Plan
from ranking.prices import NO_PRICES, Prices, prices_of
from ranking.problem import PlanningProblem
from ranking.programme import programme_of
from ranking.relaxation import Relaxation, relax, unpriced
from ranking.rounding import fill, keeps_rules, worth
from ranking.rows import Rule
from ranking.sharpening import sharpen
from ranking.substitution import substitution_cost

_SEARCHED_PER_PLACE = (3, 15, 60)  # columns handed to the 0/1 solver in turn, while the others' bound asks for more
_FEWEST_SEARCHED = 200
_PRICES_S = 60.0  # for the prices of the problem, found once: cut short, equal plans would come out differently
_ROUNDING = 1e-6  # relative
_LOOSE = 0.5  # of the gap that is asked for: what is less needs no better prices
_NOWHERE = np.empty(0, np.int64)
_WHOLE_PROBLEM = 3_000  # with so few columns the 0/1 solver gets them all at once


@dataclass(frozen=True)
class _Search:
    """How to search: until when and with what, to which gap, and from which prices (units per rule)."""

    effort: Effort
    mip_gap: float
    prices: Mapping[Rule, float]


@dataclass(frozen=True, eq=False)
class _Found:
    """A feasible choice of columns, what it is worth, a bound on the model's best worth, and the rules' prices."""

    chosen: np.ndarray
    worth: float
    bound: float
    prices: Prices = NO_PRICES

    @property
    def gap(self) -> float:
        return (self.bound - self.worth) / max(abs(self.worth), 1e-9)


class Planner:
    """Plans one problem, again and again: its prices are found once and help every solve.

    Args:
        problem: candidates, slots, values (units) and rules.
        solver: what solves the 0/1 programmes; a `SolverProcess` keeps the time limit in every case.
    """

    def __init__(self, problem: PlanningProblem, solver: ProgrammeSolver = solve_programme) -> None:
        self.problem = problem
        self._solver = solver

    @cached_property
    def prices(self) -> Prices:
        """The prices of the rules in the problem without interventions."""
        return self._prices((), {})

    def prices_under(self, interventions: Sequence[Intervention]) -> Prices:
        """The prices of the rules under interventions, without solving for a plan."""
        return self._prices(tuple(interventions), self.prices.by_rule) if interventions else self.prices

    def solve(
        self,
        interventions: Sequence[Intervention] = (),
        *,
        time_limit_s: float = 10.0,
        mip_gap: float = 1e-5,
        near: Plan | None = None,
    ) -> Plan:
        """Choose launches of greatest worth.

        Args:
            interventions: locks, exclusions, caps, capacities and forecasts that the plan must keep.
            time_limit_s: seconds; when they pass, the best plan so far is returned with its gap.
            mip_gap: the relative gap at which the plan counts as optimal.
            near: of plans of equal worth take the one that keeps most of this one's launches; see `ranking.nearness`.
        Returns:
            Plan, with launches in the order of week, placement (as the problem lists them) and product. Its bound
            holds for the whole problem.
        Raises:
            InvalidProblem: an intervention that no problem could mean, such as a negative cap.
            InfeasiblePlan: locks that cannot all hold; names them and carries a minimal conflicting set.
            PlannerTimeout: the locks alone could not be placed in time.
        Source: `ranking/relaxation.py` holds the method of the bound and its proof.
        Example: values [[3, 1], [2, 2]], capacity 1 and 1 -> objective 5.
        """
        return self.solve_with_prices(interventions, time_limit_s=time_limit_s, mip_gap=mip_gap, near=near)[0]

    def solve_with_prices(
        self,
        interventions: Sequence[Intervention] = (),
        *,
        time_limit_s: float = 10.0,
        mip_gap: float = 1e-5,
        near: Plan | None = None,
    ) -> tuple[Plan, Prices]:
        """Return what `solve` does, and the prices of the rules under the interventions."""
        started_s = time.monotonic()
        search = _Search(Effort(Deadline.after(time_limit_s), self._solver), mip_gap, self.prices.by_rule)
        model = build_model(self.problem, interventions)
        locked = place_locked(self.problem, interventions, model, search.effort)
        found = _solve(model, locked, search, columns_of(model, near) if near else _NOWHERE)
        plan = _as_plan(self.problem, interventions, model, found, mip_gap, time.monotonic() - started_s)
        return plan, found.prices

    def _prices(self, interventions: tuple[Intervention, ...], known: Mapping[Rule, float]) -> Prices:
        model = build_model(self.problem, interventions)
        if not model.n_columns:
            return NO_PRICES
        scale, effort = _typical_score(model), Effort(Deadline.after(_PRICES_S), self._solver)
        scaled = model.scaled(scale)
        relaxation = relax(scaled, effort.deadline, {rule: price / scale for rule, price in known.items()})
        return prices_of(sharpen(scaled, relaxation, effort), scale)


def solve_plan(
    problem: PlanningProblem,
    interventions: Sequence[Intervention] = (),
    *,
    time_limit_s: float = 10.0,
    mip_gap: float = 1e-5,
    near: Plan | None = None,
    solver: ProgrammeSolver = solve_programme,
) -> Plan:
    """Plan once, from scratch; see `Planner.solve`. Within the time limit, the same input gives the same plan."""
    planner = Planner(problem, solver)
    return planner.solve(interventions, time_limit_s=time_limit_s, mip_gap=mip_gap, near=near)


def _solve(model: PlanModel, locked: np.ndarray, search: _Search, near: np.ndarray) -> _Found:
    """Solve a model; returns what was found, in units.

    Args:
        locked: columns that hold every lock; near: columns to keep where that costs nothing.
    """
    if not model.n_columns:
        return _Found(np.empty(0, np.int64), 0.0, 0.0)
    scale = _typical_score(model)
    scaled = model.scaled(scale)
    known = {rule: price / scale for rule, price in search.prices.items()}
    relaxation = relax(scaled, search.effort.deadline, known)
    found = _round_off(scaled, relaxation, locked, near)
    if found.gap < -_ROUNDING:  # a bound below a plan that exists bounds nothing
        relaxation = unpriced(scaled)
        found = _Found(found.chosen, found.worth, relaxation.bound)
    if found.gap > _LOOSE * search.mip_gap:
        relaxation = sharpen(scaled, relaxation, search.effort)
        found = _Found(found.chosen, found.worth, relaxation.bound)
    found = _search(scaled, relaxation, found, search)
    if len(near):
        settled = settle_near(scaled, found.chosen, near, search.effort)
        found = _Found(settled, worth(scaled, settled), found.bound)
    return _Found(found.chosen, found.worth * scale, found.bound * scale, prices_of(relaxation, scale))


def _typical_score(model: PlanModel) -> float:
    """The mean size of the best scores of as many candidates as a plan can hold; 1 when nothing is worth anything.

    What a lock or a least share forces in can be worth less than nothing, and a scale must stay above 0.
    """
    best = np.sort(np.abs(np.maximum.reduceat(model.scores, model.starts)))[::-1]
    return float(best[: model.places].mean()) or 1.0


def _round_off(model: PlanModel, relaxation: Relaxation, locked: np.ndarray, near: np.ndarray) -> _Found:
    """The best of some fillings: what is to be kept first, by the soft solution, and by least loss.

    Locks go first when they would not fit.
    """
    order = np.lexsort((relaxation.loss, -np.round(relaxation.share, 3)))
    likely = order[relaxation.share[order] > 0.01]
    by_loss = np.argsort(relaxation.loss, kind="stable")
    choices = [fill(model, by_loss, fill(model, likely)), fill(model, by_loss)]
    if len(near):  # first of all, so that of equals it is taken
        forced = likely[model.must_launch[model.owner[likely]]]
        choices.insert(0, fill(model, by_loss, fill(model, near, fill(model, forced))))
    kept = [chosen for chosen in choices if keeps_rules(model, chosen)]
    if not kept:
        first = fill(model, likely, locked)
        kept = [fill(model, by_loss, first)]
    best = max(kept, key=lambda chosen: worth(model, chosen))
    if not keeps_rules(model, best):  # least shares can ask for more than filling in order gives
        best = locked
    return _Found(best, worth(model, best), relaxation.bound)


def _search(model: PlanModel, relaxation: Relaxation, found: _Found, search: _Search) -> _Found:
    """Search among ever more columns until the gap is proven or time is up."""
    steps = (model.n_columns,) if model.n_columns <= _WHOLE_PROBLEM else ()
    sizes = steps or tuple(max(_FEWEST_SEARCHED, n * model.places) for n in _SEARCHED_PER_PLACE)
    if len(sizes) > 1 and model.problem.substitutes.n_pairs:
        enough = found.bound / (1 + search.mip_gap)
        better = improve_by_parts(model, relaxation.loss, found.chosen, enough, search.effort)
        found = _Found(better, worth(model, better), found.bound)
    for size in sizes:
        if found.gap <= 0.5 * search.mip_gap or search.effort.deadline.passed:
            break
        found = _improve(model, relaxation, found, size, search)
    return found


def _improve(model: PlanModel, relaxation: Relaxation, found: _Found, most: int, search: _Search) -> _Found:
    """Solve over the columns that a better plan could use; the others are covered by their loss."""
    inside = relaxation.loss <= relaxation.bound - found.worth
    if inside.sum() > most:
        inside = relaxation.loss <= np.partition(relaxation.loss, most)[most]
    inside[found.chosen] = True
    outside_bound = relaxation.bound - float(relaxation.loss[~inside].min(initial=np.inf))
    columns = np.flatnonzero(inside)
    if not len(columns):  # no column could be part of a better plan than launching nothing
        return _Found(found.chosen, found.worth, min(found.bound, max(outside_bound, found.worth)))
    whole = search.effort.solve(programme_of(model, columns), 0.1 * search.mip_gap)
    best, best_worth = found.chosen, found.worth
    if whole.chosen is not None:
        better = columns[whole.chosen]
        if keeps_rules(model, better) and worth(model, better) > best_worth:
            best, best_worth = better, worth(model, better)
    return _Found(best, best_worth, min(found.bound, max(whole.bound, outside_bound, best_worth)))


def _as_plan(
    problem: PlanningProblem,
    interventions: Sequence[Intervention],
    model: PlanModel,
    found: _Found,
    mip_gap: float,
    solve_s: float,
) -> Plan:
    chosen = found.chosen
    order = {placement: k for k, placement in enumerate(problem.placements)}
    launches = sorted(
        (
            _launch(model.problem, int(i), int(j))
            for i, j in zip(model.candidate[chosen], model.slot[chosen], strict=True)
        ),
        key=lambda x: (x.week, order[x.placement], x.product_id),
    )
    worth_kept = float(model.values[chosen].sum())
    steps = model.rows.cost(model.rows.use(chosen), "rhythm")
    substitution = substitution_cost(model, chosen)
    objective = worth_kept - steps - substitution
    face = float(model.problem.face_worth[model.candidate[chosen], model.slot[chosen]].sum())
    bound = max(objective, found.bound)
    gap = (bound - objective) / max(objective, 1e-9)
    return Plan(
        launches=tuple(launches),
        objective=objective,
        bound=bound,
        gap=gap,
        status="optimal" if gap <= mip_gap else "feasible",
        solve_s=solve_s,
        interventions=tuple(interventions),
        n_candidates=problem.n_candidates,
        n_slots=problem.n_slots,
        rhythm_cost=face - worth_kept + steps,
        substitution_cost=substitution,
    )


def _launch(problem: PlanningProblem, i: int, j: int) -> Launch:
    return Launch(
        product_id=problem.product_ids[i],
        title=problem.titles[i],
        group=problem.groups[i],
        week=problem.slots[j].week,
        placement=problem.slots[j].placement,
        expected_units=float(problem.values[i, j]),
        low=float(problem.lows[i, j]),
        high=float(problem.highs[i, j]),
    )
