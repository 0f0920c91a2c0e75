from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ranking.kernel_regression import fit, group_kernel, held_out_residuals, predict, text_kernel


@pytest.fixture
def problem() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    points = rng.normal(size=(14, 3))
    kernel = np.exp(-((points[:, None] - points[None]) ** 2).sum(axis=2))
    design = np.column_stack([np.ones(14), rng.normal(size=14)])
    return design, kernel, rng.normal(size=14)


def test_without_a_kernel_it_is_least_squares(problem: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    design, kernel, target = problem
    fitted = fit(design, np.zeros_like(kernel), target)
    expected = np.linalg.lstsq(design, target, rcond=None)[0]
    assert fitted.coefficients == pytest.approx(expected, abs=1e-6)


def test_one_random_mean_is_the_textbook_shrunk_mean() -> None:
    # Three values 2, 4, 6 of one group with unit variances and a known zero trend: n / (n + 1) of their mean 4 is 3.
    fitted = fit(np.zeros((3, 1)), np.ones((3, 3)), np.array([2.0, 4.0, 6.0]))
    assert predict(np.zeros((1, 1)), np.ones((1, 3)), fitted)[0] == pytest.approx(3.0)


def test_held_out_residuals_equal_fitting_without_the_block(
    problem: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    design, kernel, target = problem
    block = np.array([0, 0, 1, 1, 1, 2, 3, 3, 4, 5, 5, 5, 5, 6])
    expected = np.empty(14)
    for value in np.unique(block):
        inside, outside = np.flatnonzero(block == value), np.flatnonzero(block != value)
        fitted = fit(design[outside], kernel[np.ix_(outside, outside)], target[outside])
        expected[inside] = target[inside] - predict(design[inside], kernel[np.ix_(inside, outside)], fitted)
    assert held_out_residuals(design, kernel, target, block) == pytest.approx(expected, abs=1e-6)


def test_text_kernel_is_one_for_equal_texts_and_falls_to_1_over_e_at_its_reach() -> None:
    same, near = np.array([1.0, 0.0]), np.array([0.8, 0.6])
    kernel = text_kernel(same[None].astype(np.float32), np.stack([same, near]).astype(np.float32), reach=0.2)
    assert kernel == pytest.approx(np.array([[1.0, np.exp(-1)]]), rel=1e-5)


def test_group_kernel_counts_shared_levels_and_brand_but_not_missing_ones() -> None:
    mine = pd.DataFrame({"category": ["A > B > C", "A"], "brand": ["x", None]})
    others = pd.DataFrame({"category": ["A > B > C", "A > B > D", "E > B", "A"], "brand": ["x", "y", "x", None]})
    assert group_kernel(mine, others).tolist() == [[4, 2, 1, 1], [1, 1, 0, 1]]
