"""Correct ways of saying a fact pass, and their false twins, which differ in a word or two, do not."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.factsheet import FactSheet
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import stated

WEEK = date(2017, 10, 23)
MILK = ("102", "Oat Milk")
SHEET = FactSheet(
    Question("?", Intent.WHY_HERE, Entities(), 1.0),
    (
        stated(1, "expected_units", 8.0, interval=(3.0, 14.0), week=WEEK, placement="front end cap"),
        stated(2, "delay_effect", -0.096, week=WEEK),
        stated(3, "force_delta", -1.3),
        stated(4, "forecast_units", 7.0, interval=(3.0, 14.0)),
        stated(5, "forecast_units", 4.0, MILK, interval=(1.0, 9.0)),
        stated(6, "gained_units", 5.0, MILK, interval=(2.0, 9.0), week=WEEK, placement="in-aisle"),
        stated(7, "displaced_units", 4.0, MILK, interval=(2.0, 9.0), week=WEEK, placement="in-aisle"),
        stated(8, "more_products", 134, ("plan", "plan")),
        stated(9, "least_units", 4.0, MILK, week=WEEK, placement="in-aisle"),
        stated(10, "placement_effect", 1.1, placement="front end cap"),
    ),
    ("F1",),
)


@pytest.mark.parametrize(
    ("correct", "false"),
    [
        ("Units sold from week 43 on are discounted by {F2} for the wait [F2].",
         "Units sold from week 43 on gain {F2} [F2]."),
        ("Since it would wait until week 43, its units count {F2} less [F2].",
         "Since its units count {F2} less, it would wait until week 43 [F2]."),
        ("We would give up 1.3 units in all with “Steel Cut Oats” forced in that way [F3].",
         "We would gain 1.3 units in all with “Steel Cut Oats” forced in that way [F3]."),
        ("“Steel Cut Oats” is forecast at 7 units [F4], whereas “Oat Milk” is forecast "
         "at 4 units [F5], each on average over placements.",
         "“Steel Cut Oats” is forecast at 7 units [F4], whereas “Oat Milk” is forecast "
         "at 4 units [F5], on average over placements."),
        ("“Oat Milk” would come into the plan, where it is expected to sell 5 units [F6].",
         "Coming into the plan would bring “Oat Milk” 5 units [F6]."),
        ("“Oat Milk” would lose its slot in 2017-W43 (in-aisle), where it should sell 4 units [F7].",
         "“Oat Milk” would lose its slot in 2017-W43 (in-aisle) to a launch that should sell 4 units [F7]."),
        ("“Steel Cut Oats” is expected to sell 8 units [F1].", "“Steel Cut Oats” is expected to sell for 8 [F1]."),
        ("At the front end cap, “Steel Cut Oats” is expected to sell 8 units [F1].",
         "The front end cap is expected to sell 8 units [F1]."),
        ("134 more products fit, not listed here [F8].", "134 more products fit the plan [F8]."),
        ("“Oat Milk” in 2017-W43 (in-aisle) is the launch expected to sell least: 4 units [F9].",
         "In-aisle is the placement whose launches are expected to sell least: 4 units [F9]."),
        ("“Steel Cut Oats” is expected to sell 8 units [F1].",
         "“Steel Cut Oats” is expected to sell 8 units [F1], a record."),
        ("“Steel Cut Oats” is expected to sell 8 units [F1].",
         "“Steel Cut Oats” is expected to sell 8 units [F1] (rank 8)."),
    ],
)  # fmt: skip
def test_a_correct_sentence_passes_and_its_false_twin_does_not(correct, false):
    phrases = load_phrases("en")
    change = phrases.variables(SHEET.get("F2"))["change"]
    correct, false = correct.format(F2=change), false.format(F2=change)
    assert verify_sentence(correct, SHEET, phrases).ok, verify_sentence(correct, SHEET, phrases).reasons
    assert not verify_sentence(false, SHEET, phrases).ok
