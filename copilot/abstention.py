"""Abstention: whether the answer to a question asks back or declines, rather than telling facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.asked import is_about_the_whole
from copilot.chosen_products import choose_among, choose_product
from copilot.intents import SPEAKS_OF_NO_PRODUCT, Intent
from copilot.measured_collectors import is_beside_the_rest
from copilot.open_weeks import beyond_plan
from copilot.phrases import load_phrases

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.questions import Question
    from copilot.records import StoredPlan

ALWAYS_OF_A_PRODUCT = frozenset(
    {Intent.WHAT_IF_MOVE, Intent.SIMILAR, Intent.SEARCH_DEMAND, Intent.DRIVERS, Intent.AUDIENCE}
)
OF_ANY_WEEK = SPEAKS_OF_NO_PRODUCT | {Intent.PRODUCT_SEARCH, Intent.PAST_SALES}
"""Intents that may name weeks outside the plan."""
_OF_ALL_TOO = frozenset({Intent.RISKS, Intent.CONFIDENCE})
_MAY_SPEAK_OF_A_PART = frozenset({Intent.WHY_HERE, Intent.WHY_NOT, Intent.FORECAST})


def abstains(question: Question, stored: StoredPlan, engine: Engine) -> bool:
    """Say whether a question is answered by asking back, or by saying that it is out of scope.

    That is so for an unsure reading, a week outside the plan, and a product that is not named, not known, or a toss-up.
    """
    if not question.text or question.intent is Intent.HELP:
        return False
    if question.intent is Intent.OUT_OF_SCOPE or question.unsure:
        return True
    outside = any(week not in engine.weeks for week in question.entities.weeks)
    outside = outside and not beyond_plan(question, engine.weeks)
    outside = outside or bool(question.entities.unknown_weeks)
    if outside and question.intent not in OF_ANY_WEEK:
        return True
    if question.intent is Intent.COMPARE and not is_beside_the_rest(question, load_phrases(question.lang)):
        chosen = [choose_among(named, question, stored, engine) for named in question.named[:2]]
        return len(chosen) < 2 or not all(one.product_id for one in chosen)
    found = question.entities
    named = bool(found.products or question.ambiguous_products or question.product_words)
    part = question.of_launches or bool(found.weeks or found.placements or found.groups)
    of_a_category = question.intent is Intent.AUDIENCE and bool(found.groups)
    of_all = question.intent in (Intent.AUDIENCE, Intent.SEARCH_DEMAND) and question.of_launches
    of_a_category = of_a_category or (of_all and not question.points_back)
    if ((question.intent in _MAY_SPEAK_OF_A_PART and part) or of_a_category) and not named:
        return False
    needs = question.intent in ALWAYS_OF_A_PRODUCT | _MAY_SPEAK_OF_A_PART or named
    needs = needs or (question.intent in _OF_ALL_TOO and not is_about_the_whole(question))
    searches = question.intent in (Intent.PRODUCT_SEARCH, Intent.RHYTHM, Intent.EXTREMES, Intent.LEFT_OUT)
    return needs and not searches and not choose_product(question, stored, engine).product_id
