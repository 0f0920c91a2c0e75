"""Collectors about the rhythm of launches: of the season, of a department, and of one category."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from copilot.factsheet import Fact
from copilot.group_names import within
from copilot.plan_collectors import GROUPS_SAID, PIECES_SAID, Part, add_planned_count
from copilot.planner_facts import add_fatigue, add_solved_rhythm
from copilot.product_facts import Bench
from ranking.plan import Launch
from ranking.rhythm import FEW_LAUNCHES

if TYPE_CHECKING:
    from ranking.rhythm import GroupRhythm
LARGEST_TOLD = 3  # categories told where the season's rhythm is drafted


def rhythm(bench: Bench, groups: Sequence[str], weeks: Sequence[date] = (), *, limit_first: bool = False) -> None:
    """How many launches per week the data supports, for some groups or for the whole season, and what weeks hold.

    `limit_first` is for "should we launch more?": what sets the limit answers that.
    """
    bench.sheet.say("counted_all", closing=True)
    if not groups:
        for week in weeks:
            bench.sheet.must_say(add_planned_count(bench, Part(weeks=(week,))))
        add_season(bench, limit_first=limit_first)
        return
    known = {one.group: one for one in bench.engine.rhythm.groups}
    launches = bench.stored.plan.launches
    named = Part(groups=tuple(groups)).narrowed(launches).groups
    below = [group for group in _all_groups(bench) if any(within(group, name) for name in named)]
    held = Counter(launch.group for launch in launches)
    most_launched = sorted(below, key=lambda group: (-held[group], -known[group].n_launches if group in known else 0))
    for week in weeks or (None,):
        if week is not None or set(named) - set(below):
            asked = [name for name in named if name not in below] or most_launched[:GROUPS_SAID]
            facts = [add_planned_count(bench, Part((week,) if week else (), groups=(name,))) for name in asked]
            bench.sheet.must_say(*facts)
    departments = [name for name in named if name not in below]
    said = _add_departments(bench, departments, [group for group in most_launched if held[group]], len(below))
    for group in most_launched[:said]:
        facts = add_group_rhythm(bench, group, known.get(group))
        of_several = facts[:1] if departments else [facts[0], *facts[1:][-1:]]  # its limit, and what the plan has
        bench.sheet.must_say(*(facts if len(below) == 1 else of_several))
        if len(below) == 1:
            solved = [add_solved_rhythm(bench, group, week) for week in weeks or bench.engine.weeks[:1]]
            bench.sheet.must_say(*(fact for pair in solved for fact in pair), *add_fatigue(bench, group))


def _add_departments(bench: Bench, departments: Sequence[str], planned_too: Sequence[str], n_below: int) -> int:
    """Add the weekly launches of departments, and return how many of their categories are listed.

    Those that hold launches come first; what the total counts beside the listed ones is said.
    """
    if not departments:
        return GROUPS_SAID
    for name in departments:
        held = [launch for launch in bench.stored.plan.launches if within(launch.group, name)]
        bench.sheet.must_say(add_planned_per_week(bench, name, held))
    said = max(GROUPS_SAID, min(len(planned_too), PIECES_SAID))
    if further := planned_too[said:]:
        names = ", ".join(group.rpartition(" > ")[2] for group in further)
        bench.sheet.say("rhythm_groups_more", closing=True, names=names)
    if (n_empty := n_below - max(said, len(planned_too))) > 0:
        bench.sheet.say("rhythm_groups_left", closing=True, n=n_empty)
    return said


def _all_groups(bench: Bench) -> tuple[str, ...]:
    """Return the groups of candidates, and those that only have past launches."""
    past = (one.group for one in bench.engine.rhythm.groups)
    return tuple(dict.fromkeys((*bench.engine.group_names(), *past)))


def add_season(bench: Bench, *, limit_first: bool = False) -> list[Fact]:
    """Add the rhythm over all groups: what is recommended, what was usual, what the plan does, how crowding tells."""
    found = bench.engine.rhythm
    source = bench.sources.rhythm()
    facts = [add_planned_per_week(bench, "season", bench.stored.plan.launches), add_room(bench)]
    advice = bench.sheet.add("recommended_per_week", "season", "season", int(found.recommended_per_week), source)
    usual = float(found.launches_per_week)
    observed = bench.sheet.add("observed_per_week", "season", "season", usual, source, explains=advice)
    powers = (found.pooled_elasticity, found.pooled_low, found.pooled_high)
    crowding = _add_crowding(bench, "season", powers, advice)
    binding = _add_slots_bind(bench, facts[0], facts[1], advice)
    limits = [binding] if binding else [facts[1], advice]  # a limit that the slots never let through helps nobody
    bench.sheet.must_say(
        *(limits if limit_first else ()), facts[0], *limits, observed, crowding, *add_fatigue(bench, "")
    )
    return [fact for fact in (*facts, advice, observed, crowding, binding) if fact]


def _add_slots_bind(bench: Bench, planned: Fact, room: Fact, advice: Fact) -> Fact | None:
    """Add that the slots are the limit: the plan fills them all, and the limit that past weeks support lies above."""
    full = isinstance(planned.value, float) and planned.value == room.value
    if not full or float(room.value) >= float(advice.value):  # pyright: ignore[reportArgumentType]
        return None
    source = bench.sources.planner("slots_bind", [], limit=str(advice.value))
    return bench.sheet.add("slots_bind", "season", "season", room.value, source, explains=planned)


def add_room(bench: Bench) -> Fact:
    """Add how many launches a week of the calendar takes, which can be far fewer than the past's busy weeks held."""
    slots = bench.engine.problem.slots
    room = min((sum(slot.capacity for slot in slots if slot.week == week) for week in bench.engine.weeks), default=0)
    return bench.sheet.add("room_per_week", "season", "season", room, bench.sources.plan())


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
    if found.supported:  # else the figure is the whole shop's, or noise, and no finding about this group
        facts.append(_add_crowding(bench, group, (found.crowding_elasticity, found.low, found.high), advice))
    facts.append(sheet.add("rhythm_evidence", *about, int(found.n_launches), source, explains=advice))
    facts.append(sheet.add("busiest_per_week", *about, int(found.busiest_per_week), source, explains=advice))
    launches = [launch for launch in bench.stored.plan.launches if launch.group == group]
    facts.append(add_planned_per_week(bench, group, launches))
    return [fact for fact in facts if fact is not None]


def add_largest_groups(bench: Bench) -> list[Fact]:
    """Add how many launches a week the categories with most of them have on average."""
    held: dict[str, list[Launch]] = {}
    for launch in bench.stored.plan.launches:
        held.setdefault(launch.group, []).append(launch)
    largest = sorted(held, key=lambda group: (-len(held[group]), group))[:LARGEST_TOLD]
    return [add_planned_per_week(bench, group, held[group]) for group in largest]


def add_planned_per_week(bench: Bench, subject: str, launches: Sequence[Launch]) -> Fact:
    """Add how many of some launches a week of the plan has on average."""
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
