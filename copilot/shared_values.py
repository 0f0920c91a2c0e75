"""Shared values: one number, or one state, told of several facts that all have it.

"A and B should each sell 6.7 units [F1][F2]" and "both are waiting to be launched [F1][F2]" are true where every cited
fact is of one name and has just that. Then each fact is stated, and "each" and "both" claim nothing more. "Both" claims
nothing either of two facts of one name whose products are named: "A and B would both lose their slots [F1][F2]".
"""

from __future__ import annotations

from collections.abc import Sequence

from copilot.claims import Bound, matches
from copilot.phrases import Phrases
from copilot.reading import Segment
from copilot.tokens import Token

_PAIR = 2


def sharing_words(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[Token]:
    """Return the words that tell a segment's one number or state of every fact cited in it; none where it is not so."""
    facts = segment.facts
    if len(facts) < _PAIR or len({fact.name for fact in facts}) > 1:
        return []
    values = [item.number for item in bound if item.number.role not in ("level", "horizon")]
    if len(values) > 1 or not all(matches(values[0], fact, phrases) if values else _alike(facts) for fact in facts):
        return []
    words = [token for clause in segment.clauses for token in clause.words]
    of_pair = phrases.lexicon.guards["both"] if len(facts) == _PAIR else frozenset()
    sharing = phrases.lexicon.guards["apiece"] | of_pair
    return [token for token in words if token.text.lower() in sharing]


def _alike(facts: Sequence) -> bool:
    return isinstance(facts[0].value, str) and len({fact.value for fact in facts}) == 1


def pairing_words(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[Token]:
    """Return the "both" of a segment that cites two facts of one name and names what each is of, without a number."""
    facts = segment.facts
    if bound or len(facts) != _PAIR or len({fact.name for fact in facts}) > 1 or facts[0].subject == facts[1].subject:
        return []
    named = [token for clause in segment.clauses for token in clause.mentions if token.kind == "name"]
    called = [{fact.subject_label.lower(), f"#{fact.subject}".lower()} for fact in facts]
    told = [[token for token in named if token.text.strip('“”"').lower() in names] for names in called]
    if not all(told) or len({token.at for tokens in told for token in tokens}) < _PAIR:
        return []
    words = [token for clause in segment.clauses for token in clause.words]
    pairing = phrases.lexicon.guards["both"] & phrases.lexicon.reading["each"]  # "either" is one of them
    return [token for token in words if token.text.lower() in pairing]


def without_shared(
    reasons: Sequence[str], sharing: Sequence[Token], pairing: Sequence[Token], bound: Sequence[Bound]
) -> list[str]:
    """Drop what would be wrong of a number that only one of the facts had, and of a "both" that names two."""
    written = {f"pair:{item.number.value:g}" for item in bound} if sharing else set()
    claimed = {f"{kind}:{token.text}" for token in (*sharing, *pairing) for kind in ("guarded", "subject")}
    return [reason for reason in reasons if reason not in written | claimed]
