"""Conditions: what another plan would do is told of that plan, and what is to come is not told as what is.

"It is left out of the plan" speaks of the plan itself where the fact is of the best other one; "it will lose its slot"
of what is decided where the fact supposes a change; "demand is 13% above its recent level" of today where the fact is
of the week of the launch. Each has every name, number and direction right.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile

from copilot.claims import Bound
from copilot.fact_names import PROVEN
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import Segment
from copilot.tokens import Token


def condition_reasons(segments: Sequence[Segment], bound: Sequence[Sequence[Bound]], phrases: Phrases) -> list[str]:
    """Return a reason for each fact that is told without the other plan, the change or the time that it is of."""
    if not phrases.lexicon.guards:
        return []
    words = {word for segment in segments for word in _spoken(segment)}
    supposed = any(_supposes(segment, phrases) for segment in segments)
    unreal = bool(words & phrases.lexicon.guards["unreal"])
    pointed = unreal and bool(words & phrases.lexicon.guards["pointing_back"])
    reasons = []
    for segment, items in zip(segments, bound, strict=True):
        for fact in segment.facts:
            told = phrases.facts[fact.name]
            decided = told.is_supposed and not unreal and _is_decided(fact, segment, phrases)
            if not supposed and ((told.of_other_plan and not pointed) or decided):
                reasons.append(f"condition:{fact.id}")
            if told.is_ahead and not _is_told_ahead(fact, segment, items, phrases):
                reasons.append(f"ahead:{fact.id}")
    return reasons


def _written(token: Token) -> str:
    """Return a word as it is written: the text of a Chinese token may be the English word that the reader looks for."""
    return (token.stem if any(letter > "\u2e80" for letter in token.stem) else token.text).lower()


def _spoken(segment: Segment) -> list[str]:
    """Return the words of a segment, those of phrases among them; empty where a name, a number or a break stands."""
    words: list[str] = []
    for clause in segment.clauses:
        words.append("")
        for token in clause.tokens:
            words += _written(token).split() if token.kind in ("word", "mark") else [""]
    return words


def _supposes(segment: Segment, phrases: Phrases) -> bool:
    """Say whether a segment names a change or another plan: "if", "with it moved", "that change", "the other plan"."""
    guards, words = phrases.lexicon.guards, _spoken(segment)
    if any(word in guards["conditions"] for word in words) or _acts_first(words, phrases):
        return True
    for i, word in enumerate(words):
        ranks = takewhile(lambda one: one in guards["other_plans"] | guards["ranks"], reversed(words[:i]))
        if word in guards["plan"] and guards["other_plans"].intersection(ranks):
            return True
        if word in guards["change"] and words[i - 1] in guards["pointing_change"]:
            return True
    return any(_opens_with(clause.tokens, phrases) for clause in segment.clauses)


def _acts_first(words: Sequence[str], phrases: Phrases) -> bool:
    """Say whether something done is told before what comes of it: "moving it will cost", but not "it will, moving"."""
    guards = phrases.lexicon.guards
    first = next((i for i, word in enumerate(words) if word in guards["decided"]), 0)
    endings = tuple(phrases.lexicon.reading["gerund"])
    return any(
        word in guards["acts"] or (bool(endings) and word.endswith(endings) and word not in guards["no_acts"])
        for word in words[:first]
    )


def _opens_with(tokens: Sequence[Token], phrases: Phrases) -> bool:
    """Say whether a clause opens with "with" or "without" a product or what was named, but not "with this plan"."""
    guards = phrases.lexicon.guards
    if len(tokens) < 2 or _written(tokens[0]) not in guards["with"]:
        return False
    after = tokens[2] if len(tokens) > 2 else None
    counts = after is not None and (after.kind == "number" or _written(after) in guards["plan"])
    return tokens[1].kind == "name" or (_written(tokens[1]) in guards["pointing_it"] and not counts)


def _is_decided(fact: Fact, segment: Segment, phrases: Phrases) -> bool:
    """Say whether a supposition is told with "will"; what a launch "will sell" is its forecast."""
    guards = phrases.lexicon.guards
    forecast = guards["sold"] if fact.spec.level not in (None, PROVEN) else frozenset()
    pairs = pairwise([*_spoken(segment), ""])
    return any(word in guards["decided"] and after not in forecast for word, after in pairs)


def _is_told_ahead(fact: Fact, segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> bool:
    """Say whether a word of the future stands in the clause of a fact's number, or before it in one without numbers."""
    counted = [item.clause for item in bound if fact in item.facts]
    clauses = [one for one in segment.clauses if not counted or one in counted or not one.numbers]
    lexicon = phrases.lexicon
    kinds = {
        kind
        for clause in clauses
        for token in clause.tokens
        if token.kind in ("word", "mark")
        for word in _written(token).split()
        for kind in lexicon.word_kinds(lexicon.stem(word))
    }
    return "future" in kinds
