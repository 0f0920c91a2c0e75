"""Launches after the day that their title names are warned of; others never are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.briefs import write_brief
from copilot.facts import collect_facts
from copilot.holidays import FILE, holidays, named_day
from copilot.phrases import languages, load_phrases, load_toml
from copilot.questions import Entities, Intent, Question
from tests.copilot.telling import spoken

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
    assert any({"en": "Halloween", "zh": "万圣节"}[lang] in text for text in spoken(sheet, lang))


def test_a_weeks_risks_warn_of_its_late_launches_and_of_no_other(small_engine, late):
    stored, launch = late
    for week, warned in ((launch.week, [launch.product_id]), (stored.plan.launches[0].week, [])):
        sheet = collect_facts(Question("?", Intent.RISKS, Entities(weeks=(week,)), 1.0), small_engine, stored)
        assert [fact.subject for fact in sheet.facts if fact.name == "after_holiday"] == warned


@pytest.fixture
def shelved(small_engine, small_stored):
    """The plan with its last launch, in W46, standing among Halloween goods; its title names no day."""
    engine = type(small_engine)()
    launch = max(small_stored.plan.launches, key=lambda one: one.week)
    engine.workspace._connection.execute(
        "UPDATE products SET category = 'Drug > Halloween' WHERE product_id = ?", [launch.product_id]
    )
    return engine, small_stored, launch


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("intent", [Intent.WHY_HERE, Intent.RISKS])
def test_a_launch_whose_category_names_a_day_is_warned_of_too(shelved, intent, lang):
    engine, stored, launch = shelved
    question = Question("?", intent, Entities(products=(launch.product_id,)), 1.0, lang)
    sheet = collect_facts(question, engine, stored)
    fact = next(fact for fact in sheet.facts if fact.name == "after_holiday")
    assert (fact.value, fact.other, fact.id in sheet.essential) == (2, "halloween", True)
    assert "Drug > Halloween" in fact.source.note
    assert spoken(sheet, lang)


@pytest.mark.parametrize("lang", languages())
def test_the_briefs_of_such_a_launch_and_of_its_week_warn_first(shelved, lang):
    engine, stored, launch = shelved
    warning = {"en": "Warning: ", "zh": "注意："}[lang]
    for target in (launch.product_id, "2017-W46"):
        parts = write_brief(target, engine, stored, load_phrases(lang)).markdown.split("\n## ")
        assert warning in parts[1], target
    other = next(one for one in stored.plan.launches if one.product_id != launch.product_id)
    assert warning not in write_brief(other.product_id, engine, stored, load_phrases(lang)).markdown


@pytest.mark.parametrize(
    ("title", "category", "key"),
    [
        ("Candy, Assorted", "Drug > Halloween", "halloween"),
        ("Easter Eggs", "Drug > Halloween", "easter"),
        ("Lights", "Drug and General Merchandise > Christmas Seasonal > Lights", "christmas"),
        ("Lights", "Drug and General Merchandise > Fall and Winter Seasonal", None),
        ("Bagels", "Bakery > Eastern Style", None),
    ],
)
def test_the_title_names_the_day_before_the_category_does(title, category, key):
    found, _ = named_day(title, category)
    assert (found.key if found else None) == key
