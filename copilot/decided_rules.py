"""What the operator decided and stands in the plan: said in words, and undone where a question asks about it.

A week, a category or a slot that takes no launches by such a rule is closed by hand: no plan can place anything there,
and what it would bring is found by solving with the rule undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from copilot.phrases import Phrases
    from ranking.plan import Plan
    from ranking.problem import PlanningProblem

Closing = CapLaunches | SetCapacity


def told_rule(phrases: Phrases, problem: PlanningProblem, rule: Intervention) -> str:
    """Say a rule in the words of a language, in the form "at most 3 launches in 2017-W43"."""
    week, placement = getattr(rule, "week", None), getattr(rule, "placement", None)
    where = {"week": format_week(week) if week else "", "placement": placement or ""}
    match rule:
        case CapLaunches(launches, _, group):
            return phrases.message("rule_cap", launches=launches, group=group or "", **where)
        case SetCapacity(_, _, capacity):
            return phrases.message("rule_capacity", capacity=capacity, **where)
        case Lock() | Exclude():
            kind = "lock" if isinstance(rule, Lock) else "exclude"
            return phrases.message(f"rule_{kind}", **_product(problem, rule.product_id), **where)
        case ScaleForecast(_, factor) | ChangePrice(_, factor):
            kind = "forecast" if isinstance(rule, ScaleForecast) else "price"
            return phrases.message(f"rule_{kind}", factor=f"{factor:g}", **_product(problem, rule.product_id))


def _product(problem: PlanningProblem, product_id: str) -> dict[str, str]:
    known = product_id in problem.product_ids
    title = problem.titles[problem.product_ids.index(product_id)] if known else ""
    return {"title": title, "product": product_id}


def closed_by(plan: Plan, week: date | None, placement: str | None = None, group: str = "") -> tuple[Closing, ...]:
    """Return the standing rules that let nothing (of a category) into a week, a placement in it, or anywhere."""
    return tuple(
        rule for rule in plan.interventions if isinstance(rule, Closing) and _closes(rule, week, placement, group)
    )


def _closes(rule: Intervention, week: date | None, placement: str | None, group: str) -> bool:
    match rule:
        case CapLaunches(0, of_week, of_group):
            return of_week in (None, week) and of_group in (None, group)
        case SetCapacity(of_week, of_placement, 0):
            return (of_week, of_placement) == (week, placement)
        case _:
            return False


def reopened(problem: PlanningProblem, rules: Sequence[Closing]) -> tuple[Closing, ...]:
    """Return what stands in place of closing rules when they are undone: the room that the calendar has there."""
    return tuple(
        SetCapacity(rule.week, rule.placement, _capacity(problem, rule))
        if isinstance(rule, SetCapacity)
        else CapLaunches(room_in(problem, rule.week), rule.week, rule.group)
        for rule in rules
    )


def room_in(problem: PlanningProblem, week: date | None) -> int:
    """Return how many launches the slots of a week take, of the roomiest one without a week, within the shop's cap."""
    weeks = [week] if week else list(problem.weeks)
    room = max(sum(slot.capacity for slot in problem.slots if slot.week == one) for one in weeks)
    return room if problem.weekly_cap is None else min(room, problem.weekly_cap)


def _capacity(problem: PlanningProblem, rule: SetCapacity) -> int:
    return next(slot.capacity for slot in problem.slots if (slot.week, slot.placement) == (rule.week, rule.placement))
