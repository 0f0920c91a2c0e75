"""Which product a name stands for, when several share it: the plan, the week named and the status decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from copilot.catalogue_names import head_of, words_of
from copilot.group_names import within
from copilot.intents import ABOUT_A_PRODUCT, OF_A_PART_TOO, Intent
from copilot.phrases import load_phrases
from copilot.questions import Question
from ranking.plan import Launch

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.records import StoredPlan


OF_PLANNED_LAUNCHES = OF_A_PART_TOO | {
    Intent.PLANNED,
    Intent.EXTREMES,
    Intent.LOCKS,
    Intent.BRIEF,
    Intent.RHYTHM,
}
"""Intents that speak of the launches of a category, so that one without launches says nothing."""


OF_ANY_CANDIDATE = frozenset(
    {Intent.FORECAST, Intent.AUDIENCE, Intent.DRIVERS, Intent.SEARCH_DEMAND, Intent.SIMILAR, Intent.CONFIDENCE}
)
"""Intents that a candidate without a slot answers as well, so that being planned does not decide for one."""


_PAIR = 2


@dataclass(frozen=True)
class Chosen:
    """What a product's name came to: one id, or the ids that it could still be."""

    product_id: str = ""
    still_possible: tuple[str, ...] = ()


def settled(question: Question, stored: StoredPlan, engine: Engine) -> Question:
    """Return the question with the product that the plan decides on, so that a follow-up keeps to it.

    Of a comparison and of an exchange these are both products, of several that are dropped all. What stays open keeps
    its products as they are listed, so that one of them can be picked by its place.
    """
    question = _with_both_of_a_name(question, stored)
    of_two = question.intent is Intent.COMPARE or (question.change is not None and question.change.kind == "swap")
    drops = question.change is not None and question.change.kind == "drop"
    if (of_two or drops) and len(question.named) > 1:
        names = question.named if drops else question.named[:2]
        chosen = [choose_among(named, question, stored, engine) for named in names]
        ids = tuple(one.product_id for one in chosen)
        if all(ids):
            return replace(question, entities=replace(question.entities, products=ids))
        named = tuple((one.product_id,) if one.product_id else one.still_possible for one in chosen)
        asked_back = next(one for one in named if len(one) != 1)
        return replace(question, named=named, ambiguous_products=asked_back)
    question = _with_both_of_a_why(question, stored, engine)
    return _of_the_plan(_with_the_chosen(_of_planned_groups(question, stored), stored, engine), stored)


def _with_both_of_a_why(question: Question, stored: StoredPlan, engine: Engine) -> Question:
    """Take each product that a why names, where the plan decides for each which of its name is meant."""
    asks_why = question.intent in (Intent.WHY_HERE, Intent.WHY_NOT) and not question.unsure
    joins = str(load_phrases(question.lang).parsing["why_of_two"])  # a name in another clause is only talked of
    if not asks_why or len(question.named) < _PAIR or not re.search(joins, question.text, re.IGNORECASE):
        return question
    chosen = [choose_among(named, question, stored, engine).product_id for named in question.named]
    found = tuple(dict.fromkeys(chosen))
    if not all(found) or len(found) < _PAIR:
        return question
    return replace(question, entities=replace(question.entities, products=found), ambiguous_products=())


def _with_both_of_a_name(question: Question, stored: StoredPlan) -> Question:
    """Read one name of a comparison as two products: those in the two slots named, or the two that it has at all.

    "The pizza in week 42 against the pizza in week 45", "both coffees".
    """
    names, found = set(question.named), question.entities
    possible = question.named[0] if len(names) == 1 else (() if names else question.ambiguous_products)
    if question.intent is not Intent.COMPARE or found.products or not question.exact:
        return question
    made = [one for one in possible if stored.plan.launch_of(one) is not None]
    pair = made if question.standing == "planned" else list(possible)
    if len(found.weeks) > 1 or len(found.placements) > 1:
        launches = [one for one in stored.plan.launches if one.product_id in possible]
        of_groups = [one for one in stored.plan.launches if any(within(one.group, group) for group in found.groups)]
        there = [one for one in launches or of_groups if one.week in found.weeks or one.placement in found.placements]
        pair = [launch.product_id for launch in sorted(there, key=lambda one: _place_named(one, question))]
    if len(pair) != _PAIR:
        return question
    return replace(question, named=tuple((one,) for one in pair), ambiguous_products=())


def _place_named(launch: Launch, question: Question) -> int:
    """Return how early a message names the slot of a launch."""
    found = question.entities
    named = [(*found.weeks,).index(launch.week)] if launch.week in found.weeks else []
    named += [found.placements.index(launch.placement)] if launch.placement in found.placements else []
    return min(named, default=0)


def _of_planned_groups(question: Question, stored: StoredPlan) -> Question:
    """Take the categories that have launches, where several are called alike; what was understood names them."""
    found = question.entities
    if not found.like_named or question.intent not in OF_PLANNED_LAUNCHES:
        return question
    launched = {launch.group for launch in stored.plan.launches}
    kept = tuple(one for one in found.groups if any(within(group, one) for group in launched))
    return replace(question, entities=replace(found, groups=kept)) if kept else question


def _of_the_plan(question: Question, stored: StoredPlan) -> Question:
    """Ask why one product stands where it does, or why it does not: the plan knows which of the two it is."""
    asks_why = question.intent in (Intent.WHY_HERE, Intent.WHY_NOT)
    if not asks_why or question.unsure or len(question.entities.products) != 1:
        return question
    launch, found = stored.plan.launch_of(question.entities.products[0]), question.entities
    slots = [one for one in (*found.weeks, *found.placements) if one not in found.without]
    if launch is not None and (not slots or len(found.placements) > 1 or found.shift_weeks is not None):
        return question
    stands = launch is not None and all(slot in (launch.week, launch.placement) for slot in slots)
    return replace(question, intent=Intent.WHY_HERE if stands else Intent.WHY_NOT)


def _with_the_chosen(question: Question, stored: StoredPlan, engine: Engine) -> Question:
    chosen = choose_product(question, stored, engine)
    if chosen.still_possible:
        return replace(question, ambiguous_products=chosen.still_possible)
    if question.entities.products or not chosen.product_id:
        return question
    return replace(question, entities=replace(question.entities, products=(chosen.product_id,)))


def choose_product(question: Question, stored: StoredPlan, engine: Engine) -> Chosen:
    """Decide which product a question is about.

    Of several that share a name, the one in the week and placement that the question names goes first, then planned
    ones, then candidates before what is on sale. Without a name, the only launch of the slot named is meant. What is
    left is asked back.
    """
    if question.entities.products:
        return Chosen(question.entities.products[0])
    possible: Sequence[str] = question.ambiguous_products
    if not possible:
        return _in_the_slot(question, stored)
    if not question.exact:
        return Chosen(still_possible=tuple(possible))
    return choose_among(possible, question, stored, engine)


def choose_among(possible: Sequence[str], question: Question, stored: StoredPlan, engine: Engine) -> Chosen:
    """Decide among products that a name could mean."""
    launches = [launch for one in possible if (launch := stored.plan.launch_of(one)) is not None]
    found = question.entities
    asks_of_one_left = question.intent is Intent.WHY_NOT and not (found.weeks or found.placements)
    if asks_of_one_left or question.standing == "left":
        without = set(engine.problem.product_ids).intersection(possible) - {one.product_id for one in launches}
        if len(without) == 1:
            return Chosen(without.pop())
    if question.standing == "planned" and len(launches) == 1:
        return Chosen(launches[0].product_id)
    if question.intent is Intent.WHAT_IF_MOVE and (only := _standing_where_it_leaves(launches, question)):
        return Chosen(only)
    if len(possible) > 1:  # a name, rather than a number
        launches += _of_other_sizes(launches, question, stored)
    launches = (
        [one for one in launches if _stands_there(one, question)] if question.intent in OF_ANY_CANDIDATE else launches
    )
    there = [launch for launch in launches if _stands_there(launch, question)]
    for kept in (there, launches):
        if len(kept) == 1:
            return Chosen(kept[0].product_id)
    if launches:
        return Chosen(still_possible=tuple(launch.product_id for launch in (there or launches)))
    waiting = set(engine.problem.product_ids)
    candidates = tuple(one for one in possible if one in waiting) or tuple(possible)
    return Chosen(candidates[0]) if len(candidates) == 1 else Chosen(still_possible=candidates)


def _standing_where_it_leaves(launches: Sequence[Launch], question: Question) -> str:
    """Return the launch that stands in the slot which a move names first, as the one that it leaves.

    "Move the front end cap pizza to week 47", "the pizza from week 45 on the front page instead".
    """
    found = question.entities
    if len(found.weeks) + len(found.placements) + (found.shift_weeks is not None) < _PAIR:
        return ""
    first = next(iter(re.findall(r"\b(?:WEEK|PLACEMENT)\b", found.text)), "")
    left = found.weeks[:1] if first == "WEEK" else found.placements[:1]
    there = [one for one in launches if one.week in left or one.placement in left]
    return there[0].product_id if len(there) == 1 else ""


def _of_other_sizes(launches: Sequence[Launch], question: Question, stored: StoredPlan) -> list[Launch]:
    """Return the launches of other sizes, where a name tells none: "the donuts" may be "Donuts" or "Donuts, 12 oz"."""
    if len(launches) != 1 or question.entities.numbers or head_of(launches[0].title) != words_of(launches[0].title):
        return []
    only = launches[0]
    return [
        one
        for one in stored.plan.launches
        if one.product_id != only.product_id and head_of(one.title) == head_of(only.title)
    ]


def _in_the_slot(question: Question, stored: StoredPlan) -> Chosen:
    """Take the launches of a slot for the product: "why this one in week 41 at the front end cap?"."""
    found = question.entities
    names_slot = len(found.weeks) == 1 and bool(found.placements) and not question.product_words
    # "Past launches like the berries in week 41": they are compared with one launch, whatever week alone is named.
    of_one = question.intent is Intent.SIMILAR and len(found.weeks) == 1 and bool(found.groups)
    names_slot = names_slot or (of_one and not question.product_words)
    about_slot = question.intent in ABOUT_A_PRODUCT - {Intent.WHAT_IF_MOVE} and (of_one or not question.of_launches)
    if not (names_slot and about_slot):
        return Chosen()
    launches = [launch for launch in stored.plan.launches if _stands_there(launch, question)]
    of_groups = [launch for launch in launches if any(within(launch.group, one) for one in found.groups)]
    there = tuple(launch.product_id for launch in (of_groups if found.groups else launches))
    return Chosen(there[0]) if len(there) == 1 else Chosen(still_possible=there)


def _stands_there(launch: Launch, question: Question) -> bool:
    found = question.entities
    named = bool(found.weeks or found.placements)
    fits_week = not found.weeks or launch.week in found.weeks
    return named and fits_week and (not found.placements or launch.placement in found.placements)
