"""Limits that a fact does not set: an interval's end told as certain, four weeks told as all time, multiples as rises.

"Will sell at least 1.5 units" of an 80% interval from 1.5, "has sold 20 units since week 32" of a launch's first four
weeks, "sold 1.11 times more" of 1.11 times as much: every number and name is the fact's, and the sentence says more.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copilot.claims import ENDS, Bound
from copilot.fact_names import PROVEN
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import BRACKET, Clause, Segment

_MULTIPLES = frozenset({"ratio", "multiple"})
_RANGE = "range"


def limit_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Return a reason for each limit, total to date or multiple that no cited fact tells."""
    reasons = _end_reasons(segment, bound, phrases)
    if phrases.lexicon.guards_places:
        reasons += _to_date_reasons(segment, bound, phrases)
        reasons += [reason for item in bound for reason in _multiple_reasons(item, phrases)]
    return reasons


def _end_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """What lies in an interval is likely, and not sure: an end of it is no limit without a word of chance."""
    if _words(segment) & phrases.lexicon.guards["chances"] or _roles(segment) & {"level"}:
        return []
    ends = [item for item in bound if item.number.role in ENDS and item.facts and all(map(_is_likely, item.facts))]
    return [f"limit:{item.number.value:g}" for item in ends if not _is_span(item, ends, segment, phrases)]


def _is_likely(fact: Fact) -> bool:
    return fact.interval is not None and fact.spec.level is not None and fact.spec.level < PROVEN


def _is_span(item: Bound, ends: Sequence[Bound], segment: Segment, phrases: Phrases) -> bool:
    """Say whether an end is told as that of what may be, is expected, or was estimated of the past.

    It stands beside the other end ("could sell as few as 2 or as many as 8", "should sell between 2 and 8"), or a
    forecast "reaches" up to it; in a bracket both belong to the value before it.
    """
    guards = phrases.lexicon.guards
    is_open = bool(_words(segment) & (guards["possible"] | guards["expecting"]))
    if item.number.role == _RANGE:
        past = all(fact.spec.tense != "future" for fact in item.facts)
        return is_open or past or item.clause.opening == BRACKET
    has_both = {one.number.role for one in ends if one.facts[0] is item.facts[0]} >= {"low", "high"}
    beside_value = phrases.lexicon.unspaced and "value" in _roles(segment)  # "20 are expected, at least 8"
    return is_open and (has_both or beside_value or _forecast_reaches(item.clause, phrases))


def _forecast_reaches(clause: Clause, phrases: Phrases) -> bool:
    """Say whether the units that are expected reach to an end, rather than a product: "the expected units reach"."""
    guards, words = phrases.lexicon.guards, [token.text.lower() for token in clause.tokens]
    pairs = pairwise(words) if phrases.lexicon.guards_places else ()
    return any(before in guards["sales"] and word in guards["reaching"] for before, word in pairs)


def _roles(segment: Segment) -> set[str]:
    return {number.role for clause in segment.clauses for number in clause.numbers}


def _words(segment: Segment) -> set[str]:
    tokens = [token for clause in segment.clauses for token in clause.tokens if token.kind in ("word", "mark")]
    written = [part for token in tokens for part in (token.text.lower(), token.stem)]
    return {word for part in written for word in (part, *part.split())}


def _to_date_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """What a launch sold in its first four weeks is not what it sold since, unless the sentence names those weeks."""
    told = [fact for item in bound if item.number.role == "value" for fact in item.facts[:1]]
    if _roles(segment) & {"horizon"} or not any(_is_of_first_weeks(fact, phrases) for fact in told):
        return []
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    dated = {one.at for one, after in pairwise(tokens) if after.kind in ("week", "day")}
    since, to_date = phrases.lexicon.reading["since"], phrases.lexicon.guards["to_date"]
    words = [one for one in tokens if to_date & {*one.text.lower().split()}]
    words += [one for one in tokens if one.at in dated and one.text.lower() in since]
    return [f"span:{token.text}" for token in words]


def _is_of_first_weeks(fact: Fact, phrases: Phrases) -> bool:
    """Say whether a fact tells what was sold in the first weeks after a launch, as its own sentence says."""
    outcome = fact.unit == "units" and fact.spec.tense == "past"
    return outcome and bool(phrases.lexicon.reading["first"] & phrases.facts[fact.name].wording)


def _multiple_reasons(item: Bound, phrases: Phrases) -> list[str]:
    """ "1.11 times more" is more than twice as much; the fact says 1.11 times as much."""
    told = item.facts and item.facts[0].unit == "ratio" and item.number.unit in _MULTIPLES and not item.number.percent
    if not told:
        return []
    skipped = {*phrases.lexicon.units, *phrases.lexicon.guards["as_much"]}
    after = [token for token in item.clause.tokens if token.at > item.number.at and token.text.lower() not in skipped]
    sized = after[:1] if after and phrases.lexicon.word_kinds(after[0].stem) & {"up", "down"} else []
    return [f"multiple:{token.text}" for token in sized]
