"""Answer: the records of what was said, each sentence with the facts that it cites and who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from copilot.length import wishes_open
from copilot.segments import UNSPACED_LANGUAGES

if TYPE_CHECKING:
    from copilot.conversation_context import Wish
    from copilot.factsheet import Fact, FactSheet
    from copilot.questions import Question

Origin = Literal["writer", "phrase", "template"]


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer.

    Attributes:
        text: the sentence with its citations, `[F1]`.
        facts: ids of the facts that it cites.
        verified: True when the verifier passed it; True for templates too, which state no fact.
        origin: `writer` (the LLM), `phrase` (the fact's own phrase) or `template` (the product's own words).
        rejected: the writer's text that this sentence replaces, or None.
        writer: who wrote it, or wrote what was rejected; empty when no writer did.
    """

    text: str
    facts: tuple[str, ...]
    verified: bool
    origin: Origin
    rejected: str | None = None
    writer: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the sentence as `ask --json` prints it."""
        return {"text": self.text, "facts": list(self.facts), "verified": self.verified, "origin": self.origin}

    def to_record(self) -> dict[str, object]:
        """Return the sentence as a thread keeps it: with the writer's text that it replaced, and who wrote."""
        return self.to_json() | {"rejected": self.rejected, "writer": self.writer}


@dataclass(frozen=True)
class WriterReport:
    """Who wrote an answer in the end.

    Attributes:
        name: the writer, or `phrases` when none was left.
        instead_of: the configured writer when it did not write the answer to its end, else empty.
        failure: why it did not.
        told: whether the answer itself says so, in a line of the product's own words.
    """

    name: str
    instead_of: str = ""
    failure: str = ""
    told: bool = False


@dataclass(frozen=True)
class Answer:
    """A finished answer: the question, its sentences in order, all facts, and who wrote it.

    Attributes:
        instead_of, failure: the configured writer and why it did not write the answer to its end; empty when it did,
            and when a sentence of the answer says so.
        wishes: which of "shorter" and "longer" would tell other facts of it.
        stopped: True when the operator stopped it; its sentences are those that were verified until then.
    """

    question: Question
    sentences: tuple[Sentence, ...]
    facts: tuple[Fact, ...]
    plan_version: int | None
    writer: str
    instead_of: str = ""
    failure: str = ""
    wishes: tuple[Wish, ...] = ()
    stopped: bool = False

    @property
    def text(self) -> str:
        """Return the sentences as one paragraph; a script without spaces has none between sentences either."""
        texts = [sentence.text for sentence in self.sentences]
        return ("" if self.question.lang in UNSPACED_LANGUAGES else " ").join(texts)

    def to_json(self) -> dict[str, object]:
        """Return the object that `ask --json` prints."""
        return {
            "question": self.question.to_json(),
            "answer": self.text,
            "sentences": [sentence.to_json() for sentence in self.sentences],
            "facts": [fact.to_json() for fact in self.facts],
            "plan": self.plan_version,
        }

    def to_record(self) -> dict[str, object]:
        """Return the answer as a thread keeps it: all that the screen needs to show it again."""
        return self.to_json() | {
            "asked": self.question.to_record(),
            "sentences": [sentence.to_record() for sentence in self.sentences],
            "facts": [fact.to_record() for fact in self.facts],
            "writer": self.writer,
            "instead_of": self.instead_of,
            "failure": self.failure,
            "wishes": list(self.wishes),
            "stopped": self.stopped,
        }


def finished_answer(
    sheet: FactSheet, sentences: Sequence[Sentence], plan_version: int, report: WriterReport, *, stopped: bool
) -> Answer:
    """Return the answer that was told of a sheet."""
    return Answer(
        sheet.question,
        tuple(sentences),
        sheet.facts,
        plan_version,
        report.name,
        instead_of="" if report.told else report.instead_of,
        failure="" if report.told else report.failure,
        wishes=wishes_open(sheet),
        stopped=stopped,
    )
