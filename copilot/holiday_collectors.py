"""Collectors of "when do the Christmas launches happen?": the launches made for a day, and the weeks they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.holidays import holidays, label_of, launches_made_for
from copilot.product_facts import Bench, add_slot
from copilot.settled_words import says
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.questions import Question

LISTED = 6


def tell_when_of_a_day(bench: Bench, question: Question) -> bool:
    """Tell when the launches made for a day are planned, and say whether that was asked; its week is another thing."""
    found = question.entities
    if not found.weeks or not says(question, "when_of_a_day", bench.sources.phrases, found.text):
        return False
    made_for = next((one for one in holidays() if one.is_named_in(question.text)), None)
    if made_for is None:
        return False
    day = label_of(made_for, question.lang)
    launches = launches_made_for(bench, made_for)
    if not launches:
        bench.sheet.say("none_of_a_day", day=day, week=format_week(found.weeks[0]))
        return True
    weeks = ", ".join(dict.fromkeys(format_week(one.week) for one in launches))
    bench.sheet.say("of_a_day", day=day, n=len(launches), weeks=weeks, listed=min(LISTED, len(launches)))
    bench.sheet.must_say(*(add_slot(bench, launch) for launch in launches[:LISTED]))
    return True
