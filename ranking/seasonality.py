"""Season: the yearly wave of a category group's sales, known once a whole year was seen.

    log(units_gt + 1/2) = a_g + b_g cos(2 pi t / 52) + c_g sin(2 pi t / 52) + noise     over weeks t
    ratio(g, w) = mean of exp(b_g cos + c_g sin) over the four weeks from w

for what the group's established products sold, which were there from the first day: launches would bend the wave. Of
the wave's squared size b^2 + c^2 noise alone brings 2 var, so the wave is shrunk by max(0, 1 - 2 var / (b^2 + c^2)).
With less than a year of data a wave cannot be told from a trend, and there is none. One year cannot tell a wave that
returns from an event that does not: a second year would.

Source: harmonic regression, Harvey (1989), section 2.3; the shrinkage is a moment estimate of the wave's variance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from ranking.features import History, first_sale_day, rhythm_group
from ranking.momentum import Ratio
from ranking.shrinkage import Z_SCORE
from retrieval.settling import OUTCOME_DAYS
from retrieval.weeks import week_of

_YEAR_WEEKS = 52


@dataclass(frozen=True)
class Season:
    """Waves by group, around 1, with the interface of a `Momentum`: a ranker takes either.

    origin: the Monday of t = 0; waves: group -> (b, c); sds: group -> standard deviation of the log ratio.
    """

    origin: date
    waves: Mapping[str, tuple[float, float]]
    sds: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it; `from_dict` reads it back."""
        return {"origin": self.origin.isoformat(), "waves": dict(self.waves), "sds": dict(self.sds)}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Season:
        """Read what `to_dict` made."""
        waves = {group: (float(b), float(c)) for group, (b, c) in saved["waves"].items()}
        return cls(date.fromisoformat(saved["origin"]), waves, dict(saved["sds"]))

    def ratio(self, group: str, week: date) -> Ratio:
        """Expected units of a launch of `group` in `week` over those of the year's average week; 1 for other groups."""
        cosine, sine = self.waves.get(group, (0.0, 0.0))
        t = (week_of(week) - self.origin).days // 7 + np.arange(OUTCOME_DAYS // 7)
        angle = 2 * np.pi * t / _YEAR_WEEKS
        centre = float(np.exp(cosine * np.cos(angle) + sine * np.sin(angle)).mean())
        spread = float(np.exp(Z_SCORE * self.log_sd(group, week)))
        return Ratio(centre, centre / spread, centre * spread)

    def log_sd(self, group: str, week: date) -> float:
        """Standard deviation of the log ratio."""
        return self.sds.get(group, 0.0)


def estimate_season(history: History) -> Season | None:
    """Estimate the waves from the whole weeks before `as_of`; None with less than a year of them."""
    first, as_of = first_sale_day(history), week_of(history.report().as_of)
    origin = week_of(first + timedelta(days=6))  # the first whole week
    n_weeks = (as_of - origin).days // 7
    if n_weeks < _YEAR_WEEKS:
        return None
    sold = history.query(_ESTABLISHED, [origin, first, origin, as_of])
    groups = sorted({rhythm_group(category) for category in sold["category"]})
    units = np.zeros((len(groups), n_weeks))
    for category, week, count in sold.itertuples(index=False):
        units[groups.index(rhythm_group(category)), int(week)] += count
    waves, sds = _fit(np.log(units + 0.5))
    pairs = [(float(b), float(c)) for b, c in waves]
    return Season(origin, dict(zip(groups, pairs, strict=True)), dict(zip(groups, sds.tolist(), strict=True)))


def _fit(logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Waves (n_groups, 2) and standard deviations of their height (n_groups,) from log units (n_groups, n_weeks)."""
    angle = 2 * np.pi * np.arange(logs.shape[1]) / _YEAR_WEEKS
    design = np.stack([np.ones_like(angle), np.cos(angle), np.sin(angle)], axis=1)
    fitted = np.linalg.lstsq(design, logs.T, rcond=None)[0]  # (3, n_groups)
    noise = ((logs.T - design @ fitted) ** 2).sum(axis=0) / (len(angle) - 3)
    variance = 2 * noise / len(angle)  # of either coefficient
    size = (fitted[1:] ** 2).sum(axis=0)
    kept = np.maximum(1 - 2 * variance / np.maximum(size, 1e-12), 0.0)
    return (fitted[1:] * kept).T, np.sqrt(variance)


_ESTABLISHED = """
    SELECT p.category, date_diff('day', ?::DATE, date_trunc('week', e.ts)::DATE) // 7 AS week,
        sum(coalesce(e.quantity, 1))::DOUBLE AS units
    FROM events e JOIN products p USING (product_id)
    WHERE e.type = 'purchase' AND (p.launch_date IS NULL OR p.launch_date::DATE <= ?::DATE)
        AND e.ts >= ?::DATE AND e.ts < ?::DATE
    GROUP BY ALL ORDER BY ALL
"""
