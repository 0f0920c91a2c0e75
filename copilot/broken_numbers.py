"""Sentences broken in their numbers, units, ranges, weeks and days."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from copilot.breaking import DATE, ISO_WEEK, LEVEL, WEEK, Words, is_false, numbers_of, replaced, swapped, tailed
from copilot.paraphrase_grammar import MONTHS, NUMBER_WORDS, Paraphrase, number_of

RANGE = re.compile(r"(?<![\w.,])(-?[\d,.]*\d)( to |–| and | or as many as | 至 )(-?[\d,.]*\d)")
_HEDGE = re.compile(r"\b(about|around|roughly) (?=\d)", re.IGNORECASE)


def wrong_digit(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Another digit in a number."""
    for match in numbers_of(base):
        if not base.text[match.end() :].startswith("%") and (new := _changed(match, base, rng)):
            yield replaced(base.text, match, new)


def wrong_percentage(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Another digit in a percentage."""
    for match in numbers_of(base):
        if base.text[match.end() :].startswith("%") and (new := _changed(match, base, rng)):
            yield replaced(base.text, match, new)


def wrong_range_end(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A range turned round, or with an end that is too far out."""
    if not any(fact.interval for fact in base.facts):
        return
    for match in RANGE.finditer(base.text):
        low, high = (float(end.replace(",", "")) for end in (match[1], match[3]))
        if low >= high:
            continue
        yield replaced(base.text, match, f"{match[3]}{match[2]}{match[1]}")
        wide, narrow = f"{high * 1.4:.1f}", f"{low * 0.5:.1f}"
        if is_false(float(wide), base):
            yield replaced(base.text, match, f"{match[1]}{match[2]}{wide}")
        if is_false(float(narrow), base):
            yield replaced(base.text, match, f"{narrow}{match[2]}{match[3]}")


def wrong_level(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Another level of an interval."""
    for match in LEVEL.finditer(base.text):
        yield replaced(base.text, match, rng.choice(("95%", "90%", "50%", "99%")))


def wrong_number_word(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A number as a word that is not the value."""
    for match in numbers_of(base):
        new = rng.choice(range(2, 13))
        if not base.text[match.end() :].startswith("%") and is_false(new, base):
            yield replaced(base.text, match, NUMBER_WORDS[new])
    counts = [
        f for f in base.facts if isinstance(f.value, int | float) and 2 <= f.value <= 12 and f.value == int(f.value)
    ]
    for fact in counts:
        match = re.search(rf"\b{NUMBER_WORDS[int(number_of(fact))]}\b(?! weeks)", base.text, re.IGNORECASE)
        new = rng.choice(range(2, 13))
        if match and is_false(new, base):
            yield replaced(base.text, match, NUMBER_WORDS[new])


def half_double_none(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A number put as half, double or none of something."""
    for match in numbers_of(base):
        if _value(match) and re.match(r" (?:units|launch|search)", base.text[match.end() :]):
            yield replaced(base.text, match, rng.choice(("double the", "half the", "twice the", "no", "triple the")))
    yield from tailed("half_double_none", base, words, rng)


def rounding(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Rounded further than the rule allows: 12.3 told as 10, 1.27 told as 1.5; "about" included."""
    for match in numbers_of(base):
        value = _value(match)
        hedged = any(found.end() == match.start() for found in _HEDGE.finditer(base.text))
        far = 0.105 if hedged else 0.055
        steps = (1000, 500, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.1)
        for step in steps:
            new = step * round(value / step)
            if new and is_false(new, base, far) and abs(new - value) < 0.4 * value:
                yield replaced(base.text, match, f"{new:,.0f}" if new == round(new) else f"{new:.1f}")
                break


def wrong_unit(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Another noun after the number, or another span of time."""
    pairs = [pair for pair in words["counted"] if re.search(rf"(?<![#\w])[\d,.]+ {pair[0]}\b", base.text)]
    if pairs:
        old, new = rng.choice(pairs)
        yield re.sub(rf"(?<![#\w])([\d,.]+) {old}\b", rf"\1 {new}", base.text, count=1)
    yield from swapped("spans", base, words, rng)


def number_of_another_fact(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """The number of another subject, or of another fact, on the same sheet."""
    cited = {fact.id for fact in base.facts}
    others = [f for f in base.sheet.facts if f.id not in cited and isinstance(f.value, int | float)]
    others = [f for f in others if f.unit in {fact.unit for fact in base.facts} and is_false(number_of(f), base)]
    numbers = [match for match in numbers_of(base) if not base.text[match.end() :].startswith("%")]
    if others and numbers:
        value = abs(number_of(rng.choice(others)))
        yield replaced(base.text, rng.choice(numbers), f"{value:,.0f}" if value == round(value) else f"{value:.1f}")


def mixed_facts(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """One fact's number in a sentence about another, with both cited."""
    fact = base.facts[0]
    numbers = [m for m in numbers_of(base) if not base.text[m.end() :].startswith("%")]
    others = [
        f
        for f in base.sheet.facts
        if f.unit == fact.unit and f.subject_label != fact.subject_label and isinstance(f.value, int | float)
    ]
    others = [f for f in others if is_false(number_of(f), base)]
    if len(base.facts) == 1 and numbers and others and fact.subject_label in base.text:
        other = rng.choice(others)
        value = abs(number_of(other))
        text = replaced(base.text, numbers[0], f"{value:,.0f}" if value == round(value) else f"{value:.1f}")
        yield text.replace(f"[{fact.id}]", f"[{fact.id}][{other.id}]")


def wrong_date(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Another day or month."""
    for match in DATE.finditer(base.text):
        day = int(match[1] or match[4])
        month = match[2] or match[3]
        other_day, other_month = 1 + (day + rng.choice((1, 3, 6, 8)) - 1) % 28, MONTHS[(MONTHS.index(month) + 1) % 12]
        yield replaced(base.text, match, match[0].replace(str(day), str(other_day)))
        yield replaced(base.text, match, match[0].replace(month, other_month))


def wrong_iso_week(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Another ISO week or year."""
    for match in ISO_WEEK.finditer(base.text):
        yield from _other_week(base, match, lambda c: f"{c.year}-W{c.week:02d}", rng)
        yield replaced(base.text, match, f"{int(match[1]) + 1}-W{match[2]}")


def wrong_week(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Another week number, or a week that depends on when it is read."""
    for match in WEEK.finditer(base.text):
        yield from _other_week(base, match, lambda c: f"week {c.week}", rng)
        yield replaced(base.text, match, rng.choice(("next week", "the week after", "last week", "week 53")))


def _changed(match: re.Match[str], base: Paraphrase, rng: random.Random) -> str | None:
    """Return the number with one other digit, far from every truth."""
    at = [i for i, char in enumerate(match[0]) if char.isdigit()]
    for _ in range(12):
        i = rng.choice(at)
        new = match[0][:i] + rng.choice("123456789") + match[0][i + 1 :]
        if is_false(float(new.replace(",", "")), base):
            return new
    return None


def _value(match: re.Match[str]) -> float:
    return float(match[0].replace(",", ""))


def _other_week(base: Paraphrase, match: re.Match[str], write: Callable, rng: random.Random) -> Iterator[str]:
    held = [day for fact in base.facts for day in (fact.week, fact.value) if isinstance(day, date)]
    if held:
        moved = (rng.choice(held) + timedelta(weeks=rng.choice((-3, -1, 1, 2, 10)))).isocalendar()
        if (moved.year, moved.week) not in {day.isocalendar()[:2] for day in held}:
            yield replaced(base.text, match, write(moved))
