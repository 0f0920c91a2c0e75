"""Pointers: words that point back over a citation, so that the number after it is of what stands before.

"A is planned [F1], and 76 of them would move [F2]" makes the 76 a part of what F1 counts; "B sold 5 units [F3], and 8
units from it are expected [F4]" gives the 8 to B; and in "A is planned [F1] and should sell 8 units [F4]" nobody but A
can be meant. Each stands only where the two facts are told of the same thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copilot.claims import Bound
from copilot.fact_wordings import ITSELF
from copilot.factsheet import WHOLE_SHOP, Fact
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment
from copilot.tokens import Token


def pointer_reasons(segments: Sequence[Segment], bound: Sequence[Sequence[Bound]], phrases: Phrases) -> list[str]:
    """Return a reason for each number that a pointer, or a missing subject, gives to what another fact is told of."""
    reasons = []
    for i, (segment, items) in enumerate(zip(segments, bound, strict=True)):
        before = [fact for earlier in segments[:i] for fact in earlier.facts]
        for clause in segment.clauses:
            here = [item for item in items if item.clause is clause and item.facts]
            goes_on = len(segments) > i + 1 or any(one.numbers for one in segment.clauses if one is not clause)
            reasons += _part_reasons(clause, goes_on, phrases) + _rest_reasons(here, phrases)
            reasons += beside_whole_reasons(here, (*before, *segment.facts), phrases)
            others = [item.facts[0] for item in items if item.facts and item not in here]
            reasons += _of_them_reasons(clause, here, before or others, phrases) if before or others else []
        reasons += unnamed_reasons(segment, items, before, phrases) if before else []
        reasons += _of_these_reasons(segment, items, phrases)
    return reasons


def _of_these_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """ "44% bought A; of these, 11% bought B": each share is one of all shoppers."""
    guards = phrases.lexicon.guards
    shares = [item for item in bound if item.facts and item.facts[0].unit == "share"]
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    pointing = [
        pronoun
        for owning, pronoun in pairwise(tokens)
        if owning.text.lower() in guards["owning"] and pronoun.text.lower() in guards["pointers"]
    ]
    parts = [item for item in shares[1:] for one in pointing if shares[0].number.at < one.at < item.number.at]
    return [f"points:{item.number.value:g}" for item in parts]


def _of_them_reasons(clause: Clause, bound: Sequence[Bound], before: Sequence[Fact], phrases: Phrases) -> list[str]:
    """ "Of them" and "from it" after a citation: what they point at must be what the number's fact is told of."""
    guards, reasons = phrases.lexicon.guards, []
    for owning, pronoun in pairwise(clause.tokens):
        if owning.text.lower() not in guards["owning"] or pronoun.text.lower() not in guards["pointers"]:
            continue
        for item in bound:
            alike = [fact for fact in before if _told_of(fact) == _told_of(item.facts[0])]
            counted = _directly_before(clause, item, owning)
            if not any(fact.unit == item.facts[0].unit or not counted for fact in alike):
                reasons.append(f"points:{owning.text} {pronoun.text}")
    return reasons


def _told_of(fact: Fact) -> tuple[object, ...]:
    week = fact.value if fact.unit == "week" else fact.week
    return fact.subject, week, fact.placement


def _directly_before(clause: Clause, item: Bound, owning: Token) -> bool:
    """Say whether the number counts a part: "76 of them", "5 units of it"."""
    between = [token for token in clause.tokens if item.number.at < token.at < owning.at]
    return item.number.at < owning.at and len(between) <= bool(item.number.unit)


def _part_reasons(clause: Clause, goes_on: bool, phrases: Phrases) -> list[str]:
    """ "109 of the 123 searches", and "Of the 14 launches [F1], 9": no fact counts a part of what another counts."""
    reading, reasons = phrases.lexicon.reading, []
    skipped = phrases.lexicon.guards["modifiers"]
    words = [token for token in clause.tokens if token.text.lower() not in skipped]
    for i, (of, whole) in enumerate(pairwise(words)):
        if of.text.lower() not in reading["of"] or whole.kind != "number":
            continue
        part = words[i - 1] if i else None
        if goes_on if part is None else (part.kind == "number" and not whole.percent):
            reasons.append(f"points:of {whole.text}")
    return reasons


def _rest_reasons(bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """ "The other 2 launches should sell 46.9 units": what a list leaves out has no number of another fact."""
    rests = [item for item in bound if phrases.facts[item.facts[0].name].is_rest]
    others = [item for item in bound for rest in rests if item.number.at > rest.number.at and item not in rests]
    return [f"points:{item.number.value:g}" for item in others]


def beside_whole_reasons(bound: Sequence[Bound], told: Sequence[Fact], phrases: Phrases) -> list[str]:
    """ "12 launches and 7 further launches": beside the whole, what a list leaves out is told as left out of a list."""
    reasons = []
    for item in bound:
        rest = item.facts[0]
        whole = phrases.facts[rest.name].rest_of
        wholes = [fact for fact in told if fact.name == whole and _same_parts(fact, rest)]
        plain = [token for token in item.clause.tokens if token.kind != "name"]
        words = [word for token in plain for word in (token.stem, *token.text.lower().split())]
        if wholes and not phrases.lexicon.guards["listed"] & {*words}:
            reasons.append(f"points:{item.number.value:g}")
    return reasons


def _same_parts(fact: Fact, other: Fact) -> bool:
    return (fact.subject, fact.week, fact.placement) == (other.subject, other.week, other.placement)


def unnamed_reasons(segment: Segment, bound: Sequence[Bound], before: Sequence[Fact], phrases: Phrases) -> list[str]:
    """A product's number without a name after a citation is that of the product told of last."""
    names = {token.text for clause in segment.clauses for token in clause.mentions if token.kind == "name"}
    places = {(fact.placement or "").lower() for fact in (*segment.facts, *before)}
    if any(name.strip('“”"').lower() not in places for name in names):
        return []
    told = [item.facts[0] for item in bound if item.facts]
    own = [fact for fact in told if ITSELF in phrases.facts[fact.name].subjects and _is_product(fact)]
    last = next((fact.subject for fact in reversed(before) if _is_product(fact)), None)
    return [f"points:{fact.id}" for fact in own if fact.subject != last]


def _is_product(fact: Fact) -> bool:
    return fact.subject not in WHOLE_SHOP and fact.subject != fact.subject_label
