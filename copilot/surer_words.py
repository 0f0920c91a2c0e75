"""Surer words: a forecast told as settled, an association as a cause, a supposition or a past event as what is.

"It will sell 15.2 units" of what is expected, "the front page raised sales to 2.5 times" of what went together, "14
launches have yet to be planned" of those that are: nothing but one word makes more of the fact than it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copilot.claims import Bound
from copilot.fact_names import PROVEN
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import Segment
from copilot.tokens import Token

_AUXILIARIES = 2  # words between "will" and the verb: "will then only sell"


def surer_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Return a reason for each word that tells a cited fact as surer, or as more settled, than it is."""
    if not phrases.lexicon.guards:
        return []
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    reasons = _caused_reasons(segment, tokens, phrases)
    if phrases.lexicon.guards_places:
        reasons += _settled_reasons(segment, bound, phrases) + _made_reasons(segment, tokens, phrases)
        reasons += _unplanned_reasons(segment, tokens, phrases) + _existing_reasons(segment, tokens, phrases)
        reasons += _lasting_reasons(segment, tokens, phrases) + _typed_reasons(segment, tokens, phrases)
    return reasons


def _written(token: Token) -> str:
    """Return a word as it is written; the text of a Chinese token may be the English word that the reader looks for."""
    return (token.stem if any(letter > "\u2e80" for letter in token.stem) else token.text).lower()


def _spoken(tokens: Sequence[Token]) -> list[str]:
    return [word for one in tokens if one.kind in ("word", "mark") for word in _written(one).split()]


def _settled_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """What is expected is not what "will" be, without a word of expectation or of chance."""
    guards = phrases.lexicon.guards
    words = {word for clause in segment.clauses for word in _spoken(clause.tokens)}
    if words & (guards["expecting"] | guards["chances"] | guards["possible"] | guards["unreal"]):
        return []
    told = [item for item in bound if item.facts and item.facts[0].unit == "units" and _is_forecast(item.facts[0])]
    reasons = []
    for clause in dict.fromkeys(item.clause for item in told):
        spoken = _spoken(clause.tokens)
        will = [i for i, word in enumerate(spoken) if word in guards["settled"]]
        follows = any({*spoken[i + 1 : i + 2 + _AUXILIARIES]} & guards["settled_verbs"] for i in will)
        reasons += ["settled"] if follows else []
    differs = any(item.facts[0].spec.direction == "delta" for item in told)
    return reasons + [f"settled:{word}" for word in sorted(words & guards["settling"] if differs else ())]


def _is_forecast(fact: Fact) -> bool:
    return fact.spec.tense == "future" and fact.spec.level != PROVEN and fact.unit in ("units", "ratio")


def _caused_reasons(segment: Segment, tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """What sold more while something was so, did not sell more by it: "raised sales", "the benefit of", "grew to"."""
    if not segment.facts or not all(phrases.facts[fact.name].is_association for fact in segment.facts):
        return []
    causing = phrases.lexicon.guards["causing"]
    caused = [f"caused:{word}" for word in dict.fromkeys(_spoken(tokens)) if word in causing]
    return caused + (_acting_reasons(segment, phrases) if phrases.lexicon.guards_places else [])


def _acting_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """A placement that opens a clause and then does something, "turned sales into", is told as the cause."""
    places = {str(fact.placement).lower() for fact in segment.facts if fact.placement}
    opened = [clause.tokens[:2] for clause in segment.clauses if len(clause.tokens) > 1]
    return [
        f"caused:{does.text}"
        for place, does in opened
        if place.kind == "name" and place.text.strip('“”"').lower() in places and does.kind == "word"
        if does.text.lower() not in phrases.lexicon.guards["accompanied"]
    ]


def _made_reasons(segment: Segment, tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """An expected effect beside something else is told as a comparison: "makes it sell 37% more" tells a cause."""
    guards = phrases.lexicon.guards
    if not any(_is_forecast(fact) and fact.spec.direction == "ratio" and fact.placement for fact in segment.facts):
        return []
    stand_ins = phrases.lexicon.reading["pronouns"] | guards["pointing_it"] | guards["modifiers"]
    return [
        f"caused:{made.text}"
        for made, what in pairwise(tokens)
        if made.text.lower() in guards["making"] and (what.kind == "name" or what.text.lower() in stand_ins)
    ]


def _unplanned_reasons(segment: Segment, tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """What is planned is not "to be planned": it has been."""
    guards = phrases.lexicon.guards
    if any(phrases.facts[fact.name].is_supposed for fact in segment.facts):
        return []
    words = _spoken(tokens)
    return [
        f"unplanned:{planned}"
        for before, be, planned in zip(words, words[1:], words[2:], strict=False)
        if before in guards["yet_to"] and be in guards["be"] and planned in guards["plan_acts"]
    ]


def _existing_reasons(segment: Segment, tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """What one more place would be worth at most is supposed: there is none."""
    guards, reading = phrases.lexicon.guards, phrases.lexicon.reading
    if not segment.facts or not all(phrases.facts[fact.name].is_dual for fact in segment.facts):
        return []
    pairs = [*pairwise([*_spoken(tokens), ""])]
    there = [word for word, after in pairs if word in reading["there"] and after in guards["being"]]
    supposed = bool({word for word, _ in pairs} & phrases.lexicon.guards["conditional"])
    aside = [clause.tokens[0].text for clause in segment.clauses if clause.tokens[0].text.lower() in guards["worth"]]
    there += [] if supposed else aside  # "has one more place, worth at most"
    return [f"existing:{word}" for word in (*there, *(word for word, _ in pairs if word in guards["granted"]))]


def _lasting_reasons(segment: Segment, tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """What a past launch sold in its first weeks it does not still sell."""
    outcome = [fact for fact in segment.facts if fact.unit == "units" and fact.spec.tense == "past"]
    if len(outcome) < len(segment.facts):
        return []
    return [f"lasting:{word}" for word in _spoken(tokens) if word in phrases.lexicon.guards["present_sales"]]


def _typed_reasons(segment: Segment, tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """Searches match a product by their words: nobody is known to have typed its name."""
    if not segment.facts or any(fact.unit != "searches per week" for fact in segment.facts):
        return []
    typing = phrases.lexicon.guards["typing"]
    return [
        f"typed:{name.text}" for typed, name in pairwise(tokens) if typed.text.lower() in typing and name.kind == "name"
    ]
