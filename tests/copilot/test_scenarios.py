"""Scenarios over the small simulated shop: nothing touches the plan until one is adopted, and nothing gets lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from copilot.errors import (
    ScenarioRefused,
    StalePlan,
    StaleScenario,
    UnknownGroup,
    UnknownPlacement,
    UnknownProduct,
    UnknownScenario,
    UnknownWeek,
)
from copilot.scenario_measures import mean_shares, measure
from copilot.scenarios import NAME_LIMIT
from ranking.errors import InfeasiblePlan
from ranking.interventions import CapLaunches, Exclude, Lock, ScaleForecast, SetCapacity
from ranking.plan import Launch, Plan

HOSTILE = '<img src=x onerror=alert(1)> "a"'


@pytest.fixture
def scenarios(copilot):
    return copilot.scenarios


@pytest.fixture
def launch(copilot):
    return copilot.current_plan().plan.launches[0]


def test_a_scenario_begins_as_the_plan_and_leaves_it_alone(copilot, scenarios, launch):
    before = copilot.current_plan()
    made = scenarios.create("without it")
    assert (made.revision, made.parent, made.plan.launches) == (1, "", before.plan.launches)
    changed = scenarios.add("Without IT", Exclude(launch.product_id), 1)
    assert (changed.revision, changed.name) == (2, "without it")
    assert changed.plan.launch_of(launch.product_id) is None
    assert copilot.current_plan() == before
    assert scenarios.get("without it") == changed


def test_a_branch_begins_as_its_parent_and_goes_its_own_way(scenarios, launch):
    scenarios.create("one")
    scenarios.add("one", Exclude(launch.product_id), 1)
    branch = scenarios.create("two", parent="ONE")
    assert (branch.parent, branch.interventions) == ("one", (Exclude(launch.product_id),))
    scenarios.remove("two", 1, 1)
    assert scenarios.get("one").interventions == (Exclude(launch.product_id),)
    scenarios.delete("one", 2)
    assert [item.name for item in scenarios.all()] == ["two"]


def test_a_second_thought_about_the_same_thing_takes_the_firsts_place(scenarios, launch):
    scenarios.create("x")
    scenarios.add("x", ScaleForecast(launch.product_id, 0.5), 1)
    changed = scenarios.add("x", ScaleForecast(launch.product_id, 2.0), 2)
    assert changed.interventions == (ScaleForecast(launch.product_id, 2.0),)


def test_the_second_of_two_writers_is_told_and_loses_nothing(scenarios, launch):
    scenarios.create("x")
    first = scenarios.add("x", CapLaunches(2), 1)
    with pytest.raises(StaleScenario, match="revision 1, now it is at 2"):
        scenarios.add("x", Exclude(launch.product_id), 1)
    with pytest.raises(StaleScenario):
        scenarios.delete("x", 1)
    assert scenarios.get("x") == first


def test_a_change_meant_for_a_deleted_scenario_never_meets_its_namesake(scenarios):
    scenarios.create("x")
    scenarios.delete("x", 1)
    assert scenarios.create("x").revision == 2
    with pytest.raises(StaleScenario):
        scenarios.add("x", CapLaunches(1), 1)


def test_what_cannot_hold_names_the_conflict_and_changes_nothing(copilot, scenarios):
    slot = next(slot for slot in copilot.engine.problem.slots if slot.capacity == 1)
    first, second = copilot.engine.problem.product_ids[:2]
    scenarios.create("x")
    kept = scenarios.add("x", Lock(first, slot.week, slot.placement), 1)
    clash = Lock(second, slot.week, slot.placement)
    with pytest.raises(InfeasiblePlan) as conflict:
        scenarios.add("x", clash, 2)
    assert set(conflict.value.conflicts) == {*kept.interventions, clash}
    assert scenarios.get("x") == kept


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (Lock("no-such"), UnknownProduct),
        (ScaleForecast("no-such", 2.0), UnknownProduct),
        (CapLaunches(1, date(1999, 1, 4)), UnknownWeek),
        (SetCapacity(date(1999, 1, 4), "shelf", 1), UnknownWeek),
        (CapLaunches(1, None, "no such group"), UnknownGroup),
    ],
)
def test_what_the_plan_does_not_know_is_refused(scenarios, item, error):
    scenarios.create("x")
    with pytest.raises(error):
        scenarios.add("x", item, 1)
    assert scenarios.get("x").revision == 1


def test_an_unknown_placement_names_those_there_are(copilot, scenarios, launch):
    scenarios.create("x")
    with pytest.raises(UnknownPlacement, match=launch.placement):
        scenarios.add("x", Lock(launch.product_id, None, "on the moon"), 1)


@pytest.mark.parametrize("name", ["", "   ", "\u200b\n", "x" * 10_000, "x" * (NAME_LIMIT + 1), "Plan"])
def test_a_name_that_is_none_or_too_long_is_refused(scenarios, name):
    with pytest.raises(ScenarioRefused):
        scenarios.create(name)
    assert scenarios.all() == ()


def test_a_name_is_taken_once_whatever_its_case(scenarios):
    scenarios.create("Early")
    with pytest.raises(ScenarioRefused, match="already"):
        scenarios.create(" early ")
    assert scenarios.create(HOSTILE).name == HOSTILE  # text, escaped where it is shown


def test_unknown_scenarios_and_numbers_are_told(scenarios):
    scenarios.create("x")
    with pytest.raises(UnknownScenario, match="“y”"):
        scenarios.create("z", parent="y")
    with pytest.raises(UnknownScenario, match="“y”"):
        scenarios.compare(["y"])
    with pytest.raises(ScenarioRefused, match="no number 1"):
        scenarios.remove("x", 1, 1)


def test_scenarios_stand_beside_the_plan(copilot, scenarios, launch):
    scenarios.create("a")
    scenarios.add("a", Exclude(launch.product_id), 1)
    scenarios.create("b")
    plan, a, b = scenarios.compare(["a", "b", "A"])
    assert (plan.name, a.name, b.name) == ("", "a", "b")
    assert plan.delta_units is None
    assert a.delta_low <= a.delta_units <= min(a.delta_high, 1e-9)
    assert b.delta_units == 0.0
    for column in (plan, a, b):
        assert sum(column.measures.per_week.values()) == column.measures.n_launches
        assert sum(column.measures.per_group.values()) == column.measures.n_launches
        assert column.measures.low_units <= column.measures.objective
    with pytest.raises(ScenarioRefused, match="not 5"):
        scenarios.compare(["a", "b", "c", "d", "e"])
    with pytest.raises(ScenarioRefused):
        scenarios.compare([])


def test_reach_is_the_mean_share_of_the_placements_or_not_known():
    week = date(2017, 10, 9)
    launches = tuple(Launch(p, p, "g", week, where, 4.0, 1.0, 9.0) for p, where in (("1", "front"), ("2", "back")))
    plan = Plan(launches, 8.0, 8.0, 0.0, "optimal", 0.1, (), 2, 2)
    shares = mean_shares(pd.DataFrame({"placement": ["front", "front"], "share": [0.2, 0.4]}))
    found = measure(plan, (week, week + timedelta(weeks=1)), shares)
    assert (found.reach, found.n_unreached) == (pytest.approx(0.3), 1)
    assert list(found.per_week.values()) == [2, 0]
    assert measure(plan, (week,), {}).reach is None


def test_an_adopted_scenario_stands_with_its_price_and_can_be_undone(copilot, scenarios, launch):
    before = copilot.current_plan()
    slot = next(slot for slot in copilot.engine.problem.slots if slot.week == launch.week)
    rules = (Exclude(launch.product_id), CapLaunches(1, launch.week), SetCapacity(slot.week, slot.placement, 0))
    scenarios.create("quiet")
    for revision, item in enumerate(rules, start=1):
        made = scenarios.add("quiet", item, revision)
    adopted = scenarios.adopt("quiet", 4, before.version)
    assert adopted.plan.launches == made.plan.launches
    assert {standing.rule for standing in copilot.store.rules()} == set(rules)
    assert copilot.replan().plan.launches == adopted.plan.launches
    (entry,) = copilot.ledger()
    assert (entry.override.decision.kind, entry.override.decision.title) == ("adopt", "quiet")
    assert entry.override.decision.delta_units == pytest.approx(adopted.plan.objective - before.plan.objective)
    back = copilot.restore(before.version, copilot.current_plan().version)
    assert back.plan.launches == before.plan.launches
    assert copilot.store.rules() == ()
    assert copilot.restore(adopted.version, back.version).plan.launches == adopted.plan.launches
    assert {standing.rule for standing in copilot.store.rules()} == set(rules)


def test_adopting_what_changed_meanwhile_is_refused(copilot, scenarios):
    version = copilot.current_plan().version
    scenarios.create("x")
    scenarios.add("x", CapLaunches(1), 1)
    with pytest.raises(StaleScenario):
        scenarios.adopt("x", 1, version)
    copilot.replan()
    with pytest.raises(StalePlan):
        scenarios.adopt("x", 2, version)
    assert copilot.store.rules() == ()


def test_a_scenario_of_other_data_is_solved_again_or_says_why_not(copilot, scenarios):
    old = scenarios.create("old")
    copilot.store.scenarios.change(replace(old, fingerprint="other", plan=replace(old.plan, objective=1e9)), "test")
    assert scenarios.compare(["old"])[1].delta_units == pytest.approx(0.0, abs=1e-3)
    gone = (Lock("gone"),)
    copilot.store.scenarios.change(replace(old, revision=2, fingerprint="other", interventions=gone), "test")
    column = scenarios.compare(["old"])[1]
    assert column.measures is None
    assert "gone" in column.problem
    assert column.to_json()["interventions"] == [
        {"kind": "lock", "product_id": "gone", "week": None, "placement": None}
    ]
