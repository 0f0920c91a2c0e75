"""Passages: paragraphs of a brief in the writer's words, by the very path of answers.

Each sentence is verified against the paragraph's facts before it stands in the brief, and a refused one gives way to
the fact's own phrase. What the writer leaves unsaid, because it failed, was cancelled or ran out of time, is told by
phrases: a brief is complete and true whatever the writer does. At its end the brief says who wrote it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Literal

from markupsafe import Markup

from copilot.answer import WriterReport
from copilot.answers import write_answer
from copilot.cleaning import escape_markdown
from copilot.error_lines import error_line
from copilot.errors import GeneratorError
from copilot.factsheet import Fact, FactSheet
from copilot.generators import PHRASES, TextGenerator
from copilot.phrases import Phrases
from copilot.questions import Question
from retrieval.weeks import format_week

TIME_LIMIT_S = 20.0  # for all passages of a brief; then phrases finish it
FACTS_TOLD = 6  # of one passage
_CITED = re.compile(r"\s?\[(F\d+(?:, ?F\d+)*)\](?P<end>[.。!！]?)")

Ended = Literal["", "cancelled", "time", "failed"]
Refer = Callable[[Fact], str]


@dataclass(frozen=True)
class BriefProgress:
    """Where a brief stands while it is written.

    Attributes:
        stage: its facts are computed, it waits for the writer, or the writer writes.
        place: the place in line while it waits: 1 is next.
        sentences: verified sentences of the passages so far.
    """

    stage: Literal["facts", "waiting", "writing"]
    place: int = 0
    sentences: int = 0


@dataclass(frozen=True)
class Writing:
    """Who wrote the passages of a finished brief.

    Attributes:
        asked: the writer that was asked.
        writers: whose sentences stand in the passages, apart from the phrases'; the asked one or its backup.
        written: how many sentences are theirs.
        sentences: how many the passages have.
        ended: why the writer did not write to the end; empty when it did.
        failure: why the asked writer failed, in one line; empty when it did not.
    """

    asked: str
    writers: tuple[str, ...]
    written: int
    sentences: int
    ended: Ended = ""
    failure: str = ""


@dataclass
class Passages:
    """What writes the passages of one brief.

    Attributes:
        generator: the active writer.
        cancel: ends the writing when set.
        turn: waits for the writer, which writes for one reader after the other, for as long as a passage takes.
        time_limit_s: how long the writer may write for all passages together; waiting and loading it do not count.
        on_progress: told of each step.
        sentences_written: how many sentences of the brief are the writer's own.
    """

    generator: TextGenerator
    cancel: threading.Event | None = None
    turn: Callable[[], AbstractContextManager[object]] = nullcontext
    time_limit_s: float = TIME_LIMIT_S
    on_progress: Callable[[BriefProgress], None] = lambda progress: None
    sentences_written: int = 0
    _left_s: float = field(init=False)
    _sentences: int = field(default=0, init=False)
    _abouts: list[str] = field(default_factory=list, init=False)
    _writers: list[str] = field(default_factory=list, init=False)
    _loaded: bool = field(default=False, init=False)
    _ended: Ended = field(default="", init=False)
    _failure: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._left_s = self.time_limit_s

    @property
    def writing(self) -> Writing | None:
        """Who wrote the passages so far; None before the first."""
        if not self._abouts:
            return None
        writers = tuple(dict.fromkeys(self._writers))
        counts = (self.sentences_written, self._sentences)
        return Writing(self.generator.name, writers, *counts, self._ended, self._failure)

    def telling(self, question: Question, phrases: Phrases, refer: Refer) -> Callable[..., Markup]:
        """Return what templates ask for passages with: `told(about, facts)`."""

        def told(about: str, facts: Sequence[Fact | None]) -> Markup:
            kept = [fact for fact in facts if fact is not None]
            if not kept:
                return Markup("")
            self._abouts.append(about)
            week = next((format_week(fact.week) for fact in kept if fact.week), "")
            text = phrases.message(f"title.ask_{about}", title=kept[0].subject_label, week=week)
            return self.told(replace(question, text=text), kept, phrases, refer)

        return told

    def signature(self, phrases: Phrases) -> str:
        """Return the line that says who wrote the passages; the phrases' own where there are none."""
        writing = self.writing
        if writing is None:
            return phrases.message("title.written_in_phrases")
        abouts = [phrases.message(f"title.passage_{about}") for about in self._abouts]
        return phrases.message("title.written_by", abouts=abouts, **vars(writing))

    def told(self, question: Question, facts: Sequence[Fact], phrases: Phrases, refer: Refer) -> Markup:
        """Return a paragraph about these facts as Markdown, each citation as the footnote that `refer` gives."""
        by_id = {fact.id: fact for fact in facts}
        told = self._written(question, facts[:FACTS_TOLD], phrases)
        said = {fact_id for _, cited in told for fact_id in cited}
        told += [(phrases.sentence(fact), (fact.id,)) for fact in facts if fact.id not in said]
        self._sentences += len(told)
        blank = "" if phrases.lexicon.unspaced else " "
        return Markup(blank.join(_with_footnotes(text, by_id, refer) for text, _ in told))

    def _written(
        self, question: Question, facts: Sequence[Fact], phrases: Phrases
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Return the sentences of the writer, and of the phrases in their place, with the facts that each cites."""
        if self._over():
            return []
        sheet = FactSheet(replace(question, lang=phrases.lang), tuple(facts), tuple(fact.id for fact in facts))
        told: list[tuple[str, tuple[str, ...]]] = []
        with self.turn():
            if not self._ready(phrases):
                return []
            began = time.monotonic()
            stop = _Stop(self.cancel, began + self._left_s)
            self._tell(told)
            for sentence in write_answer(sheet, self.generator, phrases, stop, on_writer=self._heard):
                if sentence.verified and sentence.facts:
                    told.append((sentence.text, sentence.facts))
                    self.sentences_written += sentence.origin == "writer"
                    self._writers += [sentence.writer] if sentence.origin == "writer" else []
                    self._tell(told)
            self._left_s -= time.monotonic() - began
        if {fact.id for fact in facts} - {fact_id for _, cited in told for fact_id in cited}:
            self._over()  # cut off
        return told

    def _ready(self, phrases: Phrases) -> bool:
        """Load the writer before the clock runs, and say whether it can be asked."""
        if self._over():  # cancelled while it waited
            return False
        if not self._loaded:
            try:
                self.generator.prepare()
            except GeneratorError as error:
                self._ended, self._failure = "failed", error_line(error, phrases)
            self._loaded = True
        return not self._over()

    def _over(self) -> bool:
        """Say whether the writer is asked no more, and keep why."""
        if not self._ended and self.cancel is not None and self.cancel.is_set():
            self._ended = "cancelled"
        if not self._ended and self._left_s <= 0:
            self._ended = "time"
        return bool(self._ended)

    def _heard(self, report: WriterReport) -> None:
        """Keep why the asked writer did not write; a backup may write on."""
        self._failure = report.failure or self._failure
        if report.failure and report.name == PHRASES:
            self._ended = "failed"

    def _tell(self, told: Sequence[object]) -> None:
        self.on_progress(BriefProgress("writing", sentences=self._sentences + len(told)))


class _Stop(threading.Event):
    """Set once the reader cancelled or the time is up. Writers look at it again and again; nobody waits for it."""

    def __init__(self, cancel: threading.Event | None, until: float) -> None:
        super().__init__()
        self._cancel, self._until = cancel, until

    def is_set(self) -> bool:
        cancelled = self._cancel is not None and self._cancel.is_set()
        return super().is_set() or cancelled or time.monotonic() >= self._until


def _with_footnotes(text: str, facts: dict[str, Fact], refer: Refer) -> str:
    """Return a sentence with its citations as footnotes, those at its end after the full stop."""
    parts, at = [], 0
    for match in _CITED.finditer(text):
        notes = "".join(refer(facts[one.strip()]) for one in match[1].split(","))
        parts += [_escaped(text[at : match.start()]), match["end"], notes]
        at = match.end()
    return "".join([*parts, _escaped(text[at:])])


def _escaped(text: str) -> str:
    """Return a piece of a sentence as Markdown, with the blank that it begins with: a footnote may stand before it."""
    return " " * text.startswith(" ") + escape_markdown(text)
