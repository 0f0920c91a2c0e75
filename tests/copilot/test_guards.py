"""Guards: plain words that say when, of what, how surely or who, limits, levels, bases, and lists of equal titles."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.factsheet import FactSheet
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import OATS
from tests.copilot.stated import stated as fact

W43, W44 = date(2017, 10, 23), date(2017, 10, 30)
PLAN = ("plan", "plan")


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
    fact(12, "planned_count", 14, PLAN, week=W43),
    fact(13, "planned_units", 108.0, PLAN, week=W43),
    fact(14, "units_difference", 2.4, other="102", other_label="Corn Chips"),
    fact(15, "launch_slot", W44, ("102", "Corn Chips"), week=W44, placement="in-aisle"),
    fact(16, "next_best_slot", W44, week=W44, placement="front page"),
    fact(17, "category_buyers", 0.37, ("Snacks", "Snacks")),
    fact(18, "price_effect", 1.25),
    fact(19, "rhythm_effect", 1.054, week=W43),
    fact(20, "searches_with_words", 60, other="oats", other_label="oats"),
    fact(21, "crowding_effect", 1.06, PLAN),
    fact(22, "slot_loss", -12.0, interval=(-13.0, -11.0), week=W43, placement="in-aisle"),
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


@pytest.mark.parametrize(
    "sentence",
    [
        "You can expect 15.2 units from it in its first four weeks [F2].",
        "Overall, it should sell 15.2 units in all in its first four weeks [F2].",
        "In 2017-W43, all launches together should sell 108 units in their first four weeks [F13].",
        "We have 14 launches coming up in 2017-W43 [F12].",
        "“Corn Chips” is forecast to sell 2.4 units less than “Steel Cut Oats” [F14].",
        "Steel Cut Oats launches in 2017-W43 [F1], before “Corn Chips” in 2017-W44 [F15].",
        "Steel Cut Oats is planned for 2017-W43 (in-aisle) [F1], where it should sell 15.2 units [F2].",
        "Of the shoppers in the data, 37% bought from Snacks recently [F17].",
        "At that price, Steel Cut Oats is expected to sell 1.25 times its forecast [F18].",
        "Moving it out would cost 12 units: without it, the plan would lose 12 units [F22].",
    ],
)
def test_the_same_things_told_otherwise_pass(phrases, sentence):
    assert verify_sentence(sentence, SHEET, phrases).reasons == ()


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The plan should sell 15.2 units in its first four weeks [F2].", "subject"),
        ("The placement is expected to sell 15.2 units [F2].", "subject"),
        ("You can expect 15.2 units from the plan in its first four weeks [F2].", "subject"),
        ("A launch in 2017-W43 is expected to sell 108 units in all [F13].", "subject"),
        ("“Steel Cut Oats” would lose 12 units without its slot [F22].", "subject"),
        ("You should sell 15.2 units of it [F2].", "guarded"),
        ("It should sell 15.2 units in all [F2].", "guarded"),
        ("It should sell １５.２ units [F2].", "symbol"),
        ("It should sell one and 15.2 units [F2].", "number"),
        ("The plan is expected to sell 108 units in all [F13].", "scope"),
        ("All launches of the plan are expected to sell 108 units [F13].", "scope"),
        ("14 launches are planned in all [F12].", "scope"),
        ("14 launches are planned at most in 2017-W43 [F12].", "bound"),
        ("14 launches ran in 2017-W43 [F12].", "tense"),
        ("There were 14 launches in 2017-W43 [F12].", "tense"),
        ("Steel Cut Oats was launched in 2017-W43 [F1].", "tense"),
        ("Steel Cut Oats would launch in 2017-W43 (in-aisle) if another plan was found [F1].", "guarded"),
        ("Steel Cut Oats is forecast to sell 2.4 units more than the plan [F14].", "than"),
        ("“Corn Chips” is forecast to sell 2.4 units more than “Steel Cut Oats” [F14].", "direction"),
        ("At that price, Steel Cut Oats is expected to sell 1.25 times its price [F18].", "than"),
        ("Steel Cut Oats counts 5.4% more than the other launches of its category in 2017-W43 [F19].", "than"),
        ("Corn Chips launches in 2017-W44 [F15], before “Steel Cut Oats” in 2017-W43 [F1].", "order"),
        ("The fallback would be 2017-W44 (front page) [F16], where it should sell 15.2 units [F2].", "place"),
        ("It would launch in 2017-W44 (front page) in that other plan [F16] and should sell 15.2 units [F2].", "place"),
        ("37% of what shoppers bought recently was from Snacks [F17].", "share"),
        ("60 searches held words like “Steel Cut Oats” in the last eight weeks of the log [F20].", "incomplete"),
        ("Doubling the launches made each sell 1.06 times as much [F21].", "cause"),
        ("“Rolled Oats” #201 sold 14 units in 2017-W43 [F8].", "week"),
        ("“Rolled Oats” sold 14 units for “Steel Cut Oats” [F8].", "name"),
    ],
)
def test_what_is_told_of_another_is_refused(phrases, sentence, reason):
    assert reason in " ".join(verify_sentence(sentence, SHEET, phrases).reasons)


@pytest.mark.parametrize(
    "sentence",
    [
        "[F7] [F8].",
        "; [F1] should sell 15.2 units [F2].",
        "It sold 13 units at the median [F7] [F7].",
        "[F2] , [F2]!",
        "… [F7]",
    ],
)
def test_a_part_without_words_is_read(sentence, phrases):
    """A citation that nothing stands before has no clause; hostile text has such sentences."""
    assert not verify_sentence(sentence, SHEET, phrases).ok
