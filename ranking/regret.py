"""Regret: what a plan made from estimates loses against the best plan, measured where the truth is known.

    regret(policy) = 1 - true worth of its plan / true worth of the best plan

All policies see the same candidates, slots, capacities and estimates; weekly caps hold for none of them. The best plan
is found with the true values and the true fatigue: launches priced on the plan's own path, and a local search from that
plan and from every policy's. It is the best plan known, not a proven optimum, so regret may be understated by what it
lacks; no policy's regret is below 0 by construction.

Policies: `ours`, what the product plans; `cautious`, the same paying for crowding that the data do not show;
`trend_only`, the same with momentum instead of the yearly wave; `each_alone`, with launches at what they cost on the
path that each group would follow alone; `myopic`, `greedy` and `even` as of `ranking.plan_peers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ranking.fatigue_model import FatigueModel
from ranking.highs import solve_programme
from ranking.local_search import improve
from ranking.market import Market, estimated_market
from ranking.plan_peers import choice_of, even_choice, greedy_choice, myopic_choice
from ranking.planner import Planner
from ranking.pricing import price_launches, priced_problem
from ranking.problem import PlanningProblem
from ranking.shrinkage import INTERVAL_LEVEL

_GAP, _TIME_LIMIT_S = 1e-3, 3.0
_SHAKES = 3


def policy_choices(
    problem: PlanningProblem,
    fatigue: FatigueModel,
    start: Mapping[str, float],
    *,
    alone: Mapping[str, np.ndarray] | None = None,
    by_trend: PlanningProblem | None = None,
) -> dict[str, np.ndarray]:
    """Return policy -> choice (n_candidates,), planned from estimates only.

    Args:
        problem: as the product plans it, at its prices.
        start: group -> estimated fatigue when the first week starts.
        alone: launch costs of each group solved alone, for the policy of that name.
        by_trend: the same candidates and slots with momentum in the values, for `trend_only`.
    """
    free = replace(problem, group_caps={}, weekly_cap=None)
    bare = replace(free, prices=None, launch_costs={})
    choices = {
        "ours": _planned(free),
        "cautious": _planned(priced_problem(bare, estimated_market(bare, fatigue, start, prior_crowding=True))),
        "myopic": myopic_choice(bare, fatigue, start),
        "greedy": greedy_choice(bare),
        "even": even_choice(bare),
    }
    if alone is not None:
        choices["each_alone"] = _planned(replace(bare, launch_costs=alone))
    if by_trend is not None:
        trend = replace(by_trend, group_caps={}, weekly_cap=None)
        choices["trend_only"] = _planned(priced_problem(trend, estimated_market(trend, fatigue, start)))
    return choices


def regrets(choices: Mapping[str, np.ndarray], truth: Market) -> dict[str, float]:
    """Return policy -> regret of its choice, a fraction of the best plan known.

    Example: the best plan's own regret is 0.
    """
    worth = {name: truth.worth_of(choice) for name, choice in choices.items()}
    best = truth.worth_of(best_known(choices, truth))
    return {name: 1 - value / best if best > 0 else 0.0 for name, value in worth.items()}


def best_known(choices: Mapping[str, np.ndarray], truth: Market) -> np.ndarray:
    """Return the choice of greatest true worth that is found, (n_candidates,)."""
    climbed = [improve(truth, choice, 0) for choice in choices.values()]
    priced, _ = price_launches(truth)
    return max([*climbed, improve(truth, priced, _SHAKES)], key=truth.worth_of)


def summarise_regrets(by_seed: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Return policy -> mean, and low and high of the central 80% over seeds."""
    tails = [(1 - INTERVAL_LEVEL) / 2, (1 + INTERVAL_LEVEL) / 2]
    found = {}
    for name in by_seed[0]:
        values = np.array([regret[name] for regret in by_seed])
        low, high = np.quantile(values, tails)
        found[name] = {"mean": float(values.mean()), "low": float(low), "high": float(high)}
    return found


def _planned(problem: PlanningProblem) -> np.ndarray:
    plan = Planner(problem, solve_programme).solve(time_limit_s=_TIME_LIMIT_S, mip_gap=_GAP)
    return choice_of(plan, problem)
