from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.counterfactual import TIE_UNITS, counterfactual, shift, swap, why_here, why_not
from ranking.errors import InvalidProblem
from ranking.interventions import CapLaunches, Exclude, Lock, SetCapacity
from ranking.planner import Planner, solve_plan
from ranking.rows import Rule

WEEK = date(2017, 10, 9)
NEXT = WEEK + timedelta(weeks=1)


@pytest.fixture
def market(make_problem):
    """26 products x 12 slots with caps, valued as the ranker does."""
    rng = np.random.default_rng(7)
    values = rng.lognormal(1, 1, (26, 1)) * np.tile([1, 1.2, 1.5], 4) * np.exp(rng.normal(0, 0.08, (26, 12)))
    groups = [f"g{k}" for k in rng.integers(0, 5, 26)]
    return make_problem(values, n_placements=3, groups=groups, group_caps={"g0": 1, "g1": 1}, weekly_cap=2)


# Known answers, by hand


def test_why_here_is_the_loss_of_the_best_plan_without_it(make_problem):
    problem = make_problem([[10, 4], [3, 2]])  # best: A now, B next: 12; A not now: B now, A next: 7
    baseline = solve_plan(problem)
    told = counterfactual(Planner(problem), baseline, why_here(baseline.launch_of("A")))
    assert told.interventions == (Exclude("A", WEEK, "p0"),)
    assert (told.verdict, told.delta_units) == ("loss", -5)
    assert told.delta_low <= -5 <= told.delta_high
    assert [(old.week, new.week) for old, new in told.moved] == [(WEEK, NEXT), (NEXT, WEEK)]
    assert (told.displaced, told.gained) == ((), ())


def test_why_not_is_the_loss_of_the_best_plan_with_it(make_problem):
    problem = make_problem([[10, 4], [3, 2], [1, 1]])
    baseline = solve_plan(problem)
    told = counterfactual(Planner(problem), baseline, why_not("C"))
    assert (told.verdict, told.delta_units) == ("loss", -1)
    assert [x.product_id for x in told.displaced] == ["B"]
    assert [x.product_id for x in told.gained] == ["C"]
    assert told.moved == ()


def test_what_if_moved(make_problem):
    problem = make_problem([[10, 4], [3, 2]])
    told = counterfactual(Planner(problem), solve_plan(problem), why_not("A", NEXT))
    assert told.delta_units == -5
    assert told.plan.launch_of("A").week == NEXT


def test_equal_worth_is_a_tie_and_nothing_moves_without_need(make_problem):
    problem = make_problem(np.ones((5, 4)) * 7, n_placements=2)
    baseline = solve_plan(problem)
    launch = baseline.launches[0]
    told = counterfactual(Planner(problem), baseline, why_here(launch))
    assert told.verdict == "tie"
    assert told.delta_low <= 0 <= told.delta_high
    assert len(told.moved) + len(told.displaced) <= 2


def test_what_the_plan_does_already_changes_nothing(market):
    baseline = solve_plan(market)
    launch = baseline.launches[3]
    told = counterfactual(Planner(market), baseline, why_not(launch.product_id, launch.week, launch.placement))
    assert told.verdict == "tie"
    assert told.plan.launches == baseline.launches
    assert (told.displaced, told.moved, told.gained) == ((), (), ())


@pytest.mark.parametrize(("units", "verdict"), [(TIE_UNITS * 0.9, "tie"), (TIE_UNITS * 1.1, "loss")])
def test_a_difference_below_what_is_shown_is_a_tie(make_problem, units, verdict):
    problem = make_problem([[5 + units], [5]])
    assert counterfactual(Planner(problem), solve_plan(problem), [Exclude("A")]).verdict == verdict


def test_more_room_is_a_gain(make_problem):
    problem = make_problem([[5], [4]])
    told = counterfactual(Planner(problem), solve_plan(problem), [SetCapacity(WEEK, "p0", 2)])
    assert (told.verdict, told.delta_units) == ("gain", 4)


def test_a_wide_gap_makes_a_tie_of_an_uncertain_loss(make_problem):
    problem = make_problem([[10], [9]])
    unproven = replace(solve_plan(problem), bound=14.0)
    told = counterfactual(Planner(problem), unproven, [Exclude("A")])
    assert (told.delta_low, told.delta_high) == (pytest.approx(-5), pytest.approx(-1, abs=1e-4))
    assert told.verdict == "loss"
    unproven = replace(solve_plan(problem, [Lock("B")]), bound=14.0, interventions=())
    told = counterfactual(Planner(problem), unproven, [Exclude("B")])
    assert told.verdict == "tie"  # the new plan is worth 10, the baseline between 9 and 14


# What the operator asked for before


def test_a_baselines_interventions_stay(make_problem):
    problem = make_problem([[10, 4], [3, 2], [2, 1]])
    baseline = solve_plan(problem, [Lock("C", WEEK)])
    told = counterfactual(Planner(problem), baseline, why_not("B"))
    assert told.plan.launch_of("C").week == WEEK
    assert told.plan.interventions == (Lock("C", WEEK), Lock("B"))
    assert told.set_aside == ()


def test_a_question_about_a_locked_product_sets_its_lock_aside(make_problem):
    problem = make_problem([[10, 4], [3, 2]])
    lock = Lock("A", NEXT)
    baseline = solve_plan(problem, [lock])
    moved = counterfactual(Planner(problem), baseline, why_not("A", WEEK))
    assert (moved.set_aside, moved.verdict, moved.delta_units) == ((lock,), "gain", 5)
    without = counterfactual(Planner(problem), baseline, why_here(baseline.launch_of("A")))
    assert (without.set_aside, without.delta_units) == ((lock,), 5)


def test_a_lock_sets_exclusions_of_its_product_aside_but_an_exclusion_does_not(make_problem):
    problem = make_problem([[10, 4], [3, 2]])
    baseline = solve_plan(problem, [Exclude("A")])
    assert counterfactual(Planner(problem), baseline, why_not("A")).set_aside == (Exclude("A"),)
    assert counterfactual(Planner(problem), baseline, [Exclude("A", WEEK)]).set_aside == ()


def test_an_impossible_wish_is_infeasible_with_its_reason(make_problem):
    problem = make_problem([[10, 4], [3, 2]], ready=[None, NEXT])
    told = counterfactual(Planner(problem), solve_plan(problem), why_not("B", WEEK))
    assert told.verdict == "infeasible"
    assert told.plan is None
    assert told.delta_units is None
    assert "ready only on 2017-10-16" in told.reason
    assert told.conflicts == (Lock("B", WEEK),)


# Against a solve from scratch


def test_every_counterfactual_equals_a_solve_from_scratch(market):
    rng = np.random.default_rng(1)
    baseline = solve_plan(market)
    wishes = [why_here(launch) for launch in baseline.launches]
    for _ in range(20):
        week = market.weeks[rng.integers(4)] if rng.random() < 0.7 else None
        wishes.append(why_not(market.product_ids[rng.integers(26)], week))
    for wish in wishes:
        told = counterfactual(Planner(market), baseline, wish)
        scratch = solve_plan(market, wish)
        assert told.plan.objective == pytest.approx(scratch.objective, rel=1e-5)
        assert told.delta_low - 1e-6 <= scratch.objective - baseline.objective <= told.delta_high + 1e-6
        before, after = set(baseline.launches), set(told.plan.launches)
        assert before - after == {*told.displaced, *(old for old, _ in told.moved)}
        assert after - before == {*told.gained, *(new for _, new in told.moved)}


def test_two_launches_swap_their_places(make_problem):
    problem = make_problem([[5, 4], [3, 1]])
    baseline = solve_plan(problem)
    assert {x.product_id: x.week for x in baseline.launches} == {"A": NEXT, "B": WEEK}
    told = counterfactual(Planner(problem), baseline, swap(baseline, "A", "B"))
    assert told.delta_units == pytest.approx(-1)
    assert told.flip_units == pytest.approx(1)
    assert len(told.moved) == 2


def test_a_launch_shifts_by_weeks(make_problem):
    problem = make_problem([[5, 4], [3, 1]])
    baseline = solve_plan(problem)
    assert shift(baseline, "A", -1) == (Lock("A", WEEK),)
    with pytest.raises(InvalidProblem, match="not in the plan"):
        shift(solve_plan(problem, [Exclude("A")]), "A", 1)


def test_the_flip_is_exact(make_problem):
    """A launch stays while it sells more than the loss without it, and goes when it sells less."""
    problem = make_problem([[10, 4], [3, 2]])
    baseline = solve_plan(problem)
    flip = counterfactual(Planner(problem), baseline, why_here(baseline.launch_of("A"))).flip_units
    for change, stays in ((-0.99, True), (-1.01, False)):
        values = np.array([[10 + change * flip, 4], [3, 2]])
        assert (solve_plan(make_problem(values)).launch_of("A").week == WEEK) is stays


def test_binding_rules_are_those_whose_place_is_worth_something(make_problem):
    problem = make_problem([[9, 9], [8, 8], [7, 7]], groups=["g", "g", "h"], group_caps={"g": 5})
    plan, prices = Planner(problem).solve_with_prices()
    rules = {(rule.kind, rule.week): gain for rule, gain in prices.binding(plan.objective)}
    assert set(rules) == {("slot", slot.week) for slot in problem.slots}
    assert all(6.999 <= gain <= 8.1 for gain in rules.values())  # one more place takes the third product


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_one_more_place_never_gains_more_than_its_price(data, rich_problems):
    problem, slot = data.draw(rich_problems), data.draw(st.integers(0, 5))
    plan, prices = Planner(problem).solve_with_prices()
    chosen = problem.slots[slot % problem.n_slots]
    roomier = SetCapacity(chosen.week, chosen.placement, chosen.capacity + 1)
    gained = Planner(problem).solve([roomier]).objective - plan.objective
    price = prices.by_rule.get(Rule("slot", chosen.week, chosen.placement), 0.0)
    assert gained <= price + prices.bound - plan.objective + 1e-6


def test_a_counterfactual_tells_the_rules_that_bind_the_new_plan(make_problem):
    problem = make_problem([[9, 9], [8, 8], [7, 7]], capacity=2)
    planner = Planner(problem)
    told = counterfactual(planner, planner.solve(), (SetCapacity(WEEK, "p0", 1),))
    assert [rule.kind for rule, _ in told.binding] == []  # the other week takes the other two
    capped = counterfactual(planner, planner.solve(), (SetCapacity(WEEK, "p0", 0), CapLaunches(1)))
    rule, gain = capped.binding[0]
    assert (rule.kind, capped.plan.units) == ("week", 9)
    assert 7.999 <= gain <= 9.001  # one more launch sells 8; any price from 8 to 9 proves as much
