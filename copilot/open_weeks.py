"""Ranges of weeks: "before week 43" and "until Halloween" are the plan's weeks there, "from .. to .." those between.

What lists or counts launches is asked of each of them; "the week before week 43" is one week, which is read before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from copilot.intents import Intent
from copilot.settled_words import says

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

_OF_SEVERAL = frozenset(
    {Intent.PLANNED, Intent.EXTREMES, Intent.FORECAST, Intent.REVENUE, Intent.RHYTHM, Intent.LEFT_OUT, Intent.RISKS}
)
"""Intents that list or count the launches of several weeks."""

_LIMITS = ("cap", "drop")  # a drop of no product closes the weeks
_WEEK = timedelta(weeks=1)


def in_open_weeks(question: Question, read: ReadMessage, phrases: Phrases, plan_weeks: Sequence[date]) -> Question:
    """Read a week with "before" or "and later" as the plan's weeks on that side of it.

    Where the plan has none there, the week next to the named one stands for them, which no plan has either. An end that
    is named and lies outside stays among the weeks.
    """
    found, named = question.entities, read.entities.weeks
    words = phrases.parsing.get("open_weeks", {})
    assert isinstance(words, Mapping)
    of_one = found.products or question.ambiguous_products or question.product_words
    limits = question.change is not None and question.change.kind in _LIMITS
    fits = (limits or (question.intent in _OF_SEVERAL and question.change is None)) and not of_one
    fresh = bool(named) and found.weeks == named and not set(named) & set(found.without)
    if not fits or not fresh or not plan_weeks:
        return question
    weeks = _from_to(read.entities.text, named, words)
    if weeks is None and not limits and not _of_a_rest(question, phrases):
        weeks = _on_a_side(read.entities.text, named, words, plan_weeks)
    if weeks is None:
        return question
    inside = tuple(week for week in plan_weeks if week in weeks)
    ends = tuple(week for week in named if week in weeks and week not in plan_weeks)
    if not inside and named == (plan_weeks[-1],) and says(question, "after_it", phrases):
        return question  # "what comes after the last week" is told by where the plan ends
    beyond = weeks[:1] if weeks[0] > plan_weeks[-1] else weeks[-1:]
    return replace(question, entities=replace(found, weeks=(*inside, *ends) if inside else beyond), of_launches=True)


def beyond_plan(question: Question, plan_weeks: Sequence[date]) -> tuple[date, ...]:
    """Return the weeks outside the plan that a question names beside some of the plan's, where those can be told."""
    limits = question.change is not None and question.change.kind in _LIMITS
    outside = tuple(week for week in question.entities.weeks if week not in plan_weeks)
    some = len(outside) < len(question.entities.weeks)
    return outside if some and (limits or question.intent in _OF_SEVERAL) else ()


def _from_to(masked: str, named: Sequence[date], words: Mapping[str, object]) -> tuple[date, ...] | None:
    """Return the weeks of a range whose two ends are named: "between Thanksgiving and Christmas"."""
    ends = masked.count("WEEK") == len(named) == 2 and named[0] < named[1]
    return _span(named[0], named[1]) if ends and re.search(str(words["from_to"]), masked, re.IGNORECASE) else None


def _on_a_side(
    masked: str, named: Sequence[date], words: Mapping[str, object], plan_weeks: Sequence[date]
) -> tuple[date, ...] | None:
    """Return the weeks on a side of the one week that a masked message names, in order; None where it tells no side."""
    if masked.count("WEEK") != 1:
        return None
    # Beyond the plan, as far as the named week lies out of it, nothing is asked about.
    first, last = min(plan_weeks[0], named[0] - _WEEK), max(plan_weeks[-1], named[-1] + _WEEK)
    for side, (start, end) in {
        "from": (named[0], last),
        "through": (first, named[-1]),
        "before": (first, named[0] - _WEEK),
        "after": (named[-1] + _WEEK, last),
    }.items():
        if re.search(str(words[side]), masked, re.IGNORECASE):
            return _span(start, end)
    return None


def _span(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + n * _WEEK for n in range((last - first).days // 7 + 1))


def _of_a_rest(question: Question, phrases: Phrases) -> bool:
    """Say whether a question about the rhythm is about rest, which is weighed for the weeks that are named."""
    return question.intent is Intent.RHYTHM and says(question, "of_the_rhythm", phrases)
