"""Questions about the whole plan or shop, and changes of what only a category can mean."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from copilot.abstention import abstains
from copilot.changes import Change
from copilot.facts import collect_facts
from copilot.intents import Intent
from copilot.phrases import load_evaluation, load_phrases
from copilot.question_shop import QuestionShop
from copilot.questions import Entities, Question, QuestionParser
from copilot.store import StoredPlan
from ranking.interventions import Exclude
from retrieval.encoder import HashingEncoder
from tests.copilot import conftest
from tests.copilot.telling import names

W41, W46, W52 = date(2017, 10, 9), date(2017, 11, 13), date(2017, 12, 25)
CANDY = ("Grocery > Candy",)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("what do people search for", "en"),
        ("what are shoppers looking for most", "en"),
        ("top searches", "en"),
        ("大家在搜什么", "zh"),
        ("热门搜索有哪些", "zh"),
    ],
)
def test_what_shoppers_search_for_is_told_of_the_whole_log(told, text, lang):
    sheet, _ = told(text, lang=lang)
    assert sheet.question.intent is Intent.SEARCH_DEMAND
    assert set(names(sheet)) == {"searches_for"}
    counts = [fact.value for fact in sheet.facts]
    assert counts == sorted(counts, reverse=True)


def test_what_shoppers_search_for_in_vain_is_another_question(ask):
    assert ask("what do people search for that we do not have").intent is Intent.UNMET_DEMAND


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("when does the plan start", "en"),
        ("how many weeks does the plan cover", "en"),
        ("when does the season end", "en"),
        ("计划什么时候开始", "zh"),
        ("计划有多长", "zh"),
    ],
)
def test_the_plans_span_is_told_by_its_weeks(told, text, lang):
    sheet, said = told(text, lang=lang)
    assert said[0] == load_phrases(lang).message("plan_runs", first="2017-W41", last="2017-W46")
    assert names(sheet) == ["planned_count"]


@pytest.mark.parametrize(
    ("text", "lang", "week"),
    [
        ("what should I launch first", "en", W41),
        ("which products launch first?", "en", W41),
        ("what launches last", "en", W46),
        ("我应该先上什么", "zh", W41),
    ],
)
def test_what_launches_first_is_the_first_week(told, text, lang, week):
    question = told(text, lang=lang)[0].question
    assert (question.intent, question.entities.weeks) == (Intent.PLANNED, (week,))


@pytest.mark.parametrize(("text", "lang"), [("how many launches per category", "en"), ("每个品类有多少个上新", "zh")])
def test_each_category_is_counted_most_first(told, small_stored, text, lang):
    sheet, _ = told(text, lang=lang)
    launches = small_stored.plan.launches
    assert set(names(sheet)) == {"planned_count"}
    counts = [fact.value for fact in sheet.facts]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == len(launches)


def test_each_placement_is_counted_and_a_rate_stays_a_rhythm(told, ask):
    sheet, _ = told("units per placement")
    assert set(names(sheet)) == {"planned_units"}
    assert all(fact.placement for fact in sheet.facts)
    assert ask("how many launches per week").intent is Intent.RHYTHM


@pytest.mark.parametrize(
    ("text", "lang", "year"), [("any launches in 2018", "en", "2018"), ("2018年有上新吗", "zh", "2018")]
)
def test_a_year_outside_the_plan_is_said(told, text, lang, year):
    _, said = told(text, lang=lang)
    assert said == [load_phrases(lang).message("unknown_week", week=year, first="2017-W41", last="2017-W46")]


def test_the_plans_own_year_narrows_nothing(told):
    assert told("what is launched in 2017")[0].question.entities.unknown_weeks == ()
    assert told("what is launched in 2018")[0].question.entities.unknown_weeks == ("2018",)


@pytest.mark.parametrize(("text", "lang"), [("who are the customers", "en"), ("顾客是谁", "zh")])
def test_who_the_customers_are_is_told_by_category(told, text, lang, small_engine, small_stored):
    sheet, said = told(text, lang=lang)
    assert sheet.question.intent is Intent.AUDIENCE
    assert set(names(sheet)) == {"category_buyers"}
    assert said[-1].startswith(load_phrases(lang).message("audience_limits")[:20])
    assert not abstains(sheet.question, small_stored, small_engine)


@pytest.mark.parametrize(("text", "lang"), [("share of private label", "en"), ("自有品牌占多少", "zh")])
def test_brands_are_said_to_be_unknown(told, text, lang):
    assert told(text, lang=lang)[1] == [load_phrases(lang).message("no_brands")]


@pytest.mark.parametrize(("text", "lang"), [("is there enough stock", "en"), ("库存够吗", "zh")])
def test_stock_without_a_product_is_said_to_be_unknown(told, text, lang):
    assert told(text, lang=lang)[1] == [load_phrases(lang).message("no_stock", title="")]


def test_what_to_exclude_ranks_the_launches(ask):
    assert ask("what should we exclude").intent is Intent.EXTREMES


@pytest.mark.parametrize(
    ("text", "amount"),
    [("only 2 candies per week", 2), ("what if we launch no candy", 0), ("at most 3 candy launches a week", 3)],
)
def test_a_limit_of_a_categorys_words_is_the_categorys(ask, text, amount):
    question = ask(text)
    assert (question.intent, question.entities.groups, question.entities.products) == (Intent.WHAT_IF, CANDY, ())
    assert question.change is not None
    assert (question.change.kind, question.change.amount) == ("cap", amount)


@pytest.mark.parametrize(("text", "amount"), [("每周只上2个糖果", 2), ("如果我们不上糖果会怎样", 0)])
def test_a_limit_of_a_categorys_words_is_the_categorys_in_chinese(ask, text, amount):
    question = ask(text, lang="zh")
    assert (question.intent, question.entities.groups, question.entities.products) == (Intent.WHAT_IF, CANDY, ())
    assert question.change is not None
    assert (question.change.kind, question.change.amount) in (("cap", amount), ("drop", amount))


def test_products_of_one_name_take_no_limit(told):
    _, said = told("at most 2 Organic Vanilla Yogurt per week")
    assert said == [load_phrases("en").message("cap_of_products", name="Organic Vanilla Yogurt")]


@pytest.mark.parametrize(
    ("text", "lang"), [("don't launch any Organic Vanilla Yogurt", "en"), ("不要上任何Organic Vanilla Yogurt", "zh")]
)
def test_all_products_of_a_name_are_dropped_together(told, text, lang):
    sheet, said = told(text, lang=lang)
    assert said[0] == load_phrases(lang).message("supposed_drop_all", name="Organic Vanilla Yogurt")
    assert {"103", "104"} >= {one.subject for one in sheet.facts if one.name == "displaced_units"}
    assert "change_delta" in names(sheet)


def test_all_products_of_a_name_leave_others_that_begin_alike(monkeypatch):
    """A name of two parts is not its first part: "Yogurt, Organic" in two sizes, beside "Yogurt, Plain"."""
    for product_id, title in (
        ("103", "Yogurt, Organic, 4 oz"),
        ("104", "Yogurt, Organic, 6 oz"),
        ("105", "Yogurt, Plain"),
    ):
        _, *rest = conftest.CANDIDATES[product_id]
        monkeypatch.setitem(conftest.CANDIDATES, product_id, (title, *rest))
    engine = conftest.SmallEngine()
    stored = StoredPlan(3, engine.solve(()), datetime(2017, 10, 9, tzinfo=UTC), "fedcba9876543210", "first")
    question = Question(
        "don't launch any Yogurt, Organic",
        Intent.WHAT_IF,
        Entities(text="don't launch any PRODUCT"),
        1.0,
        change=Change("drop"),
        named=(("103", "104"),),
    )
    sheet = collect_facts(question, engine, stored)
    assert sheet.messages[0].params["name"] == "Yogurt, Organic"
    without = engine.counterfactual(stored, Exclude("103"), Exclude("104"))
    assert sheet.get(sheet.essential[0]).value == without.delta_units


def test_cards_are_cards_in_chinese():
    encoder = HashingEncoder(256)
    parser = QuestionParser(encoder, QuestionShop(load_evaluation("shop.toml"), encoder), load_phrases("zh"))
    assert parser.parse("卡片有多少个", "zh").entities.groups == ("Seasonal > Cards",)
