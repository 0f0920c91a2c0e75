"""Measuring writers and writing the card, with writers that follow a script."""

from __future__ import annotations

from collections import Counter

import pytest

from copilot.facts import collect_facts
from copilot.generators import PhraseGenerator, ScriptedGenerator
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.teaching.card import Taught, write_card
from copilot.teaching.grammar import Refusals
from copilot.teaching.lessons import write_lessons
from copilot.teaching.measure import measure_writer, spread
from copilot.teaching.sheets import DrawnSheet
from copilot.teaching.training import Curve, TaughtSettings

PHRASES = load_phrases("en")


@pytest.fixture(scope="module")
def sheet(small_engine, small_stored):
    question = Question("Why so?", Intent.WHY_HERE, Entities(products=("101",)), 0.9)
    return collect_facts(question, small_engine, small_stored)


def test_sentences_that_pass_and_facts_that_the_writer_told_are_counted(sheet):
    first = PHRASES.sentence(sheet.facts[0])
    writer = ScriptedGenerator(f"{first} It is the best hit ever [F2].")
    found = measure_writer(writer, [sheet], PHRASES)
    assert (found.total.sentences, found.total.passed, found.total.told) == (2, 1, 1)
    assert found.total.pass_rate == 0.5
    assert found.total.told_rate == round(1 / len(sheet.essential), 4)
    assert found.intents["why_here"].n_sheets == 1
    assert found.refused[0][0].startswith("It is the best hit")
    assert found.samples == [("Why so?", first)]


def test_a_writer_that_says_nothing_has_no_pass_rate(sheet):
    found = measure_writer(PhraseGenerator(), [sheet], PHRASES)
    assert found.total.pass_rate is None
    assert found.total.told_rate == 0


def test_sheets_are_spread_over_the_intents(sheet, small_engine, small_stored):
    rhythm = collect_facts(Question("?", Intent.RHYTHM, Entities(), 0.9), small_engine, small_stored)
    chosen = spread([sheet, sheet, sheet, rhythm], 2)
    assert [one.question.intent for one in chosen] == [Intent.WHY_HERE, Intent.RHYTHM]


def test_the_card_tells_the_run(sheet, tmp_path):
    adapter = tmp_path / "adapter_model.safetensors"
    adapter.write_bytes(b"weights")
    lessons, refusals, untold = write_lessons([DrawnSheet("small", 3, sheet, False)], seed=1)
    measures = [
        measure_writer(PhraseGenerator(), [sheet], PHRASES),
        measure_writer(ScriptedGenerator(""), [sheet], PHRASES),
    ]
    curve = Curve(((1, 2.0), (2, 1.0)), ((2, 1.25),), 9.5)
    taught = Taught(lessons, 4, refusals, untold, ["no demo"], TaughtSettings(), curve, measures)
    text = write_card(adapter, taught).read_text()
    assert "Apache-2.0" in text
    assert "| 2 | 1.500 | 1.250 |" in text
    assert r"| why\_here | 1 |" in text
    assert "no demo" in text
    without = Taught(lessons, 4, Refusals(), Counter(), [], TaughtSettings(), curve, [])
    assert "Results" not in write_card(adapter, without).read_text()
