"""What a message sets aside or closes: another week in a why, a subject behind "didn't", a placement that is gone."""

from __future__ import annotations

import pytest

from copilot.changes import Change
from copilot.intents import Intent
from copilot.questions import Entities, Question
from tests.copilot.telling import answered, essential


@pytest.mark.parametrize("set_aside", ["instead of week 45", "rather than week 45", "and not week 45"])
def test_a_why_is_about_the_week_that_it_is_set_against(ask_by_meaning, set_aside):
    question = ask_by_meaning(f"Why week 48 {set_aside} for the honeycrisp apples?")
    assert question.intent is Intent.WHY_NOT
    assert [week.isocalendar().week for week in question.entities.weeks] == [45]
    assert not question.entities.without


def test_a_move_goes_where_it_may(ask_by_meaning):
    found = ask_by_meaning("Move the honeycrisp apples to week 44 instead of week 48").entities
    assert [week.isocalendar().week for week in found.weeks] == [44]
    assert not found.products_left_out


@pytest.mark.parametrize(
    "opening", ["Why didn't the", "How come there aren't any", "Why wasn't", "Why don't we have any"]
)
def test_what_stands_behind_an_inverted_negation_is_asked_about(ask_by_meaning, opening):
    question = ask_by_meaning(f"{opening} ice cream in the plan?")
    assert not question.entities.without


@pytest.mark.parametrize(
    "text",
    [
        "What if week 44 has no rear end cap?",
        "Suppose there is no rear end cap in week 44",
        "What if we pull the rear end cap in week 44?",
        "Take the rear end cap away in week 44",
        "What if the rear end cap doesn't run in week 44?",
    ],
)
def test_a_placement_that_is_gone_has_no_room(ask_by_meaning, text):
    question = ask_by_meaning(text)
    assert question.change == Change("capacity", 0)
    assert question.entities.placements == ("rear end cap",)


@pytest.mark.parametrize("text", ["关闭第44周的前端端架", "如果把第44周的前端端架关掉会怎样？"])
def test_another_chinese_name_of_a_placement_closes_that_alone(ask, text):
    question = ask(text, lang="zh")
    assert question.change == Change("capacity", 0)
    assert question.entities.placements == ("front end cap",)


@pytest.mark.parametrize("text", ["第50周可以不上新吗？", "第47周不上新行不行？"])
def test_whether_a_week_may_rest_is_weighed(ask, text):
    question = ask(text, lang="zh")
    assert (question.intent, question.change) == (Intent.RHYTHM, None)


def test_what_a_week_without_launches_changes_is_supposed(ask):
    assert ask("如果第50周不上新会怎样", lang="zh").change.kind in ("cap", "drop")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_product_named_twice_is_one_side(small_engine, small_stored, lang):
    named = (("101",), ("101",), ("102",))
    entities = Entities(products=("101", "102"))
    question = Question("?", Intent.COMPARE, entities, 1.0, lang, named=named)
    sheet, _ = answered(question, small_engine, small_stored)
    assert {fact.subject for fact in sheet if fact.name == "forecast_units"} == {"101", "102"}
    assert "two_at_a_time" not in {message.key for message in sheet.messages}


@pytest.mark.parametrize(
    ("text", "lang"), [("which launches sell most and least?", "en"), ("卖得最多和最少的新品", "zh")]
)
def test_both_ends_of_a_ranking_are_told(small_engine, small_stored, text, lang):
    sheet, _ = answered(Question(text, Intent.EXTREMES, Entities(), 1.0, lang), small_engine, small_stored)
    assert {"most_units", "least_units"} <= {fact.name for fact in essential(sheet)}
