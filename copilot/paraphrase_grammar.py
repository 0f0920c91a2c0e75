"""A grammar of correct sentences about facts, to measure the verifier with.

The patterns stand in `prompts/<lang>/evaluation/paraphrases.toml`. Nothing here uses the verifier, its lexicon or its
writing of numbers: the rounding rule is written out once more, from its description.
"""

from __future__ import annotations

import calendar
import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from copilot.factsheet import WHOLE_SHOP, Fact, FactSheet

_CHOICE = re.compile(r"\(([^(){}]*\|[^(){}]*)\)")
_SLOT = re.compile(r"\{(?:(\w+)\.)?(\w+)(?::([\w ]+))?\}")
NUMBER_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
MONTHS = tuple(calendar.month_name)[1:]
_PARTS = frozenset({"planned_count", "planned_units", "candidates_left_out"})
_CLOSE, _ABOUT = 0.05, 0.10  # how far a rounded number may be from the value, without and with "about"


@dataclass(frozen=True)
class Paraphrase:
    """A correct sentence: its facts in the order they are cited, and the pattern that it comes from.

    `told` holds other correct sentences about facts of the sheet, by the fact's id; `held_out` says whether the
    verifier may not be tuned on it.
    """

    text: str
    facts: tuple[Fact, ...]
    pattern: str
    sheet: FactSheet
    told: Mapping[str, str] = field(default_factory=dict)
    held_out: bool = False

    @property
    def kind(self) -> str:
        """The names of its facts."""
        return " + ".join(fact.name for fact in self.facts)


class _Unsayable(ValueError):
    """The pattern needs what the fact does not have."""


def paraphrases(sheet: FactSheet, grammar: Mapping, rng: random.Random) -> Iterator[Paraphrase]:
    """Yield each pattern of the grammar once for each fact, or pair of facts, of the sheet that it fits."""
    for fact in sheet.facts:
        for pattern in _fitting(fact, grammar["facts"].get(fact.name, {})):
            text = _written(pattern, {"": fact}, rng)
            if text:
                yield Paraphrase(_cited(text, fact, rng), (fact,), pattern, sheet)
    for entry in grammar["joint"]:
        for first, second in _pairs(sheet, entry):
            ordered = sorted((first, second), key=number_of)
            named = {"1": first, "2": second, "smaller": ordered[0], "bigger": ordered[1]}
            for pattern in entry["patterns"]:
                named_parts = _names_part(pattern, first, "1.") and _names_part(pattern, second, "2.")
                if not named_parts or ("bigger" in pattern and not _apart(first, second)):
                    continue
                text = _written(pattern, named, rng)
                if text:
                    yield Paraphrase(f"{text}.", (first, second), pattern, sheet)


def _fitting(fact: Fact, entry: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the patterns for a fact's sign, value and kind of subject."""
    keys = ["any"] if fact.subject not in WHOLE_SHOP or "season" not in entry else ["season"]
    keys.append({1: "up", 0: "flat", -1: "down", None: ""}[fact.sign])
    keys.append(fact.value if isinstance(fact.value, str) else "")
    if fact.name in ("planned_count", "most_launches", "fewest_launches", "most_units", "least_units"):
        keys = ["product"] if fact.week and fact.placement else ["week"] if fact.week else ["any"]
        if " > " in fact.subject_label and not fact.week:
            keys = ["group"]
    return [pattern for key in keys for pattern in entry.get(key, ()) if _names_part(pattern, fact, "")]


def _names_part(pattern: str, fact: Fact, prefix: str) -> bool:
    """Say whether a pattern is true of a count of one placement or category: it must name it, as "the plan" would not.

    A count of one week has patterns of its own.
    """
    of_week = bool(prefix and fact.week and "the plan" in pattern.lower())
    has = {"placement": fact.placement, "group": fact.subject not in WHOLE_SHOP, "week": of_week}
    parts = [key for key in has if has[key]]
    of_part = fact.name in _PARTS and bool(parts)
    return not of_part or any(f"{{{prefix}{key}}}" in pattern for key in parts) or "these" in pattern.lower()


def _pairs(sheet: FactSheet, entry: Mapping) -> Iterator[tuple[Fact, Fact]]:
    first_name, second_name = entry["facts"]
    for first in sheet.facts:
        for second in sheet.facts:
            if (first.name, second.name) != (first_name, second_name) or first is second:
                continue
            if entry.get("down_only") and any(fact.sign not in (-1, None) for fact in (first, second)):
                continue
            if _related(first, second, entry["relation"]):
                yield first, second


def _related(first: Fact, second: Fact, relation: str) -> bool:
    if relation == "explains":
        return first.id in second.linked and second.sign != 0
    if relation == "another":
        return first.subject != second.subject and first.subject_label != second.subject_label
    same_slot = (first.week or second.week) == (second.week or first.week)
    return relation == "any" or (first.subject == second.subject and same_slot)


def _apart(first: Fact, second: Fact) -> bool:
    return first.unit == "units" and number_of(first) != number_of(second)


def number_of(fact: Fact) -> float:
    """Return a fact's number; 0 for one that has none."""
    return float(fact.value) if isinstance(fact.value, int | float) else 0.0


def _written(pattern: str, facts: Mapping[str, Fact], rng: random.Random) -> str:
    """Fill a pattern; empty when it needs what a fact lacks, such as an interval."""
    while choice := _CHOICE.search(pattern):
        pattern = pattern[: choice.start()] + rng.choice(choice[1].split("|")) + pattern[choice.end() :]

    def slot(match: re.Match[str]) -> str:
        if match[2] in ("c1", "c2"):
            return f"[{facts[match[2][1]].id}]"
        if match[2] == "c12":
            return rng.choice(("[{}][{}]", "[{}, {}]")).format(facts["1"].id, facts["2"].id)
        return _slot_text(match[2], match[3] or "", facts[match[1] or ""], rng)

    try:
        text = _SLOT.sub(slot, pattern)
    except _Unsayable:
        return ""
    return text[0].upper() + text[1:]


def _cited(text: str, fact: Fact, rng: random.Random) -> str:
    return rng.choice((f"{text} [{fact.id}].", f"{text} [{fact.id}].", f"{text}. [{fact.id}]"))


def _slot_text(slot: str, noun: str, fact: Fact, rng: random.Random) -> str:
    ratio = number_of(fact)
    if slot == "title":
        return _title(fact, rng)
    if slot == "sim":
        return " (simulated search log)" if fact.source.simulated else ""
    if slot == "group":
        if fact.subject in WHOLE_SHOP:
            raise _Unsayable
        return rng.choice((fact.subject_label, fact.subject_label.rsplit(" > ", 1)[-1]))
    if slot == "other":
        return f"“{_needed(fact.other_label)}”" + (f" #{fact.other}" if fact.other_numbered else "")
    if slot == "placement":
        return _needed(fact.placement)
    if slot in ("week", "date"):
        return _week(fact, slot, rng)
    if slot in ("low", "high"):
        interval = fact.interval
        if interval is None or fact.spec.level == 1.0:
            raise _Unsayable
        return _usual(interval[slot == "high"], fact.unit)
    if slot == "times":
        return f"{ratio:.2f}" if rng.random() < 0.7 else _trimmed(f"{ratio:.2f}")
    if slot == "percent_of":
        return _percent(100 * ratio)
    if slot == "change":
        return _percent(100 * abs(ratio - 1))
    return _counted(slot, noun, fact, rng)


def _counted(slot: str, noun: str, fact: Fact, rng: random.Random) -> str:
    """Write the value (or its size), with its noun in the number that it asks for."""
    value = abs(number_of(fact)) if slot == "size" else number_of(fact)
    if slot == "n" and fact.unit == "share":
        return _percent(100 * value)
    text = _rounded(value) if slot == "n_about" else _value(value, fact, rng)
    if not noun:
        return text
    plural = noun if text in ("1", "one") else f"{noun}{'es' if noun.endswith('ch') else 's'}"
    return f"{text} {plural}"


def _title(fact: Fact, rng: random.Random) -> str:
    label = fact.subject_label
    plain = re.fullmatch(r"[^\W\d_][\w ,.&'/-]*", label)
    written = label if rng.random() > 0.7 and plain else f"“{label}”"
    return f"{written} #{fact.subject}" if fact.numbered else written


def _week(fact: Fact, slot: str, rng: random.Random) -> str:
    day = fact.week or (fact.value if isinstance(fact.value, date) else None)
    if day is None:
        raise _Unsayable
    iso = day.isocalendar()
    if slot == "date":
        return rng.choice((f"{day.day} {MONTHS[day.month - 1]} {day.year}", f"{MONTHS[day.month - 1]} {day.day}"))
    return rng.choice((f"{iso.year}-W{iso.week:02d}", f"week {iso.week}"))


def _value(value: float, fact: Fact, rng: random.Random) -> str:
    """Write a value exactly, rounded to a whole number where the rule allows it, or in words."""
    ways = [_usual(value, fact.unit if not isinstance(fact.value, int) else "")]
    whole = round(value)
    if fact.unit != "price" and value >= 1 and abs(whole - value) <= _CLOSE * value:
        ways.append(f"{whole:,}")
        if 2 <= whole <= 12 and abs(whole - value) < 1e-9:
            ways.append(NUMBER_WORDS[whole])
    return rng.choice(ways)


def _usual(value: float, unit: str) -> str:
    """Write a number with the decimals that one would: two digits at least below 1, none from 100 on."""
    size = abs(value)
    if unit in ("ratio", "price"):
        return f"{value:.2f}"
    if size >= 100 or size == round(size):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 1 else f"{value:.{1 - math.floor(math.log10(size))}f}"


def _rounded(value: float) -> str:
    """Write a value after "about": whole tens or hundreds where that stays within the rule."""
    for step in (100, 10, 1):
        near = step * round(value / step)
        if near and abs(near - value) <= _ABOUT * value * 0.9:
            return f"{near:,}"
    return _usual(value, "")


def _percent(percent: float) -> str:
    if percent == 0 or percent >= 10:
        return f"{percent:.0f}%"
    return f"{percent:.1f}%" if percent >= 1 else f"{percent:.{1 - math.floor(math.log10(percent))}f}%"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".")


def _needed(text: str | None) -> str:
    if not text:
        raise _Unsayable
    return text
