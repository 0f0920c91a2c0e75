"""Totals over parts of the plan: a span of weeks, all but something, and launches together with their interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from copilot.cleaning import LABEL_LIMIT
from copilot.factsheet import Fact, Source
from ranking.risk import units_interval
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot.plan_collectors import Part
    from copilot.product_facts import Bench
    from ranking.plan import Launch


def add_totals(bench: Bench, part: Part) -> list[Fact]:
    """Add how many launches a part of the plan holds and what they are expected to sell, summed over its launches.

    None come back for a part that has no name of its own, such as the weeks 43 and 46 without those between.
    """
    if len(part.placements) > 1 or (len(part.groups) > 1 and not part.without) or not _is_span(part.weeks):
        return []
    if not part.without and len(part.weeks) < 2:
        return []
    launches = [launch for launch in bench.stored.plan.launches if part.holds(launch)]
    kind = "without" if part.without else "span"
    subject = part.groups[0] if len(part.groups) == 1 else "plan"
    about = {
        "week": part.weeks[0] if part.weeks else None,
        "other_week": part.weeks[-1] if len(part.weeks) > 1 else None,
        "placement": part.placements[0] if part.placements else None,
        "other": ("", within_a_label(left_out_names(bench, part.without, short=True))),
    }
    source = bench.sources.plan([launch.product_id for launch in launches])
    counted = bench.sheet.add(f"{kind}_count", subject, subject, len(launches), source, **about)
    if not launches:
        return [counted]
    sold = summed(bench, launches)
    told = bench.sheet.add(f"{kind}_units", subject, subject, sold.units, sold.source, interval=sold.interval, **about)
    return [counted, told]


@dataclass(frozen=True)
class Summed:
    """What launches are expected to sell in all, in units, with the interval of their sum."""

    units: float
    interval: tuple[float, float] | None
    source: Source


def summed(bench: Bench, launches: Sequence[Launch]) -> Summed:
    """Sum launches; one has an interval of its own, and of none there is nothing to be unsure of."""
    units = float(sum(launch.expected_units for launch in launches))
    source = bench.sources.plan([launch.product_id for launch in launches])
    if len(launches) < 2:
        return Summed(units, next(((one.low, one.high) for one in launches), None), source)
    common = bench.engine.models.common_error
    note = bench.sources.phrases.note("together", common=f"{common:.1%}")
    return Summed(units, units_interval(launches, common=common), replace(source, note=note))


def add_over_part(
    bench: Bench, name: str, part: Part, value: float, source: Source, *, interval: tuple[float, float] | None = None
) -> Fact:
    """Add a value over the launches of a part that names at most one week, placement and group."""
    group = part.groups[0] if part.groups else "plan"
    return bench.sheet.add(
        name,
        group,
        group,
        value,
        source,
        interval=interval,
        week=part.weeks[0] if len(part.weeks) == 1 else None,
        placement=part.placements[0] if len(part.placements) == 1 else None,
    )


def left_out_names(bench: Bench, left_out: Sequence[object], *, short: bool = False) -> list[str]:
    """Return the names of what is left out, a product's by its title.

    Args:
        short: of several categories take their own level, for whole paths fit no sentence.
    """
    waiting = bench.engine.problem.product_ids
    titles = {str(one): bench.engine.product(str(one)).title for one in left_out if one in waiting}
    heads = [title.partition(",")[0] for title in titles.values()]
    names: list[str] = []
    for one in left_out:
        title = titles.get(str(one), str(one))
        head = title.partition(",")[0]
        called = head if heads.count(head) > 1 else title  # "Donuts" rather than each of their sizes
        names.append(format_week(one) if isinstance(one, date) else called)
    names = list(dict.fromkeys(names))
    if not short or len(names) < 2:
        return names
    return list(dict.fromkeys(name.rpartition(" > ")[2] for name in names))  # two departments may both have "Apples"


def within_a_label(names: Sequence[str]) -> str:
    """Join names; where they would not fit into a label, the last are counted: "Apples, Pears +2"."""
    for n in range(len(names), 1, -1):
        told = ", ".join(names[:n]) + (f" +{len(names) - n}" if n < len(names) else "")
        if len(told) <= LABEL_LIMIT:
            return told
    return ", ".join(names) if len(names) < 2 else f"{names[0]} +{len(names) - 1}"


def _is_span(weeks: Sequence[date]) -> bool:
    """Say whether weeks follow one another without a gap; one week and none do."""
    return list(weeks) == [weeks[0] + timedelta(weeks=n) for n in range(len(weeks))] if weeks else True
