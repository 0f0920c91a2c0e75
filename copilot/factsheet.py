"""The fact sheet: what the software computed for one question, and where each value comes from.

A `Fact` is one typed value with unit, subject and provenance. Everything that an answer or a brief says is said about
facts of one `FactSheet`; the verifier, the phrases and the writer's prompt all read the same sheet.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from copilot.cleaning import clean_label
from copilot.fact_names import FACT_SPECS, PROVEN, TIE_TOLERANCE, UNITS, WHOLE_SHOP, FactSpec
from copilot.told_apart import ProductName, ToldApart
from ranking.counterfactual import TIE_UNITS

if TYPE_CHECKING:
    from copilot.questions import Question

__all__ = [
    "FACT_SPECS",
    "TIE_TOLERANCE",
    "UNITS",
    "WHOLE_SHOP",
    "Fact",
    "FactSheet",
    "FactSpec",
    "Message",
    "SheetBuilder",
    "Source",
]

FactValue = float | int | str | date
SourceKind = Literal["rows", "model", "solve"]


@dataclass(frozen=True)
class Source:
    """Where a fact's value comes from: rows of the workspace, a model's output, or a solve of the planner.

    Attributes:
        kind: `rows` (a value read from the rows below), `model` (computed by a model whose inputs are the rows below),
            `solve` (computed by the planner).
        table: the workspace view that holds the rows: products, events, queries or placements.
        where: the SQL condition over that view, with `?` for each parameter. Empty when no row stands behind the fact.
        params: the condition's parameters, in order.
        columns: the columns to show.
        note: what was computed, from which inputs (model and its quantities, plan version, objectives, bounds).
        simulated: True when the rows were simulated rather than observed.
    """

    kind: SourceKind
    table: str = ""
    where: str = ""
    params: tuple[object, ...] = ()
    columns: tuple[str, ...] = ()
    note: str = ""
    simulated: bool = False

    def sql(self, limit: int) -> tuple[str, list[object]]:
        """Return the statement (and its parameters) that fetches at most `limit` of the rows behind the fact.

        Raises:
            ValueError: no row stands behind this fact (a solve, for example).
        """
        if not self.table or not self.where:
            raise ValueError(f"No rows stand behind this fact ({self.note or self.kind}); read its note instead.")
        columns = ", ".join(self.columns) or "*"
        return f"SELECT {columns} FROM {self.table} WHERE {self.where} LIMIT {int(limit)}", list(self.params)


@dataclass(frozen=True)
class Fact:
    """One value with unit, subject and provenance.

    Attributes:
        id: `F1`, `F2`, ... unique in its sheet.
        name: one of `FACT_SPECS`; each has a phrase in `prompts/<lang>/phrases.toml`.
        subject: a product id, group, week (`2017-W41`), placement, or `plan` / `season`.
        subject_label: the readable name of the subject, cleaned of control characters and markup.
        value: the value itself; weeks are Monday dates, ratios are relative to 1.
        unit: one of `UNITS`.
        interval: lower and upper bound in the same unit, or None.
        source: where the value comes from.
        linked: ids of the facts that this one explains.
        week, placement, other, other_label: what else the value is about (a slot; a second product).
        other_week: the week that `week` is set against.
        numbered, other_numbered: whether its name, or that of the second product, is said with the product's number, as
            another product is called the same.
    """

    id: str
    name: str
    subject: str
    subject_label: str
    value: FactValue
    unit: str
    interval: tuple[float, float] | None
    source: Source
    linked: tuple[str, ...] = ()
    week: date | None = None
    placement: str | None = None
    other: str = ""
    other_label: str = ""
    other_week: date | None = None
    numbered: bool = False
    other_numbered: bool = False

    @property
    def spec(self) -> FactSpec:
        """What the facts of this name mean."""
        return FACT_SPECS[self.name]

    @property
    def sign(self) -> int | None:
        """Return 1, 0 or -1 for a fact that has a direction, None for one that has none.

        A re-solved difference is a tie (0) unless its whole proven interval lies on one side.
        """
        if self.spec.direction is None or not isinstance(self.value, int | float):
            return None
        if self.spec.level == PROVEN and self.interval is not None:
            low, high = self.interval
            return -1 if high < -TIE_UNITS else int(low > TIE_UNITS)
        neutral = 1.0 if self.spec.direction == "ratio" else 0.0
        difference = float(self.value) - neutral
        return 0 if abs(difference) < TIE_TOLERANCE else (1 if difference > 0 else -1)

    def to_json(self) -> dict[str, object]:
        """Return the fact as `ask --json` prints it."""
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        return {
            "id": self.id,
            "name": self.name,
            "subject": self.subject,
            "value": value,
            "unit": self.unit,
            "interval": list(self.interval) if self.interval else None,
            "source": _plain(asdict(self.source)),
        }

    def to_record(self) -> dict[str, object]:
        """Return the fact as a thread keeps it: with the names that the screen shows."""
        return self.to_json() | {
            "subject_label": self.subject_label,
            "linked": list(self.linked),
            "week": self.week.isoformat() if self.week else None,
            "placement": self.placement,
            "other": self.other,
            "other_label": self.other_label,
            "other_week": self.other_week.isoformat() if self.other_week else None,
        }


@dataclass(frozen=True)
class Message:
    """A line of the product's own words (`prompts/<lang>/messages.toml`) with its parameters: no claim about data.

    It stands before the facts' sentences, or after them when `closing`.
    """

    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    closing: bool = False


@dataclass(frozen=True)
class FactSheet:
    """Everything computed for one question.

    Attributes:
        question: what was understood.
        facts: in the order F1, F2, ...
        essential: ids of the facts that the answer must state, direct answer first.
        messages: the product's own lines (ask back, out of scope, an unknown week, ...).
    """

    question: Question
    facts: tuple[Fact, ...]
    essential: tuple[str, ...]
    messages: tuple[Message, ...] = ()

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts)

    def get(self, fact_id: str) -> Fact | None:
        """Return the fact with this id, or None."""
        return next((fact for fact in self.facts if fact.id == fact_id), None)


class SheetBuilder:
    """Numbers facts in the order they are added and keeps which of them the answer must state."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self._facts: list[Fact] = []
        self._essential: list[str] = []
        self._messages: list[Message] = []
        self._names: set[ProductName] = set()

    def add(
        self,
        name: str,
        subject: str,
        label: str,
        value: FactValue,
        source: Source,
        *,
        interval: tuple[float, float] | None = None,
        explains: Fact | None = None,
        week: date | None = None,
        placement: str | None = None,
        other: tuple[str, str] = ("", ""),
        other_week: date | None = None,
        essential: bool = False,
    ) -> Fact:
        """Add one fact and return it.

        `explains` is the fact that this one is a reason for; only such pairs may be joined by "because". `other` is the
        id and name of a second product, or the text of a query.

        Raises:
            ValueError: a number is not finite; a missing value is no fact.
        """
        numbers = [x for x in (value, *(interval or ())) if isinstance(x, int | float)]
        if not all(map(math.isfinite, numbers)):
            raise ValueError(f"{name} of {subject} is {value} {interval or ''}, which no fact can state.")
        fact = Fact(
            id=f"F{len(self._facts) + 1}",
            name=name,
            subject=subject,
            subject_label=clean_label(label),
            value=value,
            unit=FACT_SPECS[name].unit,
            interval=interval,
            source=source,
            linked=(explains.id,) if explains else (),
            week=week,
            placement=clean_label(placement) if placement else None,
            other=other[0],
            other_label=clean_label(other[1]),
            other_week=other_week,
        )
        self._facts.append(fact)
        if essential:
            self._essential.append(fact.id)
        return fact

    def must_say(self, *facts: Fact | None, place: int | None = None) -> None:
        """Make facts essential, after those that already are, or from a place among them on (0 is the first)."""
        new = [fact.id for fact in facts if fact is not None and fact.id not in self._essential]
        at = len(self._essential) if place is None else place
        self._essential[at:at] = new

    def say(self, key: str, *, closing: bool = False, **params: object) -> None:
        """Add a line of the product's own words; a `ProductName`, in tuples too, has its number if shared."""
        values = [one for value in params.values() for one in (value if isinstance(value, tuple) else (value,))]
        self.speak_of(*(one for one in values if isinstance(one, ProductName)))
        self._messages.append(Message(key, params, closing))

    def speak_of(self, *products: ProductName) -> None:
        """Count products that the question or a line names among the sheet's, though no fact may be about them."""
        self._names.update(products)

    def build(self) -> FactSheet:
        """Return the finished sheet; products that share a title are told apart by their numbers."""
        alike = ToldApart()
        for fact in self._facts:
            alike.count(fact.subject, fact.subject_label)
        for name in self._names:
            alike.count(name.product_id, clean_label(name.title))
        chosen = self.question.entities.products if self.question.ambiguous_products else ()

        def is_shared(subject: str, label: str) -> bool:
            return subject in chosen or alike.is_shared(label)

        facts = [
            replace(
                fact,
                numbered=is_shared(fact.subject, fact.subject_label),
                other_numbered=bool(fact.other) and is_shared(fact.other, fact.other_label),
            )
            for fact in self._facts
        ]
        messages = tuple(replace(one, params=alike.written(one.params)) for one in self._messages)
        return FactSheet(self.question, tuple(facts), tuple(self._essential), messages)


def _plain(value: object) -> object:
    """Return `value` with dates as ISO text and tuples as lists, fit for JSON."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
