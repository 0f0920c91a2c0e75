"""Events: the life of a question as the service tells it, from what was understood to the whole answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from copilot.answer import Answer, Sentence
    from copilot.factsheet import FactSheet
    from copilot.questions import Question


@dataclass(frozen=True)
class Understood:
    """The message was read as this question."""

    question: Question


@dataclass(frozen=True)
class Collected:
    """The facts that the answer will speak of."""

    sheet: FactSheet


@dataclass(frozen=True)
class Waiting:
    """The chat stands in line: `place` 1 is next; `behind` says what for, the facts or the writer."""

    place: int
    behind: Literal["facts", "writer"]


@dataclass(frozen=True)
class SentenceReady:
    """One verified sentence."""

    sentence: Sentence


@dataclass(frozen=True)
class Finished:
    """The whole answer; `unkept` says why it is not in its thread, where it should be and could not be written."""

    answer: Answer
    unkept: str = ""


AnswerEvent = Understood | Waiting | Collected | SentenceReady | Finished
