from __future__ import annotations

import numpy as np
import pytest

from ranking.shrinkage import Z_SCORE, shrink


def test_two_estimates_by_hand() -> None:
    # 8 / (2 + tau2) = 1 gives tau2 = 6, so each moves a quarter of the way to the mean 2.
    shrunk = shrink(np.array([0.0, 4.0]), np.array([2.0, 2.0]))
    assert shrunk.tau2 == pytest.approx(6)
    assert shrunk.pooled_mean == pytest.approx(2)
    assert shrunk.means == pytest.approx([0.5, 3.5])
    assert shrunk.pooled_variance == pytest.approx(4)
    assert shrunk.variances == pytest.approx([0.75 * 2 + 0.25**2 * 4 + 2 * 0.25**2 * 2**2] * 2)
    assert shrunk.newcomer_variance == pytest.approx(10)


def test_estimates_that_agree_within_their_noise_are_pooled() -> None:
    shrunk = shrink(np.array([1.0, 1.1, 0.9]), np.array([1.0, 1.0, 1.0]))
    assert shrunk.tau2 == 0
    assert shrunk.means == pytest.approx([1.0, 1.0, 1.0])


def test_the_noisier_estimate_moves_further() -> None:
    shrunk = shrink(np.array([-3.0, 0.0, 3.0, 3.0]), np.array([0.1, 0.1, 0.1, 5.0]))
    assert abs(shrunk.means[3] - 3) > abs(shrunk.means[2] - 3)


def test_one_estimate_stays_and_none_gives_nothing() -> None:
    alone = shrink(np.array([2.0]), np.array([0.5]))
    assert (alone.means[0], alone.variances[0]) == (2.0, 0.5)
    assert len(shrink(np.zeros(0), np.zeros(0)).means) == 0


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(60):
        truth = rng.normal(1.0, 0.5, 30)
        variances = rng.uniform(0.05, 1.0, 30)
        shrunk = shrink(rng.normal(truth, np.sqrt(variances)), variances)
        inside.append(np.abs(shrunk.means - truth) <= Z_SCORE * np.sqrt(shrunk.variances))
    assert 0.75 < np.mean(inside) < 0.85


def test_one_estimate_alone_is_left_as_it_is_whatever_its_rounding():
    rng = np.random.default_rng(0)
    for estimate, variance in zip(rng.normal(size=500), rng.uniform(1e-5, 1, size=500), strict=True):
        shrunk = shrink(np.array([estimate]), np.array([variance]))
        assert shrunk.tau2 == 0
        assert shrunk.means == pytest.approx([estimate])
