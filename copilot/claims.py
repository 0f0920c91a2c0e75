"""Binding what a sentence writes to the facts that it cites: each number, name, week and day to its fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from copilot.factsheet import Fact
from copilot.lexicon import Phrase
from copilot.numerals import change_text, equals, number_text
from copilot.phrases import Phrases
from copilot.reading import BRACKET, Clause, Segment
from copilot.tokens import Token
from copilot.written_numbers import Number, interval_levels

COUNTED: dict[str, frozenset[str]] = {
    "units": frozenset({"units", "pieces"}),
    "launches": frozenset({"launches", "launches per week"}),
    "searches": frozenset({"searches", "searches per week"}),
    "products": frozenset({"products"}),
    "weeks": frozenset({"weeks"}),
    "rows": frozenset({"rows"}),
    "people": frozenset({"shoppers"}),
    "ratio": frozenset({"ratio"}),
    "multiple": frozenset({"ratio"}),
    "pairs": frozenset({"pairs"}),
    "occasions": frozenset({"searches", "searches per week"}),
}
"""Noun after a number -> the units of facts that it can stand for. Nouns that are not here fit no fact."""

ENDS = frozenset({"range", "low", "high"})
"""Roles of the ends of an interval."""

_IN_PERCENT = frozenset({"ratio", "share", "similarity"})


@dataclass(frozen=True)
class Bound:
    """A number of a clause and the cited facts that it states, best first; empty when it states none.

    `unsigned_change` is True when the number is the size of a change whose direction words must give.
    """

    number: Number
    clause: Clause
    facts: tuple[Fact, ...]
    unsigned_change: bool = False


def bind_numbers(segment: Segment, phrases: Phrases) -> list[Bound]:
    """Bind each number of a segment to the cited facts that it can state.

    The level of an interval and the horizon of four weeks are part of the unit and bind to nothing.
    """
    bound: list[Bound] = []
    listed = _listed(segment)
    for clause in segment.clauses:
        for number in clause.numbers:
            if number.role == "horizon":
                continue
            if number.role == "level":
                if number.value not in interval_levels(segment.facts):
                    bound.append(Bound(number, clause, ()))
                continue
            matched = [fact for fact in segment.facts if matches(number, fact, phrases)]
            at = number.at
            likeliest = listed[at] if at in listed else _likeliest(number, clause, segment, phrases)
            facts = _behind(number, clause, bound, matched) or tuple(fact for fact in matched if fact in likeliest)
            unsigned = bool(facts) and _is_unsigned_change(number, facts[0])
            bound.append(Bound(number, clause, facts, unsigned))
    return bound


def _behind(number: Number, clause: Clause, bound: Sequence[Bound], matched: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return the facts of the value before a bracket, for an end of an interval in the bracket that is theirs."""
    if clause.opening != BRACKET or number.role not in ENDS:
        return ()
    value = next((item for item in reversed(bound) if item.number.role == "value"), None)
    return tuple(fact for fact in matched if value is not None and fact in value.facts)


def _listed(segment: Segment) -> dict[int, list[Fact]]:
    """Return, by their positions, the facts of numbers that are listed in the order of the names before them.

    "A and B should sell 5 and 7 units [F1, F2]" gives A the 5; the clauses alone would not tell. Where a name of the
    list fits several facts, no number has any: nothing would tell whose it is.
    """
    alike = [fact for fact in segment.facts if fact.name == segment.facts[0].name and _is_number(fact)]
    numbers = [item for clause in segment.clauses for item in clause.numbers if item.role == "value"]
    if len(alike) < 2 or len(alike) != len(segment.facts) or len(numbers) != len(alike):
        return {}
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    between = [token for token in tokens if numbers[0].at < token.at < numbers[-1].at and token.kind != "number"]
    names = _named_in_order(tokens, alike)
    names_first = all(token.at < numbers[0].at for token in tokens if _names(token, alike))
    if not names_first or len(names) != len(alike) or any(token.text.lower() not in COUNTED for token in between):
        return {}
    each_once = len({found[0].id for found in names if len(found) == 1}) == len(names)
    return {number.at: found if each_once else [] for number, found in zip(numbers, names, strict=True)}


def _named_in_order(tokens: Sequence[Token], facts: Sequence[Fact]) -> list[list[Fact]]:
    """Return the facts that each name fits, in order; a title and the id right after it are one name."""
    found: list[list[Fact]] = []
    for before, token in zip((None, *tokens), tokens, strict=False):
        if not _names(token, facts):
            continue
        fitting = [fact for fact in facts if supports(token, fact)]
        if found and before is not None and before.adjoins(token) and token.text.startswith("#"):
            found[-1] = [fact for fact in found[-1] if fact in fitting]
        else:
            found.append(fitting)
    return found


def _is_number(fact: Fact) -> bool:
    return isinstance(fact.value, int | float)


def _names(token: Token, facts: Sequence[Fact]) -> bool:
    """Say whether a token is the name of one of the facts' subjects, rather than of their placement."""
    plain = token.text.strip('“”"').lower()
    return token.kind == "name" and any(
        plain in (fact.subject_label.lower(), f"#{fact.subject}".lower()) for fact in facts
    )


def supports(token: Token, fact: Fact) -> bool:
    """Say whether a name, week or day belongs to the fact."""
    if token.kind == "name":
        return fact.id in token.facts
    return any(is_week(token, week) for week in fact_weeks(fact))


def is_week(token: Token, week: date) -> bool:
    """Say whether a token is this week, or its first day."""
    if token.kind == "week":
        year, number = token.week
        found = week.isocalendar()
        return found.week == number and year in (None, found.year)
    return token.kind == "day" and _same_day(token.day, week)


def fact_weeks(fact: Fact) -> list[date]:
    """Return the weeks that a fact is about."""
    return [day for day in (fact.week, fact.other_week, fact.value) if isinstance(day, date)]


def _same_day(written: date, week: date) -> bool:
    if written.year == 4:  # the year was not written
        return (written.month, written.day) == (week.month, week.day)
    return written == week


def _likeliest(number: Number, clause: Clause, segment: Segment, phrases: Phrases) -> list[Fact]:
    """Return the cited facts that the clause speaks of most, among those that the number's unit allows.

    With "X sells 12 and Y 9 units [F2][F5]" both numbers fit some cited fact; the names in the clause decide which.
    """
    rivals = [fact for fact in segment.facts if _unit_fits(number, fact)]
    mentions = clause.mentions or _mentions_before(clause, segment)
    rivals = [fact for fact in rivals if not _compares_elsewhere(fact, clause, mentions)] or rivals
    if len(rivals) < 2:
        return rivals
    scores = [
        (
            sum(supports(token, fact) for token in mentions),
            len(own_words(fact, rivals, clause, phrases)),
        )
        for fact in rivals
    ]
    best_mentions = max(mentioned for mentioned, _ in scores)
    best_words = max(words for mentioned, words in scores if mentioned == best_mentions)
    return [fact for fact, score in zip(rivals, scores, strict=True) if score == (best_mentions, best_words)]


def _compares_elsewhere(fact: Fact, clause: Clause, mentions: Sequence[Token]) -> bool:
    """Say whether a fact compares its product with one that is not named here, nor anything set against it."""
    if fact.name != "units_difference" or clause.marks("up") or clause.marks("down"):
        return False
    other = (fact.other_label.lower(), f"#{fact.other}".lower())
    return not any(token.text.strip('“”"').lower() in other for token in mentions)


def _mentions_before(clause: Clause, segment: Segment) -> tuple[Token, ...]:
    """Return the names of the nearest earlier clause that has any: "X is planned, and sells 12 units"."""
    earlier = segment.clauses[: segment.clauses.index(clause)]
    nearest = next((i for i, found in enumerate(reversed(earlier)) if found.mentions), None)
    if nearest is None:
        return ()
    placed = earlier[len(earlier) - 1 - nearest]
    before = earlier[len(earlier) - 2 - nearest] if nearest + 1 < len(earlier) else None
    return (*(before.mentions if before else ()), *placed.mentions)  # "X in week 43 (front page), where it sells 12"


def own_words(fact: Fact, rivals: Sequence[Fact], clause: Clause, phrases: Phrases) -> set[Phrase]:
    """Return the fact's words in the clause that not all rivals share."""
    shared = set(phrases.facts[rivals[0].name].about)
    for rival in rivals[1:]:
        shared &= set(phrases.facts[rival.name].about)
    text = " ".join(phrases.lexicon.stem(word) for token in clause.tokens for word in token.text.split())
    own = set(phrases.facts[fact.name].about) - shared
    return {phrase for phrase in own if f" {' '.join(phrase)} " in f" {text} "}


def _unit_fits(number: Number, fact: Fact) -> bool:
    if not isinstance(fact.value, int | float):
        return False
    if number.percent:
        return fact.unit in _IN_PERCENT
    if number.unit:
        of_launches = number.unit == "products" and fact.spec.of_products
        return of_launches or fact.unit in COUNTED.get(number.unit, frozenset())
    return fact.unit != "share"


def matches(number: Number, fact: Fact, phrases: Phrases) -> bool:
    """Say whether the number equals the fact's value, or the bound that its role names."""
    if not _unit_fits(number, fact):
        return False
    if number.role == "range" and number.partner is not None:
        ends = sorted((number, number.partner), key=lambda end: end.at)
        return fact.interval is not None and all(
            _equals_bound(end, bound, fact, phrases) for end, bound in zip(ends, fact.interval, strict=True)
        )
    if number.role in ("low", "high"):
        bound = None if fact.interval is None else fact.interval[0 if number.role == "low" else 1]
        return bound is not None and _equals_bound(number, bound, fact, phrases)
    return _equals_value(number, fact, phrases)


def _equals_bound(number: Number, bound: float, fact: Fact, phrases: Phrases) -> bool:
    if number.percent and fact.unit == "ratio":
        return equals(number.value, number.decimals, 100 * abs(bound - 1))
    return _equals_shown(number, bound, fact, phrases) or equals(
        number.value, number.decimals, bound * _scale(number), hedged=number.hedged
    )


def _equals_value(number: Number, fact: Fact, phrases: Phrases) -> bool:
    value = float(fact.value) if isinstance(fact.value, int | float) else 0.0
    if fact.unit == "ratio" and number.percent and not number.of:
        shown = float(change_text(value, phrases.lexicon).rstrip("%").replace(phrases.lexicon.thousands, ""))
        return number.value == shown or equals(
            number.value, number.decimals, 100 * abs(value - 1), hedged=number.hedged
        )
    if fact.spec.direction == "delta" and not number.signed:
        value = abs(value)
    if _equals_shown(number, value, fact, phrases):
        return True
    return equals(number.value, number.decimals, value * _scale(number), hedged=number.hedged)


def _equals_shown(number: Number, value: float, fact: Fact, phrases: Phrases) -> bool:
    """What the phrases write for a value always equals it, even where the rounding rule is stricter."""
    lexicon = phrases.lexicon
    typed = value if not isinstance(fact.value, int) else round(value)
    shown = number_text(typed, fact.unit, lexicon).rstrip("%")
    plain = shown.replace(lexicon.thousands, "").replace(lexicon.decimal, ".")
    return number.value == float(plain) and number.decimals == len(plain.partition(".")[2])


def _scale(number: Number) -> float:
    return 100.0 if number.percent else 1.0


def _is_unsigned_change(number: Number, fact: Fact) -> bool:
    if number.role != "value" or fact.sign in (None, 0):
        return False
    if fact.spec.direction == "delta":
        return not number.signed
    return number.percent and not number.of
