"""Rhythm: how many launches per week and category group the data supports.

Two readings of the past are kept apart.

*What was done*: launches per group and week, their mean and their 90th percentile (at least 1).

*What it did*: crowding. A launch's log residual (observed over expected units, the forecast made without its own week)
is compared with how crowded its group was, within groups, over group-weeks c:

    mean residual_gc = a_g + e_g log(1 + crowd_gc),   crowd = the group's other launches in this and the 3 weeks before

e_g, the crowding elasticity, is shrunk toward its pooled mean. Below zero, launches take sales from one another. The
k-th launch of a week then changes the group's total by about

    gain(k) = total(k) - total(k - 1),   total(k) = k ((1 + b + k - 1) / (1 + b))^e,   b = usual crowd

and the recommendation is the largest k whose gain still is half a lone launch's. It never goes beyond what was done,
because nothing is known there. Where the interval of e_g reaches zero, crowding is not shown and `supported` is False:
the observed rhythm alone speaks. An elasticity above zero is no reason to launch more: shops bunch launches in weeks
that suit them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ranking.shrinkage import Z_SCORE, shrink

CROWDING_FOUND = "crowding_found"
CROWDING_UNCLEAR = "crowding_unclear"
NO_CROWDING = "no_crowding"
FEW_LAUNCHES = "few_launches"
_PRIOR_SD = 0.5  # of an elasticity of which the data say nothing: 80% within -0.64 and 0.64
_NO_SPREAD = 1e-9
NOTE_KEYS = (CROWDING_FOUND, CROWDING_UNCLEAR, NO_CROWDING, FEW_LAUNCHES)


@dataclass(frozen=True)
class RhythmConfig:
    """Settings.

    busy_quantile: quantile of weekly launches that counts as a busy week.
    least_gain: a further launch must bring this share of what a lone launch brings.
    min_cells: group-weeks that a group needs for an elasticity of its own.
    crowd_weeks: weeks, the launch's own included, whose launches are a crowd.
    """

    busy_quantile: float = 0.9
    least_gain: float = 0.5
    min_cells: int = 5
    crowd_weeks: int = 4


@dataclass(frozen=True)
class GroupRhythm:
    """The rhythm of one category group; `low` and `high` bound the crowding elasticity at 80%.

    supported: whether crowding is shown, so that the recommendation follows from it rather than from habit alone.
    note_key: which of NOTE_KEYS explains the recommendation.
    """

    group: str
    mean_per_week: float
    busiest_per_week: int
    crowding_elasticity: float
    low: float
    high: float
    recommended_per_week: int
    n_launches: int
    supported: bool
    note_key: str


@dataclass(frozen=True)
class Rhythm:
    """Rhythm per group, most launched first, and over all groups.

    recommended_per_week: the 90th percentile of all launches per week, at most the sum of the groups' recommendations.
    pooled_elasticity, pooled_low, pooled_high: the crowding elasticity over all groups.
    """

    groups: tuple[GroupRhythm, ...]
    launches_per_week: float
    recommended_per_week: int
    pooled_elasticity: float
    pooled_low: float
    pooled_high: float
    n_weeks: int

    def group(self, name: str) -> GroupRhythm | None:
        """The rhythm of one group, None if it never launched."""
        return next((rhythm for rhythm in self.groups if rhythm.group == name), None)

    def group_caps(self) -> dict[str, int]:
        """Group -> launches per week, as a planning problem takes them."""
        return {rhythm.group: rhythm.recommended_per_week for rhythm in self.groups}

    def weekly_cap(self) -> int | None:
        """Launches per week over all groups, as a planning problem takes them; None if no launch was seen."""
        return self.recommended_per_week or None

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON; `from_dict` reads them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, object]) -> Rhythm:
        values = dict(raw)
        groups = values.pop("groups")
        assert isinstance(groups, list | tuple)
        return cls(groups=tuple(GroupRhythm(**group) for group in groups), **values)  # type: ignore[arg-type]


def estimate_rhythm(
    launches: pd.DataFrame, first_week: date, last_week: date, config: RhythmConfig | None = None
) -> Rhythm:
    """Estimate the rhythm from past launches.

    Args:
        launches: group, launch_week (Monday) and residual (log observed over expected units; NaN where unknown), one
            row per past launch.
        first_week, last_week: the Mondays between which launches are reliably seen; others count toward crowds only.
    Returns:
        Rhythm; without launches between the two weeks it has no groups.
    """
    config = config or RhythmConfig()
    counts = _weekly_counts(launches, first_week, last_week, config.crowd_weeks)
    window = counts.loc[:, pd.Timestamp(first_week) :]  # (n_groups, n_weeks)
    if window.empty or not window.to_numpy().sum():
        return Rhythm((), 0.0, 0, 0.0, 0.0, 0.0, window.shape[1])
    elasticity = _elasticities(_cells(launches, counts, first_week, last_week, config), config)
    groups = [
        _group_rhythm(str(group), weekly.to_numpy(), elasticity, config)
        for group, weekly in window.iterrows()
        if weekly.sum()
    ]
    groups.sort(key=lambda rhythm: (-rhythm.n_launches, rhythm.group))
    total = window.sum(axis=0).to_numpy()
    spread = Z_SCORE * elasticity.pooled_sd
    return Rhythm(
        groups=tuple(groups),
        launches_per_week=float(total.mean()),
        recommended_per_week=min(_busy(total, config), sum(g.recommended_per_week for g in groups)),
        pooled_elasticity=elasticity.pooled,
        pooled_low=elasticity.pooled - spread,
        pooled_high=elasticity.pooled + spread,
        n_weeks=window.shape[1],
    )


@dataclass(frozen=True)
class _Elasticities:
    mean: Mapping[str, float]
    sd: Mapping[str, float]
    pooled: float
    pooled_sd: float  # of the pooled mean
    newcomer_sd: float  # of a group without an estimate of its own


def _weekly_counts(launches: pd.DataFrame, first_week: date, last_week: date, crowd_weeks: int) -> pd.DataFrame:
    """Launches per group (rows) and week (columns), from the weeks that crowds of `first_week` reach back to."""
    start = first_week - timedelta(weeks=crowd_weeks - 1)
    weeks = pd.date_range(start, last_week, freq="7D") if start <= last_week else pd.DatetimeIndex([])
    table = pd.crosstab(launches["group"], pd.to_datetime(launches["launch_week"]))
    return table.reindex(columns=weeks, fill_value=0)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Group-weeks with known outcomes, (n_cells,) each: number of the group in `names`, mean residual, log crowd."""

    names: list[str]
    group: np.ndarray
    residual: np.ndarray
    crowd: np.ndarray


def _cells(
    launches: pd.DataFrame, counts: pd.DataFrame, first_week: date, last_week: date, config: RhythmConfig
) -> _Cells:
    # crowds[g, t]: launches of the group in the crowd_weeks weeks up to t, the launch's own week included.
    totals = np.cumsum(np.pad(counts.to_numpy(dtype=float), ((0, 0), (config.crowd_weeks, 0))), axis=1)
    crowds = totals[:, config.crowd_weeks :] - totals[:, : -config.crowd_weeks]
    row_of = {str(group): row for row, group in enumerate(counts.index)}
    column_of = {week: column for column, week in enumerate(pd.DatetimeIndex(counts.columns).date)}
    sums: dict[tuple[int, int], list[float]] = {}
    for group, week, residual in zip(launches["group"], launches["launch_week"], launches["residual"], strict=True):
        if first_week <= week <= last_week and np.isfinite(residual):
            sums.setdefault((row_of[group], column_of[week]), []).append(float(residual))
    where = np.array(list(sums), dtype=np.int64).reshape(-1, 2)
    residuals = np.array([np.mean(values) for values in sums.values()])
    # One plus the others is all: every cell holds at least the launch itself.
    return _Cells(list(row_of), where[:, 0], residuals, np.log(crowds[where[:, 0], where[:, 1]]))


def _elasticities(cells: _Cells, config: RhythmConfig) -> _Elasticities:
    """Within-group slopes of residual on crowd, shrunk; cells are compared with their own group's mean only."""
    n_groups = len(cells.names)
    size = np.bincount(cells.group, minlength=n_groups)

    def centred(values: np.ndarray) -> np.ndarray:
        means = np.bincount(cells.group, values, minlength=n_groups) / np.maximum(size, 1)
        return values - means[cells.group]

    residual, crowd = centred(cells.residual), centred(cells.crowd)
    spread = np.bincount(cells.group, crowd**2, minlength=n_groups)
    own = np.flatnonzero((spread > _NO_SPREAD) & (size >= config.min_cells))
    if not len(own):
        return _Elasticities({}, {}, 0.0, _PRIOR_SD, _PRIOR_SD)
    slopes = np.bincount(cells.group, crowd * residual, minlength=n_groups) / np.maximum(spread, _NO_SPREAD)
    left = (residual - slopes[cells.group] * crowd)[np.isin(cells.group, own)]
    noise = float(left @ left) / max(int((size[own] - 2).sum()), 1)
    shrunk = shrink(slopes[own], np.maximum(noise, _NO_SPREAD) / spread[own])
    names = [cells.names[group] for group in own]
    # With one or two groups nobody knows how much groups differ.
    unknown = _PRIOR_SD**2 if len(names) < 3 else 0.0
    return _Elasticities(
        mean=dict(zip(names, shrunk.means.tolist(), strict=True)),
        sd=dict(zip(names, np.sqrt(shrunk.variances).tolist(), strict=True)),
        pooled=shrunk.pooled_mean,
        pooled_sd=float(np.sqrt(shrunk.pooled_variance)),
        newcomer_sd=float(np.sqrt(shrunk.newcomer_variance + unknown)),
    )


def _group_rhythm(group: str, weekly: np.ndarray, elasticity: _Elasticities, config: RhythmConfig) -> GroupRhythm:
    mean = float(weekly.mean())
    busiest = _busy(weekly, config)
    centre = elasticity.mean.get(group, elasticity.pooled)
    spread = Z_SCORE * elasticity.sd.get(group, elasticity.newcomer_sd)
    low, high = centre - spread, centre + spread
    supported = high < 0
    if supported:
        note_key = CROWDING_FOUND if group in elasticity.mean else FEW_LAUNCHES
        recommended = worthwhile_launches(centre, mean * (config.crowd_weeks - 1), busiest, config.least_gain)
    else:
        note_key = FEW_LAUNCHES if group not in elasticity.mean else NO_CROWDING if low > 0 else CROWDING_UNCLEAR
        recommended = busiest
    return GroupRhythm(group, mean, busiest, centre, low, high, recommended, int(weekly.sum()), supported, note_key)


def worthwhile_launches(elasticity: float, usual_crowd: float, most: int, least_gain: float) -> int:
    """Largest k of 1..most whose k-th launch adds at least `least_gain` of what the first one adds.

    Example: elasticity 0 -> `most`; elasticity -1 without a usual crowd: total(k) = 1 for every k -> 1.
    """
    launches = np.arange(most + 1)
    total = launches * ((usual_crowd + np.maximum(launches, 1)) / (1 + usual_crowd)) ** elasticity
    falls_short = np.diff(total) < least_gain
    return max(int(np.argmax(falls_short)), 1) if falls_short.any() else most


def _busy(weekly: np.ndarray, config: RhythmConfig) -> int:
    return max(int(np.ceil(np.quantile(weekly, config.busy_quantile))), 1)
