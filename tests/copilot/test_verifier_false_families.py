"""Families of false sentences whose numbers, names and directions are all right, each beside true neighbours.

A total told of each part, the plan's gain told of a launch, a cause made of an association, a forecast told as settled,
what is supposed told as there: each is refused in several wordings, in both languages where both have the words.
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

W41, W43, W45 = date(2017, 10, 9), date(2017, 10, 23), date(2017, 11, 6)
PLAN, SEASON, CHIPS = ("plan", "plan"), ("season", "season"), ("102", "Corn Chips")
HERE = {"week": W41, "placement": "front end cap"}
SIMULATED = Source("rows", simulated=True)

FACTS = (
    fact(1, "planned_per_week", 14.0, SEASON),
    fact(2, "recommended_per_week", 151, SEASON),
    fact(3, "observed_per_week", 93.7, SEASON),
    fact(4, "planned_per_week", 4.4, ("Snacks", "Snacks")),
    fact(5, "move_delta", -1.1, interval=(-1.1, -1.1), week=W45),
    fact(6, "change_delta", 5.1, PLAN, interval=(5.1, 5.1)),
    fact(7, "moved_count", 31, PLAN),
    fact(8, "slot_loss", -0.32, interval=(-0.32, -0.32), **HERE),
    fact(9, "slot_loss", 0.0, CHIPS, interval=(-0.001, 0.0), **HERE),
    fact(10, "planned_count", 14, PLAN, week=W43),
    fact(11, "planned_units", 108.0, PLAN, interval=(84.8, 133.0), week=W43),
    fact(12, "plan_worth", 1180.0, PLAN),
    fact(13, "placement_lift", 2.47, ("front end cap",) * 2, interval=(2.25, 2.72), placement="front end cap"),
    fact(14, "placement_effect", 1.37, **HERE),
    fact(15, "expected_units", 15.2, interval=(6.2, 26.2), **HERE),
    fact(16, "units_difference", 3.1, other="102", other_label="Corn Chips"),
    fact(17, "backtest_error", 0.66, PLAN),
    fact(18, "slot_price", 8.9, ("front end cap",) * 2, **HERE),
    fact(19, "data_rows", 29_043, ("campaigns", "campaigns shown to shoppers"), week=W41, other_week=W45),
    replace(fact(20, "searches_per_week", 8.2), source=SIMULATED),
    fact(21, "analogue_units", 26.0, ("201", "Rolled Oats"), week=W43, other="101", other_label="Steel Cut Oats"),
    fact(22, "crowding_effect", 1.06, SEASON, interval=(1.04, 1.08)),
)
SHEET = FactSheet(Question("why", Intent.WHY_HERE, Entities(), 1.0), FACTS, ())

FALSE = {
    "shared out": [
        "The plan has 14 launches per week in each category on average [F1].",
        "Every category takes 14 launches per week on average in the plan [F1].",
        "Categories have 14 launches per week on average in the plan [F1].",
        "The plan averages 14 launches a week in every single category [F1].",
        "Per category, the recommended limit is 151 launches per week [F2].",
        "The recommended limit is 151 launches per week in a category [F2].",
        "Until now any category had 93.7 launches per week on average [F3].",
        "The plan has 14 launches per week for each product on average [F1].",
        "The plan has 14 launches per week on average at each placement [F1].",
        "Every category in Snacks has 4.4 launches per week on average in the plan [F4].",
    ],
    "another's gain": [
        "With it moved to 2017-W45, it would lose 1.1 units in all [F5].",
        "With “Steel Cut Oats” moved to 2017-W45, they would lose 1.1 units in all [F5].",
        "With “Steel Cut Oats” moved to 2017-W45, its slot would be worth 1.1 units less in all [F5].",
        "With “Steel Cut Oats” moved to 2017-W45, its sales would fall by 1.1 units in all [F5].",
        "With “Steel Cut Oats” moved to 2017-W45, the other launches would lose 1.1 units in all [F5].",
        "Moving “Steel Cut Oats” to 2017-W45 would cost it 1.1 units in all [F5].",
        "With that change, 31 other launches would move to another slot and gain 5.1 units in all [F7][F6].",
        "31 other launches would move to another slot and add 5.1 units in all [F7][F6].",
        "Without it in 2017-W41, the front end cap would be worth 0.32 units less [F8].",
        "Moving “Steel Cut Oats” to 2017-W45 means it would lose 1.1 units in all [F5].",
        "With “Steel Cut Oats” moved to 2017-W45, its forecast would fall by 1.1 units [F5].",
    ],
    "this plan": [
        "Without “Steel Cut Oats” in 2017-W41 (front end cap), this plan would be worth 0.32 units less in all [F8].",
        "This plan without “Steel Cut Oats” in 2017-W41 (front end cap) would be worth 0.32 units less in all [F8].",
        "Without it in 2017-W41 (front end cap), our current plan would be worth 0.32 units less in all [F8].",
        "Without “Corn Chips” in 2017-W41 (front end cap), the best other plan would be worth exactly the same [F9].",
        "Without “Corn Chips” in 2017-W41 (front end cap), the best other plan would be worth precisely the same [F9].",
    ],
    "yet to be planned": [
        "14 launches have yet to be planned in 2017-W43 [F10].",
        "14 launches are still to be planned in 2017-W43 [F10].",
        "14 launches must be planned in 2017-W43 [F10].",
        "14 launches remain to be scheduled in 2017-W43 [F10].",
        "14 launches will be planned in 2017-W43 [F10].",
        "14 launches would be planned in 2017-W43 [F10].",
        "14 launches still need planning in 2017-W43 [F10].",
    ],
    "first weeks of the plan": [
        "In its first four weeks, the plan should sell 108 units with the launches planned in 2017-W43 [F11].",
        "The launches planned in 2017-W43 should sell 108 units in all in the first four weeks of the season [F11].",
        "The launches planned in 2017-W43 are expected to sell 108 units in all in the plan's first four weeks [F11].",
        "The plan is worth 1,180 units in its first weeks [F12].",
    ],
    "caused": [
        "Front end cap boosted the weekly sales of products to 2.47 times their usual amount in the past [F13].",
        "In the past, being at front end cap improved sales to 2.47 times the usual weekly amount [F13].",
        "Front end cap brought products 2.47 times their usual weekly amount in the past [F13].",
        "Front end cap turned weekly sales into 2.47 times their usual amount in the past [F13].",
        "Products reached 2.47 times their usual weekly amount by being shown at front end cap in the past [F13].",
        "Front end cap drove sales to 2.47 times their usual weekly amount in the past [F13].",
        "The benefit of front end cap was 2.47 times the usual weekly amount in the past [F13].",
        "Products shown at front end cap grew to 2.47 times their usual weekly amount in the past [F13].",
        "Weekly sales climbed to 2.47 times their usual amount at front end cap in the past [F13].",
        "Twice as many launches in a week raised the sales of each launch to 1.06 times as much [F22].",
        "Its placement makes it sell 37% more than with an average past launch's placement [F14].",
        "Front end cap should sell 37% more than an average placement [F14].",
        "It should sell 15.2 units in its first four weeks [F15], "
        "as products shown at front end cap sold 2.47 times their usual weekly amount in the past [F13].",
    ],
    "settled": [
        "It will sell 15.2 units in its first four weeks from 2017-W41 (front end cap) [F15].",
        "“Steel Cut Oats” is going to sell 15.2 units in its first four weeks from 2017-W41 (front end cap) [F15].",
        "“Steel Cut Oats” outsells “Corn Chips” by 3.1 units [F16].",
        "“Steel Cut Oats” will outsell “Corn Chips” by 3.1 units [F16].",
        "Sales of “Steel Cut Oats” will be 15.2 units in its first four weeks from 2017-W41 (front end cap) [F15].",
        "“Steel Cut Oats” will be 3.1 units ahead of “Corn Chips” [F16].",
        "“Steel Cut Oats” beats “Corn Chips” by 3.1 units [F16].",
        "Our forecasts will be off by 66% of the units sold [F17].",
        "These forecasts are off by 66% of the units sold [F17].",
        "The forecasts of this plan were off by 66% of the units sold [F17].",
    ],
    "there": [
        "There is one more place at front end cap in 2017-W41, worth at most 8.9 units [F18].",
        "There is room for one more place at front end cap in 2017-W41, worth at most 8.9 units [F18].",
        "One more place at front end cap in 2017-W41 is planned, worth at most 8.9 units [F18].",
        "A further place at front end cap in 2017-W41 is available, worth at most 8.9 units [F18].",
        "Front end cap in 2017-W41 has one more place, worth at most 8.9 units [F18].",
        "We have one more place at front end cap in 2017-W41, worth at most 8.9 units [F18].",
        "31 other launches would move to its slot [F7].",
        "31 other launches would move to its place [F7].",
    ],
    "counted": [
        "The data has 29,043 campaigns shown to shoppers, from 2017-W41 to 2017-W45 [F19].",
        "Shoppers looked for “Steel Cut Oats” and found it 8.2 times per week recently (simulated search log) [F20].",
        "Shoppers typed “Steel Cut Oats” 8.2 times per week recently (simulated search log) [F20].",
        "A similar past launch, “Rolled Oats” from 2017-W43, still sells 26 units in four weeks [F21].",
        "A similar past launch, “Rolled Oats” from 2017-W43, sells 26 units in its first four weeks [F21].",
    ],
}
TRUE = [
    "The plan has 14 launches per week over all categories on average [F1].",
    "Counting each category, the plan has 14 launches per week on average [F1].",
    "Over all categories, the recommended limit is 151 launches per week [F2].",
    "The plan has 4.4 launches per week in Snacks on average [F4].",
    "With it moved to 2017-W45, the best plan would lose 1.1 units in all [F5].",
    "If “Steel Cut Oats” moved to 2017-W45, we would lose 1.1 units in all [F5].",
    "Moving “Steel Cut Oats” to 2017-W45 would cost the plan 1.1 units in all [F5].",
    "With that change, the best plan would be worth 5.1 units more in all [F6], "
    "and 31 other launches would move to another slot [F7].",
    "31 other launches would move to another slot [F7], "
    "and with that change the best plan would be worth 5.1 units more in all [F6].",
    "Without “Steel Cut Oats” in 2017-W41 (front end cap), "
    "the best other plan would be worth 0.32 units less in all [F8].",
    "Without “Corn Chips” in 2017-W41 (front end cap), the best other plan would be worth the same, "
    "as far as can be proven [F9].",
    "14 launches are scheduled in 2017-W43 [F10].",
    "In their first four weeks, the launches planned in 2017-W43 should sell 108 units in all [F11].",
    "As forecast, the plan is worth 1,180 units, with units sold later counted a little less [F12].",
    "Products shown at front end cap sold 2.47 times their usual weekly amount in the past [F13].",
    "Being shown at front end cap went along with 2.47 times the usual weekly sales in the past [F13].",
    "In weeks with twice as many launches, each launch sold 1.06 times as much [F22].",
    "At front end cap it should sell 37% more than with an average past launch's placement [F14].",
    "It should sell 15.2 units in its first four weeks from 2017-W41 (front end cap) [F15].",
    "Most likely it will sell between 6.2 and 26.2 units in its first four weeks [F15].",
    "“Steel Cut Oats” should outsell “Corn Chips” by 3.1 units [F16].",
    "“Steel Cut Oats” is expected to beat “Corn Chips” by 3.1 units [F16].",
    "In that backtest, forecasts were off by 66% of the units sold [F17].",
    "One more place at front end cap in 2017-W41 would be worth at most 8.9 units [F18].",
    "If there were one more place at front end cap in 2017-W41, it would be worth at most 8.9 units [F18].",
    "31 other launches would move to other slots [F7].",
    "The data has 29,043 rows of campaigns shown to shoppers, from 2017-W41 to 2017-W45 [F19].",
    "Searches that match “Steel Cut Oats” came to 8.2 per week recently (simulated search log) [F20].",
    "“Rolled Oats”, a similar past launch from 2017-W43, sold 26 units in its first four weeks [F21].",
]
CHINESE_FALSE = [
    "每个品类平均每周上新 14 个新品 [F1]。",
    "计划在各品类平均每周上新 14 个新品 [F1]。",
    "每个陈列位平均每周上新 14 个新品 [F1]。",
    "如果把“Steel Cut Oats”移到 2017-W45，它总共会少 1.1 件 [F5]。",
    "如果把“Steel Cut Oats”移到 2017-W45，新品总共会少 1.1 件 [F5]。",
    "如果把“Steel Cut Oats”移到 2017-W45，当前计划总共会少 1.1 件 [F5]。",
    "如果“Steel Cut Oats”不在 2017-W41（“front end cap”）上新，这份计划总共会少 0.32 件 [F8]。",
    "以往在“front end cap”展示的商品，周销量上升到平时的 2.47 倍 [F13]。",
    "以往“front end cap”使商品的周销量提高到平时的 2.47 倍 [F13]。",
    "2017-W41 在“front end cap”的位置，价值最多为 8.9 件 [F18]。",
    "2017-W41 在“front end cap”有一个位置，价值最多为 8.9 件 [F18]。",
]
CHINESE_TRUE = [
    "全部品类合计，计划平均每周上新 14 个新品 [F1]。",
    "如果把“Steel Cut Oats”移到 2017-W45，最优计划总共会少 1.1 件 [F5]。",
    "如果“Steel Cut Oats”不在 2017-W41（“front end cap”）上新，最优的其他计划总共会少 0.32 件 [F8]。",
    "以往在“front end cap”展示的商品，周销量是平时的 2.47 倍 [F13]。",
    "2017-W41 在“front end cap”再多一个位置，价值最多为 8.9 件 [F18]。",
]


@pytest.mark.parametrize(
    "false", [pytest.param(one, id=f"{kind}-{i}") for kind, all_ in FALSE.items() for i, one in enumerate(all_)]
)
def test_a_false_sentence_of_each_family_is_refused(false: str) -> None:
    assert not verify_sentence(false, SHEET, load_phrases("en")).ok


@pytest.mark.parametrize("true", TRUE)
def test_their_true_neighbours_pass(true: str) -> None:
    assert verify_sentence(true, SHEET, load_phrases("en")).reasons == ()


@pytest.mark.parametrize("false", CHINESE_FALSE)
def test_a_false_chinese_sentence_of_each_family_is_refused(false: str) -> None:
    assert not verify_sentence(false, SHEET, load_phrases("zh")).ok


@pytest.mark.parametrize("true", CHINESE_TRUE)
def test_their_true_chinese_neighbours_pass(true: str) -> None:
    assert verify_sentence(true, SHEET, load_phrases("zh")).reasons == ()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("text", ["", "[F1]", "[F20].", ", , as [F18].", "，", "“” [F8]", "— worth [F18]."])
def test_what_says_nothing_is_refused_and_breaks_nothing(text: str, lang: str) -> None:
    assert not verify_sentence(text, SHEET, load_phrases(lang)).ok


def test_the_families_are_refused_for_what_is_false_in_them() -> None:
    """Each reason is one of the modules' own where no other rule may have fired: the number and the name are right."""
    phrases = load_phrases("en")
    reasons = {
        sentence: verify_sentence(sentence, SHEET, phrases).reasons[0].split(":")[0]
        for sentence in (FALSE["shared out"][0], FALSE["another's gain"][0], FALSE["caused"][0], FALSE["settled"][0])
    }
    assert list(reasons.values()) == ["shared_out", "gain", "caused", "settled"]
