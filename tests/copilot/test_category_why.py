"""Why a category has no launch: how many candidates it has, and what its best one would change."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.questions import Entities, Intent, Question
from ranking.interventions import Lock
from tests.copilot.telling import answered

W41, W43 = date(2017, 10, 9), date(2017, 10, 23)
TEA, SNACKS = "Drinks > Tea", "Grocery > Bag Snacks"


@pytest.fixture
def told(small_engine, small_stored):
    def tell(lang="en", intent=Intent.WHY_NOT, **entities):
        return answered(Question("why", intent, Entities(**entities), 1.0, lang), small_engine, small_stored)

    return tell


@pytest.mark.parametrize("intent", [Intent.WHY_NOT, Intent.WHY_HERE])
def test_a_category_without_launches_is_told_by_its_best_candidate(told, small_engine, small_stored, intent):
    sheet, said = told(intent=intent, groups=(TEA,))
    assert [fact.name for fact in sheet][:3] == ["candidates_left_out", "best_candidate", "force_delta"]
    waiting, best, delta = sheet.facts[:3]
    assert (waiting.subject, waiting.value) == (TEA, 1)
    assert (best.subject, best.value, best.interval, best.other_label) == ("107", 5.0, (1.5, 12.0), TEA)
    assert delta.value == small_engine.counterfactual(small_stored, Lock("107")).delta_units < 0
    assert said[0].startswith("1 candidate in Drinks > Tea got no slot in the plan")
    assert "flip_units" in [fact.name for fact in sheet]


def test_both_languages_tell_the_same_of_a_category(told):
    (english, _), (chinese, _) = told(groups=(TEA,)), told("zh", groups=(TEA,))
    assert [(f.name, f.subject, f.value) for f in english] == [(f.name, f.subject, f.value) for f in chinese]


def test_a_category_with_launches_says_that_it_has_some(told):
    sheet, said = told(groups=(SNACKS,))
    assert sheet.facts[0].name == "planned_count"
    assert said[0].startswith("2 launches are planned in Grocery > Bag Snacks")
    assert "best_candidate" not in [fact.name for fact in sheet]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_week_without_the_category_tells_what_moving_its_best_there_changes(told, small_stored, lang):
    taken = {launch.week for launch in small_stored.plan.launches if launch.group == SNACKS}
    free = next(week for week in (launch.week for launch in small_stored.plan.launches) if week not in taken)
    sheet, said = told(lang, groups=(SNACKS,), weeks=(free,))
    counts = [(fact.week, fact.value) for fact in sheet if fact.name == "planned_count"]
    assert counts == [(free, 0), (None, 2)]
    assert [(fact.subject, fact.week) for fact in sheet if fact.name == "move_delta"] == [("101", free)]
    assert all(SNACKS in text for text in said[:2])


def test_nothing_of_a_category_is_about_the_category(parser):
    found = parser.parse("why is nothing from snacks planned?")
    assert (found.entities.groups, found.entities.products, found.ambiguous_products) == ((SNACKS,), (), ())
    week = parser.parse("why is there nothing from tea in week 43?")
    assert (week.entities.groups, week.entities.weeks) == ((TEA,), (W43,))


def test_the_not_of_a_why_not_leaves_out_no_week(parsers):
    found = parsers["zh"].parse("#101 为什么不在第43周", lang="zh")
    assert (found.intent, found.entities.weeks, found.entities.without) == (Intent.WHY_NOT, (W43,), ())


def test_more_launches_of_a_category_is_a_question_of_its_rhythm(parser):
    assert parser.parse("should we launch more in snacks?").intent is Intent.RHYTHM


@pytest.mark.parametrize("text", ["which week is best for #101?", "what is the best slot for potato chips 9 oz?"])
def test_the_best_week_of_one_product_is_about_that_product(parser, text):
    found = parser.parse(text)
    assert (found.intent, found.entities.products) == (Intent.WHY_HERE, ("101",))
    assert parser.parse("which week sells most?").intent is Intent.EXTREMES
