"""What some words of a message settle, whatever the rest sounds like: "which launch should we drop?" ranks them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.intents import ABOUT_A_PRODUCT, Intent

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

_OF_THE_SEASON = frozenset({Intent.RHYTHM, Intent.PLANNED, Intent.EXTREMES, Intent.RISKS})
"""Intents that "should we launch it" sounds like, though it is about one product."""

_OF_A_PLACEMENT = ABOUT_A_PRODUCT | {Intent.PLANNED, Intent.COMPARE, Intent.RISKS, Intent.CONFIDENCE}
"""Intents that "is the front page better?" sounds like, though it names no product."""

_FEW = 5  # products that one name may have; a word that more of them share is a kind of goods


def says(question: Question, what: str, phrases: Phrases, text: str = "") -> bool:
    """Say whether a message, or its masked text, holds the words of `[parsing.settles]` under this name."""
    patterns = phrases.parsing["settles"]
    assert isinstance(patterns, Mapping)
    pattern = patterns.get(what)
    return bool(pattern) and re.search(str(pattern), text or question.text, re.IGNORECASE) is not None


def by_its_words(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question:
    """Read a message by the words that settle what it asks.

    Which launch to drop, or whose forecast is widest, ranks the plan's launches; whether one product should be launched
    asks for its reasons, where a rhythm would tell of the whole season. Its stock, the odds of a number, its ready day
    and its holidays stand with its forecast.
    """
    ranks = any(says(question, one, phrases) for one in ("which_goes", "ranks_width", "drop_costs"))
    ranks = ranks or says(question, "bounds_parts", phrases)
    ranks = ranks or (question.intent is Intent.FORECAST and says(question, "ranks_parts", phrases))
    if ranks and not (read.named or read.unknown_id):
        return replace(question, intent=Intent.EXTREMES, change=None, alternatives=())
    few = any(len(meant) <= _FEW for meant in read.named)
    if question.change is None and not few and says(question, "share_of_plan", phrases):
        return replace(question, intent=Intent.FORECAST, of_launches=True, alternatives=())
    if question.intent is Intent.EXTREMES and says(question, "ranks_risk", phrases):
        return replace(question, intent=Intent.RISKS, alternatives=())
    before = previous.entities.products if previous else ()
    about_one = bool(read.named) or (question.points_back and bool(before))
    asks_chance = says(question, "chance", phrases) and (about_one or bool(before))
    if asks_chance or (about_one and any(says(question, one, phrases) for one in ("stock", "ready", "holiday"))):
        return replace(question, intent=Intent.FORECAST, change=None, of_launches=False, alternatives=())
    if about_one and says(question, "rises", phrases):
        return replace(question, intent=Intent.SEARCH_DEMAND, change=None, alternatives=())
    found = question.entities
    if (
        question.intent is Intent.FORECAST
        and about_one
        and found.weeks
        and says(question, "by_then", phrases, found.text)
    ):
        return replace(question, entities=replace(found, weeks=()))  # a forecast has a span of its own, and says so
    places_alone = bool(found.placements) and not (about_one or found.weeks or found.groups or read.rest)
    if question.intent in _OF_A_PLACEMENT and places_alone and says(question, "judges", phrases):
        return replace(question, intent=Intent.WHY_HERE, alternatives=())  # it tells what they brought in the past
    if question.intent in _OF_THE_SEASON and few and says(question, "best_slot", phrases):
        return replace(question, intent=Intent.WHY_HERE, of_launches=False, alternatives=())
    if question.intent in _OF_THE_SEASON and about_one and says(question, "should_launch", phrases):
        return replace(question, intent=Intent.WHY_HERE, of_launches=False, alternatives=())
    return question
