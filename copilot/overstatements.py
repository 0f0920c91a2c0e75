"""Overstatements: plain words that make more of a fact than it says, by where they stand.

"Most launches are of Sweets" speaks of more than half where "the most launches" are meant; "no launch can be locked" of
what is possible where none is; "costs 7% less" of a price; "without any launch" of all where one is left out; a launch
"that sold the most" of a rank that no past launch on a list has. Each has every number and name right.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copilot.claims import Bound
from copilot.factsheet import WHOLE_SHOP, Fact
from copilot.guards import Licence, licence_of
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment
from copilot.tokens import Token

_AFTER = 3  # tokens from a number to the word that says in which direction: "7% less", "3 units less"


def overstated_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Return a reason for each word that claims more than a cited fact does."""
    licence, reasons = licence_of(segment, phrases), []
    for clause in segment.clauses:
        here = [item for item in bound if item.clause is clause and item.facts]
        reasons += _able_reasons(clause, licence, phrases) + _most_reasons(clause, phrases)
        reasons += _judged_reasons(clause, phrases)
        reasons += _twice_told_reasons(clause, here, phrases) + _any_reasons(clause, segment, phrases)
        reasons += _horizon_reasons(clause, here, phrases)
    return reasons + _ranked_reasons(segment, phrases) + _general_reasons(segment, phrases)


def _words(clause: Clause) -> list[str]:
    return [token.text.lower() for token in clause.tokens]


def _able_reasons(clause: Clause, licence: Licence, phrases: Phrases) -> list[str]:
    """That none is so does not say that none can be: "no launches can be locked", "cannot launch"."""
    able, reasons = phrases.lexicon.guards["able"], []
    none = [token for token in clause.tokens if token.kind == "number" and token.number == 0 and not token.percent]
    none += [token for token in clause.words if "negation" in phrases.lexicon.word_kinds(token.stem)]
    for i, token in enumerate(clause.tokens):
        if none and token.kind == "word" and token.text.lower() in able and not licence.covers(clause, i, phrases):
            reasons.append(f"able:{token.text}")
    return reasons


def _judged_reasons(clause: Clause, phrases: Phrases) -> list[str]:
    """ "Worth 3 units" tells a value; "worth it" and "worth making" judge, which the facts' own phrases do by sign."""
    guards = phrases.lexicon.guards
    return [
        f"judged:{worth.text} {what.text}"
        for worth, what in pairwise(clause.tokens)
        if worth.text.lower() in guards["worth"] and what.text.lower() in guards["judged_worth"]
    ]


def _most_reasons(clause: Clause, phrases: Phrases) -> list[str]:
    """ "Most launches" are more than half; "the most launches" are the largest number."""
    guards, reading = phrases.lexicon.guards, phrases.lexicon.reading
    reasons = []
    for before, most, noun in zip((None, *clause.tokens), clause.tokens, clause.tokens[1:], strict=False):
        opens = before is None or before.kind == "break"
        of_them = noun.text.lower() in reading["of"]
        counts = noun.text.lower() in guards["actors"] | frozenset(phrases.lexicon.units) or of_them
        if opens and counts and most.text.lower() in guards["majority"]:
            reasons.append(f"most:{noun.text}")
    return reasons


def _twice_told_reasons(clause: Clause, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """ "Costs 7% less" speaks of a price, and "loses 3 units less" of a smaller loss: one direction is enough."""
    reasons = []
    for item in bound:
        if item.facts[0].sign is None:
            continue
        before = _without_objects([token for token in clause.tokens if token.at < item.number.at], phrases)
        after = [token for token in clause.tokens if token.at > item.number.at][:_AFTER]
        told = [one for one in after if phrases.lexicon.word_kinds(one.stem) & {"up", "down"}]
        takes = before and before[-1].text.lower() in phrases.lexicon.guards["takes"]
        reasons += [f"direction:{told[0].text}"] if takes and told else []
    return reasons


def _without_objects(tokens: list[Token], phrases: Phrases) -> list[Token]:
    """Return the tokens before whom something costs: "cost the plan 3 units" -> cost."""
    guards = phrases.lexicon.guards
    while tokens and (tokens[-1].kind == "name" or tokens[-1].text.lower() in guards["actors"] | guards["modifiers"]):
        tokens = tokens[:-1]
    return tokens


def _any_reasons(clause: Clause, segment: Segment, phrases: Phrases) -> list[str]:
    """ "Without any launch" of what one product's launch is worth."""
    of_one = [fact for fact in segment.facts if _is_product(fact)]
    if len(of_one) < len(segment.facts):
        return []
    launches = {noun for noun, unit in phrases.lexicon.units.items() if unit in ("launches", "products")}
    reading = phrases.lexicon.reading
    pairs = pairwise(_words(clause))
    return [f"guarded:{word}" for word, noun in pairs if word in reading["any"] and noun in launches]


def _is_product(fact: Fact) -> bool:
    return fact.subject not in WHOLE_SHOP and fact.subject != fact.subject_label


def _horizon_reasons(clause: Clause, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """The plan has no first four weeks of its own: each launch has."""
    of_plan = bool(bound) and all(item.facts[0].subject in WHOLE_SHOP for item in bound)
    horizon = any(number.role == "horizon" for number in clause.numbers)
    own = phrases.lexicon.reading["its"] & {*_words(clause)}
    return ["span:horizon"] if of_plan and horizon and own else []


def _ranked_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """One of several past launches on a list is among the nearest, but not the one that "sold the most"."""
    guards, reasons = phrases.lexicon.guards, []
    one_of = [phrases.facts[fact.name] for fact in segment.facts if phrases.facts[fact.name].is_one_of]
    if len(one_of) < len(segment.facts):
        return []
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    for best, after in pairwise((*tokens, None)):
        ranks = best is not None and best.text.lower() in guards["majority"]
        if best is not None and ranks and (after is None or after.text.lower() not in guards["likeness"]):
            reasons.append(f"superlative:{best.text}")
    return reasons


def _general_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """What went together in the past is not told as a law: "products there sell more", "a launch helps the next"."""
    associated = all(fact.unit == "ratio" and fact.spec.tense == "past" for fact in segment.facts)
    seen = phrases.lexicon.guards["witnessed"]
    told = [clause for clause in segment.clauses if associated and not seen & {*_words(clause)}]
    words = [token for clause in told for token in clause.words]
    return [f"general:{token.text}" for token in words if token.text.lower() in phrases.lexicon.guards["laws"]]
