"""Weeks that the plan does not have: what is asked of those alone is not answered, of those beside others in part."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.abstention import OF_ANY_WEEK
from copilot.asked import plan_range
from copilot.intents import SPEAKS_OF_NO_PRODUCT
from copilot.open_weeks import beyond_plan
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.product_facts import Bench
    from copilot.questions import Question

_YEAR = re.compile(r"\d{4}")


def speaks_of_the_plan(bench: Bench, question: Question) -> bool:
    """Say whether the question names only weeks that there are and that the plan has; else tell the plan's range."""
    first, last = plan_range(bench)
    unknown = question.entities.unknown_weeks
    is_year = bool(unknown) and _YEAR.fullmatch(unknown[0]) is not None
    if unknown and question.intent not in (OF_ANY_WEEK if is_year else SPEAKS_OF_NO_PRODUCT):
        key = "unknown_week" if is_year else "no_such_week"
        bench.sheet.say(key, week=unknown[0], first=first, last=last)
        return False
    outside = [week for week in question.entities.weeks if week not in bench.engine.weeks]
    if outside and question.intent not in OF_ANY_WEEK and not beyond_plan(question, bench.engine.weeks):
        bench.sheet.say("unknown_week", week=format_week(outside[0]), first=first, last=last)
        return False
    return True


def within_plan(bench: Bench, question: Question) -> Question:
    """Return the question of the plan's weeks alone, having said which others it names."""
    outside = beyond_plan(question, bench.engine.weeks)
    if not outside:
        return question
    first, last = plan_range(bench)
    bench.sheet.say("weeks_beyond", weeks=[format_week(week) for week in outside], first=first, last=last)
    weeks = tuple(week for week in question.entities.weeks if week not in outside)
    return replace(question, entities=replace(question.entities, weeks=weeks))
