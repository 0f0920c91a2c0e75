from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ranking.effects import posterior_effect, truncated_normal
from ranking.errors import InvalidProblem
from ranking.fatigue import FatigueConfig, estimate_fatigue
from ranking.fatigue_model import (
    FATIGUE_FOUND,
    FATIGUE_UNCLEAR,
    FEW_LAUNCHES,
    NO_FATIGUE_SEEN,
    SWITCHBACK_TEST,
    FatigueModel,
    fatigue_path,
    starting_fatigue,
    steady_load,
)
from retrieval.sources.simulated import MarketTruth, simulated_shop
from retrieval.weeks import week_range

WEEKS = week_range(date(2023, 1, 2), 100)


def _launches(
    strength: float, crowding: float = 0.0, seed: int = 0, groups: int = 12, noise: float = 0.3
) -> pd.DataFrame:
    """Launches at random whose residual is fatigue (decay 0.6), crowding, the group's level and noise."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(1.2, (groups, len(WEEKS)))
    fatigue = fatigue_path(counts, 0.6)
    rows = [
        (f"G{g}", WEEKS[t], 0.2 * g - strength * fatigue[g, t] - crowding * (counts[g, t] - 1) + rng.normal(0, noise))
        for g, t in np.argwhere(counts)
        for _ in range(counts[g, t])
    ]
    return pd.DataFrame(rows, columns=["group", "launch_week", "residual"])


def _simulated(seed: int) -> tuple[pd.DataFrame, MarketTruth, date]:
    """The simulated shop's past launches; expected units are its true base, so placements and seasons are noise."""
    source = simulated_shop(seed=seed, n_products=1_000, n_weeks=90)
    truth, as_of = source.truth, source.default_as_of
    assert as_of is not None
    events = source.frames["events"]
    bought = events[events["type"] == "purchase"]
    age = bought["ts"] - pd.to_datetime(bought["product_id"].map(truth.launch_dates))
    units = bought[(age >= pd.Timedelta(0)) & (age < pd.Timedelta(days=28))].groupby("product_id").size()
    products = source.frames["products"]
    frame = pd.DataFrame(
        {
            "group": [" > ".join(category.split(" > ")[:2]) for category in products["category"]],
            "launch_week": products["product_id"].map(truth.launch_dates),
            "residual": np.log(products["product_id"].map(units).fillna(0) + 0.5)
            - np.log(products["product_id"].map(truth.base_units)),
        }
    )
    known = [truth.weeks[0] < week < as_of for week in frame["launch_week"]]
    return frame[known], truth, as_of


@pytest.mark.parametrize("strength", [0.05, 0.15])
def test_fatigue_that_exists_is_found(strength: float) -> None:
    model = estimate_fatigue(_launches(strength, crowding=0.1), WEEKS[8], WEEKS[-1])
    assert model.decay_low <= 0.6 <= model.decay_high
    assert model.decay_identified
    pooled, truth = model.pooled, strength * steady_load(0.6) / steady_load(model.decay)  # the same loss, at this decay
    assert pooled.strength.low < truth < pooled.strength.high
    assert pooled.crowding.low < 0.1 < pooled.crowding.high
    assert pooled.note_key == FATIGUE_FOUND
    assert (pooled.test_key, pooled.test_group_weeks) == (None, None)
    assert np.mean([group.strength.low < truth < group.strength.high for group in model.groups]) > 0.6


def test_the_simulated_shops_fatigue_is_recovered() -> None:
    held = []
    for seed in range(5):
        launches, truth, as_of = _simulated(seed)
        model = estimate_fatigue(launches, truth.weeks[4], as_of - timedelta(weeks=5))
        loss = truth.fatigue_strength * steady_load(truth.fatigue_decay)  # comparable whatever decay was chosen
        strength, load = model.pooled.strength, steady_load(model.decay)
        held.append(strength.low * load < loss < strength.high * load)
        assert strength.shown
        assert model.pooled.note_key == FATIGUE_FOUND
    assert np.mean(held) >= 0.6  # of 5 intervals at 80%


def test_no_fatigue_is_claimed_where_there_is_none() -> None:
    models = [estimate_fatigue(_launches(0.0, seed=seed), WEEKS[8], WEEKS[-1]) for seed in range(6)]
    assert not any(model.pooled.strength.shown for model in models)
    assert np.mean([group.strength.shown for model in models for group in model.groups]) < 0.1
    for model in models:
        assert model.pooled.test_key == SWITCHBACK_TEST
        assert FATIGUE_UNCLEAR in {group.note_key for group in model.groups}
        assert model.pooled.strength.mean * steady_load(model.decay) < 0.1


def test_launches_that_do_better_after_launches_never_make_a_negative_strength() -> None:
    model = estimate_fatigue(_launches(-0.3), WEEKS[8], WEEKS[-1])
    assert {group.note_key for group in model.groups} == {NO_FATIGUE_SEEN}
    assert all(0 <= group.strength.low < group.strength.mean < 0.05 for group in model.groups)
    assert (model.decay, model.decay_identified) == (0.5, False)


def test_without_outcomes_the_prior_speaks() -> None:
    config = FatigueConfig()
    for launches in (_launches(0.3).assign(residual=np.nan), _launches(0.3).iloc[:0]):
        model = estimate_fatigue(launches, WEEKS[8], WEEKS[-1])
        assert (model.decay, model.decay_identified) == (config.prior_decay, False)
        assert (model.decay_low, model.decay_high) == (0.2, 0.9)
        assert model.pooled.strength.prior_weight > 0.9
        assert model.pooled.strength.mean == pytest.approx(0.2 * np.sqrt(2 / np.pi), rel=0.05)  # half-normal(0.2)
        assert {group.note_key for group in model.groups} <= {FEW_LAUNCHES}
        json.dumps(model.to_dict(), allow_nan=False)


def test_a_group_with_few_launches_leans_on_the_others_and_an_unknown_one_too() -> None:
    rare = pd.DataFrame({"group": "Rare", "launch_week": [WEEKS[20], WEEKS[40]], "residual": [0.0, 0.1]})
    model = estimate_fatigue(pd.concat([_launches(0.15), rare], ignore_index=True), WEEKS[8], WEEKS[-1])
    assert model.group("Rare").strength.mean == pytest.approx(0.15, abs=0.05)
    assert model.group("Rare").n_cells == 2
    assert model.group("Never seen") is model.pooled


def test_a_season_is_not_mistaken_for_fatigue() -> None:
    # Launches and sales both swell in summer: without the quarters, launches would seem to help.
    rng = np.random.default_rng(1)
    swell = np.sin(2 * np.pi * np.arange(len(WEEKS)) / 52)
    counts = rng.poisson(1.2 + 0.8 * swell, (24, len(WEEKS)))
    fatigue = fatigue_path(counts, 0.6)
    rows = [
        (f"G{g}", WEEKS[t], 0.5 * swell[t] - 0.1 * fatigue[g, t] + rng.normal(0, 0.3))
        for g, t in np.argwhere(counts)
        for _ in range(counts[g, t])
    ]
    frame = pd.DataFrame(rows, columns=["group", "launch_week", "residual"])
    blind = estimate_fatigue(frame, WEEKS[8], WEEKS[-1], FatigueConfig(season_weeks=1_000))
    assert not blind.pooled.strength.shown
    assert estimate_fatigue(frame, WEEKS[8], WEEKS[-1]).pooled.strength.shown


def test_draws_repeat_and_follow_the_posterior() -> None:
    model = estimate_fatigue(_launches(0.15), WEEKS[8], WEEKS[-1])
    draws, again = model.draws(["G0", "G1"], 4_000, seed=2), model.draws(["G0", "G1"], 4_000, seed=2)
    assert np.array_equal(draws.strength, again.strength)
    assert (draws.strength >= 0).all()
    loss = draws.strength[:, 0] * steady_load(draws.decay)
    strength = model.group("G0").strength
    assert loss.mean() == pytest.approx(strength.mean * steady_load(model.decay), rel=0.03)
    assert np.quantile(draws.crowding[:, 0], [0.1, 0.9]) == pytest.approx(
        [model.group("G0").crowding.low, model.group("G0").crowding.high], abs=0.01
    )


def test_the_effect_by_hand() -> None:
    # No data: the half-normal itself, with quantiles scale * z_0.55 and scale * z_0.95.
    prior = posterior_effect(0.0, 1e12, 0.1, 0.0)
    assert (prior.mean, prior.sd) == (pytest.approx(0.0797885), pytest.approx(0.0602810))
    assert (prior.low, prior.high) == (pytest.approx(0.01256613), pytest.approx(0.16448536))
    # Precisions 100 and 100: halfway between 0 and 0.4, sd 0.0707, far enough from 0 for the truncation not to matter.
    both = posterior_effect(0.4, 0.0075, 0.1, 0.05)
    assert (both.location, both.prior_weight) == (pytest.approx(0.2), pytest.approx(0.5))
    assert both.mean == pytest.approx(0.2005, abs=1e-3)
    far = posterior_effect(-1e6, 1e-6, 0.1, 0.0)
    assert 0 <= far.low <= far.mean <= far.high < 0.01
    assert np.isfinite(truncated_normal(far.location, far.scale, np.array([0.0, 0.999]))).all()


def test_the_switchback_test_has_the_power_it_names() -> None:
    # Two arms of group-weeks whose response differs by delta; one-sided 10% in each direction.
    model = estimate_fatigue(_launches(0.0, noise=0.6), WEEKS[8], WEEKS[-1])
    group = model.groups[0]
    assert group.test_group_weeks is not None
    window = [row for row in _launches(0.0, noise=0.6).itertuples() if row.group == group.group]
    weekly = pd.Series([row.launch_week for row in window if row.launch_week >= WEEKS[8]]).value_counts()
    busy = np.ceil(np.quantile(weekly.reindex(WEEKS[8:], fill_value=0), 0.9))
    delta, half = 0.1 * (1 - model.decay) * busy, group.test_group_weeks // 2
    rng = np.random.default_rng(0)
    means = rng.normal(0, model.noise_sd / np.sqrt(half), (2, 4_000))
    found = (means[0] + delta - means[1]) / (model.noise_sd * np.sqrt(2 / half)) > 1.2816
    assert found.mean() == pytest.approx(0.8, abs=0.03)


def test_fatigue_paths_and_the_start_agree() -> None:
    assert fatigue_path(np.array([[1, 0, 2]]), 0.5).tolist() == [[0, 0.5, 0.25, 1.125]]
    frame = pd.DataFrame({"group": "A", "launch_week": [WEEKS[0], WEEKS[2], WEEKS[2], WEEKS[3]]})
    assert starting_fatigue(frame, 0.5, WEEKS[3]) == {"A": pytest.approx(1.125)}
    assert starting_fatigue(frame, 0.5, WEEKS[0]) == {}


def test_the_model_survives_json_and_infinite_residuals_are_refused() -> None:
    model = estimate_fatigue(_launches(0.15), WEEKS[8], WEEKS[-1])
    assert FatigueModel.from_dict(json.loads(json.dumps(model.to_dict(), allow_nan=False))) == model
    with pytest.raises(InvalidProblem, match="infinite"):
        estimate_fatigue(_launches(0.1).assign(residual=np.inf), WEEKS[8], WEEKS[-1])
