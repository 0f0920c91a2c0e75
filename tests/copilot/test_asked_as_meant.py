"""Questions that were answered as another one near them: each is answered as asked, or it is said what cannot be."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from copilot.catalogue_names import CatalogueNames
from copilot.changes import Change
from copilot.phrases import load_phrases, load_toml
from copilot.placement_names import PlacementNames
from ranking.interventions import Exclude
from tests.copilot.telling import essential

MAILERS = ("mailer interior page feature", "mailer wrap front", "mailer front page")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("close the mailers in week 50", MAILERS),
        ("the mailers", MAILERS),
        ("mailer interior in week 50", MAILERS[:1]),
        ("the mailer wrap", MAILERS[1:2]),
        ("the endcaps in week 50", ("rear end cap",)),
    ],
)
def test_a_plural_means_every_placement_that_it_names(text, meant):
    names = PlacementNames((*MAILERS, "rear end cap", "in-aisle"), (), ())
    assert names.find(text, []) == meant


@pytest.mark.parametrize("text", ["which week is the cheapest to rest?", "which are the cheapest weeks to rest?"])
def test_the_cheapest_week_to_rest_is_the_week_that_should(told, text):
    assert [one.week for one in essential(told(text)[0])] == [
        one.week for one in essential(told("which week should we rest?")[0])
    ]


@pytest.mark.parametrize(
    ("text", "turn", "lang"),
    [
        ("which week should we rest?", "and the next best?", "en"),
        ("which week is the cheapest to rest?", "and the second cheapest?", "en"),
        ("哪一周可以休息？", "第二小的呢", "zh"),
        ("哪一周可以休息？", "那下一个呢？", "zh"),
    ],
)
def test_the_next_best_after_a_rest_is_the_next_week(told, text, turn, lang):
    order = [one.week for one in essential(told(text, lang=lang)[0]) if one.name in ("cheapest_rest", "other_rest")]
    for n in (1, 2):
        sheet, _ = told(text, *[turn] * n, lang=lang)
        assert [(one.name, one.week) for one in essential(sheet)][:1] == [("other_rest", order[n])]


def test_no_week_is_left_after_the_last(told, small_engine):
    turns = ["and the next best?"] * len(small_engine.weeks)
    _, said = told("which week should we rest?", *turns)
    assert said[0].startswith(load_phrases("en").message("no_next_rest", week="")[:31])


@pytest.mark.parametrize(
    ("text", "lang", "period"),
    [("what do people search for", "en", "the last eight weeks of the log"), ("大家在搜什么", "zh", "日志最近八周")],
)
def test_what_is_searched_for_tells_its_period(told, text, lang, period):
    sheet, said = told(text, lang=lang)
    assert {one.name for one in essential(sheet)} == {"searches_for"}
    assert all(period in one for one in said[: len(sheet.essential)])


@pytest.mark.parametrize(
    ("text", "lang"), [("which launch costs most to drop?", "en"), ("去掉哪个新品损失最大？", "zh")]
)
def test_the_dearest_launch_to_drop_is_said_to_be_unknown(told, small_engine, small_stored, text, lang):
    sheet, said = told(text, lang=lang)
    launches = small_stored.plan.launches
    assert said[0] == load_phrases(lang).message("drops_weighed", n=3, all=len(launches), least=False)
    largest = sorted(launches, key=lambda one: -one.expected_units)[:3]
    losses = {one.subject: one.value for one in essential(sheet)}
    assert losses == {
        one.product_id: small_engine.counterfactual(small_stored, Exclude(one.product_id)).delta_units
        for one in largest
    }
    assert list(losses.values()) == sorted(losses.values())


@pytest.mark.parametrize(
    ("before", "turn", "lang"),
    [
        ("what if we drop #101?", "and what replaces it?", "en"),
        ("what if we drop #101?", "who takes its slot?", "en"),
        ("如果去掉 #101 会怎样？", "什么会替代它呢？", "zh"),
    ],
)
def test_what_replaces_a_dropped_launch_is_what_the_plan_gains(told, small_engine, small_stored, before, turn, lang):
    sheet, _ = told(before, turn, lang=lang)
    gained = small_engine.counterfactual(small_stored, Exclude("101")).gained
    assert [one.subject for one in essential(sheet) if one.name == "gained_units"] == [one.product_id for one in gained]
    assert "change_delta" not in {one.name for one in essential(sheet)}


def test_what_replaces_the_dearest_launch_is_about_that_one(told):
    first = essential(told("which launch costs most to drop?")[0])[0].subject
    sheet, said = told("which launch costs most to drop?", "and what replaces it?")
    assert sheet.question.told_products[:1] == (first,)
    assert {"gained_units", "moved_count"} >= {one.name for one in essential(sheet)}
    assert not {"drop_loss", "forecast_units"} & {one.name for one in essential(sheet)}
    assert said


@pytest.mark.parametrize(
    ("text", "lang"), [("how sure are you about the rhythm?", "en"), ("你对节奏有多大把握？", "zh")]
)
def test_how_sure_the_rhythm_is_tells_no_forecast(told, text, lang):
    sheet, said = told(text, lang=lang)
    assert said[0] == load_phrases(lang).message("sure_of_rhythm")
    names = {one.name for one in essential(sheet)}
    assert "fatigue_effect" in names
    assert not names & {"backtest_coverage", "plan_gap", "plan_low"}
    assert "backtest_coverage" in {one.name for one in essential(told("how sure are you?")[0])}


def test_a_why_of_two_asks_back_about_the_one_that_is_open(told):
    sheet, said = told("why is Organic Vanilla Yogurt before #101?")
    assert said[0] == load_phrases("en").message("ask_back_product")
    assert {one.subject for one in sheet.facts} == {"103", "104"}


@pytest.mark.parametrize(
    ("before", "turn", "lang"),
    [
        ("compare #101 and #106", "which one has the higher search demand?", "en"),
        ("比较 #101 和 #106", "哪个搜索需求更高？", "zh"),
    ],
)
def test_the_search_demand_of_a_comparison_is_told_of_both(told, before, turn, lang):
    searched = [one for one in essential(told(before, turn, lang=lang)[0]) if one.name == "searches_per_week"]
    assert {one.subject for one in searched} == {"101", "106"}
    assert searched[0].value >= searched[1].value


@pytest.mark.parametrize(
    ("before", "turn", "lang"),
    [
        ("compare #101 and #106", "and if they swapped weeks?", "en"),
        ("比较 #101 和 #106", "如果它们互换周呢？", "zh"),
    ],
)
def test_two_that_were_compared_are_swapped(told, before, turn, lang):
    sheet, _ = told(before, turn, lang=lang)
    assert sheet.question.change == Change("swap")
    assert sheet.question.named == (("101",), ("106",))


def test_what_a_comparison_asked_back_about_is_asked_back_again(told):
    before = "compare Organic Vanilla Yogurt and #101"
    for turn in ("which one has the higher search demand?", "and if they swapped weeks?"):
        assert told(before, turn)[1] == told(before)[1]


@pytest.mark.parametrize(
    ("text", "lang"), [("how many launches does each week have?", "en"), ("每周分别有多少上新？", "zh")]
)
def test_each_week_is_counted(told, small_engine, small_stored, text, lang):
    total, *weeks = essential(told(text, lang=lang)[0])
    held = Counter(launch.week for launch in small_stored.plan.launches)
    assert {one.week: one.value for one in weeks} == {week: held[week] for week in small_engine.weeks}
    assert total.value == sum(held.values())


@pytest.mark.parametrize(
    ("text", "lang"), [("why not in week 44?", "en"), ("and why not in week 44?", "en"), ("为什么不在第44周？", "zh")]
)
def test_a_why_not_of_nothing_asks_what(told, text, lang):
    assert told(text, lang=lang)[1] == [load_phrases(lang).message("why_what_not", week="2017-W44")]


def test_a_why_not_after_a_product_is_about_it(told):
    sheet, _ = told("why #101?", "why not in week 44?")
    assert sheet.question.entities.products == ("101",)
    assert "why_what_not" not in {one.key for one in sheet.messages}


@pytest.mark.parametrize(
    ("before", "turn", "lang"),
    [
        ("when does the plan start?", "and when does it end?", "en"),
        ("when does the plan start?", "and the end?", "en"),
        ("计划什么时候开始", "那什么时候结束呢", "zh"),
    ],
)
def test_the_end_of_the_plan_is_told_after_its_start(told, before, turn, lang):
    _, said = told(before, turn, lang=lang)
    assert said[0] == load_phrases(lang).message("plan_runs", first="2017-W41", last="2017-W46")


def test_a_title_of_everyday_words_is_one_where_it_is_written_as_a_name():
    names = CatalogueNames({"1": "Party Seasonal", "2": "Plan"}, ("party", "seasonal", "plan"))
    assert [one.products for one in names.find_titles("how sure is Party Seasonal?")] == [("1",)]
    assert names.find_titles("is the party seasonal?") == []
    assert names.find_titles("Plan") == []


@pytest.mark.parametrize(
    ("text", "lang"), [("when do the Halloween launches happen?", "en"), ("万圣节的新品什么时候上？", "zh")]
)
def test_when_what_is_made_for_a_day_launches_is_not_the_week_of_that_day(told, small_stored, text, lang):
    label = load_toml(lang, "holidays.toml")["halloween"]["label"]
    told_none = load_phrases(lang).message("none_of_a_day", day=label, week="2017-W44")
    assert told(text, lang=lang)[1] == [told_none]
    first, *others = small_stored.plan.launches
    made = replace(first, title="Halloween Candy", week=date(2017, 11, 13))
    stored = replace(small_stored, version=9, plan=replace(small_stored.plan, launches=(made, *others)))
    sheet, _ = told(text, lang=lang, stored=stored)
    assert [(one.name, one.week) for one in essential(sheet)] == [("launch_slot", made.week)]


@pytest.mark.parametrize(
    ("text", "lang", "said"),
    [
        ("what if grocery is limited to 1 a week?", "en", "at most 1 launch of each of {n} categories of Grocery in"),
        ("如果 Grocery 每周最多1个会怎样？", "zh", "Grocery 的 {n} 个品类"),
    ],
)
def test_a_limit_of_a_department_is_told_as_one_of_each_category(told, small_engine, monkeypatch, text, lang, said):
    monkeypatch.setattr("copilot.change_collectors.CATEGORIES_SAID", 1)
    n = sum(group.startswith("Grocery > ") for group in small_engine.group_names())
    _, sentences = told(text, lang=lang)
    assert said.format(n=n) in sentences[0]
