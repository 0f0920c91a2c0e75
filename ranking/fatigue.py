"""Fatigue: how past launches of a category group, and those of the same week, lower what a launch brings.

    f[g, t + 1] = decay (f[g, t] + launches[g, t])                                        fatigue, in launches
    residual[g, t] = a_gq - strength_g f[g, t] - crowding_g (launches[g, t] - 1) + noise    noise sd sigma

residual is the mean log of observed over expected units of a group-week's launches. Both slopes are found within
groups and quarters q of 13 weeks (a season moves slowly, fatigue does not), each with the other held fixed, shrunk
toward their pooled means (`ranking.shrinkage`) and joined with a prior that knows no negative strength
(`ranking.effects`). The decay maximises the pooled profile likelihood over a grid, -n/2 log RSS(decay) with one
strength >= 0; its 80% interval holds every decay within 0.82 of the maximum. If that is the whole grid, the data do not
tell and the prior decay stands. What other decays would say of the loss widens the strength's variance.

Prior: a launch every week costs a group a half-normal(0.2) log response, each other launch of the week one of
half-normal(0.1). Shops bunch launches in weeks that suit them, which hides fatigue: on the demo's data another launch
of the week even seems to add sales (`effect_table`). Either slope may therefore be off by 0.03 (sd), however many weeks
are observed.

The test: a switchback. Per group-week a coin decides between a busy week and a rest, and the launches of the week after
are compared, so that the choice of weeks biases nothing. To see a loss of 0.1 at a launch a week, at a two-sided level
of 0.2 with power 0.8, it takes

    group_weeks = 4 (z_0.9 + z_0.8)^2 sigma^2 / delta^2,   delta = 0.1 (1 - decay) launches of a busy week

Source: Wooldridge (2010), chapter 10, for the within estimator; Bojinov, Simchi-Levi and Zhao (2023), "Design and
analysis of switchback experiments".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np
import pandas as pd

from ranking.dose_slopes import UNKNOWN, GroupSlopes, group_slopes
from ranking.effects import TEST_Z, Effect, posterior_effect
from ranking.errors import InvalidProblem
from ranking.fatigue_model import (
    FATIGUE_FOUND,
    FATIGUE_UNCLEAR,
    FEW_LAUNCHES,
    NO_FATIGUE_SEEN,
    SWITCHBACK_TEST,
    FatigueModel,
    GroupFatigue,
    fatigue_path,
    steady_load,
)
from ranking.shrinkage import INTERVAL_LEVEL

_NO_SPREAD = 1e-9
_LEAST_SPREAD = 1e-6
_DECAY_DROP = NormalDist().inv_cdf(0.5 + INTERVAL_LEVEL / 2) ** 2 / 2  # half the chi-squared quantile


@dataclass(frozen=True)
class FatigueConfig:
    """Settings.

    decays: the grid, ascending, in (0, 1); prior_decay: what stands where the data do not tell.
    prior_loss: half-normal scale of the log response that a launch every week costs; test_loss: one worth a test.
    prior_crowding: half-normal scale of what each other launch of the week costs.
    timing_bias_sd: what the choice of weeks may add to either slope, on the scale of the two priors.
    season_weeks: weeks of a quarter, whose mean response is taken out per group.
    min_cells: group-weeks that a group needs for a slope of its own.
    busy_quantile: quantile of weekly launches that counts as a busy week of the test.
    """

    decays: tuple[float, ...] = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    prior_decay: float = 0.5
    prior_loss: float = 0.2
    test_loss: float = 0.1
    prior_crowding: float = 0.1
    timing_bias_sd: float = 0.03
    season_weeks: int = 13
    min_cells: int = 5
    busy_quantile: float = 0.9


def estimate_fatigue(
    launches: pd.DataFrame, first_week: date, last_week: date, config: FatigueConfig | None = None
) -> FatigueModel:
    """Estimate fatigue and crowding from past launches.

    Args:
        launches: group, launch_week (Monday) and residual (log observed over expected units; NaN where unknown), one
            row per past launch, as `estimate_rhythm` takes them.
        first_week, last_week: the Mondays between which launches are reliably seen; earlier ones add to fatigue only.
    Returns:
        FatigueModel; where there are no outcomes at all it is the prior.
    Raises:
        InvalidProblem: a residual is infinite.
    """
    config = config or FatigueConfig()
    if np.isinf(launches["residual"].to_numpy(dtype=float)).any():
        raise InvalidProblem("A launch's residual is infinite. Leave unknown outcomes empty (NaN).")
    cells = _cells(launches, first_week, last_week, config)
    profile = _profile_decay(cells, config)
    fit = _fit(cells, profile, config)
    every = [_group_fatigue(cells, number, fit, config) for number in range(len(cells.names))]
    return FatigueModel(
        groups=tuple(sorted(every, key=lambda fatigue: (-fatigue.n_cells, fatigue.group))),
        pooled=_group_fatigue(cells, None, fit, config),
        decay=profile.decay,
        decay_low=min(profile.kept),
        decay_high=max(profile.kept),
        decay_identified=profile.identified,
        decay_weights=tuple(zip(config.decays, profile.weights.tolist(), strict=True)),
        noise_sd=fit.noise_sd,
    )


@dataclass(frozen=True, eq=False)
class _Cells:
    """Group-weeks with known outcomes, (n_cells,) each, and the launches that they are part of.

    group, week: row and column in `launches` (n_groups, n_weeks); residual: mean over the cell's launches.
    quarter: number of the cell's group and quarter; n_quarters: how many there are.
    window: the columns between first_week and last_week.
    """

    names: list[str]
    launches: np.ndarray
    window: slice
    group: np.ndarray
    week: np.ndarray
    residual: np.ndarray
    quarter: np.ndarray
    n_quarters: int

    def centred(self, values: np.ndarray) -> np.ndarray:
        """Values (n_cells,) less the mean of their group and quarter."""
        size = np.maximum(np.bincount(self.quarter, minlength=self.n_quarters), 1)
        return values - (np.bincount(self.quarter, values, minlength=self.n_quarters) / size)[self.quarter]

    def sums(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.group, values, minlength=len(self.names))  # (n_groups,)

    def centred_terms(self, decay: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Fatigue, other launches of the week, and residual, (n_cells,) each, centred."""
        fatigue = fatigue_path(self.launches, decay)[self.group, self.week]
        crowd = self.launches[self.group, self.week] - 1
        return self.centred(fatigue), self.centred(crowd), self.centred(self.residual)


def _cells(launches: pd.DataFrame, first_week: date, last_week: date, config: FatigueConfig) -> _Cells:
    start = min([first_week, *launches["launch_week"]])
    n_weeks = max((last_week - start).days // 7 + 1, 0)
    seen = launches.loc[np.array([week <= last_week for week in launches["launch_week"]], dtype=bool)]
    row, names = pd.factorize(seen["group"].astype(str), sort=True)
    column = np.array([(week - start).days // 7 for week in seen["launch_week"]], dtype=np.int64)
    counts = np.zeros((len(names), n_weeks))
    np.add.at(counts, (row, column), 1)
    first = (first_week - start).days // 7
    residual = seen["residual"].to_numpy(dtype=float)
    known = np.isfinite(residual) & (column >= first)
    cell, index = np.unique(row[known] * n_weeks + column[known], return_inverse=True)
    means = np.bincount(index, residual[known], minlength=len(cell)) / np.bincount(index, minlength=len(cell))
    group, week = np.divmod(cell, max(n_weeks, 1))
    quarters, quarter = np.unique(group * n_weeks + (week - first) // config.season_weeks, return_inverse=True)
    window = slice(first, n_weeks)
    return _Cells([str(name) for name in names], counts, window, group, week, means, quarter, len(quarters))


@dataclass(frozen=True, eq=False)
class _Profile:
    """What the data say about the decay.

    kept: the decays in its 80% interval; weights: normalised likelihood per decay of the grid.
    loss_variance: variance of the loss at a steady rhythm that not knowing the decay brings.
    """

    decay: float
    kept: list[float]
    identified: bool
    weights: np.ndarray
    loss_variance: float


def _profile_decay(cells: _Cells, config: FatigueConfig) -> _Profile:
    grid = np.array(config.decays)
    pooled = [_pooled_fit(cells, decay) for decay in (*config.decays, config.prior_decay)]
    profile = np.array([likelihood for likelihood, _ in pooled[:-1]])
    profile -= profile.max()
    weights = np.exp(profile) / np.exp(profile).sum()
    kept = grid[profile >= -_DECAY_DROP].tolist()
    identified = len(kept) < len(grid)
    best = int(profile.argmax()) if identified else -1
    losses = np.array([loss for _, loss in pooled])
    decay = float(grid[best]) if identified else config.prior_decay
    return _Profile(decay, kept, identified, weights, float(weights @ (losses[:-1] - losses[best]) ** 2))


def _pooled_fit(cells: _Cells, decay: float) -> tuple[float, float]:
    """Log likelihood -n/2 log RSS of one strength >= 0 and one crowding for all groups; the loss at a steady rhythm."""
    fatigue, crowd, residual = cells.centred_terms(decay)
    share = 1 / max(float(crowd @ crowd), _NO_SPREAD)
    fatigue, residual = (values - crowd * (crowd @ values) * share for values in (fatigue, residual))
    strength = max(-float(fatigue @ residual), 0.0) / max(float(fatigue @ fatigue), _NO_SPREAD)
    left = residual + strength * fatigue
    return -len(left) / 2 * float(np.log(max(float(left @ left), _NO_SPREAD))), strength * steady_load(decay)


@dataclass(frozen=True, eq=False)
class _Fit:
    decay: float
    decay_variance: float  # of a strength, because the decay is not known exactly
    fatigue: np.ndarray  # (n_groups, n_weeks) when the week starts
    strength: GroupSlopes
    crowding: GroupSlopes
    noise_sd: float


def _fit(cells: _Cells, profile: _Profile, config: FatigueConfig) -> _Fit:
    fatigue, crowd, residual = cells.centred_terms(profile.decay)
    doses = np.stack([fatigue, crowd], axis=1)
    left = residual - doses @ np.linalg.lstsq(doses, residual, rcond=None)[0]
    freedom = len(residual) - cells.n_quarters - 2
    noise = max(float(left @ left) / freedom, _NO_SPREAD) if freedom > 0 else UNKNOWN
    return _Fit(
        decay=profile.decay,
        decay_variance=profile.loss_variance / steady_load(profile.decay) ** 2,
        fatigue=fatigue_path(cells.launches, profile.decay)[:, :-1],
        strength=_slopes(cells, fatigue, crowd, residual, noise, config),
        crowding=_slopes(cells, crowd, fatigue, residual, noise, config),
        noise_sd=float(np.sqrt(noise)),
    )


def _slopes(
    cells: _Cells, dose: np.ndarray, held: np.ndarray, residual: np.ndarray, noise: float, config: FatigueConfig
) -> GroupSlopes:
    """Within-group slopes on minus `dose` with `held` fixed (Frisch and Waugh), shrunk; all arguments are centred."""
    share = cells.sums(dose * held) / np.maximum(cells.sums(held**2), _NO_SPREAD)
    dose = dose - share[cells.group] * held
    information = cells.sums(dose**2)
    own = np.flatnonzero((information > _LEAST_SPREAD) & (cells.sums(np.ones(len(residual))) >= config.min_cells))
    slopes = -cells.sums(dose * residual)[own] / information[own]
    return group_slopes(own, slopes, noise / information[own], config.prior_loss)


def _group_fatigue(cells: _Cells, number: int | None, fit: _Fit, config: FatigueConfig) -> GroupFatigue:
    """The fatigue of group `number`, or of the average group when None."""
    per_unit = 1 / steady_load(fit.decay)  # priors speak of a launch every week, strengths of a unit of fatigue
    slope, variance = fit.strength.of(number)
    strength = posterior_effect(
        slope, variance + fit.decay_variance, config.prior_loss * per_unit, config.timing_bias_sd * per_unit
    )
    crowding = posterior_effect(*fit.crowding.of(number), config.prior_crowding, config.timing_bias_sd)
    rows = slice(None) if number is None else slice(number, number + 1)
    launches, fatigue = cells.launches[rows, cells.window], fit.fatigue[rows, cells.window]
    total = max(float(launches.sum()), 1.0)
    few = number is not None and number not in fit.strength.own
    return GroupFatigue(
        group="" if number is None else cells.names[number],
        strength=strength,
        crowding=crowding,
        usual_fatigue=float((launches * fatigue).sum()) / total,
        usual_crowd=float((launches * np.maximum(launches - 1, 0)).sum()) / total,
        n_cells=len(cells.group) if number is None else int((cells.group == number).sum()),
        note_key=_note_key(strength, few),
        test_key=None if strength.shown else SWITCHBACK_TEST,
        test_group_weeks=None if strength.shown else _test_group_weeks(launches, fit, config),
    )


def _note_key(strength: Effect, few: bool) -> str:
    if strength.shown:
        return FATIGUE_FOUND
    return FEW_LAUNCHES if few else NO_FATIGUE_SEEN if strength.wrong_sign else FATIGUE_UNCLEAR


def _test_group_weeks(launches: np.ndarray, fit: _Fit, config: FatigueConfig) -> int:
    """Group-weeks that a switchback test needs (see the module's docstring); groups' effects average by square."""
    busy = np.maximum(np.ceil(np.quantile(launches, config.busy_quantile, axis=1)), 1) if launches.size else np.ones(1)
    effect = float(np.mean((config.test_loss * (1 - fit.decay) * busy) ** 2))
    return int(np.ceil(4 * TEST_Z**2 * fit.noise_sd**2 / effect))
