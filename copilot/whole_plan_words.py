"""Words that settle what is asked of the whole plan or shop where no product is named.

When the plan begins, what launches first, what each category holds, what shoppers search for and who they are: the
examples know such words from other questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from copilot.intents import Intent
from copilot.settled_words import says

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

_OF_A_SPAN = frozenset(
    {Intent.PLANNED, Intent.DATA, Intent.HELP, Intent.METHOD, Intent.CHANGES, Intent.RHYTHM, Intent.OUT_OF_SCOPE}
    | {Intent.FORECAST, Intent.LEFT_OUT}
)
"""Intents that "when does the plan start" sounds like."""

_OF_THE_FIRST = frozenset(
    {Intent.HELP, Intent.PLANNED, Intent.EXTREMES, Intent.RHYTHM, Intent.OUT_OF_SCOPE, Intent.LEFT_OUT}
    | {Intent.WHY_HERE, Intent.UNMET_DEMAND, Intent.WHAT_IF, Intent.WHAT_IF_MOVE, Intent.PRODUCT_SEARCH}
)
"""Intents that "what should I launch first" sounds like."""

_OF_SHOPPERS = frozenset(
    {Intent.AUDIENCE, Intent.OUT_OF_SCOPE, Intent.HELP, Intent.DATA, Intent.SEARCH_DEMAND, Intent.UNMET_DEMAND}
)
_OF_EACH = frozenset({Intent.PLANNED, Intent.RHYTHM, Intent.FORECAST, Intent.EXTREMES, Intent.OUT_OF_SCOPE})


def by_words_of_the_whole(
    question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases, weeks: Sequence[date]
) -> Question:
    """Read a message that names no product by the words that settle what it asks of the whole.

    Args:
        weeks: of the plan, whose first and last are meant by "what launches first" and "last".
    """
    found, intent = question.entities, question.intent
    before = previous.entities.products if previous else ()
    names_one = read.named or read.unknown_id or found.products or (question.points_back and before)
    if names_one or question.change is not None:
        return question
    if intent in _OF_SHOPPERS and not (before or found.groups or read.rest or read.group_words):
        if says(question, "searches_overall", phrases):
            return _of_all(question, Intent.SEARCH_DEMAND)
        if says(question, "customers", phrases):
            return _of_all(question, Intent.AUDIENCE)
    if intent is not Intent.OUT_OF_SCOPE and not before and says(question, "stock_in_all", phrases):
        return replace(question, intent=Intent.DATA, alternatives=())
    if found.weeks or found.unknown_weeks:
        return question
    if intent in _OF_A_SPAN and says(question, "plan_span", phrases):
        return _of_all(question, Intent.PLANNED)
    for key, week in (("launches_first", weeks[:1]), ("launches_last", weeks[-1:])):
        if week and intent in _OF_THE_FIRST and says(question, key, phrases):
            return _of_all(replace(question, entities=replace(found, weeks=tuple(week))), Intent.PLANNED)
    if intent in _OF_EACH and says(question, "per_part", phrases) and not (found.groups or found.placements):
        return _of_all(question, Intent.FORECAST if says(question, "units_told", phrases) else Intent.PLANNED)
    return question


def _of_all(question: Question, intent: Intent) -> Question:
    return replace(question, intent=intent, of_launches=True, alternatives=())
