"""Numbers as they are written in a clause: words and digits, what they count, whether each is a value or a bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from copilot.factsheet import Fact
from copilot.lexicon import Lexicon
from copilot.tokens import Token

Role = Literal["value", "low", "high", "range", "level", "horizon"]

HORIZON = {"weeks": 4.0, "days": 28.0}  # what "units" means everywhere: sold in the first four weeks
_SKIPPED_BEFORE_UNIT = 3  # words that may stand between a number and its noun: "3.2 fewer units"
_TAKEN_BEFORE = 4  # tokens between "cost" and the share that it takes: "cost the product “A” 8% of its sales"
_DASHES = frozenset("–—-−")


@dataclass(frozen=True)
class Number:
    """A number as it is written in a clause.

    Attributes:
        value, decimals, percent, signed: the number and how it is written.
        role: what it is said to be: a value, a lower or upper bound, one end of a range, the level of an interval, or
            the horizon of four weeks.
        unit: what the noun after it counts, or "".
        hedged: "about" or the like stands before it.
        of: "of" follows a percentage ("82% of the usual").
        partner: the other end of a range.
        at: position in the sentence.
    """

    value: float
    decimals: int
    role: Role
    unit: str
    at: int
    percent: bool = False
    signed: bool = False
    hedged: bool = False
    of: bool = False
    partner: Number | None = None


def number_words(tokens: Sequence[Token], facts: Sequence[Fact], lexicon: Lexicon) -> list[Token]:
    """Turn number words into numbers: "twenty-one", "double", and "one" or "no" before a unit noun."""
    out: list[Token] = []
    for i, token in enumerate(tokens):
        word = token.text.lower() if token.kind == "word" else ""
        if word in lexicon.numbers:
            out.append(_joined(out, token, lexicon.numbers[word]))
        elif unit := _none_of(tokens, i, facts, lexicon):
            out.append(replace(token, kind="number", number=0, mark=unit))
        elif word in lexicon.fractions and _says_by(tokens, i, lexicon):
            out.append(replace(token, kind="number", number=lexicon.fractions[word], percent=True))
        elif word in lexicon.multiples:
            out.append(_multiple(token, lexicon.multiples[word]))
        elif word in lexicon.ordinals:
            out.append(replace(token, kind="number", number=lexicon.ordinals[word], mark="ordinal"))
        elif word in lexicon.small and _counts(tokens, i, facts, lexicon):
            out.append(replace(token, kind="number", number=lexicon.small[word]))
        else:
            out.append(token)
    return out


def _none_of(tokens: Sequence[Token], i: int, facts: Sequence[Fact], lexicon: Lexicon) -> str:
    """Return what a cited fact counts none of, where "nothing is planned" or "nobody searched" says so; or ""."""
    run = " ".join(token.text.lower() for token in tokens[i : i + _TAKEN_BEFORE])
    units = [unit for phrase, unit in lexicon.zeros.items() if f"{run} ".startswith(f"{phrase} ")]
    return next((unit for unit in units if any(fact.value == 0 and fact.unit == unit for fact in facts)), "")


def _says_by(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> bool:
    """Say whether a fraction is how much something changed by: "fell by a quarter", "by about a fifth"."""
    before = [token.text.lower() for token in tokens[max(0, i - _TAKEN_BEFORE) : i]]
    skipped = lexicon.reading["articles"]
    while before and (before[-1] in skipped or "hedge" in lexicon.word_kinds(lexicon.stem(before[-1]))):
        before.pop()
    return bool(before) and before[-1] in lexicon.reading["by"]


def _counts(tokens: Sequence[Token], i: int, facts: Sequence[Fact], lexicon: Lexicon) -> bool:
    """Say whether a small word counts what follows it: "one launch" of a fact that counts none is no number.

    "One and 15.2 units" are two numbers.
    """
    joins = i + 1 < len(tokens) and tokens[i + 1].text in lexicon.reading["before_unit"]
    if joins and [token.kind for token in tokens[i + 1 : i + 3]] == ["word", "number"]:
        return True
    unit = _unit_after(tokens, i, lexicon)
    one_thing = unit in ("launches", "products") and lexicon.small[tokens[i].text.lower()] == 1
    return bool(unit) and not (one_thing and not any(fact.unit.startswith(unit) for fact in facts))


def _multiple(token: Token, value: float) -> Token:
    decimals = next(d for d in (0, 1, 2) if round(value, d) == value)
    return replace(token, kind="number", number=value, decimals=decimals, mark="ratio")


def _joined(out: list[Token], token: Token, value: float) -> Token:
    """Join a number word to the one before it: twenty + one, two + hundred, three + dozen."""
    before = out[-1] if out and out[-1].kind == "number" and not out[-1].text[-1].isdigit() else None
    if before is None or before.mark:
        return replace(token, kind="number", number=value)
    total = before.number * value if value in (12, 100, 1000) else before.number + value
    out.pop()
    return replace(token, kind="number", number=total, at=before.at, text=f"{before.text} {token.text}")


def read_numbers(tokens: Sequence[Token], lexicon: Lexicon, facts: Sequence[Fact]) -> list[Number]:
    """Return the numbers of a clause in order, the ends of ranges joined."""
    found = [_number(tokens, i, lexicon, facts) for i, token in enumerate(tokens) if token.kind == "number"]
    return _pair_ranges(found, tokens, lexicon)


def _number(tokens: Sequence[Token], i: int, lexicon: Lexicon, facts: Sequence[Fact]) -> Number:
    token = tokens[i]
    unit = token.mark or _unit_after(tokens, i, lexicon)
    return Number(
        value=token.number,
        decimals=token.decimals,
        role=_role(tokens, i, unit, facts, lexicon),
        unit=unit,
        at=token.at,
        percent=token.percent,
        signed=token.signed,
        hedged=_is_hedged(tokens, i, lexicon) or _is_rough(tokens[i + 1 : i + 3], lexicon),
        of=token.percent and _is_part(tokens, i, lexicon),
    )


def _is_hedged(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> bool:
    """Say whether "about" stands before the number, or before its article: "about a fifth"."""
    at = i - 1 if i and tokens[i - 1].text.lower() in lexicon.reading["articles"] else i
    return at > 0 and "hedge" in lexicon.word_kinds(tokens[at - 1].stem)


def _is_part(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> bool:
    """Say whether a percentage is what there is of something, rather than what it "costs" or "loses" of it."""
    takes = lexicon.guards.get("takes", frozenset())
    if any(token.text.lower() in takes for token in tokens[max(0, i - _TAKEN_BEFORE) : i]):
        return False
    after = tokens[i + 1].text.lower() if i + 1 < len(tokens) else ""
    return after in lexicon.reading["of"] or _of_what(tokens[i + 1 :], lexicon)


def _is_rough(after: Sequence[Token], lexicon: Lexicon) -> bool:
    return any(token.text.lower() in lexicon.reading["rough"] for token in after)


def _of_what(after: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether a percentage is one of something: "92% at the front of what it would sell elsewhere"."""
    words = [token.text.lower() for token in after]
    of, what = lexicon.reading["of"], lexicon.reading["what"]
    return any(first in of and second in what for first, second in pairwise(words))


def _role(tokens: Sequence[Token], i: int, unit: str, facts: Sequence[Fact], lexicon: Lexicon) -> Role:
    token = tokens[i]
    if HORIZON.get(unit) == token.number and any(fact.unit == "units" for fact in facts):
        return "horizon"
    followed = i + 1 < len(tokens) and tokens[i + 1].mark == "interval"
    if token.percent and (followed or (token.number in interval_levels(facts) and _near(tokens, i, "interval", 3))):
        return "level"
    before = [found.mark for found in tokens[max(0, i - 2) : i]]
    if i > 1 and tokens[i - 1].mark == "than":  # "more than 12" is a bound
        kinds = lexicon.word_kinds(tokens[i - 2].stem)
        return "low" if "up" in kinds else "high" if "down" in kinds else "value"
    if "bound_low" in before:
        return "low"
    return "high" if "bound_high" in before else "value"


def interval_levels(facts: Sequence[Fact]) -> frozenset[float]:
    """Return the levels, in percent, of the intervals that the facts have."""
    return frozenset(100 * fact.spec.level for fact in facts if fact.interval and fact.spec.level)


def _near(tokens: Sequence[Token], i: int, mark: str, reach: int) -> bool:
    return any(token.mark == mark for token in tokens[max(0, i - reach) : i + reach + 1])


def _unit_after(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> str:
    """Return what the noun after a number counts: "3.2 fewer units" -> units; "" when no noun follows."""
    for token in tokens[i + 1 : i + 2 + _SKIPPED_BEFORE_UNIT]:
        word = token.text.lower()
        if word in lexicon.units:
            unit = lexicon.units[word]
            return "occasions" if unit == "ratio" and _counts_occasions(tokens, token, lexicon) else unit
        if token.kind != "word" or word in lexicon.reading["ends_noun"]:
            return ""
    return ""


def _counts_occasions(tokens: Sequence[Token], times: Token, lexicon: Lexicon) -> bool:
    """Say whether "times" counts how often, as in "searched 12 times last week", rather than multiplies."""
    after = next((token for token in tokens if token.at > times.at), None)
    return (
        after is None
        or after.kind == "break"
        or after.mark == "per_week"
        or after.text.lower() in lexicon.reading["after_occasions"]
    )


def _pair_ranges(numbers: Sequence[Number], tokens: Sequence[Token], lexicon: Lexicon) -> list[Number]:
    """Join `4 to 30`, `4-30` and `between 4 and 30` into ranges; each end knows the other."""
    paired, links = list(numbers), lexicon.reading["links_range"] | _DASHES
    for k in range(len(paired) - 1):
        first, second = paired[k], paired[k + 1]
        if first.role in ("level", "horizon") or second.role in ("level", "horizon") or first.partner:
            continue
        between = [token.text.lower() for token in tokens if first.at < token.at < second.at]
        linked = [word for word in between if word in links]
        fillers = [word for word in between if word not in linked]
        if len(linked) == 1 and len(fillers) <= 1:
            paired[k] = replace(first, role="range", unit=first.unit or second.unit, partner=second)
            paired[k + 1] = replace(second, role="range", unit=second.unit or first.unit, partner=first)
    return paired
