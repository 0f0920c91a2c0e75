"""Launches after the day that their title names are warned of; others never are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.answers import write_answer
from copilot.facts import collect_facts
from copilot.generators import PhraseGenerator
from copilot.holidays import FILE, holidays
from copilot.phrases import languages, load_phrases, load_toml
from copilot.questions import Entities, Intent, Question

BY_KEY = {one.key: one for one in holidays()}


@pytest.mark.parametrize(
    ("key", "year", "day"),
    [
        ("halloween", 2017, date(2017, 10, 31)),
        ("thanksgiving", 2017, date(2017, 11, 23)),
        ("thanksgiving", 2024, date(2024, 11, 28)),
        ("christmas", 2017, date(2017, 12, 25)),
        ("easter", 2017, date(2017, 4, 16)),
        ("easter", 2018, date(2018, 4, 1)),
    ],
)
def test_each_day_is_that_of_the_calendar(key, year, day):
    assert BY_KEY[key].day(year) == day


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Halloween Candy, 12 oz", "halloween"),
        ("Trick-or-Treat Bags", "halloween"),
        ("CHRISTMAS Lights", "christmas"),
        ("万圣节糖果", "halloween"),
        ("Easter, Seasonal", "easter"),
        ("Eastern Style Bagels", None),
        ("Candy Bars, Multipack", None),
        ("Santana Records", None),
    ],
)
def test_a_title_names_a_day_by_whole_words(title, key):
    assert [one.key for one in holidays() if one.is_named_in(title)] == ([key] if key else [])


def test_a_day_has_passed_once_the_week_begins_after_it_and_until_its_next_time_is_nearer():
    halloween, christmas = BY_KEY["halloween"], BY_KEY["christmas"]
    assert halloween.passed_before(date(2017, 12, 4)) == date(2017, 10, 31)
    assert halloween.passed_before(date(2017, 10, 30)) is None  # its own week
    assert christmas.passed_before(date(2017, 11, 6)) is None
    assert christmas.passed_before(date(2017, 12, 18)) is None
    assert christmas.passed_before(date(2017, 12, 25)) == date(2017, 12, 25)  # a Monday: nothing is sold before it
    assert christmas.passed_before(date(2018, 1, 1)) == date(2017, 12, 25)


def test_every_language_names_every_day():
    for lang in languages():
        table = load_toml(lang, FILE)
        assert set(table) == set(BY_KEY)
        assert all(one["label"] and one["words"] for one in table.values())


@pytest.fixture
def late(small_stored):
    """The plan with its last launch called after Halloween and put in W46, and the others as they were."""
    *others, last = sorted(small_stored.plan.launches, key=lambda one: one.week)
    late = replace(last, title="Halloween Candy Mix")
    return replace(small_stored, plan=replace(small_stored.plan, launches=(*others, late))), late


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("intent", [Intent.WHY_HERE, Intent.RISKS])
def test_a_launch_after_its_day_is_warned_of(small_engine, late, intent, lang):
    stored, launch = late
    assert launch.week == date(2017, 11, 13)
    question = Question("?", intent, Entities(products=(launch.product_id,)), 1.0, lang)
    sheet = collect_facts(question, small_engine, stored)
    fact = next(fact for fact in sheet.facts if fact.name == "after_holiday")
    assert (fact.value, fact.other_week, fact.other) == (2, date(2017, 10, 30), "halloween")
    assert fact.id in sheet.essential
    assert "2017-10-31" in fact.source.note
    said = list(write_answer(sheet, PhraseGenerator(), load_phrases(lang)))
    assert all(one.verified for one in said)
    assert any({"en": "Halloween", "zh": "万圣节"}[lang] in one.text for one in said)


def test_a_weeks_risks_warn_of_its_late_launches_and_of_no_other(small_engine, late):
    stored, launch = late
    for week, warned in ((launch.week, [launch.product_id]), (stored.plan.launches[0].week, [])):
        sheet = collect_facts(Question("?", Intent.RISKS, Entities(weeks=(week,)), 1.0), small_engine, stored)
        assert [fact.subject for fact in sheet.facts if fact.name == "after_holiday"] == warned
