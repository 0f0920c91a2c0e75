"""Which launch is riskier, by which measure; and a price's effect on the plan with the interval that it has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copilot.changes import Change
from copilot.questions import Entities, Intent, Question
from ranking.interventions import ChangePrice, ScaleForecast
from tests.copilot.telling import answered, named


@pytest.fixture
def ask(small_engine, small_stored):
    def tell(text, intent, lang="en", stored=small_stored, pair=(), change=None, **entities):
        named = tuple((one,) for one in pair)
        question = Question(text, intent, Entities(products=tuple(pair), **entities), 1.0, lang, named=named)
        return answered(replace(question, change=change), small_engine, stored)

    return tell


@pytest.fixture
def uneven(small_engine, monkeypatch):
    """The same shop, where the forecast of #107 (left out) is twice as wide for its size as the others."""
    found = small_engine.forecast

    def forecast(product_id):
        one = found(product_id)
        return replace(one, low=0.2 * one.units, high=4.4 * one.units) if product_id == "107" else one

    monkeypatch.setattr(small_engine, "forecast", forecast)


@pytest.mark.parametrize(
    ("text", "lang", "said_first"),
    [
        ("which one is riskier?", "en", "For its size, “Green Tea 20 Bags” is less certain than “Potato Chips 9 Oz”"),
        ("which is the safer of the two?", "en", "For its size, “Green Tea 20 Bags” is less certain"),
        ("哪个风险更大？", "zh", "就其大小而言，“Green Tea 20 Bags”比“Potato Chips 9 Oz”更不确定"),
    ],
)
def test_the_riskier_of_two_is_told_by_the_interval_for_its_size(ask, uneven, text, lang, said_first):
    sheet, said = ask(text, Intent.COMPARE, lang, pair=("101", "107"))
    first = sheet.facts[0]
    assert (first.name, first.subject, first.other) == ("less_certain", "107", "101")
    assert first.value == pytest.approx(4.2 / 2.1)
    assert said[0].startswith(said_first)
    assert "riskier_measure" in [message.key for message in sheet.messages]


def test_two_as_certain_as_each_other_are_not_ranked(ask):
    sheet, said = ask("which one is riskier?", Intent.COMPARE, pair=("101", "107"))
    assert not named(sheet, "less_certain")
    assert "neither is riskier" in said[0]


def test_a_comparison_without_risk_tells_none(ask, uneven):
    sheet, _ = ask("compare them", Intent.COMPARE, pair=("101", "107"))
    assert not named(sheet, "less_certain")
    assert sheet.facts[0].name == "units_difference"


@pytest.fixture
def spread(small_stored):
    """The plan, whose largest launch has the widest interval and whose smallest the widest one for its size."""
    ordered = sorted(small_stored.plan.launches, key=lambda one: one.expected_units)
    launches = [replace(ordered[0], high=5 * ordered[0].expected_units), *ordered[1:]]
    assert launches[0].high - launches[0].low < launches[-1].high - launches[-1].low
    plan = replace(small_stored.plan, launches=tuple(launches))
    return replace(small_stored, plan=plan), launches[0], launches[-1]


@pytest.mark.parametrize(
    ("text", "lang", "order"),
    [
        ("which launch is the riskiest?", "en", ("widest_interval", "widest_units")),
        ("which launch has the widest interval?", "en", ("widest_interval", "widest_units")),
        ("哪个新品风险最大？", "zh", ("widest_interval", "widest_units")),
        ("哪个新品的区间最宽？", "zh", ("widest_interval", "widest_units")),
    ],
)
def test_the_widest_interval_is_told_by_both_measures(ask, spread, text, lang, order):
    stored, for_its_size, in_units = spread
    sheet, _ = ask(text, Intent.EXTREMES, lang, stored=stored)
    told = [fact for fact in sheet if fact.name.startswith("widest")]
    assert tuple(fact.name for fact in told) == order
    by_name = {fact.name: fact for fact in told}
    assert by_name["widest_interval"].subject == for_its_size.product_id
    assert by_name["widest_units"].subject == in_units.product_id
    assert by_name["widest_units"].value == pytest.approx(in_units.high - in_units.low)
    assert sheet.get(sheet.essential[0]).name == order[0]


def test_the_safest_launch_is_the_narrowest_by_both_measures(ask, spread):
    stored, *_ = spread
    sheet, _ = ask("which launch is the safest bet?", Intent.EXTREMES, stored=stored)
    assert named(sheet, "narrowest_interval")
    assert named(sheet, "narrowest_units")


def test_what_is_widest_in_a_week_is_said_to_be_of_that_week(ask, small_stored):
    week = small_stored.plan.launches[0].week
    sheet, _ = ask("which launch has the widest interval?", Intent.EXTREMES, weeks=(week,))
    assert next(message.key for message in sheet.messages) == "ranked_of_part"


def test_the_riskiest_launch_is_read_as_a_ranking(parsers):
    assert parsers["en"].parse("which is the riskiest launch?").intent is Intent.EXTREMES
    assert parsers["zh"].parse("哪个新品风险最大？", "zh").intent is Intent.EXTREMES


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_price_tells_the_plans_change_with_the_interval_of_its_effect(ask, small_engine, small_stored, lang):
    sheet, _ = ask("?", Intent.WHAT_IF, lang, pair=("101",), change=Change("price", 1.1))
    (delta,) = named(sheet, "price_delta")
    told = small_engine.counterfactual(small_stored, ChangePrice("101", 1.1))
    ends = [small_engine.counterfactual(small_stored, ScaleForecast("101", 1.1**end)) for end in (-2.5, -1.5)]
    assert delta.value == told.delta_units < 0
    assert delta.interval == (ends[0].delta_low, ends[1].delta_high)
    assert delta.interval[0] < delta.value < delta.interval[1]


def test_another_what_if_keeps_its_proven_range(ask):
    sheet, _ = ask("?", Intent.WHAT_IF, pair=("101",), change=Change("scale", 0.8))
    assert named(sheet, "change_delta")
    assert not named(sheet, "price_delta")


def test_beside_a_standing_rule_of_the_product_the_price_has_no_second_interval(ask, small_engine, small_stored):
    standing = replace(small_stored, version=8, plan=small_engine.solve((ScaleForecast("101", 0.9),)))
    sheet, _ = ask("?", Intent.WHAT_IF, stored=standing, pair=("101",), change=Change("price", 1.1))
    assert named(sheet, "change_delta")
    assert not named(sheet, "price_delta")
