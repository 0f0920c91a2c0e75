"""Origins: what is simulated must not be told as observed, nor what was observed as simulated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import Segment
from copilot.tokens import Token


def origin_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """Return a reason for each word that says of all the facts cited here what none of them is."""
    guards = phrases.lexicon.guards
    if not guards:
        return []
    simulated = {fact.source.simulated for fact in segment.facts}
    false = guards["real"] if simulated == {True} else guards["simulated"] if simulated == {False} else frozenset()
    return [f"origin:{token.text}" for token in _tokens(segment) if _written(token) & false]


def observed_reasons(segments: Sequence[Segment], phrases: Phrases) -> list[str]:
    """Return a reason for each simulated fact that a sentence gives to people, or to the data, without saying so.

    "Searches that match A" may be the log's; who "searched 12 times" was seen to do so.
    """
    guards = phrases.lexicon.guards
    if not guards or any(_written(token) & guards["simulated"] for one in segments for token in _tokens(one)):
        return []
    reasons = []
    for segment in segments:
        seen = any(_is_seen(token, phrases) for token in _tokens(segment))
        invented = [fact for fact in segment.facts if fact.source.simulated and (seen or fact.unit == "rows")]
        reasons += [f"origin:{fact.id}" for fact in invented]
    return reasons


def with_origin(text: str, facts: Sequence[Fact], phrases: Phrases) -> str:
    """Return a sentence that says of each simulated fact that it is so, where its writer left that out.

    The mark stands before the citation of the fact, as in the fact's own sentence.
    """
    simulated = [fact for fact in facts if fact.source.simulated]
    said = any(word in text.lower() for word in phrases.lexicon.guards.get("simulated", ()))
    if not simulated or said:
        return text
    blank = "" if phrases.lexicon.unspaced else " "
    mark = blank + phrases.message("unit.aside", text=phrases.message("unit.simulated_log"))
    return re.sub(rf"\s*(?=\[[^\]]*\b{simulated[-1].id}\b[^\]]*\])", f"{mark} ", text, count=1)


def _is_seen(token: Token, phrases: Phrases) -> bool:
    """Say whether a word names people: those whom the numbers count are seen to do what they are told to do."""
    word = token.text.lower() if not phrases.lexicon.unspaced else token.stem or token.text
    return phrases.lexicon.units.get(word) == "people" or word in phrases.lexicon.guards["nobody"]


def _tokens(segment: Segment) -> list[Token]:
    return [token for clause in segment.clauses for token in clause.tokens if token.kind not in ("name", "week", "day")]


def _written(token: Token) -> set[str]:
    return {*token.text.lower().split(), token.stem}
