import numpy as np
import pytest
from scipy.optimize import linprog

from ranking.assignment import AssignmentModel, build_model
from ranking.conflicts import place_locked
from ranking.highs import Deadline
from ranking.interventions import Lock
from ranking.planner import solve_plan
from ranking.problem import PlanningProblem
from ranking.relaxation import Relaxation, relax

NOWHERE = (np.empty(0, np.int64), np.empty(0, np.int64))


def problem_of(make_problem, n: int, seed: int) -> PlanningProblem:
    rng = np.random.default_rng(seed)
    values = rng.lognormal(0, 0.5, (n, 1)) * np.exp(rng.normal(0, 0.2, (n, 8)))
    groups = [f"g{k}" for k in rng.integers(0, 4, n)]
    return make_problem(values, n_placements=2, groups=groups, group_caps={"g0": 1, "g1": 1}, weekly_cap=2, capacity=2)


def full_relaxation(model: AssignmentModel) -> float:
    """The linear relaxation over all pairs at once, by scipy alone."""
    pairs = np.nonzero(model.allowed)
    matrix, lower, upper, _ = model.matrix(pairs)
    must = np.isfinite(lower)
    return -linprog(-model.scores[pairs], matrix[~must], upper[~must], matrix[must], upper[must], bounds=(0, 1)).fun


def relaxed(problem: PlanningProblem, locks=(), seconds: float = 10.0) -> tuple[AssignmentModel, Relaxation]:
    model = build_model(problem, locks)
    deadline = Deadline.after(seconds)
    return model, relax(model, place_locked(problem, locks, model, deadline) if locks else NOWHERE, deadline)


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_the_full_linear_relaxation(make_problem, seed):
    model, found = relaxed(problem_of(make_problem, 26, seed), (Lock("D"), Lock("Q")))
    assert found.bound == pytest.approx(full_relaxation(model), rel=1e-7)


def test_few_pairs_to_begin_with_grow_to_the_same_bound(make_problem, monkeypatch):
    monkeypatch.setattr("ranking.relaxation._FEWEST_PAIRS", 5)
    monkeypatch.setattr("ranking.relaxation._PAIRS_PER_PLACE", 0.1)
    monkeypatch.setattr("ranking.relaxation._TEMPERATURES", ())
    model, found = relaxed(problem_of(make_problem, 26, 0), (Lock("D"),))
    assert found.bound == pytest.approx(full_relaxation(model), rel=1e-7)


def test_without_time_the_bound_still_holds(make_problem):
    problem = problem_of(make_problem, 26, 0)
    _, found = relaxed(problem, seconds=0.0)
    assert found.bound >= solve_plan(problem).objective


def test_a_plan_with_a_pair_is_worth_no_more_than_the_bound_less_its_loss(make_problem):
    problem = problem_of(make_problem, 12, 3)
    model, found = relaxed(problem)
    for i, j in np.argwhere(model.allowed)[::7]:
        slot = problem.slots[model.slots[j]]
        forced = solve_plan(problem, [Lock(problem.product_ids[model.candidates[i]], slot.week, slot.placement)])
        assert forced.objective <= found.bound - found.loss[i, j] + 1e-6
