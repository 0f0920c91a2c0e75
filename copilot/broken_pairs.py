"""Sentences about two facts broken in what belongs to which: the other's placement, week, interval or number.

Every number and name stays one of a cited fact, so only what stands with what is wrong. The bases are patterns about
two facts and the product's own phrases, joined: `joined_phrases`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from copilot.breaking import CITE, FAR, ISO_WEEK, WEEK, Corruptor, Words, numbers_of
from copilot.broken_numbers import RANGE
from copilot.factsheet import Fact, FactSheet
from copilot.paraphrase_grammar import Paraphrase, number_of

PER_SHEET = 12  # pairs of facts of one sheet that are joined

Span = tuple[int, int]


def joined_phrases(
    sheet: FactSheet, told: dict[str, str], joints: Sequence[str], rng: random.Random
) -> list[Paraphrase]:
    """Return sentences that tell two facts of one sheet by their own phrases, with one citation at the end.

    Args:
        told: each fact's own sentence; joints: patterns of a joint sentence, with {first}, {second} and {cite}.
    """
    pairs = [(a, b) for a in sheet.facts for b in sheet.facts if a is not b and _offers_a_swap(a, b)]
    rng.shuffle(pairs)
    found = []
    for first, second in pairs[:PER_SHEET]:
        one, other = (CITE.sub("", told[fact.id]).rstrip(".。") for fact in (first, second))
        other = other[0].lower() + other[1:]
        text = rng.choice(joints).format(first=one, second=other, cite=f"[{first.id}, {second.id}]")
        found.append(Paraphrase(text, (first, second), f"{first.name} + {second.name}", sheet, told))
    return found


def _offers_a_swap(one: Fact, other: Fact) -> bool:
    """Say whether two facts have something of one kind that differs: of one name, or of one product."""
    alike = one.name == other.name or one.subject == other.subject
    placed = one.placement and other.placement and one.placement != other.placement
    return alike and bool(placed or _week(one) != _week(other) or (one.interval and other.interval) or _far(one, other))


def swapped_placements(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """The placements of two cited facts change places, or one stands for both."""
    for first, second in _pairs(base):
        if first.placement and second.placement and first.placement != second.placement:
            spans = [_spans(base.text, fact.placement or "") for fact in (first, second)]
            yield from _exchanged(base.text, *spans)


def swapped_weeks(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """The weeks of two cited facts change places, or one stands for both."""
    for first, second in _pairs(base):
        weeks = [_week(fact) for fact in (first, second)]
        if None not in weeks and weeks[0] != weeks[1]:
            yield from _exchanged(base.text, *(_week_spans(base.text, week) for week in weeks if week))


def swapped_intervals(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """The intervals of two cited facts change places, or one stands for both."""
    ends = [((_number(match[1]), _number(match[3])), match.span()) for match in RANGE.finditer(base.text)]
    for first, second in _pairs(base):
        if not (first.interval and second.interval) or not _differ(first.interval, second.interval):
            continue
        spans = [
            [span for found, span in ends if not _differ(found, held)] for held in (first.interval, second.interval)
        ]
        yield from _exchanged(base.text, *spans)


def swapped_numbers(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """The values of two cited facts change places: the one's count is told of the other."""
    for first, second in _pairs(base):
        if not _far(first, second) or first.unit != second.unit or _is_order(base.text):
            continue
        spans = [
            [match.span() for match in numbers_of(base) if _is_close(_number(match[0]), abs(number_of(fact)))]
            for fact in (first, second)
        ]
        if all(len(one) == 1 for one in spans):
            yield from list(_exchanged(base.text, *spans))[:1]


def _pairs(base: Paraphrase) -> Iterator[tuple[Fact, Fact]]:
    """Yield the two facts of a sentence that cites two, where what is the one's is not true of the other too."""
    if len(base.facts) == 2:
        first, second = base.facts
        if (first.subject, first.name) != (second.subject, second.name):
            yield first, second


def _exchanged(text: str, first: Sequence[Span], second: Sequence[Span]) -> Iterator[str]:
    """Yield the text with the first stretch of each side exchanged, and with one of them in both places."""
    if not first or not second:
        return
    one, other = sorted((first[0], second[0]))
    left, right = text[slice(*one)], text[slice(*other)]
    for new_left, new_right in ((right, left), (left, left), (right, right)):
        yield text[: one[0]] + new_left + text[one[1] : other[0]] + new_right + text[other[1] :]


def _spans(text: str, word: str) -> list[Span]:
    return [match.span() for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)]


def _week_spans(text: str, week: date) -> list[Span]:
    year, number, _ = week.isocalendar()
    dated = [match.span() for match in ISO_WEEK.finditer(text) if (int(match[1]), int(match[2])) == (year, number)]
    return sorted([*dated, *(match.span() for match in WEEK.finditer(text) if int(match[1]) == number)])


def _week(fact: Fact) -> date | None:
    return fact.value if isinstance(fact.value, date) else fact.week


def _far(one: Fact, other: Fact) -> bool:
    """Say whether the values are numbers that no rounding makes the same."""
    if not (isinstance(one.value, int | float) and isinstance(other.value, int | float)):
        return False
    small, big = sorted((abs(number_of(one)), abs(number_of(other))))
    return big - small > 2 * FAR * big


def _is_close(written: float, value: float) -> bool:
    return abs(written - value) <= FAR * max(value, 0.01)


def _differ(one: Sequence[float], other: Sequence[float]) -> bool:
    return any(abs(a - b) > FAR * max(abs(a), abs(b)) for a, b in zip(one, other, strict=True))


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _is_order(text: str) -> bool:
    """Say whether the sentence only puts two values in order, which exchanged numbers may leave true."""
    return " than " in text


PAIR_CORRUPTIONS: Mapping[str, Corruptor] = {
    "swapped_placements": swapped_placements,
    "swapped_weeks": swapped_weeks,
    "swapped_intervals": swapped_intervals,
    "swapped_numbers": swapped_numbers,
}
"""Kind -> how what belongs to one of two facts is given to the other."""
