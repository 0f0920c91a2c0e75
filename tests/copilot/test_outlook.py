"""Facts about what may come otherwise: risks, drivers, confidence, shoppers, and plans set side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.archive import Archive
from copilot.intents import Intent
from copilot.questions import Entities, Question
from copilot.scenario_measures import Compared
from copilot.unmet_demand import UnmetWord
from tests.copilot.telling import answered, names

W41, W42 = date(2017, 10, 9), date(2017, 10, 16)


class Shelf(Archive):
    """Plans and scenarios set by hand."""

    def __init__(self, plans=(), compared=()):
        object.__setattr__(self, "plans", {one.version: one for one in plans})
        object.__setattr__(self, "compared", tuple(compared))

    def pair(self, versions, current):
        wanted = [one for one in versions if one != current.version] or [current.version - 1]
        return self.plans.get(wanted[0]), current

    def scenarios(self):
        return self.compared


@pytest.fixture
def told(small_engine, small_stored):
    def tell(intent, archive=None, text="?", **entities):
        question = Question(text, intent, Entities(**entities), 1.0)
        return answered(question, small_engine, small_stored, archive)[0]

    return tell


def test_a_products_risks_name_its_interval_the_worst_of_its_like_and_what_would_flip_it(told):
    sheet = told(Intent.RISKS, products=("101",))
    assert names(sheet)[:2] == ["expected_units", "analogue_units"]
    worst = min(fact.value for fact in sheet.facts if fact.name == "analogue_units")
    assert worst == 3  # Black Tea 40 Bags sold least of the past launches
    assert "how_sure" in {message.key for message in sheet.messages}


def test_the_plans_risks_name_its_low_case_and_the_launches_that_may_fall_shortest(told, small_stored):
    sheet = told(Intent.RISKS)
    shortest = min(small_stored.plan.launches, key=lambda one: one.low - one.expected_units)
    assert names(sheet)[0] == "plan_low"
    assert next(fact.subject for fact in sheet.facts if fact.name == "expected_units") == shortest.product_id


def test_a_weeks_risks_are_about_its_launches(told):
    sheet = told(Intent.RISKS, weeks=(W41,))
    assert names(sheet)[0] == "planned_count"
    assert {fact.week for fact in sheet.facts if fact.name == "expected_units"} == {W41}


def test_drivers_tell_the_factors_of_a_planned_product(told):
    said = names(told(Intent.DRIVERS, products=("101",)))
    assert said[0] == "expected_units"
    assert {"placement_effect", "forecast_units"} <= set(said)


def test_drivers_of_a_product_without_a_slot_are_its_forecast(told):
    sheet = told(Intent.DRIVERS, products=("107",))
    assert [message.key for message in sheet.messages] == ["drivers_without_slot"]
    assert names(sheet)[0] == "forecast_units"


def test_confidence_is_an_interval_and_what_it_rests_on(told):
    assert names(told(Intent.CONFIDENCE, products=("101",)))[:2] == ["expected_units", "analogue_median"]
    assert names(told(Intent.CONFIDENCE)) == [
        "backtest_coverage",
        "backtest_error",
        "backtest_peer_error",
        "backtest_launches",
        "plan_gap",
        "plan_low",
        "plan_worth",
        "data_launches",
    ]


def test_confidence_of_a_part_is_the_interval_of_its_launches_together(told, small_stored, small_engine):
    sizes = set()
    for placement in small_engine.placements:
        launches = [one for one in small_stored.plan.launches if one.placement == placement]
        sheet = told(Intent.CONFIDENCE, placements=(placement,))
        first = next(fact for fact in sheet.facts if fact.id == sheet.essential[0])
        assert first.name == ("planned_units" if launches else "planned_count")
        sizes.add(min(len(launches), 2))
        if len(launches) > 1:
            low, high = first.interval
            assert first.value == pytest.approx(sum(one.expected_units for one in launches))
            assert sum(one.low for one in launches) < low < first.value < high < sum(one.high for one in launches)
    assert 2 in sizes
    (alone,) = (one for one in small_stored.plan.launches if one.week == W41)
    total = next(fact for fact in told(Intent.CONFIDENCE, weeks=(W41,)).facts if fact.name == "planned_units")
    assert total.interval == (alone.low, alone.high)


def test_the_audience_is_a_share_of_shoppers(told):
    sheet = told(Intent.AUDIENCE, products=("101",))
    category = next(fact for fact in sheet.facts if fact.name == "category_buyers")
    assert category.subject == "Grocery > Bag Snacks"
    assert category.value == 1.0  # pretzels, bought in the last half year by all ten shoppers
    assert "audience_limits" in {message.key for message in sheet.messages}


def test_the_audience_of_categories_needs_no_product_and_begins_with_the_largest(told):
    sheet = told(Intent.AUDIENCE, groups=("Grocery > Cookies", "Grocery"))
    assert [fact.name for fact in sheet.facts] == ["category_buyers"] * 2
    assert sheet.facts[1].value >= sheet.facts[0].value > 0
    assert sheet.get(sheet.essential[0]).subject == "Grocery"


def test_words_that_no_product_has_are_unmet_demand(told, monkeypatch):
    assert told(Intent.UNMET_DEMAND).facts[0].value == 0  # "salty" alone names no goods
    both = {"kefir and halloumi": 5}
    found = [UnmetWord("halloumi", {"halloumi": 40} | both), UnmetWord("kefir", both)]
    monkeypatch.setattr("copilot.demand_collectors.unmet_words", lambda *_: found)
    sheet = told(Intent.UNMET_DEMAND)
    assert [(fact.other_label, fact.value) for fact in sheet.facts[1:]] == [("halloumi", 45), ("kefir", 5)]
    assert sheet.facts[0].value == 45  # a search with both words counts once
    assert sheet.facts[0].source.simulated


def test_changes_count_what_came_went_and_moved(told, small_stored):
    first, *others = small_stored.plan.launches
    gone = replace(first, product_id="107", title="Green Tea 20 Bags")
    moved = replace(others[0], placement="in-aisle")
    earlier = replace(small_stored, version=2, plan=replace(small_stored.plan, launches=(gone, moved, *others[1:])))
    sheet = told(Intent.CHANGES, Shelf([earlier]))
    counts = {fact.name: fact.value for fact in sheet.facts if fact.name.endswith("_count")}
    assert counts == {"added_count": 1, "removed_count": 1, "shifted_count": 1 if moved != others[0] else 0}
    assert {fact.subject for fact in sheet.facts if fact.name == "expected_units"} == {first.product_id}
    assert names(sheet)[0] == "worth_change"


def test_plans_of_other_data_are_not_weighed(told, small_stored):
    earlier = replace(small_stored, version=2, fingerprint="another")
    sheet = told(Intent.CHANGES, Shelf([earlier]))
    assert "worth_change" not in names(sheet)
    assert {"nothing_changed", "other_data"} <= {message.key for message in sheet.messages}


def test_without_an_earlier_version_that_is_said(told):
    for archive in (None, Shelf()):
        sheet = told(Intent.CHANGES, archive)
        assert [message.key for message in sheet.messages] == ["no_earlier_version"]


def test_scenarios_are_weighed_against_the_plan(told, small_stored):
    better = Compared("More snacks", None, small_stored.plan, None, "", 3.0, 2.5, 3.5)
    broken = Compared("Old one", None, None, None, "its product is gone")
    sheet = told(Intent.COMPARE_PLANS, Shelf([], [better, broken]))
    fact = next(fact for fact in sheet.facts if fact.name == "scenario_delta")
    assert (fact.subject_label, fact.value, fact.interval, fact.sign) == ("More snacks", 3.0, (2.5, 3.5), 1)
    assert [message.key for message in sheet.messages] == ["scenario_fails"]


def test_without_a_scenario_the_versions_are_compared(told, small_stored):
    sheet = told(Intent.COMPARE_PLANS, Shelf([replace(small_stored, version=2)]))
    assert next(message.key for message in sheet.messages) == "no_scenarios"
    assert "added_count" in names(sheet)
