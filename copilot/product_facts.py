"""Facts about one product: its slot, its forecast, past launches like it, its searches, the factors of its score.

Each function adds facts to a sheet. A fact is added before the facts that explain it, so that a reason can name what it
is a reason for. What is missing is left out: no fact is better than a made-up one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from copilot.fact_sources import Sources
from copilot.factsheet import TIE_TOLERANCE, Fact, SheetBuilder
from ranking.plan import Launch
from retrieval.weeks import week_of

if TYPE_CHECKING:
    from copilot.engine import Analogue, Engine, Product
    from copilot.store import StoredPlan

ANALOGUES = 5  # past launches looked at
LEAST_SEARCHES = 0.05  # searches a week; below it they show as none, and none has no trend


@dataclass(frozen=True)
class Bench:
    """What the collectors work with: the sheet, the evidence, the plan."""

    sheet: SheetBuilder
    engine: Engine
    stored: StoredPlan
    sources: Sources

    def launch_of(self, product_id: str) -> Launch | None:
        """Return the product's launch in the plan, or None."""
        return self.stored.plan.launch_of(product_id)


def add_slot(bench: Bench, launch: Launch) -> Fact:
    """Add where a product is planned."""
    source = bench.sources.plan([launch.product_id])
    return bench.sheet.add(
        "launch_slot",
        launch.product_id,
        launch.title,
        launch.week,
        source,
        week=launch.week,
        placement=launch.placement,
    )


def add_expected(bench: Bench, launch: Launch, explains: Fact | None = None, name: str = "expected_units") -> Fact:
    """Add the units that a launch is expected to sell in its slot."""
    parts = bench.engine.score_parts(launch.product_id, launch.week, launch.placement)
    return bench.sheet.add(
        name,
        launch.product_id,
        launch.title,
        float(launch.expected_units),
        bench.sources.expected(launch.product_id, parts),
        interval=(float(launch.low), float(launch.high)),
        explains=explains,
        week=launch.week,
        placement=launch.placement,
    )


def add_forecast(bench: Bench, product: Product, explains: Fact | None = None) -> Fact | None:
    """Add a candidate's forecast before its slot is counted."""
    found = bench.engine.forecast(product.product_id)
    if found is None:
        return None
    nearest = bench.engine.analogues(product.product_id, ANALOGUES)
    return bench.sheet.add(
        "forecast_units",
        product.product_id,
        product.title,
        float(found.units),
        bench.sources.forecast(product.product_id, nearest),
        interval=(float(found.low), float(found.high)),
        explains=explains,
    )


def add_analogue(bench: Bench, product: Product, analogue: Analogue, explains: Fact | None = None) -> Fact:
    """Add one past launch like the product and what it sold."""
    return bench.sheet.add(
        "analogue_units",
        analogue.product_id,
        analogue.title,
        _count(analogue.units_4w),
        bench.sources.analogue(analogue),
        explains=explains,
        week=week_of(analogue.launch_week),
        other=(product.product_id, product.title),
    )


def add_median(
    bench: Bench, product: Product, nearest: Sequence[Analogue], explains: Fact | None = None
) -> Fact | None:
    if len(nearest) < 3:
        return None
    value = median(one.units_4w for one in nearest)
    source = bench.sources.analogues(nearest)
    return bench.sheet.add(
        "analogue_median", product.product_id, product.title, _count(value), source, explains=explains
    )


def add_searches(bench: Bench, product: Product, n_queries: int = 0) -> list[Fact]:
    """Add the search demand of a product: volume, trend, and the nearest searches."""
    demand = bench.engine.search_demand(product.product_id)
    if demand is None or not math.isfinite(demand.volume_per_week):
        return []
    volume = bench.sheet.add(
        "searches_per_week",
        product.product_id,
        product.title,
        float(demand.volume_per_week),
        bench.sources.searches(demand),
    )
    facts = [volume]
    trend = (demand.trend_ratio, demand.trend_low, demand.trend_high)
    if demand.volume_per_week >= LEAST_SEARCHES and all(map(math.isfinite, trend)):
        fact = bench.sheet.add(
            "search_trend",
            product.product_id,
            product.title,
            float(demand.trend_ratio),
            bench.sources.searches(demand, "trend"),
            interval=(float(demand.trend_low), float(demand.trend_high)),
        )
        facts.append(fact)
    made = [match for match in demand.queries if match.count > 0]
    for match in made[:n_queries]:
        said = bench.sheet.add(
            "search_words",
            product.product_id,
            product.title,
            _count(match.count),
            bench.sources.query(match.query, match.similarity, demand.simulated),
            other=("", match.query),
        )
        facts.append(said)
    return facts


def add_reasons(bench: Bench, launch: Launch, expected: Fact, *, lift: bool = True) -> list[Fact]:
    """Add the factors behind the expected units, the strongest first; factors without effect are left out.

    `lift` adds what the placement went along with in the past, as the reason for its factor.
    """
    parts = bench.engine.score_parts(launch.product_id, launch.week, launch.placement)
    ratios = {
        "placement_effect": float(parts.placement_ratio),
        "momentum": float(parts.momentum_ratio) if launch.group else 1.0,
        "delay_effect": float(parts.delay_ratio),
    }
    told = {name: ratio for name, ratio in ratios.items() if ratio > 0 and abs(ratio - 1) >= TIE_TOLERANCE}
    facts = []
    for name in sorted(told, key=lambda name: -abs(math.log(told[name]))):
        facts.append(_add_factor(bench, launch, name, told[name], expected))
        if name == "placement_effect" and lift:
            add_lift(bench, launch.placement, explains=facts[-1])
    return facts


def add_lift(bench: Bench, placement: str, explains: Fact | None = None) -> Fact | None:
    """Add what a placement went along with in the past."""
    lift = bench.engine.placement_lift(placement)
    if lift is None:
        return None
    return bench.sheet.add(
        "placement_lift",
        placement,
        placement,
        float(lift.lift_ratio),
        bench.sources.lift(lift),
        interval=(float(lift.low), float(lift.high)),
        explains=explains,
        placement=placement,
    )


def _add_factor(bench: Bench, launch: Launch, name: str, ratio: float, expected: Fact) -> Fact:
    """Add one factor: momentum speaks of the category group, the others of the product."""
    about_group = name == "momentum"
    return bench.sheet.add(
        name,
        launch.group if about_group else launch.product_id,
        launch.group if about_group else launch.title,
        ratio,
        bench.sources.momentum(launch.group) if about_group else bench.sources.effect(launch.product_id),
        explains=expected,
        week=launch.week,
        placement=launch.placement if name == "placement_effect" else None,
    )


def _count(value: float) -> int | float:
    """Return whole counts as integers: sold pieces are counted, not measured."""
    return int(value) if float(value).is_integer() else float(value)
