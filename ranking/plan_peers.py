"""Simpler ways to plan, for comparison: each sees the same candidates, slots, capacities and estimates as the planner.

A choice is (n_candidates,) slot numbers, `NOWHERE` for a candidate left out.

greedy   week by week the best forecasts to the best placements, as soon as they are ready, as many as fit
even     the same number every week, the best forecasts first, to the best placements
myopic   as greedy, but forecasts count at the week's own estimated fatigue, whatever that does to later weeks
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ranking.fatigue_model import FatigueModel
from ranking.model import build_model
from ranking.plan import Plan
from ranking.problem import PlanningProblem

NOWHERE = -1


def greedy_choice(problem: PlanningProblem) -> np.ndarray:
    """As many of the best forecasts as fit, as soon as they are ready."""
    return _fill(problem, np.full(len(problem.weeks), problem.n_candidates))


def even_choice(problem: PlanningProblem) -> np.ndarray:
    """The same number every week. Example: 5 candidates over 4 weeks -> 1, 1, 1 and 2 launches."""
    n_weeks = len(problem.weeks)
    places = min(problem.n_candidates, sum(slot.capacity for slot in problem.slots))
    return _fill(problem, np.diff(np.floor(np.arange(n_weeks + 1) * places / n_weeks)).astype(np.int64))


def myopic_choice(problem: PlanningProblem, fatigue: FatigueModel, start: Mapping[str, float]) -> np.ndarray:
    """What is worth most this week, at the fatigue that `start` (group -> fatigue) and launches so far have left."""
    return _fill(problem, np.full(len(problem.weeks), problem.n_candidates), fatigue, start)


def choice_of(plan: Plan, problem: PlanningProblem) -> np.ndarray:
    """Return a plan's launches as a choice of the problem's slots."""
    row = {product_id: i for i, product_id in enumerate(problem.product_ids)}
    column = {(slot.week, slot.placement): j for j, slot in enumerate(problem.slots)}
    choice = np.full(len(row), NOWHERE)
    for launch in plan.launches:
        choice[row[launch.product_id]] = column[launch.week, launch.placement]
    return choice


def open_slots(problem: PlanningProblem) -> np.ndarray:
    """(n_candidates, n_slots) bool: where each candidate is ready and admitted, and there is room."""
    model = build_model(problem, ())
    found = np.zeros((problem.n_candidates, problem.n_slots), dtype=bool)
    found[model.candidate, model.slot] = True
    return found


def _fill(
    problem: PlanningProblem,
    quota: np.ndarray,
    fatigue: FatigueModel | None = None,
    start: Mapping[str, float] | None = None,
) -> np.ndarray:
    """Fill the weeks in order, at most `quota` (n_weeks,) launches each, the best first, each in its best free slot."""
    choice, free = np.full(problem.n_candidates, NOWHERE), open_slots(problem)
    room = np.array([slot.capacity for slot in problem.slots])
    week_of = np.array([problem.weeks.index(slot.week) for slot in problem.slots])
    tired = dict(start or {})
    for week in range(len(problem.weeks)):
        values = np.where(free & (week_of == week) & (room > 0), problem.values, -np.inf)
        response = np.array([_response(fatigue, group, tired) for group in problem.groups])
        launched = 0
        for i in np.argsort(-values.max(axis=1) * response, kind="stable"):
            here = np.where(room > 0, values[i], -np.inf)
            if choice[i] == NOWHERE and launched < quota[week] and np.isfinite(here.max()):
                choice[i], launched = here.argmax(), launched + 1
                room[choice[i]] -= 1
                tired[problem.groups[i]] = tired.get(problem.groups[i], 0.0) + 1
        tired = {group: load * (fatigue.decay if fatigue else 0.0) for group, load in tired.items()}
    return choice


def _response(fatigue: FatigueModel | None, group: str, tired: Mapping[str, float]) -> float:
    return float(np.exp(-fatigue.group(group).strength.mean * tired.get(group, 0.0))) if fatigue else 1.0
