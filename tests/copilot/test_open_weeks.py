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


def test_a_week_later_stays_a_shift(ask):
    assert ask("could we launch the organic vanilla yogurt a week later").entities.shift_weeks == 1


def test_a_turn_after_a_range_counts_from_its_own_week(ask):
    assert ask("what launches before week 45", "and before week 43?").entities.weeks == weeks(41, 42)
