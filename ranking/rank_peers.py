"""Ranking peers: whether the forecast puts the launches that sell most on top, against a model trained to rank.

A list is what a department has to choose from: the test launches of one top category. The grade of a launch is the
fifth of the training launches' units that its own units fall in, 0 to 4. Both models see the same rows.

Source: Järvelin and Kekäläinen (2002) for nDCG, gain 2^grade - 1; Burges (2010) for LambdaMART, in LightGBM.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ranking.errors import MissingPeer
from ranking.forecast import ForecastModel
from ranking.peers import TREE_SETTINGS, Split, tree_features

TOP = 10
_GRADES = 5
_LEAST_LIST = 2 * TOP  # a list of fewer launches says little about its order
_ROUNDS = 300
_MOST_IN_LIST = 500  # of the training lists; LightGBM bounds them


def compare_rankers(split: Split) -> dict[str, object]:
    """Return nDCG@10 of `ours` (the forecast's mean units) and `lambdamart`, over departments, and `n_lists`.

    Raises:
        MissingPeer: LightGBM is not installed.
    """
    model = ForecastModel.fit(split.train, split.train_embeddings, use_price=split.use_price)
    ours = model.predict(split.test, split.test_embeddings)["units"].to_numpy()
    edges = _edges(split.train["units_4w"].to_numpy(dtype=float))
    grades = np.searchsorted(edges, split.units, side="right")
    lists = [rows for rows in _lists(split.test) if len(rows) >= _LEAST_LIST and grades[rows].any()]
    theirs = lambdamart(split, edges)
    return {
        "ours": {"ndcg@10": _mean_ndcg(grades, ours, lists)},
        "lambdamart": {"ndcg@10": _mean_ndcg(grades, theirs, lists)},
        "n_lists": len(lists),
    }


def lambdamart(split: Split, edges: np.ndarray) -> np.ndarray:
    """Scores (n_test,) of a LambdaMART trained on the training launches of each department, on LightGBM's features."""
    try:
        import lightgbm
    except ImportError as error:
        raise MissingPeer(
            "The ranking is compared with LightGBM, which is not installed. Install the development dependencies: "
            "pip install -e '.[dev]'."
        ) from error
    train, features, test_features = tree_features(split)
    rows = [part for held in _lists(train) for part in np.array_split(held, -(-len(held) // _MOST_IN_LIST))]
    order = np.concatenate(rows)
    grades = np.searchsorted(edges, train["units_4w"].to_numpy(dtype=float), side="right")
    data = lightgbm.Dataset(features[order], grades[order], group=[len(part) for part in rows])
    settings = {**TREE_SETTINGS, "objective": "lambdarank", "lambdarank_truncation_level": TOP, "num_threads": 1}
    booster = lightgbm.train(settings, data, num_boost_round=_ROUNDS)
    return np.asarray(booster.predict(test_features, num_threads=1))


def ndcg(grades: np.ndarray, scores: np.ndarray, top: int = TOP) -> float:
    """Return nDCG of a list, 0 when no grade is above 0. Equal scores keep the order they came in.

    Example: grades [2, 1, 0], scores [1, 2, 3] -> (0 + 1 / log2(3) + 3 / 2) / (3 + 1 / log2(3)) = 0.587.
    """
    discount = 1 / np.log2(np.arange(2, top + 2))
    gains = 2.0**grades - 1
    reached = gains[np.argsort(-scores, kind="stable")[:top]]
    best = np.sort(gains)[::-1][:top]
    ideal = float(best @ discount[: len(best)])
    return float(reached @ discount[: len(reached)]) / ideal if ideal else 0.0


def _edges(units: np.ndarray) -> np.ndarray:
    return np.quantile(units, np.arange(1, _GRADES) / _GRADES)


def _lists(frame: pd.DataFrame) -> list[np.ndarray]:
    """Row numbers of each department, in alphabetical order."""
    top = frame["group"].str.split(" > ").str[0].to_numpy()
    return [np.flatnonzero(top == name) for name in sorted(set(top))]


def _mean_ndcg(grades: np.ndarray, scores: np.ndarray, lists: Sequence[np.ndarray]) -> float:
    return float(np.mean([ndcg(grades[rows], scores[rows]) for rows in lists])) if lists else float("nan")
