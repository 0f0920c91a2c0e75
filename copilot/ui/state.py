"""State of one browser session: small frozen objects that handlers take and return, and that views draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

    from copilot.answer import Sentence, WriterReport
    from copilot.conversation_context import Wish
    from copilot.engine import Evidence
    from copilot.facts import Fact
    from copilot.questions import Question
    from copilot.store import StoredPlan
    from ranking.lift import PlacementLift
    from ranking.problem import Slot

TurnState = Literal["reading", "collecting", "waiting", "writing", "done", "stopped", "failed"]


@dataclass(frozen=True)
class Board:
    """The launch calendar: a plan, the slots it fills, and what the rows and columns are annotated with.

    Attributes:
        stored: the plan and its version.
        slots: every slot of the planning problem, also those that stay empty.
        locked: ids of the products that the operator locked.
        lifts: what each placement did for past sales; placements that the data cannot judge are left out.
        recommended_per_week: launches per week that the rhythm recommends.
        as_of: the day the data ends for the plan.
        writer: who writes now, and why not the configured writer where that is another one.
        why_empty: why the plan holds no launch, and what to do; empty when it holds some.
    """

    stored: StoredPlan
    slots: tuple[Slot, ...]
    locked: frozenset[str]
    lifts: Mapping[str, PlacementLift]
    recommended_per_week: int | None
    as_of: date
    writer: WriterReport
    why_empty: str = ""


@dataclass(frozen=True)
class LaunchDrawer:
    """The evidence panel of one product.

    Attributes:
        later_week: the week that "a week later" speaks of, None when the plan ends before it.
    """

    evidence: Evidence
    plan_version: int
    later_week: date | None = None
    brief_writer: str = ""

    @property
    def product_id(self) -> str:
        return self.evidence.product.product_id


@dataclass(frozen=True)
class FactDrawer:
    """One cited fact: its value, the rows behind it, and the sentence whose check it passed.

    Attributes:
        rows: the first rows behind the fact, None when no row stands behind it.
        more_rows: whether further rows stand behind it that are not shown.
        sentence: the sentence that cites it, None when the software itself shows it.
        back: the launch that was open before.
    """

    fact: Fact
    rows: pd.DataFrame | None
    sentence: Sentence | None
    plan_version: int | None
    back: LaunchDrawer | None = None
    more_rows: bool = False


Drawer = LaunchDrawer | FactDrawer


@dataclass(frozen=True)
class Choice:
    """A question that the operator can send with one click."""

    label: str
    question: str


@dataclass(frozen=True)
class Option:
    """What a part of a question may be corrected to: its key (a product's id, a week, a placement) and its name."""

    key: str
    label: str


@dataclass(frozen=True)
class Part:
    """One part of what was understood of a question, with what may have been meant instead.

    `barred` says that the question speaks against it: "not in week 45".
    """

    kind: Literal["product", "week", "placement", "group"]
    key: str
    label: str
    options: tuple[Option, ...] = ()
    barred: bool = False


@dataclass(frozen=True)
class Turn:
    """One question and as much of its answer as has arrived.

    Attributes:
        parts: the products, weeks, placements and categories that were understood.
        essential: ids of the facts that the answer must tell, in order of weight.
        place: the place in line while it waits: 1 is next.
        behind: what it waits for: `facts` or `writer`.
        writer: who writes, or wrote last.
        instead_of, failure: the configured writer and why it did not write this answer to its end; empty when it did.
        wishes: how it can be asked once more: again, shorter, longer.
        repeats: True when another variation of an answer came out in the same words.
        brief_target: what "download the brief" writes, empty when the question asked for none.
        brief_writer: who can write it instead of the phrases; empty when nobody does in this language.
        choices: readings to choose from when a named product was ambiguous.
        problem: one calm line when the answer failed.
        unkept: why the message or its answer will not come back with its thread; empty when it will.
    """

    question: str
    state: TurnState = "reading"
    understood: Question | None = None
    parts: tuple[Part, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    facts: tuple[Fact, ...] = ()
    plan_version: int | None = None
    writer: str = ""
    essential: tuple[str, ...] = ()
    place: int = 0
    behind: str = ""
    instead_of: str = ""
    failure: str = ""
    wishes: tuple[Wish, ...] = ()
    repeats: bool = False
    brief_target: str = ""
    brief_writer: str = ""
    choices: tuple[Choice, ...] = ()
    problem: str = ""
    unkept: str = ""

    @property
    def busy(self) -> bool:
        return self.state in ("reading", "collecting", "waiting", "writing")

    def fact(self, fact_id: str) -> Fact | None:
        """Return a fact of this answer by its id."""
        return next((fact for fact in self.facts if fact.id == fact_id), None)

    def sentence_citing(self, fact_id: str) -> Sentence | None:
        """Return the first sentence that cites the fact."""
        return next((sentence for sentence in self.sentences if fact_id in sentence.facts), None)


@dataclass(frozen=True)
class Thread:
    """The conversation on the screen; `thread_id` is None before its first question."""

    thread_id: str | None = None
    turns: tuple[Turn, ...] = ()

    @property
    def busy(self) -> bool:
        return bool(self.turns) and self.turns[-1].busy


@dataclass(frozen=True)
class Toast:
    """One line about what just happened; `undo_version` is the plan that "Undo" brings back."""

    text: str
    kind: Literal["done", "working", "problem"] = "done"
    undo_version: int | None = None


@dataclass(frozen=True)
class BuildStage:
    """A stage of the first build; `fraction` is None while its length is unknown."""

    name: str
    fraction: float | None
    note: str = ""
    done: bool = False


@dataclass(frozen=True)
class BuildStatus:
    """Where the first build stands."""

    stages: tuple[BuildStage, ...] = ()
    finished: bool = False
    problem: str = ""
    seconds: float = 0.0
