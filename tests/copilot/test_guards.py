"""Guards: plain words that say when, of what, how surely or who, limits, levels, bases, and lists of equal titles."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.factsheet import FACT_SPECS, Fact, FactSheet, Source
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence

W43 = date(2017, 10, 23)
OATS, PLAN = ("101", "Steel Cut Oats"), ("plan", "plan")


def fact(number, name, value, subject=OATS, interval=None, **more):
    unit = FACT_SPECS[name].unit
    return Fact(f"F{number}", name, *subject, value, unit, interval, Source("model"), **more)


FACTS = (
    fact(1, "launch_slot", W43, week=W43, placement="in-aisle"),
    fact(2, "expected_units", 15.2, interval=(6.2, 26.2), week=W43, placement="in-aisle", linked=("F1",)),
    fact(3, "placement_effect", 1.37, placement="in-aisle", linked=("F2",)),
    fact(4, "searches_per_week", 8.2),
    fact(5, "slot_price", 8.9, PLAN, placement="in-aisle", week=W43),
    fact(6, "more_launches", 9, PLAN),
    fact(7, "analogue_median", 13.0),
    fact(8, "analogue_units", 14.0, ("201", "Rolled Oats"), other="101", other_label=OATS[1], numbered=True),
    fact(9, "analogue_units", 15.0, ("202", "Rolled Oats"), other="101", other_label=OATS[1], numbered=True),
    fact(10, "recommended_per_week", 2, ("Snacks", "Snacks")),
    fact(11, "momentum", 0.977, ("Snacks", "Snacks"), week=W43),
)
SHEET = FactSheet(Question("why", Intent.WHY_HERE, Entities(), 1.0), FACTS, ("F1",))


@pytest.mark.parametrize(
    "sentence",
    [
        "Steel Cut Oats is planned for 2017-W43 (in-aisle) [F1].",
        "It should sell 15.2 units in its first four weeks (80% interval 6.2 to 26.2) [F2].",
        "It should sell 15.2 units over its first four weeks [F2].",
        "At in-aisle it should sell 37% more than with an average past launch's placement [F3].",
        "Searches that match it came to 8.2 per week [F4].",
        "One more place at in-aisle in 2017-W43 would be worth at most 8.9 units [F5].",
        "9 more launches are planned there, not listed here [F6].",
        "The past launches most like it sold 13 units at the median [F7].",
        "“Rolled Oats” #201 and “Rolled Oats” #202, similar past launches, sold 14 and 15 units [F8, F9].",
        "The recommended limit is 2 launches per week in Snacks [F10].",
        "Demand in Snacks is expected to be 2.3% below its recent level in 2017-W43 [F11].",
    ],
)
def test_what_the_facts_say_passes(phrases, sentence):
    assert verify_sentence(sentence, SHEET, phrases).reasons == ()


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Steel Cut Oats is planned until 2017-W43 (in-aisle) [F1].", "guarded"),
        ("Steel Cut Oats is planned before 2017-W43 (in-aisle) [F1].", "guarded"),
        ("Steel Cut Oats is planned for every week from 2017-W43 [F1].", "guarded"),
        ("It should sell 15.2 units after its first four weeks [F2].", "guarded"),
        ("The catalogue is expected to sell 15.2 units [F2].", "guarded"),
        ("Everyone is expected to get 15.2 units [F2].", "guarded"),
        ("It should sell 15.2 units in each of its first four weeks [F2].", "guarded"),
        ("It should sell over 15.2 units [F2].", "bound"),
        ("It should sell well under 15.2 units [F2].", "bound"),
        ("It should sell 15.2 units with 80% certainty [F2].", "level"),
        ("It should sell between 6.2 and 26.2 units with certainty [F2].", "level"),
        ("Take 15.2 units of it as expected [F2].", "guarded"),
        ("Give everyone your data, and it should sell 15.2 units [F2].", "guarded"),
        ("With an average placement it should sell 37% more than at in-aisle [F3].", "base"),
        ("An average placement would sell 37% more [F3].", "base"),
        ("The recent level of Snacks is expected to be 2.3% below its demand in 2017-W43 [F11].", "base"),
        ("It should sell 37% more at in-aisle [F3].", "incomplete"),
        ("Its 8.2 searches per week [F4] produce the 15.2 units that it should sell [F2].", "cause"),
        ("Given 8.2 searches per week [F4], it should sell 15.2 units [F2].", "guarded"),
        ("One more place at in-aisle in 2017-W43 would be worth 8.9 units [F5].", "bound"),
        ("9 launches are planned [F6].", "incomplete"),
        ("The past launches most like it sold 13 units each [F7].", "incomplete"),
        ("“Rolled Oats” #201 and “Rolled Oats” #202, similar past launches, sold 15 and 14 units [F8, F9].", "number"),
        ("“Rolled Oats” and “Rolled Oats” #202, similar past launches, sold 15 and 14 units [F8, F9].", "number"),
        ("We recommend 2 launches per week in Snacks [F10].", "bound"),
    ],
)
def test_what_they_do_not_say_is_refused(phrases, sentence, reason):
    assert reason in " ".join(verify_sentence(sentence, SHEET, phrases).reasons)
