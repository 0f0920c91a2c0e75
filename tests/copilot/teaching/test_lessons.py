"""Sheets, the grammar and lessons, over the small shop's real plans."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from copilot.answers import build_prompt, prompted_facts
from copilot.facts import collect_facts
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.teaching.grammar import Refusals, write_target
from copilot.teaching.held_out import HELD_OUT_SHARE, is_held_out
from copilot.teaching.lessons import taught_rules, write_lessons
from copilot.teaching.sheets import DrawnSheet, _from_json, _to_json
from copilot.teaching.wording import load_wording
from copilot.verifier import verify_sentence

PHRASES = load_phrases("en")
ASKED = [
    (Intent.WHY_HERE, ("101",)),
    (Intent.WHY_NOT, ("107",)),
    (Intent.FORECAST, ("102",)),
    (Intent.SIMILAR, ("103",)),
    (Intent.SEARCH_DEMAND, ("101",)),
    (Intent.RHYTHM, ()),
    (Intent.PLANNED, ()),
]


@pytest.fixture(scope="module")
def sheets(small_engine, small_stored) -> list[DrawnSheet]:
    questions = [Question("Why so?", intent, Entities(products=products), 0.9) for intent, products in ASKED]
    return [DrawnSheet("small", 3, collect_facts(one, small_engine, small_stored), False) for one in questions]


@pytest.fixture
def told(sheets):
    """Tell one sheet, drawn with one seed, and return its sentences and what was refused."""

    def tell(number: int, seed: int) -> tuple[list[str], Refusals]:
        sheet, refusals = sheets[number].sheet, Refusals()
        facts = prompted_facts(sheet, PHRASES)
        return write_target(sheet, facts, load_wording(), PHRASES, random.Random(seed), refusals), refusals

    return tell


def test_every_sentence_passes_and_every_fact_is_told_once(sheets, told):
    for number, drawn in enumerate(sheets):
        sentences, _ = told(number, seed=number)
        checks = [verify_sentence(sentence, drawn.sheet, PHRASES) for sentence in sentences]
        assert all(check.ok for check in checks)
        cited = [fact_id for check in checks for fact_id in check.facts]
        assert sorted(cited) == sorted(fact.id for fact in prompted_facts(drawn.sheet, PHRASES))
        assert all(sentence.endswith("].") for sentence in sentences)


def test_the_direct_answer_comes_first(sheets, told):
    for number, drawn in enumerate(sheets):
        sentences, _ = told(number, seed=5)
        assert drawn.sheet.essential[0] in verify_sentence(sentences[0], drawn.sheet, PHRASES).facts


def test_words_vary_and_facts_that_belong_together_share_a_sentence(told):
    answers = {" ".join(told(0, seed)[0]) for seed in range(8)}
    assert len(answers) > 5
    assert any(len(told(0, seed)[0]) < 9 for seed in range(8))  # ten facts


def test_a_product_is_it_only_after_it_was_named(sheets, told):
    for seed in range(10):
        sentences, _ = told(0, seed)
        assert "“Potato Chips 9 Oz”" in sentences[0]


def test_what_the_verifier_refuses_is_counted_and_not_taught(sheets, monkeypatch):
    wording = replace(load_wording(), joins=())
    bad = wording.singles["launch_slot"][0].environment.from_string("{{ title }} is a sure hit {{ cite }}.")
    wording = replace(wording, singles={**wording.singles, "launch_slot": (bad,)})
    refusals = Refusals()
    sheet = sheets[0].sheet
    sentences = write_target(sheet, prompted_facts(sheet, PHRASES), wording, PHRASES, random.Random(1), refusals)
    assert refusals.refused["launch_slot"] == 1
    assert sentences[0] == PHRASES.sentence(sheet.facts[0])


def test_a_lesson_is_the_writers_prompt_under_the_taught_line(sheets):
    lessons, _, untold = write_lessons(sheets, seed=1)
    assert len(lessons) == len(sheets)
    assert not untold
    whole = {
        build_prompt(one.sheet, PHRASES, length).user for one in sheets for length in ("normal", "short", "detailed")
    }
    assert {lesson.prompt.user for lesson in lessons} <= whole
    assert {lesson.prompt.system for lesson in lessons} == {taught_rules()}
    assert write_lessons(sheets, seed=1)[0] == lessons
    assert write_lessons(sheets, seed=2)[0] != lessons


def test_short_and_detailed_prompts_hold_fewer_and_more_facts(sheets):
    sheet = sheets[1].sheet
    short, normal, detailed = (prompted_facts(sheet, PHRASES, length) for length in ("short", "normal", "detailed"))
    assert len(short) == 3
    assert short == normal[:3]
    assert normal == detailed[: len(normal)]
    assert len(detailed) > len(normal)


def test_a_sheet_survives_its_cache(sheets):
    for drawn in sheets:
        restored = _from_json(json.loads(json.dumps(_to_json(drawn))))
        assert build_prompt(restored.sheet, PHRASES) == build_prompt(drawn.sheet, PHRASES)
        assert [fact.linked for fact in restored.sheet.facts] == [fact.linked for fact in drawn.sheet.facts]


def test_products_are_held_out_by_their_id_and_the_seed():
    ids = [str(number) for number in range(4_000)]
    share = sum(is_held_out(one, 7) for one in ids) / len(ids)
    assert share == pytest.approx(HELD_OUT_SHARE, abs=0.02)
    assert [is_held_out(one, 7) for one in ids] != [is_held_out(one, 8) for one in ids]
