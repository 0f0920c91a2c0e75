"""Launches within a bound on their units, and lists that leave something out, which count what they do not name."""

from __future__ import annotations

import pytest

from copilot import plan_collectors
from copilot.intents import Intent
from copilot.questions import Entities, Question
from tests.copilot.telling import answered, essential


@pytest.fixture
def told(small_engine, small_stored):
    def tell(text, lang="en", intent=Intent.EXTREMES, **entities):
        question = Question(text, intent, Entities(**entities), 1.0, lang)
        return answered(question, small_engine, small_stored)

    return tell


@pytest.fixture
def middle(small_stored):
    """A number of units that half the launches stay below."""
    units = sorted(round(one.expected_units, 1) for one in small_stored.plan.launches)
    return units[len(units) // 2]


def named(sheet):
    return [fact.value for fact in essential(sheet) if fact.name == "expected_units"]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Which launches have forecasts below {} units?", "en"),
        ("launches that sell less than {} units", "en"),
        ("低于{}件的新品有哪些", "zh"),
    ],
)
def test_launches_below_a_bound_are_listed_and_the_rest_counted(told, small_stored, middle, text, lang):
    below = [one for one in small_stored.plan.launches if round(one.expected_units, 1) < middle]
    sheet, said = told(text.format(middle), lang)
    values = named(sheet)
    assert values == sorted(one.expected_units for one in below)[:5]
    further = max(0, len(below) - 5)
    message = sheet.messages[0]
    assert (message.key, message.params["n"], message.params["further"]) == ("bounded_launches", len(below), further)
    assert str(len(below)) in said[0]


def test_launches_above_a_bound_are_told_the_largest_first(told, small_stored, middle):
    sheet, _ = told(f"launches over {middle} units")
    above = [one.expected_units for one in small_stored.plan.launches if round(one.expected_units, 1) > middle]
    assert named(sheet) == sorted(above, reverse=True)[:5]


@pytest.mark.parametrize(("text", "lang"), [("launches over 9000 units", "en"), ("销量超过9000件的新品", "zh")])
def test_that_none_fits_is_said(told, small_stored, text, lang):
    sheet, _ = told(text, lang)
    largest = max(small_stored.plan.launches, key=lambda one: one.expected_units)
    assert sheet.messages[0].key == "bounded_none"
    assert [fact.subject for fact in sheet.facts] == [largest.product_id]


@pytest.mark.parametrize("text", ["which launches sell most", "the top 5 launches", "which week has most launches"])
def test_a_number_of_launches_bounds_no_units(told, text):
    assert not any(one.key.startswith("bounded") for one in told(text)[0].messages)


def test_a_list_that_leaves_something_out_counts_what_it_does_not_name(told, small_stored, monkeypatch):
    monkeypatch.setattr(plan_collectors, "LAUNCHES_SAID", 2)
    launches = small_stored.plan.launches
    group = launches[0].group
    left = [one for one in launches if one.group != group]
    assert len(left) > 2
    sheet, said = told(f"all but {group}", intent=Intent.PLANNED, groups=(group,), without=(group,))
    assert len(named(sheet)) == 2
    assert sheet.messages[-1].params["n"] == len(left) - 2
    assert said[-1].startswith(f"{len(left) - 2} further")
