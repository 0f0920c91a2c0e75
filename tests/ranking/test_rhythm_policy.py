from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.errors import InvalidProblem
from ranking.fatigue import estimate_fatigue
from ranking.fatigue_model import FatigueModel
from ranking.rhythm_policy import GroupProblem, group_problem, share_out, solve_group, solve_rhythm
from ranking.rhythm_stability import rhythm_stability
from retrieval.weeks import week_range

PLAIN = GroupProblem("G", np.array([[10.0, 8.0]] * 3), start=0.0, strength=0.0, crowding=0.0, decay=0.5)


def launches_value(problem: GroupProblem, launches: np.ndarray) -> float:
    """Return the units that `launches` (n_weeks,) bring within the horizon, step by step."""
    worth, state = 0.0, problem.start
    for week, number in enumerate(launches):
        worth += float(problem.rewards(np.array([state]))[week, 0, number])
        state = problem.decay * (state + number)
    return worth


@pytest.fixture(scope="module")
def fatigue_model() -> FatigueModel:
    weeks = week_range(date(2023, 1, 2), 60)
    rng = np.random.default_rng(0)
    rows = [(f"G{g}", week, rng.normal(0, 0.5)) for g in range(4) for week in weeks if rng.random() < 0.6]
    launches = pd.DataFrame(rows, columns=["group", "launch_week", "residual"])
    return estimate_fatigue(launches, weeks[4], weeks[-1])


@st.composite
def problems(draw: st.DrawFn) -> GroupProblem:
    n_weeks, most = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    units = st.floats(0, 50, allow_subnormal=False)
    values = np.array(draw(st.lists(units, min_size=n_weeks * most, max_size=n_weeks * most))).reshape(n_weeks, most)
    return GroupProblem(
        "G",
        -np.sort(-values, axis=1),
        start=draw(st.floats(0, 3)),
        strength=draw(st.floats(0, 1)),
        crowding=draw(st.floats(0, 0.5)),
        decay=draw(st.sampled_from([0.3, 0.6, 0.9])),
        usual_fatigue=draw(st.floats(0, 2)),
    )


@settings(max_examples=40, deadline=None)
@given(problems())
def test_no_sequence_of_launches_beats_the_policy(problem: GroupProblem) -> None:
    every = itertools.product(range(problem.most + 1), repeat=problem.n_weeks)
    best = max(launches_value(problem, np.array(launches)) for launches in every)
    solved = solve_group(problem, "zero")
    assert launches_value(problem, solved.launches) >= 0.995 * best - 1e-9
    assert solve_group(problem, "zero", n_grid=401).value == pytest.approx(best, rel=0.005, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(problems(), st.sampled_from(["zero", "stationary"]))
def test_more_fatigue_is_never_worth_more_and_costs_are_fit_for_a_concave_plan(problem: GroupProblem, end: str) -> None:
    weaker = solve_group(replace(problem, usual_fatigue=0.0), end)  # type: ignore[arg-type]
    stronger = solve_group(replace(weaker.problem, strength=weaker.problem.strength + 0.3), end)  # type: ignore[arg-type]
    assert stronger.value <= weaker.value + 1e-9
    for solved in (weaker, stronger):
        assert solved.launch_costs.shape == problem.values.shape
        assert (solved.launch_costs >= 0).all()
        assert (np.diff(solved.launch_costs, axis=1) >= -1e-9).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(1, 50), min_size=1, max_size=3), st.floats(0, 0.15), st.floats(0.01, 0.15))
def test_more_fatigue_recommends_no_more_launches_while_it_is_mild(
    ranks: list[float], strength: float, more: float
) -> None:
    values = np.tile(-np.sort(-np.array(ranks)), (6, 1))
    problem = GroupProblem("G", values, start=0.0, strength=strength, crowding=0.0, decay=0.6)
    stronger = replace(problem, strength=strength + more)
    assert solve_group(stronger).launches.sum() <= solve_group(problem).launches.sum()


def test_without_fatigue_every_launch_is_made_and_costs_nothing() -> None:
    solved = solve_group(PLAIN)
    assert solved.launches.tolist() == [2, 2, 2]
    assert solved.launch_costs == pytest.approx(np.zeros((3, 2)))
    assert (solved.rest_weeks, solved.peak_weeks) == ((), ())


def test_a_launchs_cost_by_hand() -> None:
    # One launch now leaves fatigue 0.5; next week's launch of 20 then brings 20 exp(-0.5 s) instead of 20.
    problem = GroupProblem("G", np.array([[10.0], [20.0]]), start=0.0, strength=0.4, crowding=0.0, decay=0.5)
    solved = solve_group(problem, "zero", n_grid=2_001)
    assert solved.launch_costs[0, 0] == pytest.approx(20 * (1 - np.exp(-0.2)), abs=1e-3)
    assert solved.launch_costs[1, 0] == pytest.approx(20 * (1 - np.exp(-0.2)), abs=1e-3)
    assert solved.q[0] == pytest.approx([20, 10 + 20 * np.exp(-0.2)], abs=1e-3)


def test_it_rests_before_a_festival_where_a_launch_would_be_worth_something_each_week() -> None:
    values = np.array([[10.0], [10.0], [60.0], [10.0]])
    problem = GroupProblem("G", values, start=0.0, strength=0.8, crowding=0.0, decay=0.5)
    solved = solve_group(problem, "zero")
    assert solved.launches.tolist() == [0, 0, 1, 1]
    assert (solved.rest_weeks, solved.peak_weeks) == ((0, 1), (2, 3))
    assert launches_value(problem, solved.launches) > launches_value(problem, np.ones(4, int))


def test_what_comes_after_the_horizon_holds_the_last_weeks_back() -> None:
    problem = replace(PLAIN, values=np.tile([10.0, 9.0, 8.0], (8, 1)), strength=0.5)
    assert solve_group(problem, "zero").launches[-2:].tolist() == [3, 3]
    assert solve_group(problem).launches[-2:].tolist() == [0, 3]


def test_crowding_lowers_the_launches_of_a_week() -> None:
    # total(k) = (10, 20 / e, 30 / e^2): one launch is best.
    problem = replace(PLAIN, values=np.array([[10.0, 10.0, 10.0]]), crowding=1.0)
    assert solve_group(problem).launches.tolist() == [1]


def test_candidates_are_shared_out_to_the_best_weeks_first() -> None:
    assert share_out(np.array([[5.0, 4], [3, 2], [2, 2]]), 2).tolist() == [[5, 2], [2, 0]]
    assert share_out(np.array([[1.0, 9], [2, 8]]), 1).tolist() == [[2], [9]]
    assert share_out(np.zeros((0, 3)), 2).tolist() == [[0, 0]] * 3


def test_a_sequence_is_worth_what_it_brings_by_hand() -> None:
    assert launches_value(replace(PLAIN, strength=1.0, start=1.0), np.array([1, 0, 2])) == pytest.approx(
        10 * np.exp(-1) + 18 * np.exp(-(0.25 + 0.25))
    )


def test_stability_is_sure_where_the_posterior_is_and_repeats(fatigue_model: FatigueModel) -> None:
    values = np.tile([10.0, 9.0, 8.0, 7.0], (6, 1))
    problem = group_problem("G0", values, 0.5, fatigue_model)
    stability = rhythm_stability([problem], fatigue_model, n_draws=20)["G0"]
    again = rhythm_stability([problem], fatigue_model, n_draws=20)["G0"]
    assert stability.agreement.tolist() == again.agreement.tolist()
    assert ((stability.agreement >= 0) & (stability.agreement <= 1)).all()
    assert (stability.low <= stability.high).all()
    harmless = replace(problem, values=np.tile([10.0], (6, 1)), strength=0.0)
    assert solve_group(harmless).launches.tolist() == [1] * 6
    with pytest.raises(InvalidProblem, match="draw"):
        rhythm_stability([problem], fatigue_model, n_draws=0)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"values": np.array([[np.nan]])}, "finite"),
        ({"values": np.zeros((0, 2))}, "weeks x launches"),
        ({"values": np.array([[1.0, 2.0]])}, "must not increase"),
        ({"values": np.array([[-1.0]])}, "at least 0"),
        ({"start": np.inf}, "finite"),
        ({"decay": 1.0}, "decay"),
    ],
)
def test_malformed_problems_say_why(changes: dict, match: str) -> None:
    with pytest.raises(InvalidProblem, match=match):
        replace(PLAIN, **changes)


def test_other_wrong_inputs_say_why() -> None:
    with pytest.raises(InvalidProblem, match="one problem"):
        solve_rhythm([PLAIN, PLAIN])
    with pytest.raises(InvalidProblem, match="share"):
        share_out(np.array([[np.nan]]), 1)
