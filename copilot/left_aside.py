"""What a list leaves aside: "the launches in week 42 except donuts" is about week 42, and not about the donuts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.intents import Intent

if TYPE_CHECKING:
    from copilot.entities import EntityReader, ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

_LISTS = frozenset({Intent.PLANNED, Intent.EXTREMES})
"""Intents that tell of several launches, so that a name after a negation is none of them."""


def as_a_list(question: Question, read: ReadMessage, phrases: Phrases) -> Question:
    """Read "what is in week 42, without candy" as a list that leaves candy out, not as a plan without candy."""
    change, found = question.change, question.entities
    left_out = read.left_aside or set(found.without).intersection(found.groups)
    supposes_drop = question.intent is Intent.WHAT_IF and change is not None and change.kind == "drop"
    # "List week 43 without cards" is not about what was left out of the plan, either.
    of_a_slot = question.intent is Intent.LEFT_OUT and bool(found.weeks or found.placements)
    lists = re.search(str(phrases.parsing.get("lists_what_is", "(?!)")), found.text, re.IGNORECASE)
    if not ((supposes_drop or of_a_slot) and left_out and lists):
        return question
    return replace(question, intent=Intent.PLANNED, change=None, alternatives=())


def without_their_names(question: Question, read: ReadMessage, reader: EntityReader) -> tuple[Question, ReadMessage]:
    """Take what a list leaves aside off the names that it is about.

    A category of that name is left out, or else the candidates that are called so in any size.
    """
    found = question.entities
    if question.intent not in _LISTS or not read.left_aside:
        return question, read
    meant = {ids for _, ids in read.left_aside}
    named = tuple(ids for ids in read.named if ids not in meant)
    barred = {word for words, _ in read.left_aside for word in words}
    left_out: list[str] = []
    barred_groups: list[str] = []
    for words, ids in read.left_aside:
        groups, n_words = reader.loose_groups(words)
        if n_words == len(words):
            barred_groups += groups
            continue
        exact = set(reader.names.waiting_named(words)).intersection(ids)  # "seasonal cards" are not all cards
        left_out += (one for one in ids if reader.names.any_waiting((one,)) and (one in exact or not exact))
        left_out += reader.names.waiting_headed(words)
    read = replace(
        read,
        named=named,
        same_title=() if read.same_title in meant else read.same_title,
        rest=tuple(word for word in read.rest if word not in barred),
    )
    off = {one for ids in meant for one in ids}
    found = replace(
        found,
        products=tuple(one for one in found.products if one not in off),
        groups=tuple(dict.fromkeys((*found.groups, *barred_groups))),
        without=tuple(dict.fromkeys((*found.without, *barred_groups, *left_out))),
    )
    return replace(question, entities=found, named=named), read
