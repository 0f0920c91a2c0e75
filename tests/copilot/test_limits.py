"""Limits that a fact does not set: ends of an interval, totals to date, losses by waiting, multiples, recommendations.

Each false sentence stands beside a true one of the same fact, which must pass.
"""

from __future__ import annotations

from datetime import date

import pytest

from copilot.factsheet import FactSheet
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import stated as fact

W32, W51 = date(2017, 8, 7), date(2017, 12, 18)

FACTS = (
    fact(1, "expected_units", 4.6, interval=(1.5, 8.4), week=W51, placement="in-aisle"),
    fact(2, "analogue_units", 20.0, ("201", "Rolled Oats"), week=W32, other="101", other_label="Steel Cut Oats"),
    fact(3, "delay_effect", 0.904, week=W51),
    fact(4, "placement_lift", 1.11, ("in-aisle", "in-aisle"), interval=(1.08, 1.13), placement="in-aisle"),
    fact(5, "search_trend", 1.12, interval=(0.82, 1.52)),
    fact(6, "crowding_effect", 1.06, ("season", "season"), interval=(0.9, 1.2)),
    fact(7, "recommended_per_week", 1, ("Snacks", "Snacks")),
    fact(8, "slot_price", 4.4, ("in-aisle", "in-aisle"), placement="in-aisle", week=W51),
    fact(9, "sold_units", 29.0, week=W51),
    fact(10, "price_effect", 1.1, interval=(1.01, 1.2)),
)
SHEET = FactSheet(Question("why", Intent.WHY_HERE, Entities(), 1.0), FACTS, ())

FALSE = {
    "en": [
        "“Steel Cut Oats” will sell at least 1.5 units in its first four weeks [F1].",
        "“Steel Cut Oats” will sell at most 8.4 units [F1].",
        "“Steel Cut Oats” will sell up to 8.4 units in its first four weeks [F1].",
        "“Steel Cut Oats” is expected to sell no more than 8.4 units [F1].",
        "“Steel Cut Oats” could sell at most 8.4 units [F1].",
        "“Steel Cut Oats” will sell at least 1.5 and at most 8.4 units [F1].",
        "“Steel Cut Oats” will sell 4.6 units, at least 1.5 and at most 8.4 [F1].",
        "“Steel Cut Oats” will sell between 1.5 and 8.4 units [F1].",
        "“Steel Cut Oats” will sell from 1.5 to 8.4 units in its first four weeks [F1].",
        "“Steel Cut Oats” is expected to reach up to 8.4 units [F1].",
        "At that price, “Steel Cut Oats” is expected to sell at least 1.01 times its forecast [F10].",
        "Products shown at in-aisle sold at least 1.08 times their usual weekly amount in the past [F4].",
        "“Rolled Oats”, a similar past launch, has sold 20 units since 2017-W32 [F2].",
        "“Rolled Oats” has sold 20 units since 2017-W32 [F2].",
        "“Rolled Oats”, a similar past launch, has sold 20 units up to now [F2].",
        "Sales of “Steel Cut Oats” fall by 9.6% if it waits until 2017-W51 [F3].",
        "Units sold after waiting until 2017-W51 are 9.6% fewer [F3].",
        "Waiting until 2017-W51 costs “Steel Cut Oats” 9.6% of its sales [F3].",
        "Waiting until 2017-W51 means 9.6% fewer units sold [F3].",
        "The count of units sold falls by 9.6% if it waits until 2017-W51 [F3].",
        "Products shown at in-aisle sold 1.11 times more than their usual weekly amount in the past [F4].",
        "Products shown at in-aisle sold 1.11 times as much more than usual in the past [F4].",
        "Searches that match “Steel Cut Oats” ran 1.12 times higher than in the weeks before [F5].",
        "Searches that match “Steel Cut Oats” were 1.12 times above the level of the weeks before [F5].",
        "In weeks with twice as many launches, each launch sold 1.06 times more [F6].",
        "In weeks with twice as many launches, the launches together sold 1.06 times as much [F6].",
        "In weeks with twice as many launches, the launches sold 1.06 times as much together [F6].",
        "The plan has 1 launch per week in Snacks at most [F7].",
        "Snacks has at most 1 launch per week [F7].",
        "There is at most 1 launch per week in Snacks [F7].",
        "The plan keeps to at most 1 launch per week in Snacks [F7].",
    ],
    "zh": [
        "“Steel Cut Oats”预计最多售出 8.4 件 [F1]。",
        "“Steel Cut Oats”预计售出不超过 8.4 件 [F1]。",
        "“Steel Cut Oats”预计至少售出 1.5 件 [F1]。",
        "相似的历史新品“Rolled Oats”自 2017-W32 起售出了 20 件 [F2]。",
        "等到 2017-W51 才售出的销量减少 9.6% [F3]。",
        "以往在 in-aisle 展示的商品，周销量比平时高出 1.11 倍 [F4]。",
        "上新数量多一倍的那些周，新品共售出了原来的 1.06 倍 [F6]。",
        "计划中“Snacks”每周最多 1 个新品 [F7]。",
    ],
}
TRUE = {
    "en": [
        "“Steel Cut Oats” is likely to sell at least 1.5 units in its first four weeks [F1].",
        "“Steel Cut Oats” will sell between 1.5 and 8.4 units with a probability of 80% [F1].",
        "“Steel Cut Oats” will likely sell between 1.5 and 8.4 units [F1].",
        "“Steel Cut Oats” is expected to sell 4.6 units (80% interval 1.5 to 8.4) [F1].",
        "“Steel Cut Oats” should sell between 1.5 and 8.4 units in its first four weeks [F1].",
        "“Steel Cut Oats” could sell as few as 1.5 or as many as 8.4 units, with 4.6 expected [F1].",
        "The expected units reach up to 8.4 [F1].",
        "“Steel Cut Oats” is expected to sell at least 1.5 and at most 8.4 units [F1].",
        "At that price, “Steel Cut Oats” is expected to sell 1.1 times its forecast (80% interval 1.01 to 1.2) [F10].",
        "One more place at in-aisle in 2017-W51 would be worth at most 4.4 units [F8].",
        "Products shown at in-aisle sold between 1.08 and 1.13 times their usual weekly amount in the past [F4].",
        "“Rolled Oats”, a similar past launch from 2017-W32, sold 20 units [F2].",
        "“Rolled Oats”, a similar past launch since 2017-W32, sold 20 units in its first four weeks [F2].",
        "“Steel Cut Oats” has sold 29 units so far, going by the data until 2017-W51 [F9].",
        "Units sold after waiting until 2017-W51 count 9.6% less [F3].",
        "Waiting until 2017-W51 makes its units worth 9.6% less [F3].",
        "Waiting until 2017-W51 makes its units count 9.6% less [F3].",
        "Products shown at in-aisle sold 1.11 times as much as usual in the past [F4].",
        "Products shown at in-aisle sold more, 1.11 times their usual weekly amount, in the past [F4].",
        "Products shown at in-aisle sold 11% more than their usual weekly amount in the past [F4].",
        "Searches that match “Steel Cut Oats” rose to 1.12 times the level of the weeks before [F5].",
        "In weeks with twice as many launches, each launch sold 1.06 times as much [F6].",
        "Twice as many launches in a week went together with 6% more units per launch [F6].",
        "At most 1 launch per week is recommended in Snacks [F7].",
        "Snacks should have at most 1 launch per week [F7].",
    ],
    "zh": [
        "“Steel Cut Oats”预计售出 1.5 至 8.4 件 [F1]。",
        "“Steel Cut Oats”预计售出 4.6 件（80% 区间 1.5 至 8.4） [F1]。",
        "相似的历史新品“Rolled Oats”于 2017-W32 上市，上市后前四周售出了 20 件 [F2]。",
        "等到 2017-W51 才售出的销量，每件的价值减少 9.6% [F3]。",
        "以往在 in-aisle 展示的商品，周销量是平时的 1.11 倍 [F4]。",
        "上新数量多一倍的那些周，每个新品的销量是原来的 1.06 倍 [F6]。",
        "“Snacks”建议的上限是每周 1 个新品 [F7]。",
    ],
}


@pytest.fixture(scope="module")
def spoken():
    return {lang: load_phrases(lang) for lang in FALSE}


@pytest.mark.parametrize(("lang", "false"), [(lang, one) for lang, told in FALSE.items() for one in told])
def test_a_limit_that_no_fact_sets_is_refused(lang, false, spoken):
    assert not verify_sentence(false, SHEET, spoken[lang]).ok


@pytest.mark.parametrize(("lang", "true"), [(lang, one) for lang, told in TRUE.items() for one in told])
def test_the_same_told_as_the_fact_does_passes(lang, true, spoken):
    assert verify_sentence(true, SHEET, spoken[lang]).reasons == ()
