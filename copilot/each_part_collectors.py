"""Collectors of "how many launches per category": each category or placement of the plan, the largest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.asked import part as part_named
from copilot.plan_collectors import Part, add_planned_count, add_planned_units
from copilot.product_facts import Bench
from copilot.settled_words import says
from copilot.topics import asks

if TYPE_CHECKING:
    from copilot.questions import Question

LISTED_AT_MOST = 10


def tell_each_part(bench: Bench, question: Question, *, units: bool) -> bool:
    """Tell the launches (or units) of each category or placement, most first, where a message asks so; else False."""
    if not says(question, "per_part", bench.sources.phrases):
        return False
    kind = "placement" if asks(bench, question, "placement") else "category"
    asked = part_named(question)
    named = [launch.placement if kind == "placement" else launch.group for launch in bench.stored.plan.launches]
    sizes = {name: Part(asked.weeks, *_only(kind, name)) for name in dict.fromkeys(named)}
    launches = bench.stored.plan.launches
    told = {name: [one for one in launches if there.holds(one)] for name, there in sizes.items()}
    ordered = sorted(
        told, key=lambda name: (-(sum(one.expected_units for one in told[name]) if units else len(told[name])), name)
    )
    add = add_planned_units if units else add_planned_count
    bench.sheet.must_say(*(add(bench, sizes[name]) for name in ordered[:LISTED_AT_MOST] if told[name]))
    if len(ordered) > LISTED_AT_MOST:
        bench.sheet.say("largest_parts", closing=True, kind=kind)
    return True


def _only(kind: str, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return ((name,), ()) if kind == "placement" else ((), (name,))
