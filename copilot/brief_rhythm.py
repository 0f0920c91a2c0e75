"""The rhythm brief: the season's recommendation, by week and category group, and how far it may be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from copilot import plan_collectors as about_plan
from copilot import rhythm_collectors as about_rhythm
from copilot.brief_charts import Chart, Row
from copilot.brief_facts import RhythmFacts, add_effects, add_group_weeks, add_solved_totals
from copilot.brief_writing import Brief, BriefWriter, short_week
from copilot.factsheet import TIE_TOLERANCE, Fact
from copilot.group_names import within
from copilot.holidays import add_after_holidays, named_day
from copilot.plan_collectors import Part
from copilot.planner_facts import PRICED, add_fatigue, add_plan_low
from copilot.product_facts import Bench
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from ranking.rhythm import GroupRhythm

RHYTHM = "rhythm"
GROUPS_SHOWN = 12  # groups with most launches in the plan
GROUPS_DRAWN = 4  # groups with a colour of their own in the chart
PRICES_SHOWN = 4
LATE_SHOWN = 6  # launches after their day that are named


@dataclass(frozen=True)
class Pace:
    """Where a group's weeks peak and rest, in the plan and in the rhythm solved for it alone; empty where all alike."""

    facts: RhythmFacts
    peaks: tuple[date, ...]
    rests: tuple[date, ...]
    own_peaks: tuple[date, ...]
    own_rests: tuple[date, ...]


def write_rhythm(writer: BriefWriter) -> Brief:
    """Write the season's rhythm: what is recommended per week and group, why, and how sure that is."""
    bench = writer.bench
    weeks, plan = bench.engine.weeks, bench.stored.plan
    sizes = Counter(launch.group for launch in plan.launches if launch.group)
    shown = [group for group, _ in sorted(sizes.items(), key=lambda one: (-one[1], one[0]))[:GROUPS_SHOWN]]
    total = about_plan.add_planned_count(bench, Part())
    by_week = [about_plan.add_planned_count(bench, Part(weeks=(week,))) for week in weeks]
    units = [about_plan.add_planned_units(bench, Part(weeks=(week,))) for week in weeks]
    groups = [add_group_weeks(bench, group) for group in shown]
    alone, today = add_solved_totals(bench), _add_today(bench, shown)
    season = {fact.name: fact for fact in about_rhythm.add_season(bench)}
    late = add_after_holidays(bench, plan.launches, len(plan.launches))
    values: dict[str, object] = {
        "weeks": [short_week(week) for week in weeks],
        "total": total,
        "total_units": about_plan.add_planned_units(bench, Part()),
        "season": season,
        "by_week": by_week,
        "units": units,
        "groups": groups,
        "names": group_labels(shown),
        "left_out": len(sizes) - len(shown),
        "alone": alone,
        "over_limit": max(map(_size, alone[:-1])) > _size(season["recommended_per_week"]),
        "busiest": max(by_week, key=_size),
        "quietest": min(by_week, key=_size),
        "paces": [_pace(bench, one) for one in groups],
        "prices": _add_prices(bench),
        "seasons": _add_seasons(bench, shown),
        "fatigue": add_fatigue(bench, ""),
        "delay": _add_delay(bench),
        "effects": add_effects(bench),
        "agreements": [one.agreement for one in groups if one.agreement],
        "sure": _all_agree(groups),
        "seasonal": bench.engine.models.season is not None,
        "gap": about_plan.add_plan_gap(bench),
        "low": add_plan_low(bench),
        "today": today,
        "thin": _thin(groups, today),
        "late": late[:LATE_SHOWN],
        "more_late": len(late) > LATE_SHOWN,
        "drawn": shown[:GROUPS_DRAWN],
        "weeks_chart": _chart(bench, shown[:GROUPS_DRAWN]),
    }
    first, last = format_week(weeks[0]), format_week(weeks[-1])
    return writer.finish(RHYTHM, RHYTHM, "brief_rhythm.md.j2", values, first=first, last=last)


def group_labels(groups: Sequence[str]) -> dict[str, str]:
    """Return each group's shortest name that is its own: its last level, or all of it where two end alike."""
    tails = Counter(group.rpartition(" > ")[2] for group in groups)
    return {group: tail if tails[tail := group.rpartition(" > ")[2]] == 1 else group for group in groups}


def _all_agree(groups: Sequence[RhythmFacts]) -> bool:
    """Say whether every draw gives the rhythm of every group, in every week."""
    least = [one.least_sure.value for one in groups if one.least_sure]
    return bool(least) and all(share == 1 for share in least)


def _pace(bench: Bench, facts: RhythmFacts) -> Pace:
    weeks, policy = bench.engine.weeks, bench.engine.season.groups.get(facts.group)
    peaks, rests = _extremes(facts.planned, weeks)
    if policy is None:
        return Pace(facts, peaks, rests, (), ())
    own_peaks, own_rests = (tuple(weeks[at] for at in own) for own in (policy.peak_weeks, policy.rest_weeks))
    return Pace(facts, peaks, rests, own_peaks, own_rests)


def _extremes(facts: Sequence[Fact], weeks: Sequence[date]) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """Return the weeks with most launches, none if all are alike; and those without a launch."""
    sizes = [_size(fact) for fact in facts]
    if not sizes:
        return (), ()
    most = max(sizes) if max(sizes) > min(sizes) else None
    peaks = tuple(week for week, size in zip(weeks, sizes, strict=True) if size == most)
    return peaks, tuple(week for week, size in zip(weeks, sizes, strict=True) if size == 0)


def _add_prices(bench: Bench) -> list[Fact]:
    """Add what one more place would be worth where places are dearest, at most one per week and placement."""
    facts = []
    for rule, price in bench.engine.binding(bench.stored):
        if rule.kind not in ("slot", "week", "group") or len(facts) >= PRICES_SHOWN or price < TIE_TOLERANCE:
            continue
        subject = {"slot": rule.placement, "group": rule.name}.get(rule.kind, "plan")
        source = bench.sources.planner("place_price", [])
        slot = {"week": rule.week, "placement": rule.placement or None}
        facts.append(bench.sheet.add(PRICED[rule.kind], subject, subject, float(price), source, **slot))
    return facts


def _thin(
    groups: Sequence[RhythmFacts], today: Sequence[tuple[str, dict[str, Fact]]]
) -> list[tuple[str, Fact, Fact | None]]:
    """Return the groups of which more launches are planned than were seen, with both numbers where they are known."""
    seen = {group: facts.get("rhythm_evidence") for group, facts in today}
    found = [(one.group, one.planned_total, seen.get(one.group)) for one in groups]
    return [one for one in found if one[2] is None or _size(one[1]) > _size(one[2])]


def _add_seasons(bench: Bench, groups: Sequence[str]) -> list[tuple[Fact, Fact, bool, bool]]:
    """Add each group's best and worst week by demand, whether its weeks are all alike as far as is shown, and whether
    the best one comes after the day that the group is named after, which the trend does not know of.

    Large groups often are: they stay in the table, or it would look as if nothing were known of them.
    """
    name = "season_effect" if bench.engine.models.season else "momentum"
    pairs = []
    for group in groups:
        by_week = {week: _season_ratio(bench, group, week) for week in bench.engine.weeks}
        alike = max(by_week.values()) - min(by_week.values()) < TIE_TOLERANCE
        ends = (max(by_week, key=lambda week: by_week[week]), min(by_week, key=lambda week: by_week[week]))
        source = bench.sources.momentum(group)
        best, worst = (bench.sheet.add(name, group, group, by_week[week], source, week=week) for week in ends)
        made_for, _ = named_day("", group)
        late = best.week is not None and made_for is not None and made_for.passed_before(best.week) is not None
        pairs.append((best, worst, alike, late))
    return pairs


def _season_ratio(bench: Bench, group: str, week: date) -> float:
    """Return the demand's factor of a planned group in a week, as the score of any of its launches has it."""
    one = next(launch for launch in bench.stored.plan.launches if launch.group == group)
    return float(bench.engine.score_parts(one.product_id, week, one.placement).momentum_ratio)


def _add_delay(bench: Bench) -> Fact | None:
    """Add what waiting until the last week costs a unit."""
    last = bench.engine.weeks[-1]
    one = next(iter(bench.stored.plan.launches), None)
    if one is None:
        return None
    ratio = float(bench.engine.score_parts(one.product_id, last, one.placement).delay_ratio)
    source = bench.sources.effect(one.product_id)
    return bench.sheet.add("delay_effect", "plan", "plan", ratio, source, week=last)


def _add_today(bench: Bench, groups: Sequence[str]) -> list[tuple[str, dict[str, Fact]]]:
    """Add each group's rhythm until now, beside the limit and the plan."""
    known: dict[str, GroupRhythm] = {one.group: one for one in bench.engine.rhythm.groups}
    found = [(group, next((known[name] for name in known if within(name, group)), None)) for group in groups]
    return [
        (group, {fact.name: fact for fact in about_rhythm.add_group_rhythm(bench, group, one)}) for group, one in found
    ]


def _chart(bench: Bench, drawn: Sequence[str]) -> Chart:
    """Launches per week: a part for each of the largest groups, and one for all others."""
    rows = []
    for week in bench.engine.weeks:
        there = Counter(one.group for one in bench.stored.plan.launches if one.week == week)
        parts = tuple(float(there[group]) for group in drawn)
        rows.append(Row(short_week(week), (*parts, float(there.total() - sum(parts))), str(there.total())))
    return Chart(tuple(rows), "")


def _size(fact: Fact) -> float:
    return float(fact.value) if isinstance(fact.value, int | float) else 0.0
