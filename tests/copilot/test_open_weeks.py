"""Open ranges of weeks: what lists or counts is asked of the plan's weeks before, through or after one of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from copilot.intents import Intent

W41 = date(2017, 10, 9)


def weeks(first: int, last: int) -> tuple[date, ...]:
    return tuple(W41 + timedelta(weeks=n - 41) for n in range(first, last + 1))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("what launches before week 43", 41, 42),
        ("what launches in the weeks before week 44", 41, 43),
        ("which launches are planned through week 43", 41, 43),
        ("weeks 43 and later: what launches", 43, 52),
        ("what launches in weeks 43 and later", 43, 52),
        ("what launches from week 50 on", 50, 52),
        ("what launches after week 50", 51, 52),
        ("what launches until Halloween", 41, 44),
        ("what launches before Halloween", 41, 43),
        ("what launches between Halloween and Thanksgiving", 44, 47),
        ("how many launches are planned from Halloween to Thanksgiving", 44, 47),
        ("which launches come between week 50 and Christmas", 50, 52),
        ("which launches come no later than week 42", 41, 42),
        ("how many launches are planned from week 50 to Christmas", 50, 52),
    ],
)
def test_a_range_holds_each_of_its_weeks(ask, text, first, last):
    question = ask(text)
    assert (question.intent, question.entities.weeks) == (Intent.PLANNED, weeks(first, last))
    assert question.entities.shift_weeks is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("第43周之前上什么", 41, 42),
        ("第43周前有多少上新", 41, 42),
        ("第50周以后上什么", 51, 52),
        ("到第42周为止有哪些上新", 41, 42),
        ("第43周及以后有哪些上新", 43, 52),
        ("从第50周开始上哪些", 50, 52),
        ("圣诞节前一周上什么", 51, 51),
        ("第43周的前一周上什么", 42, 42),
    ],
)
def test_a_range_in_chinese(ask, text, first, last):
    assert ask(text, lang="zh").entities.weeks == weeks(first, last)


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("what launches the week before week 43", 42),
        ("what launches two weeks before Christmas", 50),
        ("what launches in week 43", 43),
        ("why week 41 and not before", 41),
    ],
)
def test_one_week_stays_one(ask, text, week):
    assert ask(text).entities.weeks == weeks(week, week)


def test_a_range_that_the_plan_lacks_lies_outside_it(ask):
    assert ask("any launches before week 41").entities.weeks == weeks(40, 40)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("what if we launch nothing between Thanksgiving and Christmas", "en"),
        ("如果感恩节到圣诞节之间不上新会怎样", "zh"),
    ],
)
def test_a_limit_holds_in_each_week_between(ask, text, lang):
    question = ask(text, lang=lang)
    assert question.change is not None
    assert (question.change.kind, question.change.amount) in (("cap", 0), ("drop", 0))
    assert question.entities.weeks == weeks(47, 52)


@pytest.mark.parametrize("text", ["compare week 43 and week 45", "the difference between week 43 and Thanksgiving"])
def test_two_weeks_that_are_compared_are_no_range(ask, text):
    assert len(ask(text).entities.weeks) == 2


def test_a_range_of_numbers_may_turn_the_year(ask):
    assert ask("what launches in weeks 51 to 2").entities.weeks == weeks(51, 54)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("what is planned in weeks 46 to 48", "en"),
        ("what if we launch nothing in weeks 46 to 48", "en"),
        ("第46到48周有什么计划", "zh"),
    ],
)
def test_weeks_beyond_the_plan_are_said_beside_what_it_has(told, small_engine, text, lang):
    sheet, said = told(text, lang=lang)
    assert sheet.messages[0].key == "weeks_beyond"
    assert all(week in said[0] for week in ("2017-W47", "2017-W48"))
    assert {fact.week for fact in sheet if fact.week} <= set(small_engine.weeks)
    assert len(said) > 1


def test_weeks_all_beyond_the_plan_are_refused(told):
    sheet, _ = told("what is planned in weeks 47 to 48")
    assert [message.key for message in sheet.messages] == ["unknown_week"]
    assert not list(sheet)


def test_a_week_later_stays_a_shift(ask):
    assert ask("could we launch the organic vanilla yogurt a week later").entities.shift_weeks == 1


def test_a_turn_after_a_range_counts_from_its_own_week(ask):
    assert ask("what launches before week 45", "and before week 43?").entities.weeks == weeks(41, 42)
