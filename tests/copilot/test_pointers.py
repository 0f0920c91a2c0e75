"""What four weeks sell, what is supposed or lost, and words that point back over a citation, each with true twins."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.factsheet import FactSheet
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import stated as fact

W43, W45 = date(2017, 10, 23), date(2017, 11, 6)
CHIPS, PLAN = ("102", "Corn Chips"), ("plan", "plan")


FACTS = (
    fact(1, "launch_slot", W43, week=W43, placement="in-aisle"),
    fact(2, "expected_units", 15.2, interval=(6.2, 26.2), week=W43, placement="in-aisle", linked=("F1",)),
    fact(3, "move_delta", -3.1, interval=(-3.2, -3.0), week=W45),
    fact(4, "change_delta", -7.4, PLAN, interval=(-7.5, -7.3)),
    fact(5, "displaced_units", 4.6, CHIPS, interval=(1.5, 8.4), week=W45, placement="front page", linked=("F3",)),
    fact(6, "planned_count", 14, PLAN, week=W43),
    fact(7, "planned_units", 108.0, PLAN, week=W43),
    fact(8, "moved_count", 12, PLAN),
    fact(9, "launch_slot", W45, CHIPS, week=W45, placement="front page"),
    fact(10, "forecast_units", 9.9, CHIPS, interval=(3.0, 20.0)),
    fact(11, "more_launches", 9, PLAN, week=W43),
    fact(12, "searches_with_words", 60, other="oats", other_label="oats"),
    fact(13, "search_words", 41, other_label="oats"),
    fact(14, "flip_units", 1.3),
    fact(15, "units_difference", 5.3, other="102", other_label="Corn Chips"),
    fact(16, "not_planned", 2, ("103", "Green Tea")),
    fact(17, "momentum", 0.977, ("Snacks", "Snacks"), week=W43),
    fact(18, "backtest_error", 0.66, PLAN),
    fact(19, "more_displaced", 70, PLAN),
)
SHEET = FactSheet(Question("why", Intent.WHY_HERE, Entities(), 1.0), FACTS, ("F1",))


@pytest.mark.parametrize(
    "sentence",
    [
        "It should sell 15.2 units in the four weeks from 2017-W43 [F2].",
        "Launched in week 43, it is expected to sell 15.2 units [F2].",
        "In 2017-W43, the launches planned should sell 108 units in their first four weeks [F7].",
        "The launches planned in 2017-W43 should sell 108 units [F7].",
        "Moving it to 2017-W45 would cost 3.1 units [F3].",
        "Moving it to 2017-W45 makes the best plan worth 3.1 units less [F3].",
        "With that change, the best plan would be worth 7.4 units less [F4].",
        "“Corn Chips” would lose its slot in 2017-W45 (front page), where it is expected to sell 4.6 units [F5].",
        "“Corn Chips” is planned for 2017-W45 [F9] and is forecast to sell 9.9 units on average over placements [F10].",
        "14 launches are planned in 2017-W43 [F6], and 108 units are expected from them in four weeks [F7].",
        "14 launches are planned in 2017-W43 [F6] and should sell 108 units in all in their first four weeks [F7].",
        "12 other launches would move to another slot [F8].",
        "60 searches held words like “oats” in the last eight weeks of the log [F12].",
        "A change of 1.3 units in what it is worth would flip the choice [F14].",
        "Steel Cut Oats is forecast to sell 5.3 units more than “Corn Chips” [F15].",
        "Green Tea is not in the plan [F16].",
        "In that backtest, the forecasts were off by 66% of the units sold [F18].",
        "70 more launches would lose their slots [F19].",
    ],
)
def test_what_the_facts_say_passes(phrases, sentence):
    assert verify_sentence(sentence, SHEET, phrases).reasons == ()


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("It should sell 15.2 units in 2017-W43 [F2].", "span"),
        ("It should sell 15.2 units within week 43 [F2].", "span"),
        ("In week 43, it should sell 15.2 units [F2].", "span"),
        ("It should sell 15.2 units that week [F2].", "span"),
        ("Week 43 should sell 108 units [F7].", "span"),
        ("The forecast for week 43 is 108 units in all [F7].", "span"),
        ("The launches planned should sell 108 units in week 43 [F7].", "span"),
        ("Steel Cut Oats is forecast to sell 5.3 units more than “Corn Chips” in week 43 [F15, F1].", "span"),
    ],
)
def test_what_sells_in_four_weeks_is_not_told_of_one(phrases, sentence, reason):
    assert reason in " ".join(verify_sentence(sentence, SHEET, phrases).reasons)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Moving it to 2017-W45 cost 3.1 units [F3].", "supposed"),
        ("The best plan was worth 3.1 units less if it moved to 2017-W45 [F3].", "supposed"),
        ("Moving it to 2017-W45 made the best plan worth 3.1 units less [F3].", "supposed"),
        ("The plan moved Steel Cut Oats to 2017-W45 and is worth 3.1 units less [F3].", "supposed"),
        ("Steel Cut Oats was moved to 2017-W45, and the plan is worth 3.1 units less [F3].", "supposed"),
        ("Having moved it to 2017-W45, the plan is worth 3.1 units less [F3].", "supposed"),
        ("The best plan is worth 7.4 units less [F4].", "supposed"),
        ("That change cost 7.4 units [F4].", "supposed"),
        ("A change of 1.3 units flipped the choice [F14].", "incomplete"),
        ("70 more launches lose their slots [F19].", "incomplete"),
        ("“Corn Chips” would lose 4.6 units [F5].", "direction"),
        ("“Corn Chips” would forfeit its 4.6 units [F5].", "direction"),
        ("“Corn Chips” would lose its slot in 2017-W45 (front page), and with it 4.6 units [F5].", "incomplete"),
        ("Demand in Snacks is now 2.3% below its recent level [F17].", "state"),
    ],
)
def test_what_is_supposed_is_not_told_as_found(phrases, sentence, reason):
    assert reason in " ".join(verify_sentence(sentence, SHEET, phrases).reasons)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("14 launches are planned in 2017-W43 [F6], and 12 of them would move to another slot [F8].", "points"),
        ("Of the 14 launches planned in 2017-W43 [F6], 12 other ones would move to another slot [F8].", "points"),
        ("41 of the 60 searches were for “oats” [F12, F13].", "points"),
        ("“Corn Chips” is planned for 2017-W45 [F9], and 15.2 units from it are expected [F2].", "points"),
        (
            "Steel Cut Oats is planned for 2017-W43 [F1] and is forecast to sell 9.9 units over placements [F10].",
            "points",
        ),
        (
            "The 9 further launches planned in 2017-W43 should sell 108 units in their first four weeks [F11, F7].",
            "points",
        ),
        ("60 searches were for “oats” [F12].", "incomplete"),
        ("The 14 launches planned in 2017-W43 [F6] should sell 15.2 units in their first four weeks [F2].", "subject"),
        ("The launches should sell 108 units in all in their first four weeks [F7].", "scope"),
        ("Green Tea is not not in the plan [F16].", "negation"),
        ("In that backtest, 66% of the forecasts were off [F18].", "share"),
    ],
)
def test_a_number_is_not_given_to_what_stands_before_it(phrases, sentence, reason):
    assert reason in " ".join(verify_sentence(sentence, SHEET, phrases).reasons)
