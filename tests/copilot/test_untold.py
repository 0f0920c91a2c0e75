"""What nothing here can tell: stock without data, the odds of one number, ready days, holidays; said first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.facts import collect_facts
from copilot.questions import Entities, Intent, Question
from retrieval.weeks import week_of
from tests.copilot.telling import spoken

ASKED = {
    "no_stock": ("how much stock do we have of #101?", "#101 的库存有多少？"),
    "no_chance": ("what is the chance that #101 sells more than 20 units?", "#101 卖超过 20 件的概率是多少？"),
    "no_ready_day": ("when will #101 be ready?", "#101 什么时候到货？"),
    "names_no_day": ("is there a holiday that affects #101?", "有什么节日影响 #101 吗？"),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("key", ASKED)
def test_what_is_not_known_is_said_with_the_nearest_fact(small_engine, small_stored, parsers, key, lang):
    question = parsers[lang].parse(ASKED[key][lang == "zh"], lang)
    assert (question.intent, question.entities.products) == (Intent.FORECAST, ("101",))
    sheet = collect_facts(question, small_engine, small_stored)
    assert sheet.messages[0].key == key
    assert {fact.name for fact in sheet} <= {"expected_units", "launch_slot"}
    assert len(spoken(sheet, lang)) == 2


def test_what_the_catalogue_does_know_is_told(small_engine, small_stored, parsers, monkeypatch):
    day = date(2017, 10, 25)
    known = replace(small_engine.product("101"), stock_units=40.0, ready_date=day)
    monkeypatch.setattr(small_engine, "product", lambda _: known)
    for key, name, value in (("no_stock", "stock", 40), ("no_ready_day", "ready_week", week_of(day))):
        sheet = collect_facts(parsers["en"].parse(ASKED[key][0]), small_engine, small_stored)
        assert (sheet.facts[0].name, sheet.facts[0].value) == (name, value)
        assert sheet.messages == ()


def test_goods_of_a_day_are_told_with_it(small_engine, small_stored, parsers, monkeypatch):
    eggs = replace(small_engine.product("101"), title="Christmas Cookies")
    monkeypatch.setattr(small_engine, "product", lambda _: eggs)
    sheet = collect_facts(parsers["en"].parse(ASKED["names_no_day"][0]), small_engine, small_stored)
    assert [(m.key, m.params["day"]) for m in sheet.messages] == [("before_its_day", "Christmas")]


def test_stock_of_no_product_is_answered_too(small_engine, small_stored):
    asked = Question("how much stock do we have?", Intent.PRODUCT_SEARCH, Entities(), 1.0)
    assert [m.key for m in collect_facts(asked, small_engine, small_stored).messages] == ["no_stock"]


def test_odds_go_on_about_the_product_before(parsers):
    before = parsers["en"].parse("how many units will #101 sell?")
    question = parsers["en"].parse("chance of more than 20 units?", previous=before)
    assert question.entities.products == ("101",)


@pytest.mark.parametrize(
    "text",
    ["how many pieces of #101 should we stock?", "what if #101 sells 20% less?", "will #101 sell more than #102?",
     "when does #101 launch?", "what is planned for the christmas holiday?"],
)  # fmt: skip
def test_other_questions_are_answered_as_ever(small_engine, small_stored, parsers, text):
    sheet = collect_facts(parsers["en"].parse(text), small_engine, small_stored)
    assert not {message.key for message in sheet.messages} & {*ASKED, "before_its_day"}


def test_what_worth_means_is_told(small_engine, small_stored):
    asked = Question("what does worth mean?", Intent.METHOD, Entities(), 1.0)
    assert [m.key for m in collect_facts(asked, small_engine, small_stored).messages] == ["method_worth"]
