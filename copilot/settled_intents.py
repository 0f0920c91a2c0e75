"""What a message holds settles what it asks, beside how it sounds: a slot to move to, two products, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.catalogue_names import words_of
from copilot.category_reading import ABOUT_ONE
from copilot.changes import Change
from copilot.intents import ABOUT_A_PRODUCT, Intent

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

NEXT_SHARE = 0.25  # of the likeliest one's share, from which the next reading goes before one that lacks its product

SURE = 0.7  # confidence from which a reading stands though the message holds none of its cues

LEANING = 0.5  # confidence below which a message sounds like several things

WEIGHED_UP = frozenset({Intent.FORECAST, Intent.SIMILAR, Intent.DRIVERS, Intent.WHAT_IF})
"""Intents that two products and a word that weighs them up turn into a comparison."""


_OF_A_GAP = frozenset({Intent.DATA, Intent.CONFIDENCE, Intent.CHANGES})
"""Intents that the gap between two products sounds like."""


def weighed_up(question: Question, read: ReadMessage, phrases: Phrases) -> Question:
    """Read two products set against each other as a comparison: "bark or gingerbread, if you could keep one"."""
    two = len(set(read.named)) == 2 and question.intent in WEIGHED_UP and question.change is None
    weighs = re.search(str(phrases.parsing["weighs_two"]), question.text, re.IGNORECASE) is not None
    gap = question.intent in _OF_A_GAP and len(set(read.named)) == 2
    if gap and re.search(str(phrases.parsing.get("weighs_gap", "(?!)")), question.text):
        return replace(question, intent=Intent.COMPARE, alternatives=())
    return replace(question, intent=Intent.COMPARE, alternatives=()) if two and weighs else question


def side_by_side(question: Question, read: ReadMessage, phrases: Phrases) -> Question:
    """Read a message that sounds like nothing for sure, and names several products plainly, as a comparison.

    "The regular hot dogs, not the turkey ones" is about the first alone.
    """
    plain = len(set(read.named)) > 1 and all(len(meant) == 1 for meant in read.named)
    unsure = question.confidence < LEANING and question.intent is not Intent.OUT_OF_SCOPE
    apart = re.search(str(phrases.parsing["one_not_other"]), question.text, re.IGNORECASE) is not None
    compares = plain and unsure and question.change is None and not apart
    return replace(question, intent=Intent.COMPARE, alternatives=()) if compares else question


def without_their_kind(question: Question) -> Question:
    """Leave out what only says of which kind the products of a comparison are.

    Of "two pizzas, the cheese or the pepperoni" the pizzas could mean each of the others that the message names.
    """
    named = tuple(dict.fromkeys(question.named))
    kinds = [one for one in named if sum(set(other) < set(one) for other in named) > 1]
    kept = tuple(one for one in named if one not in kinds)
    return replace(question, named=kept) if question.intent is Intent.COMPARE and kinds and len(kept) > 1 else question


def with_the_other_kind(
    question: Question, read: ReadMessage, phrases: Phrases, named_by: Callable[[Sequence[str]], tuple[str, ...]]
) -> Question:
    """Read "red or green grapes" as two products of a comparison, where only the second is named in full."""
    pattern = phrases.parsing.get("other_kind")
    if not pattern or question.intent is not Intent.COMPARE or len(set(question.named)) != 1 or len(read.rest) < 2:
        return question
    said = str(pattern).format(r"\W+".join(map(re.escape, read.rest)))
    match = re.search(said, question.text, re.IGNORECASE)
    other = named_by((match[1].casefold(), *read.rest[1:])) if match else ()
    return replace(question, named=(other, *question.named)) if other and other not in question.named else question


def by_its_parts(question: Question, read: ReadMessage, holds_cue: Callable[[Intent, str], bool]) -> Question:
    """Settle between near intents by what a message holds: a slot to move to, two products, a negative word.

    `holds_cue` says whether a message holds a cue of an intent.
    """
    found, intent = question.entities, question.intent
    slots = [one for one in (*found.weeks, *found.placements) if one not in found.without]
    moves = bool(slots or found.unknown_weeks) or found.shift_weeks is not None
    n_names = names_of(read)
    swaps = question.change is not None and question.change.kind == "swap" and n_names == 1  # "swap it onto the wrap"
    supposes = intent is Intent.WHAT_IF and (question.change is None or swaps) and moves
    unsure_pair = intent is Intent.COMPARE and n_names > 1 and question.confidence < SURE
    slots_apart = len(found.weeks) > 1 or len(found.placements) > 1
    of_one = n_names == 1 and [len(meant) for meant in read.named] == [1]
    if intent is Intent.COMPARE and slots_apart and of_one:
        intent = Intent.WHAT_IF_MOVE  # "sour cream chips, from week 48 to 44: better or worse?"
    elif intent is Intent.WHAT_IF_MOVE and slots_apart and not of_one and holds_cue(Intent.COMPARE, question.text):
        intent = Intent.COMPARE  # "the pizza in week 42 against the one in week 45"
    elif n_names == 1 and (supposes or (intent is Intent.PLANNED and found.shift_weeks is not None)):
        intent, question = Intent.WHAT_IF_MOVE, replace(question, change=None)
    elif intent is Intent.WHAT_IF_MOVE and n_names > 1 and not moves:
        intent = Intent.WHAT_IF
    elif unsure_pair and not holds_cue(intent, question.text):
        others = (one for one, _ in question.alternatives if one not in (intent, Intent.OUT_OF_SCOPE))
        intent = next(others, intent)
    elif intent is Intent.WHY_NOT and question.confidence < SURE and not holds_cue(Intent.WHY_NOT, question.text):
        asks_why = holds_cue(Intent.WHY_HERE, question.text)
        intent = Intent.WHY_HERE if asks_why and n_names else intent
    return question if intent is question.intent else replace(question, intent=intent, alternatives=())


def without_a_product(question: Question, read: ReadMessage, previous: Question | None) -> Question:
    """Read a message that names no product as the next likely intent that needs none."""
    names = read.named or read.rest or read.group_words or read.unknown_id or question.points_back
    if question.intent not in ABOUT_ONE or names or question.entities.products:
        return question
    if previous is not None and previous.entities.products:
        return question
    if previous is None and question.intent is Intent.WHAT_IF_MOVE and question.entities.shift_weeks is not None:
        return question  # "two weeks later?" asks back of what
    shares = dict(question.alternatives)
    least = NEXT_SHARE * shares.get(question.intent, 1.0)
    other = next((i for i, share in shares.items() if i not in ABOUT_A_PRODUCT and share >= least), None)
    return replace(question, intent=other, alternatives=()) if other else question


def names_of(read: ReadMessage) -> int:
    """Return how many products a message names, counting words that may name one loosely."""
    loosely = bool(read.group_words) or (bool(read.rest) and any("PRODUCT" in one for one in read.readings))
    return len(set(read.named)) or int(loosely)


def barred(question: Question) -> Question:
    """Read "launch it, but not in week 48" as keeping a product out of there, and a move as going where it may.

    "Why week 41 and not week 42?" asks about week 42.
    """
    found = question.entities
    left = tuple(week for week in found.weeks if week not in found.without)
    if question.intent is Intent.WHAT_IF_MOVE and left:
        found = replace(found, weeks=left)
        question = replace(question, entities=found)
    asked = tuple(week for week in found.weeks if week in found.without)
    contrasts = question.intent is Intent.WHY_NOT or (question.intent is Intent.WHY_HERE and bool(question.named))
    if contrasts and asked and left:  # "why week 41 and not week 42?", "why week 41 rather than week 42?"
        return replace(
            question, intent=Intent.WHY_NOT, entities=replace(found, weeks=asked, without=()), alternatives=()
        )
    slots = (*found.weeks, *found.placements)
    all_barred = bool(slots) and all(one in found.without for one in slots)
    if question.intent is Intent.WHY_NOT and all_barred:  # "why not in week 48?" asks about week 48
        return replace(question, entities=replace(found, without=()))
    supposes = question.intent in (Intent.WHAT_IF, Intent.WHAT_IF_MOVE) and question.change is None
    if supposes and all_barred and (found.products or question.ambiguous_products):
        return replace(question, intent=Intent.WHAT_IF, change=Change("drop"), alternatives=())
    return question


def is_bare(read: ReadMessage) -> bool:
    """Say whether a message only names something: "red grapes", "week 44"."""
    masked = read.readings[-1] if read.readings else read.entities.text
    left = re.sub(r"\b(?:PRODUCT|WEEK|PLACEMENT|GROUP)\b", " ", masked)
    return left != masked and not words_of(left)
