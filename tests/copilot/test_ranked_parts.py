"""Weeks, placements and categories in order, up to the one asked about: "the second busiest week", "and the third?"."""

from __future__ import annotations

import pytest

from copilot.intents import Intent
from tests.copilot.telling import essential

RANKED = ("most_units", "most_launches", "planned_units", "planned_count", "least_units")


@pytest.fixture
def weeks(small_stored):
    sums = {}
    for launch in small_stored.plan.launches:
        sums[launch.week] = sums.get(launch.week, 0.0) + launch.expected_units
    return sorted(sums, key=lambda week: -sums[week])


def ranked(sheet):
    return [fact for fact in essential(sheet) if fact.name in RANKED]


@pytest.mark.parametrize(
    ("turns", "lang", "n"),
    [
        (("Which week has the second most units?",), "en", 2),
        (("Which week has the most units?", "and the second?"), "en", 2),
        (("Which week has the most units?", "and the second?", "the third?"), "en", 3),
        (("哪一周销量最高", "第二高呢"), "zh", 2),
        (("rank the weeks by units",), "en", 5),
        (("top 3 weeks by units",), "en", 3),
    ],
)
def test_weeks_are_told_in_order(told, weeks, turns, lang, n):
    sheet, _ = told(*turns, lang=lang)
    assert sheet.question.intent is Intent.EXTREMES
    facts = ranked(sheet)
    assert [fact.week for fact in facts] == weeks[:n]
    values = [fact.value for fact in facts]
    assert values == sorted(values, reverse=True)


def test_the_turn_after_is_about_the_place_asked_for(told, weeks):
    assert told("Which week has the second most units?")[0].question.told_weeks == (weeks[1],)
    assert told("rank the weeks by units")[0].question.told_weeks == (weeks[0],)


def test_categories_are_told_in_order(told, small_stored):
    sums = {}
    for launch in small_stored.plan.launches:
        sums[launch.group] = sums.get(launch.group, 0.0) + launch.expected_units
    facts = ranked(told("second biggest category?")[0])
    assert [fact.subject for fact in facts] == sorted(sums, key=lambda group: -sums[group])[:2]


def test_a_place_that_there_is_not_is_said(told, small_stored):
    n = len({launch.placement for launch in small_stored.plan.launches})
    assert n < 5
    sheet, _ = told("fifth best placement")
    assert [one.key for one in sheet.messages] == ["ranked_no_further"]
    assert len(ranked(sheet)) == n


def test_the_best_week_alone_is_told_with_its_launches(told):
    facts = ranked(told("Which week has the most units?")[0])
    assert [fact.name for fact in facts] == ["most_units"]


def test_the_second_of_launches_listed_is_a_product(told):
    question = told("Which launch sells most?", "and the second?")[0].question
    assert len(question.entities.products) == 1
