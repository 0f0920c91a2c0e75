"""A why-not that names several weeks, or placements by a name that they share: the answer is for the best of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product as each_pair
from typing import TYPE_CHECKING

from copilot.asked import slot_asked
from copilot.cleaning import clean_label
from copilot.fact_collectors import SlotAsked, solved_there, why_not
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.engine import Product
    from copilot.product_facts import Bench
    from copilot.questions import Question
    from ranking.counterfactual import Counterfactual
    from ranking.plan import Launch

SLOTS_WEIGHED = 3  # each takes a re-solve


def why_not_there(bench: Bench, question: Question, product: Product) -> None:
    """Why a product is not where a question asks: of several slots, for the one whose plan is worth most."""
    launch = bench.launch_of(product.product_id)
    slots = slots_asked(bench, question, launch)
    if len(slots) == 1 or product.status != "candidate":
        why_not(bench, product, slots[0])
        return
    best, told = _best(bench, product, slots[:SLOTS_WEIGHED])
    why_not(bench, product, best, told=told)
    names = {slot: _name(bench, slot) for slot in slots}
    bench.sheet.say(
        "best_of_slots",
        closing=True,
        told=names[best],
        solved=told.plan is not None,
        weighed=", ".join(names[slot] for slot in slots[:SLOTS_WEIGHED] if slot != best),
        left=", ".join(names[slot] for slot in slots[SLOTS_WEIGHED:]),
    )


def slots_asked(bench: Bench, question: Question, launch: Launch | None) -> list[SlotAsked]:
    """Return each slot that a question names, without the one where the product stands: nothing is to be solved there.

    A partial name that fits several placements, one of them the product's own, stands for that one.
    """
    found, asked = question.entities, slot_asked(bench, question, launch)
    weeks = [week for week in dict.fromkeys(found.weeks) if week not in found.without] or list(found.weeks)
    placements = [name for name in found.placements if name not in found.without] or list(found.placements)
    pairs = each_pair(weeks or [asked.week], [asked.placement] if asked.placement or not placements else placements)
    slots = [replace(asked, week=week, placement=placement) for week, placement in pairs]
    elsewhere = [slot for slot in slots if launch is None or slot.differs_from(launch)]
    return elsewhere or slots[:1]


def _best(bench: Bench, product: Product, slots: list[SlotAsked]) -> tuple[SlotAsked, Counterfactual]:
    """Return the slot with which the best plan is worth most, and its solve; the first where no plan can hold any."""
    tried = [(slot, solved_there(bench, product, slot)) for slot in slots]
    solved = [(told.plan.objective, slot, told) for slot, told in tried if told.plan is not None]
    return max(solved, key=lambda one: one[0])[1:] if solved else tried[0]


def _name(bench: Bench, slot: SlotAsked) -> str:
    placement = clean_label(slot.placement) if slot.placement else ""
    if slot.week is None:
        return placement
    week = format_week(slot.week)
    return week + bench.sources.phrases.messages["unit.aside"].render(text=placement) if placement else week
