"""What else could be done with a launch: the weeks beside its own and the other placements of its week, re-solved.

Each alternative has its cost with the planner's proven interval, or the reason why it cannot be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from copilot import fact_collectors as about_product
from copilot import product_facts
from copilot.factsheet import Fact
from ranking.errors import PlannerTimeout
from ranking.interventions import Lock
from retrieval.weeks import week_of

if TYPE_CHECKING:
    from copilot.engine import Product
    from copilot.product_facts import Bench
    from ranking.counterfactual import Counterfactual
    from ranking.plan import Launch

Kind = Literal["earlier", "later", "best_placement", "placement"]
Hindrance = Literal["", "outside", "alone", "not_ready", "no_slot", "decisions", "no_time"]


@dataclass(frozen=True)
class Alternative:
    """One alternative to a launch's slot.

    Attributes:
        kind: a neighbouring week in its best placement, or another placement of the week; the best of those is told.
        week, placement: the slot that was asked for; no placement means any.
        delta: what the plan as a whole would gain or lose; None where the alternative cannot be.
        there: what the launch is expected to sell where it would stand.
        hindrance: why it cannot be: outside the plan, no other placement, not ready by then, no slot there, against
            what else was decided, or no plan was found in time.
        impossible: the fact behind a re-solve that found no plan.
    """

    kind: Kind
    week: date
    placement: str | None = None
    delta: Fact | None = None
    there: Fact | None = None
    hindrance: Hindrance = ""
    impossible: Fact | None = None


def add_alternatives(bench: Bench, product: Product, launch: Launch) -> list[Alternative]:
    """Price a week earlier, a week later, and each other placement of the week, the plan that is worth most first."""
    beside: list[Alternative] = []
    for kind, week in _neighbours(launch):
        if week in bench.engine.weeks:
            beside.append(_solved(bench, product, kind, week, None))
        else:
            beside.append(Alternative(kind, week, hindrance="outside"))
    others = [placement for placement in bench.engine.placements if placement != launch.placement]
    priced = [_solved(bench, product, "placement", launch.week, placement) for placement in others]
    if not priced:
        return [*beside, Alternative("best_placement", launch.week, hindrance="alone")]
    best, *rest = sorted(priced, key=_worth, reverse=True)
    return [*beside, replace(best, kind="best_placement"), *rest]


def _neighbours(launch: Launch) -> tuple[tuple[Kind, date], tuple[Kind, date]]:
    step = timedelta(weeks=1)
    return ("earlier", launch.week - step), ("later", launch.week + step)


def _worth(one: Alternative) -> float:
    return float(one.delta.value) if one.delta and isinstance(one.delta.value, int | float) else float("-inf")


def _solved(bench: Bench, product: Product, kind: Kind, week: date, placement: str | None) -> Alternative:
    """Solve the whole plan again with the product locked there."""
    asked = Alternative(kind, week, placement)
    try:
        told = bench.engine.counterfactual(bench.stored, Lock(product.product_id, week, placement))
    except PlannerTimeout:
        return replace(asked, hindrance="no_time")
    if told.plan is None:
        impossible = _add_impossible(bench, product, asked, told)
        return replace(asked, hindrance=_hindrance(bench, product, week, placement), impossible=impossible)
    delta = about_product.add_delta(bench, "move_delta", product, told, explains=None, week=week, placement=placement)
    there = told.plan.launch_of(product.product_id)
    return replace(
        asked, delta=delta, there=product_facts.add_expected(bench, there, explains=delta) if there else None
    )


def _hindrance(bench: Bench, product: Product, week: date, placement: str | None) -> Hindrance:
    """Say why a product cannot be launched there, in the order in which a planner would look."""
    if product.ready_date is not None and week_of(product.ready_date) > week:
        return "not_ready"
    room = any(
        slot.week == week and placement in (None, slot.placement) and slot.capacity > 0 and slot.admits(product.group)
        for slot in bench.engine.problem.slots
    )
    return "decisions" if room else "no_slot"


def _add_impossible(bench: Bench, product: Product, asked: Alternative, told: Counterfactual) -> Fact:
    about, source = (product.product_id, product.title), bench.sources.solve(told, [product.product_id])
    return bench.sheet.add("cannot_plan", *about, "impossible", source, week=asked.week, placement=asked.placement)
