"""Relations: what a change is compared with, which of two weeks comes first, and where a number was said to be sold.

Each names two things that may both be on the sheet and yet do not stand in that relation: "2.4 units more than the
plan" of a difference between two products, "in week 42, before the other in week 41", or the slot of one fact, "where"
the units of another are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from copilot.claims import Bound, supports
from copilot.directions import compared
from copilot.fact_wordings import FactPhrase
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment
from copilot.tokens import Token


def comparison_reasons(clause: Clause, segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """After "than" and "times" stands what the fact is taken against: a word of its `against`, or a name that may."""
    reasons = []
    facts = [item.facts[0] for item in bound if item.facts] or list(segment.facts)
    for mark in clause.marks("than"):
        tail = [token for token in clause.tokens if token.at > mark.at]
        is_bound = bool(tail) and tail[0].kind == "number"
        if not (is_bound or compared(clause, segment) or any(_is_base(tail, fact, phrases) for fact in facts)):
            reasons.append(f"than:{' '.join(token.text for token in tail)}")
    return reasons + _multiple_reasons(clause, bound, phrases)


def _is_base(tail: Sequence[Token], fact: Fact, phrases: Phrases) -> bool:
    """Say whether the words after "than" are what a fact is taken against."""
    spoken = phrases.facts[fact.name]
    named = [token for token in tail if token.kind in ("name", "week", "day") and supports(token, fact)]
    if fact.other_label and fact.spec.direction == "delta" and not spoken.against:
        return bool(named)
    return _has_base(tail, spoken, phrases) or (bool(named) and not spoken.against)


def _has_base(tail: Sequence[Token], spoken: FactPhrase, phrases: Phrases) -> bool:
    stems = [stem for token in tail for stem in phrases.lexicon.stems(token.text)]
    return bool(spoken.against.intersection(stems)) or bool(stems and ("than", stems[0]) in spoken.pairs)


def _multiple_reasons(clause: Clause, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """ "1.25 times its forecast": what the multiple is of must be what the fact is taken against."""
    reasons = []
    for item in bound:
        against = phrases.facts[item.facts[0].name].against if item.facts else frozenset()
        if not against or item.number.unit != "ratio":
            continue
        after = [token for token in clause.tokens if token.at > item.number.at]
        start = next((i for i, token in enumerate(after) if token.text.lower() in phrases.lexicon.units), len(after))
        tail = [token for token in after[start + 1 :] if token.kind in ("word", "mark", "name")]
        words = " ".join(token.text.lower() for token in tail).split()
        alike = phrases.lexicon.reading["as"]
        only_much = not words or (words[0] in alike and not {*words[1:]} & {*alike, *phrases.lexicon.reading["than"]})
        if not only_much and not any(stem in against for token in tail for stem in phrases.lexicon.stems(token.text)):
            reasons.append(f"than:{' '.join(token.text for token in tail)}")
    return reasons


def share_reasons(clause: Clause, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """After "37% of" stands what the share is one of: shoppers, and not what they bought."""
    reasons = []
    for item in bound:
        whole = phrases.facts[item.facts[0].name].whole if item.facts else frozenset()
        skipped = phrases.lexicon.guards["modifiers"] | phrases.lexicon.reading["of"]
        after = [one for one in clause.tokens if one.at > item.number.at and one.text.lower() not in skipped]
        if whole and item.number.of and after and after[0].stem not in whole:
            reasons.append(f"share:{after[0].text}")
    return reasons


def order_reasons(segments: Sequence[Segment], phrases: Phrases) -> list[str]:
    """ "Before" between two weeks of launches must be true of them, and "after" too."""
    reasons = []
    for earlier, later in pairwise(segments):
        word, first, second = order_word(earlier, later, phrases), _week_told(earlier), _week_told(later)
        if word is None or first is None or second is None:
            continue
        before = word.text.lower() in phrases.lexicon.guards["earlier"]
        if not (first < second if before else first > second):
            reasons.append(f"order:{word.text}")
    return reasons


def order_word(earlier: Segment, later: Segment, phrases: Phrases) -> Token | None:
    """Return the "before" or "after" that puts what a segment tells behind or ahead of the one before, or None."""
    return _opening_order(later, phrases) if _week_told(earlier) and _week_told(later) else None


def _opening_order(segment: Segment, phrases: Phrases) -> Token | None:
    """Return the "before" or "after" that a segment opens with, before a name."""
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    words = phrases.lexicon.guards["earlier"] | phrases.lexicon.guards["later"]
    named = len(tokens) > 1 and any(token.kind == "name" for token in tokens[1:3])
    return tokens[0] if named and tokens[0].text.lower() in words else None


def _week_told(segment: Segment) -> date | None:
    """Return the week that a segment tells, if it tells one."""
    weeks = {fact.value for fact in segment.facts if fact.unit == "week" and isinstance(fact.value, date)}
    return weeks.pop() if len(weeks) == 1 else None


def place_reasons(segments: Sequence[Segment], bound: Sequence[Sequence[Bound]], phrases: Phrases) -> list[str]:
    """ "Where" and "there" speak of the slot named last: what is said to sell there must be the fact of that slot."""
    reasons = []
    slot: list[Token] = []
    for segment, items in zip(segments, bound, strict=True):
        for clause in segment.clauses:
            word = _place_word(clause, phrases)
            named = [token for token in clause.mentions if _is_slot(token, segments)]
            told = [item.facts[0] for item in items if item.clause is clause and item.facts]
            speaks = [token for token in (slot if word and not named else []) if token.at < (word or token).at]
            counted = [fact for fact in told if fact.unit == "launches" and any(one.kind == "name" for one in speaks)]
            if any((fact.placement or fact in counted) and not _fits(speaks, fact) for fact in told):
                reasons.append(f"place:{word.text if word else ''}")
            slot = named or slot
    return reasons + _other_slot_reasons(segments, bound)


def _other_slot_reasons(segments: Sequence[Segment], bound: Sequence[Sequence[Bound]]) -> list[str]:
    """What a product sells in one slot must not follow another slot of its own without naming its own."""
    reasons = []
    for (earlier, later), items in zip(pairwise(segments), bound[1:], strict=True):
        slots = [fact for fact in earlier.facts if fact.unit == "week" and fact.placement]
        named = any(_is_slot(token, segments) for clause in later.clauses for token in clause.mentions)
        told = [] if named else [item.facts[0] for item in items if item.facts and item.facts[0].placement]
        other = [one for one in told for slot in slots if one.subject == slot.subject and not _same_slot(one, slot)]
        reasons += [f"place:{fact.id}" for fact in other if fact.unit == "units" and fact.spec.direction is None]
    return reasons


def _same_slot(fact: Fact, slot: Fact) -> bool:
    return (fact.week, fact.placement) == (slot.week or slot.value, slot.placement)


def _place_word(clause: Clause, phrases: Phrases) -> Token | None:
    """Return the "where" or "there" of a clause that points at a place; "there were 14 launches" does not."""
    for token, after in zip(clause.tokens, (*clause.tokens[1:], None), strict=True):
        exists = (
            after is not None and after.text.lower() in phrases.lexicon.reading["exists"] and token is clause.tokens[0]
        )
        if token.text.lower() in phrases.lexicon.guards["pointing"] and not exists:
            return token
    return None


def _is_slot(token: Token, segments: Sequence[Segment]) -> bool:
    plain = token.text.strip('“”"').lower()
    places = {(fact.placement or "").lower() for segment in segments for fact in segment.facts}
    return token.kind in ("week", "day") or plain in places


def _fits(slot: Sequence[Token], fact: Fact) -> bool:
    return all(supports(token, fact) or (token.kind == "name" and _same_place(token, fact)) for token in slot)


def _same_place(token: Token, fact: Fact) -> bool:
    return token.text.strip('“”"').lower() == (fact.placement or "").lower()
