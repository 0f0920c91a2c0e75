"""Agreement: whether two ways to one answer give the same one.

counterfactuals   what was told, re-solved near the plan with its prices known, against solving both plans from scratch,
                  and what each plan says it is worth against adding it up launch by launch
policy            the softmax network against the solved rhythm that it was distilled from, where fatigue is real
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ranking.counterfactual import TIE_UNITS, Counterfactual, counterfactual, shift, swap
from ranking.errors import InfeasiblePlan
from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
from ranking.market import simulated_rhythms
from ranking.model import with_forecasts
from ranking.plan import Plan
from ranking.planner import Planner, solve_plan
from ranking.policy_network import DistilConfig, agreement, distil
from ranking.problem import PlanningProblem
from ranking.rhythm_policy import solve_group
from ranking.substitution import NEAR_WEEKS
from retrieval.sources.simulated import SimulatedSource

KINDS = ("lock", "exclude", "cap", "capacity", "forecast", "price", "swap", "shift")
_TIME_LIMIT_S = 60.0
_ROUNDING = 1e-9  # relative to the objective
_SHOWN = 10  # disagreements that are listed


@dataclass(frozen=True)
class Check:
    """One counterfactual against a solve from scratch.

    Attributes:
        agrees: whether it does; told, fresh: the two differences in units, None where there is no plan.
        width: of the told interval, in units.
    """

    kind: str
    agrees: bool
    told: float | None
    fresh: float | None
    width: float = 0.0


def counterfactual_agreement(
    problem: PlanningProblem, n_interventions: int, seed: int = 41, planner: Planner | None = None
) -> dict[str, Any]:
    """Ask random counterfactuals of all `KINDS`, in turn, and check each against a solve from scratch.

    Every other one is asked of a plan under which two launches are locked elsewhere.

    Args:
        planner: of the problem, to tell the counterfactuals; a new one if None.
    Returns:
        share that agrees, n, n_agreed, by_kind: kind -> share, infeasible: how many were told to be impossible,
        widest_ratio: the widest interval told, over the plan's worth.
    """
    planner, rng = planner or Planner(problem), np.random.default_rng(seed)
    free = planner.solve(time_limit_s=_TIME_LIMIT_S)
    plans = [free, planner.solve(_two_locks(problem, free, rng), time_limit_s=_TIME_LIMIT_S)]
    fresh = [solve_plan(problem, plan.interventions, time_limit_s=_TIME_LIMIT_S) for plan in plans]
    kinds_asked = [kind for kind in KINDS if kind != "price" or problem.price_slopes is not None]
    checks = []
    for number in range(n_interventions):
        kind, which = kinds_asked[number % len(kinds_asked)], number // len(kinds_asked) % 2
        asked = random_interventions(kind, problem, plans[which], rng)
        told = counterfactual(planner, plans[which], asked, time_limit_s=_TIME_LIMIT_S)
        checks.append(check_counterfactual(kind, told, problem, fresh[which]))
    kinds = {kind: [check.agrees for check in checks if check.kind == kind] for kind in KINDS}
    return {
        "share": float(np.mean([check.agrees for check in checks])) if checks else None,
        "n": len(checks),
        "n_agreed": sum(check.agrees for check in checks),
        "by_kind": {kind: float(np.mean(agrees)) for kind, agrees in kinds.items() if agrees},
        "infeasible": sum(check.told is None for check in checks),
        "widest_ratio": max((check.width for check in checks), default=0.0) / max(abs(free.objective), 1e-9),
    }


def _two_locks(problem: PlanningProblem, plan: Plan, rng: np.random.Generator) -> tuple[Intervention, ...]:
    """Lock two of a plan's launches to other weeks, if it has as many."""
    moved = [plan.launches[i] for i in rng.permutation(len(plan.launches))[:2]]
    weeks = [problem.weeks[rng.integers(len(problem.weeks))] for _ in moved]
    locks = [Lock(launch.product_id, week) for launch, week in zip(moved, weeks, strict=True)]
    try:
        solve_plan(problem, locks, time_limit_s=_TIME_LIMIT_S)
    except InfeasiblePlan:  # such as not ready yet: stay where the plan has them
        return tuple(Lock(launch.product_id, launch.week, launch.placement) for launch in moved)
    return tuple(locks)


def check_counterfactual(kind: str, told: Counterfactual, problem: PlanningProblem, baseline: Plan) -> Check:
    """Solve from scratch, without known prices or a plan to stay near, and compare.

    Told and fresh agree when both are impossible, or when the told interval contains the fresh difference, but for what
    the two fresh solves leave open (their own bounds less objectives), the verdict fits the fresh difference, and the
    told plan is worth what it says (`added_up`).

    Args:
        baseline: solved from scratch.
    """
    kept = [item for item in told.baseline.interventions if item not in told.set_aside]
    try:
        plan = solve_plan(problem, (*kept, *told.interventions), time_limit_s=_TIME_LIMIT_S)
    except InfeasiblePlan:
        return Check(kind, told.verdict == "infeasible", told.delta_units, None)
    difference = plan.objective - baseline.objective
    if told.plan is None or told.delta_low is None or told.delta_high is None:
        return Check(kind, False, None, difference)
    slack = _ROUNDING * abs(baseline.objective) + (plan.bound - plan.objective) + (baseline.bound - baseline.objective)
    inside = told.delta_low - slack <= difference <= told.delta_high + slack
    spans = told.delta_low <= TIE_UNITS and told.delta_high >= -TIE_UNITS
    fits = {"loss": difference < 0, "gain": difference > 0, "tie": spans}[told.verdict]
    worth = added_up(problem, told.plan)
    sums = abs(worth - told.plan.objective) <= _ROUNDING * max(1.0, abs(worth))
    agrees = bool(inside and fits and sums)
    return Check(kind, agrees, told.delta_units, difference, told.delta_high - told.delta_low)


def added_up(problem: PlanningProblem, plan: Plan) -> float:
    """Return what a plan is worth, added up launch by launch from the problem's tables, in units."""
    problem = with_forecasts(problem, plan.interventions)
    row = {product_id: i for i, product_id in enumerate(problem.product_ids)}
    column = {(slot.week, slot.placement): j for j, slot in enumerate(problem.slots)}
    worth = sum(problem.net_worth[row[x.product_id], column[x.week, x.placement]] for x in plan.launches)
    counts = Counter((x.group, x.week) for x in plan.launches)
    for (group, week), count in counts.items():
        if group in problem.launch_costs:
            worth -= float(np.sum(problem.launch_costs[group][problem.weeks.index(week)][:count]))
    weeks, pairs = {row[x.product_id]: x.week for x in plan.launches}, problem.substitutes
    for a, b, units in zip(pairs.first.tolist(), pairs.second.tolist(), pairs.units.tolist(), strict=True):
        if a in weeks and b in weeks and abs((weeks[a] - weeks[b]).days) <= 7 * NEAR_WEEKS:
            worth -= units
    return float(worth)


def random_interventions(
    kind: str, problem: PlanningProblem, plan: Plan, rng: np.random.Generator
) -> tuple[Intervention, ...]:
    """Return random interventions of one of `KINDS`; the plan must have a launch, and two for a swap."""
    slot = problem.slots[rng.integers(problem.n_slots)]
    product_id = problem.product_ids[rng.integers(problem.n_candidates)]
    one, other = (plan.launches[i] for i in rng.permutation(len(plan.launches))[:2])
    if kind == "lock":
        return (Lock(product_id, slot.week, slot.placement if rng.random() < 0.5 else None),)
    if kind == "exclude":
        return (Exclude(one.product_id, one.week, one.placement if rng.random() < 0.5 else None),)
    if kind == "cap":
        return (CapLaunches(int(rng.integers(0, 3)), slot.week, one.group if rng.random() < 0.7 else None),)
    if kind == "capacity":
        return (SetCapacity(slot.week, slot.placement, int(rng.integers(0, slot.capacity + 3))),)
    if kind == "forecast":
        return (ScaleForecast(one.product_id if rng.random() < 0.5 else product_id, float(rng.uniform(0, 2))),)
    if kind == "price":
        return (ChangePrice(one.product_id if rng.random() < 0.5 else product_id, float(rng.uniform(0.5, 1.5))),)
    if kind == "swap":
        return swap(plan, one.product_id, other.product_id)
    return shift(plan, one.product_id, int(rng.choice([-1, 1])))


def policy_agreement(shop: SimulatedSource, n_groups: int = 3, config: DistilConfig | None = None) -> dict[str, Any]:
    """Distil the network from the season of a simulated market, whose fatigue is real, and compare the two.

    Args:
        n_groups: the groups with the most candidates.
    Returns:
        share of states with the same action, over all groups; mean_loss_ratio, the share of value lost; by_group;
        disagreements: the costliest, with week, fatigue, level, network, optimal and q_loss (units).
    """
    problems = simulated_rhythms(shop)[:n_groups]
    found = {}
    for problem in problems:
        policy = solve_group(problem)
        found[problem.group] = agreement(distil(policy, config), policy)
    worst = [{"group": group, **asdict(d)} for group, one in found.items() for d in one.disagreements]
    worst.sort(key=lambda row: -row["q_loss"])
    return {
        "share": float(np.mean([one.share for one in found.values()])),
        "mean_loss_ratio": float(np.mean([one.mean_loss_ratio for one in found.values()])),
        "by_group": {group: round(one.share, 4) for group, one in found.items()},
        "n_disagreements": len(worst),
        "disagreements": worst[:_SHOWN],
    }
