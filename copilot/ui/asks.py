"""Questions that the screen puts for the operator: suggestions, buttons of the evidence panel, readings to choose from.

A product is named with its id, since titles repeat; what is shown on a suggestion leaves the id out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from copilot.errors import OPERATOR_ERRORS
from copilot.ui import formats
from copilot.ui.markup import plain
from copilot.ui.names import exact_name
from copilot.ui.state import Choice, LaunchDrawer
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.service import Copilot
    from ranking.plan import Launch


def first_questions(copilot: Copilot, words: Words) -> tuple[Choice, ...]:
    """Return questions worth asking first, about launches that this plan really holds."""
    rhythm = _same(words("ask.rhythm"))
    try:
        launches = sorted(copilot.current_plan().plan.launches, key=lambda launch: -launch.expected_units)
    except OPERATOR_ERRORS:  # the calendar says why there is no plan
        launches = []
    if not launches:
        return (rhythm,)
    weeks = copilot.engine.weeks
    movable = next((launch for launch in launches[1:] if launch.week < weeks[-1]), None)
    first, third = launches[0], launches[min(2, len(launches) - 1)]
    asks = [_about(first, "ask.why_here", words, week=formats.week(first.week))]
    if movable is not None:
        asks.append(_about(movable, "ask.what_if_later", words, week=formats.week(movable.week + timedelta(weeks=1))))
    planned = _same(words("ask.planned", week=formats.week(weeks[0])))
    return (*asks, _about(third, "ask.similar", words), planned, rhythm)


def question_about(drawer: LaunchDrawer, kind: str, words: Words) -> str:
    """Return the question of a button of the evidence panel; nothing when it cannot be asked.

    Args:
        kind: why_here, what_if_later or brief.
    """
    product, launch = drawer.evidence.product, drawer.evidence.launch
    weeks = {"why_here": launch.week if launch else None, "what_if_later": drawer.later_week}
    if kind in weeks and weeks[kind] is None:
        return ""
    name = exact_name(product.product_id, product.title, words)
    week = weeks.get(kind)
    return words(f"ask.{kind}", product=name, week=formats.week(week) if week else "")


def ask_again(question: str, product_id: str, title: str, words: Words) -> Choice:
    """Return a question asked again about exactly this product, shown by the product's name and id."""
    name = exact_name(product_id, title, words)
    return Choice(name, words("ask.again", question=question.rstrip("?! .？！。"), product=name))


def _about(launch: Launch, key: str, words: Words, **values: str) -> Choice:
    """Return a question about a launch: shown with its title, sent with its id too, since titles repeat."""
    title, exact = plain(launch.title), exact_name(launch.product_id, launch.title, words)
    return Choice(words(key, product=title, **values), words(key, product=exact, **values))


def _same(question: str) -> Choice:
    return Choice(question, question)
