"""Causes: causal words may stand only between facts that the engine linked."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.factsheet import Fact
from copilot.lexicon import Lexicon
from copilot.phrases import Phrases
from copilot.reading import Segment
from copilot.tokens import Token


def cause_reasons(segments: Sequence[Segment], stated: Sequence[dict[str, int]], phrases: Phrases) -> list[str]:
    """Causal words may stand only between facts that are linked: the cause's links hold the effect."""
    lexicon = phrases.lexicon
    at = {fact_id: position for found in stated for fact_id, position in found.items()}
    facts = {fact.id: fact for segment in segments for fact in segment.facts}
    start = min((token.at for segment in segments for clause in segment.clauses for token in clause.tokens), default=0)
    reasons = []
    for token, effect_first in _causal_words(segments, lexicon):
        if effect_first and token.at == start and _tells_its_cause(segments[0], phrases):
            continue
        before = [facts[fact_id] for fact_id, position in at.items() if position < token.at]
        after = [facts[fact_id] for fact_id, position in at.items() if position > token.at]
        ordered = sorted(after, key=lambda fact: at[fact.id])
        if (
            effect_first and token.text.lower() in lexicon.reading["reason"] and not before
        ):  # "The reason for A is that B"
            causes, effects = ordered[1:], ordered[:1]
        elif token.at == start and effect_first:
            causes, effects = ordered[:1], ordered[1:]
        else:
            causes, effects = (after, before) if effect_first else (before, after)
        if not _linked(causes, effects):
            reasons.append(f"cause:{token.text}")
    return reasons


def _tells_its_cause(segment: Segment, phrases: Phrases) -> bool:
    """Say whether a sentence opens with the cause that its fact tells: "since it would wait, its units count less"."""
    clause = segment.clauses[0]
    causes = all(phrases.facts[fact.name].is_cause for fact in segment.facts) and not clause.numbers
    about = {phrase for fact in segment.facts for phrase in phrases.facts[fact.name].about}
    return causes and any((token.stem,) in about for token in clause.words)


def _causal_words(segments: Sequence[Segment], lexicon: Lexicon) -> list[tuple[Token, bool]]:
    found = _giving_reasons(segments, lexicon)
    for segment in segments:
        tokens = [token for clause in segment.clauses for token in clause.tokens]
        for i, token in enumerate(tokens):
            if token.mark not in ("effect_first", "cause_first"):
                continue
            following = tokens[i + 1] if i + 1 < len(tokens) else None
            since = token.text.lower() in lexicon.reading["since"]
            temporal = since and following is not None and following.kind in ("week", "day")
            if not temporal:
                found.append((token, token.mark == "effect_first"))
    return found


def _giving_reasons(segments: Sequence[Segment], lexicon: Lexicon) -> list[tuple[Token, bool]]:
    """Return each "as" that opens a clause with a verb and a number of its own: ", as products there sold twice"."""
    found, several = [], len({fact.id for segment in segments for fact in segment.facts}) > 1
    for segment in segments:
        for clause in segment.clauses if several and lexicon.guards_places else ():
            first, *rest = clause.tokens
            verbs = [token for token in rest if token.text.lower() in lexicon.guards["verbs"] | lexicon.guards["sales"]]
            nouns = bool(rest) and (rest[0].kind == "name" or rest[0].text.lower() in lexicon.guards["reasoning"])
            opens = clause.opening == "," or clause not in segments[0].clauses[:1]
            if opens and first.text.lower() in lexicon.reading["as"] and nouns and verbs and clause.numbers:
                found.append((first, True))
    return found


def _linked(causes: Sequence[Fact], effects: Sequence[Fact]) -> bool:
    ids = {fact.id for fact in effects}
    return bool(causes) and bool(ids) and all(ids & set(fact.linked) for fact in causes)
