"""Facts about one product: its slot, its forecast, past launches like it, its searches, the factors of its score.

Each function adds facts to a sheet. A fact is added before the facts that explain it, so that a reason can name what it
is a reason for. What is missing is left out: no fact is better than a made-up one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from copilot.catalogue_names import words_of
from copilot.fact_sources import Sources
from copilot.factsheet import Fact, SheetBuilder
from ranking.plan import Launch
from retrieval.weeks import week_of

if TYPE_CHECKING:
    from copilot.archive import Archive
    from copilot.engine import Analogue, Engine, Product
    from copilot.store import StoredPlan
    from ranking.forecast import Forecast

ANALOGUES = 5  # past launches looked at
LEAST_WEIGHT = 0.03  # a factor that changes less than this share is no reason to tell: forecasts are off by far more
LEAST_SEARCHES = 0.05  # searches a week; below it they show as none, and none has no trend


@dataclass(frozen=True)
class Bench:
    """What the collectors work with: the sheet, the evidence, the plan, and the plans kept beside it."""

    sheet: SheetBuilder
    engine: Engine
    stored: StoredPlan
    sources: Sources
    archive: Archive | None = None

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


def relative_width(one: Launch | Forecast) -> float:
    """Return the width of an interval over what is expected to sell, as larger forecasts err by more."""
    units = one.expected_units if isinstance(one, Launch) else one.units
    return float((one.high - one.low) / units) if units > 0 else 0.0


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
    """Add what past launches like the product sold at the median, over all that are as near as the nearest."""
    return next(iter(add_medians(bench, product, nearest, explains)), None)


def add_medians(
    bench: Bench, product: Product, nearest: Sequence[Analogue], explains: Fact | None = None
) -> list[Fact]:
    """Add the median, and how many launches are equally near where those are more than the ones shown."""
    alike = bench.engine.analogues(product.product_id, len(nearest), ties=True)
    if len(alike) < 3:
        return []
    source = bench.sources.analogues(alike)
    about = (product.product_id, product.title)
    value = _count(median(one.units_4w for one in alike))
    facts = [bench.sheet.add("analogue_median", *about, value, source, explains=explains)]
    if len(alike) > len(nearest):
        facts.append(bench.sheet.add("analogue_count", *about, len(alike), source, explains=facts[0]))
    return facts


def add_word_searches(bench: Bench, product: Product, words: Sequence[str], n_queries: int) -> list[Fact]:
    """Add how often shoppers searched with a product's own words, and the commonest of these searches."""
    return add_asked_words(bench, (product.product_id, product.title), words, "search_words", n_queries)


def add_asked_words(
    bench: Bench, about: tuple[str, str], words: Sequence[str], each: str, n_queries: int
) -> list[Fact]:
    """Add how often shoppers searched with some words, and the commonest of these searches as facts named `each`."""
    stem = bench.sources.phrases.lexicon.stem
    wanted = {stem(word) for word in words}
    counts = _recent_searches(bench)
    held = [query for query in counts if wanted <= {stem(word) for word in words_of(query)}]
    simulated = "queries" in bench.engine.report.simulated
    total = int(sum(counts[query] for query in held))
    source = bench.sources.words(held, simulated)
    facts = [bench.sheet.add("searches_with_words", *about, total, source, other=("", " ".join(words)))]
    for query in held[:n_queries]:
        source = bench.sources.words([query], simulated)
        facts.append(bench.sheet.add(each, *about, _count(counts[query]), source, other=("", query)))
    return facts


def add_commonest_searches(bench: Bench, n_queries: int) -> list[Fact]:
    """Add the searches made most often in the last eight weeks of the log."""
    simulated = "queries" in bench.engine.report.simulated
    return [
        bench.sheet.add(
            "searches_for", "plan", "plan", _count(n), bench.sources.words([query], simulated), other=("", query)
        )
        for query, n in list(_recent_searches(bench).items())[:n_queries]
    ]


def _recent_searches(bench: Bench) -> dict[str, float]:
    """Return how often each search was made in the last eight weeks of the log, the commonest first."""
    rows = bench.engine.workspace.query(
        "SELECT query, sum(count) AS n FROM queries"
        " WHERE date > (SELECT max(date) FROM queries) - INTERVAL 56 DAY GROUP BY query ORDER BY n DESC, query"
    )
    return dict(zip(rows["query"], rows["n"], strict=True))


def add_searches(bench: Bench, product: Product, n_queries: int = 0, told: Collection[str] = ()) -> list[Fact]:
    """Add the search demand of a product: volume, trend, and the nearest searches beside those already told."""
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
    made = [match for match in demand.queries if match.count > 0 and match.query not in told]
    for match in made[: max(0, n_queries - len(told))]:
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
    """Add the factors behind the expected units, the strongest first; factors of little weight are left out.

    `lift` adds what the placement went along with in the past, as the reason for its factor.
    """
    parts = bench.engine.score_parts(launch.product_id, launch.week, launch.placement)
    season = "season_effect" if bench.engine.models.season else "momentum"
    ratios = {
        "placement_effect": float(parts.placement_ratio),
        season: float(parts.momentum_ratio) if launch.group else 1.0,
        "delay_effect": float(parts.delay_ratio),
    }
    told = {name: ratio for name, ratio in ratios.items() if has_weight(ratio)}
    facts = []
    for name in sorted(told, key=lambda name: -abs(math.log(told[name]))):
        # A later unit counts for less in the plan, but is as likely to be sold: that explains no expected units.
        facts.append(_add_factor(bench, launch, name, told[name], None if name == "delay_effect" else expected))
        if name == "placement_effect" and lift:
            add_lift(bench, launch.placement, explains=facts[-1])
    return facts


def has_weight(ratio: float) -> bool:
    """Say whether a factor changes enough to be a reason. Example: 1.25 and 0.95 do, 1.02 does not."""
    return ratio > 0 and round(abs(ratio - 1), 6) >= LEAST_WEIGHT


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


def _add_factor(bench: Bench, launch: Launch, name: str, ratio: float, expected: Fact | None) -> Fact:
    """Add one factor: momentum speaks of the category group, the others of the product."""
    about_group = name in ("momentum", "season_effect")
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


def add_stock(bench: Bench, product: Product) -> Fact | None:
    """Add how many pieces of a product are in stock; none where the catalogue does not say."""
    if product.stock_units is None:
        return None
    source = bench.sources.product(product.product_id)
    return bench.sheet.add("stock", product.product_id, product.title, int(product.stock_units), source)
