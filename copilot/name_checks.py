"""Names: those of a sentence, its weeks and its days must be those of the cited facts, and belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.claims import supports
from copilot.directions import is_reversed
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import BRACKET, Clause, Segment
from copilot.tokens import Token


def company_reasons(segment: Segment, in_order: frozenset[int] = frozenset()) -> list[str]:
    """Names and weeks that stand together must belong to one fact: A's week is not B's.

    A clause that only says when ("In week 43, ...") stands together with the next one. The two sides of a comparison
    belong to two facts. What is listed `in_order`, one for each name of a list, stands with its name alone.
    """
    reasons = []
    before: tuple[Token, ...] = ()
    for clause in segment.clauses:
        together = tuple(token for token in (*before, *clause.mentions) if token.at not in in_order)
        when_only = bool(clause.mentions) and all(token.kind != "name" for token in clause.mentions)
        when_only = when_only and clause.opening != BRACKET
        before = clause.mentions if when_only and not clause.numbers and len(clause.words) <= 1 else ()
        if len(together) < 2 or clause.marks("than"):
            continue
        if not any(all(supports(token, fact) for token in together) for fact in segment.facts):
            reasons.append(f"together:{together[-1].text}")
    return reasons


def mention_reasons(clause: Clause, segment: Segment, phrases: Phrases) -> list[str]:
    """Names, weeks and days must be those of the facts cited in the segment; a second product stands where one may."""
    return [
        f"{token.kind}:{token.text}"
        for token in clause.mentions
        if not any(supports(token, fact) and _may_stand(token, fact, clause, phrases) for fact in segment.facts)
    ]


def _may_stand(token: Token, fact: Fact, clause: Clause, phrases: Phrases) -> bool:
    """Say whether a name may stand where it does: what is said of a past launch is not said of the product like it.

    Of two that are compared, the fact's subject stands before "than"; where a thing stands is no product's name.
    """
    at = clause.tokens.index(token)
    plain = token.text.strip('“”"').lower()
    is_subject = plain in (fact.subject_label.lower(), f"#{fact.subject}".lower())
    after_place = at > 0 and clause.tokens[at - 1].text.lower() in phrases.lexicon.places
    if is_subject and after_place and fact.placement and plain != fact.placement.lower():
        return False
    if token.kind in ("week", "day") and fact.other_week is not None and fact.sign:
        return _on_its_side(token, fact, clause)
    is_number = token.text.startswith("#")
    if fact.other_label.lower() == fact.subject_label.lower() and not is_number:
        return True  # their numbers tell them apart
    if is_number and at > 0 and clause.tokens[at - 1].kind == "name":
        at -= 1
    if at > 0 and fact.other_label:
        barred = phrases.facts[fact.name].not_after.get("subject" if is_subject else "other", ())
        if clause.tokens[at - 1].text.lower() in barred:
            return False
    if token.kind != "name" or not (fact.other_label and (fact.other or phrases.facts[fact.name].other_after)):
        return True
    if is_reversed(clause, fact, phrases):
        return True
    than = clause.marks("than")
    if plain not in (fact.other_label.lower(), f"#{fact.other}".lower()):
        return not (than and fact.sign is not None and token.at > than[0].at and token.facts == {fact.id})
    related = _is_related([one.text for one in clause.tokens[max(0, at - 2) : at]] or [clause.opening], fact, phrases)
    return related and not (than and fact.sign is not None and token.at < than[0].at)


def _on_its_side(token: Token, fact: Fact, clause: Clause) -> bool:
    """Say whether a week stands on its side of "than": the one that a difference is told of before it, or alone."""
    than = clause.marks("than")
    if not than:
        return supports(token, replace(fact, other_week=None))
    after = token.at > than[0].at
    return supports(token, replace(fact, week=fact.other_week if after else fact.week, other_week=None))


def _is_related(before: Sequence[str], fact: Fact, phrases: Phrases) -> bool:
    """Say whether the words before a second product's name relate it to the fact's subject."""
    own = phrases.facts[fact.name].other_after
    if own:
        stems = tuple(stem for found in before for stem in phrases.lexicon.stems(found))
        return any(stems[-len(phrase) :] == phrase for phrase in own)
    written = " ".join(before).lower()
    return any(written == word or written.endswith(f" {word}") for word in phrases.lexicon.relation)
