"""Collectors about the plan: what is planned in a part of it, and the rhythm of launches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from copilot.factsheet import Fact
from copilot.group_names import within
from copilot.length import wants_detail
from copilot.part_totals import add_over_part, add_totals, left_out_names, summed
from copilot.planner_facts import add_fatigue, add_solved_rhythm
from copilot.product_facts import Bench, add_expected, add_slot
from copilot.settled_words import says
from ranking.plan import Launch
from ranking.rhythm import FEW_LAUNCHES

if TYPE_CHECKING:
    from ranking.rhythm import GroupRhythm

LAUNCHES_SAID = 5  # launches named in an overview
LISTED_IN_FULL = 20  # launches named where all are asked for
GROUPS_SAID = 3  # groups a rhythm answer goes through
PIECES_SAID = 6  # weeks, placements or groups that are counted one by one
GAP_STEP = 1e-5  # a gap is told rounded up, so that it stays proven


@dataclass(frozen=True)
class Part:
    """A part of the plan: the launches in these weeks, placements and groups; empty means all.

    `without` holds the weeks, placements, groups and products that are left out.
    """

    weeks: tuple[date, ...] = ()
    placements: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    without: tuple[object, ...] = ()

    def holds(self, launch: Launch) -> bool:
        """Say whether a launch is in this part."""
        fits_week = not self.weeks or launch.week in self.weeks
        fits_placement = not self.placements or launch.placement in self.placements
        fits_group = not self.groups or any(within(launch.group, group) for group in self.groups)
        left_out = not {launch.week, launch.placement, launch.product_id}.isdisjoint(self.without)
        left_out = left_out or any(within(launch.group, str(group)) for group in self.without)
        return fits_week and fits_placement and fits_group and not left_out

    def narrowed(self, launches: Sequence[Launch]) -> Part:
        """Leave out the groups without a launch in the plan, when others that the name could mean have some."""
        planned = tuple(group for group in self.groups if any(within(one.group, group) for one in launches))
        return replace(self, groups=planned or self.groups)


def planned(bench: Bench, part: Part) -> None:
    """What is planned in a part of the plan: for each named week, placement and group, then the largest launches."""
    part = part.narrowed(bench.stored.plan.launches)
    if part.without:
        _list_without(bench, part)
        return
    bench.sheet.must_say(*add_totals(bench, part))
    for piece in pieces_of(part)[:PIECES_SAID]:
        bench.sheet.must_say(add_planned_count(bench, piece))
    launches = sorted(filter(part.holds, bench.stored.plan.launches), key=largest_first)
    if launches and len(pieces_of(part)) == 1:
        bench.sheet.must_say(add_planned_units(bench, part))
    list_launches(bench, launches, part=part)
    if part == Part():
        bench.sheet.must_say(*_about_the_plan(bench))


def planned_units(bench: Bench, part: Part, *, apart: bool = False) -> None:
    """How many units the launches of a part of the plan are expected to sell, and the largest of them.

    `apart` is for weeks, placements or categories set against each other: what they sell together compares nothing.
    """
    part = part.narrowed(bench.stored.plan.launches)
    if part.without:
        _list_without(bench, part)
        return
    if not apart:
        bench.sheet.must_say(*reversed(add_totals(bench, part)))
    for piece in pieces_of(part)[:PIECES_SAID]:
        bench.sheet.must_say(add_planned_units(bench, piece), add_planned_count(bench, piece))
    list_launches(bench, sorted(filter(part.holds, bench.stored.plan.launches), key=largest_first), part=part)


def _list_without(bench: Bench, part: Part) -> None:
    """Count what is left, by facts that name what they leave out, and name its largest launches."""
    say_left_out(bench, part)
    bench.sheet.must_say(*add_totals(bench, part))
    list_launches(bench, sorted(filter(part.holds, bench.stored.plan.launches), key=largest_first))


def say_left_out(bench: Bench, part: Part) -> None:
    """Say what an answer leaves out, where the question speaks against something."""
    if part.without:
        bench.sheet.say("without_parts", names=", ".join(left_out_names(bench, part.without)))


def list_launches(
    bench: Bench, launches: Sequence[Launch], said: int = LAUNCHES_SAID, part: Part | None = None
) -> None:
    """Name the first launches of a part with their units, and say how many more that part holds.

    Without a part, and of several weeks, placements or groups together, the rest is not counted: nothing could say of
    which it is, and a longer answer names more of them. Of one part a longer answer names them in full, as one to "list
    all launches in week 46" does at once.
    """
    single = part is not None and len(pieces_of(part)) == 1
    if single and says(bench.sheet.question, "asks_all", bench.sources.phrases):
        said = LISTED_IN_FULL
    for launch in launches[:said]:
        bench.sheet.must_say(add_expected(bench, launch))
    further = launches[said:]
    if single and part is not None and wants_detail(bench.sheet.question):
        for launch in further[: LISTED_IN_FULL - said]:
            add_expected(bench, launch)
        if rest := launches[LISTED_IN_FULL:]:
            _add_count(bench, "more_launches", part, rest)
    elif further and part is not None and single:
        bench.sheet.must_say(_add_count(bench, "more_launches", part, further))
    else:
        for launch in further[:said]:
            add_slot(bench, launch)


def add_planned_count(bench: Bench, part: Part) -> Fact:
    """Add how many launches a part of the plan holds; the part names at most one week, placement and group."""
    launches = [launch for launch in bench.stored.plan.launches if part.holds(launch)]
    return _add_count(bench, "planned_count", part, launches)


def _add_count(bench: Bench, name: str, part: Part, launches: Sequence[Launch]) -> Fact:
    source = bench.sources.plan([launch.product_id for launch in launches])
    return add_over_part(bench, name, part, len(launches), source)


def add_planned_units(bench: Bench, part: Part) -> Fact:
    """Add the expected units of a part of the plan, summed over its launches, with the interval of their sum."""
    launches = [launch for launch in bench.stored.plan.launches if part.holds(launch)]
    total = summed(bench, launches)
    return add_over_part(bench, "planned_units", part, total.units, total.source, interval=total.interval)


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
    most_launched = sorted(below, key=lambda group: -known[group].n_launches if group in known else 0)
    for week in weeks or (None,):
        if week is not None or set(named) - set(below):
            asked = [name for name in named if name not in below] or most_launched[:GROUPS_SAID]
            facts = [add_planned_count(bench, Part((week,) if week else (), groups=(name,))) for name in asked]
            bench.sheet.must_say(*facts)
    for group in most_launched[:GROUPS_SAID]:
        facts = add_group_rhythm(bench, group, known.get(group))
        bench.sheet.must_say(*(facts if len(below) == 1 else facts[:2]))
        if len(below) == 1:
            solved = [add_solved_rhythm(bench, group, week) for week in weeks or bench.engine.weeks[:1]]
            bench.sheet.must_say(*(fact for pair in solved for fact in pair), *add_fatigue(bench, group))


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


def pieces_of(part: Part) -> list[Part]:
    """Split a part so that each piece names at most one week, one placement and one group."""
    return [
        Part(weeks, placements, groups)
        for weeks in ([(week,) for week in part.weeks] or [()])
        for placements in ([(placement,) for placement in part.placements] or [()])
        for groups in ([(group,) for group in part.groups] or [()])
    ]


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


def largest_first(launch: Launch) -> tuple[float, str]:
    """Sort key: the launches with most expected units first."""
    return -launch.expected_units, launch.product_id
