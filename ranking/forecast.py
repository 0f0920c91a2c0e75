"""Forecast: units in a launch's first four weeks, with an interval that is calibrated on the latest launches.

    log(1 + units) = b0 - b1 log(history_weeks) [+ price] + g(text) + group effects + noise

The model is a kernel regression (`ranking.kernel_regression`): past launches speak for a candidate by how near its text
is to theirs, shrunk toward category and brand, shrunk toward the trend. Ridge on principal components, boosted trees,
neighbours and the category median are its peers in `ranking.backtest`.

The term in history_weeks is the selection effect: where launches are derived from first sales, a product needs about
5 / history_weeks sales a week to count as one, so early launches are fast sellers by construction. A candidate gets the
value for `as_of`. Price enters only if enough candidates have one. There is no season term: with less than two years of
data a season cannot be told from the selection effect.

Several numbers come out, and they answer different questions. `median` is the best single guess for one product.
`units` is the mean, which is larger, because counts are skewed: a plan adds up products, only means add up, and so the
planner works with `units`. It is the average of the prediction over the calibration residuals (Duan's smearing, 1983).
`low` and `high` hold 80% of outcomes: split-conformal on the log scale, with residuals of the latest cohort predicted
from launches whose outcome was known before it began, as candidates are now. Launches in a season that differs from
the cohort's can fall outside more often; the backtest reports the coverage reached.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from ranking.errors import ModelMismatch
from ranking.forecast_training import (
    ForecastConfig,
    Training,
    choose_weights,
    combined_kernel,
    conformal_bounds,
    design_matrix,
    usable_launches,
)
from ranking.kernel_regression import Fitted, KernelWeights, group_kernel, predict, text_kernel

QUANTILES = tuple(round(0.1 * i, 1) for i in range(1, 10))
_VERSION = 1
_TAIL = 0.01  # share of residuals at each end that is drawn in before averaging, so that one odd launch decides nothing


@dataclass(frozen=True)
class Forecast:
    """Units of one product in the four weeks after its launch: mean, median and the 80% interval.

    quantiles: level (0.1 to 0.9) -> units.
    """

    product_id: str
    units: float
    median: float
    low: float
    high: float
    quantiles: Mapping[float, float]


@dataclass(frozen=True)
class TrainingSummary:
    """How a model was made: saved beside it and shown by the doctor."""

    n_launches: int
    first_launch: str
    last_launch: str
    n_calibration: int
    calibrated_on: str  # "latest cohort" or "leave-one-week-out"
    mae_log: float  # mean absolute residual on log1p units over the calibration launches, shifted to median 0
    weights: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class ForecastModel:
    """A fitted forecast. Make it with `fit` or `load`; it never changes."""

    config: ForecastConfig
    summary: TrainingSummary
    weights: KernelWeights
    fitted: Fitted
    launches: pd.DataFrame = field(repr=False)  # product_id, category, brand, residual of the training rows
    embeddings: np.ndarray = field(repr=False)  # (n_launches, dim)
    residuals: np.ndarray = field(repr=False)  # (n_calibration,) sorted, log scale
    price_log_mean: float | None  # None: price is not used

    @classmethod
    def fit(
        cls,
        launches: pd.DataFrame,
        embeddings: np.ndarray,
        *,
        use_price: bool = False,
        config: ForecastConfig | None = None,
    ) -> Self:
        """Fit on past launches.

        Args:
            launches: rows of `features.past_launches`; those without an outcome are left out.
            embeddings: (n, dim), unit vectors of the rows' texts.
            use_price: let price count; say so only if candidates have prices too (see `knows_prices`).
        Raises:
            NotEnoughData: fewer than MIN_LAUNCHES launches have an outcome and enough history before them.
        """
        config = config or ForecastConfig()
        launches, embeddings = usable_launches(launches, embeddings, config)
        price_mean = float(np.log(launches["price"][launches["price"] > 0]).mean()) if use_price else None
        training = Training(launches, embeddings, price_mean, config)
        weights, residuals = choose_weights(training, config)
        how = "latest cohort" if residuals is not None else "leave-one-week-out"
        unseen = training.held_out_residuals(weights)
        residuals = np.sort(unseen if residuals is None else residuals)
        summary = _summarise(launches, residuals, how, weights)
        rows = launches[["product_id", "category", "brand"]].assign(residual=unseen)
        return cls(config, summary, weights, training.fit(weights), rows, embeddings, residuals, price_mean)

    def predict(self, frame: pd.DataFrame, embeddings: np.ndarray) -> pd.DataFrame:
        """Predict the rows of `frame` (columns as of `features.candidate_table`) with their embeddings (n, dim).

        Returns:
            product_id, units (mean), median, low, high, q10 ... q90; one row per row of `frame`, in its order.
        Raises:
            ModelMismatch: the embeddings have another dimension than those of the training texts.
        """
        centre = self.predict_log(frame, embeddings)
        low, high = conformal_bounds(self.residuals)
        spread = np.clip(self.residuals, *np.quantile(self.residuals, [_TAIL, 1 - _TAIL]))
        columns: dict[str, Any] = {"product_id": frame["product_id"].to_numpy(dtype=object)}
        columns["units"] = np.maximum(np.exp(centre) * np.exp(spread).mean() - 1, 0.0)
        columns["median"] = _units(centre + np.quantile(self.residuals, 0.5))
        columns["low"], columns["high"] = _units(centre + low), _units(centre + high)
        for level in QUANTILES:
            columns[f"q{round(100 * level)}"] = _units(centre + np.quantile(self.residuals, level))
        return pd.DataFrame(columns)

    def predict_log(self, frame: pd.DataFrame, embeddings: np.ndarray) -> np.ndarray:
        """Predict log(1 + units), (n,), before the calibration's shift."""
        if embeddings.shape[1:] != self.embeddings.shape[1:]:
            raise ModelMismatch(
                f"The forecast was trained on embeddings of dimension {self.embeddings.shape[1]}, not "
                f"{embeddings.shape[1]}. Build the workspace again with the encoder that is in use now."
            )
        kernel = combined_kernel(
            self.weights,
            text_kernel(embeddings, self.embeddings, self.weights.text_reach),
            group_kernel(frame, self.launches) if self.weights.group else 0.0,
        )
        return predict(design_matrix(frame, self.price_log_mean), kernel, self.fitted)

    def save(self, folder: Path) -> None:
        """Write forecast.json, forecast.npz and forecast_launches.parquet to `folder`."""
        meta = {
            "version": _VERSION,
            "config": asdict(self.config),
            "summary": asdict(self.summary),
            "weights": asdict(self.weights),
            "price_log_mean": self.price_log_mean,
        }
        (folder / "forecast.json").write_text(json.dumps(meta, indent=1), encoding="utf-8")
        np.savez(
            folder / "forecast.npz",
            coefficients=self.fitted.coefficients,
            duals=self.fitted.duals,
            embeddings=self.embeddings,
            residuals=self.residuals,
        )
        self.launches.to_parquet(folder / "forecast_launches.parquet", index=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ModelMismatch: a file is missing, unreadable or of another version of this software.
        """
        try:
            meta = json.loads((folder / "forecast.json").read_text(encoding="utf-8"))
            check_version(meta, _VERSION, folder / "forecast.json")
            with np.load(folder / "forecast.npz", allow_pickle=False) as arrays:
                fitted = Fitted(arrays["coefficients"], arrays["duals"])
                embeddings, residuals = arrays["embeddings"], arrays["residuals"]
            launches = pd.read_parquet(folder / "forecast_launches.parquet")
            config, summary = ForecastConfig(**meta["config"]), TrainingSummary(**meta["summary"])
            weights = KernelWeights(**meta["weights"])
            return cls(config, summary, weights, fitted, launches, embeddings, residuals, meta["price_log_mean"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelMismatch(
                f"The forecast in {folder} cannot be read: {error}. Build the workspace again."
            ) from error


def check_version(meta: Mapping[str, object], expected: int, path: Path) -> None:
    """Raise ModelMismatch unless the saved `meta` is of version `expected`."""
    if meta.get("version") != expected:
        raise ModelMismatch(
            f"{path} has format {meta.get('version')!r}; this software reads format {expected}. Build the workspace "
            "again."
        )


def _summarise(launches: pd.DataFrame, residuals: np.ndarray, how: str, weights: KernelWeights) -> TrainingSummary:
    days: list[date] = launches["launch_date"].tolist()
    return TrainingSummary(
        n_launches=len(launches),
        first_launch=min(days).isoformat(),
        last_launch=(max(days)).isoformat(),
        n_calibration=len(residuals),
        calibrated_on=how,
        mae_log=float(np.abs(residuals - np.median(residuals)).mean()),
        weights=asdict(weights),
    )


def _units(log_units: np.ndarray) -> np.ndarray:
    return np.maximum(np.expm1(log_units), 0.0)
