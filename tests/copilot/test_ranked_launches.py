"""Which launch to drop, whose forecast is least certain, and differences that the forecasts cannot tell apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copilot.facts import collect_facts
from copilot.questions import Entities, Intent, Question
from ranking.interventions import Exclude
from tests.copilot.telling import answered


@pytest.fixture
def told(small_engine, small_stored):
    def tell(text, intent, lang="en", named=(), **entities):
        question = Question(text, intent, Entities(**entities), 1.0, lang, named=named)
        return answered(question, small_engine, small_stored)

    return tell


@pytest.mark.parametrize(
    ("text", "lang"), [("which product should we drop first?", "en"), ("应该先砍掉哪个新品？", "zh")]
)
def test_the_launch_to_drop_is_the_one_expected_to_sell_least_with_what_the_plan_loses(
    told, small_engine, small_stored, text, lang
):
    sheet, _ = told(text, Intent.EXTREMES, lang)
    least = min(small_stored.plan.launches, key=lambda one: one.expected_units)
    first = sheet.facts[0]
    assert (first.name, first.subject, first.interval) == ("least_units", least.product_id, (least.low, least.high))
    loss = next(fact for fact in sheet if fact.name == "drop_loss" and fact.subject == least.product_id)
    assert loss.value == small_engine.counterfactual(small_stored, Exclude(least.product_id)).delta_units


def test_the_category_to_cut_is_the_one_expected_to_sell_least(told, small_stored):
    sheet, _ = told("which category should we cut?", Intent.EXTREMES)
    sums: dict[str, float] = {}
    for launch in small_stored.plan.launches:
        sums[launch.group] = sums.get(launch.group, 0.0) + launch.expected_units
    assert (sheet.facts[0].name, sheet.facts[0].subject) == ("least_units", min(sums, key=lambda one: sums[one]))


@pytest.mark.parametrize(
    ("text", "lang", "name"),
    [
        ("what is the least certain launch?", "en", "widest_interval"),
        ("which forecast has the widest interval?", "en", "widest_interval"),
        ("which launch is the safest?", "en", "narrowest_interval"),
        ("哪个新品最不确定？", "zh", "widest_interval"),
        ("哪个新品最有把握？", "zh", "narrowest_interval"),
    ],
)
def test_certainty_is_ranked_by_the_width_of_the_interval_over_what_is_expected(
    told, small_engine, small_stored, text, lang, name
):
    plan = small_stored.plan
    wide = replace(plan.launches[1], high=4 * plan.launches[1].high)
    narrow = replace(plan.launches[2], low=0.99 * plan.launches[2].expected_units)
    launches = (plan.launches[0], wide, narrow, *plan.launches[3:])
    stored = replace(small_stored, plan=replace(plan, launches=launches))
    sheet = collect_facts(Question(text, Intent.EXTREMES, Entities(), 1.0, lang), small_engine, stored)
    chosen = wide if name == "widest_interval" else narrow
    width = (chosen.high - chosen.low) / chosen.expected_units
    assert (sheet.facts[0].name, sheet.facts[0].subject) == (name, chosen.product_id)
    assert sheet.facts[0].value == pytest.approx(width)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("which launch should we remove?", "en"),
        ("which category should we cut?", "en"),
        ("what is the least certain launch?", "en"),
        ("which forecast has the widest interval?", "en"),
        ("该先放弃哪个新品？", "zh"),
        ("哪个新品最不确定？", "zh"),
    ],
)
def test_such_words_rank_the_launches(parsers, text, lang):
    question = parsers[lang].parse(text, lang)
    assert (question.intent, question.change) == (Intent.EXTREMES, None)


@pytest.mark.parametrize(
    "text", ["what if we drop #101?", "which launches were dropped?", "how certain is the forecast of #101?"]
)
def test_other_words_do_not(parser, text):
    assert parser.parse(text).intent is not Intent.EXTREMES


@pytest.mark.parametrize("text", ["should we launch #101?", "is #101 a good launch?", "is #107 worth launching?"])
def test_whether_to_launch_one_product_asks_for_its_reasons(parser, text):
    question = parser.parse(text)
    assert question.intent in (Intent.WHY_HERE, Intent.WHY_NOT)
    assert len(question.entities.products) == 1


def test_how_many_to_launch_is_still_the_rhythm(parser):
    assert parser.parse("how many products should we launch each week?").intent is Intent.RHYTHM


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_comparison_says_how_far_the_intervals_overlap(told, lang):
    sheet, _ = told("compare them", Intent.COMPARE, lang, named=(("101",), ("102",)))
    overlap = next(fact for fact in sheet if fact.name == "forecast_overlap")
    assert overlap.value == pytest.approx(2.4 * 30.0 - 0.3 * 40.0)


def test_forecasts_that_do_not_overlap_are_told_without(told, small_engine, monkeypatch):
    found = {one: small_engine.forecast(one) for one in ("101", "108")}
    found["101"] = replace(found["101"], low=30.0)
    monkeypatch.setattr(small_engine, "forecast", found.get)
    sheet, _ = told("compare them", Intent.COMPARE, named=(("101",), ("108",)))
    assert "forecast_overlap" not in {fact.name for fact in sheet}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_low_case_stands_beside_what_the_plan_is_worth(told, small_stored, lang):
    sheet, _ = told("what are the risks", Intent.RISKS, lang)
    low, worth = (next(fact for fact in sheet if fact.name == name) for name in ("plan_low", "plan_worth"))
    assert worth.value == small_stored.plan.objective > low.value
    assert "low_case" in {message.key for message in sheet.messages}


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("in which category do most launches fall, and in which week?", "en"),
        ("哪个品类上市最多，在哪一周？", "zh"),
    ],
)
def test_two_kinds_that_are_asked_for_are_both_ranked(told, text, lang):
    sheet, _ = told(text, Intent.EXTREMES, lang)
    first = sheet.get(sheet.essential[0])
    assert (first.name, first.week) == ("most_launches", None)
    assert any(sheet.get(one).week for one in sheet.essential)


def test_one_kind_among_others_is_ranked_alone(told):
    sheet, _ = told("which week sells most", Intent.EXTREMES)
    ranked = [fact for fact in sheet if fact.name == "most_units"]
    assert len(ranked) == 1
    assert ranked[0].week is not None
