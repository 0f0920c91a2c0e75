"""The verifier measured on sheets of the simulated shop: thousands of sentences that it did not help to write."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from copilot.corruptions import CORRUPTIONS
from copilot.evaluation_sheets import drawn_sheets
from copilot.falsehoods import ANOTHER_HAND, PARTS, load_written
from copilot.verifier import verify_sentence
from copilot.verifier_evaluation import correct_sentences, corrupted_sentences, evaluate_verifier


@pytest.fixture(scope="module")
def sheets(small_engine, small_stored):
    drawn = drawn_sheets(SimpleNamespace(engine=small_engine, current_plan=lambda: small_stored), n_products=4)
    return [*drawn, _in_two_placements(drawn)]


def _in_two_placements(sheets):
    """Return the sheet with most launches, every second one in another placement: the simulated shop plans for one."""
    sheet = max(sheets, key=lambda one: sum(fact.name == "expected_units" for fact in one.facts))
    facts = [replace(fact, placement=fact.placement and "rear end cap") for fact in sheet.facts[::2]]
    return replace(sheet, facts=tuple(sorted((*facts, *sheet.facts[1::2]), key=lambda fact: int(fact.id[1:]))))


@pytest.fixture(scope="module")
def report(sheets, phrases):
    return evaluate_verifier(sheets, phrases)


def test_sheets_are_drawn_from_many_kinds_of_questions(sheets):
    assert len({sheet.question.intent for sheet in sheets}) >= 12
    assert len({fact.name for sheet in sheets for fact in sheet.facts}) >= 35


def test_broken_sentences_are_caught(report):
    corrupted = report["verifier"]["corrupted"]
    assert corrupted["n"] >= 1_000
    assert report["verifier_catch_rate"] >= 0.99, corrupted["missed"]
    assert all(kind["share"] >= 0.9 for kind in corrupted["by_kind"].values()), corrupted["missed"]


def test_correct_paraphrases_pass(report):
    paraphrases = report["verifier"]["paraphrases"]
    assert paraphrases["n"] >= 1_000
    assert paraphrases["by_part"]["tuned_on"] >= 0.955, paraphrases["refused"]


def test_every_kind_of_corruption_finds_something_to_break(report):
    assert set(report["verifier"]["corrupted"]["by_kind"]) == set(CORRUPTIONS)


def test_the_same_seed_writes_the_same_sentences(sheets, phrases):
    first, second = (correct_sentences(sheets, phrases, seed=3) for _ in range(2))
    assert [one.text for one in first] == [two.text for two in second]
    assert [one.text for one in first] != [two.text for two in correct_sentences(sheets, phrases, seed=4)]


def test_a_corrupted_sentence_comes_from_one_that_passes(sheets, phrases):
    good = [one for one in correct_sentences(sheets, phrases) if verify_sentence(one.text, one.sheet, phrases).ok]
    broken = corrupted_sentences(good[:80], phrases)
    assert broken
    assert all(text != base.text and verify_sentence(base.text, base.sheet, phrases).ok for _, base, text in broken)


def test_some_patterns_are_kept_apart(report):
    assert set(report["verifier"]["paraphrases"]["by_part"]) == {"tuned_on", "held_out"}
    assert report["verifier"]["paraphrases"]["by_part"]["held_out"] >= 0.7


def test_falsehoods_by_another_hand_are_caught(report):
    false = report["verifier"]["by_another_hand"]
    assert false["n"] >= 400
    assert len(false["by_kind"]) >= 10
    assert report["verifier_catch_rate_by_another_hand"] == false["share"] >= 0.98, false["passed"]


def test_false_sentences_of_a_second_reviewer_stay_caught(report):
    false = report["verifier"]["by_the_reviewer"]
    assert false["n"] >= 50
    assert false["share"] >= 0.98, false["passed"]


def test_false_sentences_of_the_author_are_reported_apart(report):
    """Those that it was mended with say that it stays mended; those written afterwards what it is worth."""
    mended, afterwards = (report["verifier"]["by_the_author"][part] for part in ("author", "afterwards"))
    assert mended["n"] >= 600
    assert mended["share"] >= 0.98, mended["passed"]
    assert afterwards["n"] >= 50
    assert afterwards["share"] >= 0.9, afterwards["passed"]


def test_sentences_of_a_fresh_hand_are_reported_apart(report):
    """True sentences in free words are refused more often than our own paraphrases: what they cite is told in ours."""
    halves = report["verifier"]["by_a_fresh_hand"]
    assert {part: half["true"]["n"] for part, half in halves.items()} == {"fresh": 120, "blind": 115}
    for half in halves.values():
        assert half["false"]["share"] >= 0.9, half["false"]
        assert 0.6 <= half["true"]["share"] < 1, half["true"]
    assert "refused" not in halves["blind"]["true"]


def test_falsehoods_written_afterwards_are_no_others(phrases):
    by_part = {part: {one.text for one in load_written() if one.part == part} for part in PARTS}
    assert all(by_part.values())
    assert not by_part["afterwards"] & (by_part["author"] | by_part[ANOTHER_HAND])


def test_every_written_sentence_cites_a_fact_of_its_sheet(phrases):
    for one in load_written():
        assert one.sheet.facts
        assert one.is_true or all(phrases.sentence(fact) != one.text for fact in one.sheet.facts)
