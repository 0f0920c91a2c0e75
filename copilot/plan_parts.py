"""The weeks, placements and categories of a plan, each with its launches: what rankings and bounds are told of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from copilot.plan_collectors import Part
    from copilot.product_facts import Bench
    from ranking.plan import Launch

Kind = Literal["week", "placement", "category"]
KINDS: tuple[Kind, ...] = ("week", "placement", "category")
_KEYS: dict[Kind, Callable[[Launch], date | str]] = {
    "week": lambda launch: launch.week,
    "placement": lambda launch: launch.placement,
    "category": lambda launch: launch.group,
}


def parts_of(bench: Bench, kind: Kind, within: Part) -> dict[date | str, list[Launch]]:
    """Return the launches of a part of the plan by week, placement or category; a week may have none."""
    parts: dict[date | str, list[Launch]] = {}
    if kind == "week":
        parts = {week: [] for week in bench.engine.weeks if not within.weeks or week in within.weeks}
    for launch in filter(within.holds, bench.stored.plan.launches):
        parts.setdefault(_KEYS[kind](launch), []).append(launch)
    return parts


def narrowed(part: Part, kind: Kind, key: date | str) -> Part:
    """Return what a week, placement or category holds of a part of the plan."""
    if isinstance(key, date):
        return replace(part, weeks=(key,))
    return replace(part, placements=(key,)) if kind == "placement" else replace(part, groups=(key,))


def units_of(launches: Iterable[Launch]) -> float:
    """Return what launches are expected to sell in all."""
    return float(sum(launch.expected_units for launch in launches))
