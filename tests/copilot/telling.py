"""Answers as the tests read them: written by the phrases, every sentence verified, and their facts by name."""

from __future__ import annotations

from typing import Any

from copilot.answer import Sentence
from copilot.answers import write_answer
from copilot.facts import collect_facts
from copilot.factsheet import Fact, FactSheet
from copilot.generators import PhraseGenerator
from copilot.phrases import load_phrases
from copilot.questions import Question
from copilot.store import StoredPlan


def written(sheet: FactSheet, lang: str) -> list[Sentence]:
    """Return the sentences that the phrases write of a sheet; each must pass the verifier."""
    sentences = list(write_answer(sheet, PhraseGenerator(), load_phrases(lang)))
    assert all(one.verified for one in sentences), [one.text for one in sentences if not one.verified]
    return sentences


def spoken(sheet: FactSheet, lang: str) -> list[str]:
    """Return the texts of what is `written`."""
    return [one.text for one in written(sheet, lang)]


def answered(question: Question, engine: Any, stored: StoredPlan, archive: Any = None) -> tuple[FactSheet, list[str]]:
    """Return the facts that answer a question, and what is `spoken` of them in its language."""
    sheet = collect_facts(question, engine, stored, archive)
    return sheet, spoken(sheet, question.lang)


def essential(sheet: FactSheet) -> list[Fact]:
    """Return the facts that the answer must state, in its order."""
    facts = {fact.id: fact for fact in sheet}
    return [facts[one] for one in sheet.essential]


def names(sheet: FactSheet) -> list[str]:
    """Return the names of the facts that the answer must state, in its order."""
    return [fact.name for fact in essential(sheet)]


def named(sheet: FactSheet, name: str) -> list[Fact]:
    """Return the facts of this name, whether the answer must state them or not."""
    return [fact for fact in sheet if fact.name == name]
