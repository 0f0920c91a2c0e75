"""Regret and the peers: the optimum's is nothing, greedy's is next to nothing where nothing tires."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ranking.market import estimated_market, known_fatigue
from ranking.plan_peers import choice_of, even_choice, greedy_choice, myopic_choice
from ranking.planner import solve_plan
from ranking.pricing import priced_problem
from ranking.regret import best_known, policy_choices, regrets, summarise_regrets


@pytest.fixture
def problem(make_problem):
    """Eight candidates of two groups for six weeks of two slots, one slot half as good as the other."""
    base = np.array([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0])
    return make_problem(
        np.outer(base, np.tile([1.0, 0.5], 6)), n_placements=2, groups=["a", "a", "a", "a", "a", "b", "b", "b"]
    )


@pytest.fixture
def tiring(problem):
    return estimated_market(problem, known_fatigue(["a", "b"], 0.5, 0.6), {}, n_draws=1)


def test_the_optimum_has_no_regret(problem, tiring):
    best = best_known({"even": even_choice(problem)}, tiring)
    found = regrets({"best": best, "even": even_choice(problem)}, tiring)
    assert found["best"] == pytest.approx(0, abs=1e-9)
    assert found["even"] >= found["best"]


def test_with_true_estimates_prices_on_the_plans_path_lose_least(problem, tiring):
    choices = policy_choices(priced_problem(problem, tiring), known_fatigue(["a", "b"], 0.5, 0.6), {})
    found = regrets(choices, tiring)
    assert 0 <= found["ours"] <= 0.05  # prices are linear, fatigue is not
    assert found["ours"] < min(found[name] for name in ("myopic", "greedy", "even"))


def test_greedy_is_near_the_optimum_where_nothing_tires(problem):
    rested = estimated_market(problem, known_fatigue(["a", "b"], 0.0, 0.6), {}, n_draws=1)
    found = regrets({"plan": choice_of(solve_plan(problem), problem)}, rested)
    assert found["plan"] == pytest.approx(0, abs=1e-9)
    single = replace(problem, values=np.repeat(problem.values[:, :1], problem.n_slots, axis=1))
    alike = estimated_market(single, known_fatigue(["a", "b"], 0.0, 0.6), {}, n_draws=1)
    assert regrets({"greedy": greedy_choice(single)}, alike)["greedy"] == pytest.approx(0, abs=1e-9)


def test_peers_fill_as_they_say(problem):
    week = np.repeat(np.arange(6), 2)
    assert week[greedy_choice(problem)].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert np.bincount(week[even_choice(problem)], minlength=6).tolist() == [1, 1, 2, 1, 1, 2]
    # After two launches of "a" in the first week its response falls below b's share of the value.
    myopic = myopic_choice(problem, known_fatigue(["a", "b"], 2.0, 0.9), {})
    assert week[myopic[5]] == 1
    assert week[greedy_choice(problem)[5]] == 2


def test_nobody_launches_before_ready_or_beyond_capacity(make_problem):
    from datetime import date

    problem = make_problem([[5, 5], [4, 4], [3, 3]], ready=[date(2017, 10, 16), None, None])
    for choice in (
        greedy_choice(problem),
        even_choice(problem),
        myopic_choice(problem, known_fatigue(["g"], 1.0, 0.5), {}),
    ):
        assert choice[0] == 1
        assert np.bincount(choice[choice >= 0], minlength=2).max() <= 1


def test_the_summary_is_over_seeds():
    found = summarise_regrets([{"ours": x} for x in (0.0, 0.1, 0.2)])
    assert found["ours"]["mean"] == pytest.approx(0.1)
    assert found["ours"]["low"] == pytest.approx(0.02)
