"""Search demand: weighted volume by hand, an honest trend, and a log that is read as it is."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retrieval.demand import (
    MAX_MATCHES,
    DemandModel,
    SimilarityKernel,
    calibrated_kernel,
    dispersion,
    weighted_trend,
)
from retrieval.encoder import HashingEncoder
from retrieval.index import build_index

MONDAY = date(2017, 8, 7)


KERNEL = SimilarityKernel(0.45, 0.60)


@pytest.fixture
def model(tmp_path: Path):
    """Builds a DemandModel of chips and cola from a log of (day, query, count)."""

    def build(log: list[tuple[date, str, float]] | None, simulated: bool = False) -> DemandModel:
        products = pd.DataFrame({"product_id": ["chips", "cola"], "title": ["Potato chips", "Cola"]})
        products.to_parquet(tmp_path / "products.parquet")
        (tmp_path / "queries.parquet").unlink(missing_ok=True)
        if log is not None:
            frame = pd.DataFrame(log, columns=["date", "query", "count"]).assign(clicked_product_id=None)
            frame.to_parquet(tmp_path / "queries.parquet")
        out = tmp_path / "index"
        out.mkdir(exist_ok=True)
        build_index(tmp_path, out, HashingEncoder(512))
        return DemandModel.load(out, tmp_path, simulated, KERNEL)

    return build


def weeks(counts: list[float], query: str = "potato chips") -> list[tuple[date, str, float]]:
    return [(MONDAY + timedelta(weeks=i), query, count) for i, count in enumerate(counts)]


def test_kernel_known_answers():
    np.testing.assert_allclose(
        SimilarityKernel(0.45, 0.60).weights(np.array([-1, 0.45, 0.5, 0.6, 1])), [0, 0, 1 / 3, 1, 1], atol=1e-12
    )


def test_volume_and_weeks_by_hand(model):
    demand = model([*weeks([10] * 4 + [20] * 4), *weeks([7] * 8, "cola")]).demand("chips")
    assert demand.product_id == "chips"
    assert [week for week, _ in demand.weekly] == [MONDAY + timedelta(weeks=i) for i in range(8)]
    assert [value for _, value in demand.weekly] == pytest.approx([10] * 4 + [20] * 4)
    assert demand.volume_per_week == pytest.approx(15)
    assert demand.trend_ratio == pytest.approx(80.5 / 40.5)
    assert [(match.query, match.count) for match in demand.queries] == [("potato chips", 120)]
    assert demand.queries[0].similarity == pytest.approx(1, abs=1e-5)


def test_a_half_match_counts_by_its_weight(model):
    built = model(weeks([30] * 8, "chips"))
    cosine = built.demand("chips").queries[0].similarity
    assert 0.45 < cosine < 1
    assert built.demand("chips").volume_per_week == pytest.approx(30 * min(1, (cosine - 0.45) / 0.15), rel=1e-4)
    assert built.demand("cola").volume_per_week == 0


def test_spellings_of_one_query_add_up(model):
    demand = model([*weeks([1] * 8, "Potato chips"), *weeks([2] * 8, " potato CHIPS ")]).demand("chips")
    assert demand.volume_per_week == pytest.approx(3)
    assert len(demand.queries) == 1


def test_a_week_without_searches_is_zero_not_missing(model):
    log = [row for row in weeks([5] * 8) if row[0] != MONDAY + timedelta(weeks=6)]
    assert [value for _, value in model(log).demand("chips").weekly] == pytest.approx([5, 5, 5, 5, 5, 5, 0, 5])


def test_a_daily_log_that_ends_in_mid_week_loses_that_week(model):
    daily = [(MONDAY + timedelta(days=day), "potato chips", 1) for day in range(7 * 8 + 3)]
    demand = model(daily).demand("chips")
    assert [value for _, value in demand.weekly] == pytest.approx([7] * 8)
    assert demand.trend_ratio == pytest.approx(1)


def test_a_daily_log_that_ends_on_a_sunday_and_a_weekly_one_keep_their_last_week(model):
    daily = [(MONDAY + timedelta(days=day), "potato chips", 1) for day in range(7 * 8)]
    assert len(model(daily).demand("chips").weekly) == 8
    assert len(model(weeks([3] * 5)).demand("chips").weekly) == 5


def test_the_nearest_queries_come_first_and_few(model):
    log = [row for i in range(30) for row in weeks([1] * 8, f"potato chips {'x' * i}")]
    queries = model(log).demand("chips").queries
    assert len(queries) == MAX_MATCHES
    assert [match.similarity for match in queries] == sorted((match.similarity for match in queries), reverse=True)


@pytest.mark.parametrize("simulated", [True, False])
def test_the_simulated_mark_is_carried(model, simulated):
    assert model(weeks([1] * 8), simulated).demand("chips").simulated is simulated


def test_unknown_product_and_shop_without_a_log_have_no_demand(model):
    assert model(weeks([1] * 8)).demand("unheard of") is None
    assert model(None).demand("chips") is None


def test_nothing_searched_is_zero_with_a_wide_trend(model):
    demand = model(weeks([9] * 8, "cola")).demand("chips")
    assert demand.volume_per_week == 0
    assert demand.queries == ()
    assert demand.trend_ratio == 1
    assert demand.trend_low < 0.05 < 20 < demand.trend_high


@pytest.mark.parametrize("n_weeks", [1, 2, 3, 5])
def test_short_logs_work(model, n_weeks):
    demand = model(weeks([10] * n_weeks)).demand("chips")
    assert demand.volume_per_week == pytest.approx(10)
    assert demand.trend_ratio == pytest.approx(1)
    assert demand.trend_low < 1 < demand.trend_high


def test_trend_known_answer():
    """Against the exact conditional interval: 120 of 180 searches fell in the recent half."""
    trend = weighted_trend(np.array([[15.0] * 4 + [30.0] * 4]), np.array([1.0]))
    assert trend.ratio == pytest.approx(120.5 / 60.5)
    # Normal approximation on the logarithm, standard error sqrt(1/120 + 1/60), z = 1.2816.
    margin = 1.2816 * np.sqrt(1 / 120 + 1 / 60)
    assert np.log([trend.low, trend.high]) == pytest.approx(np.log(2) + np.array([-margin, margin]), abs=0.02)


def test_half_weights_mean_half_the_counts_and_the_same_certainty():
    counts = np.random.default_rng(3).poisson(40, size=(1, 26)).astype(float)
    whole, half = weighted_trend(counts, np.array([1.0])), weighted_trend(counts, np.array([0.5]))
    assert (half.ratio, half.low, half.high) == pytest.approx((whole.ratio, whole.low, whole.high))


@pytest.mark.parametrize(("burst", "growth"), [(1, 1.0), (1, 1.5), (6, 1.0)])
def test_the_interval_covers_what_it_claims(burst, growth):
    """80% by claim; counts that come in bursts (variance 6 times the mean) must not break it."""
    rng = np.random.default_rng(11)
    weights = np.array([1.0, 0.7, 0.3])
    rates = np.array([30.0] * 22 + [30.0 * growth] * 4) / burst
    covered = 0
    for _ in range(500):
        trend = weighted_trend(burst * rng.poisson(rates, size=(3, 26)).astype(float), weights)
        covered += trend.low <= growth <= trend.high
    assert 0.75 <= covered / 500 <= 0.90


def test_dispersion_is_one_for_poisson_more_for_bursts_and_blind_to_trends():
    rng = np.random.default_rng(5)
    assert dispersion(rng.poisson(50, 5_000).astype(float)) == pytest.approx(1, abs=0.06)
    assert dispersion(4.0 * rng.poisson(50, 5_000)) == pytest.approx(4, abs=0.25)
    assert dispersion(rng.poisson(np.linspace(50, 150, 5_000)).astype(float)) == pytest.approx(1, abs=0.06)
    assert dispersion(np.zeros(10)) == dispersion(np.array([3.0])) == 0


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_kernel_moves_with_the_level_of_unrelated_pairs():
    rng = np.random.default_rng(2)
    plain = _unit(rng.normal(size=(300, 100)))
    crowded = _unit(plain + 2.0 * _unit(rng.normal(size=(1, 100))))  # unrelated texts at a cosine near 0.8
    for vectors, level in ((plain, 0.0), (crowded, 0.8)):
        kernel = calibrated_kernel(vectors, vectors[:50])
        cosines = vectors @ vectors[:50].T
        unrelated = cosines[~np.isclose(cosines, 1, atol=1e-6)]
        assert np.median(unrelated) == pytest.approx(level, abs=0.03)
        assert kernel.weights(unrelated).mean() < 0.001
        assert kernel.weights(np.array(1.0)) == 1


def test_kernel_ends_by_hand():
    """Pairs spread evenly over 0..0.4: median 0.2, quartiles 0.1 and 0.3, so a deviation of 0.2 / 1.349."""
    cosines = np.linspace(0, 0.4, 401)
    kernel = calibrated_kernel(np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1), np.array([[1.0, 0.0]]))
    assert kernel.low == pytest.approx(0.2 + 3.75 * 0.2 / 1.349, abs=1e-3)
    assert kernel.high == pytest.approx(0.2 + 0.9 * 0.8, abs=1e-3)


@pytest.mark.parametrize("titles", [["Cola"], ["Cola", "Cola zero", "Lamp"]])
def test_in_a_tiny_shop_an_equal_text_still_counts(tmp_path, titles):
    ids = [str(number) for number in range(len(titles))]
    pd.DataFrame({"product_id": ids, "title": titles}).to_parquet(tmp_path / "products.parquet")
    pd.DataFrame(weeks([1] * 8, "cola"), columns=["date", "query", "count"]).to_parquet(tmp_path / "queries.parquet")
    (tmp_path / "out").mkdir()
    build_index(tmp_path, tmp_path / "out", HashingEncoder(64))
    demand = DemandModel.load(tmp_path / "out", tmp_path, False)
    assert demand.demand("0").volume_per_week == pytest.approx(1)
    if len(titles) > 1:
        assert demand.demand("2").volume_per_week == 0
