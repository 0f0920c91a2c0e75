"""Placement lift: how a week's units change with the share of the audience that a placement reaches.

For product i in week t, with share s_itk of the audience reached by placement k and control z_it,

    units_it ~ Poisson(a_i exp(eta_it)),   exp(eta_it) = (1 + sum_k delta_k s_itk) exp(gamma z_it)

so that the part of the audience that a placement reaches buys 1 + delta_k times what it would have bought. Conditional
on the product's total the level a_i drops out (a multinomial over the weeks is left), so products are compared with
themselves only:

    log L = sum_i sum_t units_it (eta_it - log sum_u exp(eta_iu))

z is the log of what the rest of the product's top-level category sold that week: season, holidays and the number of
shoppers. Weeks before the first sale, after the last one, and the four weeks after a launch, whose decline would be
mistaken for the end of a placement, stay out. Errors are clustered by product, so sales may be overdispersed and
correlated over weeks. The log lifts at each placement's mean share, log(1 + delta_k share_k), are then shrunk toward
their pooled mean.

Shares add up rather than multiply: on a year of grocery sales this fits far better than a log-linear form, and it
agrees with the weeks in which a product stood in one placement only.

These are associations. Shops choose what to place, and front pages and mailers come with price cuts, so a lift holds
for a placement as this shop uses it, price cut included, not for the position alone.

Source: Hausman, Hall and Griliches (1984), conditional Poisson with fixed effects; Wooldridge (1999), robust errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ranking.features import History, first_sale_day
from ranking.shrinkage import Z_SCORE, shrink
from retrieval.settling import OUTCOME_DAYS

_MAX_STEPS = 50
_TOLERANCE = 1e-7
_LEAST = 0.02  # least ratio that a placement can have; below it a week's units would turn negative


@dataclass(frozen=True)
class LiftConfig:
    """Settings of the estimate.

    min_units, min_weeks: a product must have sold this much, in this many different weeks.
    min_product_weeks: a placement seen less often is left out.
    max_rows: product-weeks that are used at most; the best sellers come first.
    """

    min_units: float = 30.0
    min_weeks: int = 5
    min_product_weeks: int = 30
    max_rows: int = 600_000


@dataclass(frozen=True)
class PlacementLift:
    """Ratio of a week's units with the placement, at its mean share, to those without; with the 80% interval."""

    placement: str
    lift_ratio: float
    low: float
    high: float
    share: float
    n_product_weeks: int

    @property
    def log_sd(self) -> float:
        """Standard deviation of the log lift."""
        return float(np.log(self.high / self.low)) / (2 * Z_SCORE)

    def at_share(self, share: float) -> float:
        """The ratio at another share of the audience."""
        return max(1 + (self.lift_ratio - 1) * share / self.share, _LEAST)


@dataclass(frozen=True, eq=False)
class PoissonFit:
    """Coefficients (k + 1,), the k deltas and gamma last, and their cluster-robust covariance."""

    coefficients: np.ndarray
    covariance: np.ndarray
    n_steps: int
    converged: bool


def estimate_lifts(history: History, config: LiftConfig | None = None) -> tuple[PlacementLift, ...]:
    """Estimate each placement's lift from the weeks before `as_of`, strongest first.

    Returns:
        One PlacementLift per placement that enough product-weeks had; empty without placements or sales to learn from.
    """
    config = config or LiftConfig()
    if not history.has("placements"):
        return ()
    panel = _panel(history, config)
    shares = _shares(history, config)
    if panel.empty or shares.empty:
        return ()
    names, matrix = _share_matrix(len(panel), shares)
    units, control, product = (panel[name].to_numpy() for name in ("units", "control", "product"))
    fit = fit_conditional_poisson(units, matrix, control, product)
    if not fit.converged:
        return ()
    n = len(names)
    return _shrunk_lifts(names, fit.coefficients[:n], np.diag(fit.covariance)[:n], shares)


def fit_conditional_poisson(
    units: np.ndarray, shares: np.ndarray, control: np.ndarray, product: np.ndarray
) -> PoissonFit:
    """Maximise the conditional likelihood by Fisher scoring with step halving.

    Args:
        units: (n_rows,), sold per product-week, not negative.
        shares: (n_rows, k), 0 to 1.
        control: (n_rows,).
        product: (n_rows,), a number per product; the rows of one product lie together.
    Returns:
        PoissonFit; a direction that no product varies in gets the coefficient 0.
    """
    panel = _Panel(units, shares, control, product)
    theta = np.zeros(shares.shape[1] + 1)
    state = panel.at(theta)
    size, n_steps = np.inf, 0
    while size > _TOLERANCE and n_steps < _MAX_STEPS:
        n_steps += 1
        step = np.linalg.pinv(state.information, hermitian=True) @ state.gradient
        size = float(np.abs(step).max())
        moved = panel.at(theta + step)
        # A full step can overshoot, or make the units of a week negative, where shares are rare and large.
        while moved.log_likelihood < state.log_likelihood and size > _TOLERANCE:
            step, size = step / 2, size / 2
            moved = panel.at(theta + step)
        if moved.log_likelihood >= state.log_likelihood:
            theta, state = theta + step, moved
    return PoissonFit(theta, panel.robust_covariance(state), n_steps, size <= _TOLERANCE)


@dataclass(frozen=True, eq=False)
class _State:
    log_likelihood: float
    surprise: np.ndarray  # (n_rows,) units above expectation
    slopes: np.ndarray  # (n_rows, k + 1) derivative of eta
    gradient: np.ndarray
    information: np.ndarray


class _Panel:
    """The data of the likelihood, with where each product's rows start."""

    def __init__(self, units: np.ndarray, shares: np.ndarray, control: np.ndarray, product: np.ndarray) -> None:
        self.units, self.shares, self.control = units, shares, control
        self.starts = np.flatnonzero(np.r_[True, np.diff(product) != 0])
        self.sizes = np.diff(np.r_[self.starts, len(units)])
        self.totals = np.add.reduceat(units, self.starts)

    def at(self, theta: np.ndarray) -> _State:
        """Log-likelihood (minus infinity outside its domain), gradient and Fisher information at theta."""
        reach = 1 + self.shares @ theta[:-1]
        if reach.min() < _LEAST:
            empty = np.zeros(0)
            return _State(-np.inf, empty, empty, empty, empty)
        eta = np.log(reach) + theta[-1] * self.control
        eta -= np.repeat(np.maximum.reduceat(eta, self.starts), self.sizes)
        weight = np.exp(eta)
        norm = np.add.reduceat(weight, self.starts)
        expected = np.repeat(self.totals / norm, self.sizes) * weight
        slopes = np.column_stack([self.shares / reach[:, None], self.control])
        weighted = expected[:, None] * slopes
        sums = np.add.reduceat(weighted, self.starts)  # (n_products, k + 1)
        information = slopes.T @ weighted - (sums / np.maximum(self.totals, 1e-12)[:, None]).T @ sums
        surprise = self.units - expected
        likelihood = float(self.units @ eta - self.totals @ np.log(norm))
        return _State(likelihood, surprise, slopes, slopes.T @ surprise, information)

    def robust_covariance(self, state: _State) -> np.ndarray:
        """Sandwich covariance with the scores summed by product."""
        scores = np.add.reduceat(state.surprise[:, None] * state.slopes, self.starts)
        bread = np.linalg.pinv(state.information, hermitian=True)
        return len(self.starts) / max(len(self.starts) - 1, 1) * bread @ (scores.T @ scores) @ bread


def _panel(history: History, config: LiftConfig) -> pd.DataFrame:
    """product_id, week, units, control and product (a number), ordered by product and week."""
    panel = history.query(f"{_PANEL} SELECT * FROM panel ORDER BY row", _panel_limits(history, config))
    panel["product"] = pd.factorize(panel["product_id"])[0]
    return panel


def _shares(history: History, config: LiftConfig) -> pd.DataFrame:
    """row (of the panel), placement, share; placements with too few rows are left out."""
    limits = _panel_limits(history, config)
    return history.query(f"{_PANEL}, {_SHARES}", [*limits, config.min_product_weeks])


def _panel_limits(history: History, config: LiftConfig) -> list[object]:
    return [first_sale_day(history), config.min_units, config.min_weeks, config.max_rows]


def _share_matrix(n_rows: int, shares: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Names of the placements and their shares, (n_rows, n_placements)."""
    names = sorted(set(shares["placement"]))
    column_of = {name: column for column, name in enumerate(names)}
    column = np.array([column_of[name] for name in shares["placement"]], dtype=np.int64)
    matrix = np.zeros((n_rows, len(names)))
    matrix[shares["row"].to_numpy(), column] = shares["share"].to_numpy()
    return names, matrix


def _shrunk_lifts(
    names: Sequence[str], delta: np.ndarray, variance: np.ndarray, shares: pd.DataFrame
) -> tuple[PlacementLift, ...]:
    seen = shares.groupby("placement")["share"].agg(["mean", "size"]).loc[list(names)]
    share = seen["mean"].to_numpy()
    kept = np.flatnonzero(variance > 0)  # 0: no product's shares varied, so nothing was learnt
    ratio = np.maximum(1 + delta * share, _LEAST)[kept]
    shrunk = shrink(np.log(ratio), variance[kept] * (share[kept] / ratio) ** 2)
    counts = seen["size"].to_numpy()
    lifts = []
    for position, index in enumerate(kept.tolist()):
        spread = Z_SCORE * np.sqrt(shrunk.variances[position])
        middle, low, high = np.exp(shrunk.means[position] + np.array([0.0, -spread, spread])).tolist()
        lifts.append(PlacementLift(names[index], middle, low, high, float(share[index]), int(counts[index])))
    return tuple(sorted(lifts, key=lambda lift: (-lift.lift_ratio, lift.placement)))


def lifts_by_placement(lifts: Sequence[PlacementLift]) -> Mapping[str, PlacementLift]:
    """The lifts under their placements' names."""
    return {lift.placement: lift for lift in lifts}


_PANEL = f"""
    WITH weekly AS (
        SELECT product_id, date_trunc('week', ts)::DATE AS week, sum(coalesce(quantity, 1)) AS units
        FROM events WHERE type = 'purchase' GROUP BY ALL
    ), categories AS (
        SELECT product_id, split_part(category, ' > ', 1) AS top, launch_date::DATE AS launch_date FROM products
    ), totals AS (
        SELECT c.top, w.week, sum(w.units) AS units FROM weekly w JOIN categories c USING (product_id) GROUP BY ALL
    ), learnable AS (
        SELECT
            w.product_id, c.top,
            greatest(
                min(w.week),
                CASE WHEN any_value(c.launch_date) > $1::DATE
                     THEN (date_trunc('week', any_value(c.launch_date)) + INTERVAL {OUTCOME_DAYS} DAY)::DATE
                     ELSE min(w.week) END
            ) AS first_week,
            max(w.week) AS last_week,
            sum(w.units) AS units
        FROM weekly w JOIN categories c USING (product_id)
        GROUP BY w.product_id, c.top
        HAVING sum(w.units) >= $2 AND count(*) >= $3
    ), rows AS (
        SELECT l.product_id, t.week, coalesce(w.units, 0)::DOUBLE AS units, l.units AS total,
               ln(1 + t.units - coalesce(w.units, 0)) AS control
        FROM learnable l
        JOIN totals t ON t.top = l.top AND t.week BETWEEN l.first_week AND l.last_week
        LEFT JOIN weekly w ON w.product_id = l.product_id AND w.week = t.week
    ), panel AS (
        SELECT product_id, week, units, control, row_number() OVER (ORDER BY product_id, week) - 1 AS row
        FROM (SELECT * FROM rows ORDER BY total DESC, product_id, week LIMIT $4)
    )
"""

_SHARES = """
    placed AS (
        SELECT p.row, s.placement, s.share
        FROM panel p JOIN placements s ON s.product_id = p.product_id AND s.week::DATE = p.week
        WHERE s.share > 0
    )
    SELECT row, placement, share FROM placed
    QUALIFY count(*) OVER (PARTITION BY placement) >= $5
    ORDER BY row, placement
"""
