"""Words that settle questions about the plan: two weeks set apart, why so many a week, the past, and each other."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.changes import Change
from copilot.facts import collect_facts
from copilot.intents import Intent
from copilot.plan_words import by_words_of_the_plan
from copilot.question import Question
from tests.copilot.telling import names

W43, W44, W45, W46 = date(2017, 10, 23), date(2017, 10, 30), date(2017, 11, 6), date(2017, 11, 13)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "is week 44 better than week 46"),
        ("en", "is week 44 better than 46"),
        ("en", "which is stronger, week 44 or 46"),
        ("en", "week 44 vs 46, which is stronger?"),
        ("en", "which week is busier, 44 or 46?"),
        ("en", "do we sell more in week 44 than in week 46"),
        ("en", "which of weeks 44 and 46 sells more"),
        ("en", "what's the difference between week 44 and 46"),
        ("zh", "44周比46周好吗"),
        ("zh", "44周还是46周更好"),
        ("zh", "44周和46周哪个更强"),
        ("zh", "W44比W46卖得多吗"),
        ("zh", "44和46哪一周更忙"),
    ],
)
def test_weeks_set_against_each_other_are_told_as_they_are_planned(ask, lang: str, text: str) -> None:
    question = ask(text, lang=lang)
    assert (question.intent, question.entities.weeks) == (Intent.PLANNED, (W44, W46))


@pytest.mark.parametrize(
    ("lang", "text", "intent"),
    [
        ("en", "should we rest week 44 or week 46", Intent.RHYTHM),
        ("en", "is it better to rest in week 44 or in week 46", Intent.RHYTHM),
        ("en", "is the peppermint bark better in week 44 than in week 46", Intent.WHAT_IF_MOVE),
        ("zh", "44周和46周哪一周休息比较好", Intent.RHYTHM),
    ],
)
def test_a_rest_and_a_product_are_not_weighed_as_weeks(ask, lang: str, text: str, intent: Intent) -> None:
    assert ask(text, lang=lang).intent is intent


def test_weeks_set_apart_are_told_with_their_units_and_counts_and_no_total(parser, small_engine, small_stored) -> None:
    sheet = collect_facts(parser.parse("is week 43 better than week 45"), small_engine, small_stored)
    told = [(sheet.get(one).name, sheet.get(one).week) for one in sheet.essential]
    assert told[:4] == [(name, week) for week in (W43, W45) for name in ("planned_units", "planned_count")]
    assert not {fact.name for fact in sheet} & {"span_units", "span_count"}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "why 14 a week and not 20"),
        ("en", "why 14 launches a week?"),
        ("en", "why so few launches per week"),
        ("en", "why don't we launch more than 14 a week"),
        ("en", "why are there 14 launches in week 45"),
        ("zh", "为什么一周14个不是20个"),
        ("zh", "为什么每周上市14个"),
        ("zh", "为什么每周只上这么少"),
        ("zh", "每周14个是怎么定的"),
    ],
)
def test_why_so_many_a_week_asks_for_the_rhythm(ask, lang: str, text: str) -> None:
    assert (ask(text, lang=lang).intent, ask(text, lang=lang).change) == (Intent.RHYTHM, None)


@pytest.mark.parametrize(("lang", "text"), [("en", "why 14 and not 10 a week"), ("zh", "为什么每周14个而不是10个")])
def test_why_no_fewer_supposes_the_fewer(ask, lang: str, text: str) -> None:
    assert (ask(text, lang=lang).intent, ask(text, lang=lang).change) == (Intent.WHAT_IF, Change("cap", 10))


@pytest.mark.parametrize("text", ["why are 3 launches a week like #101 and not 5", "why 3 a week and not 5"])
def test_why_so_many_beside_a_product_is_about_the_product(parser, text: str) -> None:
    read = parser.reader.read(text)
    asked = Question(text, Intent.WHY_HERE, read.entities, 0.5)
    settled = by_words_of_the_plan(asked, read, None, parser.phrases, parser.engine.weeks)
    assert settled.intent is (Intent.WHY_HERE if read.entities.products else Intent.RHYTHM)


@pytest.mark.parametrize("text", ["why 2 launches a week and not 20", "为什么每周2个不是20个"])
def test_why_so_many_tells_the_limit_first(parsers, small_engine, small_stored, text: str) -> None:
    lang = "en" if text.isascii() else "zh"
    sheet = collect_facts(parsers[lang].parse(text, lang), small_engine, small_stored)
    assert sheet.get(sheet.essential[0]).name in ("slots_bind", "room_per_week", "recommended_per_week")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "compare the plan with what we do today"),
        ("en", "how many launches do we do today compared with the plan"),
        ("en", "how does the plan compare with the past"),
        ("en", "how different is the plan from our current practice"),
        ("zh", "把计划和我们现在的做法比较一下"),
        ("zh", "和计划相比，我们现在每周上市多少个"),
        ("zh", "计划和过去相比怎么样"),
    ],
)
def test_the_plan_beside_the_past_asks_for_the_rhythm(ask, lang: str, text: str) -> None:
    assert ask(text, lang=lang).intent is Intent.RHYTHM


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "compare the plan with the scenario"),
        ("en", "how does the plan compare with the previous version"),
        ("en", "compare this plan with the last plan"),
        ("zh", "把计划和情景比较一下"),
        ("zh", "计划和上一版相比怎么样"),
    ],
)
def test_a_scenario_or_a_version_is_no_past_of_the_shop(ask, lang: str, text: str) -> None:
    assert ask(text, lang=lang).intent in (Intent.COMPARE_PLANS, Intent.CHANGES)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "will the blueberries cannibalise other berries"),
        ("en", "do the blueberries steal sales from strawberries"),
        ("en", "are the blueberries eating into our other launches"),
        ("zh", "Blueberries会蚕食其他浆果吗"),
        ("zh", "Blueberries会抢走Strawberries的销量吗"),
    ],
)
def test_what_a_product_does_to_others_stands_among_its_risks(ask, lang: str, text: str) -> None:
    question = ask(text, lang=lang)
    assert (question.intent, question.entities.products[:1]) == (Intent.RISKS, ("882115",))


@pytest.mark.parametrize(
    ("lang", "text", "intent"),
    [
        ("en", "do berries eat into each other", Intent.RHYTHM),
        ("en", "what does cannibalisation mean", Intent.METHOD),
        ("zh", "45周的新品会互相抢销量吗", Intent.RHYTHM),
    ],
)
def test_without_a_product_it_is_the_rhythm_or_the_method(ask, lang: str, text: str, intent: Intent) -> None:
    assert ask(text, lang=lang).intent is intent


def test_what_launches_do_to_each_other_is_told_before_what_one_sells(parser, small_engine, small_stored) -> None:
    sheet = collect_facts(parser.parse("will #101 cannibalise other snacks"), small_engine, small_stored)
    first = names(sheet)
    assert "fatigue_effect" in first
    assert first.index("fatigue_effect") < first.index("expected_units")
