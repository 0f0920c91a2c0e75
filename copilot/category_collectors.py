"""Collectors about why a category has no launch or none in a slot, and why it has so many.

Each is told by solving anew: with its best candidate there, or without its launches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.fact_collectors import SlotAsked, add_change, add_delta, why_not
from copilot.group_names import within
from copilot.plan_collectors import (
    GROUPS_SAID,
    PIECES_SAID,
    Part,
    add_planned_count,
    largest_first,
    pieces_of,
    planned,
)
from copilot.product_facts import Bench
from copilot.rhythm_collectors import add_group_rhythm
from ranking.interventions import CapLaunches, Exclude

if TYPE_CHECKING:
    from datetime import date

    from copilot.engine import Product
    from copilot.factsheet import Fact
    from ranking.counterfactual import Counterfactual
    from ranking.plan import Launch


def why_none(bench: Bench, asked: Part) -> None:
    """Why nothing of some categories is planned, in all or in the weeks and placements asked about.

    Where something is, the answer is that, and what it is.
    """
    launches = bench.stored.plan.launches
    asked = _most_first(asked, launches)
    if any(asked.holds(launch) for launch in launches):
        planned(bench, asked)
        _add_why_so_many(bench, asked.narrowed(launches))
        return
    slot = SlotAsked(
        asked.weeks[0] if len(asked.weeks) == 1 else None, asked.placements[0] if len(asked.placements) == 1 else None
    )
    anywhere = [launch for launch in launches if Part(groups=asked.groups).holds(launch)]
    if anywhere:
        _add_none_there(bench, asked.narrowed(launches))
        best = min(anywhere, key=largest_first)
        why_not(bench, bench.engine.product(best.product_id), slot, evidence=False)
        return
    waiting = _waiting(bench, asked.groups)
    if not waiting:
        bench.sheet.say("no_candidates", groups=", ".join(asked.groups[:GROUPS_SAID]))
        return
    bench.sheet.must_say(*(_add_waiting(bench, group) for group in asked.groups[:GROUPS_SAID]))
    if (best := _best(bench, waiting)) is not None:
        fact = _add_best(bench, best)
        bench.sheet.must_say(fact)
        add_change(bench, best, slot, fact, "force_delta")


def _add_why_so_many(bench: Bench, asked: Part) -> None:
    """Add, after how many there are, what the plan would lose without each category, and without its weakest launch.

    The first says what they bring beyond those that would take their places, the second why there is not one less.
    """
    if asked.placements or asked.without or len(asked.weeks) > 1:
        return
    week = asked.weeks[0] if asked.weeks else None
    at = len(pieces_of(asked)[:PIECES_SAID])  # after what is counted
    for name in asked.groups[:GROUPS_SAID]:
        held = sorted(filter(replace(asked, groups=(name,)).holds, bench.stored.plan.launches), key=largest_first)
        if not held:
            continue
        below = [group for group in bench.engine.group_names() if within(group, name)]
        without = bench.engine.counterfactual(bench.stored, *(CapLaunches(0, week, group) for group in below))
        facts = [_add_loss(bench, name, week, without)]
        if len(held) > 1 and len(asked.groups) == 1 and week is None:
            weakest = bench.engine.product(held[-1].product_id)
            told = bench.engine.counterfactual(bench.stored, Exclude(weakest.product_id))
            facts.append(add_delta(bench, "drop_loss", weakest, told, explains=None, week=None, placement=None))
        bench.sheet.must_say(*facts, place=at)
    for group in asked.groups if len(asked.groups) == 1 and not week else ():
        found = {one.group: one for one in bench.engine.rhythm.groups}.get(group)
        bench.sheet.must_say(*add_group_rhythm(bench, group, found)[:1] if found else ())


def _add_loss(bench: Bench, name: str, week: date | None, told: Counterfactual) -> Fact | None:
    """Add what the best plan without a category (in a week) is worth against the plan."""
    if told.delta_units is None or told.delta_low is None or told.delta_high is None:
        return None
    ids = [launch.product_id for launch in (*told.displaced, *told.gained)]
    interval = (float(told.delta_low), float(told.delta_high))
    source = bench.sources.solve(told, ids)
    return bench.sheet.add("category_loss", name, name, float(told.delta_units), source, interval=interval, week=week)


def _most_first(asked: Part, launches: Sequence[Launch]) -> Part:
    """Put the categories with most launches in the part first."""
    held = {name: sum(replace(asked, groups=(name,)).holds(one) for one in launches) for name in asked.groups}
    return replace(asked, groups=tuple(sorted(asked.groups, key=lambda name: -held[name])))


def _add_none_there(bench: Bench, asked: Part) -> None:
    """Add that each category has nothing in the weeks and placements asked about, and what it has anywhere."""
    for group in asked.groups[:GROUPS_SAID]:
        for week in asked.weeks or (None,):
            weeks = (week,) if week else ()
            bench.sheet.must_say(add_planned_count(bench, Part(weeks, asked.placements[:1], (group,))))
    bench.sheet.must_say(*(add_planned_count(bench, Part(groups=(one,))) for one in asked.groups[:GROUPS_SAID]))


def _waiting(bench: Bench, groups: Sequence[str]) -> list[str]:
    """Return the candidates of some categories."""
    problem = bench.engine.problem
    rows = zip(problem.product_ids, problem.groups, strict=True)
    return [one for one, group in rows if any(within(group, name) for name in groups)]


def _add_waiting(bench: Bench, group: str) -> Fact | None:
    """Add how many candidates of a category got no slot, which are all that it has; none where it has none."""
    ids = _waiting(bench, [group])
    source = bench.sources.plan(ids[:1])
    return bench.sheet.add("candidates_left_out", group, group, len(ids), source) if ids else None


def _best(bench: Bench, product_ids: Sequence[str]) -> Product | None:
    """Return the product with the highest forecast, or None where none has one."""
    forecasts = {one: found.units for one in product_ids if (found := bench.engine.forecast(one)) is not None}
    best = min(forecasts, key=lambda one: (-forecasts[one], one), default=None)
    return bench.engine.product(best) if best else None


def _add_best(bench: Bench, product: Product) -> Fact | None:
    """Add what the best candidate of its category is forecast to sell before any slot."""
    found = bench.engine.forecast(product.product_id)
    if found is None:
        return None
    return bench.sheet.add(
        "best_candidate",
        product.product_id,
        product.title,
        float(found.units),
        bench.sources.forecast(product.product_id, ()),
        interval=(float(found.low), float(found.high)),
        other=("", product.group),
    )
