"""Price response: how a product's units answer to its own price, by category group.

    log units[p, w] = a[p] + b[group of p, w] + slope[group] log price[p, w] + noise        product p, week w

A product is compared with itself, at its dearer and its cheaper weeks, after what all products of its group did in that
week is taken out. Only weeks with a sale have a price, so weeks in which a dear price sold nothing are not seen: slopes
lean toward 0. And price cuts come with placements and mailers, whose effect a slope then holds as well: it is an
association, as this shop cuts its prices. Errors are clustered by product; slopes are shrunk toward their mean over
groups (`ranking.shrinkage`).

Source: Wooldridge (2010), chapter 10, for the within estimator; Guimaraes and Portugal (2010) for the two sets of
effects, taken out in turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from ranking.features import History, rhythm_group
from ranking.shrinkage import Z_SCORE, shrink

_ROUNDS = 20  # of taking out product and week effects in turn
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class PriceConfig:
    """Settings.

    Attributes:
        min_weeks: weeks with a sale that a product needs.
        least_range: range of a product's log price below which it tells nothing.
        min_products: products that a group needs for a slope of its own.
    """

    min_weeks: int = 12
    least_range: float = 0.05
    min_products: int = 5


@dataclass(frozen=True)
class PriceSlope:
    """Change of log units per change of log price, with its 80% interval; `n_products` it was seen in."""

    value: float
    low: float
    high: float
    n_products: int


@dataclass(frozen=True)
class PriceResponse:
    """Slopes by group; `pooled` stands for any other group, as wide as groups differ."""

    groups: Mapping[str, PriceSlope]
    pooled: PriceSlope

    def slope(self, group: str) -> PriceSlope:
        """Return a group's slope."""
        return self.groups.get(group, self.pooled)

    def to_dict(self) -> dict[str, Any]:
        """Return the response as JSON-ready data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Restore what `to_dict` gave."""
        groups = {str(name): PriceSlope(**slope) for name, slope in data["groups"].items()}
        return cls(groups, PriceSlope(**data["pooled"]))


def estimate_price_response(history: History, config: PriceConfig | None = None) -> PriceResponse | None:
    """Estimate the slopes from purchases with a value; None where no product sold at more than one price.

    Example: a product that sells twice as much whenever it costs half has slope -1.
    """
    config = config or PriceConfig()
    frame = history.query(_WEEKLY, [history.report().as_of, config.min_weeks, config.least_range])
    if frame.empty:
        return None
    frame["group"] = [rhythm_group(category) for category in frame["category"]]
    return fit_price_response(frame, config)


def fit_price_response(weekly: pd.DataFrame, config: PriceConfig | None = None) -> PriceResponse | None:
    """Estimate the slopes.

    Args:
        weekly: product_id, group, week, units (above 0) and price (above 0), one row per product and week with a sale.
    """
    config = config or PriceConfig()
    product = pd.factorize(weekly["product_id"])[0]
    group, names = pd.factorize(weekly["group"], sort=True)
    cell = weekly.groupby(["group", "week"], sort=False).ngroup().to_numpy()
    logs = np.log(weekly[["price", "units"]].to_numpy(dtype=float))  # (n, 2)
    price, units = (_without_effects(column, product, cell) for column in logs.T)
    spread = np.bincount(group, price**2)
    slopes = np.divide(np.bincount(group, price * units), spread, out=np.zeros(len(spread)), where=spread > _NO_SPREAD)
    scores = np.bincount(product, price * (units - slopes[group] * price))
    group_of = np.zeros(len(scores), dtype=np.int64)
    group_of[product] = group
    n_products = np.bincount(group_of, minlength=len(spread))
    own = np.flatnonzero((spread > _NO_SPREAD) & (n_products >= config.min_products))
    if not len(own):
        return None
    variance = np.bincount(group_of, scores**2)[own] / spread[own] ** 2 * n_products[own] / (n_products[own] - 1)
    shrunk = shrink(slopes[own], np.maximum(variance, _NO_SPREAD))
    found = zip(own.tolist(), shrunk.means.tolist(), shrunk.variances.tolist(), strict=True)
    return PriceResponse(
        groups={str(names[g]): _slope(mean, spread, int(n_products[g])) for g, mean, spread in found},
        pooled=_slope(shrunk.pooled_mean, shrunk.newcomer_variance, int(n_products.sum())),
    )


def _slope(mean: float, variance: float, n_products: int) -> PriceSlope:
    spread = Z_SCORE * float(np.sqrt(variance))
    return PriceSlope(float(mean), float(mean - spread), float(mean + spread), n_products)


def _without_effects(values: np.ndarray, *effects: np.ndarray) -> np.ndarray:
    """Values (n,) less the means of each numbering (n,) in `effects`, taken out in turn until both are gone."""
    for _ in range(_ROUNDS):
        for effect in effects:
            values = values - (np.bincount(effect, values) / np.maximum(np.bincount(effect), 1))[effect]
    return values


_WEEKLY = """
    WITH weekly AS (
        SELECT product_id, date_trunc('week', ts)::DATE AS week, sum(coalesce(quantity, 1))::DOUBLE AS units,
            (sum(value) / sum(coalesce(quantity, 1)))::DOUBLE AS price
        FROM events
        WHERE type = 'purchase' AND ts < ?::DATE AND value > 0 AND coalesce(quantity, 1) > 0
        GROUP BY ALL
    )
    SELECT p.category, w.product_id, w.week, w.units, w.price
    FROM weekly w JOIN products p USING (product_id)
    QUALIFY count(*) OVER (PARTITION BY w.product_id) >= ?
        AND ln(max(w.price) OVER (PARTITION BY w.product_id) / min(w.price) OVER (PARTITION BY w.product_id)) >= ?
    ORDER BY w.product_id, w.week
"""
