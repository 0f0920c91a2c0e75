"""Collectors about the plan: what is planned in a part of it, counted, summed and named."""

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
from copilot.planner_facts import closing_rules, say_closed
from copilot.product_facts import Bench, add_expected, add_slot
from copilot.settled_words import says
from ranking.plan import Launch

if TYPE_CHECKING:
    pass

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
    if not launches:
        say_closed(bench, closing_rules(bench, part.weeks, part.placements), closing=True)
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


def units_by_week(bench: Bench, part: Part) -> None:
    """How many units the launches of each week are expected to sell, and of all of them together."""
    part = part.narrowed(bench.stored.plan.launches)
    group, placement = part.groups[:1], part.placements[:1]
    bench.sheet.must_say(add_planned_units(bench, Part((), placement, group)))
    for week in part.weeks or bench.engine.weeks:
        piece = Part((week,), placement, group)
        held = any(map(piece.holds, bench.stored.plan.launches))
        bench.sheet.must_say(add_planned_units(bench, piece) if held else add_planned_count(bench, piece))


def launches_by_week(bench: Bench, part: Part) -> None:
    """How many launches each week has, and all of them together."""
    part = part.narrowed(bench.stored.plan.launches)
    group, placement = part.groups[:1], part.placements[:1]
    bench.sheet.must_say(add_planned_count(bench, Part((), placement, group)))
    weeks = part.weeks or bench.engine.weeks
    bench.sheet.must_say(*(add_planned_count(bench, Part((week,), placement, group)) for week in weeks))


def weeks_without(bench: Bench, part: Part) -> None:
    """Which weeks have no launch of some categories, after how many each category has in all."""
    groups = part.narrowed(bench.stored.plan.launches).groups[:GROUPS_SAID]
    for group in groups:
        bench.sheet.must_say(add_planned_count(bench, Part(groups=(group,))))
        weeks = [Part((week,), groups=(group,)) for week in bench.engine.weeks]
        empty = [one for one in weeks if not any(map(one.holds, bench.stored.plan.launches))]
        bench.sheet.must_say(*(add_planned_count(bench, one) for one in empty))
        if not empty:
            bench.sheet.say("in_every_week", closing=True, group=group)


def _list_without(bench: Bench, part: Part) -> None:
    """Count what is left, by facts that name what they leave out, and name its largest launches."""
    say_left_out(bench, part)
    bench.sheet.must_say(*add_totals(bench, part))
    launches = sorted(filter(part.holds, bench.stored.plan.launches), key=largest_first)
    if further := len(launches) - name_first(bench, launches):  # no fact names both what is left out and what is listed
        names = ", ".join(left_out_names(bench, part.without, short=True))
        bench.sheet.say("further_without", closing=True, n=further, names=names)


def name_first(bench: Bench, launches: Sequence[Launch]) -> int:
    """Name the first of some launches with their units, all of them where that is asked for; return how many."""
    asks_all = says(bench.sheet.question, "asks_all", bench.sources.phrases)
    said = LISTED_IN_FULL if asks_all else LAUNCHES_SAID
    bench.sheet.must_say(*(add_expected(bench, launch) for launch in launches[:said]))
    if wants_detail(bench.sheet.question):
        for launch in launches[said:LISTED_IN_FULL]:
            add_expected(bench, launch)
        return min(len(launches), LISTED_IN_FULL)
    for launch in launches[said : 2 * said]:
        add_slot(bench, launch)
    return min(len(launches), said)


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


def largest_first(launch: Launch) -> tuple[float, str]:
    """Sort key: the launches with most expected units first."""
    return -launch.expected_units, launch.product_id
