"""Turns about what the answer before listed: "why is the second one there?", "why that one?", "and the third?"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.intents import MAY_INHERIT, Intent
from copilot.message_spacing import says_only

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

_RANKS = frozenset({Intent.EXTREMES})
_ASKS_WHY = frozenset({Intent.WHY_HERE, Intent.WHY_NOT, Intent.COMPARE})


def of_the_told(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question | None:
    """Read "the second one", or "that one" after a ranking, as a product that the answer before listed, or None.

    Why one of them is better than the others sets it beside the first of these.
    """
    if previous is None or _names_other(question, read):
        return None
    if len(previous.entities.weeks) > 1:
        return _of_the_weeks(question, previous, phrases)
    told = previous.told_products
    if not told:
        return None
    place, left = _place(question.text, len(told), phrases)
    alone = place is not None and says_only(left, str(phrases.parsing["asks_alone"]), phrases.lexicon)
    if place is None and not previous.entities.products and _points_at_one(question, previous, phrases):
        place = 0
    if place is None:
        return None
    product, others = told[place], tuple(one for one in told if one != told[place])
    asks_why = question.intent in _ASKS_WHY or _says("asks_why_alone", question.text, phrases)
    if asks_why and others and _says("says_better", question.text, phrases):
        return replace(_of_both(question, product, others[0]), told_products=told)
    intent = question.intent if question.intent in MAY_INHERIT and not alone else _asked_before(previous, phrases)
    intent = Intent.WHY_HERE if _says("asks_why_alone", question.text, phrases) else intent
    found = replace(question.entities, products=(product,), numbers=())
    kept = {"named": ((product,),), "alternatives": (), "of_launches": False, "points_back": False}
    return replace(question, intent=intent, entities=found, told_products=told, beside=others[:1], **kept)


def _of_the_weeks(question: Question, previous: Question, phrases: Phrases) -> Question | None:
    """Read "the second one" after several weeks were told of as the second of them, or None."""
    weeks, found = previous.entities.weeks, question.entities
    place, _ = _place(question.text, len(weeks), phrases)
    if place is None or found.weeks or previous.entities.products:
        return None
    of_one = replace(previous.entities, weeks=(weeks[place],), text=found.text)
    return replace(question, intent=Intent.PLANNED, entities=of_one, of_launches=True, alternatives=())


def why_the_told(text: str, previous: Question | None, phrases: Phrases) -> Question | None:
    """Read "why?" after a week or category was told as the strongest as asking what makes it so, or None."""
    if previous is None or previous.intent not in _RANKS:
        return None
    if not (previous.told_weeks or previous.told_placements or previous.told_groups):
        return None
    if not _says("asks_why_alone", text, phrases):
        return None
    before = previous.goes_back_to or previous.text
    return replace(previous, text=text, goes_back_to=before, wish="", mended=False, stopped=False, variation=0)


def why_of_two(question: Question, phrases: Phrases) -> bool:
    """Say whether a message about one of two products compared asks why it is the better one."""
    return question.intent in _ASKS_WHY and _says("says_better", question.text, phrases)


def alone_after(previous: Question, phrases: Phrases) -> Intent:
    """Return what "and the second one?" asks: why, where the question before did, or else where it is planned."""
    return Intent.WHY_HERE if _says("why_word", previous.text, phrases) else Intent.PLANNED


def _asked_before(previous: Question, phrases: Phrases) -> Intent:
    about_one = bool(previous.entities.products) and previous.intent in MAY_INHERIT
    return previous.intent if about_one else alone_after(previous, phrases)


def _of_both(question: Question, first: str, second: str) -> Question:
    found = replace(question.entities, products=(first, second), numbers=())
    return replace(question, intent=Intent.COMPARE, entities=found, named=((first,), (second,)), alternatives=())


def _points_at_one(question: Question, previous: Question, phrases: Phrases) -> bool:
    """Say whether a message speaks of the one product that a ranking led with, or that was told alone."""
    leads = previous.intent in _RANKS or len(previous.told_products) == 1
    refers = re.search(str(phrases.parsing["refers"]), question.text, re.IGNORECASE) is not None
    points = (question.points_back or refers) and question.intent in MAY_INHERIT and not question.of_launches
    return leads and (points or _says("asks_why_alone", question.text, phrases))


def _names_other(question: Question, read: ReadMessage) -> bool:
    found = question.entities
    return bool(read.named or read.rest or read.group_words or read.unknown_id or found.products or found.groups)


def _place(text: str, n: int, phrases: Phrases) -> tuple[int | None, str]:
    """Return the place in a list that a message names, from 0 on, if the list has it, and the rest of the text."""
    match = re.search(str(phrases.parsing["of_nth"]), text, re.IGNORECASE)
    if match is None:
        return None, text
    written = next(filter(None, match.groups())).casefold()
    words = str(phrases.parsing["places_in_list"]).split()
    place = n - 1 if written == str(phrases.parsing["last_in_list"]) else _number(written, words) - 1
    return (place if 0 <= place < n else None), text.replace(match[0], " ")


def _number(written: str, words: list[str]) -> int:
    digits = re.match(r"\d+", written)
    return int(digits[0]) if digits else words.index(written) + 1


def _says(key: str, text: str, phrases: Phrases) -> bool:
    return re.search(str(phrases.parsing[key]), text, re.IGNORECASE) is not None
