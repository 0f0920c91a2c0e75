"""Training the forecast: which launches it learns from, how its kernel is weighted, what its interval is calibrated on.

A cohort is the launches of a stretch of time, predicted from those whose outcome was known when it began. That is how
candidates are predicted, so a cohort's residuals show what to expect of the forecast, a few weeks' drift included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ranking.errors import NotEnoughData
from ranking.kernel_regression import (
    Fitted,
    KernelWeights,
    fit,
    group_kernel,
    held_out_residuals,
    predict,
    text_kernel,
)
from ranking.shrinkage import INTERVAL_LEVEL
from retrieval.settling import OUTCOME_DAYS

MIN_LAUNCHES = 8


@dataclass(frozen=True)
class ForecastConfig:
    """Settings of the forecast.

    min_history_weeks: launches in the data's first weeks are left out; many of them only look new.
    max_launches: the latest launches kept, which bounds time and memory (one matrix of their pairs).
    calibration_share: part of the launches, the latest, that the interval is calibrated on.
    min_calibration: below this many the interval comes from leave-one-week-out residuals instead.
    text_variance, group_variance: prior variances of the kernel's parts, as multiples of the noise variance.
    stronger: these variances times `stronger` are taken instead if they predict two forward cohorts clearly better, as
        they do where texts and categories decide sales. The plain ones are cautious: on noisy data, where many
        settings predict alike, the one that shrinks more holds up better later.
    min_known_price: price is used when at least this share of candidates has one.
    """

    min_history_weeks: float = 4.0
    max_launches: int = 4000
    calibration_share: float = 0.2
    min_calibration: int = 30
    text_reach: float = 0.2
    text_variance: float = 0.2
    group_variance: float = 0.05
    stronger: float = 5.0
    min_known_price: float = 0.5


def usable_launches(
    launches: pd.DataFrame, embeddings: np.ndarray, config: ForecastConfig
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the latest launches with an outcome and enough history, in the order of launch, and their embeddings.

    Raises:
        NotEnoughData: fewer than MIN_LAUNCHES are left.
    """
    keep = launches["units_4w"].notna() & (launches["history_weeks"] >= config.min_history_weeks)
    rows = np.flatnonzero(keep.to_numpy())
    if len(rows) < MIN_LAUNCHES:
        raise NotEnoughData(
            f"Only {len(rows)} past launches have four weeks of sales and {config.min_history_weeks:g} weeks of data "
            f"before them; a forecast needs {MIN_LAUNCHES}. Import a longer history."
        )
    order = launches["launch_date"].iloc[rows].argsort(kind="stable").to_numpy()
    rows = rows[order][-config.max_launches :]
    return launches.iloc[rows].reset_index(drop=True), embeddings[rows]


def knows_prices(candidates: pd.DataFrame, launches: pd.DataFrame, config: ForecastConfig | None = None) -> bool:
    """Say whether price may count: enough candidates and enough past launches have one above zero."""
    least = (config or ForecastConfig()).min_known_price
    return all(
        len(frame) > 0 and np.count_nonzero(frame["price"].to_numpy(dtype=float) > 0) >= least * len(frame)
        for frame in (candidates, launches)
    )


def choose_weights(training: Training, config: ForecastConfig) -> tuple[KernelWeights, np.ndarray | None]:
    """Return the kernel's weights and the latest cohort's residuals under them; None: too few launches for a cohort."""
    plain = KernelWeights(config.text_variance, config.group_variance, config.text_reach)
    n = len(training.target)
    size = int(n * config.calibration_share)
    if size < config.min_calibration:
        return plain, None
    strong = replace(plain, text=plain.text * config.stronger, group=plain.group * config.stronger)
    cohorts = (slice(n - size, n), slice(n - 2 * size, n - size))
    ahead = {weights: [training.residuals_ahead(weights, cohort) for cohort in cohorts] for weights in (plain, strong)}
    chosen = strong if _clearly_better(ahead[strong], ahead[plain]) else plain
    return chosen, ahead[chosen][0]


def _clearly_better(residuals: Sequence[np.ndarray | None], plain: Sequence[np.ndarray | None]) -> bool:
    """Whether the mean absolute residual, after the shift that calibration makes anyway, falls by over two errors."""
    gains = [
        np.abs(b - np.median(b)) - np.abs(a - np.median(a))
        for a, b in zip(residuals, plain, strict=True)
        if a is not None and b is not None
    ]
    if not gains:
        return False
    gain = np.concatenate(gains)
    return bool(gain.mean() > 2 * gain.std(ddof=1) / np.sqrt(len(gain)))


class Training:
    """The training rows, in the order of launch, with their kernels, computed once and sliced by every fit."""

    def __init__(
        self, launches: pd.DataFrame, embeddings: np.ndarray, price_mean: float | None, config: ForecastConfig
    ) -> None:
        self.launches, self.price_mean = launches, price_mean
        self.target = np.log1p(launches["units_4w"].to_numpy(dtype=float))
        self.days = pd.to_datetime(launches["launch_date"]).to_numpy()
        self.text = text_kernel(embeddings, embeddings, config.text_reach)
        self.group = group_kernel(launches, launches)

    def fit(self, weights: KernelWeights) -> Fitted:
        return fit(
            design_matrix(self.launches, self.price_mean), combined_kernel(weights, self.text, self.group), self.target
        )

    def held_out_residuals(self, weights: KernelWeights) -> np.ndarray:
        """Residuals of every launch, predicted from the launches of all other weeks."""
        week = pd.factorize(self.launches["launch_week"])[0]
        kernel = combined_kernel(weights, self.text, self.group)
        return held_out_residuals(design_matrix(self.launches, self.price_mean), kernel, self.target, week)

    def residuals_ahead(self, weights: KernelWeights, cohort: slice) -> np.ndarray | None:
        """Residuals of a cohort (rows are in order of launch) predicted as candidates are; None if too little is known.

        Only launches whose outcome was known when the cohort began are used, and every launch of the cohort gets the
        history that the data had then.
        """
        known = np.flatnonzero(self.days + np.timedelta64(OUTCOME_DAYS, "D") <= self.days[cohort][0])
        if len(known) < MIN_LAUNCHES:
            return None
        ahead = self.launches.iloc[cohort].copy()
        ahead["history_weeks"] = ahead["history_weeks"].iloc[0]
        square, strip = np.ix_(known, known), (slice(cohort.start, cohort.stop), known)
        design = design_matrix(self.launches.iloc[known], self.price_mean)
        fitted = fit(design, combined_kernel(weights, self.text[square], self.group[square]), self.target[known])
        kernel = combined_kernel(weights, self.text[strip], self.group[strip])
        return self.target[cohort] - predict(design_matrix(ahead, self.price_mean), kernel, fitted)


def conformal_bounds(residuals: np.ndarray) -> tuple[float, float]:
    """Lower and upper residual that a new launch's residual lies between with probability INTERVAL_LEVEL.

    Each tail is cut at the rank that makes the split-conformal guarantee hold for exchangeable launches.

    Example: 9 residuals, level 0.8 -> the smallest and the largest.
    """
    n = len(residuals)
    tail = (1 - INTERVAL_LEVEL) / 2
    rank = max(int(np.floor(round(tail * (n + 1), 9))), 1)
    ordered = np.sort(residuals)
    return float(ordered[rank - 1]), float(ordered[n - rank])


def combined_kernel(weights: KernelWeights, text: np.ndarray, group: np.ndarray | float) -> np.ndarray:
    return weights.text * text + weights.group * group


def design_matrix(frame: pd.DataFrame, price_log_mean: float | None) -> np.ndarray:
    """Return (n, 2) or (n, 4): 1, -log(history_weeks) and, if price counts, centred log price and a flag if missing.

    price_log_mean: the mean log price of the training rows; None if price does not count.
    """
    history = np.maximum(frame["history_weeks"].to_numpy(dtype=float), 1 / 7)
    columns = [np.ones(len(frame)), -np.log(history)]
    if price_log_mean is not None:
        price = frame["price"].to_numpy(dtype=float)
        known = price > 0
        columns += [np.where(known, np.log(np.where(known, price, 1.0)) - price_log_mean, 0.0), (~known).astype(float)]
    return np.stack(columns, axis=1)
