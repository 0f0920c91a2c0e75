"""Worth under fatigue by hand, prices as its gradient, and the search against trying every choice."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from ranking.errors import InvalidProblem
from ranking.local_search import improve
from ranking.market import estimated_market, known_fatigue, simulated_rhythms, true_market
from ranking.planner import solve_plan
from ranking.pricing import price_launches, priced_problem
from retrieval.sources.simulated import simulated_shop

LOG2 = float(np.log(2))


@pytest.fixture
def tiring(make_problem):
    """Four candidates of one group, four weeks of two slots; a launch's fatigue halves and costs up to half."""
    values = np.array([8.0, 6.0, 5.0, 3.0])[:, None] * np.array([1.0, 0.8, 1.1, 0.8, 1.0, 0.7, 1.0, 0.9])
    problem = make_problem(values, n_placements=2)
    return estimated_market(problem, known_fatigue(["g"], LOG2, 0.5), {"g": 0.0}, n_draws=1)


def test_fatigue_halves_what_follows(make_problem):
    problem = make_problem([[8, 8], [4, 4]])
    # The launch of week 0 leaves fatigue 1 at decay 0.5 x (1 + 1): 4 x exp(-log 2) = 2.
    market = estimated_market(problem, known_fatigue(["g"], LOG2, 0.5), {"g": 2.0}, n_draws=1)
    assert market.worth_of(np.array([0, -1])) == pytest.approx(8 / 4)
    assert market.worth_of(np.array([0, 1])) == pytest.approx(8 / 4 + 4 * 2**-1.5)
    assert market.worth_of(np.array([-1, -1])) == 0


def test_groups_do_not_tire_each_other(make_problem):
    problem = make_problem([[8, 8], [4, 4]], groups=["a", "b"])
    market = estimated_market(problem, known_fatigue(["a", "b"], LOG2, 0.5), {}, n_draws=1)
    assert market.worth_of(np.array([0, 1])) == pytest.approx(12)


def test_the_search_finds_what_trying_everything_finds(tiring):
    every = np.array(list(itertools.product(range(-1, 8), repeat=4)))
    fits = [np.bincount(choice[choice >= 0], minlength=8).max() <= 1 for choice in every]
    best = tiring.worth(every[fits]).max()
    assert tiring.worth_of(improve(tiring, np.full(4, -1), n_shakes=3)) == pytest.approx(best)
    assert tiring.worth_of(price_launches(tiring)[0]) >= 0.95 * best  # fatigue this strong is far from linear


def test_the_planner_follows_the_prices(make_problem):
    """Two groups share one slot a week; launching one group twice in a row halves the second launch."""
    problem = make_problem([[8, 8], [8, 8], [5, 5]], groups=["a", "a", "b"])
    market = estimated_market(problem, known_fatigue(["a", "b"], 4.0, 0.9), {}, n_draws=1)
    plan = solve_plan(priced_problem(problem, market))
    assert sorted(launch.group for launch in plan.launches) == ["a", "b"]
    assert sorted(launch.group for launch in solve_plan(problem).launches) == ["a", "a"]


def test_without_fatigue_prices_are_nothing(make_problem):
    problem = make_problem([[3, 1], [2, 2]])
    market = estimated_market(problem, known_fatigue(["g"], 0.0, 0.5), {}, n_draws=1)
    choice, prices = price_launches(market)
    assert choice.tolist() == [0, 1]
    assert (prices.cost == 0).all()
    assert (prices.response == 1).all()


def test_the_truth_is_the_simulation_s(make_problem):
    shop = simulated_shop(3, n_products=60, n_weeks=30)
    truth = shop.truth
    product_id = shop.frames["products"]["product_id"].iloc[0]
    group = " > ".join(shop.frames["products"]["category"].iloc[0].split(" > ")[:2])
    base = make_problem([[1.0, 1.0]], n_placements=2, groups=[group])
    slots = tuple(
        replace(s, week=truth.weeks[18], placement=p) for s, p in zip(base.slots, ("shelf", "front page"), strict=True)
    )
    problem = replace(base, product_ids=(product_id,), slots=slots)
    market = true_market(problem, truth, share=1.0)
    season = truth.season[truth.groups.index(group), 18:22]
    tired = np.exp(-truth.fatigue_strength * truth.fatigue[truth.groups.index(group), 18])
    assert market.worth_of(np.array([0])) == pytest.approx(
        truth.base_units[product_id] * season @ truth.lifecycle * tired
    )
    more = truth.base_units[product_id] * truth.lifecycle[0] * season[0] * 1.4 * tired
    assert market.worth_of(np.array([1])) - market.worth_of(np.array([0])) == pytest.approx(more)


def test_a_product_of_another_shop_is_refused(make_problem):
    with pytest.raises(InvalidProblem, match="does not know"):
        true_market(make_problem([[1.0]]), simulated_shop(3, n_products=20, n_weeks=30).truth, share=1.0)


def test_simulated_rhythms_hold_the_true_fatigue():
    shop = simulated_shop(3, n_products=200, n_weeks=40)
    problems = simulated_rhythms(shop)
    assert {problem.strength for problem in problems} == {shop.truth.fatigue_strength}
    sizes = [np.count_nonzero(problem.values) for problem in problems]
    assert sizes[0] == max(sizes)
