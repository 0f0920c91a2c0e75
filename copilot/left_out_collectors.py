"""Collectors about the candidates that got no slot: how many, the best of them, and why each was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copilot.catalogue_collectors import add_more
from copilot.fact_collectors import SlotAsked, add_delta, add_impossible, solved_there
from copilot.group_names import within
from copilot.plan_collectors import largest_first
from copilot.product_facts import Bench, add_expected, add_forecast
from copilot.topics import asks
from ranking.interventions import Exclude

if TYPE_CHECKING:
    from copilot.engine import Product
    from copilot.questions import Question

LEFT_OUT_SAID = 4
WHY_SAID = 3  # left out candidates that the plan is solved with, to tell why
EXCLUDED_SAID = 10


def left_out(bench: Bench, question: Question) -> None:
    """Which candidates got no slot: how many, those with the highest forecasts, and where it is asked why each."""
    problem, groups = bench.engine.problem, question.entities.groups
    planned = {launch.product_id for launch in bench.stored.plan.launches}
    rows = zip(problem.product_ids, problem.groups, strict=True)
    fits = [one for one, group in rows if not groups or any(within(group, name) for name in groups)]
    out = [one for one in fits if one not in planned]
    subject = groups[0] if len(groups) == 1 else "plan"
    bench.sheet.must_say(
        bench.sheet.add("candidates_left_out", subject, subject, len(out), bench.sources.plan(out[:1]))
    )
    barred = {rule.product_id for rule in bench.stored.plan.interventions if isinstance(rule, Exclude)}
    if by_hand := [one for one in out if one in barred]:
        bench.sheet.say("excluded", products=", ".join(f"#{one}" for one in by_hand[:EXCLUDED_SAID]))
    forecasts = {one: found.units for one in out if (found := bench.engine.forecast(one)) is not None}
    best = sorted(forecasts, key=lambda one: (-forecasts[one], one))
    asks_why = asks(bench, question, "why")
    free = [one for one in best if one not in barred]
    said = _one_of_each_title(bench, free, WHY_SAID if asks_why else LEFT_OUT_SAID)
    if asks_why and said:
        full = len(planned) == sum(slot.capacity for slot in problem.slots)
        bench.sheet.say("left_out_why", full=full, n=len(planned))
    for product in said:
        bench.sheet.must_say(add_forecast(bench, product))
        if asks_why:
            _add_why_left_out(bench, product)
    if further := [one for one in best if one not in {product.product_id for product in said}]:
        add_more(bench, further)


def _one_of_each_title(bench: Bench, product_ids: Sequence[str], n: int) -> list[Product]:
    """Return the first products whose titles differ: four of one name would tell no more than one."""
    found: dict[str, Product] = {}
    for one in product_ids:
        product = bench.engine.product(one)
        found.setdefault(product.title, product)
        if len(found) == n:
            break
    return list(found.values())


def _add_why_left_out(bench: Bench, product: Product) -> None:
    """Add what the best plan with a left out product is worth, and the launch that would make way for it."""
    told = solved_there(bench, product, SlotAsked())
    if told.plan is None:
        bench.sheet.must_say(add_impossible(bench, product, SlotAsked(), told))
        return
    bench.sheet.must_say(add_delta(bench, "force_delta", product, told, explains=None, week=None, placement=None))
    for launch in sorted(told.displaced, key=largest_first)[:1]:
        bench.sheet.must_say(add_expected(bench, launch, name="displaced_units"))
