"""Pairings: where a segment cites several facts, what stands together must belong to one of them.

"A should sell 12 units (front page) and B 11 units (end cap) [F1, F2]" gives A its own number and placement, or none of
it is true. So each week, placement and number belongs to the name that it follows (or, in a clause of its own, the name
it stands before), what a bracket holds to what stands before the bracket, and the ends of an interval to the value that
they stand behind. What follows a list of names is told of each, or of one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copilot.claims import ENDS, Bound, own_words
from copilot.factsheet import WHOLE_SHOP, Fact
from copilot.name_checks import company_reasons
from copilot.name_groups import Claim, Group, Name, claims_of, in_order, name_groups, only_says_when
from copilot.phrases import Phrases
from copilot.reading import BRACKET, Clause, Segment


def pair_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Return a reason for each claim of a segment that stands with a name, a value or a slot of another fact."""
    if len(segment.facts) < 2:
        return []
    groups = list(name_groups(segment, bound, phrases))
    reasons = company_reasons(segment, frozenset(claim.at for group in groups for claim in in_order(group)))
    reasons += [reason for group in groups for reason in _group_reasons(group, segment)]
    reasons += _bracket_reasons(segment, bound, groups)
    reasons += _slot_reasons(segment, bound, groups) + _crossed_reasons(bound, phrases)
    reasons += _told_slot_reasons(segment, bound, phrases)
    return reasons + _interval_reasons(segment, bound, groups, phrases)


def _group_reasons(group: Group, segment: Segment) -> list[str]:
    """Each claim of a group must be of its names: of each, or, where there are as many, of one after the other."""
    one_each = in_order(group)
    of_all = [(claim, name) for claim in group.claims if claim not in one_each for name in group.names]
    pairs = [*one_each.items(), *of_all]
    return [f"pair:{claim.text}" for claim, name in pairs if not _belongs(claim, name, group, segment)]


def _belongs(claim: Claim, name: Name, group: Group, segment: Segment) -> bool:
    """Say whether a claim may be told of a name, or is told of something that no name of this kind stands for.

    A number of the whole plan after a product's name is not given to the product; nor is the week that it is told with.
    """
    if not claim.facts or claim.facts & name.facts:
        return True
    kinds = {_kind(fact) for fact in segment.facts if fact.id in name.facts}
    own = [fact for fact in segment.facts if fact.id in claim.facts]
    if claim.bound is not None:
        return not all(_kind(fact) in kinds for fact in own)
    told = [one.facts for one in group.claims if one.bound is not None and one.clause == claim.clause]
    others = {fact.id for fact in own if _kind(fact) not in kinds}
    return any(ids & others for ids in told)


def _kind(fact: Fact) -> str:
    """Return what a fact is about: a product, a category, or the plan, a week or a placement."""
    if fact.subject in WHOLE_SHOP or fact.subject == fact.placement or fact.subject_label == fact.placement:
        return "plan"
    if fact.subject != fact.subject_label:
        return "product"
    return "group" if " > " in fact.subject or fact.week is None else "plan"


def _bracket_reasons(segment: Segment, bound: Sequence[Bound], groups: Sequence[Group]) -> list[str]:
    """A week or placement in a bracket, and the week and the number before the bracket, are of one fact."""
    reasons = []
    for i, (before, clause) in enumerate(pairwise(segment.clauses), 1):
        inside = [one for one in claims_of(clause, i, segment, bound) if one.bound is None]
        if clause.opening != BRACKET or not inside:
            continue
        outside = claims_of(before, i - 1, segment, bound)
        named = [name for group in groups for name in group.names if name.at < inside[0].at]
        outside = [one for one in outside if one.at > max((name.at for name in named), default=-1)]
        slots, numbers = [one for one in outside if one.bound is None][-1:], [one for one in outside if one.bound]
        shared = frozenset.intersection(*(one.facts for one in (*inside, *slots)))
        own = [name for name in _last_list(groups, inside[0].at) if shared & name.facts]
        held = [one for one in numbers if any(_holds(fact, inside) for fact in _of(one, segment))]
        if (slots and not (own if named else shared)) or any(not one.facts & shared for one in held):
            reasons.append(f"pair:{inside[0].text}")
    return reasons


def _last_list(groups: Sequence[Group], at: int) -> list[Name]:
    return next((group.names for group in reversed(groups) if group.names[0].at < at), [])


def _holds(fact: Fact, slots: Sequence[Claim]) -> bool:
    """Say whether a fact has a week or a placement of its own where one is written."""
    return any(_has(fact, one.kind) for one in slots)


def _has(fact: Fact, kind: str) -> bool:
    """Say whether a week or a placement says of what a fact is told: what counts over all placements is of none."""
    counts = _kind(fact) == "plan" and fact.unit in ("launches", "units") and fact.spec.direction is None
    return fact.week is not None if kind == "week" else bool(fact.placement) or counts


def _of(claim: Claim, segment: Segment) -> list[Fact]:
    return [fact for fact in segment.facts if fact.id in claim.facts]


def _interval_reasons(segment: Segment, bound: Sequence[Bound], groups: Sequence[Group], phrases: Phrases) -> list[str]:
    """The ends of an interval are those of the value before them, or of the next where none is before.

    In a clause of its own, words may tell of which value they are: "and on average over placements between 4 and 19".
    """
    starts = [name.at for group in groups for name in group.names]
    rivals = [fact for fact in segment.facts if fact.interval]
    reasons = []
    for item in (one for one in bound if one.number.role in ENDS and one.facts):
        values = [one for one in bound if one.number.role == "value" and one.facts and _has_interval(one)]
        near = [one for one in values if not _parted(one.number.at, item.number.at, starts)]
        before = [one for one in near if one.number.at < item.number.at][-1:]
        after = [one for one in near if one.number.at > item.number.at][:1]
        own = item.clause.opening != BRACKET and not any(one.clause is item.clause for one in values)
        own = own and any(own_words(fact, rivals, item.clause, phrases) for fact in item.facts)
        ids = {fact.id for fact in item.facts}
        if not own and any(not ids & {fact.id for fact in one.facts} for one in before or after):
            reasons.append(f"pair:{item.number.value:g}")
    return reasons


def _has_interval(item: Bound) -> bool:
    return any(fact.interval for fact in item.facts)


def _parted(one: int, other: int, starts: Sequence[int]) -> bool:
    return any(min(one, other) < at < max(one, other) for at in starts)


def _slot_reasons(segment: Segment, bound: Sequence[Bound], groups: Sequence[Group]) -> list[str]:
    """The week and the placement of a number's clause, or of what opens it, are those of the number's fact.

    Where no name is written, they may stand in any clause before.
    """
    reasons: list[str] = []
    earlier: list[Claim] = []
    for i, clause in enumerate(segment.clauses):
        claims = claims_of(clause, i, segment, bound)
        slots = [one for one in claims if one.bound is None]
        for kind in ("week", "place"):
            own = [one for one in slots if one.kind == kind] or [one for one in earlier if one.kind == kind][-1:]
            for number in (one for one in claims if one.bound is not None and one.facts and own):
                held = [fact for fact in _of(number, segment) if _has(fact, kind)]
                slotted = len(held) == len(number.facts)
                if slotted and not any(number.facts & one.facts for one in own):
                    reasons.append(f"pair:{number.text}")
        opens = bool(slots) and clause.opening != BRACKET and only_says_when(clause)
        earlier = [*earlier, *slots] if not groups else slots if opens else []
    return reasons


def _told_slot_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Of two slots of one product, a clause tells the one that its words speak of: the next best is not the planned."""
    slots = [fact for fact in segment.facts if (fact.placement or fact.week) and _kind(fact) == "product"]
    reasons = []
    for i, clause in enumerate(segment.clauses):
        brackets = [one for one in segment.clauses[i + 1 : i + 2] if one.opening == BRACKET]
        claims = [one for j, part in enumerate((clause, *brackets)) for one in claims_of(part, i + j, segment, bound)]
        opening = [one for one in segment.clauses[max(0, i - 1) : i] if not (one.mentions or one.numbers)]
        best: set[str] = set()
        for part in (*opening, clause):
            spoken = {fact.id: len(own_words(fact, slots, part, phrases)) for fact in slots}
            best |= {key for key, words in spoken.items() if words and words == max(spoken.values())}
        told = [fact for fact in slots if fact.id in best]
        mine = [one for one in claims if one.bound is None and one.facts & {fact.id for fact in slots}]
        mine = [one for one in mine if all(_has(fact, one.kind) for fact in told)]
        reasons += [f"pair:{one.text}" for one in mine if best and not one.facts & best]
    return reasons


def _crossed_reasons(bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Two counts whose clauses each have the other's words have changed places: "49 would drop out, 70 would move"."""
    values = [item for item in bound if item.number.role == "value" and item.facts]
    reasons = []
    for i, one in enumerate(values):
        for other in values[i + 1 :]:
            first, second = one.facts[0], other.facts[0]
            if one.clause is other.clause or first.unit != second.unit or first.name == second.name:
                continue
            straight = _spoken(first, second, one.clause, phrases) + _spoken(second, first, other.clause, phrases)
            crossed = _spoken(second, first, one.clause, phrases) + _spoken(first, second, other.clause, phrases)
            if crossed > straight:
                reasons.append(f"pair:{other.number.value:g}")
    return reasons


def _spoken(fact: Fact, rival: Fact, clause: Clause, phrases: Phrases) -> int:
    """Count the words of a clause that may speak of a fact and not of its rival."""
    own = phrases.facts[fact.name].known - phrases.facts[rival.name].known
    stems = {phrases.lexicon.stem(word) for token in clause.tokens for word in token.text.split()}
    return len(stems & own)
