from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ranking.errors import MissingPeer
from ranking.peers import PEERS, Split, boosted_trees, category_median, neighbours
from ranking.rank_peers import compare_rankers
from retrieval.weeks import week_of


def _frame(units: list[float], groups: list[str], day: int = 0) -> pd.DataFrame:
    launch = [date(2024, 1, 1) + timedelta(days=day + i) for i in range(len(units))]
    return pd.DataFrame(
        {
            "product_id": [f"p{day}-{i}" for i in range(len(units))],
            "category": groups,
            "group": groups,
            "brand": None,
            "price": np.nan,
            "launch_date": launch,
            "launch_week": [week_of(d) for d in launch],
            "units_4w": units,
            "history_weeks": 10.0 + np.arange(len(units)) / 7,
        }
    )


@pytest.fixture(scope="module")
def split() -> Split:
    """200 launches of two kinds that text and category tell apart: about 6 and about 60 units."""
    rng = np.random.default_rng(0)
    kind = rng.integers(2, size=240)
    vectors = np.eye(40)[kind] + rng.normal(0, 0.02, (240, 40))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    units = rng.poisson(np.where(kind == 1, 60, 6)).astype(float)
    frame = _frame(units.tolist(), ["Shop > Big" if k else "Shop > Small" for k in kind])
    return Split(frame.iloc[:200], vectors[:200], frame.iloc[200:], vectors[200:], units[200:], use_price=False)


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_tells_the_kinds_apart(name: str, split: Split) -> None:
    quantiles = PEERS[name](split)
    assert quantiles.shape == (40, 3)
    assert (quantiles >= 0).all()
    assert (np.diff(quantiles, axis=1) >= -1e-9).all()
    big = split.test["group"] == "Shop > Big"
    assert np.abs(quantiles[big, 1] - 60).mean() < 12
    assert np.abs(quantiles[~big, 1] - 6).mean() < 3


def test_category_median_by_hand_and_its_fallback() -> None:
    train = _frame([1, 2, 3, 4, 100, 50, 50, 7], ["A"] * 5 + ["B"] * 2 + ["C"])
    test = _frame([0, 0], ["A", "B"], day=60)
    embeddings = np.ones((8, 2), dtype=np.float32)
    predicted = category_median(Split(train, embeddings, test, embeddings[:2], np.zeros(2), use_price=False))
    assert predicted[0, 1] == 3
    assert predicted[1, 1] == np.median([1, 2, 3, 4, 100, 50, 50, 7])  # two launches are too few for a median


def test_neighbours_average_the_nearest_on_the_log_scale() -> None:
    train = _frame([3.0] * 20 + [63.0] * 20, ["A"] * 40)
    vectors = np.repeat(np.eye(2, dtype=np.float32), 20, axis=0)
    test = _frame([0.0], ["A"], day=60)
    predicted = neighbours(Split(train, vectors, test, np.array([[1.0, 0.0]], np.float32), np.zeros(1), False))
    assert predicted[0] == pytest.approx([3.0, 3.0, 3.0])


def test_a_missing_lightgbm_is_named(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(MissingPeer, match="LightGBM, which is not installed"):
        boosted_trees(split)


def test_rankers_are_compared_over_departments(split: Split) -> None:
    two = replace(
        split,
        train=split.train.assign(group=[f"{'AB'[i % 2]} > x" for i in range(len(split.train))]),
        test=split.test.assign(group=[f"{'AB'[i % 2]} > x" for i in range(len(split.test))]),
    )
    found = compare_rankers(two)
    assert found["n_lists"] == 2
    assert found["ours"]["ndcg@10"] > 0.6  # text tells those of sixty units from those of six, and no more
    assert found["lambdamart"]["ndcg@10"] > 0.6
