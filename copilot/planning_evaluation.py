"""Evaluation of planning: on the built workspace, in simulated shops, and against what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from copilot.regret import N_WEEKS, evaluate_regret
from copilot.service import Copilot
from ranking.agreement import counterfactual_agreement, policy_agreement
from ranking.comparison import compare_with_done, known_candidates
from ranking.counterfactual import counterfactual, why_not
from ranking.effect_table import effect_table
from ranking.errors import NotEnoughData
from ranking.market import estimated_market
from ranking.plan_peers import choice_of
from ranking.planner import Planner, solve_plan
from ranking.problem import MinShare, PlanningProblem
from ranking.synthetic import synthetic_problem
from retrieval.sources.simulated import simulated_shop

SOLVE_SIZES = (200, 1_000, 5_000)
_SOLVE_GAP, _SOLVE_LIMIT_S = 1e-3, 8.0
_COMPARED_GAP, _COMPARED_LIMIT_S = 1e-3, 30.0


def evaluate_planning(
    copilot: Copilot,
    n_interventions: int = 20,
    *,
    n_simulated: int = 200,
    seeds: Sequence[int] = range(30),
    sizes: Sequence[int] = SOLVE_SIZES,
) -> dict[str, Any]:
    """Measure planning: regret, the policy network, counterfactuals, solve times, and the plan against what was done.

    Args:
        n_interventions: counterfactuals on the workspace's problem; n_simulated: on a synthetic one.
        seeds: of the simulated shops that regret is measured in; sizes: candidates of the problems that are timed.
    Returns:
        regret (see `evaluate_regret`); policy_agreement, the share, and policy, its details; counterfactual_agreement,
        the share over both problems, and counterfactuals by problem; solve; against_done (see `compare_with_done`), or
        {"skipped": reason}; effects, what is known of fatigue, crowding, substitutes and exposures (see `EffectRow`);
        worth, the workspace's plan at held prices and on its own path (see `plan_worth`).
    """
    engine = copilot.engine
    asked = {
        "workspace": counterfactual_agreement(engine.problem, n_interventions, planner=engine.planner),
        "simulated": counterfactual_agreement(_mid_size_problem(), n_simulated),
    }
    models = engine.models
    n_asked = sum(one["n"] for one in asked.values())
    policy = policy_agreement(simulated_shop(0, n_weeks=N_WEEKS))
    return {
        "regret": evaluate_regret(seeds),
        "policy_agreement": policy["share"],
        "policy": policy,
        "counterfactual_agreement": sum(one["n_agreed"] for one in asked.values()) / max(n_asked, 1),
        "n_counterfactuals": n_asked,
        "counterfactuals": asked,
        "solve": [_solved(size) for size in sizes],
        "against_done": evaluate_against_done(copilot),
        "worth": plan_worth(copilot),
        "effects": [asdict(row) for row in effect_table(models.fatigue, models.cannibalisation, models.exposure)],
    }


def evaluate_against_done(copilot: Copilot) -> dict[str, Any]:
    """Plan the candidates whose held-out outcome is known, and compare with the retailer's own launches."""
    workspace = copilot.engine.workspace
    try:
        problem = known_candidates(copilot.engine.problem, workspace)
    except NotEnoughData as error:
        return {"skipped": str(error)}
    plan = solve_plan(problem, time_limit_s=_COMPARED_LIMIT_S, mip_gap=_COMPARED_GAP)
    return compare_with_done(problem, plan, workspace) | {"gap": plan.gap}


def plan_worth(copilot: Copilot) -> dict[str, float]:
    """Return what the plan is worth at the rhythm's prices, as it is told, and along its own path of fatigue, in units.

    The prices are a slope: added up over all launches they count what launches take from each other twice.
    """
    engine, plan = copilot.engine, copilot.current_plan().plan
    market = estimated_market(engine.candidates_and_slots, engine.models.fatigue, engine.starting_fatigue)
    on_path = market.worth_of(choice_of(plan, engine.problem)) - plan.substitution_cost
    return {"at_prices": plan.objective, "on_own_path": on_path}


def _mid_size_problem() -> PlanningProblem:
    """Sixty candidates for 24 slots, with rhythm, substitutes, spacing, a budget and a least share."""
    problem = synthetic_problem(60, n_weeks=4, capacity=1, substitutes=True, rhythm=True)
    costs = np.tile(np.arange(problem.n_slots) % len(problem.placements), (problem.n_candidates, 1))
    return replace(
        problem,
        spacing={problem.groups[0]: 2},
        costs=costs,
        budget=0.8 * float(costs[0].sum()),
        min_shares=(MinShare("group", problem.groups[1], 0.1),),
    )


def _solved(n_candidates: int) -> dict[str, Any]:
    """One cold solve of a synthetic problem with substitutes, 72 slots of capacity 3, and a why-not of its plan."""
    problem = synthetic_problem(n_candidates, substitutes=True)
    planner = Planner(problem)
    plan = planner.solve(time_limit_s=_SOLVE_LIMIT_S, mip_gap=_SOLVE_GAP)
    out = next((one for one in problem.product_ids if plan.launch_of(one) is None), problem.product_ids[0])
    told = counterfactual(planner, plan, why_not(out), time_limit_s=_SOLVE_LIMIT_S, mip_gap=_SOLVE_GAP)
    return {
        "candidates": plan.n_candidates,
        "slots": plan.n_slots,
        "substitutes": problem.substitutes.n_pairs,
        "seconds": round(plan.solve_s, 2),
        "gap": plan.gap,
        "why_not_seconds": round(told.plan.solve_s, 2) if told.plan else None,
        "why_not_gap": told.plan.gap if told.plan else None,
    }
