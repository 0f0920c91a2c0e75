from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ranking.errors import InvalidProblem
from ranking.plan import Launch
from ranking.planner import solve_plan
from ranking.risk import certain_units, common_share, plan_quantile, units_interval


def test_without_caution_units_are_as_expected():
    values = np.array([[3.0, 4.0]])
    assert certain_units(values, values / 2, values * 2, 0.0) is values


def test_caution_costs_the_uncertain_more():
    values = np.array([[10.0, 10.0]])
    lows, highs = np.array([[9.0, 1.0]]), np.array([[11.0, 40.0]])
    sure, unsure = certain_units(values, lows, highs, 1.0)[0]
    assert 9 < sure < 10
    assert unsure < sure - 2
    assert certain_units(values, lows, highs, 0.5)[0, 1] == pytest.approx((10 + unsure) / 2)


def test_a_certain_value_keeps_its_worth():
    values = np.array([[5.0]])
    assert certain_units(values, values, values, 1.0) == pytest.approx(values)


@pytest.mark.parametrize("caution", [-0.1, 1.1, float("nan")])
def test_a_senseless_caution_is_refused(caution):
    with pytest.raises(InvalidProblem, match="0 \\(none\\) to 1"):
        certain_units(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1)), caution)


def test_what_weeks_have_in_common_is_found():
    weeks = ["a", "a", "b", "b"]
    assert common_share(np.array([1.0, 1, -1, -1]), weeks) == 1.0
    assert common_share(np.array([1.0, -1, 1, -1]), weeks) == 0.0
    rng = np.random.default_rng(0)
    numbers = np.repeat(np.arange(400), 10)
    residuals = rng.normal(0, 0.5, 400)[numbers] + rng.normal(0, 1.0, 4000)
    assert common_share(residuals, numbers.tolist()) == pytest.approx(0.2, abs=0.05)
    assert common_share(np.where(numbers % 7 == 0, np.nan, residuals), numbers.tolist()) == pytest.approx(0.2, abs=0.05)
    assert common_share(np.array([1.0, np.nan]), ["a", "b"]) == 0.0


def test_stock_and_caution_are_not_taken_off_the_low_quantile_twice(make_problem):
    """A plan worth half its units has a low quantile half as high, never below 0."""
    problem = make_problem(np.full((8, 8), 5.0))
    whole, half = (solve_plan(replace(problem, worth=np.full((8, 8), worth))) for worth in (5.0, 2.5))
    assert plan_quantile(half) == pytest.approx(plan_quantile(whole) / 2)
    with pytest.raises(InvalidProblem, match="common share"):
        plan_quantile(whole, common=1.5)


def test_the_plans_low_quantile_lies_below_its_worth_and_a_common_shock_lowers_it(make_problem):
    plan = solve_plan(make_problem(np.full((8, 8), 5.0)))
    apart, together = plan_quantile(plan), plan_quantile(plan, common=1.0)
    assert together < apart < plan.objective
    assert plan_quantile(plan) == apart  # the same draws
    assert plan_quantile(solve_plan(make_problem(np.zeros((0, 2))))) == 0.0


def test_the_interval_of_a_sum_is_narrower_than_the_sum_of_intervals_unless_all_err_together():
    launches = [Launch(str(n), "Tea", "Tea", date(2017, 10, 9), "shelf", 10.0, 4.0, 20.0) for n in range(9)]
    apart, together = (units_interval(launches, common=common) for common in (0.0, 1.0))
    assert 36 < apart[0] < 90 < apart[1] < 180
    assert together[1] - together[0] > 2 * (apart[1] - apart[0])
    assert units_interval([]) == (0.0, 0.0)
