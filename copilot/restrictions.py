"""Restrictions: a short turn that narrows the list before it to a part of it, or leaves one out: "only candy"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.intents import Intent
from copilot.message_spacing import says_only

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

_OF_SEVERAL = frozenset({Intent.PLANNED, Intent.EXTREMES, Intent.FORECAST, Intent.REVENUE, Intent.RISKS})
"""Intents that tell of several launches, so that a part of them may be asked for."""


def restricting(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question:
    """Ask the question before about a part of what it was about: its weeks and placements stay.

    "Without candy" after a list leaves candy out of it, and supposes no plan without candy.
    """
    before = previous.entities if previous else None
    pattern = phrases.parsing.get("restricts")
    if previous is None or before is None or not pattern or previous.intent not in _OF_SEVERAL:
        return question
    names = before.products or previous.ambiguous_products or previous.product_words
    named = r"\b(?:GROUP|WEEK|PLACEMENT)\b"
    masked = next((one for one in read.readings if re.search(named, one)), "")
    left = re.sub(rf"{pattern}|{named}", " ", masked, flags=re.IGNORECASE)
    says = bool(masked) and re.search(str(pattern), masked, re.IGNORECASE) is not None
    if names or not says or not says_only(left, str(phrases.parsing["additions"]), phrases.lexicon):
        return question
    found = question.entities
    kinds = ("weeks", "placements") if "GROUP" in masked else ("weeks", "placements", "groups")
    kept = {kind: getattr(found, kind) or getattr(before, kind) for kind in kinds}
    leaves_out = re.search(str(phrases.parsing["leaves_out"]), question.text, re.IGNORECASE) is not None
    left_out = (*found.groups, *found.placements) if leaves_out else ()
    kept["without"] = tuple(dict.fromkeys((*found.without, *left_out, *before.without)))
    asked = replace(question, intent=previous.intent, text=_asked(question.text, previous, phrases), change=None)
    return replace(
        asked, entities=replace(found, **kept, numbers=()), of_launches=True, points_back=False, alternatives=()
    )


def still_left_out(question: Question, previous: Question | None) -> Question:
    """Name again the categories and placements that the turn before left out, where this one leaves out more."""
    found, before = question.entities, previous.entities if previous else None
    if before is None or not found.without:
        return question
    groups = tuple(one for one in before.groups if one in found.without and one not in found.groups)
    placements = tuple(one for one in before.placements if one in found.without and one not in found.placements)
    if not (groups or placements):
        return question
    both = {"groups": (*found.groups, *groups), "placements": (*found.placements, *placements)}
    return replace(question, entities=replace(found, **both))


def _asked(text: str, previous: Question, phrases: Phrases) -> str:
    """Return what is asked in one text: a ranking is told by the words of the question before.

    "No cards" leaves them out as "without cards" does, though alone it may deny or suppose anything.
    """
    leaves_out = str(phrases.parsing["leaves_out"])
    text = re.sub(leaves_out, f" {phrases.parsing['without_as']} ", text, count=1, flags=re.IGNORECASE).strip()
    return f"{previous.text.rstrip(' ?？')} {text}" if previous.intent is Intent.EXTREMES else text
