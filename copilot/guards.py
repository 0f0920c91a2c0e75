"""Guards: plain words that claim something where they stand, and so need a fact that is told with them.

"Until" before a week says when, "over" before a number how much, "all" of what, and "take" at the start of a clause
tells the reader to act. None of that is in a number, a name or a direction, which are checked elsewhere. So each stands
only beside a cited fact whose own wordings have the word. A limit must be told as one, a level with its interval, a
change against its base, and a fact with the word that sets it apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.phrases import Phrases
from copilot.reading import Segment
from copilot.tokens import Token

_BASE_REACH = 4  # words between "than" and what a change is taken against: "than with an average placement"
_NEAR = 2  # words between "from" and it: "from its recent level"
_WHEN = frozenset({"week", "day"})
_TIMES = frozenset({"weeks", "days", "months", "years"})


def guard_reasons(segment: Segment, earlier: Sequence[Segment], phrases: Phrases) -> list[str]:
    """Return a reason for each guarded word that no fact cited here is told with, and for what a fact lacks."""
    if not phrases.lexicon.guards:
        return []
    spoken = [phrases.facts[fact.name] for fact in segment.facts]
    worded = frozenset().union(*(one.wording for one in spoken))
    labels = " ".join(re.sub(r"\W+", " ", fact.subject_label) for fact in segment.facts)  # a category may be "Other"
    licensed = worded.union(*(one.known for one in spoken)) | set(phrases.lexicon.stems(labels))
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    openings = {clause.tokens[0].at for clause in segment.clauses if clause.tokens}
    reasons = []
    for i, token in enumerate(tokens):
        if token.kind != "word" or token.stem in licensed:
            continue
        opens = token.at in openings
        if _is_guarded(i, tokens, phrases, opens_clause=opens, opens_sentence=i == 0 and not earlier):
            reasons.append(f"guarded:{token.text}")
    reasons += _linking_reasons(tokens if earlier else (), worded, phrases) + _number_reasons(tokens, phrases)
    reasons += _bound_reasons(segment, phrases) + _level_reasons(segment, phrases)
    return reasons + _base_reasons(segment, tokens, phrases) + _need_reasons(segment, phrases)


def _is_guarded(i: int, tokens: Sequence[Token], phrases: Phrases, *, opens_clause: bool, opens_sentence: bool) -> bool:
    """Say whether the word at `i` claims something there."""
    guards, word = phrases.lexicon.guards, tokens[i].text.lower()
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    after = following.text.lower() if following else ""
    in_all = i > 0 and (tokens[i - 1].text.lower(), word) == ("in", "all")
    any_units = word == "any" and after in phrases.lexicon.units
    says_when = following is not None and following.kind in _WHEN and word in guards["before_weeks"]
    ordinal = "first" in {token.text.lower() for token in tokens[i + 1 : i + 3]} and word in guards["before_first"]
    acts = after in phrases.lexicon.unreal | phrases.lexicon.says and word in guards["before_verbs"]
    return (
        (word in guards["anywhere"] and not (in_all or any_units))
        or says_when
        or ordinal
        or acts
        or (opens_sentence and word in guards["opening"])
        or (opens_clause and word in guards["imperative"])
    )


def _linking_reasons(tokens: Sequence[Token], worded: frozenset[str], phrases: Phrases) -> list[str]:
    """After another fact, "bring" and "means" say that it was the cause, unless this one is always told so."""
    words = [token for token in tokens if token.kind == "word" and token.stem not in worded]
    return [f"cause:{token.text}" for token in words if token.text.lower() in phrases.lexicon.guards["linking"]]


def _number_reasons(tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """A value is not "over" or "well under" itself; "over 4 weeks" is a time."""
    reasons = []
    for token, number, unit in zip(tokens, tokens[1:], (*tokens[2:], None), strict=False):
        is_time = unit is not None and phrases.lexicon.units.get(unit.text.lower()) in _TIMES
        guarded = token.kind == "word" and token.text.lower() in phrases.lexicon.guards["before_numbers"]
        if guarded and number.kind == "number" and _adjoin(token, number) and not is_time:
            reasons.append(f"bound:{token.text}")
    return reasons


def _adjoin(token: Token, following: Token) -> bool:
    return token.at + len(token.text) + 1 == following.at


def _bound_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """What something is at most must not be told as what it is."""
    words = {token.text.lower() for clause in segment.clauses for token in clause.tokens}
    told = bool(words & phrases.lexicon.guards["bounds"])
    told = told or any(segment.holds(phrase) for phrase in phrases.lexicon.phrases["bound_high"])
    return [f"bound:{fact.id}" for fact in segment.facts if phrases.facts[fact.name].is_bound and not told]


def _level_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """A level belongs to an interval: no value is reached with 80% certainty, and no interval with certainty."""
    roles = {number.role for clause in segment.clauses for number in clause.numbers}
    words = {token.text.lower() for clause in segment.clauses for token in clause.tokens}
    has_ends = bool(roles & {"range", "low", "high"})
    named = bool(words & phrases.lexicon.guards["levels"])
    return ["level"] if ("level" in roles and not has_ends) or (named and has_ends and "level" not in roles) else []


def _base_reasons(segment: Segment, tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """What a change is taken against stands after "than" and the like: the base does not sell more than the thing."""
    guards = phrases.lexicon.guards
    stems = tuple(token.stem for token in tokens)
    reasons = []
    for base in {base for fact in segment.facts for base in phrases.facts[fact.name].bases}:
        for i in range(len(stems) - len(base) + 1):
            before = " ".join(token.text.lower() for token in tokens[max(0, i - _BASE_REACH) : i]).split()
            near = set(before[-_NEAR:]) & guards["against_near"]
            if stems[i : i + len(base)] == base and not (near or set(before) & guards["against"]):
                reasons.append(f"base:{' '.join(base)}")
    return reasons


def _need_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """A fact that is told without the word that sets it apart tells another one: "more" launches, a "median"."""
    said = set(segment.stems)
    reasons = []
    for fact in segment.facts:
        spoken = phrases.facts[fact.name]
        asked = bool(spoken.needs) and (not spoken.needs_beside or bool(spoken.needs_beside & said))
        if asked and not spoken.needs & said:
            reasons.append(f"incomplete:{fact.id}")
    return reasons
