"""Worth under fatigue by hand, prices as its gradient, and the search against trying every choice."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from ranking.errors import InvalidProblem
from ranking.local_search import improve
from ranking.market import estimated_market, known_fatigue, simulated_rhythms, true_market
from ranking.plan_peers import choice_of
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


def crowding_market(make_problem, seed: int, crowding: float):
    """24 candidates of three groups for 18 slots of two; each other launch of a group's week costs `crowding`."""
    rng = np.random.default_rng(seed)
    values = rng.lognormal(1, 0.6, (24, 1)) * np.tile([1, 1.1, 1.2], 6) * np.exp(rng.normal(0, 0.05, (24, 18)))
    groups = [f"g{k}" for k in rng.integers(0, 3, 24)]
    problem = make_problem(values, n_placements=3, capacity=2, groups=groups)
    market = estimated_market(problem, known_fatigue(["g0", "g1", "g2"], 0.1, 0.5), {}, n_draws=1)
    crowded = replace(market.fatigue, crowding=np.full_like(market.fatigue.crowding, crowding))
    return problem, replace(market, fatigue=crowded)


def test_where_launches_crowd_each_other_steps_plan_better_than_one_price(make_problem):
    """The k-th launch of a week brings less and less; and its worth is told nearer the truth."""
    ratios = []
    for seed in range(4):
        problem, market = crowding_market(make_problem, seed, 0.3)
        stepped, flat = priced_problem(problem, market), replace(problem, prices=price_launches(market, 30)[1])
        plans = [solve_plan(stepped), solve_plan(flat)]
        worths = [market.worth_of(choice_of(plan, problem)) for plan in plans]
        assert abs(plans[0].objective - worths[0]) < abs(plans[1].objective - worths[1])
        ratios.append(worths[0] / worths[1])
    assert np.mean(ratios) > 1.01


def test_steps_never_fall_and_bar_no_launch_that_slots_can_hold(make_problem):
    problem, market = crowding_market(make_problem, 0, 0.1)
    stepped = priced_problem(problem, market)
    for table in stepped.launch_costs.values():
        assert (np.diff(table, axis=1) >= 0).all()
        assert table[:, 0] == pytest.approx(0)
        assert table.shape[1] >= 6  # what the slots of a week hold


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
