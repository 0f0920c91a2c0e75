"""Collectors about weeks and slots that hold nothing: closed by hand, reopened, or given room for one more launch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.change_collectors import tell_change
from copilot.decided_rules import reopened
from copilot.group_names import within
from copilot.plan_collectors import Part, planned
from copilot.planner_facts import closing_rules, say_closed
from ranking.interventions import CapLaunches, SetCapacity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from copilot.product_facts import Bench
    from ranking.interventions import Intervention
    from ranking.problem import Slot


def why_empty(bench: Bench, asked: Part) -> None:
    """Why a week or a slot has no launch: the decision that closes it, and what the plan gains with that undone."""
    rules = closing_rules(bench, asked.weeks, asked.placements)
    if not rules:
        planned(bench, asked)
        return
    say_closed(bench, rules)
    bench.sheet.say("closed_cost")
    tell_change(bench, reopened(bench.engine.problem, rules), None, undoes=True)


def reopening(bench: Bench, asked: Part) -> tuple[Intervention, ...]:
    """Return what "reopen week 45" supposes; nothing where no decision closes it."""
    return reopened(bench.engine.problem, closing_rules(bench, asked.weeks, asked.placements))


def one_more(bench: Bench, asked: Part, groups: Sequence[str], n: int) -> tuple[Intervention, ...]:
    """Return what "one more launch in week 42" supposes: room for so many more than the plan has there.

    Where every slot of the week is taken, the place that is worth most to the plan has room for them.
    """
    supposed: list[Intervention] = []
    for week in asked.weeks:
        held = [launch for launch in bench.stored.plan.launches if launch.week == week]
        for group in groups:
            of_group = sum(within(launch.group, group) for launch in held)
            supposed.append(CapLaunches(of_group + n, week, group))
        slots = [slot for slot in bench.engine.problem.slots if slot.week == week]
        full = len(held) + n > sum(slot.capacity for slot in slots)
        if full and slots:
            slot = _dearest(bench, slots)
            supposed.insert(0, SetCapacity(week, slot.placement, slot.capacity + n))
        cap = bench.engine.problem.weekly_cap
        if not groups and (not full or (cap is not None and len(held) + n > cap)):
            supposed.append(CapLaunches(len(held) + n, week))
    return tuple(supposed)


def _dearest(bench: Bench, slots: Sequence[Slot]) -> Slot:
    """Return the slot of a week in which one more place is worth most at most; the first where no slot binds."""
    prices: dict[tuple[date | None, str], float] = {}
    for rule, price in bench.engine.binding(bench.stored):
        if rule.kind == "slot":
            prices[rule.week, rule.placement] = price
    return max(slots, key=lambda slot: prices.get((slot.week, slot.placement), 0.0))
