import threading
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from ranking.highs import Programme, Solution
from ranking.planner import solve_plan
from ranking.solver_process import SolverProcess


@pytest.fixture(scope="module")
def solver():
    with SolverProcess() as process:
        yield process


@pytest.fixture
def easy() -> Programme:
    return Programme(
        np.array([3.0, 1.0]), csr_array(np.ones((1, 2))), np.array([-np.inf]), np.array([1.0]), np.ones(2), 2
    )


def knapsacks(n: int = 3000, rows: int = 40) -> Programme:
    """A programme that HiGHS does not finish in minutes."""
    rng = np.random.default_rng(0)
    weights = rng.integers(1, 1000, (rows, n)).astype(float)
    worth = rng.integers(1, 1000, n).astype(float)
    return Programme(
        worth, csr_array(weights), np.full(rows, -np.inf), weights.sum(axis=1) / 2, np.ones(len(worth)), len(worth)
    )


def test_it_solves(solver, easy):
    found = solver(easy, 5.0, 0.0)
    assert found.chosen.tolist() == [True, False]
    assert found.bound == 3
    assert not found.infeasible


def test_it_says_when_nothing_can_hold(solver):
    contradiction = Programme(
        np.ones(1), csr_array(np.ones((2, 1))), np.array([1.0, -np.inf]), np.array([1.0, 0.0]), np.ones(1), 1
    )
    assert solver(contradiction, 5.0, 0.0).infeasible


def test_a_solve_that_overruns_is_stopped_and_the_next_one_works(solver, easy, monkeypatch):
    monkeypatch.setattr("ranking.solver_process._GRACE_S", -29.7)
    stopped = solver(knapsacks(), 30.0, 0.0)
    assert stopped.chosen is None
    assert stopped.bound == np.inf
    assert not stopped.infeasible
    monkeypatch.undo()
    assert solver(easy, 5.0, 0.0).bound == 3


def test_threads_take_turns(solver, easy):
    bounds = []
    threads = [threading.Thread(target=lambda: bounds.append(solver(easy, 5.0, 0.0).bound)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bounds == [3] * 8


def test_a_plan_is_the_same_from_either_solver(solver, make_problem):
    rng = np.random.default_rng(2)
    values = np.exp(rng.normal(0, 0.3, (20, 6)))
    problem = make_problem(values, n_placements=2, weekly_cap=2, groups=["g", "h"] * 10, group_caps={"g": 1})
    here, there = solve_plan(problem), solve_plan(problem, solver=solver)
    assert there.launches == here.launches
    assert there.bound == pytest.approx(here.bound)


def test_the_plan_stands_when_the_solver_was_stopped(make_problem):
    """A budget of 4: the dearest product for 3, worth 4, or two for 2, worth 5; no prices tell the two plans apart."""
    free = make_problem([[4.0] * 3, [2.5] * 3, [2.5] * 3])
    problem = replace(free, costs=np.array([[3.0] * 3, [2.0] * 3, [2.0] * 3]), budget=4.0)
    asked = []

    def stopped(programme: Programme, time_limit_s: float, mip_gap: float) -> Solution:
        asked.append(programme)
        return Solution(None, np.inf)

    plan = solve_plan(problem, solver=stopped)
    assert asked
    assert plan.status == "feasible"
    assert 0 < plan.objective <= 5 <= plan.bound
    assert solve_plan(problem).objective == 5
