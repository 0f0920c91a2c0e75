"""Effects that can only hurt: what the data say about a strength b >= 0, joined with a prior and an allowed bias.

    b ~ half-normal(scale)                             prior
    estimate | b ~ N(b, variance + bias_sd^2)          data; bias_sd is what the observed choice of weeks may add
    b | estimate ~ N(m, s^2) truncated at 0            posterior
        1 / s^2 = 1 / scale^2 + 1 / (variance + bias_sd^2),   m = s^2 estimate / (variance + bias_sd^2)

Source: conjugate normal updating; moments and quantiles of the truncated normal as in Johnson, Kotz and Balakrishnan
(1994), section 13.10.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from ranking.shrinkage import INTERVAL_LEVEL, Z_SCORE

TEST_Z = NormalDist().inv_cdf(0.9) + NormalDist().inv_cdf(0.8)
"""What sizes every test that would settle an effect: a two-sided level of 0.2 and power 0.8."""
_LEAST_Z = -30.0  # further down the normal's tail is too thin for floating point


@dataclass(frozen=True)
class Effect:
    """One strength: a response is multiplied by exp(-strength x dose).

    estimate, estimate_low, estimate_high: what the data alone say, with the allowed bias at 80%; may be negative.
    mean, sd, low, high: the posterior, never negative.
    location, scale: of the normal that is truncated at 0, from which posterior draws are made.
    prior_weight: the prior's share of the posterior's precision, 0..1; near 1 the data say next to nothing.
    """

    estimate: float
    estimate_low: float
    estimate_high: float
    mean: float
    sd: float
    low: float
    high: float
    location: float
    scale: float
    prior_weight: float

    @property
    def shown(self) -> bool:
        """Whether the data alone show that the effect hurts."""
        return self.estimate_low > 0

    @property
    def wrong_sign(self) -> bool:
        """Whether the data alone show the contrary, which only the choice of weeks can bring about."""
        return self.estimate_high < 0


def posterior_effect(estimate: float, variance: float, prior_scale: float, bias_sd: float) -> Effect:
    """Join an estimate with the prior.

    Args:
        estimate, variance: of the strength.
        prior_scale: scale of the half-normal prior.
        bias_sd: standard deviation of what unobserved reasons for launching in a week add to the estimate.
    Example: estimate 0, a vast variance, prior_scale 0.1 -> the prior: mean 0.08, 80% interval 0.013 to 0.164.
    """
    error = variance + bias_sd**2
    precision = 1 / prior_scale**2 + 1 / error
    scale = float(precision**-0.5)
    z = max(estimate / error * scale, _LEAST_Z)
    location = z * scale
    hazard = float(np.exp(-(z**2) / 2 - log_ndtr(z)) / np.sqrt(2 * np.pi))
    tails = ((1 - INTERVAL_LEVEL) / 2, (1 + INTERVAL_LEVEL) / 2)
    low, high = truncated_normal(location, scale, np.array(tails))
    spread = Z_SCORE * error**0.5
    return Effect(
        estimate=estimate,
        estimate_low=float(estimate - spread),
        estimate_high=float(estimate + spread),
        mean=location + scale * hazard,
        sd=scale * float(np.sqrt(max(1 - hazard * (hazard + z), 0.0))),
        low=float(low),
        high=float(high),
        location=location,
        scale=scale,
        prior_weight=1 / prior_scale**2 / precision,
    )


def truncated_normal(location: float, scale: float, levels: np.ndarray) -> np.ndarray:
    """Return the quantiles at `levels` (0..1) of N(location, scale^2) truncated at 0.

    Uniform levels give draws. Counted from the upper tail, which stays exact where nearly all mass is cut off.
    """
    return np.maximum(location - scale * ndtri((1 - levels) * ndtr(location / scale)), 0.0)
