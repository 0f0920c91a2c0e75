"""Collectors about launches left out: which costs most to drop, and what comes in for one that is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.changes import Change, interventions
from copilot.fact_collectors import DISPLACED_SAID, add_delta
from copilot.plan_collectors import largest_first
from copilot.planner_facts import say_set_aside
from copilot.product_facts import Bench, add_expected
from copilot.settled_words import says
from copilot.short_turns import is_turn
from copilot.told_apart import ProductName
from copilot.topics import asks
from ranking.interventions import Exclude

if TYPE_CHECKING:
    from copilot.questions import Question

WEIGHED = 3  # launches that the plan is solved without; each takes a re-solve


def tell_drop(bench: Bench, question: Question) -> bool:
    """Answer which launch costs most to drop, or what replaces a dropped one, and say whether it was asked."""
    if says(question, "drop_costs", bench.sources.phrases) and not question.entities.products:
        _tell_dearest(bench, question)
        return True
    ids = question.entities.products or question.told_products[:1]
    if not ids or question.ambiguous_products or not is_turn("replaced", question.text, bench.sources.phrases):
        return False
    _tell_replaced(bench, question, ids)
    return True


def _tell_dearest(bench: Bench, question: Question) -> None:
    """Say that not every launch is weighed, and tell what the plan loses without those likeliest to be the answer."""
    least = asks(bench, question, "least")
    launches = sorted(bench.stored.plan.launches, key=largest_first, reverse=least)[:WEIGHED]
    bench.sheet.say("drops_weighed", n=len(launches), all=len(bench.stored.plan.launches), least=least)
    solved = [(one, bench.engine.counterfactual(bench.stored, Exclude(one.product_id))) for one in launches]
    solved.sort(key=lambda pair: pair[1].delta_units or 0.0, reverse=least)
    for launch, told in solved:
        product = bench.engine.product(launch.product_id)
        bench.sheet.must_say(add_delta(bench, "drop_loss", product, told, explains=None, week=None, placement=None))


def _tell_replaced(bench: Bench, question: Question, ids: tuple[str, ...]) -> None:
    """Tell the launches that come in where products are left out, or that none does."""
    found, problem = question.entities, bench.engine.problem
    supposed = [item for one in ids for item in interventions(Change("drop"), one, found, (), problem)]
    told = bench.engine.counterfactual(bench.stored, *supposed)
    say_set_aside(bench, told)
    if told.plan is None:
        bench.sheet.say("change_impossible", reason=told.reason)
        return
    gained = sorted(told.gained, key=largest_first)
    titles = tuple(ProductName.of(bench.engine.product(one)) for one in ids)
    bench.sheet.speak_of(*titles)
    bench.sheet.say("replaced_by", titles=titles, n=len(gained))
    bench.sheet.must_say(*(add_expected(bench, launch, name="gained_units") for launch in gained[:DISPLACED_SAID]))
    if further := [launch.product_id for launch in gained[DISPLACED_SAID:]]:
        more = bench.sheet.add("more_gained", "plan", "plan", len(further), bench.sources.solve(told, further))
        bench.sheet.must_say(more)
    if moved := [after.product_id for _, after in told.moved]:
        source = bench.sources.solve(told, moved)
        bench.sheet.must_say(bench.sheet.add("moved_count", "plan", "plan", len(moved), source))
