"""Launches, weeks, placements and categories whose expected units lie below or above a number: "below 5 units"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot.asked import is_named
from copilot.asked import part as part_named
from copilot.intents import Intent
from copilot.overview_collectors import add_extreme_launches, kinds_asked
from copilot.plan_collectors import largest_first, name_first, say_left_out
from copilot.product_facts import Bench
from copilot.topics import asks

if TYPE_CHECKING:
    from copilot.questions import Question
    from ranking.plan import Launch

_OF_SEVERAL = frozenset({Intent.EXTREMES, Intent.PLANNED, Intent.FORECAST})
_FITS: dict[str, Callable[[float, float], bool]] = {
    "at_least": lambda units, bound: units >= bound,
    "at_most": lambda units, bound: units <= bound,
    "below": lambda units, bound: units < bound,
    "above": lambda units, bound: units > bound,
}


@dataclass(frozen=True)
class UnitBound:
    """A bound on expected units, as a message says it; `kind` is one of `_FITS`."""

    kind: str
    units: float

    @property
    def from_below(self) -> bool:
        """Say whether the smallest are asked for, which are then told first."""
        return self.kind in ("below", "at_most")

    def holds(self, units: float) -> bool:
        return _FITS[self.kind](units, self.units)


def tell_bounded(bench: Bench, question: Question) -> bool:
    """List the launches of a part of the plan within a bound on their units, where a message tells one; else False."""
    bound = _bound_asked(bench, question)
    if bound is None or question.intent not in _OF_SEVERAL or question.change is not None or is_named(question):
        return False
    part = part_named(question).narrowed(bench.stored.plan.launches)
    launches = [launch for launch in bench.stored.plan.launches if part.holds(launch)]
    if not launches or kinds_asked(bench, question):
        return False
    say_left_out(bench, part)
    # By what is shown of them: 4.96 is told as 5 units, which is not below 5.
    fitting = [launch for launch in launches if bound.holds(round(float(launch.expected_units), 1))]
    _list_within(bench, launches, sorted(fitting, key=largest_first, reverse=bound.from_below), bound)
    return True


def _list_within(bench: Bench, launches: Sequence[Launch], fitting: Sequence[Launch], bound: UnitBound) -> None:
    """Name the first launches within a bound and count the others; without any, tell the launch nearest to it."""
    units = f"{bound.units:g}"
    if not fitting:
        bench.sheet.say("bounded_none", side=bound.kind, units=units)
        if len(launches) < len(bench.stored.plan.launches):
            bench.sheet.say("ranked_of_part", counted=False)
        add_extreme_launches(bench, launches, bound.from_below, 1)
        return
    listed = name_first(bench, fitting)
    counts = {"n": len(fitting), "listed": listed, "further": len(fitting) - listed}
    least = bound.from_below
    bench.sheet.say("bounded_launches", side=bound.kind, units=units, least=least, closing=False, **counts)


def _bound_asked(bench: Bench, question: Question) -> UnitBound | None:
    """Return the bound that a message sets for units, which it or its verb must name: none for "2 launches"."""
    patterns = bench.sources.phrases.parsing["unit_bounds"]
    assert isinstance(patterns, Mapping)
    if not asks(bench, question, "units") or asks(bench, question, "searched"):
        return None
    numbers = bench.sources.phrases.lexicon.numbers
    for kind in _FITS:
        match = re.search(str(patterns[kind]), question.text, re.IGNORECASE)
        if match:
            written = next(filter(None, match.groups())).casefold()
            return UnitBound(kind, float(numbers[written]) if written in numbers else float(written))
    return None
