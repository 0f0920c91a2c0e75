"""Questions of an operator that were read as something else, or told what was not asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ranking.interventions import CapLaunches, Exclude, SetCapacity
from tests.copilot.telling import essential

W43, W44 = date(2017, 10, 23), date(2017, 10, 30)
SNACKS = "Grocery > Bag Snacks"


@pytest.fixture
def ask(told, small_stored):
    def tell(text, lang="en", stored=small_stored):
        sheet, said = told(text, lang=lang, stored=stored)
        return sheet, " ".join(said)

    return tell


@pytest.mark.parametrize(
    "text",
    ["what if snacks are limited to 1 a week?", "what if we cap snacks at 1 a week?", "what if we limit snacks to 1?"],
)
def test_a_limit_of_a_category_is_no_limit_of_the_whole_plan(ask, small_engine, small_stored, text):
    sheet, said = ask(text)
    told = small_engine.counterfactual(small_stored, CapLaunches(1, None, SNACKS))
    assert essential(sheet)[0].value == told.delta_units
    assert f"at most 1 launch of {SNACKS} in each week" in said


def test_a_limit_of_a_category_in_chinese_is_of_it(ask, small_engine, small_stored):
    sheet, _ = ask("snacks 每周最多1个会怎样？", "zh")
    told = small_engine.counterfactual(small_stored, CapLaunches(1, None, SNACKS))
    assert essential(sheet)[0].value == told.delta_units


def test_at_most_is_no_more_in_chinese(ask, small_engine, small_stored):
    sheet, _ = ask("第44周最多上1个会怎样？", "zh")
    told = small_engine.counterfactual(small_stored, CapLaunches(1, W44))
    assert essential(sheet)[0].value == told.delta_units
    sheet, _ = ask("in-aisle 最多0个会怎样？", "zh")
    none = [
        SetCapacity(one.week, one.placement, 0) for one in small_engine.problem.slots if one.placement == "in-aisle"
    ]
    assert essential(sheet)[0].value == small_engine.counterfactual(small_stored, *none).delta_units <= 0


def test_a_limit_that_names_a_product_is_of_its_category(ask, small_engine, small_stored):
    sheet, said = ask("what if #101 is limited to 1 a week?")
    told = small_engine.counterfactual(small_stored, CapLaunches(1, None, SNACKS))
    assert essential(sheet)[0].value == told.delta_units
    assert f"at most 1 launch of {SNACKS} in each week" in said


def test_a_second_place_is_one_more_in_each_week(ask, small_engine, small_stored):
    sheet, _ = ask("what would a second in-aisle slot bring?")
    more = [
        SetCapacity(one.week, one.placement, 2) for one in small_engine.problem.slots if one.placement == "in-aisle"
    ]
    assert essential(sheet)[0].value == small_engine.counterfactual(small_stored, *more).delta_units


def test_closing_a_week_is_priced(ask, small_engine, small_stored):
    sheet, _ = ask("how much would we lose by closing week 44?")
    assert essential(sheet)[0].value == small_engine.counterfactual(small_stored, CapLaunches(0, W44)).delta_units < 0
    closed = replace(small_stored, version=9, plan=small_engine.solve((CapLaunches(0, W44),)))
    sheet, said = ask("what if we close week 44?", stored=closed)
    assert said.startswith("Closed by your own decision")
    assert essential(sheet)[0].value > 0


@pytest.mark.parametrize(
    ("text", "lang", "said"),
    [
        ("what did I decide so far?", "en", "Standing: no launches in 2017-W43."),
        ("我已经决定了什么？", "zh", "现行规则：2017-W43 都不上新。"),
    ],
)
def test_what_was_decided_lists_the_decisions(ask, small_engine, small_stored, text, lang, said):
    rules = (Exclude("106"), CapLaunches(0, W43))
    decided = replace(small_stored, version=9, plan=small_engine.solve(rules))
    _, told = ask(text, lang, stored=decided)
    assert said in told
    assert "#106" in told


@pytest.mark.parametrize(
    ("text", "lang"), [("how many units per week are expected?", "en"), ("每周预计卖多少件？", "zh")]
)
def test_units_per_week_are_told_week_by_week(ask, small_engine, small_stored, text, lang):
    sheet, _ = ask(text, lang)
    total, *weeks = essential(sheet)
    by_week = {launch.week: launch.expected_units for launch in small_stored.plan.launches}
    assert total.value == pytest.approx(sum(by_week.values()))
    assert {one.week: one.value for one in weeks} == pytest.approx(by_week)


@pytest.mark.parametrize(
    ("text", "lang"), [("which launches are too late for their holiday?", "en"), ("哪些新品晚于它们的节日？", "zh")]
)
def test_what_comes_too_late_is_told_alone(ask, small_stored, text, lang):
    assert essential(ask(text, lang)[0]) == []
    first, *others = small_stored.plan.launches
    late = replace(first, title="Halloween Candy", week=date(2017, 11, 13))
    stored = replace(small_stored, version=9, plan=replace(small_stored.plan, launches=(late, *others)))
    sheet, _ = ask(text, lang, stored=stored)
    assert [(one.name, one.subject) for one in essential(sheet)] == [("after_holiday", first.product_id)]


def test_whether_a_week_has_room_tells_the_room_next(ask):
    names = [fact.name for fact in essential(ask("is there still room in week 44?")[0])]
    assert names[:2] == ["planned_count", "room_per_week"] or names[:2] == ["planned_count", "slots_bind"]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("what limits the plan?", "en"),
        ("what would one more slot be worth?", "en"),
        ("which slot is the most valuable?", "en"),
        ("什么限制了计划？", "zh"),
    ],
)
def test_what_limits_the_plan_is_told_by_what_one_more_place_is_worth(ask, small_engine, small_stored, text, lang):
    told = essential(ask(text, lang)[0])
    dearest = small_engine.binding(small_stored)[:3]
    assert [fact.value for fact in told] == [price for _, price in dearest]
    assert [fact.week for fact in told] == [rule.week for rule, _ in dearest]


def test_a_week_closed_by_hand_is_no_place_for_one_more(ask, small_engine, small_stored):
    closed = replace(small_stored, version=9, plan=small_engine.solve((CapLaunches(0, W43),)))
    assert W43 in {rule.week for rule, _ in small_engine.binding(closed)[:1]}
    assert W43 not in {fact.week for fact in essential(ask("what limits the plan?", stored=closed)[0])}


@pytest.mark.parametrize(("text", "lang"), [("which weeks have no snacks?", "en"), ("哪些周没有 bag snacks？", "zh")])
def test_weeks_without_a_category_are_named(ask, small_engine, small_stored, text, lang):
    total, *empty = essential(ask(text, lang)[0])
    held = {launch.week for launch in small_stored.plan.launches if launch.group == SNACKS}
    assert (total.subject, total.value) == (SNACKS, 2)
    assert {fact.week for fact in empty} == set(small_engine.weeks) - held
    assert {fact.value for fact in empty} == {0}


@pytest.fixture
def many_alike(small_engine, monkeypatch):
    """Where a word that names a category names more products than could be asked back."""
    monkeypatch.setattr("copilot.category_reading.SHOWN_CANDIDATES", 0)


@pytest.mark.parametrize("text", ["compare snacks and yogurt", "what sells better, snacks or yogurt?"])
def test_two_categories_are_set_side_by_side(ask, many_alike, small_stored, text):
    told = essential(ask(text)[0])
    units = {fact.subject: fact.value for fact in told if fact.name == "planned_units"}
    for group in (SNACKS, "Grocery > Yogurt"):
        held = [launch.expected_units for launch in small_stored.plan.launches if launch.group == group]
        assert units[group] == pytest.approx(sum(held))


def test_a_category_left_out_as_a_whole_is_solved(ask, many_alike, small_engine, small_stored):
    sheet, _ = ask("what if we drop all snacks?")
    assert (
        essential(sheet)[0].value == small_engine.counterfactual(small_stored, CapLaunches(0, None, SNACKS)).delta_units
    )
