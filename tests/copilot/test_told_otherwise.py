"""The same facts told from the other side, without their number, or by what they take, with false twins."""

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
    fact(1, "units_difference", 3.2, other="102", other_label="Corn Chips"),
    fact(2, "placement_effect", 0.82, placement="in-aisle"),
    fact(3, "displaced_units", 4.6, CHIPS, interval=(1.5, 8.4), week=W45, placement="front page"),
    fact(4, "gained_units", 5.3, CHIPS, interval=(1.8, 9.5), week=W43, placement="in-aisle"),
    fact(5, "more_displaced", 70, PLAN),
    fact(6, "recommended_per_week", 7, ("Snacks", "Snacks")),
    fact(7, "planned_count", 0, ("Snacks", "Snacks")),
    fact(8, "search_trend", 1.0),
    fact(9, "force_delta", -1.3, interval=(-1.4, -1.2)),
    fact(10, "forecast_overlap", 4.4, other="102", other_label="Corn Chips"),
    fact(11, "forecast_units", 9.1, interval=(3.1, 16.2)),
    fact(12, "plan_candidates", 1782, PLAN),
    fact(13, "move_delta", -1.8, interval=(-1.9, -1.7), week=W45),
    fact(
        14,
        "analogue_units",
        37,
        ("201", "Steel Cut Oats"),
        week=W43,
        other="101",
        other_label="Steel Cut Oats",
        numbered=True,
        other_numbered=True,
    ),
    fact(15, "advised_per_week", 9, ("Snacks", "Snacks"), week=W43),
)
SHEET = FactSheet(Question("why", Intent.WHY_HERE, Entities(), 1.0), FACTS, ("F1",))


@pytest.mark.parametrize(
    "sentence",
    [
        "Steel Cut Oats should outsell “Corn Chips” by 3.2 units [F1].",
        "Steel Cut Oats is expected to outsell “Corn Chips” by 3.2 units [F1].",
        "“Corn Chips” trails “Steel Cut Oats” by 3.2 units [F1].",
        "“Corn Chips” is 3.2 units behind “Steel Cut Oats” [F1].",
        "In-aisle is expected to cost Steel Cut Oats 18% of its sales compared with an average placement [F2].",
        "At in-aisle, it should sell 82% of what it would sell at an average placement [F2].",
        "“Corn Chips” would have to give up its slot in 2017-W45 at front page [F3].",
        "Forcing “Steel Cut Oats” in would cost 1.3 units [F9], and “Corn Chips” would lose its slot in 2017-W45 [F3].",
        "“Corn Chips” would come into the plan in 2017-W43 at in-aisle [F4].",
        "Another 70 launches would drop out [F5].",
        "Beyond those listed here, 70 further launches would be displaced [F5].",
        "Snacks should not have more than 7 launches per week, as recommended [F6].",
        "No launches in Snacks are planned [F7].",
        "The intervals of “Steel Cut Oats” and “Corn Chips” overlap by 4.4 units [F10].",
        "The interval of “Steel Cut Oats” and that of “Corn Chips” share 4.4 units [F10].",
        "“Steel Cut Oats” is forecast to sell 3.2 units more than “Corn Chips”, and on average over placements, "
        "“Steel Cut Oats” is forecast to sell 9.1 units in its first four weeks (80% interval 3.1 to 16.2) [F1, F11].",
        "The plan was chosen among 1,782 candidates [F12].",
        "With “Steel Cut Oats” moved to 2017-W45, the best plan would be worth 1.8 units less in all [F13].",
        "A past launch like “Steel Cut Oats” #101, “Steel Cut Oats” #201, sold 37 units in its first four weeks [F14].",
        "Searches for it held steady against the weeks before [F8].",
        "There was no change in searches for Steel Cut Oats against the weeks before [F8].",
    ],
)
def test_the_same_facts_told_otherwise_pass(phrases, sentence):
    assert verify_sentence(sentence, SHEET, phrases).reasons == ()


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("“Corn Chips” outsells “Steel Cut Oats” by 3.2 units [F1].", "direction"),
        ("Steel Cut Oats trails “Corn Chips” by 3.2 units [F1].", "direction"),
        ("The plan was chosen among 1,782 plans [F12].", "number:1782"),
        ("With “Steel Cut Oats” moved to 2017-W45, it would be worth 1.8 units less [F13].", "state:"),
        ("A past launch much like “Steel Cut Oats” #201, “Steel Cut Oats” #201 sold 37 units [F14].", "name:#201"),
        ("A similar past launch, “Steel Cut Oats”” #201, sold 37 units in its first four weeks [F14].", "quotes"),
        (
            "After what the plan launches before, the rhythm of Snacks advises 9 launches in 2017-W43, "
            "and the plan has them [F15].",
            "state:plan has",
        ),
        ("“Steel Cut Oats” and “Corn Chips” share 4.4 units [F10].", "off_topic:F10"),
        ("“Steel Cut Oats” is forecast to sell 3.2 units in its first four weeks [F1, F11].", "number:3.2"),
        ("“Steel Cut Oats” is forecast to sell 9.1 units more than “Corn Chips” [F1, F11].", "number:9.1"),
        ("Steel Cut Oats is 3.2 units behind “Corn Chips” [F1].", "direction"),
        ("In-aisle is expected to cost Steel Cut Oats 82% of its sales against an average placement [F2].", "number"),
        ("Steel Cut Oats would lose 82% of its sales compared with an average placement [F2].", "number"),
        ("“Corn Chips” loses its slot in 2017-W45 (front page) [F3].", "unstated"),
        ("“Corn Chips” would lose its slot in 2017-W43 (front page) [F3].", "week"),
        ("It would lose its slot [F3].", "unstated"),
        ("“Corn Chips” has come into the plan in 2017-W43 [F4].", "unstated"),
        ("Another 70 launches drop out [F5].", "incomplete"),
        ("Snacks should have more than 7 launches per week, as recommended [F6].", "bound"),
        ("Launches in Snacks are planned [F7].", "unstated"),
    ],
)
def test_what_they_do_not_say_is_refused(phrases, sentence, reason):
    assert reason in " ".join(verify_sentence(sentence, SHEET, phrases).reasons)
