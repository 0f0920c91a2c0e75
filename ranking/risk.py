"""Risk: what forecast errors can do to a plan, and values for a plan that is careful of them.

A launch's units are drawn on the scale log(1 + units), where the forecast's residuals live: normal between the bounds
of its 80% interval, then scaled so that their mean is the expected units. Launches err apart from each other, and all
together by a common shock. Its share of the variance is what the weeks of past launches have in common; a shock that
lasts longer than the data cannot be told from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd

from ranking.errors import InvalidProblem
from ranking.plan import Launch, Plan
from ranking.shrinkage import Z_SCORE

_QUANTILES = 64  # of the distribution, in place of random draws: the same input gives the same values


def certain_units(values: np.ndarray, lows: np.ndarray, highs: np.ndarray, caution: float) -> np.ndarray:
    """Return what uncertain units are worth to a careful planner, in the shape of `values`.

    The average over draws in which the worse half counts fully and the better half only to a share of 1 - `caution`,
    that is (1 - caution) mean + caution (mean of the worse half). Caution 0 gives `values`. Each launch is judged by
    its own draws; that errors partly cancel over a plan is in `plan_quantile`, not here.

    Raises:
        InvalidProblem: a caution outside 0 to 1.
    Source: conditional value at risk at 50%; Rockafellar and Uryasev (2000).
    """
    if not 0 <= caution <= 1:
        raise InvalidProblem(f"The caution is {caution}; it must lie from 0 (none) to 1.")
    if caution == 0:
        return values
    levels = np.array([NormalDist().inv_cdf((k + 0.5) / _QUANTILES) for k in range(_QUANTILES)])
    worse = np.zeros_like(values)
    mean = np.zeros_like(values)
    for k, level in enumerate(levels):
        units = _units_at(lows, highs, level)
        mean += units / _QUANTILES
        if k < _QUANTILES // 2:
            worse += units / (_QUANTILES // 2)
    share = np.divide(worse, mean, out=np.ones_like(values), where=mean > 0)
    return values * (1 - caution * (1 - np.minimum(share, 1.0)))


def plan_quantile(
    plan: Plan, level: float = 0.1, *, common: float = 0.0, n_draws: int = 2_000, seed: int = 41
) -> float:
    """Return the `level` quantile of the plan's worth under forecast draws, in units.

    What timing, stock, rhythm and substitutes take off the plan's units is taken off each draw in proportion.

    Args:
        common: share of each launch's error variance that all launches have in common, 0 to 1.
    Raises:
        InvalidProblem: a share outside 0 to 1.
    """
    if not 0 <= common <= 1:
        raise InvalidProblem(f"The common share of errors is {common}; it must lie from 0 to 1.")
    if not plan.launches or plan.units <= 0:
        return plan.objective
    units = draw_units(plan.launches, common=common, n_draws=n_draws, seed=seed)
    return float(np.quantile(units.sum(axis=1), level) * plan.objective / plan.units)


def units_interval(
    launches: Sequence[Launch], coverage: float = 0.8, *, common: float = 0.0, n_draws: int = 2_000, seed: int = 41
) -> tuple[float, float]:
    """Return the central interval of what launches sell together under forecast draws, in units; (0, 0) of none.

    Their errors partly cancel, so it is narrower than the sum of their intervals, unless all errors are common.

    Args:
        coverage: share of the draws inside it. common: as of `plan_quantile`.
    """
    if not launches:
        return 0.0, 0.0
    total = draw_units(launches, common=common, n_draws=n_draws, seed=seed).sum(axis=1)
    low, high = np.quantile(total, [(1 - coverage) / 2, (1 + coverage) / 2])
    return float(low), float(high)


def common_share(residuals: np.ndarray, weeks: Sequence[object]) -> float:
    """Return the share of variance that launches of one week have in common, 0 to 1; 0 where nothing tells.

    Args:
        residuals: (n,) log of observed over expected; NaN where unknown. weeks: (n,) of launch.
    Source: the analysis of variance with unequal groups; Searle, Casella and McCulloch (1992), chapter 3.
    Example: residuals 1, 1, -1, -1 of weeks a, a, b, b -> 1.
    """
    known = np.isfinite(residuals)
    values, (number, _) = residuals[known], pd.factorize(pd.Series(weeks)[known])
    size = np.bincount(number)
    freedom = len(values) - len(size)
    if len(size) < 2 or freedom < 1:
        return 0.0
    means = np.bincount(number, values) / size
    within = float(((values - means[number]) ** 2).sum()) / freedom
    between = float((size * (means - values.mean()) ** 2).sum()) / (len(size) - 1)
    typical = (len(values) - float((size**2).sum()) / len(values)) / (len(size) - 1)
    common = max((between - within) / typical, 0.0)
    return common / (common + within) if common > 0 else 0.0


def draw_units(launches: Sequence[Launch], *, common: float, n_draws: int, seed: int) -> np.ndarray:
    """Return (n_draws, n_launches) units of the launches' first four weeks."""
    random = np.random.default_rng(seed)
    lows, highs = np.array([x.low for x in launches]), np.array([x.high for x in launches])
    shock = random.normal(size=(n_draws, 1))
    own = random.normal(size=(n_draws, len(launches)))
    units = _units_at(lows, highs, np.sqrt(common) * shock + np.sqrt(1 - common) * own)
    mean, expected = units.mean(axis=0), np.array([x.expected_units for x in launches])
    return units * np.divide(expected, mean, out=np.ones_like(mean), where=mean > 0)


def _units_at(lows: np.ndarray, highs: np.ndarray, level: np.ndarray | float) -> np.ndarray:
    """Units at so many standard deviations from the middle of the interval, on the log scale."""
    low, high = np.log1p(lows), np.log1p(highs)
    return np.maximum(np.expm1((low + high) / 2 + level * (high - low) / (2 * Z_SCORE)), 0.0)
