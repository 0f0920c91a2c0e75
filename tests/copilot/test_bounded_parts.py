"""Weeks, placements and categories with more or fewer launches, or units, than a number."""

from __future__ import annotations

from collections import Counter

import pytest

from copilot.intents import Intent
from copilot.questions import Entities, Question
from tests.copilot.telling import answered, essential


@pytest.fixture
def told(small_engine, small_stored):
    def tell(text, lang="en", **entities):
        question = Question(text, Intent.EXTREMES, Entities(**entities), 1.0, lang)
        return answered(question, small_engine, small_stored)

    return tell


@pytest.fixture
def by_week(small_engine, small_stored):
    counts = Counter(one.week for one in small_stored.plan.launches)
    return {week: counts[week] for week in small_engine.weeks}


@pytest.mark.parametrize(
    ("text", "lang", "holds"),
    [
        ("which weeks have more than 1 launch", "en", lambda n: n > 1),
        ("which weeks have at least two launches?", "en", lambda n: n >= 2),
        ("in which weeks are there fewer than 1 launches", "en", lambda n: n < 1),
        ("which weeks have at most one launch", "en", lambda n: n <= 1),
        ("哪些周上新超过1个", "zh", lambda n: n > 1),
        ("哪几周上新少于1个", "zh", lambda n: n < 1),
    ],
)
def test_weeks_within_a_bound_are_listed_with_their_launches(told, by_week, text, lang, holds):
    sheet, said = told(text, lang)
    fitting = {week: n for week, n in by_week.items() if holds(n)}
    message = sheet.messages[0]
    if fitting:
        assert (message.key, message.params["n"], message.params["total"]) == (
            "bounded_parts",
            len(fitting),
            len(by_week),
        )
        assert {fact.week: fact.value for fact in essential(sheet)} == fitting
        assert str(len(fitting)) in said[0]
    else:
        assert message.key == "bounded_no_part"


def test_categories_above_a_bound_are_told_the_largest_first(told, small_stored):
    counts = Counter(one.group for one in small_stored.plan.launches)
    sheet, _ = told("which categories have at least 1 launch")
    assert [fact.value for fact in essential(sheet)] == sorted(counts.values(), reverse=True)


def test_weeks_are_bounded_by_units_too(told, small_engine, small_stored):
    units = dict.fromkeys(small_engine.weeks, 0.0)
    for one in small_stored.plan.launches:
        units[one.week] += one.expected_units
    bound = round(sorted(units.values())[len(units) // 2], 1)
    sheet, _ = told(f"which weeks sell more than {bound} units")
    assert [fact.week for fact in essential(sheet)] == [
        week for week in sorted(units, key=lambda one: -units[one]) if round(units[week], 1) > bound
    ]


def test_without_any_the_nearest_is_told(told, by_week):
    sheet, said = told("which weeks have more than 400 launches")
    assert sheet.messages[0].key == "bounded_no_part"
    assert [fact.value for fact in essential(sheet)] == [max(by_week.values())]
    assert said[0].startswith("None of the")


def test_only_the_weeks_asked_about_count(told, small_engine):
    asked = small_engine.weeks[:2]
    sheet, _ = told("which of these weeks have at least 1 launch", weeks=asked)
    assert sheet.messages[0].params["total"] == len(asked)


@pytest.mark.parametrize(
    "text",
    [
        "which categories have more than 5 launches",
        "which weeks have fewer than 8 launches",
        "how many placements have over 10 launches?",
        "which weeks sell more than 90 units",
    ],
)
def test_a_bound_on_parts_ranks_the_plan(ask_by_meaning, text):
    question = ask_by_meaning(text)
    assert (question.intent, question.change) == (Intent.EXTREMES, None)


def test_a_limit_on_each_week_supposes_it(ask_by_meaning):
    assert ask_by_meaning("what if weeks have at most 3 launches").change.kind == "cap"


def test_only_begins_no_name(ask_by_meaning):
    question = ask_by_meaning("only ice cream launches in week 45")
    assert question.intent is Intent.PLANNED
    assert question.entities.groups
