"""Where two facts are cited, what stands together belongs to one of them: each false sentence with its true twin."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from copilot.evaluation_sheets import drawn_sheets
from copilot.factsheet import FactSheet
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from copilot.verifier_evaluation import joined_sentences
from tests.copilot.stated import stated as fact

W43, W45, PAST = date(2017, 10, 23), date(2017, 11, 6), date(2017, 1, 2)
OATS, CHIPS, PLAN = ("101", "Steel Cut Oats"), ("102", "Corn Chips"), ("plan", "plan")

FACTS = (
    fact(1, "launch_slot", W43, OATS, week=W43, placement="in-aisle"),
    fact(2, "launch_slot", W45, CHIPS, week=W45, placement="front page"),
    fact(3, "expected_units", 15.2, OATS, interval=(6.2, 26.2), week=W43, placement="in-aisle"),
    fact(4, "expected_units", 9.9, CHIPS, interval=(3.0, 20.0), week=W45, placement="front page"),
    fact(5, "forecast_units", 11.4, OATS, interval=(4.5, 19.7)),
    fact(6, "next_best_slot", W43, OATS, week=W43, placement="front page"),
    fact(7, "planned_count", 14, PLAN, week=W43),
    fact(8, "planned_count", 9, PLAN, week=W45),
    fact(9, "more_displaced", 70, PLAN),
    fact(10, "moved_count", 49, PLAN),
)
SHEET = FactSheet(Question("why", Intent.WHY_HERE, Entities(), 1.0), FACTS, ("F1",))


@pytest.mark.parametrize(
    ("false", "true"),
    [
        (
            "“Steel Cut Oats” is planned for 2017-W43 (front page) and “Corn Chips” for 2017-W45 (in-aisle) [F1, F2].",
            "“Steel Cut Oats” is planned for 2017-W43 (in-aisle) and “Corn Chips” for 2017-W45 (front page) [F1, F2].",
        ),
        (
            "“Steel Cut Oats” (2017-W45) and “Corn Chips” (2017-W43) are planned [F1, F2].",
            "“Steel Cut Oats” (2017-W43) and “Corn Chips” (2017-W45) are planned [F1, F2].",
        ),
        (
            "“Steel Cut Oats” and “Corn Chips” are planned for 2017-W45 and 2017-W43 [F1, F2].",
            "“Steel Cut Oats” and “Corn Chips” are planned for 2017-W43 and 2017-W45 [F1, F2].",
        ),
        (
            "“Steel Cut Oats” and “Corn Chips” are planned for 2017-W43 (in-aisle) [F1, F2].",
            "“Steel Cut Oats” and “Corn Chips” are planned for 2017-W43 (in-aisle) and 2017-W45 (front page) [F1, F2].",
        ),
        (
            "In 2017-W45, “Steel Cut Oats” is planned, and in 2017-W43, “Corn Chips” [F1, F2].",
            "In 2017-W43, “Steel Cut Oats” is planned, and in 2017-W45, “Corn Chips” [F1, F2].",
        ),
        (
            "“Steel Cut Oats” should sell 15.2 units (front page) and “Corn Chips” 9.9 units (in-aisle) [F3, F4].",
            "“Steel Cut Oats” should sell 15.2 units (in-aisle) and “Corn Chips” 9.9 units (front page) [F3, F4].",
        ),
        (
            "“Steel Cut Oats” should sell 15.2 units (80% interval 4.5 to 19.7), and on average over placements "
            "11.4 units (80% interval 6.2 to 26.2) [F3, F5].",
            "“Steel Cut Oats” should sell 15.2 units (80% interval 6.2 to 26.2), and on average over placements "
            "11.4 units (80% interval 4.5 to 19.7) [F3, F5].",
        ),
        (
            "“Steel Cut Oats” should sell 15.2 units from 2017-W43 (front page), and in that other plan it would "
            "launch in 2017-W43 (in-aisle) [F3, F6].",
            "“Steel Cut Oats” should sell 15.2 units from 2017-W43 (in-aisle), and in that other plan it would "
            "launch in 2017-W43 (front page) [F3, F6].",
        ),
        (
            "9 launches are planned in 2017-W43 and 14 launches are planned in 2017-W45 [F7, F8].",
            "14 launches are planned in 2017-W43 and 9 launches are planned in 2017-W45 [F7, F8].",
        ),
        (
            "49 launches would be dropped, and 70 more launches would move [F9, F10].",
            "49 other launches would move, and 70 more launches would drop out [F10, F9].",
        ),
    ],
)
def test_what_stands_together_is_of_one_fact(false, true, phrases):
    assert not verify_sentence(false, SHEET, phrases).ok
    assert verify_sentence(true, SHEET, phrases).reasons == ()


@pytest.mark.parametrize(
    ("false", "true"),
    [
        (
            "“Steel Cut Oats”计划于 2017-W43 上新（“front page”），"
            "“Corn Chips”计划于第45周上新（“in-aisle”） [F1, F2]。",
            "“Steel Cut Oats”计划于 2017-W43 上新（“in-aisle”），"
            "“Corn Chips”计划于 2017-W45 上新（“front page”） [F1, F2]。",
        ),
        (
            "“Steel Cut Oats”计划于 2017-W43 上新（“front page”） [F1, F2]。",
            "“Steel Cut Oats”计划于 2017-W43 上新（“in-aisle”） [F1]。",
        ),
        (
            "“Steel Cut Oats”预计上市前四周售出 15.2 件（80% 区间 4.5 至 19.7） [F3, F5]。",
            "“Steel Cut Oats”预计上市前四周售出 15.2 件（80% 区间 6.2 至 26.2） [F3]。",
        ),
    ],
)
def test_what_stands_together_in_chinese_is_of_one_fact(false, true):
    chinese = load_phrases("zh")
    assert not verify_sentence(false, SHEET, chinese).ok
    assert verify_sentence(true, SHEET, chinese).reasons == ()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_own_phrases_of_two_facts_may_be_joined(lang, small_engine, small_stored):
    sheets = drawn_sheets(SimpleNamespace(engine=small_engine, current_plan=lambda: small_stored), n_products=3)
    phrases = load_phrases(lang)
    joined = joined_sentences(sheets, phrases)
    refused = [one.text for one in joined if not verify_sentence(one.text, one.sheet, phrases).ok]
    assert len(joined) > 100
    assert len(refused) <= 0.03 * len(joined), refused
