"""What is asked comes first: a trend, a limit, a placement's effect, two weeks' units, a tie; and short follow-ups."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.answers import write_answer
from copilot.facts import collect_facts
from copilot.generators import PhraseGenerator
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question, QuestionParser

W41, W43, W45 = date(2017, 10, 9), date(2017, 10, 23), date(2017, 11, 6)
FRONT = "front end cap"


@pytest.fixture
def told(small_engine, small_stored):
    def tell(text, intent, lang="en", **entities):
        sheet = collect_facts(Question(text, intent, Entities(**entities), 1.0, lang), small_engine, small_stored)
        sentences = list(write_answer(sheet, PhraseGenerator(), load_phrases(lang)))
        assert all(one.verified for one in sentences), [one.text for one in sentences if not one.verified]
        return sheet

    return tell


@pytest.fixture(scope="module")
def chinese(small_engine):
    return QuestionParser(small_engine.search.encoder, small_engine, load_phrases("zh"))


def names(sheet):
    return [sheet.get(fact_id).name for fact_id in sheet.essential]


@pytest.mark.parametrize(("text", "lang"), [("did searches for #101 go up?", "en"), ("#101 的搜索上升了吗？", "zh")])
def test_whether_searches_rise_is_told_first(told, text, lang):
    assert names(told(text, Intent.SEARCH_DEMAND, lang, products=("101",)))[0] == "search_trend"
    plain = told("how many searches are there?", Intent.SEARCH_DEMAND, products=("101",))
    assert names(plain)[0] == "searches_with_words"


def test_rising_or_falling_is_about_its_searches(parser, chinese):
    assert parser.parse("is #101 rising or falling?").intent is Intent.SEARCH_DEMAND
    assert chinese.parse("#101 是上升还是下降？", "zh").intent is Intent.SEARCH_DEMAND


def test_whether_a_placement_is_better_is_told_by_what_it_brought(parser, told):
    question = parser.parse("is the front end cap better?")
    assert (question.intent, question.entities.placements) == (Intent.WHY_HERE, (FRONT,))
    assert names(told(question.text, Intent.WHY_HERE, placements=(FRONT,)))[0] == "placement_lift"
    assert parser.parse("what is planned at the front end cap?").intent is Intent.PLANNED


@pytest.mark.parametrize(("text", "lang"), [("compare week 41 with week 43", "en"), ("比较第41周和第43周", "zh")])
def test_weeks_set_against_each_other_tell_the_units_of_both(told, text, lang):
    sheet = told(text, Intent.PLANNED, lang, weeks=(W41, W43))
    assert [fact.week for fact in sheet if fact.name == "planned_units"] == [W41, W43]
    listed = told("what is planned in weeks 41 and 43?", Intent.PLANNED, weeks=(W41, W43))
    assert "planned_units" not in names(listed)


@pytest.mark.parametrize(
    ("text", "lang"),
    [("should we launch more per week?", "en"), ("is 2 too many?", "en"), ("每周要不要多上一点？", "zh")],
)
def test_whether_to_launch_more_is_told_by_the_limit_first(told, text, lang):
    sheet = told(text, Intent.RHYTHM, lang)
    assert names(sheet)[0] in ("slots_bind", "room_per_week")
    assert names(told("what is the rhythm of the season?", Intent.RHYTHM))[0] == "planned_per_week"


def test_a_slot_that_is_a_tie_says_so_before_its_reasons(told, small_engine, monkeypatch):
    found = small_engine.counterfactual

    def tied(stored, *interventions):
        return replace(found(stored, *interventions), delta_units=0.0, delta_low=-0.001, delta_high=0.001)

    monkeypatch.setattr(small_engine, "counterfactual", tied)
    sheet = told("why is it so late?", Intent.WHY_HERE, products=("101",))
    assert names(sheet)[:3] == ["launch_slot", "expected_units", "slot_loss"]
    assert "slot_tie" in {message.key for message in sheet.messages}


def test_a_slot_that_is_no_tie_has_its_reasons_first(told):
    sheet = told("why is it there?", Intent.WHY_HERE, products=("101",))
    assert names(sheet)[2] != "slot_loss"
    assert "slot_tie" not in {message.key for message in sheet.messages}


def test_after_a_comparison_another_week_is_about_both(parser, small_engine, small_stored):
    before = parser.parse("compare #101 and #102")
    question = parser.parse("and in week 45?", previous=before)
    assert (question.intent, question.entities.products, question.entities.weeks) == (
        Intent.COMPARE,
        ("101", "102"),
        (W45,),
    )
    sheet = collect_facts(question, small_engine, small_stored)
    there = [(fact.subject, fact.week) for fact in sheet if fact.name == "expected_units"]
    assert there == [("101", W45), ("102", W45)]


def test_a_placement_added_to_a_week_keeps_the_week(parser):
    before = parser.parse("what is planned in week 43?")
    question = parser.parse("and at the front end cap?", previous=before)
    assert (question.entities.weeks, question.entities.placements) == ((W43,), (FRONT,))
    afresh = parser.parse("what is planned at the front end cap in week 45?", previous=before)
    assert afresh.entities.weeks == (W45,)
