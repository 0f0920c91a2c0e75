from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ranking.backtest import backtest_forecast, compare_forecasts, score
from ranking.peers import PEERS, Split
from retrieval.encoder import HashingEncoder
from retrieval.errors import SourceError
from retrieval.search import CatalogueSearch
from retrieval.workspace import Workspace

KEYS = {"wape", "mae_log", "spearman", "capture20", "pinball"}
QUICK = {name: PEERS[name] for name in ("median", "knn")}


def _same(median: list[float]) -> np.ndarray:
    return np.repeat(np.array(median, dtype=float)[:, None], 3, axis=1)


def test_scores_by_hand() -> None:
    units = np.array([0.0, 1.0, 3.0, 6.0, 10.0])
    scores = score(units, _same([1.0, 1.0, 1.0, 8.0, 7.0]))
    assert scores["wape"] == pytest.approx((1 + 0 + 2 + 2 + 3) / 20)
    logs = [np.log(2), 0, np.log(2), np.log(9 / 7), np.log(11 / 8)]
    assert scores["mae_log"] == pytest.approx(np.mean(logs))
    assert scores["capture20"] == pytest.approx(6 / 20)  # the best fifth by prediction is the product that sold 6
    ranks, guessed = np.array([1, 2, 3, 4, 5]), np.array([2, 2, 2, 5, 4])
    assert scores["spearman"] == pytest.approx(np.corrcoef(ranks, guessed)[0, 1])


def test_pinball_by_hand() -> None:
    # Quantile 0.1: 5 below costs 0.1 * 5; 0.5: exact; 0.9: 10 above costs 0.1 * 10.
    assert score(np.array([10.0]), np.array([[5.0, 10.0, 20.0]]))["pinball"] == pytest.approx((0.5 + 0 + 1) / 3)


def test_a_constant_prediction_ranks_nothing_and_captures_by_chance() -> None:
    scores = score(np.arange(10.0), _same([4.0] * 10))
    assert scores["spearman"] == 0
    assert scores["capture20"] == pytest.approx(0.2)


def test_a_perfect_prediction() -> None:
    units = np.arange(1.0, 11.0)
    scores = score(units, _same(units.tolist()))
    assert (scores["wape"], scores["mae_log"], scores["pinball"]) == (0, 0, 0)
    assert scores["spearman"] == pytest.approx(1)
    assert scores["capture20"] == pytest.approx(19 / 55)


def test_all_keys_and_no_future_in_training(
    shop: Workspace, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[pd.DataFrame, pd.DataFrame]] = []

    def spy(split: Split) -> np.ndarray:
        seen.append((split.train, split.test))
        return PEERS["median"](split)

    embeddings = CatalogueSearch.load(shop.index, encoder).embeddings
    # The small shop holds too few candidates for a verdict, but enough to see what is compared with what.
    monkeypatch.setattr("ranking.backtest._MIN_TEST", 5)
    result = compare_forecasts(shop, embeddings, peers={**QUICK, "spy": spy})
    assert set(result["ours"]) >= KEYS
    assert {"coverage80", "units_ratio"} <= set(result["ours"])
    assert set(result["gain"]["knn"]) == {"mae_log", "low", "high"}
    assert result["median"] == result["spy"]
    json.dumps(result, allow_nan=False)
    as_of = shop.report().as_of
    heldout_train, heldout_test = seen[0]
    assert max(heldout_train["launch_date"]) < as_of
    assert heldout_test["launch_date"].isna().all()
    assert heldout_test["units_4w"].isna().all()
    for train, test in seen[1:]:
        known = max(pd.to_datetime(train["launch_date"])) + pd.Timedelta(days=28)
        assert known <= min(pd.to_datetime(test["launch_date"]))
        assert test["history_weeks"].nunique() == 1


def test_too_few_outcomes_are_a_reason_not_a_crash(shop: Workspace, encoder: HashingEncoder) -> None:
    result = backtest_forecast(shop, encoder)
    assert "a backtest needs 20" in result["simulated"]["skipped"]
    assert "No file" in result["online_retail"]["skipped"]
    assert "another source" in result["complete_journey"]["skipped"]


def test_a_missing_file_of_online_retail_is_named(shop: Workspace, encoder: HashingEncoder, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        backtest_forecast(shop, encoder, online_retail=tmp_path / "nothing.xlsx")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_on_the_real_shop_the_forecast_beats_the_category_median(real_history: Path) -> None:
    """Complete Journey, all of it: held-out launches, text by the hashing encoder to keep it short."""
    from ranking.features import candidate_table, past_launches
    from ranking.lift import estimate_lifts
    from retrieval.encoder import product_text

    history = Workspace(real_history, real_history)
    assert 3_000 < past_launches(history)["units_4w"].notna().sum() < 3_600
    assert 1_600 < len(candidate_table(history)) < 1_900
    products = history.query("SELECT product_id, title, description, category, brand FROM products")
    texts = {row[0]: product_text(*row[1:]) for row in products.itertuples(index=False)}
    result = compare_forecasts(
        history, lambda ids: HashingEncoder().encode([texts[i] for i in ids]), peers={"median": PEERS["median"]}
    )
    assert result["ours"]["mae_log"] < result["median"]["mae_log"]
    assert result["rolling"]["ours"]["mae_log"] < result["rolling"]["median"]["mae_log"]
    assert 0.7 < result["ours"]["coverage80"] < 0.9
    lifts = {lift.placement: lift for lift in estimate_lifts(history)}
    assert lifts["mailer front page"].low > lifts["in-aisle"].high > 1
    history.close()
