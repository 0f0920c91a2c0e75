"""Momentum: where a category group's weekly units are heading, as a ratio to their level of the last weeks.

    log(units_gt + 1/2) = a_g + slope_g t + noise     over the last `window_weeks` weeks
    ratio(g, h) = exp(slope_g (phi + phi^2 + ... + phi^h)),   h = 1 for the week of `as_of`

Slopes are shrunk toward their pooled mean. The damping phi is chosen on the history itself: forecasts made at earlier
weeks are compared with what followed, and phi = 0, no momentum at all, is among the choices. On grocery data the gain
is small (below 1% of the error), so ratios stay near 1, as they should.

The interval speaks of the trend's uncertainty, not of single weeks, which scatter more.

Source: Gardner and McKenzie (1985), damped trend; shrinkage as in `ranking.shrinkage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ranking.features import History, rhythm_group
from ranking.shrinkage import Z_SCORE, Shrunk, shrink
from retrieval.weeks import week_of

DAMPINGS = (0.0, 0.3, 0.5, 0.7)
_HORIZON = 12  # weeks ahead that the choice of damping looks at
_STEP = 3  # weeks between two origins of the rolling comparison
_PRIOR_WEEKS = 10.0  # weight of the typical noise against a group's own, in weeks


@dataclass(frozen=True)
class MomentumConfig:
    """Settings: weeks that a trend is fitted on, and the least mean weekly units of a group with a trend of its own."""

    window_weeks: int = 8
    min_weekly_units: float = 1.0


@dataclass(frozen=True)
class Ratio:
    """A ratio with its 80% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Momentum:
    """Trends by group.

    slopes, slope_sds: group -> log units per week and its standard deviation.
    pooled_slope, pooled_sd: for groups without a trend of their own.
    error, error_without: mean absolute log error over the rolling comparison, with this damping and with none; None
        when the history is too short to compare.
    """

    as_of: date
    damping: float
    slopes: Mapping[str, float]
    slope_sds: Mapping[str, float]
    pooled_slope: float
    pooled_sd: float
    error: float | None
    error_without: float | None

    def ratio(self, group: str, week: date) -> Ratio:
        """Expected units of `group` in `week` over their recent level; 1 for weeks before `as_of`."""
        reach = self.reach(week)
        slope = self.slopes.get(group, self.pooled_slope)
        spread = Z_SCORE * self.log_sd(group, week)
        centre = slope * reach
        return Ratio(float(np.exp(centre)), float(np.exp(centre - spread)), float(np.exp(centre + spread)))

    def log_sd(self, group: str, week: date) -> float:
        """Standard deviation of the log ratio."""
        return self.slope_sds.get(group, self.pooled_sd) * self.reach(week)

    def reach(self, week: date) -> float:
        """How many weeks of slope lie between the recent level and `week`, damped."""
        ahead = max((week_of(week) - self.as_of).days // 7 + 1, 0)
        return damped_weeks(self.damping, ahead)


def damped_weeks(damping: float, ahead: int) -> float:
    """phi + phi^2 + ... + phi^ahead. Example: damped_weeks(0.5, 2) -> 0.75."""
    return float(np.sum(damping ** np.arange(1, ahead + 1)))


def group_weekly_units(history: History) -> pd.DataFrame:
    """Return units bought per group (rows) and full week before `as_of` (columns, Mondays), 0 for none."""
    as_of = history.report().as_of
    frame = history.query(_WEEKLY, [as_of])
    frame["group"] = [rhythm_group(category) for category in frame["category"]]
    frame["week"] = pd.to_datetime(frame["week"])
    table = frame.pivot_table(index="group", columns="week", values="units", aggfunc="sum", fill_value=0.0)
    if table.empty:
        return table
    weeks = pd.date_range(table.columns.min(), pd.Timestamp(as_of) - pd.Timedelta(weeks=1), freq="7D")
    return table.reindex(columns=weeks, fill_value=0.0).astype(float)


def estimate_momentum(weekly: pd.DataFrame, as_of: date, config: MomentumConfig | None = None) -> Momentum:
    """Estimate the trends.

    Args:
        weekly: as of `group_weekly_units`; the last column is the week before `as_of`.
        as_of: the Monday from which on there is no data.
    Returns:
        Momentum; with fewer weeks than the window every ratio is 1.
    """
    config = config or MomentumConfig()
    known = weekly[weekly.mean(axis=1) >= config.min_weekly_units] if len(weekly) else weekly
    units = known.to_numpy(dtype=float)  # (n_groups, n_weeks)
    if units.size == 0 or units.shape[1] < config.window_weeks:
        return Momentum(as_of, 0.0, {}, {}, 0.0, 0.0, None, None)
    errors = _rolling_errors(units, config.window_weeks)
    damping = min(errors, key=lambda phi: errors[phi]) if errors else 0.0
    slopes = fit_slopes(units[:, -config.window_weeks :])
    groups = [str(group) for group in known.index]
    return Momentum(
        as_of=as_of,
        damping=damping,
        slopes=dict(zip(groups, slopes.means.tolist(), strict=True)),
        slope_sds=dict(zip(groups, np.sqrt(slopes.variances).tolist(), strict=True)),
        pooled_slope=slopes.pooled_mean,
        pooled_sd=float(np.sqrt(slopes.newcomer_variance)),
        error=errors.get(damping),
        error_without=errors.get(0.0),
    )


def fit_slopes(units: np.ndarray) -> Shrunk:
    """Fit a log-linear trend to each row of units (n_groups, n_weeks) and shrink the slopes.

    A group's noise is blended with what is typical at its size, because a few weeks say little about noise.
    """
    n_weeks = units.shape[1]
    time = np.arange(n_weeks) - (n_weeks - 1) / 2
    logs = np.log(units + 0.5)
    slopes = logs @ time / (time @ time)
    residuals = logs - logs.mean(axis=1, keepdims=True) - slopes[:, None] * time
    freedom = n_weeks - 2
    own = (residuals**2).sum(axis=1) / freedom
    blended = (freedom * own + _PRIOR_WEEKS * _typical_noise(own, logs.mean(axis=1))) / (freedom + _PRIOR_WEEKS)
    return shrink(slopes, np.maximum(blended, 1e-6) / (time @ time))


def _typical_noise(noise: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Noise variance expected at a group's level, from a log-linear fit over all groups."""
    logs = np.log(np.maximum(noise, 1e-6))
    if len(noise) < 5 or np.ptp(level) == 0:
        return np.full(len(noise), float(np.exp(logs.mean())))
    return np.exp(np.polyval(np.polyfit(level, logs, 1), level))


def _rolling_errors(units: np.ndarray, window: int) -> dict[float, float]:
    """Damping -> mean absolute log error of forecasts from earlier weeks; groups weigh as the root of their units."""
    n_weeks = units.shape[1]
    sums = dict.fromkeys(DAMPINGS, 0.0)
    total = 0.0
    for origin in range(window, n_weeks - 3, _STEP):
        ahead = units[:, origin : origin + _HORIZON]
        recent = units[:, origin - window : origin]
        level = recent.mean(axis=1)
        miss = np.log(ahead + 0.5) - np.log(level + 0.5)[:, None]  # (n_groups, n_ahead)
        slopes = fit_slopes(recent).means
        weight = np.sqrt(level)[:, None]
        for damping in DAMPINGS:
            reach = np.array([damped_weeks(damping, h) for h in range(1, ahead.shape[1] + 1)])
            sums[damping] += float((weight * np.abs(miss - slopes[:, None] * reach)).sum())
        total += float(weight.sum()) * ahead.shape[1]
    return {damping: value / total for damping, value in sums.items()} if total else {}


_WEEKLY = """
    SELECT p.category, date_trunc('week', e.ts)::DATE AS week, sum(coalesce(e.quantity, 1))::DOUBLE AS units
    FROM events e JOIN products p USING (product_id)
    WHERE e.type = 'purchase'
        -- The first week of data is seldom whole, and half a week would look like a rise.
        AND e.ts >= (SELECT date_trunc('week', min(ts)) + INTERVAL 7 DAY FROM events WHERE type = 'purchase')
        AND e.ts < ?::DATE
    GROUP BY ALL
"""
