"""What some words settle of questions about the plan: two weeks set apart, why so many launches a week, and the past.

The examples know such words from other questions: "better" from products, "why" from a slot, "compare the plan" from
scenarios.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from copilot.changes import Change
from copilot.intents import ABOUT_A_PRODUCT, Intent
from copilot.settled_words import says

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

_OF_WEEKS = ABOUT_A_PRODUCT | frozenset(
    {Intent.RHYTHM, Intent.PLANNED, Intent.EXTREMES, Intent.COMPARE, Intent.COMPARE_PLANS, Intent.WHAT_IF}
)
"""Intents that "is week 47 better than week 48" sounds like."""

_OF_A_NUMBER = ABOUT_A_PRODUCT | {Intent.PLANNED, Intent.WHAT_IF, Intent.RHYTHM, Intent.METHOD, Intent.LEFT_OUT}
"""Intents that "why 14 a week" sounds like."""

_OF_THE_PAST = frozenset(
    {Intent.COMPARE_PLANS, Intent.COMPARE, Intent.CHANGES, Intent.PLANNED, Intent.PAST_SALES, Intent.WHAT_IF}
)
"""Intents that "the plan compared with what we do today" sounds like."""

_OF_NO_LAUNCH = frozenset({Intent.METHOD, Intent.BRIEF, Intent.PRODUCT_SEARCH, Intent.HELP})
"""Intents that stand though a message speaks of launches that take sales from each other."""


_SETTLED_WHOLE = (
    ("decided", Intent.LOCKS),
    ("too_late", Intent.RISKS),
    ("per_week", Intent.FORECAST),
    ("dearest", Intent.EXTREMES),
    ("share_of_plan", Intent.FORECAST),
    ("per_launch", Intent.FORECAST),
    ("launches_each_week", Intent.RHYTHM),
)
"""Words that settle a question about the whole plan: what was decided, what comes too late, what each week sells, and
where one more place is worth most.
"""


def by_words_of_the_plan(
    question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases, weeks: Sequence[date]
) -> Question:
    """Read a message by the words that settle which question about the plan it is; one about a product keeps it.

    Args:
        weeks: of the plan, for those that are named by a bare number.
    """
    found, before = question.entities, previous.entities.products if previous else ()
    about_one = bool(read.named or read.unknown_id or found.products)
    if question.intent not in _OF_NO_LAUNCH and question.change is None and says(question, "cannibal", phrases):
        return _of_each_other(question, about_one=about_one or (question.points_back and bool(before)))
    if not found.products and says(question, "weeks_without", phrases):
        return replace(question, intent=Intent.PLANNED, change=None, of_launches=True, alternatives=())
    if about_one or (question.points_back and before):
        return question
    closes = question.change is not None and (question.change.kind, question.change.amount) in (("cap", 0), ("drop", 0))
    if closes and found.weeks and not found.placements and says(question, "may_rest_week", phrases):
        return replace(question, intent=Intent.RHYTHM, change=None, of_launches=True, alternatives=())
    # "The pizza in week 42 against the pizza in week 45" may be two products of a category.
    may_be_two = question.intent is Intent.COMPARE and bool(read.group_words)
    apart = () if before or may_be_two else _weeks_set_apart(question, phrases, weeks)
    if len(apart) > 1:
        found = replace(found, weeks=apart, numbers=())
        return replace(question, intent=Intent.PLANNED, entities=found, of_launches=True, alternatives=())
    ranked = question.intent is Intent.EXTREMES and says(question, "ranks_parts", phrases)
    if question.intent not in _OF_NO_LAUNCH and not ranked:
        supposes_a_place = bool(found.placements) and question.change is not None  # "what if the end cap had one more"
        for words, intent in _SETTLED_WHOLE:
            if says(question, words, phrases) and not (words == "dearest" and supposes_a_place):
                return replace(question, intent=intent, change=None, of_launches=True, alternatives=())
    rests = not (found.weeks or read.entities.weeks) and says(question, "which_rests", phrases)
    if question.intent not in _OF_NO_LAUNCH and rests:
        return replace(question, intent=Intent.RHYTHM, change=None, of_launches=True, alternatives=())
    if question.intent in _OF_A_NUMBER and says(question, "why_so_many", phrases):
        return _why_so_many(question)
    if question.intent in _OF_THE_PAST and says(question, "against_the_past", phrases):
        return replace(question, intent=Intent.RHYTHM, change=None, alternatives=())
    return question


def _weeks_set_apart(question: Question, phrases: Phrases, weeks: Sequence[date]) -> tuple[date, ...]:
    """Return the weeks that a message weighs as they are planned, rather than by which of them could rest.

    Bare numbers are weeks too where one is called so: "is week 47 better than 48", "which week is busier, 44 or 46".
    """
    found, text, parsing = question.entities, question.text, phrases.parsing
    of_launches = question.change is None and not says(question, "of_the_rhythm", phrases)
    if not of_launches or question.intent not in _OF_WEEKS or not _holds(parsing["weighs"], text):
        return ()
    topics = parsing["topics"]
    assert isinstance(topics, Mapping)
    if not (found.weeks or _holds(topics["week"], text)):
        return ()
    numbered = {float(week.isocalendar().week): week for week in weeks}
    return tuple(dict.fromkeys((*found.weeks, *(numbered[one] for one in found.numbers if one in numbered))))


def _holds(pattern: object, text: str) -> bool:
    return re.search(str(pattern), text, re.IGNORECASE) is not None


def _why_so_many(question: Question) -> Question:
    """Ask for the rhythm and its limit; "why 14 and not 10" supposes the fewer, as no limit holds those back."""
    numbers = question.entities.numbers
    if len(numbers) > 1 and numbers[1] < numbers[0]:
        change = Change("cap", numbers[1])
        return replace(question, intent=Intent.WHAT_IF, change=change, of_launches=True, alternatives=())
    return replace(question, intent=Intent.RHYTHM, change=None, of_launches=True, alternatives=())


def _of_each_other(question: Question, *, about_one: bool) -> Question:
    """Ask what launches do to each other: of one product among its risks, of a category or a week by its rhythm."""
    if about_one:
        return replace(question, intent=Intent.RISKS, of_launches=False, alternatives=())
    parts = question.of_launches or question.entities.groups or question.entities.weeks
    return replace(question, intent=Intent.RHYTHM, alternatives=()) if parts else question
