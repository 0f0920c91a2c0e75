from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ranking.errors import ModelMismatch, NotEnoughData
from ranking.forecast import QUANTILES, ForecastModel
from ranking.forecast_training import ForecastConfig, Training, conformal_bounds, knows_prices, usable_launches
from retrieval.weeks import week_of

START = date(2024, 1, 1)
N_KINDS = 12


def _launches(n: int, seed: int, *, selection: float = 0.0, noise: float = 0.5) -> tuple[pd.DataFrame, np.ndarray]:
    """Launches of 12 kinds whose texts tell the kind; log(1 + units) = 2 + kind - selection * log(history) + noise."""
    rng, kinds = np.random.default_rng(seed), np.random.default_rng(99)
    effect = kinds.normal(0, 0.8, N_KINDS)
    axes = np.linalg.qr(kinds.normal(size=(16, N_KINDS)))[0].T  # (n_kinds, 16)
    kind = rng.integers(N_KINDS, size=n)
    days = np.sort(rng.integers(35, 330, size=n))
    history = days / 7
    price = np.exp(rng.normal(1, 0.4, n))
    logs = 2 + effect[kind] - selection * np.log(history / 40) + rng.normal(0, noise, n)
    vectors = axes[kind] + rng.normal(0, 0.05, (n, 16))
    launch = [START + timedelta(days=int(day)) for day in days]
    frame = pd.DataFrame(
        {
            "product_id": [f"{seed}-{i}" for i in range(n)],
            "title": "Thing",
            "category": [f"Shop > Aisle {k % 3} > Kind {k}" for k in kind],
            "group": [f"Shop > Aisle {k % 3}" for k in kind],
            "brand": [None if k % 4 else "Own" for k in kind],
            "price": price,
            "launch_date": launch,
            "launch_week": [week_of(day) for day in launch],
            "units_4w": np.maximum(np.round(np.expm1(logs)), 0),
            "week1_share": 0.4,
            "history_weeks": history,
        }
    )
    return frame, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _as_candidates(frame: pd.DataFrame, history: float = 47.0) -> pd.DataFrame:
    return frame.assign(units_4w=np.nan, launch_date=None, launch_week=None, history_weeks=history)


@pytest.fixture(scope="module")
def fitted() -> ForecastModel:
    return ForecastModel.fit(*_launches(500, seed=1))


def test_text_that_tells_the_kind_beats_the_overall_median(fitted: ForecastModel) -> None:
    frame, vectors = _launches(400, seed=2)
    predicted = fitted.predict(_as_candidates(frame), vectors)
    logs = np.log1p(frame["units_4w"])
    error = np.abs(logs - np.log1p(predicted["median"])).mean()
    overall = np.abs(logs - np.log1p(np.median(frame["units_4w"]))).mean()
    assert error < 0.75 * overall


def test_the_interval_holds_about_80_percent_of_new_launches(fitted: ForecastModel) -> None:
    frame, vectors = _launches(1000, seed=3)
    predicted = fitted.predict(_as_candidates(frame), vectors)
    inside = (frame["units_4w"] >= predicted["low"]) & (frame["units_4w"] <= predicted["high"])
    assert 0.74 < inside.mean() < 0.88


def test_means_add_up_to_what_was_sold_and_medians_fall_short(fitted: ForecastModel) -> None:
    frame, vectors = _launches(1000, seed=4)
    predicted = fitted.predict(_as_candidates(frame), vectors)
    sold = frame["units_4w"].sum()
    assert predicted["units"].sum() == pytest.approx(sold, rel=0.15)
    assert predicted["median"].sum() < 0.8 * sold


def test_quantiles_rise_and_low_and_high_enclose_the_middle(fitted: ForecastModel) -> None:
    frame, vectors = _launches(50, seed=5)
    predicted = fitted.predict(_as_candidates(frame), vectors)
    levels = predicted[[f"q{round(100 * level)}" for level in QUANTILES]].to_numpy()
    assert (np.diff(levels, axis=1) >= 0).all()
    assert (predicted["low"] <= predicted["median"]).all()
    assert (predicted["units"] <= predicted["high"]).all()
    assert (predicted["low"] >= 0).all()
    assert predicted["product_id"].tolist() == frame["product_id"].tolist()


def test_selection_of_early_fast_sellers_is_not_promised_to_candidates() -> None:
    # Units fall with history as they do when a launch must outsell 5 / history_weeks to be seen at all.
    frame, vectors = _launches(600, seed=6, selection=1.0)
    model = ForecastModel.fit(frame, vectors)
    later, later_vectors = _launches(600, seed=7)  # at 40 weeks of history the same level as `selection` gives there
    predicted = model.predict(_as_candidates(later, history=40.0), later_vectors)
    bias = np.log1p(predicted["median"]).mean() - np.log1p(later["units_4w"]).mean()
    naive = np.log1p(frame["units_4w"]).mean() - np.log1p(later["units_4w"]).mean()
    assert abs(bias) < 0.15 < naive


def test_a_cohort_is_predicted_without_outcomes_that_were_not_known_when_it_began() -> None:
    frame, vectors = _launches(300, seed=8)
    config = ForecastConfig()
    cohort = slice(240, 300)
    began = frame["launch_date"].iloc[240]
    unknown = np.array([began - timedelta(days=28) < day for day in frame["launch_date"]])
    changed = frame.assign(units_4w=np.where(unknown & (np.arange(300) < 240), 9_999, frame["units_4w"]))
    weights = ForecastModel.fit(frame, vectors).weights
    before, after = (Training(f, vectors, None, config).residuals_ahead(weights, cohort) for f in (frame, changed))
    assert (unknown & (np.arange(300) < 240)).sum() > 5
    assert before is not None
    assert after is not None
    assert np.array_equal(before, after)
    known = frame.assign(units_4w=np.where(~unknown, 9_999, frame["units_4w"]))
    assert not np.allclose(before, Training(known, vectors, None, config).residuals_ahead(weights, cohort))  # type: ignore[arg-type]


def test_launches_without_an_outcome_or_history_teach_nothing(fitted: ForecastModel) -> None:
    frame, vectors = _launches(500, seed=1)
    more, more_vectors = _launches(40, seed=9)
    blank = more.assign(units_4w=[np.nan] * 20 + [5_000.0] * 20, history_weeks=[30.0] * 20 + [1.0] * 20)
    together = ForecastModel.fit(pd.concat([frame, blank], ignore_index=True), np.concatenate([vectors, more_vectors]))
    candidates = _as_candidates(more)
    assert together.summary == fitted.summary
    assert together.predict(candidates, more_vectors).equals(fitted.predict(candidates, more_vectors))


def test_only_the_latest_launches_are_kept_when_there_are_too_many() -> None:
    frame, vectors = _launches(300, seed=10)
    kept, kept_vectors = usable_launches(frame, vectors, ForecastConfig(max_launches=100))
    assert kept["launch_date"].min() == frame["launch_date"].iloc[200]
    assert np.array_equal(kept_vectors, vectors[200:])


def test_stronger_weights_are_taken_only_where_they_predict_clearly_better() -> None:
    plain = ForecastConfig().text_variance
    assert ForecastModel.fit(*_launches(500, seed=11, noise=0.9)).weights.text == plain
    assert ForecastModel.fit(*_launches(500, seed=11, noise=0.1)).weights.text > plain


def test_few_launches_still_give_an_interval() -> None:
    model = ForecastModel.fit(*_launches(20, seed=12))
    assert model.summary.calibrated_on == "leave-one-week-out"
    assert model.summary.n_calibration == 20


def test_too_few_launches_say_how_many_are_needed() -> None:
    frame, vectors = _launches(7, seed=13)
    with pytest.raises(NotEnoughData, match=r"Only 7 past launches.*needs 8"):
        ForecastModel.fit(frame, vectors)


def test_price_counts_only_when_asked_and_may_be_missing() -> None:
    frame, vectors = _launches(400, seed=14)
    dear = frame.assign(units_4w=np.round(frame["units_4w"] * (frame["price"] / np.e) ** -1.5))
    model = ForecastModel.fit(dear, vectors, use_price=True)
    candidates = _as_candidates(frame.iloc[:3])
    cheap, costly, unknown = (
        model.predict(candidates.assign(price=price), vectors[:3])["median"].to_numpy()
        for price in (1.0, 9.0, float("nan"))
    )
    assert (cheap > 2 * costly).all()
    assert np.isfinite(unknown).all()
    without = ForecastModel.fit(dear, vectors)
    assert without.predict(candidates.assign(price=1.0), vectors[:3])["median"].to_numpy() == pytest.approx(
        without.predict(candidates.assign(price=9.0), vectors[:3])["median"].to_numpy()
    )


def test_prices_are_known_when_half_of_both_sides_have_one() -> None:
    frame, _ = _launches(10, seed=15)
    half = frame.assign(price=[1.0] * 5 + [np.nan] * 5)
    fewer = frame.assign(price=[1.0] * 4 + [np.nan, 0.0] * 3)
    assert knows_prices(half, frame)
    assert not knows_prices(fewer, frame)
    assert not knows_prices(frame, fewer)
    assert not knows_prices(frame.iloc[:0], frame)


def test_conformal_bounds_are_the_ranks_that_guarantee_coverage() -> None:
    assert conformal_bounds(np.arange(1.0, 10.0)) == (1.0, 9.0)
    assert conformal_bounds(np.arange(1.0, 20.0)) == (2.0, 18.0)
    assert conformal_bounds(np.array([3.0])) == (3.0, 3.0)


def test_saving_and_loading_changes_no_number(fitted: ForecastModel, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    loaded = ForecastModel.load(tmp_path)
    frame, vectors = _launches(30, seed=16)
    assert loaded.predict(_as_candidates(frame), vectors).equals(fitted.predict(_as_candidates(frame), vectors))
    assert (loaded.summary, loaded.config, loaded.weights) == (fitted.summary, fitted.config, fitted.weights)


@pytest.mark.parametrize("damage", ["version", "json", "arrays", "missing"])
def test_a_saved_model_that_cannot_be_read_is_named(fitted: ForecastModel, tmp_path: Path, damage: str) -> None:
    fitted.save(tmp_path)
    meta = tmp_path / "forecast.json"
    if damage == "version":
        meta.write_text(json.dumps(json.loads(meta.read_text()) | {"version": 0}))
    elif damage == "json":
        meta.write_text("{")
    elif damage == "arrays":
        (tmp_path / "forecast.npz").write_bytes(b"PK not an archive")
    else:
        meta.unlink()
    with pytest.raises(ModelMismatch, match="Build the workspace again"):
        ForecastModel.load(tmp_path)


def test_embeddings_of_another_encoder_are_refused(fitted: ForecastModel) -> None:
    frame, _ = _launches(3, seed=17)
    with pytest.raises(ModelMismatch, match="dimension 16, not 5"):
        fitted.predict(_as_candidates(frame), np.ones((3, 5), dtype=np.float32))


def test_equal_input_gives_equal_models(fitted: ForecastModel) -> None:
    again = ForecastModel.fit(*_launches(500, seed=1))
    assert np.array_equal(again.fitted.duals, fitted.fitted.duals)
