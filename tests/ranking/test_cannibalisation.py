from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ranking.cannibalisation import CannibalisationConfig, estimate_cannibalisation, substitutes
from ranking.cannibalisation_model import (
    CANNIBALISATION_FOUND,
    FEW_NEAR_LAUNCHES,
    NEAR_TEXT,
    NO_CANNIBALISATION_SEEN,
    SAME_TEXT,
    SPLIT_PAIRS_TEST,
    CannibalisationModel,
)
from ranking.effects import posterior_effect
from ranking.errors import InvalidProblem
from ranking.near_pairs import near_counts
from retrieval.weeks import week_range

WEEKS = week_range(date(2023, 1, 2), 80)
N_GROUPS, N_KINDS, DIM = 10, 6, 64


def _launches(
    same: float, near: float = 0.0, crowding: float = 0.0, seed: int = 0, noise: float = 0.4
) -> tuple[pd.DataFrame, np.ndarray]:
    """Launches of 6 kinds of product a group, each with two near texts; kinds launched often sell better at any time.

    The residual is the group's week, the kind's level, crowding in the group, what those of the same and of a near text
    take, and noise.
    """
    rng = np.random.default_rng(seed)
    n = 2_400
    group, week = rng.integers(N_GROUPS, size=n), rng.integers(len(WEEKS), size=n)
    kind = group * N_KINDS + np.minimum(rng.geometric(0.35, size=n) - 1, N_KINDS - 1)
    centre = rng.normal(size=(N_GROUPS * N_KINDS, DIM))
    centre /= np.linalg.norm(centre, axis=1, keepdims=True)
    variant = centre + 0.03 * rng.normal(size=centre.shape)  # a cosine of about 0.97 with the first text
    variant /= np.linalg.norm(variant, axis=1, keepdims=True)
    embeddings = np.where(rng.random(n)[:, None] < 0.6, centre[kind], variant[kind])
    beside, ever = near_counts(embeddings, group, week, (0.9999, 0.9))
    crowd = np.bincount(group * len(WEEKS) + week, minlength=N_GROUPS * len(WEEKS))[group * len(WEEKS) + week] - 1
    weekly = rng.normal(0, 0.3, (N_GROUPS, len(WEEKS)))[group, week]
    residual = weekly + 0.005 * ever.sum(axis=1) - crowding * crowd - beside @ [same, near] + rng.normal(0, noise, n)
    frame = pd.DataFrame({"group": [f"G{g}" for g in group], "residual": residual})
    return frame.assign(launch_week=[WEEKS[t] for t in week]), embeddings


def _estimate(*args: float, **kwargs: float) -> CannibalisationModel:
    return estimate_cannibalisation(*_launches(*args, **kwargs), WEEKS[0], WEEKS[-1])  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("same", [0.12, 0.2])
def test_cannibalisation_that_exists_is_found_apart_from_crowding(same: float) -> None:
    model = _estimate(same, near=0.0, crowding=0.2)
    pooled = model.kind(SAME_TEXT).pooled
    assert pooled.strength.low < same < pooled.strength.high
    assert (pooled.note_key, pooled.test_key, pooled.test_pairs) == (CANNIBALISATION_FOUND, None, None)
    assert not model.kind(NEAR_TEXT).pooled.strength.shown  # there is none between near texts
    assert model.noise_sd == pytest.approx(0.4, rel=0.1)
    assert np.mean([group.strength.low < same < group.strength.high for group in model.kinds[0].groups]) > 0.7


def test_near_texts_may_take_sales_too() -> None:
    model = _estimate(0.0, near=0.25)
    assert model.kind(NEAR_TEXT).pooled.strength.shown
    assert not model.kind(SAME_TEXT).pooled.strength.shown


def test_no_cannibalisation_is_claimed_where_there_is_none() -> None:
    models = [_estimate(0.0, crowding=0.2, seed=seed) for seed in range(6)]
    kinds = [kind for model in models for kind in model.kinds]
    assert not any(kind.pooled.strength.shown for kind in kinds)
    assert not any(group.strength.shown for kind in kinds for group in kind.groups)
    for kind in kinds:
        assert kind.pooled.test_key == SPLIT_PAIRS_TEST
        assert kind.pooled.strength.mean < 0.06


def test_a_range_that_does_better_together_never_makes_a_negative_strength() -> None:
    model = _estimate(-0.3)
    assert {group.note_key for group in model.kind(SAME_TEXT).groups} == {NO_CANNIBALISATION_SEEN}
    assert all(0 <= group.strength.low < group.strength.mean < 0.05 for group in model.kind(SAME_TEXT).groups)


def test_shocks_that_a_quarter_shares_widen_the_interval() -> None:
    launches, embeddings = _launches(0.0)
    kind = pd.factorize(pd.Series([row.tobytes() for row in embeddings]))[0]
    quarter = np.array([(week - WEEKS[0]).days // 91 for week in launches["launch_week"]])
    shock = np.random.default_rng(5).normal(0, 0.8, (kind.max() + 1, quarter.max() + 1))
    shared, alone = shock[kind, quarter], np.random.default_rng(6).permutation(shock[kind, quarter])
    widths = []
    for moved in (shared, alone):
        frame = launches.assign(residual=launches["residual"] + moved)
        model = estimate_cannibalisation(
            frame, embeddings, WEEKS[0], WEEKS[-1], CannibalisationConfig(timing_bias_sd=1e-3)
        )
        strength = model.kind(SAME_TEXT).pooled.strength
        widths.append(strength.estimate_high - strength.estimate_low)
    assert widths[0] > 1.3 * widths[1]


def test_without_outcomes_the_prior_speaks() -> None:
    launches, embeddings = _launches(0.3)
    for rows in (slice(None), slice(0)):
        model = estimate_cannibalisation(
            launches.assign(residual=np.nan).iloc[rows], embeddings[rows], WEEKS[0], WEEKS[-1]
        )
        for kind in model.kinds:
            assert kind.pooled.strength.prior_weight > 0.9
            assert kind.pooled.strength.mean == pytest.approx(0.1 * np.sqrt(2 / np.pi), rel=0.05)  # half-normal(0.1)
            assert {group.note_key for group in kind.groups} <= {FEW_NEAR_LAUNCHES}
        json.dumps(model.to_dict(), allow_nan=False)


def test_the_named_test_has_the_power_it_claims() -> None:
    model = _estimate(0.0)
    pairs = model.kinds[0].pooled.test_pairs
    assert pairs is not None
    half, rng = pairs // 2, np.random.default_rng(0)

    def means(together: bool, loss: float) -> np.ndarray:
        week = rng.normal(0, 0.3, (2_000, half, 1)) if together else rng.normal(0, 0.3, (2_000, half, 2))
        return (week - loss + rng.normal(0, 0.4, (2_000, half, 2))).mean(axis=(1, 2))

    error = np.sqrt((0.4**2 + 1.5 * 0.3**2) / half)
    found = (means(False, 0.0) - means(True, 0.1)) / error > 1.2816
    assert found.mean() == pytest.approx(0.8, abs=0.04)


def test_the_model_survives_json_and_unsound_launches_are_refused() -> None:
    launches, embeddings = _launches(0.2)
    model = estimate_cannibalisation(launches, embeddings, WEEKS[0], WEEKS[-1])
    assert CannibalisationModel.from_dict(json.loads(json.dumps(model.to_dict(), allow_nan=False))) == model
    assert model.kind(SAME_TEXT).group("Never seen") is model.kind(SAME_TEXT).pooled
    with pytest.raises(InvalidProblem, match="infinite"):
        estimate_cannibalisation(launches.assign(residual=np.inf), embeddings, WEEKS[0], WEEKS[-1])
    with pytest.raises(InvalidProblem, match="one for each"):
        estimate_cannibalisation(launches, embeddings[1:], WEEKS[0], WEEKS[-1])


def _known(strength: float) -> CannibalisationModel:
    """A model in which the same text costs `strength` for sure and near texts are unknown."""
    model = estimate_cannibalisation(*_launches(0.0), WEEKS[0], WEEKS[-1])
    same, near = model.kinds
    sure = posterior_effect(strength, 1e-9, 100.0, 0.0)
    return replace(model, kinds=(replace(same, groups=(), pooled=replace(same.pooled, strength=sure)), near))


def test_substitutes_lose_a_share_of_each_and_no_more_than_the_other_sells() -> None:
    same, near, far = np.eye(3)[0], np.array([0.96, 0.28, 0.0]), np.eye(3)[2]
    embeddings = np.stack([same, same, near, far, same])
    values = np.array([[12.0, 8.0], [1.0, 1.0], [5.0, 5.0], [5.0, 5.0], [9.0, 9.0]])
    groups = ["g", "g", "g", "g", "other"]
    model = _known(np.log(5 / 4))
    pairs = substitutes(groups, values, embeddings, model)
    assert list(zip(pairs.first, pairs.second, strict=True)) == [(0, 1)]  # near texts are not shown to lose
    assert pairs.units == pytest.approx([1 + 0.2])  # min(0.2 x 10, 1) + 0.2 x 1
    both = substitutes(groups, values, embeddings, model, prior_too=True)
    assert list(zip(both.first, both.second, strict=True)) == [(0, 1), (0, 2), (1, 2)]


def test_what_the_data_do_not_show_does_not_count_unless_asked() -> None:
    launches, embeddings = _launches(0.0)
    model = estimate_cannibalisation(launches, embeddings, WEEKS[0], WEEKS[-1])
    values = np.ones((200, 3))
    assert substitutes(launches["group"][:200].tolist(), values, embeddings[:200], model).n_pairs == 0
    counted = substitutes(launches["group"][:200].tolist(), values, embeddings[:200], model, prior_too=True)
    assert 0 < counted.n_pairs <= 20 * 200
    assert substitutes([], np.zeros((0, 3)), np.zeros((0, DIM)), model, prior_too=True).n_pairs == 0
    assert substitutes(["a", "a"], np.zeros((2, 0)), embeddings[:2], model, prior_too=True).n_pairs == 0


def test_settings_decide_what_is_near() -> None:
    launches, embeddings = _launches(0.3)
    strict = CannibalisationConfig(near_cosine=0.999)
    model = estimate_cannibalisation(launches, embeddings, WEEKS[0], WEEKS[-1], strict)
    assert model.kind(NEAR_TEXT).pooled.n_launches == 0
    assert model.kind(NEAR_TEXT).least_cosine == 0.999
