"""What makes more of a fact than it says: parts left out, what can be, laws, ranks, and values that are not shared.

Each false sentence stands beside a true one of the same words, which must pass.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.factsheet import FactSheet, Source
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import stated as fact

W43, W44, W49 = date(2017, 10, 23), date(2017, 10, 30), date(2017, 12, 4)
PLAN, SNACKS = ("plan", "plan"), ("Snacks", "Snacks")
TIE = (-0.001, 0.0)
IN_AISLE = {"week": W43, "placement": "in-aisle"}
SIMULATED = Source("rows", simulated=True)

FACTS = (
    fact(1, "planned_count", 0, SNACKS, week=W43),
    fact(2, "rest_delta", 0.0, SNACKS, interval=TIE, week=W43),
    fact(3, "planned_count", 3, PLAN, **IN_AISLE),
    fact(4, "locked_count", 0, PLAN),
    fact(5, "slot_loss", 0.0, interval=TIE, **IN_AISLE),
    fact(6, "placement_lift", 1.11, ("in-aisle", "in-aisle"), interval=(1.08, 1.13), placement="in-aisle"),
    fact(7, "analogue_units", 13.0, ("201", "Rolled Oats"), week=W44, other="101", other_label="Steel Cut Oats"),
    fact(8, "expected_units", 6.7, ("102", "Corn Chips"), interval=(2.4, 12.0), **IN_AISLE),
    fact(9, "expected_units", 6.7, ("103", "Rye Bread"), interval=(2.4, 12.0), week=W44, placement="in-aisle"),
    fact(10, "expected_units", 10.0, ("104", "Black Tea"), interval=(4.0, 17.0), week=W44, placement="in-aisle"),
    fact(11, "search_trend", 1.02, interval=(0.82, 1.27)),
    fact(12, "search_trend", 0.75, ("102", "Corn Chips"), interval=(0.62, 0.9)),
    replace(fact(13, "searches_per_week", 115.0), source=SIMULATED),
    replace(fact(14, "data_rows", 80_138, ("log", "the search log"), week=W43, other_week=W49), source=SIMULATED),
    fact(15, "after_holiday", 5, week=W49, other="halloween", other_label="Halloween", other_week=W44),
    fact(16, "planned_count", 12, PLAN, placement="in-aisle"),
    fact(17, "more_launches", 7, PLAN, placement="in-aisle"),
    fact(18, "category_buyers", 0.44, SNACKS),
    fact(19, "analogue_buyers", 0.11),
    fact(20, "plan_worth", 1180.0, PLAN),
    fact(21, "force_delta", -1.6, interval=(-1.6, -1.6)),
    fact(22, "most_launches", 53, SNACKS),
    fact(23, "search_hit", "other", ("105", "Plum Jam")),
    fact(24, "slot_price", 8.9, ("front end cap", "front end cap"), placement="front end cap", week=W43),
    fact(25, "not_planned", 1),
    fact(26, "launch_slot", W43, **IN_AISLE),
    fact(27, "next_best_slot", W43, week=W43, placement="front end cap"),
)
SHEET = FactSheet(Question("why", Intent.WHY_HERE, Entities(), 1.0), FACTS, ())

TWINS = {
    "en": [
        ("Nothing is planned in 2017-W43 [F1].", "Nothing is planned in 2017-W43 in Snacks [F1]."),
        ("No launches are planned [F1].", "No launches are planned that week in Snacks [F1]."),
        (
            "With no launches in 2017-W43, the best plan would be worth the same, as far as can be proven [F2].",
            "With no launches in Snacks in 2017-W43, the best plan would be worth the same [F2].",
        ),
        ("3 launches are planned in 2017-W43 [F3].", "3 products are planned at in-aisle in 2017-W43 [F3]."),
        ("No launches can be locked [F4].", "Nothing is locked [F4]."),
        (
            "Without “Steel Cut Oats”, the best other plan would be worth the same [F5].",
            "Without “Steel Cut Oats” in 2017-W43, the best other plan would be worth the same [F5].",
        ),
        (
            "Without any launch in 2017-W43 (in-aisle), the best other plan would be worth the same [F5].",
            "Without this launch in 2017-W43 (in-aisle), the best other plan would be worth the same [F5].",
        ),
        (
            "Products shown at in-aisle sell 1.11 times their usual weekly amount [F6].",
            "Products shown at in-aisle sold 1.11 times their usual weekly amount [F6].",
        ),
        (
            "Past sales prove that products shown at in-aisle sold 1.11 times their usual weekly amount [F6].",
            "Products shown at in-aisle sold 1.11 times their usual weekly amount, which does not prove a cause [F6].",
        ),
        (
            "Of the similar past launches, “Rolled Oats” sold the most: 13 units in its first four weeks [F7].",
            "Among the past launches most like it, “Rolled Oats” sold only 13 units in its first four weeks [F7].",
        ),
        (
            "“Corn Chips” and “Black Tea” should each sell 6.7 units in their first four weeks [F8][F10].",
            "“Corn Chips” and “Rye Bread” should each sell 6.7 units in their first four weeks [F8][F9].",
        ),
        (
            "“Corn Chips” and “Rye Bread” should each sell 6.7 units a week [F8][F9].",
            "Either should sell 6.7 units in its first four weeks [F8][F9].",
        ),
        (
            "Search interest in “Corn Chips” is flat, at 0.75 times the level of the weeks before [F12].",
            "Search interest is flat, at 1.02 times the level of the weeks before [F11].",
        ),
        (
            "Search interest in “Corn Chips” fell by a third against the weeks before [F12].",
            "Search interest in “Corn Chips” fell by a quarter against the weeks before [F12].",
        ),
        (
            "Demand for “Corn Chips” ran at 0.75 times the level of the weeks before [F12].",
            "Search demand for “Corn Chips” ran at 0.75 times the level of the weeks before [F12].",
        ),
        (
            "Shoppers searched for it 115 times per week recently [F13].",
            "Shoppers searched for it 115 times per week recently (simulated search log) [F13].",
        ),
        (
            "The data has 80,138 rows of “the search log”, from 2017-W43 to 2017-W49 [F14].",
            "The data has 80,138 rows of “the search log” (simulated), from 2017-W43 to 2017-W49 [F14].",
        ),
        (
            "“Steel Cut Oats” is planned for 2017-W44, 5 weeks after the week of “Halloween” (2017-W49) [F15].",
            "“Steel Cut Oats” is planned for 2017-W49, 5 weeks after the week of “Halloween” (2017-W44) [F15].",
        ),
        (
            "12 launches and 7 further launches are planned at in-aisle [F16][F17].",
            "12 launches are planned at in-aisle [F16], and 7 further launches there are not listed here [F17].",
        ),
        (
            "44% of the shoppers in the data bought from Snacks recently; of these, 11% bought one of the past "
            "launches most like “Steel Cut Oats” [F18][F19].",
            "44% of the shoppers in the data bought from Snacks recently [F18], and 11% of the shoppers bought one of "
            "the past launches most like “Steel Cut Oats” [F19].",
        ),
        (
            "The plan is worth 1,180 units in its first four weeks [F20].",
            "As forecast, the plan is worth 1,180 units [F20].",
        ),
        (
            "Forcing it in would cost “Steel Cut Oats” 1.6 units [F21].",
            "Forcing “Steel Cut Oats” in would cost the plan 1.6 units [F21].",
        ),
        (
            "Forcing “Steel Cut Oats” in would cost the plan 1.6 units less [F21].",
            "With “Steel Cut Oats” forced in, the best plan would be worth 1.6 units less [F21].",
        ),
        ("Most launches are in Snacks: 53 launches [F22].", "Snacks is the category with the most launches: 53 [F22]."),
        (
            "“Plum Jam” is not in the catalogue but isn't a candidate [F23].",
            "“Plum Jam” is in the catalogue but isn't a candidate [F23].",
        ),
        (
            "One more place at front end cap in 2017-W43 would add 8.9 units at least [F24].",
            "One more place at front end cap in 2017-W43 would add 8.9 units at most [F24].",
        ),
        (
            "“Steel Cut Oats” is planned for 2017-W43 (in-aisle); in that other plan, “Steel Cut Oats” would launch in "
            "2017-W43 (in-aisle) [F26, F27].",
            "“Steel Cut Oats” is planned for 2017-W43 (in-aisle); in that other plan, “Steel Cut Oats” would launch in "
            "2017-W43 (front end cap) [F26, F27].",
        ),
        (
            "There was no room for “Steel Cut Oats” in the plan (version 1) [F25].",
            "“Steel Cut Oats” is left out of the plan (version 1) [F25].",
        ),
    ],
    "zh": [
        ("2017-W43 计划中没有上新 [F1]。", "2017-W43 “Snacks”计划中没有上新 [F1]。"),
        ("没有上新可以被锁定 [F4]。", "目前没有上新被锁定 [F4]。"),
        (
            "在“in-aisle”展示的商品，周销量是平时的 1.11 倍 [F6]。",
            "以往在“in-aisle”展示的商品，周销量是平时的 1.11 倍 [F6]。",
        ),
        (
            "“Corn Chips”和“Black Tea”都预计上市后前四周售出 6.7 件 [F8][F10]。",
            "“Corn Chips”和“Rye Bread”都预计上市后前四周售出 6.7 件 [F8][F9]。",
        ),
        (
            "近期顾客与“Steel Cut Oats”匹配的搜索为每周 115 次 [F13]。",
            "近期顾客与“Steel Cut Oats”匹配的搜索为每周 115 次（模拟搜索日志） [F13]。",
        ),
        (
            "“Steel Cut Oats”计划于 2017-W44 上新，比“Halloween”所在的 2017-W49 晚 5 周 [F15]。",
            "“Steel Cut Oats”计划于 2017-W49 上新，比“Halloween”所在的 2017-W44 晚 5 周 [F15]。",
        ),
        (
            "如果强制加入“Steel Cut Oats”，它会少卖 1.6 件 [F21]。",
            "如果强制加入“Steel Cut Oats”，最优计划总共会少 1.6 件 [F21]。",
        ),
    ],
}


@pytest.fixture(scope="module")
def spoken():
    return {lang: load_phrases(lang) for lang in TWINS}


@pytest.mark.parametrize(("lang", "false"), [(lang, false) for lang, twins in TWINS.items() for false, _ in twins])
def test_what_overstates_a_fact_is_refused(lang, false, spoken):
    assert not verify_sentence(false, SHEET, spoken[lang]).ok


@pytest.mark.parametrize(("lang", "true"), [(lang, true) for lang, twins in TWINS.items() for _, true in twins])
def test_the_same_words_pass_where_they_hold(lang, true, spoken):
    assert verify_sentence(true, SHEET, spoken[lang]).reasons == ()


def test_what_sells_most_of_those_asked_about_is_not_told_of_the_plan(spoken):
    most = fact(1, "most_units", 12.6, interval=(5.1, 21.8), **IN_AISLE)
    told = "“Steel Cut Oats” is the launch expected to sell most in the plan: 12.6 units in its first four weeks [F1]."
    of_plan, of_week = (
        FactSheet(Question("?", Intent.EXTREMES, entities, 1.0), (most,), ())
        for entities in (Entities(), Entities(weeks=(W43,)))
    )
    assert verify_sentence(told, of_plan, spoken["en"]).ok
    assert not verify_sentence(told, of_week, spoken["en"]).ok
    assert verify_sentence(told.replace(" in the plan", ""), of_week, spoken["en"]).ok


WEEKLY = (
    fact(1, "expected_units", 15.2, interval=(6.2, 26.2), **IN_AISLE),
    replace(fact(2, "searches_per_week", 8.2), source=SIMULATED),
    fact(3, "analogue_units", 37.0, ("201", "Rolled Oats"), week=W44, other="101", other_label="Steel Cut Oats"),
    fact(4, "analogue_units", 26.0, ("202", "Oat Bran"), week=W44, other="101", other_label="Steel Cut Oats"),
)


@pytest.mark.parametrize(
    ("false", "true"),
    [
        (
            "“Steel Cut Oats” is expected to sell 15.2 units a week, on 8.2 simulated searches a week [F1][F2].",
            "“Steel Cut Oats” is expected to sell 15.2 units, on 8.2 simulated searches a week [F1][F2].",
        ),
        (
            "Similar past launches sold 37 units in their first four weeks [F3].",
            "A similar past launch, “Rolled Oats” from 2017-W44, sold 37 units in its first four weeks [F3].",
        ),
    ],
)
def test_a_total_is_not_weekly_and_one_launch_is_not_several(false: str, true: str) -> None:
    sheet, phrases = FactSheet(SHEET.question, WEEKLY, ()), load_phrases("en")
    assert not verify_sentence(false, sheet, phrases).ok
    assert verify_sentence(true, sheet, phrases).reasons == ()


MOVED = (
    fact(1, "move_delta", -1.1, interval=(-1.1, -1.1), week=W44),
    fact(2, "force_delta", 2.3, ("102", "Corn Chips"), interval=(2.3, 2.3), week=W44),
)


@pytest.mark.parametrize(
    ("false", "true"),
    [
        (
            "The move is worth it: the best plan would be worth 1.1 units less in all [F1].",
            "The move is not worth it: the best plan would be worth 1.1 units less in all [F1].",
        ),
        (
            "Moving it would be worth making for 1.1 units less in all [F1].",
            "Moving it would not pay off: the best plan would be worth 1.1 units less in all [F1].",
        ),
        (
            "Forcing in “Corn Chips” is not worth it: the best plan would be worth 2.3 units more in all [F2].",
            "Forcing in “Corn Chips” is worth it: the best plan would be worth 2.3 units more in all [F2].",
        ),
    ],
)
def test_what_is_worth_doing_follows_the_sign(false: str, true: str) -> None:
    sheet, phrases = FactSheet(SHEET.question, MOVED, ()), load_phrases("en")
    assert not verify_sentence(false, sheet, phrases).ok
    assert verify_sentence(true, sheet, phrases).reasons == ()


APART = {"other_label": "Oats, Rye Bread and Tea"}
TWO = (
    fact(1, "without_count", 110, PLAN, **APART),
    fact(2, "without_units", 871.0, PLAN, interval=(785.0, 959.0), **APART),
    fact(3, "displaced_units", 6.7, ("102", "Corn Chips"), interval=(2.4, 12.0), **IN_AISLE),
    fact(4, "displaced_units", 5.1, ("103", "Rye Bread"), interval=(1.4, 9.0), week=W44, placement="in-aisle"),
    fact(5, "forecast_units", 11.4, ("104", "Black Tea"), interval=(4.5, 19.7)),
    fact(6, "forecast_units", 6.3, ("105", "Plum Jam"), interval=(2.3, 11.1)),
)


@pytest.mark.parametrize(
    ("false", "true"),
    [
        (
            "110 launches are planned in Oats, Rye Bread and Tea [F1].",
            "110 launches are planned apart from Oats, Rye Bread and Tea [F1].",
        ),
        (
            "The launches of Oats, Rye Bread and Tea should sell 871 units in all, each in its first four weeks [F2].",
            "Apart from Oats, Rye Bread and Tea, 110 launches are planned [F1], "
            "and they should sell 871 units in all, each in its first four weeks [F2].",
        ),
        (
            "Both “Corn Chips” and “Rye Bread” would lose 6.7 and 5.1 units [F3][F4].",
            "“Corn Chips” and “Rye Bread” would both lose their slots [F3][F4].",
        ),
        (
            "“Black Tea” should sell 11.4 units in its first four weeks [F5], against 6.3 units for “Plum Jam” [F6].",
            "Averaged over placements, “Black Tea” should sell 11.4 units in its first four weeks [F5], "
            "against 6.3 units for “Plum Jam” [F6].",
        ),
    ],
)
def test_what_is_left_out_both_and_what_opens_a_sentence(false: str, true: str) -> None:
    sheet, phrases = FactSheet(SHEET.question, TWO, ()), load_phrases("en")
    assert not verify_sentence(false, sheet, phrases).ok
    assert verify_sentence(true, sheet, phrases).reasons == ()
