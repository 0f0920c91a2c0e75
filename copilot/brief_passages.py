"""Passages: paragraphs of a brief in the writer's words, by the very path of answers.

Each sentence is verified against the paragraph's facts before it stands in the brief, and a refused one gives way to
the fact's own phrase. What the writer leaves unsaid, because it failed, was cancelled or ran out of time, is told by
phrases: a brief is complete and true whatever the writer does.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from copilot.answers import write_answer
from copilot.cleaning import escape_markdown
from copilot.factsheet import Fact, FactSheet
from copilot.generators import TextGenerator
from copilot.phrases import Phrases
from copilot.questions import Question

TIME_LIMIT_S = 20.0  # for all passages of a brief; then phrases finish it
FACTS_TOLD = 6  # of one passage
_CITED = re.compile(r"\s?\[(F\d+(?:, ?F\d+)*)\](?P<end>[.。!！]?)")

Refer = Callable[[Fact], str]


@dataclass
class Passages:
    """What writes the passages of one brief.

    Attributes:
        generator: the active writer.
        cancel: ends the writing when set.
        turn: waits for the writer, which writes for one reader after the other, for as long as a passage takes.
        time_limit_s: how long the writer may take for all passages together.
        sentences_written: how many sentences of the brief are the writer's own.
    """

    generator: TextGenerator
    cancel: threading.Event | None = None
    turn: Callable[[], AbstractContextManager[object]] = nullcontext
    time_limit_s: float = TIME_LIMIT_S
    sentences_written: int = 0
    _left_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._left_s = self.time_limit_s

    def speaking(self, question: Question, phrases: Phrases, refer: Refer) -> dict[str, object]:
        """Return what templates ask for passages with."""

        def told(about: str, facts: Sequence[Fact | None]) -> Markup:
            kept = [fact for fact in facts if fact is not None]
            text = phrases.message(f"title.ask_{about}", title=kept[0].subject_label if kept else "")
            return self.told(replace(question, text=text), kept, phrases, refer)

        def written_by() -> str:
            return phrases.message("title.written_by", writer=self.generator.name, n=self.sentences_written)

        return {"told": told, "written_by": written_by}

    def told(self, question: Question, facts: Sequence[Fact], phrases: Phrases, refer: Refer) -> Markup:
        """Return a paragraph about these facts as Markdown, each citation as the footnote that `refer` gives."""
        by_id = {fact.id: fact for fact in facts}
        told = self._written(question, facts[:FACTS_TOLD], phrases)
        said = {fact_id for _, cited in told for fact_id in cited}
        told += [(phrases.sentence(fact), (fact.id,)) for fact in facts if fact.id not in said]
        return Markup(" ".join(_with_footnotes(text, by_id, refer) for text, _ in told))

    def _written(
        self, question: Question, facts: Sequence[Fact], phrases: Phrases
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Return the sentences of the writer, and of the phrases in their place, with the facts that each cites."""
        if self._left_s <= 0 or (self.cancel is not None and self.cancel.is_set()):
            return []
        sheet = FactSheet(replace(question, lang=phrases.lang), tuple(facts), tuple(fact.id for fact in facts))
        told: list[tuple[str, tuple[str, ...]]] = []
        with self.turn():
            began = time.monotonic()
            for sentence in write_answer(sheet, self.generator, phrases, self.cancel):
                if sentence.verified and sentence.facts:
                    told.append((sentence.text, sentence.facts))
                    self.sentences_written += sentence.origin == "writer"
                if time.monotonic() - began > self._left_s:
                    break
            self._left_s -= time.monotonic() - began
        return told


def _with_footnotes(text: str, facts: dict[str, Fact], refer: Refer) -> str:
    """Return a sentence with its citations as footnotes, those at its end after the full stop."""
    parts, at = [], 0
    for match in _CITED.finditer(text):
        notes = "".join(refer(facts[one.strip()]) for one in match[1].split(","))
        parts += [escape_markdown(text[at : match.start()]), match["end"], notes]
        at = match.end()
    return "".join([*parts, escape_markdown(text[at:])])
