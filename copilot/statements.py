"""Statements: which of the cited facts a segment states, and where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from copilot.claims import Bound, is_week, supports
from copilot.directions import compared, denies_direction, is_near_flat, negations
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import Segment
from copilot.tokens import Token


def stated_at(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> dict[str, int]:
    """Return, for each cited fact that the segment states, the position where it does."""
    at: dict[str, int] = {}
    for item in bound:
        for fact in item.facts[:1]:
            if not phrases.facts[fact.name].has_states:  # a version is told beside "not planned", not instead of it
                at.setdefault(fact.id, item.number.at)
    for clause in segment.clauses:
        for fact in compared(clause, segment) or ():
            at.setdefault(fact.id, clause.marks("than")[0].at)
        if denies_direction(clause, segment, phrases) and negations(clause, phrases):
            for fact in (fact for fact in segment.facts if fact.sign == 0):
                at.setdefault(fact.id, clause.tokens[0].at)
        for token in clause.tokens:
            for fact in segment.facts:
                if _states(token, fact, phrases) and _is_meant(fact, token, segment):
                    at.setdefault(fact.id, token.at)
    return _stated_around(segment, phrases) | _happening(segment, phrases) | _by_both_weeks(segment, phrases) | at


def _by_both_weeks(segment: Segment, phrases: Phrases) -> dict[str, int]:
    """Return the positions of facts about the time between two weeks of which both are written."""
    weeks = [token for clause in segment.clauses for token in clause.mentions if token.kind in ("week", "day")]
    both = {}
    for fact in (one for one in segment.facts if phrases.facts[one.name].sides):
        found = [next((week for week in weeks if _is_of(week, day)), None) for day in (fact.week, fact.other_week)]
        if all(week is not None for week in found):
            both[fact.id] = weeks[0].at
    return both


def _is_of(token: Token, week: date | None) -> bool:
    return week is not None and is_week(token, week)


def _happening(segment: Segment, phrases: Phrases) -> dict[str, int]:
    """Return the positions of facts of one name told without their numbers: "A and B would lose their slots"."""
    spoken = {fact.name: phrases.facts[fact.name] for fact in segment.facts}
    told = next(iter(spoken.values())) if len(spoken) == 1 else None
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    if told is None or not any(segment.holds(phrase) for phrase in told.happens):
        return {}
    guards = phrases.lexicon.guards
    words = {word for token in tokens if token.kind != "name" for word in token.text.lower().split()}
    several = words & guards.get("shared_by", frozenset())
    supposed = guards.get("would", frozenset()) & words and (len(segment.facts) == 1 or several)
    found = {}
    for fact in segment.facts if supposed else ():
        named = [token for token in tokens if token.kind == "name" and token.facts & {fact.id}]
        own = [token for token in named if token.text.strip('“”"') != fact.placement]
        numbers = [token for token in own if token.text == f"#{fact.subject}"]  # of namesakes, the number tells
        if own and (numbers or not fact.numbered):
            found[fact.id] = own[0].at
    return found


def _stated_around(segment: Segment, phrases: Phrases) -> dict[str, int]:
    """Return the position of a fact that is cited alone and stated around a name: "the plan leaves X out"."""
    if len(segment.facts) != 1 or not segment.clauses:
        return {}
    fact = segment.facts[0]
    held = [phrase for phrase in phrases.facts[fact.name].states_for(fact.value) if segment.holds(phrase)]
    return {fact.id: segment.clauses[0].tokens[0].at} if any(len(phrase) > 1 for phrase in held) else {}


def _is_meant(fact: Fact, state: Token, segment: Segment) -> bool:
    """Say whether a state or week that fits several cited facts speaks of this one: those named are meant, if any."""
    if state.kind == "name" and fact.unit == "week":  # a placement's name alone tells no slot where another fact has it
        return not any(found is not fact and found.placement == fact.placement for found in segment.facts)
    fitting = [found for found in segment.facts if found.id in state.facts or state.kind in ("week", "day", "name")]
    if len(fitting) < 2:
        return True
    places = {(found.placement or "").lower() for found in segment.facts}
    names = [token for clause in segment.clauses for token in clause.mentions if token.kind == "name"]
    subjects = [token for token in names if token.text.strip('“”"').lower() not in places]
    return not subjects or any(supports(token, fact) for token in subjects)


def _states(token: Token, fact: Fact, phrases: Phrases) -> bool:
    """Say whether this token alone states the fact: a state phrase, its slot, its product, or its direction."""
    if token.kind == "mark":
        if token.mark == "flat":
            return fact.sign == 0 or is_near_flat(fact, token, phrases)
        return token.mark == "state" and fact.id in token.facts
    if token.kind in ("week", "day"):
        return fact.unit == "week" and isinstance(fact.value, date) and supports(token, fact)
    if token.kind == "name":
        names_slot = (
            fact.unit == "week" and fact.placement and token.text.strip('“”"').lower() == fact.placement.lower()
        )
        return fact.id in token.facts and (fact.unit == "product" or bool(names_slot))
    return False
