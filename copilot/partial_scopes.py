"""Partial scopes: a count over several parts is told with all of them, and two weeks of a fact each with its own name.

"No launches in week 50 in Sweets" is neither "no launches in week 50" nor "none in Sweets": who names one part leaves
the other out, unless a word points at it. And "week 44, 5 weeks after Easter (week 49)" has both weeks of its fact,
each where the other belongs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from copilot.claims import Bound, is_week, supports
from copilot.fact_names import PROVEN
from copilot.factsheet import WHOLE_SHOP, Fact
from copilot.phrases import Phrases
from copilot.reading import Segment
from copilot.tokens import Token
from retrieval.weeks import format_week

_COUNTED = frozenset({"units", "launches", "products", "launches per week"})
_BESIDE = 4  # tokens from a name to the week that is told of it: "the week of Easter (week 44)"


def part_reasons(segment: Segment, earlier: Sequence[Segment], bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Return a reason for each fact that counts over several parts and is told of some of them only.

    None at all, or only so many, is told with every part: "no launches are planned" says so of the whole plan.
    """
    guards = phrases.lexicon.guards
    if not guards:
        return []
    words = [token.text.lower() for clause in segment.clauses for token in clause.tokens if token.kind != "name"]
    if guards["parts"] & {*words}:
        return []
    mentions = [token for one in (*earlier, segment) for clause in one.clauses for token in clause.mentions]
    told = {item.facts[0].id for item in bound if item.facts} | {fact.id for fact in segment.facts if fact.sign == 0}
    reasons = []
    for fact in (one for one in segment.facts if one.id in told and _is_counted(one, phrases)):
        stressed = fact.value == 0 or phrases.lexicon.reading["only"] & {*words}
        named = [
            any(_names(token, part) for token in mentions) or _points(words, kind, phrases)
            for kind, part in _parts(fact, phrases)
        ]
        reasons += [f"scope:{fact.id}"] if (any(named) or stressed) and not all(named) else []
    return reasons


def _is_counted(fact: Fact, phrases: Phrases) -> bool:
    """Say whether a fact counts, or tells what a plan gains, over a week, a placement or a category.

    One that sets a week or a category apart from others counts over none.
    """
    of_product = fact.subject not in WHOLE_SHOP and fact.subject not in (fact.subject_label, fact.placement)
    counts = fact.spec.direction is None or fact.spec.level == PROVEN
    return fact.unit in _COUNTED and counts and not (of_product or phrases.facts[fact.name].of_kind)


def _parts(fact: Fact, phrases: Phrases) -> Iterator[tuple[str, str | date]]:
    """Yield the weeks, the placement and the category that our own sentence names, by the key of their kind's nouns."""
    told = phrases.sentence(fact)
    yield from (("of_week", week) for week in (fact.week, fact.other_week) if week and format_week(week) in told)
    if fact.placement and fact.placement in told:
        yield "of_placement", fact.placement
    if fact.subject not in WHOLE_SHOP and fact.subject_label != fact.placement and fact.subject_label in told:
        yield "of_group", fact.subject_label


def _names(token: Token, part: str | date) -> bool:
    if isinstance(part, date):
        return token.kind in ("week", "day") and is_week(token, part)
    plain = token.text.strip('“”"').lower()
    return token.kind == "name" and plain in (part.lower(), part.rsplit(" > ", 1)[-1].lower())


def _points(words: Sequence[str], kind: str, phrases: Phrases) -> bool:
    """Say whether a part is pointed at by its noun: "that week", "the category"."""
    guards = phrases.lexicon.guards
    pointing = guards.get("pointing_week", frozenset())
    return any(before in pointing and noun in guards[kind] for before, noun in pairwise(("", *words)))


def alike_slot_reasons(segment: Segment) -> list[str]:
    """Of two slots of one product in one week, each is told with its placement: nothing else sets them apart."""
    slots = [fact for fact in segment.facts if fact.unit == "week" and fact.placement]
    names = [token for clause in segment.clauses for token in clause.mentions if token.kind == "name"]
    return [
        f"scope:{fact.id}"
        for fact in slots
        if any((one.subject, one.value) == (fact.subject, fact.value) for one in slots if one is not fact)
        if not any(_names(token, fact.placement or "") for token in names)
    ]


def named_week_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """Of a fact with a second name and a second week, the week right behind the name is its own."""
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    return [
        f"span:{week.text}"
        for fact in (one for one in segment.facts if one.other_week and one.other_label and not one.spec.direction)
        if not phrases.facts[fact.name].is_period
        for i, name in enumerate(tokens)
        if (own := _told_of(name, fact)) is not None
        for week in _week_after(tokens[i + 1 : i + 1 + _BESIDE])
        if supports(week, fact) and not supports(week, own)
    ]


def _told_of(name: Token, fact: Fact) -> Fact | None:
    """Return a fact with the week alone that belongs to a name, or None if it has no such name."""
    plain = name.text.strip('“”"').lower() if name.kind == "name" else ""
    if plain == fact.subject_label.lower():
        return replace(fact, other_week=None)
    return replace(fact, week=None) if plain and plain == fact.other_label.lower() else None


def _week_after(tokens: Sequence[Token]) -> list[Token]:
    """Return the week that follows, unless another name does."""
    mentions = [token for token in tokens if token.kind in ("name", "week", "day")]
    return [token for token in mentions[:1] if token.kind != "name"]
