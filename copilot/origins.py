"""Origins: what is simulated must not be told as observed, nor what was observed as simulated."""

from __future__ import annotations

from copilot.phrases import Phrases
from copilot.reading import Segment


def origin_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """Return a reason for each word that says of all the facts cited here what none of them is."""
    guards = phrases.lexicon.guards
    if not guards:
        return []
    simulated = {fact.source.simulated for fact in segment.facts}
    false = guards["real"] if simulated == {True} else guards["simulated"] if simulated == {False} else frozenset()
    tokens = [token for clause in segment.clauses for token in clause.tokens if token.kind in ("word", "mark")]
    return [f"origin:{token.text}" for token in tokens if {*token.text.lower().split(), token.stem} & false]
