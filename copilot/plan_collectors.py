"""Collectors about the plan and the catalogue: what is planned, the rhythm of launches, and products found by words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from copilot.factsheet import Fact
from copilot.product_facts import Bench, add_expected, add_slot
from ranking.plan import Launch
from ranking.rhythm import FEW_LAUNCHES

if TYPE_CHECKING:
    from ranking.rhythm import GroupRhythm

LAUNCHES_SAID = 4  # launches named in an overview
GROUPS_SAID = 3  # groups a rhythm answer goes through
HITS_SAID = 5  # products listed by a search
GAP_STEP = 1e-5  # a gap is told rounded up, so that it stays proven


@dataclass(frozen=True)
class Part:
    """A part of the plan: the launches in these weeks, placements and groups; empty means all."""

    weeks: tuple[date, ...] = ()
    placements: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def holds(self, launch: Launch) -> bool:
        """Say whether a launch is in this part."""
        fits_week = not self.weeks or launch.week in self.weeks
        fits_placement = not self.placements or launch.placement in self.placements
        return fits_week and fits_placement and (not self.groups or launch.group in self.groups)


def planned(bench: Bench, part: Part) -> None:
    """What is planned in a part of the plan: for each named week, placement and group, then the largest launches."""
    for piece in _pieces(part):
        bench.sheet.must_say(add_planned_count(bench, piece))
    launches = sorted(filter(part.holds, bench.stored.plan.launches), key=largest_first)
    if launches and len(_pieces(part)) == 1:
        bench.sheet.must_say(add_planned_units(bench, part))
    for launch in launches[:LAUNCHES_SAID]:
        bench.sheet.must_say(add_expected(bench, launch))
    for launch in launches[LAUNCHES_SAID : 2 * LAUNCHES_SAID]:
        add_slot(bench, launch)
    if part == Part():
        bench.sheet.must_say(*_about_the_plan(bench))


def add_planned_count(bench: Bench, part: Part) -> Fact:
    """Add how many launches a part of the plan holds; the part names at most one week, placement and group."""
    launches = [launch for launch in bench.stored.plan.launches if part.holds(launch)]
    return _add_over_part(bench, "planned_count", part, len(launches), launches)


def add_planned_units(bench: Bench, part: Part) -> Fact:
    """Add the expected units of a part of the plan, summed over its launches."""
    launches = [launch for launch in bench.stored.plan.launches if part.holds(launch)]
    total = float(sum(launch.expected_units for launch in launches))
    return _add_over_part(bench, "planned_units", part, total, launches)


def rhythm(bench: Bench, groups: Sequence[str], weeks: Sequence[date] = ()) -> None:
    """How many launches per week the data supports, for some groups or for the whole season."""
    for week in weeks:
        bench.sheet.must_say(add_planned_count(bench, Part(weeks=(week,))))
    if not groups:
        add_season(bench)
        return
    known = {one.group: one for one in bench.engine.rhythm.groups}
    most_launched = sorted(groups, key=lambda group: -known[group].n_launches if group in known else 0)
    for group in most_launched[:GROUPS_SAID]:
        facts = add_group_rhythm(bench, group, known.get(group))
        bench.sheet.must_say(*(facts if len(groups) == 1 else facts[:2]))


def add_season(bench: Bench) -> list[Fact]:
    """Add the rhythm over all groups: what is recommended, what was usual, what the plan does, how crowding tells."""
    found = bench.engine.rhythm
    source = bench.sources.rhythm()
    advice = bench.sheet.add("recommended_per_week", "season", "season", int(found.recommended_per_week), source)
    usual = float(found.launches_per_week)
    facts = [advice, bench.sheet.add("observed_per_week", "season", "season", usual, source, explains=advice)]
    facts.append(_add_planned_per_week(bench, "season", bench.stored.plan.launches))
    powers = (found.pooled_elasticity, found.pooled_low, found.pooled_high)
    crowding = _add_crowding(bench, "season", powers, advice)
    bench.sheet.must_say(*facts, crowding)
    return [*facts, crowding] if crowding else facts


def add_group_rhythm(bench: Bench, group: str, found: GroupRhythm | None) -> list[Fact]:
    """Add one group's rhythm and return its facts in order of weight.

    First what is recommended; then why it follows past practice alone, where it does; what was usual; how crowding
    tells; on how many launches it rests; what was busiest; what the plan does.
    """
    if found is None:
        return [_add_unsupported(bench, group, FEW_LAUNCHES)]
    source = bench.sources.rhythm(group)
    sheet, about = bench.sheet, (group, group)
    advice = sheet.add("recommended_per_week", *about, int(found.recommended_per_week), source)
    facts: list[Fact | None] = [advice]
    facts.append(None if found.supported else _add_unsupported(bench, group, found.note_key))
    facts.append(sheet.add("observed_per_week", *about, float(found.mean_per_week), source, explains=advice))
    facts.append(_add_crowding(bench, group, (found.crowding_elasticity, found.low, found.high), advice))
    facts.append(sheet.add("rhythm_evidence", *about, int(found.n_launches), source, explains=advice))
    facts.append(sheet.add("busiest_per_week", *about, int(found.busiest_per_week), source, explains=advice))
    launches = [launch for launch in bench.stored.plan.launches if launch.group == group]
    facts.append(_add_planned_per_week(bench, group, launches))
    return [fact for fact in facts if fact is not None]


def find_products(bench: Bench, words: str, groups: Sequence[str]) -> None:
    """Which products match some words, whether they wait or are on sale, and where the waiting ones are planned."""
    query = " ".join(part for part in (words, *groups) if part)
    hits = bench.engine.search.search(query, k=HITS_SAID)
    if not hits:
        bench.sheet.say("no_matches", name=query)
        return
    for hit in hits:
        source = bench.sources.product(hit.product_id)
        fact = bench.sheet.add("search_hit", hit.product_id, hit.title, hit.status, source)
        bench.sheet.must_say(fact)
    for hit in hits:
        launch = bench.launch_of(hit.product_id)
        if launch:
            add_slot(bench, launch)


def list_possible(bench: Bench, product_ids: Sequence[str], limit: int) -> None:
    """List the products that a name could stand for, by their numbers."""
    for product_id in product_ids[:limit]:
        product = bench.engine.product(product_id)
        launch = bench.launch_of(product_id)
        fact = bench.sheet.add(
            "possible_product",
            product_id,
            product.title,
            product_id,
            bench.sources.product(product_id),
            week=launch.week if launch else None,
            placement=launch.placement if launch else None,
        )
        bench.sheet.must_say(fact)


def _pieces(part: Part) -> list[Part]:
    """Split a part so that each piece names at most one week, one placement and one group."""
    return [
        Part(weeks, placements, groups)
        for weeks in ([(week,) for week in part.weeks] or [()])
        for placements in ([(placement,) for placement in part.placements] or [()])
        for groups in ([(group,) for group in part.groups] or [()])
    ]


def _add_over_part(bench: Bench, name: str, part: Part, value: float | int, launches: Sequence[Launch]) -> Fact:
    group = part.groups[0] if part.groups else "plan"
    ids = [launch.product_id for launch in launches]
    return bench.sheet.add(
        name,
        group,
        group,
        value,
        bench.sources.plan(ids),
        week=part.weeks[0] if len(part.weeks) == 1 else None,
        placement=part.placements[0] if len(part.placements) == 1 else None,
    )


def _about_the_plan(bench: Bench) -> list[Fact]:
    plan = bench.stored.plan
    source = bench.sources.plan()
    return [
        bench.sheet.add("plan_candidates", "plan", "plan", plan.n_candidates, source),
        add_plan_gap(bench),
    ]


def add_plan_gap(bench: Bench) -> Fact:
    """Add by how much any other plan can be better, as it was proven."""
    gap = math.ceil(max(bench.stored.plan.gap, 0.0) / GAP_STEP - 1e-9) * GAP_STEP
    return bench.sheet.add("plan_gap", "plan", "plan", gap, bench.sources.plan())


def _add_planned_per_week(bench: Bench, subject: str, launches: Sequence[Launch]) -> Fact:
    mean = len(launches) / max(1, len(bench.engine.weeks))
    source = bench.sources.plan([launch.product_id for launch in launches])
    return bench.sheet.add("planned_per_week", subject, subject, mean, source)


def _add_unsupported(bench: Bench, group: str, note_key: str) -> Fact:
    """Add why a group's rhythm follows past practice alone: too few launches, or no crowding in them."""
    source = bench.sources.rhythm(group)
    return bench.sheet.add("rhythm_unsupported", group, group, note_key.replace("_", " "), source)


def _add_crowding(bench: Bench, group: str, powers: Sequence[float], advice: Fact) -> Fact | None:
    """Add what twice as many launches go along with, as a ratio: 2 to the power of the elasticity and of its bounds.

    Without an estimate the bounds are infinite, and there is nothing to state.
    """
    if not all(map(math.isfinite, powers)):
        return None
    value, low, high = (2.0 ** float(power) for power in powers)
    source = bench.sources.rhythm("" if group == "season" else group)
    return bench.sheet.add("crowding_effect", group, group, value, source, interval=(low, high), explains=advice)


def largest_first(launch: Launch) -> tuple[float, str]:
    """Sort key: the launches with most expected units first."""
    return -launch.expected_units, launch.product_id
