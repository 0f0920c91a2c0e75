"""Backtest: how far the forecast can be trusted, measured against launches that it has not seen, and against its peers.

Two tests, both as the forecast is used:

held out   trained on everything before `as_of`, tested on the candidates that really launched at or after it and whose
           four weeks are complete. Every candidate is described as on `as_of`; its launch date stays hidden.
rolling    the same at earlier weeks, within the past: training knows the outcomes that were complete by then, and the
           launches of the following eight weeks are predicted.

One thing is not blind, and cannot be: where launches are derived from first sales, which products count as launches is
decided with their later sales. It is the same for all models compared.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from ranking.accuracy import Accuracy
from ranking.errors import NotEnoughData
from ranking.features import History, candidate_table, first_sale_day, history_weeks, past_launches
from ranking.forecast import ForecastModel
from ranking.forecast_training import MIN_LAUNCHES, ForecastConfig, knows_prices
from ranking.models import Embeddings
from ranking.peers import PEER_QUANTILES, PEERS, Peer, Split
from ranking.rank_peers import compare_rankers
from ranking.shrinkage import INTERVAL_LEVEL
from retrieval.encoder import EmbeddingCache, TextEncoder, encode_cached, product_text
from retrieval.ingest import ingest
from retrieval.progress import Progress, silent
from retrieval.search import CatalogueSearch
from retrieval.settling import OUTCOME_DAYS
from retrieval.sources import open_source
from retrieval.workspace import Workspace

_ROLLING_ORIGINS = 3
_ROLLING_WEEKS = 8
_MIN_TEST = 20
_RESAMPLES = 1000


class BacktestHistory(History, Protocol):
    """A History that also shows what was held out, as a Workspace does."""

    def heldout(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame: ...


def backtest_forecast(
    workspace: Workspace,
    encoder: TextEncoder,
    *,
    online_retail: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Backtest on the workspace's data and, when its file is given, on UCI Online Retail II.

    Args:
        encoder: the one that built the workspace's index; it encodes the texts of Online Retail too.
    Returns:
        One entry per data set, `complete_journey` and `online_retail` among them, each as of `compare_forecasts` or
        {"skipped": reason}; and `ranker`, as of `compare_rankers` on the workspace's data.
    Raises:
        MissingPeer: LightGBM is not installed.
        SourceError: the file of Online Retail is missing or not what it should be.
    """
    results: dict[str, Any] = {
        "complete_journey": {"skipped": "The workspace holds another source."},
        "online_retail": {"skipped": "No file of UCI Online Retail II was given."},
    }
    embeddings = CatalogueSearch.load(workspace.index, encoder).embeddings
    results[workspace.report().source] = _or_skipped(
        lambda: compare_forecasts(workspace, embeddings, progress=progress)
    )
    results["ranker"] = _or_skipped(lambda: compare_rankers(heldout_split(workspace, embeddings)))
    if online_retail:
        with tempfile.TemporaryDirectory(prefix="online-retail-") as folder:
            retail = _import_online_retail(online_retail, Path(folder), progress)
            vectors = _encoded(retail, encoder, EmbeddingCache(workspace.cache), progress)
            results["online_retail"] = _or_skipped(lambda: compare_forecasts(retail, vectors, progress=progress))
            retail.close()
    return results


def compare_forecasts(
    history: BacktestHistory,
    embeddings: Embeddings,
    *,
    peers: Mapping[str, Peer] = PEERS,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Compare the forecast with its peers on one data set.

    Returns:
        `ours` and one entry per peer: wape, mae_log, spearman, capture20, pinball (see `score`); ours also coverage80
        and units_ratio (planned units, the mean, over units sold). `gain`: peer -> mae_log of the peer less ours with
        its 80% bootstrap interval over products; above 0, ours is better. n_train, n_test, test. `rolling`: the same
        over earlier weeks, or {"skipped": reason}.
    Raises:
        NotEnoughData: fewer than 20 held-out candidates have complete outcomes, or too few past launches.
        MissingPeer: LightGBM is not installed.
    """
    split = heldout_split(history, embeddings)
    progress("backtest", 0.1, f"{len(split.units):,} held-out launches")
    result = _compare([split], peers)
    result["test"] = f"candidates that launched at or after {history.report().as_of}"
    progress("backtest", 0.5, "earlier weeks")
    rolling = _rolling_splits(history, past_launches(history), embeddings, split.use_price)
    result["rolling"] = (
        _compare(rolling, peers) | {"test": f"{len(rolling)} earlier origins, {_ROLLING_WEEKS} weeks ahead each"}
        if rolling
        else {"skipped": "The history is too short for earlier origins."}
    )
    progress("backtest", 1.0, "done")
    return result


def measure_accuracy(history: History, embeddings: Embeddings) -> Accuracy:
    """Measure what `rolling` of `compare_forecasts` does, against the category's median alone."""
    launches, candidates = past_launches(history), candidate_table(history)
    try:
        splits = _rolling_splits(history, launches, embeddings, knows_prices(candidates, launches))
        if not splits:
            return Accuracy(skipped="The history is too short to forecast earlier weeks and compare.")
        found = _compare(splits, {"median": PEERS["median"]})
    except NotEnoughData as error:
        return Accuracy(skipped=str(error))
    ours, peer = found["ours"], found["median"]
    coverage = ours[f"coverage{round(100 * INTERVAL_LEVEL)}"]
    return Accuracy(found["n_test"], INTERVAL_LEVEL, coverage, ours["wape"], peer["wape"])


def score(units: np.ndarray, quantiles: np.ndarray) -> dict[str, float]:
    """Score predictions of `units` (n,) by their quantiles 0.1, 0.5 and 0.9 (n, 3).

    wape: sum of |error of the median| over the sum of units. mae_log: mean |error| of log(1 + units). spearman: rank
    correlation, 0 if the prediction is constant. capture20: share of all units sold by the 20% predicted best, ties
    shared out evenly; 0.2 is chance. pinball: mean quantile loss over the three quantiles, in units.
    """
    median = quantiles[:, 1]
    total = float(units.sum())
    return {
        "wape": float(np.abs(units - median).sum() / total) if total else float("nan"),
        "mae_log": float(np.abs(np.log1p(units) - np.log1p(median)).mean()),
        "spearman": _rank_correlation(units, median),
        "capture20": _captured(units, median, 0.2),
        "pinball": float(np.mean([_pinball(units, quantiles[:, i], q) for i, q in enumerate(PEER_QUANTILES)])),
    }


def _pinball(units: np.ndarray, predicted: np.ndarray, quantile: float) -> float:
    error = units - predicted
    return float(np.maximum(quantile * error, (quantile - 1) * error).mean())


def _rank_correlation(units: np.ndarray, predicted: np.ndarray) -> float:
    if len(units) < 2 or np.ptp(units) == 0 or np.ptp(predicted) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(units), rankdata(predicted))[0, 1])


def _captured(units: np.ndarray, predicted: np.ndarray, share: float) -> float:
    """Share of units among the top `share` by prediction, expected over random orders of ties."""
    total = float(units.sum())
    if not total:
        return 0.0
    expected = pd.Series(units).groupby(predicted).transform("mean").to_numpy()
    top = np.argsort(-predicted, kind="stable")[: max(round(share * len(units)), 1)]
    return float(expected[top].sum() / total)


def _compare(splits: Sequence[Split], peers: Mapping[str, Peer]) -> dict[str, Any]:
    """Scores over the test rows of all splits together."""
    units = np.concatenate([split.units for split in splits])
    predictions = [_predict_ours(split) for split in splits]
    ours = pd.concat(predictions, ignore_index=True)
    middle = ours["median"].to_numpy()
    inside = (units >= ours["low"].to_numpy()) & (units <= ours["high"].to_numpy())
    quantiles = ours[["q10", "median", "q90"]].to_numpy()
    result: dict[str, Any] = {"ours": score(units, quantiles)}
    result["ours"][f"coverage{round(100 * INTERVAL_LEVEL)}"] = float(inside.mean())
    result["ours"]["units_ratio"] = float(ours["units"].sum() / units.sum())
    gains: dict[str, Any] = {}
    for name, peer in peers.items():
        predicted = np.concatenate([peer(split) for split in splits])
        result[name] = score(units, predicted)
        gains[name] = _gain(units, middle, predicted[:, 1])
    n_train = [len(split.train) for split in splits]
    return result | {"gain": gains, "n_train": n_train if len(n_train) > 1 else n_train[0], "n_test": len(units)}


def _predict_ours(split: Split) -> pd.DataFrame:
    model = ForecastModel.fit(split.train, split.train_embeddings, use_price=split.use_price)
    return model.predict(split.test, split.test_embeddings)


def _gain(units: np.ndarray, ours: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """How much larger the other's absolute log error is, with a bootstrap interval over products."""
    logs = np.log1p(units)
    difference = np.abs(logs - np.log1p(other)) - np.abs(logs - np.log1p(ours))
    rng = np.random.default_rng(0)
    means = [difference[rng.integers(len(units), size=len(units))].mean() for _ in range(_RESAMPLES)]
    low, high = np.quantile(means, [(1 - INTERVAL_LEVEL) / 2, (1 + INTERVAL_LEVEL) / 2])
    return {"mae_log": float(difference.mean()), "low": float(low), "high": float(high)}


def heldout_split(history: BacktestHistory, embeddings: Embeddings) -> Split:
    """Past launches to train on, and the candidates whose held-out outcome is known.

    Raises:
        NotEnoughData: fewer than 20 of them.
    """
    launches, candidates = past_launches(history), candidate_table(history)
    outcomes = history.heldout(_OUTCOMES)
    test = candidates.merge(outcomes, on="product_id", how="inner")
    if len(test) < _MIN_TEST:
        raise NotEnoughData(
            f"Only {len(test)} candidates have four complete weeks of sales after as_of; a backtest needs {_MIN_TEST}. "
            "Build the workspace with an earlier --as-of."
        )
    units, use_price = test["outcome"].to_numpy(dtype=float), knows_prices(candidates, launches)
    return _split(_known(launches), test, units, embeddings, use_price)


def _rolling_splits(history: History, launches: pd.DataFrame, embeddings: Embeddings, use_price: bool) -> list[Split]:
    """Splits at earlier Mondays, the latest first; their test weeks do not overlap."""
    known = _known(launches)
    first, last = first_sale_day(history), history.report().as_of - timedelta(days=OUTCOME_DAYS)
    days = pd.to_datetime(known["launch_date"]).to_numpy()
    splits = []
    for number in range(1, _ROLLING_ORIGINS + 1):
        origin = last - timedelta(weeks=_ROLLING_WEEKS * number)
        start, until = np.datetime64(origin), np.datetime64(origin + timedelta(weeks=_ROLLING_WEEKS))
        train = known.iloc[np.flatnonzero(days + np.timedelta64(OUTCOME_DAYS, "D") <= start)]
        test = known.iloc[np.flatnonzero((days >= start) & (days < until))]
        if len(train) < 10 * MIN_LAUNCHES or len(test) < _MIN_TEST or not _has_history(train):
            break
        described = test.assign(history_weeks=history_weeks(first, origin))
        splits.append(_split(train, described, test["units_4w"].to_numpy(dtype=float), embeddings, use_price))
    return splits


def _has_history(train: pd.DataFrame) -> bool:
    weeks = train["history_weeks"].to_numpy(dtype=float)
    return int(np.count_nonzero(weeks >= ForecastConfig().min_history_weeks)) >= 10 * MIN_LAUNCHES


def _known(launches: pd.DataFrame) -> pd.DataFrame:
    """The launches whose outcome is known."""
    return launches.iloc[np.flatnonzero(launches["units_4w"].notna())].reset_index(drop=True)


def _split(
    train: pd.DataFrame, test: pd.DataFrame, units: np.ndarray, embeddings: Embeddings, use_price: bool
) -> Split:
    vectors = embeddings(train["product_id"].tolist()), embeddings(test["product_id"].tolist())
    return Split(train, vectors[0], test, vectors[1], units, use_price)


def _or_skipped(compare: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return compare()
    except NotEnoughData as error:
        return {"skipped": str(error)}


def _import_online_retail(path: Path, folder: Path, progress: Progress) -> Workspace:
    """Ingest UCI's file into a temporary workspace; shoppers' pseudonyms play no part, so any key will do."""
    source = open_source("online_retail", path)
    ingest(source, folder / "data", as_of=None, pseudonym_key=b"backtest" * 4, progress=progress)
    return Workspace(folder, folder)


def _encoded(history: History, encoder: TextEncoder, cache: EmbeddingCache, progress: Progress) -> Embeddings:
    """Product ids -> embeddings, encoded now for past launches and candidates only."""
    wanted = {*past_launches(history)["product_id"], *candidate_table(history)["product_id"]}
    products = history.query("SELECT product_id, title, description, category, brand FROM products")
    texts = {row[0]: product_text(*row[1:]) for row in products.itertuples(index=False) if row[0] in wanted}
    vectors = encode_cached(encoder, list(texts.values()), cache, progress)
    row_of = {product_id: row for row, product_id in enumerate(texts)}
    return lambda product_ids: vectors[[row_of[product_id] for product_id in product_ids]]


_OUTCOMES = f"""
    WITH span AS (SELECT max(ts)::DATE + 1 AS until FROM heldout_events),
    launched AS (
        SELECT product_id, launch_date::DATE AS launch_date
        FROM heldout_products, span
        WHERE launch_date IS NOT NULL AND launch_date::DATE + {OUTCOME_DAYS} <= span.until
    )
    SELECT l.product_id, coalesce(sum(coalesce(e.quantity, 1)) FILTER (e.type = 'purchase'), 0)::DOUBLE AS outcome
    FROM launched l LEFT JOIN heldout_events e
        ON e.product_id = l.product_id AND e.ts >= l.launch_date AND e.ts < l.launch_date + {OUTCOME_DAYS}
    GROUP BY l.product_id ORDER BY l.product_id
"""
