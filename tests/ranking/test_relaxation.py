from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ranking.highs import Deadline
from ranking.interventions import Lock
from ranking.model import PlanModel, build_model
from ranking.planner import Planner, solve_plan
from ranking.problem import PlanningProblem
from ranking.programme import programme_of
from ranking.relaxation import Relaxation, price_columns, relax


def problem_of(make_problem, n: int, seed: int) -> PlanningProblem:
    rng = np.random.default_rng(seed)
    values = rng.lognormal(0, 0.5, (n, 1)) * np.exp(rng.normal(0, 0.2, (n, 8)))
    groups = [f"g{k}" for k in rng.integers(0, 4, n)]
    return make_problem(values, n_placements=2, groups=groups, group_caps={"g0": 1, "g1": 1}, weekly_cap=2, capacity=2)


def full_relaxation(model: PlanModel) -> float:
    """The linear relaxation over all columns at once, by scipy alone."""
    programme = programme_of(model, np.arange(model.n_columns))
    must = np.isfinite(programme.lower)
    rows, upper = programme.rows, programme.upper
    most = [(0, None if np.isinf(x) else x) for x in programme.most]
    return -linprog(-programme.scores, rows[~must], upper[~must], rows[must], upper[must], bounds=most).fun


def relaxed(problem: PlanningProblem, locks=(), seconds: float = 10.0) -> tuple[PlanModel, Relaxation]:
    model = build_model(problem, locks)
    return model, relax(model, Deadline.after(seconds))


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_near_the_full_linear_relaxation_and_never_below(make_problem, seed):
    model, found = relaxed(problem_of(make_problem, 26, seed), (Lock("D"), Lock("Q")))
    best = full_relaxation(model)
    assert best * (1 - 1e-9) <= found.bound <= best * 1.001


def test_a_short_shortlist_grows_to_a_bound_as_good(make_problem, monkeypatch):
    problem = problem_of(make_problem, 26, 0)
    best = full_relaxation(build_model(problem, ()))
    monkeypatch.setattr("ranking.relaxation._SHORTLIST", 1)
    monkeypatch.setattr("ranking.relaxation._PER_GROUP", 1)
    _, found = relaxed(problem)
    assert best * (1 - 1e-9) <= found.bound <= best * 1.001


def test_without_time_the_bound_still_holds(make_problem):
    problem = problem_of(make_problem, 26, 0)
    _, found = relaxed(problem, seconds=0.0)
    assert found.bound >= solve_plan(problem).objective


def test_a_plan_with_a_column_is_worth_no_more_than_the_bound_less_its_loss(make_problem):
    problem = problem_of(make_problem, 12, 3)
    model, found = relaxed(problem)
    for column in range(0, model.n_columns, 7):
        slot, product = problem.slots[model.slot[column]], problem.product_ids[model.candidate[column]]
        forced = solve_plan(problem, [Lock(product, slot.week, slot.placement)])
        assert forced.objective <= found.bound - found.loss[column] + 1e-6


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_prices_bound_every_plan(data, rich_problems, best_worth_by_trying_everything):
    problem = data.draw(rich_problems)
    model = build_model(problem, ())
    prices = data.draw(st.lists(st.floats(0, 60), min_size=model.rows.n_rows, max_size=model.rows.n_rows))
    bound = price_columns(model, model.rows, np.array(prices)).bound
    assert bound >= best_worth_by_trying_everything(problem) - 1e-6


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_search_among_few_columns_proves_nothing_untrue(data, rich_problems, best_worth_by_trying_everything):
    problem = data.draw(rich_problems)
    best = best_worth_by_trying_everything(problem)
    with patch("ranking.planner._WHOLE_PROBLEM", 0), patch("ranking.planner._FEWEST_SEARCHED", 3):
        plan = solve_plan(problem)
    slack = 1e-6 * max(1.0, abs(best))
    assert plan.objective <= best + slack
    assert plan.bound >= best - slack


def test_known_prices_give_the_same_plan(make_problem):
    problem = problem_of(make_problem, 26, 2)
    planner = Planner(problem)
    first = planner.solve()
    assert planner.solve().launches == first.launches
    locked = planner.solve([Lock("Q")])
    assert locked.objective == pytest.approx(solve_plan(problem, [Lock("Q")]).objective, rel=1e-5)
