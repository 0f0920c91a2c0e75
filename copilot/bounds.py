"""Bounds that a message sets for what it asks about: "below 5 units", "more than 8 launches"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot.topics import asks

if TYPE_CHECKING:
    from copilot.product_facts import Bench
    from copilot.questions import Question

_FITS: dict[str, Callable[[float, float], bool]] = {
    "at_least": lambda amount, bound: amount >= bound,
    "at_most": lambda amount, bound: amount <= bound,
    "below": lambda amount, bound: amount < bound,
    "above": lambda amount, bound: amount > bound,
}


@dataclass(frozen=True)
class Bound:
    """A bound on expected units or on launches, as a message says it; `kind` is one of `_FITS`."""

    kind: str
    amount: float

    @property
    def from_below(self) -> bool:
        """Say whether the smallest are asked for, which are then told first."""
        return self.kind in ("below", "at_most")

    def holds(self, amount: float) -> bool:
        return _FITS[self.kind](amount, self.amount)


def unit_bound(bench: Bench, question: Question) -> Bound | None:
    """Return the bound that a message sets for units, which it or its verb must name: none for "2 launches"."""
    if not asks(bench, question, "units") or asks(bench, question, "searched"):
        return None
    return _bound(bench, question, "unit_bounds")


def launch_bound(bench: Bench, question: Question) -> Bound | None:
    """Return the bound that a message sets for how many launches a week, placement or category has."""
    return _bound(bench, question, "launch_bounds")


def _bound(bench: Bench, question: Question, what: str) -> Bound | None:
    patterns = bench.sources.phrases.parsing[what]
    assert isinstance(patterns, Mapping)
    lexicon = bench.sources.phrases.lexicon
    numbers = {**lexicon.numbers, **lexicon.small}
    for kind in _FITS:
        match = re.search(str(patterns[kind]), question.text, re.IGNORECASE)
        if match:
            written = next(filter(None, match.groups())).casefold()
            return Bound(kind, float(numbers[written]) if written in numbers else float(written))
    return None
