"""Kernel regression: a linear trend plus a smooth function of what a product is. The mathematics of the forecast.

    y = X b + g + e,   g ~ N(0, K),   e ~ N(0, I)

K says how alike two launches are: `kernel` adds one part for texts that are near each other and one for a shared
category level or brand. b is estimated by generalised least squares and g by its conditional mean, so a group with few
launches, or a text without near neighbours, falls back to the trend by itself: shrinkage needs no further step.

Source: best linear unbiased prediction, Robinson (1991); equals kriging and Gaussian-process regression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve, get_lapack_funcs

_FLAT = 1e-8  # keeps b defined where a column of X is constant


@dataclass(frozen=True)
class KernelWeights:
    """Variances of the kernel's parts, as multiples of the noise variance, and how far a text's influence reaches.

    text_reach: the distance (1 - cosine) at which two texts' correlation has fallen to 1/e.
    """

    text: float
    group: float
    text_reach: float = 0.2


@dataclass(frozen=True, eq=False)
class Fitted:
    """Coefficients (k,) of the trend and dual weights (n,) of the training rows."""

    coefficients: np.ndarray
    duals: np.ndarray


def fit(design: np.ndarray, kernel: np.ndarray, target: np.ndarray) -> Fitted:
    """Fit design (n, k) and kernel (n, n) to target (n,)."""
    solved = cho_solve(_factor(kernel), np.column_stack([design, target]), check_finite=False)
    projected, whitened = solved[:, :-1], solved[:, -1]
    coefficients = np.linalg.solve(_precision(design, projected), design.T @ whitened)
    return Fitted(coefficients, whitened - projected @ coefficients)


def held_out_residuals(design: np.ndarray, kernel: np.ndarray, target: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Residuals (n,) of each row predicted without its own block, exactly, for the given kernel.

    Args:
        block: (n,), rows with equal values leave together.
    The rows of block B have P_BB^-1 (P y)_B with P = V^-1 - V^-1 X (X' V^-1 X)^-1 X' V^-1 and V = K + I, so nothing is
    fitted more than once.
    """
    factor = _factor(kernel)[0]
    (invert,) = get_lapack_funcs(("potri",), (factor,))
    inverse, _ = invert(factor, lower=1)  # a third of the work of solving for the unit matrix
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    weighted = inverse @ design
    projector = inverse - weighted @ np.linalg.solve(_precision(design, weighted), weighted.T)
    pulled = projector @ target
    residuals = np.empty(len(target))
    for rows in (np.flatnonzero(block == value) for value in np.unique(block)):
        own = projector[np.ix_(rows, rows)] + _FLAT * np.eye(len(rows))  # singular where a block alone holds a level
        residuals[rows] = np.linalg.solve(own, pulled[rows])
    return residuals


def _factor(kernel: np.ndarray) -> tuple[np.ndarray, bool]:
    return cho_factor(kernel + np.eye(len(kernel)), lower=True, overwrite_a=True, check_finite=False)


def _precision(design: np.ndarray, projected: np.ndarray) -> np.ndarray:
    return design.T @ projected + _FLAT * np.eye(design.shape[1])


def predict(design: np.ndarray, kernel: np.ndarray, fitted: Fitted) -> np.ndarray:
    """Predict (m,) from design (m, k) and the kernel (m, n) between the new rows and the training rows."""
    return design @ fitted.coefficients + kernel @ fitted.duals


def text_kernel(embeddings: np.ndarray, others: np.ndarray, reach: float) -> np.ndarray:
    """(n, m): exp(-(1 - cosine) / reach) for unit embeddings (n, d) and (m, d); 1 for equal texts."""
    similarity = embeddings.astype(np.float64) @ others.astype(np.float64).T
    return np.exp((similarity - 1) / reach)


def group_kernel(frame: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """(n, m): how many levels of the category path, and brand, two products share; columns category and brand."""
    kernel = np.zeros((len(frame), len(others)))
    for mine, theirs in zip(_labels(frame), _labels(others), strict=True):
        codes = {label: code for code, label in enumerate(dict.fromkeys([*mine, *theirs]))}
        left = np.array([codes[label] for label in mine], dtype=np.int64)
        right = np.array([codes[label] for label in theirs], dtype=np.int64)
        known = right != codes.get("", -1)  # a missing brand or level is no bond
        kernel += (left[:, None] == right[None, :]) & known
    return kernel


_LEVELS = 3


def _labels(frame: pd.DataFrame) -> list[list[str]]:
    """One list of labels per level: the category path cut after 1, 2, 3 levels ("" where it is shorter), the brand."""
    paths = [str(category).split(" > ") for category in frame["category"]]
    levels = [[" > ".join(p[:depth]) if len(p) >= depth else "" for p in paths] for depth in range(1, _LEVELS + 1)]
    return [*levels, frame["brand"].fillna("").astype(str).tolist()]
