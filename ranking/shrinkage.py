"""Shrinkage: noisy estimates of like things, each moved toward their pooled mean by as much as its noise calls for.

    b_i | theta_i ~ N(theta_i, v_i),   theta_i ~ N(mu, tau2)

tau2 solves the moment equation sum_i (b_i - mu)^2 / (v_i + tau2) = n - 1, mu is the weighted mean, and theta_i is put
at mu + B_i (b_i - mu) with B_i = tau2 / (tau2 + v_i). The variance counts that mu and tau2 are estimated too.

Source: Paule and Mandel (1982) for tau2; Morris (1983), "Parametric empirical Bayes inference", for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.optimize import root_scalar

INTERVAL_LEVEL = 0.8
"""Every interval that an operator sees holds the truth with this probability, if the model is right."""
Z_SCORE = NormalDist().inv_cdf(0.5 + INTERVAL_LEVEL / 2)


@dataclass(frozen=True, eq=False)
class Shrunk:
    """Shrunk means and variances, (n,) each, and the population that they were shrunk toward."""

    means: np.ndarray
    variances: np.ndarray
    pooled_mean: float
    pooled_variance: float
    tau2: float

    @property
    def newcomer_variance(self) -> float:
        """Variance about `pooled_mean` of a further member of the population, of which nothing is known."""
        return self.tau2 + self.pooled_variance


def shrink(estimates: np.ndarray, variances: np.ndarray) -> Shrunk:
    """Shrink `estimates` (n,) with sampling `variances` (n,), all positive, toward their pooled mean.

    One estimate alone is left as it is; without any, the pooled mean is 0 with variance 0.

    Example: estimates (0, 4), variances (2, 2) -> tau2 6, means (0.5, 3.5).
    """
    if len(estimates) == 0:
        return Shrunk(np.zeros(0), np.zeros(0), 0.0, 0.0, 0.0)
    tau2 = _between_variance(estimates, variances)
    weights = 1 / (variances + tau2)
    pooled, pooled_variance = float(weights @ estimates / weights.sum()), float(1 / weights.sum())
    trust = tau2 / (tau2 + variances)
    means = pooled + trust * (estimates - pooled)
    # What estimating tau2 adds: an estimate far from the mean would move otherwise if tau2 were a little different.
    unsure = 2 / max(len(estimates) - 3, 1) * (1 - trust) ** 2 * (estimates - pooled) ** 2
    spread = trust * variances + (1 - trust) ** 2 * pooled_variance + unsure
    return Shrunk(means, spread, pooled, pooled_variance, tau2)


def _between_variance(estimates: np.ndarray, variances: np.ndarray) -> float:
    def excess(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        centred = estimates - weights @ estimates / weights.sum()
        return float(weights @ centred**2) - (len(estimates) - 1)

    if len(estimates) < 2 or excess(0.0) <= 0:  # one alone has an excess of rounding only
        return 0.0
    upper = float(np.ptp(estimates)) ** 2 * len(estimates)  # there every squared deviation is below its weight's share
    return float(root_scalar(excess, bracket=(0.0, upper), method="brentq", xtol=1e-14).root)
