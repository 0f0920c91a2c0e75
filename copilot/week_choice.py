"""Which of two weeks is the better one for a product: both plans are solved, and the difference is proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from copilot.fact_collectors import SlotAsked, add_delta, add_impossible, add_not_planned, add_place, solved_there
from copilot.planner_facts import say_set_aside
from copilot.product_facts import Bench, add_expected, add_slot
from copilot.topics import asks

if TYPE_CHECKING:
    from copilot.engine import Product
    from copilot.questions import Question
    from ranking.counterfactual import Counterfactual
    from ranking.plan import Launch, Plan

WEEKS_WEIGHED = 3  # each takes a re-solve


@dataclass(frozen=True)
class _Weighed:
    """The best plan with the product in a week; `told` is None where it stands there already."""

    week: date
    plan: Plan
    told: Counterfactual | None


def weeks_asked(bench: Bench, question: Question) -> tuple[date, ...]:
    """Return the weeks of the plan that a question sets against each other, or none.

    After a question about a product, bare numbers are weeks of the plan too: "44 or 46?".
    """
    found = question.entities
    if not asks(bench, question, "either"):
        return ()
    weeks = tuple(week for week in found.weeks if week not in found.without)
    if not (weeks or found.placements or found.shift_weeks):
        by_number = {float(week.isocalendar().week): week for week in bench.engine.weeks}
        weeks = tuple(by_number[number] for number in found.numbers if number in by_number)
    weeks = tuple(dict.fromkeys(weeks))[:WEEKS_WEIGHED]
    return weeks if len(weeks) > 1 else ()


def choose_week(bench: Bench, product: Product, weeks: Sequence[date], placement: str | None) -> None:
    """Say which of the weeks is worth most to the plan and by how much, or that none is; then what each would mean."""
    launch = bench.launch_of(product.product_id)
    tried = [_weighed(bench, product, week, placement, launch) for week in weeks]
    weighed = sorted((one for one in tried if isinstance(one, _Weighed)), key=lambda one: -one.plan.objective)
    if len(weighed) > 1:
        _add_choice(bench, product, *weighed[:2])
    if launch is None:
        bench.sheet.must_say(add_not_planned(bench, product))
    for one in weighed:
        _tell_week(bench, product, one, placement, launch)
    for week, told in (one for one in tried if not isinstance(one, _Weighed)):
        bench.sheet.must_say(add_impossible(bench, product, SlotAsked(week, placement), told))


def _weighed(
    bench: Bench, product: Product, week: date, placement: str | None, launch: Launch | None
) -> _Weighed | tuple[date, Counterfactual]:
    """Return the best plan with the product in the week, or the week with the solve that found none."""
    if launch is not None and not SlotAsked(week, placement).differs_from(launch):
        return _Weighed(week, bench.stored.plan, None)
    told = solved_there(bench, product, SlotAsked(week, placement))
    return (week, told) if told.plan is None else _Weighed(week, told.plan, told)


def _add_choice(bench: Bench, product: Product, best: _Weighed, other: _Weighed) -> None:
    """Add by how much the best week is ahead of the next; the true difference lies within the two plans' bounds."""
    told = best.told or other.told
    assert told is not None  # a product stands in one week at most
    low, high = best.plan.objective - other.plan.bound, best.plan.bound - other.plan.objective
    fact = bench.sheet.add(
        "week_choice",
        product.product_id,
        product.title,
        float(best.plan.objective - other.plan.objective),
        bench.sources.solve(told, [product.product_id]),
        interval=(float(low), float(high)),
        week=best.week,
        other_week=other.week,
    )
    bench.sheet.must_say(fact)


def _tell_week(bench: Bench, product: Product, one: _Weighed, placement: str | None, launch: Launch | None) -> None:
    """Say what the product in this week changes, where it would stand, and what it should sell there."""
    if one.told is None:
        assert launch is not None
        slot = add_slot(bench, launch)
        bench.sheet.must_say(slot, add_expected(bench, launch, explains=slot))
        return
    say_set_aside(bench, one.told)
    delta = add_delta(bench, "move_delta", product, one.told, explains=None, week=one.week, placement=placement)
    there = one.plan.launch_of(product.product_id)
    bench.sheet.must_say(delta)
    if there is not None:
        if placement is None:
            add_place(bench, "forced_slot", there, one.told)
        bench.sheet.must_say(add_expected(bench, there, explains=delta))
