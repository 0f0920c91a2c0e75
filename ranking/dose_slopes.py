"""Slopes of a launch's response on a dose, within cells, per group, each shrunk toward their pooled mean.

    response[i] = a[cell of i] - strength[group of i] dose[i] - c' held[i] + noise[i]

All are centred within cells; what `held` explains of dose and response is taken out first, with one c for all groups
(Frisch and Waugh). Launches of one cluster may be moved by the same things. The slopes' variances are therefore those
of independent noise times the design effect, found for all groups together and never below 1:

    sum_clusters (sum_{i in cluster} dose[i] noise[i])^2 / (sigma^2 sum_i dose[i]^2)

Source: Wooldridge (2010), chapter 10, for the within estimator; Liang and Zeger (1986) for the clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking.shrinkage import Shrunk, shrink

UNKNOWN = 1.0  # variance of a slope of which the data say nothing: wider than any prior
_LEAST_SPREAD = 1e-6
_NO_SPREAD = 1e-9


@dataclass(frozen=True, eq=False)
class GroupSlopes:
    """Shrunk strengths of the groups numbered `own`; `newcomer` is the variance for any other group."""

    own: list[int]
    shrunk: Shrunk
    newcomer: float

    def of(self, number: int | None) -> tuple[float, float]:
        """Estimate and variance of one group, or of the average group."""
        if number is None:
            return self.shrunk.pooled_mean, self.shrunk.pooled_variance if self.own else self.newcomer
        if number in self.own:
            place = self.own.index(number)
            return float(self.shrunk.means[place]), float(self.shrunk.variances[place])
        return self.shrunk.pooled_mean, self.newcomer


def group_slopes(own: np.ndarray, slopes: np.ndarray, variances: np.ndarray, prior_scale: float) -> GroupSlopes:
    """Shrink the slopes (n_own,) of the groups numbered `own`; with one or two nobody knows how much groups differ."""
    shrunk = shrink(slopes, variances)
    unknown = UNKNOWN if not len(own) else prior_scale**2 if len(own) < 3 else 0.0
    return GroupSlopes(own.tolist(), shrunk, shrunk.newcomer_variance + unknown)


@dataclass(frozen=True, eq=False)
class Responses:
    """Launches with known outcomes, (n,) each: response, and the numbers of group, cell and cluster, from 0."""

    response: np.ndarray
    group: np.ndarray
    cell: np.ndarray
    cluster: np.ndarray
    n_groups: int

    def centred(self, values: np.ndarray) -> np.ndarray:
        """Values (n,) or (n, k) less the mean of their cell."""
        if values.ndim == 2:
            return np.stack([self.centred(column) for column in values.T], axis=1) if values.shape[1] else values
        size = np.maximum(np.bincount(self.cell), 1)
        return values - (np.bincount(self.cell, values) / size)[self.cell]

    def sums(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.group, values, minlength=self.n_groups)  # (n_groups,)

    @property
    def n_cells(self) -> int:
        return len(np.unique(self.cell))


@dataclass(frozen=True, eq=False)
class DoseFit:
    """Slopes by group; n_dosed: (n_groups,) launches with a dose; noise_sd and design_effect over all groups."""

    slopes: GroupSlopes
    n_dosed: np.ndarray
    noise_sd: float
    design_effect: float


def fit_dose(rows: Responses, dose: np.ndarray, held: np.ndarray, min_dosed: int, prior_scale: float) -> DoseFit:
    """Estimate the strength of a dose.

    Args:
        dose: (n,), what is expected to lower the response; held: (n, k), what is held fixed beside it.
        min_dosed: launches with a dose that a group needs for a slope of its own.
        prior_scale: how far groups may differ where only one or two are known.
    """
    n_dosed = rows.sums((dose > 0).astype(float)).astype(np.int64)
    dose, response = _free_of(rows, dose, held)
    information = rows.sums(dose**2)
    total = max(float(information.sum()), _NO_SPREAD)
    left = response - dose * float(dose @ response) / total
    freedom = len(response) - rows.n_cells - 1 - held.shape[1]
    noise = max(float(left @ left) / freedom, _NO_SPREAD) if freedom > 0 else UNKNOWN
    scores = np.bincount(rows.cluster, dose * left)
    effect = max(float(scores @ scores) / (noise * total), 1.0)
    own = np.flatnonzero((information > _LEAST_SPREAD) & (n_dosed >= min_dosed))
    slopes = -rows.sums(dose * response)[own] / information[own]
    shrunk = group_slopes(own, slopes, effect * noise / information[own], prior_scale)
    return DoseFit(shrunk, n_dosed, float(np.sqrt(noise)), effect)


def _free_of(rows: Responses, dose: np.ndarray, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dose and response, centred, without what `held` explains of them."""
    both = np.stack([rows.centred(dose), rows.centred(rows.response)], axis=1)
    held = rows.centred(held)
    if held.size:
        both = both - held @ np.linalg.lstsq(held, both, rcond=None)[0]
    return both[:, 0], both[:, 1]
