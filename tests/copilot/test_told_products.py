"""Turns about what the answer before told: one of a list, the best of a ranking, a figure, what was supposed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.intents import Intent
from copilot.phrases import load_phrases
from copilot.question import question_from_json
from tests.copilot.telling import names

W43, W44 = date(2017, 10, 23), date(2017, 10, 30)


BEST = ("what is the best launch?", "which launch is expected to sell the most?")


@pytest.mark.parametrize("turn", ["why?", "why that one?", "but why that one"])
@pytest.mark.parametrize("before", BEST)
def test_why_after_a_ranking_is_about_the_product_that_leads_it(told, before, turn):
    best = told(before)[0].facts[0].subject
    sheet, _ = told(before, turn)
    assert (sheet.question.intent, sheet.question.entities.products) == (Intent.WHY_HERE, (best,))


def test_why_without_a_ranking_still_asks_back(told):
    sheet, said = told("what is planned?", "why?")
    assert not sheet.question.entities.products
    assert said == [load_phrases("en").message("no_product")]


def test_one_of_a_list_is_meant_by_its_place(told):
    listed = told("what is planned?")[0].question.told_products
    assert len(listed) > 2
    sheet, _ = told("what is planned?", "and the second one?")
    assert (sheet.question.intent, sheet.question.entities.products) == (Intent.PLANNED, listed[1:2])
    third, _ = told("what is planned?", "and the second one?", "why the third one?")
    assert (third.question.intent, third.question.entities.products) == (Intent.WHY_HERE, listed[2:3])
    beyond, _ = told("what is planned in week 43?", "and the fifth one?")
    assert not beyond.question.entities.products


def test_why_one_of_a_list_is_better_sets_it_beside_the_next(told):
    listed = told("what is planned?")[0].question.told_products
    sheet, _ = told("what is planned?", "why is the first one better?")
    assert (sheet.question.intent, sheet.question.entities.products) == (Intent.COMPARE, listed[:2])
    assert {"units_difference", "analogue_median"} <= set(names(sheet))
    second, _ = told("what is planned?", "why is the first one better?", "and the second?")
    assert (second.question.intent, second.question.entities.products) == (Intent.WHY_HERE, listed[1:2])


def test_why_one_of_two_compared_is_better_compares_them(told):
    sheet, _ = told("compare #101 and #106", "why is the first one better?")
    assert (sheet.question.intent, sheet.question.entities.products) == (Intent.COMPARE, ("101", "106"))
    assert "analogue_median" in names(sheet)
    assert "analogue_median" not in names(told("compare #101 and #106")[0])
    second, _ = told("compare #101 and #106", "why is the first one better?", "and the second?")
    assert (second.question.intent, second.question.entities.products) == (Intent.WHY_HERE, ("106",))


def test_one_of_two_weeks_compared_is_no_product(told):
    sheet, _ = told("compare week 43 with week 44", "why is the second one better?")
    assert (sheet.question.intent, sheet.question.entities.weeks) == (Intent.PLANNED, (W44,))
    assert not sheet.question.entities.products


def test_why_a_week_leads_tells_its_launches(told):
    ranked, _ = told("which week sells the most?")
    sheet, said = told("which week sells the most?", "why?")
    assert {fact.week for fact in sheet.facts} == set(ranked.question.told_weeks[:1])
    assert said[0] == load_phrases("en").message("why_part")
    placed, _ = told("which placement sells best?", "why?")
    assert len({fact.placement for fact in placed.facts}) == 1
    least, _ = told("which week sells the most?", "why?", "and the least?")
    assert (names(least)[0], least.facts[0].placement) == ("least_units", None)


def test_a_ranking_is_asked_for_its_other_end(told):
    sheet, _ = told("which category has the most launches?", "and the fewest?")
    assert names(told("which category has the most launches?")[0])[0] == "most_launches"
    assert names(sheet)[0] == "fewest_launches"
    chinese, _ = told("哪个品类上新最多？", "最少呢？", lang="zh")
    assert names(chinese)[0] == "fewest_launches"
    week, _ = told("which week sells most?", "is that a lot?", "and the least?")
    assert (names(week)[0], week.facts[0].placement) == ("least_units", None)


def test_whether_a_week_is_a_lot_is_measured_by_the_others(told):
    sheet, said = told("how many launches in week 43?", "is that a lot?")
    assert sheet.question.entities.weeks == (W43,)
    assert names(sheet)[:2] == ["planned_count", "planned_units"]
    assert {"planned_per_week", "most_units", "least_units"} <= set(names(sheet))
    assert said[0] == load_phrases("en").message("measured_part", kind="week")
    chinese, _ = told("第43周有多少上新？", "这算多吗？", lang="zh")
    assert names(chinese) == names(sheet)


def test_whether_what_leads_a_ranking_is_a_lot_is_measured(told):
    sheet, said = told("which placement has the most launches?", "is that a lot?")
    assert (names(sheet)[0], sheet.facts[0].placement is not None) == ("planned_count", True)
    assert said[0] == load_phrases("en").message("measured_part", kind="placement")


def test_whether_a_forecast_is_a_lot_is_measured_by_other_launches(told):
    sheet, _ = told("how many units will #103 sell?", "is that a lot?")
    assert sheet.facts[0].subject == "103"
    assert {"analogue_median", "most_units", "least_units"} <= set(names(sheet))


def test_what_cannot_be_measured_is_said(told):
    _, said = told("how often is #101 searched?", "is that a lot?")
    assert said == [load_phrases("en").message("no_measure")]


def test_how_sure_what_was_supposed_is_tells_its_difference_and_the_forecast(told):
    sheet, said = told("What if #101 moved to week 44?", "how sure are you about that?")
    assert sheet.question.intent is Intent.WHAT_IF_MOVE
    assert {"move_delta", "forecast_units", "backtest_coverage"} <= set(names(sheet))
    assert load_phrases("en").message("sure_of_change") in said
    plain, _ = told("how many units will #101 sell?", "how sure are you about that?")
    assert "sure_of_change" not in [message.key for message in plain.messages]


def test_what_was_asked_back_about_stays_open(told):
    before = "What if the chips moved to week 44?"
    asked, said_before = told(before)
    assert said_before[0] == load_phrases("en").message("ask_back_product")
    sheet, said = told(before, "how sure are you about that?")
    assert said == said_before
    assert sheet.question.ambiguous_products == asked.question.ambiguous_products


def test_what_the_answer_told_survives_in_a_thread(told):
    question = replace(told("what is planned?")[0].question, told_groups=("Frozen > Pizza",), goes_back_to="x")
    kept = question_from_json(question.to_record())
    same = ("told_products", "told_groups", "told_placements", "goes_back_to")
    assert [getattr(kept, one) for one in same] == [getattr(question, one) for one in same]


def test_it_stays_one_side_of_a_comparison_though_its_name_is_shared(ask):
    question = ask("Why are the Cards Seasonal planned?", "compare it with blueberries")
    assert question.intent is Intent.COMPARE
    assert [len(one) > 1 for one in question.named] == [True, False]
    assert question.named[1] == ("882115",)
    picked = ask("Why are the Cards Seasonal planned?", "compare it with blueberries", "the second one")
    assert (picked.intent, len(picked.entities.products)) == (Intent.COMPARE, 2)
    assert picked.entities.products[0] == question.ambiguous_products[1]
