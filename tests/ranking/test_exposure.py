from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ranking.errors import InvalidProblem
from ranking.exposure import estimate_exposure, launch_exposures
from ranking.exposure_model import (
    EXPOSURE_FATIGUE_FOUND,
    EXPOSURE_FATIGUE_UNCLEAR,
    FEW_EXPOSED_LAUNCHES,
    HOLDOUT_TEST,
    NO_EXPOSURE_FATIGUE_SEEN,
    ExposureModel,
)
from ranking.fatigue_model import fatigue_path
from retrieval.weeks import week_range

WEEKS = week_range(date(2023, 1, 2), 80)
DECAY = 0.5


def _launches(strength: float, seed: int = 0, groups: int = 10) -> pd.DataFrame:
    """Launches of groups whose campaigns come when the group has rested; own exposures lift, fatigue costs 0.1."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(1.5, (groups, len(WEEKS)))
    fatigue = fatigue_path(counts, DECAY)[:, :-1]
    campaign = np.where(rng.random(counts.shape) < 0.3, rng.gamma(2, 0.5, counts.shape), 0) / (1 + fatigue)
    g, t = np.repeat(np.argwhere(counts), counts[counts > 0], axis=0).T
    own = np.where(rng.random(len(g)) < 0.3, rng.random(len(g)), 0.0)
    residual = 0.2 * g - strength * campaign[g, t] + 0.5 * own - 0.1 * fatigue[g, t] + rng.normal(0, 0.4, len(g))
    frame = pd.DataFrame({"group": [f"G{i}" for i in g], "residual": residual, "own": own})
    return frame.assign(pressure=campaign[g, t], launch_week=[WEEKS[week] for week in t])


def _estimate(launches: pd.DataFrame) -> ExposureModel:
    return estimate_exposure(launches, DECAY, WEEKS[4], WEEKS[-1])


def test_exposure_fatigue_that_exists_is_found_apart_from_fatigue_and_own_exposures() -> None:
    model = _estimate(_launches(0.2))
    strength = model.pooled.strength
    assert strength.estimate_low < 0.2 < strength.estimate_high
    assert 0.05 < strength.mean < strength.estimate  # the prior draws it in
    assert model.pooled.note_key == EXPOSURE_FATIGUE_FOUND
    assert (model.pooled.test_key, model.pooled.test_buyers) == (None, None)
    assert model.own.low < 0.5 < model.own.high
    assert model.noise_sd == pytest.approx(0.4, rel=0.1)


def test_none_is_claimed_where_there_is_none_and_the_test_is_named() -> None:
    for seed in range(5):
        model = _estimate(_launches(0.0, seed=seed))
        assert not any(one.strength.shown for one in (model.pooled, *model.groups))
        assert model.pooled.note_key == EXPOSURE_FATIGUE_UNCLEAR
        assert (model.pooled.test_key, model.pooled.test_buyers) == (HOLDOUT_TEST, 1_804)


def test_the_named_test_has_the_power_it_claims() -> None:
    rng, half = np.random.default_rng(0), 1_804 / 2
    kept, held_out = rng.poisson(half * np.exp(-0.1), 20_000), rng.poisson(half, 20_000)
    found = np.log(held_out / kept) / np.sqrt(1 / kept + 1 / held_out) > 1.2816
    assert found.mean() == pytest.approx(0.8, abs=0.02)


def test_campaigns_that_come_with_good_weeks_never_make_a_negative_strength() -> None:
    model = _estimate(_launches(-0.4))
    assert model.pooled.note_key == NO_EXPOSURE_FATIGUE_SEEN
    assert all(0 <= one.strength.low < one.strength.mean < 0.05 for one in model.groups)


def test_without_exposures_or_outcomes_the_prior_speaks() -> None:
    launches = _launches(0.3)
    for known in (launches.assign(pressure=0.0, own=0.0), launches.assign(residual=np.nan), launches.iloc[:0]):
        model = _estimate(known)
        assert model.pooled.strength.mean == pytest.approx(0.1 * np.sqrt(2 / np.pi), rel=0.05)  # half-normal(0.1)
        assert model.pooled.note_key == FEW_EXPOSED_LAUNCHES
        json.dumps(model.to_dict(), allow_nan=False)


def test_the_model_survives_json_and_unsound_launches_are_refused() -> None:
    model = _estimate(_launches(0.2))
    assert ExposureModel.from_dict(json.loads(json.dumps(model.to_dict(), allow_nan=False))) == model
    assert model.group("Never seen") is model.pooled
    with pytest.raises(InvalidProblem, match="infinite"):
        _estimate(_launches(0.2).assign(residual=np.inf))
    with pytest.raises(InvalidProblem, match="below 0"):
        _estimate(_launches(0.2).assign(own=-1.0))


def test_exposures_are_counted_per_shopper_in_the_four_weeks_from_the_launch(make_history: Callable) -> None:
    day = date(2024, 3, 4)
    products = [
        {"product_id": "a", "launch_date": day},
        {"product_id": "b", "launch_date": day + timedelta(days=7)},
        {"product_id": "old"},
        {"product_id": "other", "category": "A > C", "launch_date": day},
    ]
    exposure = {"type": "exposure", "user_id": "u1"}
    events = [
        {"product_id": "old", "ts": day, "user_id": "u1"},
        {"product_id": "old", "ts": day, "user_id": "u2"},
        {"product_id": "a", "ts": day, **exposure},
        {"product_id": "a", "ts": day + timedelta(days=27), **exposure},
        {"product_id": "a", "ts": day + timedelta(days=28), **exposure},  # in the four weeks of b only
        {"product_id": "b", "ts": day + timedelta(days=7), **exposure},
        {"product_id": "old", "ts": day - timedelta(days=1), **exposure},  # before every launch
        {"product_id": "a", "ts": date(2024, 6, 1), **exposure},  # after as_of
    ]
    history = make_history(date(2024, 5, 1), products, events)
    launches = pd.DataFrame({"product_id": ["a", "b", "other"], "group": ["A > B", "A > B", "A > C"]})
    launches["launch_date"] = [day, day + timedelta(days=7), day]
    found = launch_exposures(history, launches)
    assert found["own"].tolist() == [1.0, 0.5, 0.0]  # of two shoppers
    assert found["pressure"].tolist() == [0.5, 1.0, 0.0]
    assert launch_exposures(history, launches.iloc[:0]).empty
