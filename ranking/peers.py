"""Peers: simpler and other models of the same forecast, fitted on the same rows, for the backtest to compare with.

Each takes a Split and returns the quantiles 0.1, 0.5 and 0.9 of the test rows' units, (n_test, 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ranking.errors import MissingPeer
from ranking.forecast_training import ForecastConfig, design_matrix, usable_launches
from retrieval.settling import OUTCOME_DAYS

PEER_QUANTILES = (0.1, 0.5, 0.9)
N_COMPONENTS = 32
N_NEIGHBOURS = 20
_LEAST_GROUP = 5
_ALPHAS = np.logspace(-1, 5, 25)


@dataclass(frozen=True, eq=False)
class Split:
    """Training launches whose outcomes are known when the test rows are predicted, and the test rows.

    units: (n_test,), what the test launches sold in four weeks.
    """

    train: pd.DataFrame
    train_embeddings: np.ndarray
    test: pd.DataFrame
    test_embeddings: np.ndarray
    units: np.ndarray
    use_price: bool


Peer = Callable[[Split], np.ndarray]


def category_median(split: Split) -> np.ndarray:
    """Quantiles of the category group's past launches; of all launches where the group has fewer than five."""
    train, _ = _training_rows(split)
    everything = np.quantile(train["units_4w"], PEER_QUANTILES)
    grouped = train.groupby("group")["units_4w"]
    known = {group: np.quantile(units, PEER_QUANTILES) for group, units in grouped if len(units) >= _LEAST_GROUP}
    return np.array([known.get(group, everything) for group in split.test["group"]])


def neighbours(split: Split) -> np.ndarray:
    """The nearest past launches by text: their mean on the log scale as the middle, their quantiles as the bounds."""
    train, embeddings = _training_rows(split)
    logs = np.log1p(train["units_4w"].to_numpy(dtype=float))
    similarity = split.test_embeddings @ embeddings.T
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :N_NEIGHBOURS]
    near = logs[nearest]  # (n_test, k)
    low, high = np.quantile(near, [PEER_QUANTILES[0], PEER_QUANTILES[2]], axis=1)
    return np.expm1(np.stack([low, near.mean(axis=1), high], axis=1))


def principal_ridge(split: Split) -> np.ndarray:
    """Ridge regression of log units on the forecast's trend terms and principal components of the text.

    Its quantiles come from the latest cohort's residuals, as those of the forecast do.
    """
    train, embeddings = _training_rows(split)
    centre, axes = _principal_axes(embeddings)
    target = np.log1p(train["units_4w"].to_numpy(dtype=float))
    features = _features(train, embeddings, centre, axes, split.use_price)
    cohort = slice(len(train) - max(int(len(train) * ForecastConfig().calibration_share), 1), len(train))
    known = _known_before(train, cohort)
    ahead = train.iloc[cohort].assign(history_weeks=train["history_weeks"].iloc[cohort.start])
    ahead_features = _features(ahead, embeddings[cohort], centre, axes, split.use_price)
    residuals = target[cohort] - _ridge(features[known], target[known], ahead_features)
    test_features = _features(split.test, split.test_embeddings, centre, axes, split.use_price)
    predicted = _ridge(features, target, test_features)
    return np.maximum(np.expm1(predicted[:, None] + np.quantile(residuals, PEER_QUANTILES)), 0.0)


def boosted_trees(split: Split, *, n_threads: int = 1) -> np.ndarray:
    """LightGBM, one model per quantile of log units, on ridge's features and the category levels.

    Raises:
        MissingPeer: LightGBM is not installed.
    """
    try:
        import lightgbm
    except ImportError as error:
        raise MissingPeer(
            "The backtest compares with LightGBM, which is not installed. Install the development dependencies: "
            "pip install -e '.[dev]'."
        ) from error
    train, features, test_features = tree_features(split)
    target = np.log1p(train["units_4w"].to_numpy(dtype=float))
    categorical = [features.shape[1] - 2, features.shape[1] - 1]
    columns = []
    for quantile in PEER_QUANTILES:
        data = lightgbm.Dataset(features, target, categorical_feature=categorical, free_raw_data=False)
        settings = {**TREE_SETTINGS, "objective": "quantile", "alpha": quantile, "num_threads": n_threads}
        booster = lightgbm.train(settings, data, num_boost_round=300)
        columns.append(np.asarray(booster.predict(test_features, num_threads=n_threads)))
    return np.maximum(np.expm1(np.sort(np.stack(columns, axis=1), axis=1)), 0.0)


TREE_SETTINGS = {
    "num_leaves": 15,
    "learning_rate": 0.03,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "deterministic": True,
    "seed": 0,
    "verbosity": -1,
}


def tree_features(split: Split) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """The training rows, and the features of training and test rows; the last two are codes of category levels."""
    train, embeddings = _training_rows(split)
    centre, axes = _principal_axes(embeddings)
    levels = _level_codes(train, split.test)
    features = _features(train, embeddings, centre, axes, split.use_price)
    test_features = _features(split.test, split.test_embeddings, centre, axes, split.use_price)
    return (
        train,
        np.column_stack([features, levels[: len(train)]]),
        np.column_stack([test_features, levels[len(train) :]]),
    )


PEERS: dict[str, Peer] = {
    "median": category_median,
    "knn": neighbours,
    "ridge": principal_ridge,
    "lightgbm": boosted_trees,
}


def _training_rows(split: Split) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows that the forecast trains on too, so that all compete on equal terms."""
    return usable_launches(split.train, split.train_embeddings, ForecastConfig())


def _known_before(train: pd.DataFrame, cohort: slice) -> np.ndarray:
    """Rows whose outcome was known when the cohort began; all rows before it if those are too few."""
    days = pd.to_datetime(train["launch_date"]).to_numpy()
    known = np.flatnonzero(days + np.timedelta64(OUTCOME_DAYS, "D") <= days[cohort.start])
    return known if len(known) >= _LEAST_GROUP else np.arange(max(cohort.start, 1))


def _principal_axes(embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centre = embeddings.mean(axis=0)
    _, _, axes = np.linalg.svd(embeddings - centre, full_matrices=False)
    return centre, axes[:N_COMPONENTS].T


def _features(
    frame: pd.DataFrame, embeddings: np.ndarray, centre: np.ndarray, axes: np.ndarray, use_price: bool
) -> np.ndarray:
    """Trend terms without the constant, then the text's principal components."""
    trend = design_matrix(frame, 0.0 if use_price else None)[:, 1:]
    return np.column_stack([trend, (embeddings - centre) @ axes])


def _ridge(features: np.ndarray, target: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    model = make_pipeline(StandardScaler(), RidgeCV(alphas=_ALPHAS))
    return model.fit(features, target).predict(ahead)


def _level_codes(train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """(n_train + n_test, 2): codes of the top category level and of the category group."""
    groups = pd.concat([train["group"], test["group"]], ignore_index=True)
    top = groups.str.split(" > ").str[0]
    return np.column_stack([pd.factorize(top)[0], pd.factorize(groups)[0]])
