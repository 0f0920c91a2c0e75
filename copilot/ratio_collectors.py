"""Shares and averages, which no fact holds: the amounts that they are made of are told, with what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.asked import is_named
from copilot.asked import part as part_named
from copilot.overview_collectors import kinds_asked
from copilot.plan_collectors import Part, add_planned_count, add_planned_units, pieces_of
from copilot.plan_parts import Kind, narrowed, parts_of, units_of
from copilot.settled_words import says

if TYPE_CHECKING:
    from copilot.product_facts import Bench
    from copilot.questions import Question

RANKED = 3  # parts told of a ranking by units per launch
PIECES_TOLD = 4


def tell_ratio(bench: Bench, question: Question) -> bool:
    """Answer a question for a share of the plan or for units per launch, and say whether it is one."""
    if question.change is not None or is_named(question):
        return False
    part = part_named(question).narrowed(bench.stored.plan.launches)
    kinds = kinds_asked(bench, question)
    if part.without or not any(map(part.holds, bench.stored.plan.launches)):
        return False
    if says(question, "per_launch", bench.sources.phrases):
        if kinds and (ranked := _by_units_per_launch(bench, kinds[0], part)):
            bench.sheet.say("ranked_per_launch")
            _add_amounts(bench, ranked)
        else:
            bench.sheet.say("no_average")
            _add_amounts(bench, pieces_of(part)[:PIECES_TOLD])
        return True
    if says(question, "share_of_plan", bench.sources.phrases) and part != Part():
        bench.sheet.say("no_share")
        _add_amounts(bench, [*pieces_of(part)[:PIECES_TOLD], Part()])
        return True
    return False


def _by_units_per_launch(bench: Bench, kind: Kind, part: Part) -> list[Part]:
    """Return the weeks, placements or categories whose launches sell most each, or none where they have no one name."""
    held = {key: there for key, there in parts_of(bench, kind, part).items() if there}
    ordered = sorted(held, key=lambda key: (-units_of(held[key]) / len(held[key]), str(key)))
    named = [narrowed(part, kind, key) for key in ordered[:RANKED]]
    return named if all(len(pieces_of(one)) == 1 for one in named) else []


def _add_amounts(bench: Bench, parts: list[Part]) -> None:
    for one in parts:
        bench.sheet.must_say(add_planned_units(bench, one), add_planned_count(bench, one))
