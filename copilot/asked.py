"""What a question asks about: its product, its slot, its part of the plan."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from copilot.catalogue_collectors import list_possible
from copilot.chosen_products import choose_product
from copilot.fact_collectors import SlotAsked
from copilot.plan_collectors import Part
from copilot.product_facts import Bench
from copilot.questions import SHOWN_CANDIDATES, Question
from copilot.told_apart import ProductName
from ranking.plan import Launch
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.engine import Product


def the_product(bench: Bench, question: Question) -> Product | None:
    """Return the product that a question is about, or None after asking back."""
    chosen = choose_product(question, bench.stored, bench.engine)
    if chosen.product_id:
        product = bench.engine.product(chosen.product_id)
        bench.sheet.speak_of(ProductName.of(product))
        return product
    name = question.product_words
    if chosen.still_possible:
        key = "ask_back_product" if question.exact else "nearest_products"
        bench.sheet.say(key, name=name)
        list_possible(bench, chosen.still_possible, SHOWN_CANDIDATES)
    elif name:
        bench.sheet.say("unknown_product", name=name)
    else:
        bench.sheet.say("no_product")
    return None


def say_others_named(bench: Bench, question: Question, *told: Product) -> None:
    """Say which of several products named an answer about some of them leaves out."""
    others = [one for one in question.entities.products if one not in {product.product_id for product in told}]
    if others:
        names = [ProductName.of(bench.engine.product(one)) for one in others]
        bench.sheet.speak_of(*names)
        titles = ", ".join(f"{name.title} #{name.product_id}" for name in names)
        bench.sheet.say("also_named", closing=True, titles=titles, n=len(told))


def slot_asked(bench: Bench, question: Question, launch: Launch | None) -> SlotAsked:
    """Return the slot that a question names; "a week later" counts from the product's launch.

    A partial name that fits several placements stands for the one where the product is planned, or for none of them.
    """
    found = question.entities
    weeks = [week for week in found.weeks if week not in found.without] or found.weeks
    week = weeks[-1] if weeks else None
    if week is None and found.shift_weeks and launch is not None:
        week = launch.week + timedelta(weeks=found.shift_weeks)
    placement = found.placements[0] if len(found.placements) == 1 else None
    if len(found.placements) > 1 and launch is not None and launch.placement in found.placements:
        placement = launch.placement
    return SlotAsked(week, placement)


def part(question: Question) -> Part:
    """Return the part of the plan that a question names, without what it speaks against."""
    found = question.entities
    weeks = tuple(week for week in found.weeks if week not in found.without)
    placements = tuple(name for name in found.placements if name not in found.without)
    groups = tuple(name for name in found.groups if name not in found.without)
    return Part(weeks, placements, groups, found.without)


def is_named(question: Question) -> bool:
    """Say whether a question names a product, whichever it is."""
    return bool(question.entities.products or question.ambiguous_products or question.product_words)


def is_about_the_whole(question: Question) -> bool:
    """Say whether no product is meant: the message names a part of the plan, or points back at nothing."""
    found = question.entities
    parts = question.of_launches or bool(found.weeks or found.placements or found.groups)
    return parts or not question.points_back


def is_about_a_category(question: Question) -> bool:
    """Say whether a question names a category and no product of it."""
    return bool(question.entities.groups) and not is_named(question)


def is_about_a_part(question: Question) -> bool:
    """Say whether a forecast is asked for launches together: no product, but a part of the plan or all of it."""
    found = question.entities
    parts = question.of_launches or bool(found.weeks or found.placements or found.groups)
    return parts and not is_named(question)


def plan_range(bench: Bench) -> tuple[str, str]:
    """Return the plan's first and last week as they are shown."""
    return format_week(bench.engine.weeks[0]), format_week(bench.engine.weeks[-1])
