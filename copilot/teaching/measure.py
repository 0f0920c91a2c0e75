"""Measuring a writer on held-out sheets: how much of what it says passes, and how much of an answer it tells itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.answers import write_answer
from copilot.factsheet import FactSheet
from copilot.generators import TextGenerator
from copilot.phrases import Phrases
from retrieval.progress import Progress, silent

SAMPLES = 12  # answers kept to be read


@dataclass
class IntentMeasure:
    """One intent's counts: sheets, the writer's sentences and those that passed, essential facts and those it told."""

    n_sheets: int = 0
    sentences: int = 0
    passed: int = 0
    essential: int = 0
    told: int = 0

    @property
    def pass_rate(self) -> float | None:
        """The share of the writer's sentences that the verifier kept; None when it said nothing."""
        return round(self.passed / self.sentences, 4) if self.sentences else None

    @property
    def told_rate(self) -> float:
        """The share of the essential facts that the writer told itself."""
        return round(self.told / max(1, self.essential), 4)


@dataclass
class WriterMeasure:
    """What one writer did on the sheets: in all, by intent, why sentences were refused, and some of its answers."""

    writer: str
    total: IntentMeasure = field(default_factory=IntentMeasure)
    intents: dict[str, IntentMeasure] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    samples: list[tuple[str, str]] = field(default_factory=list)


def measure_writer(
    writer: TextGenerator, sheets: Sequence[FactSheet], phrases: Phrases, progress: Progress = silent
) -> WriterMeasure:
    """Let a writer answer each sheet and count what it said; `writer_pass_rate` of the evaluation counts alike.

    Raises:
        GeneratorError: the writer cannot be loaded.
    """
    writer.prepare()
    found = WriterMeasure(writer.name)
    for number, sheet in enumerate(sheets, start=1):
        _measure_one(writer, sheet, phrases, found)
        progress(f"measure {writer.name}", number / len(sheets), f"{number} of {len(sheets)} sheets")
    return found


def _measure_one(writer: TextGenerator, sheet: FactSheet, phrases: Phrases, found: WriterMeasure) -> None:
    intent = sheet.question.intent.value
    refused: list[tuple[str, str]] = []
    said = list(
        write_answer(
            sheet, writer, phrases, on_rejected=lambda text, check: refused.append((text, ", ".join(check.reasons)))
        )
    )
    own = [sentence for sentence in said if sentence.origin == "writer"]
    told = {fact_id for sentence in own for fact_id in sentence.facts} & set(sheet.essential)
    for counts in (found.total, found.intents.setdefault(intent, IntentMeasure())):
        counts.n_sheets += 1
        counts.sentences += len(own) + len(refused)
        counts.passed += len(own)
        counts.essential += len(sheet.essential)
        counts.told += len(told)
    found.reasons.update(reason.split(":")[0] for _, why in refused for reason in why.split(", "))
    found.refused += refused
    if len(found.samples) < SAMPLES:
        found.samples.append((sheet.question.text, " ".join(sentence.text for sentence in own)))


def spread(sheets: Sequence[FactSheet], n: int) -> list[FactSheet]:
    """Return at most `n` sheets, taking one of each intent in turn, so that rare intents are measured too."""
    waiting: dict[str, list[FactSheet]] = {}
    for sheet in sheets:
        waiting.setdefault(sheet.question.intent.value, []).append(sheet)
    chosen: list[FactSheet] = []
    while waiting and len(chosen) < n:
        for intent in list(waiting):
            chosen.append(waiting[intent].pop(0))
            if not waiting[intent]:
                del waiting[intent]
    return chosen[:n]
