from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.errors import InfeasiblePlan, InvalidProblem
from ranking.interventions import CapLaunches, ChangePrice, Exclude, Lock, ScaleForecast, SetCapacity
from ranking.plan import Plan
from ranking.planner import Planner, solve_plan
from ranking.problem import LaunchPrices, MinShare, PlanningProblem
from ranking.synthetic import synthetic_problem

WEEK = date(2017, 10, 9)
NEXT = WEEK + timedelta(weeks=1)


def slots_of(plan: Plan) -> dict[str, tuple[date, str]]:
    return {launch.product_id: (launch.week, launch.placement) for launch in plan.launches}


def market(n: int, seed: int = 0, n_weeks: int = 4, n_placements: int = 3) -> tuple[np.ndarray, list[str]]:
    """Values as the ranker makes them (forecast x season x placement, with noise) and groups."""
    rng = np.random.default_rng(seed)
    season = np.exp(rng.normal(0, 0.1, n_weeks)).repeat(n_placements)
    placement = np.tile(np.linspace(1, 1.6, n_placements), n_weeks)
    noise = np.exp(rng.normal(0, 0.05, (n, n_weeks * n_placements)))
    return rng.lognormal(1, 1, (n, 1)) * season * placement * noise, [f"g{k}" for k in rng.integers(0, 6, n)]


# Known answers, by hand


def test_the_docstrings_example(make_problem):
    plan = solve_plan(make_problem([[3, 1], [2, 2]]))
    assert plan.objective == 5
    assert slots_of(plan) == {"A": (WEEK, "p0"), "B": (NEXT, "p0")}
    assert (plan.status, plan.gap, plan.bound) == ("optimal", 0, 5)


def test_the_best_slot_of_each_is_not_the_best_plan(make_problem):
    # Greedy gives A its 10 and leaves B 1: 11. The best plan moves A: 9 + 8 = 17.
    assert solve_plan(make_problem([[10, 9], [8, 1]])).objective == 17


def test_a_group_cap_leaves_out_the_weaker_of_a_group(make_problem):
    problem = make_problem([[5, 5], [4, 4], [1, 1]], capacity=2, n_placements=2, groups=["g", "g", "h"])
    assert solve_plan(problem).objective == 10
    capped = solve_plan(replace(problem, group_caps={"g": 1}))
    assert capped.objective == 6
    assert set(slots_of(capped)) == {"A", "C"}


def test_the_weekly_cap_counts_all_groups(make_problem):
    problem = make_problem([[5], [4], [1]], capacity=3, groups=["g", "h", "i"], weekly_cap=2)
    assert solve_plan(problem).objective == 9


def test_a_launch_waits_until_its_product_is_ready(make_problem):
    problem = make_problem([[9, 2]], ready=[WEEK + timedelta(days=1)])
    assert slots_of(solve_plan(problem)) == {"A": (NEXT, "p0")}
    assert slots_of(solve_plan(replace(problem, ready=(WEEK,)))) == {"A": (WEEK, "p0")}


def test_a_slot_takes_only_its_categories(make_problem):
    problem = make_problem([[9], [2]], groups=["Meat", "Grocery > Soup"], slot_groups=[["Grocery"]])
    assert set(slots_of(solve_plan(problem))) == {"B"}
    paths = replace(problem, categories=("Grocery > Meat > Ham", "Grocery > Soup"))
    assert set(slots_of(solve_plan(paths))) == {"A"}


def test_launches_carry_their_slots_figures_in_calendar_order(make_problem):
    plan = solve_plan(make_problem([[1, 3], [2, 1]]))
    assert [(x.product_id, x.title, x.week) for x in plan.launches] == [
        ("B", "Product B", WEEK),
        ("A", "Product A", NEXT),
    ]
    assert [(x.expected_units, x.low, x.high) for x in plan.launches] == [(2, 1, 4), (3, 1.5, 6)]
    assert (plan.n_candidates, plan.n_slots) == (2, 2)


# Nothing to decide


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_no_candidates_or_no_slots_give_an_empty_plan(make_problem, shape):
    plan = solve_plan(make_problem(np.zeros(shape)))
    assert (plan.launches, plan.objective, plan.bound, plan.gap, plan.status) == ((), 0, 0, 0, "optimal")


def test_capacity_0_takes_nothing(make_problem):
    plan = solve_plan(make_problem([[5, 5]], capacity=[0, 1]))
    assert slots_of(plan) == {"A": (NEXT, "p0")}
    assert solve_plan(make_problem([[5, 5]], capacity=0)).launches == ()


def test_launches_worth_nothing_are_left_out_unless_locked(make_problem):
    problem = make_problem([[0, 0], [1, 1]], capacity=5)
    assert set(slots_of(solve_plan(problem))) == {"B"}
    assert set(slots_of(solve_plan(problem, [Lock("A")]))) == {"A", "B"}


# Locks and exclusions


def test_a_lock_brings_a_weak_product_in(make_problem):
    problem = make_problem([[9, 9], [8, 8], [1, 2]])
    assert slots_of(solve_plan(problem, [Lock("C")]))["C"] == (NEXT, "p0")
    assert slots_of(solve_plan(problem, [Lock("C", WEEK)]))["C"] == (WEEK, "p0")
    assert solve_plan(problem, [Lock("C", WEEK)]).objective == 10


def test_two_locks_on_one_product_must_both_hold(make_problem):
    problem = make_problem([[1, 2, 3, 4]], n_placements=2)
    assert slots_of(solve_plan(problem, [Lock("A", WEEK), Lock("A", None, "p0")])) == {"A": (WEEK, "p0")}


def test_an_exclusion_bars_its_slot_week_placement_or_all(make_problem):
    problem = make_problem([[4, 3, 2, 1]], n_placements=2)
    assert slots_of(solve_plan(problem, [Exclude("A", WEEK, "p0")])) == {"A": (WEEK, "p1")}
    assert slots_of(solve_plan(problem, [Exclude("A", WEEK)])) == {"A": (NEXT, "p0")}
    assert slots_of(solve_plan(problem, [Exclude("A", None, "p0")])) == {"A": (WEEK, "p1")}
    assert solve_plan(problem, [Exclude("A")]).launches == ()


def test_caps_and_capacities_can_be_changed(make_problem):
    problem = make_problem([[5, 1], [4, 1], [3, 1]], capacity=3, groups=["g", "g", "h"])
    assert solve_plan(problem).objective == 12
    assert solve_plan(problem, [CapLaunches(1, WEEK)]).objective == 7
    assert solve_plan(problem, [CapLaunches(1, WEEK, "g")]).objective == 9
    assert solve_plan(problem, [CapLaunches(0)]).objective == 0
    assert solve_plan(problem, [SetCapacity(WEEK, "p0", 0)]).objective == 3
    roomier = make_problem([[5], [4]], capacity=1)
    assert solve_plan(roomier, [SetCapacity(WEEK, "p0", 2)]).objective == 9


def test_what_is_excluded_or_capped_but_unknown_changes_nothing(make_problem):
    problem = make_problem([[5]])
    rules = [
        Exclude("gone"),
        Exclude("A", date(2031, 1, 6)),
        CapLaunches(0, date(2031, 1, 6)),
        CapLaunches(0, None, "z"),
    ]
    assert solve_plan(problem, rules).objective == 5


@pytest.mark.parametrize(
    "rule", [CapLaunches(-1), SetCapacity(WEEK, "moon", 1), SetCapacity(WEEK, "p0", -1), CapLaunches(1.5)], ids=str
)
def test_a_senseless_intervention_is_refused(make_problem, rule):
    with pytest.raises(InvalidProblem, match=r"choose another|whole number from 0"):
        solve_plan(make_problem([[5]]), [rule])


# Against every possible plan


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_optimum_equals_trying_everything(data, planning_cases, best_by_trying_everything):
    problem, interventions = data.draw(planning_cases)
    best = best_by_trying_everything(problem, interventions)
    if best is None:
        with pytest.raises(InfeasiblePlan):
            solve_plan(problem, interventions)
        return
    plan = solve_plan(problem, interventions)
    assert plan.objective == pytest.approx(best, rel=1e-5, abs=1e-9)
    assert plan.bound >= best - 1e-6 * max(1, best)
    assert plan.status == "optimal"
    assert best_by_trying_everything(problem, (*interventions, *as_locks(plan))) == pytest.approx(plan.objective)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_with_every_rule_and_cost_the_optimum_equals_trying_everything(
    data, rich_problems, best_worth_by_trying_everything
):
    problem = data.draw(rich_problems)
    product = st.sampled_from(problem.product_ids)
    week, placement = st.sampled_from(problem.weeks), st.sampled_from(problem.placements)
    kinds = (
        st.builds(ScaleForecast, product, st.floats(0, 3))
        | st.builds(ChangePrice, product, st.floats(0.3, 3))
        | st.builds(Lock, product, st.none() | week)
        | st.builds(Exclude, product, st.none() | week)
        | st.builds(CapLaunches, st.integers(0, 3), st.none() | week, st.none() | st.sampled_from(["g", "h"]))
        | st.builds(SetCapacity, week, placement, st.integers(0, 4))
    )
    interventions = tuple(data.draw(st.lists(kinds, max_size=2, unique_by=type)))
    best = best_worth_by_trying_everything(problem, interventions)
    if best is None:
        with pytest.raises(InfeasiblePlan):
            solve_plan(problem, interventions)
        return
    plan = solve_plan(problem, interventions)
    assert plan.objective == pytest.approx(best, rel=1e-5, abs=1e-6)
    assert plan.bound >= best - 1e-6 * max(1, abs(best))
    if problem.worth is None and problem.ceilings is None:
        assert plan.objective == pytest.approx(plan.units - plan.rhythm_cost - plan.substitution_cost)


def test_a_lock_and_a_least_share_do_not_break_the_bound(make_problem):
    """The price of the share may grow without end; L would then be a difference of vast numbers."""
    ready = [WEEK + timedelta(days=10), None]  # the first product fits the third week only, which has one place
    values = [[0.59, 0.4, 2.72], [0.63, 1.16, 8.53]]
    problem = make_problem(values, capacity=[2, 2, 1], groups=["g", "h"], ready=ready)
    plan = solve_plan(replace(problem, min_shares=(MinShare("group", "g", 0.5),)), [Lock("B")])
    assert plan.objective == pytest.approx(1.16 + 2.72)
    assert plan.bound == pytest.approx(plan.objective)


def test_what_changes_nothing_moves_nothing_however_many_are_equal(make_problem):
    """Forty candidates of one forecast for twelve places: any of them is as good as any other."""
    problem = make_problem(np.full((40, 12), 5.0), n_placements=3)
    planner = Planner(problem)
    plan = planner.solve()
    out = next(p for p in problem.product_ids if plan.launch_of(p) is None)
    first = plan.launches[0]
    for nothing in (CapLaunches(1000), Exclude(out), Lock(first.product_id, first.week, first.placement)):
        assert planner.solve([nothing], near=plan).launches == plan.launches
    moved = planner.solve([Lock(out)], near=plan)
    assert len(set(moved.launches) - set(plan.launches)) == 1


def test_a_cap_can_allow_more_than_the_problem_does(make_problem):
    problem = make_problem([[5, 0], [4, 0], [3, 0]], capacity=3, groups=["g"] * 3, group_caps={"g": 1}, weekly_cap=2)
    assert len(solve_plan(problem).launches) == 1
    assert len(solve_plan(problem, [CapLaunches(3, None, "g")]).launches) == 2
    assert len(solve_plan(problem, [CapLaunches(3, None, "g"), CapLaunches(3)]).launches) == 3
    assert len(solve_plan(problem, [CapLaunches(3, None, "g"), CapLaunches(0, None, "g")]).launches) == 0


def test_a_spacing_of_one_week_is_one_launch_a_week(make_problem):
    problem = replace(make_problem([[5, 4], [5, 4], [5, 4]], capacity=3), spacing={"g": 1})
    assert len(solve_plan(problem).launches) == 2


def as_locks(plan: Plan) -> list[Lock]:
    """Locks of the plan's own launches: they can hold only if the plan keeps the rules."""
    return [Lock(launch.product_id, launch.week, launch.placement) for launch in plan.launches]


# Larger problems


def check_rules(problem: PlanningProblem, plan: Plan) -> None:
    by_slot = Counter((x.week, x.placement) for x in plan.launches)
    assert all(by_slot[slot.week, slot.placement] <= slot.capacity for slot in problem.slots)
    assert len({x.product_id for x in plan.launches}) == len(plan.launches)
    by_group = Counter((x.week, x.group) for x in plan.launches)
    assert all(count <= problem.group_caps.get(group, 10**9) for (_, group), count in by_group.items())
    assert max(Counter(x.week for x in plan.launches).values()) <= (problem.weekly_cap or 10**9)
    assert plan.objective == pytest.approx(sum(x.expected_units for x in plan.launches))


@pytest.mark.parametrize("seed", range(4))
def test_searching_few_columns_changes_neither_the_optimum_nor_the_rules(make_problem, monkeypatch, seed):
    values, groups = market(26, seed)
    caps = {"g0": 1, "g1": 2, "g2": 1}
    problem = make_problem(values, capacity=2, n_placements=3, groups=groups, group_caps=caps, weekly_cap=4)
    whole = solve_plan(problem)
    monkeypatch.setattr("ranking.planner._WHOLE_PROBLEM", 0)
    monkeypatch.setattr("ranking.planner._FEWEST_SEARCHED", 10)
    few = solve_plan(problem)
    assert few.objective == pytest.approx(whole.objective, rel=1e-5)
    for plan in (few, whole):
        assert plan.status == "optimal"
        check_rules(problem, plan)


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e6])
def test_the_unit_of_the_values_does_not_matter(make_problem, scale):
    values, groups = market(26)
    plan = solve_plan(make_problem(values, n_placements=3, groups=groups, weekly_cap=2))
    scaled = solve_plan(make_problem(values * scale, n_placements=3, groups=groups, weekly_cap=2))
    assert slots_of(scaled) == slots_of(plan)
    assert scaled.objective == pytest.approx(plan.objective * scale)


def test_the_order_of_the_input_does_not_matter(make_problem):
    problem = make_problem(np.round(market(26)[0]), n_placements=3, weekly_cap=2)  # rounded: many equal values
    rows, columns = np.random.default_rng(5).permutation(26), np.random.default_rng(6).permutation(12)
    shuffled = replace(
        problem,
        product_ids=[problem.product_ids[i] for i in rows],
        titles=[problem.titles[i] for i in rows],
        slots=[problem.slots[j] for j in columns],
        **{name: getattr(problem, name)[np.ix_(rows, columns)] for name in ("values", "lows", "highs")},
    )
    assert slots_of(solve_plan(shuffled)) == slots_of(solve_plan(problem)) == slots_of(solve_plan(problem))


def test_equal_candidates_are_told_apart_by_their_ids_alone(make_problem):
    plan = solve_plan(make_problem(np.ones((20, 3)), weekly_cap=1))
    assert plan.objective == 3
    assert plan == replace(solve_plan(make_problem(np.ones((20, 3)), weekly_cap=1)), solve_s=plan.solve_s)


def test_without_time_the_plan_is_feasible_and_its_gap_true(make_problem):
    values, groups = market(26)
    problem = make_problem(values, capacity=2, n_placements=3, groups=groups, group_caps={"g0": 1}, weekly_cap=4)
    best = solve_plan(problem, [Lock("C", NEXT)])
    hurried = solve_plan(problem, [Lock("C", NEXT)], time_limit_s=0.0)
    check_rules(problem, hurried)
    assert hurried.launch_of("C").week == NEXT
    assert hurried.objective <= best.objective <= hurried.bound
    assert hurried.gap == pytest.approx(hurried.bound / hurried.objective - 1)
    assert hurried.status == ("optimal" if hurried.gap <= 1e-5 else "feasible")


def test_without_time_no_place_stays_empty_that_a_candidate_could_take(make_problem):
    values, groups = market(400, n_weeks=8)
    hurried = solve_plan(make_problem(values, capacity=3, n_placements=3, groups=groups), time_limit_s=0.0)
    assert len(hurried.launches) == 8 * 3 * 3
    caps = {f"g{k}": 1 for k in range(6)}
    capped = make_problem(values, capacity=3, n_placements=3, groups=groups, group_caps=caps)
    assert len(solve_plan(capped, time_limit_s=0.0).launches) == 8 * 6


def test_of_equally_good_plans_the_nearest_is_taken(make_problem):
    problem = make_problem(np.ones((6, 6)), n_placements=2)
    first = solve_plan(problem)
    order = list(slots_of(first))
    swapped = {p: slots_of(first)[q] for p, q in zip(order, order[1:] + order[:1], strict=True)}
    other = solve_plan(problem, [Lock(p, *slot) for p, slot in swapped.items()])
    assert slots_of(solve_plan(problem, near=first)) == slots_of(first)
    assert slots_of(solve_plan(problem, near=other)) == swapped


def test_staying_near_never_costs_more_than_its_weight(make_problem):
    problem = make_problem([[3, 1], [2, 2]])
    bad = solve_plan(problem, [Lock("A", NEXT), Lock("B", WEEK)])
    assert bad.objective == 3
    assert solve_plan(problem, near=bad).objective == 5


@pytest.mark.slow
def test_a_hundred_thousand_candidates_are_planned():
    plan = solve_plan(synthetic_problem(100_000), time_limit_s=90.0, mip_gap=1e-2)
    assert len(plan.launches) == 192
    assert plan.objective <= plan.bound
    assert plan.gap <= 0.05


def test_what_is_forced_in_at_a_loss_is_planned_at_the_least_loss(make_problem):
    """Launch prices can make a launch cost more than it brings: a lock then takes its lesser evil."""
    problem = make_problem([[10, 5]], groups=["g"])
    prices = LaunchPrices(("g",), np.ones((1, 2)), np.array([[20.0, 10.0]]))
    plan = solve_plan(replace(problem, prices=prices), [Lock("A")])
    assert plan.objective == pytest.approx(-5)
    assert plan.bound >= plan.objective
    assert [launch.week for launch in plan.launches] == [problem.weeks[1]]


def test_a_least_share_does_not_force_a_loss(make_problem):
    problem = make_problem([[0.0], [0.0]], groups=["g", "h"], capacity=2)
    prices = LaunchPrices(("g", "h"), np.ones((2, 1)), np.array([[20.0], [2.0]]))
    plan = solve_plan(replace(problem, prices=prices, min_shares=(MinShare("group", "g", 0.5),)))
    assert plan.objective == pytest.approx(0)
    assert plan.launches == ()
