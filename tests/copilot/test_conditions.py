"""What another plan or a change would bring, and a week to come, are told of them: false sentences and true twins."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.factsheet import FactSheet
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import stated

WEEK = date(2017, 12, 18)
PLAN = ("plan", "plan")
MILK = ("102", "Oat Milk")
GROCERY = ("Grocery", "Grocery")
SHEET = FactSheet(
    Question("?", Intent.WHY_HERE, Entities(), 1.0),
    (
        stated(1, "left_out", "left out"),
        stated(2, "change_delta", 0.72, PLAN, interval=(0.72, 0.72)),
        stated(3, "moved_count", 4, PLAN),
        stated(4, "displaced_units", 4.6, MILK, interval=(1.5, 8.4), week=WEEK, placement="in-aisle"),
        stated(5, "gained_units", 5.2, MILK, interval=(1.5, 9.4), week=WEEK, placement="in-aisle"),
        stated(6, "momentum", 1.13, GROCERY, week=WEEK),
        stated(7, "season_effect", 0.9, GROCERY, week=WEEK),
        stated(8, "expected_units", 8.0, interval=(3.0, 14.0), week=WEEK, placement="in-aisle"),
        stated(9, "force_delta", -1.3, interval=(-1.3, -1.3)),
        stated(10, "launch_slot", WEEK, week=WEEK, placement="in-aisle"),
        stated(11, "slot_loss", -0.5, interval=(-0.5, -0.5), week=WEEK, placement="in-aisle"),
    ),
    ("F1",),
)

FALSE = [
    # of the other plan, told of this one
    ("condition", "“Steel Cut Oats” is left out of the plan [F1]."),
    ("condition", "“Steel Cut Oats” will not be launched [F1]."),
    ("condition", "“Steel Cut Oats” won't be launched [F1]."),
    ("condition", "“Steel Cut Oats” would not be launched [F1]."),
    ("condition", "The plan has no slot for “Steel Cut Oats” [F1]."),
    ("condition", "“Steel Cut Oats” is planned for 2017-W51 (in-aisle) [F10], and it would not be launched [F1]."),
    # supposed, told as decided
    ("condition", "The best plan will be worth 0.72 units more in all [F2]."),
    ("condition", "With this plan, the best plan will be worth 0.72 units more in all [F2]."),
    ("condition", "4 other launches will move to another slot [F3]."),
    ("condition", "4 other launches should move to another slot [F3]."),
    ("condition", "The other 4 launches in the plan will move to another slot [F3]."),
    ("condition", "“Oat Milk” will lose its slot in 2017-W51 (in-aisle), where it is expected to sell 4.6 units [F4]."),
    ("condition", "“Oat Milk” will lose its slot, starting in 2017-W51 (in-aisle), with 4.6 units expected [F4]."),
    ("condition", "“Oat Milk” will come into the plan in 2017-W51, where it is expected to sell 5.2 units [F5]."),
    ("condition", "The plan will cost 1.3 units, including “Steel Cut Oats” [F9]."),
    # of the week of the launch, told as of today
    ("ahead", "Demand in Grocery is 13% above its recent level [F6]."),
    ("ahead", "Demand in Grocery is 13% above its recent level in 2017-W51 [F6]."),
    ("ahead", "Going by its recent trend, demand in Grocery is 13% above its recent level [F6]."),
    ("ahead", "Demand in Grocery is up 13% [F6]."),
    ("ahead", "Demand in Grocery is growing by 13% [F6]."),
    ("ahead", "Demand in Grocery is 10% below its year's average [F7]."),
    ("ahead", "“Steel Cut Oats” is expected to sell 8 units [F8]; demand in Grocery is up 13% [F6]."),
]
TRUE = [
    "In that other plan, “Steel Cut Oats” would not be launched [F1].",
    "In that other plan, “Steel Cut Oats” is left out [F1].",
    "The best other plan leaves out “Steel Cut Oats” [F1].",
    "“Steel Cut Oats” would then not be launched [F1].",
    "Otherwise “Steel Cut Oats” would not be launched [F1].",
    "Without “Steel Cut Oats” in 2017-W51 (in-aisle), the best other plan would be worth 0.5 units less in all [F11], "
    "and “Steel Cut Oats” would not be launched [F1].",
    "With that change, the best plan will be worth 0.72 units more in all [F2].",
    "That change will bring the best plan 0.72 units more in all [F2].",
    "With that change, 4 other launches will move to another slot [F3].",
    "4 other launches would move to another slot [F3].",
    "The best plan would be worth 0.72 units more in all with that change [F2], and 4 other launches will move to "
    "another slot [F3].",
    "“Oat Milk” would lose its slot in 2017-W51 (in-aisle), where it will sell 4.6 units [F4].",
    "“Oat Milk” would come into the plan in 2017-W51 (in-aisle), where it is expected to sell 5.2 units [F5].",
    "With that change, 4 other launches should move to another slot [F3].",
    "With “Steel Cut Oats” forced in, the best plan will be worth 1.3 units less in all [F9].",
    "Forcing “Steel Cut Oats” in will cost the plan 1.3 units [F9].",
    "“Steel Cut Oats” will probably sell 8 units in its first four weeks [F8].",
    "Demand in Grocery should run 13% above its recent level in 2017-W51 [F6].",
    "Demand in Grocery will be 13% above its recent level in 2017-W51 [F6].",
    "Grocery demand is expected to be up 13% on its recent level [F6].",
    "Demand in Grocery is expected to be 10% below its year's average in 2017-W51 [F7].",
]
FALSE_CHINESE = [
    ("condition", "“Steel Cut Oats”不会上新 [F1]。"),
    ("condition", "“Steel Cut Oats”会退出计划 [F1]。"),
    ("condition", "最优计划将总共多 0.72 件 [F2]。"),
    ("condition", "另有 4 个新品将换到别的档位 [F3]。"),
    ("condition", "另有 4 个新品将移到别的档位 [F3]。"),
    ("condition", "“Oat Milk”将失去 2017-W51 的档位（“in-aisle”），它在那里预计上市后前四周售出 4.6 件 [F4]。"),
    ("condition", "“Oat Milk”将加入 2017-W51 的计划（“in-aisle”），它在那里预计上市后前四周售出 5.2 件 [F5]。"),
    ("ahead", "“Grocery”的需求比近期水平高 13% [F6]。"),
    ("ahead", "2017-W51 “Grocery”的需求比近期水平高 13% [F6]。"),
    ("ahead", "“Grocery”的需求比全年平均低 10% [F7]。"),
]
TRUE_CHINESE = [
    "在那份其他计划中，“Steel Cut Oats”不会上新 [F1]。",
    "否则“Steel Cut Oats”不会上新 [F1]。",
    "按这一改变，最优计划将总共多 0.72 件 [F2]。",
    "另有 4 个新品会换到别的档位 [F3]。",
    "“Oat Milk”会失去 2017-W51 的档位（“in-aisle”），它在那里预计上市后前四周售出 4.6 件 [F4]。",
    "“Oat Milk”会加入 2017-W51 的计划（“in-aisle”），它在那里预计上市后前四周售出 5.2 件 [F5]。",
    "如果强制加入“Steel Cut Oats”，最优计划将总共少 1.3 件 [F9]。",
    "按近期趋势，预计 2017-W51 “Grocery”的需求比近期水平高 13% [F6]。",
    "2017-W51 “Grocery”的需求将比近期水平高 13% [F6]。",
]
CASES_FALSE = [("en", *one) for one in FALSE] + [("zh", *one) for one in FALSE_CHINESE]
CASES_TRUE = [("en", one) for one in TRUE] + [("zh", one) for one in TRUE_CHINESE]


@pytest.mark.parametrize(("lang", "reason", "sentence"), CASES_FALSE)
def test_what_is_told_without_its_condition_or_time_is_refused(lang, reason, sentence):
    reasons = verify_sentence(sentence, SHEET, load_phrases(lang)).reasons
    assert any(one.startswith(f"{reason}:") for one in reasons), reasons


@pytest.mark.parametrize(("lang", "sentence"), CASES_TRUE)
def test_what_is_told_with_its_condition_and_time_passes(lang, sentence):
    check = verify_sentence(sentence, SHEET, load_phrases(lang))
    assert check.ok, check.reasons
