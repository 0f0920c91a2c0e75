"""Ranker: expected units of every candidate in every slot, in parts that can be shown and multiplied back.

    expected_units = base_units * placement_ratio * momentum_ratio

base_units      the forecast's mean: a launch placed and timed like the average past launch
placement_ratio (1 + w (lift - 1)) / reference. Placements act on the launch week, which holds the share w of the four
                weeks' units; the lift is that of the placement at its mean share. `reference` is the mean of the same
                expression over past launches with the placements that they had, so that the average past launch has 1
momentum_ratio  the damped trend of the candidate's category group

What a unit is worth is another matter: delay_ratio = (1 - delay_per_week)^weeks after `as_of`. Later units count for a
little less, since a forecast ages and stock costs money; with no delay, weeks would differ by momentum alone and ties
would be arbitrary. It weighs slots in the plan and is no part of what a launch is expected to sell.

The interval joins three uncertainties on the scale log(1 + units), where the forecast's residuals live: the forecast's
own distance from its mean down to `low` and up to `high`, and, as independent log errors, those of the placement ratio
(from the lift's interval by the delta method) and of the momentum ratio. Squared distances add. The forecast dominates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ranking.errors import RankingError
from ranking.lift import PlacementLift, lifts_by_placement
from ranking.momentum import Momentum
from ranking.problem import Slot
from ranking.seasonality import Season
from ranking.shrinkage import Z_SCORE
from retrieval.weeks import week_of

_EVEN_WEEK = 0.25  # share of four weeks' units in the first, where no launch tells


@dataclass(frozen=True)
class ScoreParts:
    """What a candidate is expected to sell in a slot, and why: base_units times two ratios is expected_units.

    `delay_ratio` is what a unit sold from this slot counts for in the plan.
    """

    base_units: float
    placement_ratio: float
    momentum_ratio: float
    expected_units: float
    low: float
    high: float
    delay_ratio: float


@dataclass(frozen=True)
class PlacementFacts:
    """What placements did for past launches.

    week1_share: share of the four weeks' units that the first week holds, over all past launches.
    reference_ratio: mean over past launches of 1 + week1_share * (lift - 1) with the placements that they had.
    """

    lifts: tuple[PlacementLift, ...]
    week1_share: float
    reference_ratio: float


class SlotRanker:
    """Expected units per candidate and slot. Immutable; safe to share between threads.

    Args:
        forecasts: product_id, group, units, low, high; one row per candidate.
        placements: lifts and what they are relative to; a placement without a lift counts as a lift of 1.
        momentum: trends by group, or their yearly waves.
        as_of: the Monday that delays are counted from.
        delay_per_week: share of value that a week's delay costs.
    """

    def __init__(
        self,
        forecasts: pd.DataFrame,
        placements: PlacementFacts,
        momentum: Momentum | Season,
        as_of: date,
        delay_per_week: float = 0.01,
    ) -> None:
        self._row = {str(product_id): row for row, product_id in enumerate(forecasts["product_id"])}
        self._units, self._low, self._high = (forecasts[c].to_numpy(dtype=float) for c in ("units", "low", "high"))
        self._groups = [str(group) for group in forecasts["group"]]
        self._placements = placements
        self._lifts = lifts_by_placement(placements.lifts)
        self._momentum = momentum
        self._as_of = week_of(as_of)
        self._delay = delay_per_week

    @property
    def product_ids(self) -> tuple[str, ...]:
        return tuple(self._row)

    def values(self, candidates: Sequence[str], slots: Sequence[Slot]) -> np.ndarray:
        """Return expected units, (n_candidates, n_slots)."""
        rows = self._rows(candidates)
        placement, _ = self._placement_terms(slots)
        momentum, _ = self._momentum_terms(rows, slots)
        return self._units[rows][:, None] * placement * momentum

    def weights(self, slots: Sequence[Slot]) -> tuple[float, ...]:
        """Return what a unit sold from each slot counts for, (n_slots,)."""
        waited = np.array([max((slot.week - self._as_of).days / 7, 0.0) for slot in slots])
        return tuple(((1 - self._delay) ** waited).tolist())

    def intervals(self, candidates: Sequence[str], slots: Sequence[Slot]) -> tuple[np.ndarray, np.ndarray]:
        """Return the bounds of the 80% intervals of `values`, (n_candidates, n_slots) each; low <= value <= high."""
        rows = self._rows(candidates)
        centre = np.log1p(self.values(candidates, slots))
        _, placement_sd = self._placement_terms(slots)
        _, momentum_sd = self._momentum_terms(rows, slots)
        ratio_variance = (Z_SCORE**2) * (placement_sd**2 + momentum_sd**2)  # (n_candidates, n_slots)
        base = np.log1p(self._units[rows])
        down = np.maximum(base - np.log1p(self._low[rows]), 0.0)[:, None]
        up = np.maximum(np.log1p(self._high[rows]) - base, 0.0)[:, None]
        low = np.maximum(np.expm1(centre - np.sqrt(down**2 + ratio_variance)), 0.0)
        return low, np.expm1(centre + np.sqrt(up**2 + ratio_variance))

    def parts(self, product_id: str, week: date, placement: str) -> ScoreParts:
        """Return the parts of one candidate in one slot.

        Raises:
            RankingError: the product has no forecast: it is unknown, or no candidate.
        """
        slot = [Slot(week_of(week), placement, 1)]
        rows = self._rows([product_id])
        low, high = self.intervals([product_id], slot)
        return ScoreParts(
            base_units=float(self._units[rows[0]]),
            placement_ratio=float(self._placement_terms(slot)[0][0]),
            momentum_ratio=float(self._momentum_terms(rows, slot)[0][0, 0]),
            expected_units=float(self.values([product_id], slot)[0, 0]),
            low=float(low[0, 0]),
            high=float(high[0, 0]),
            delay_ratio=self.weights(slot)[0],
        )

    def _rows(self, candidates: Sequence[str]) -> np.ndarray:
        unknown = [c for c in candidates if c not in self._row]
        if unknown:
            raise RankingError(f"Product {unknown[0]!r} has no forecast: it is not among the candidates of this build.")
        return np.array([self._row[c] for c in candidates], dtype=np.int64)

    def _placement_terms(self, slots: Sequence[Slot]) -> tuple[np.ndarray, np.ndarray]:
        """Placement ratios and the standard deviations of their logs, (n_slots,) each."""
        share, reference = self._placements.week1_share, self._placements.reference_ratio
        ratios, sds = np.empty(len(slots)), np.zeros(len(slots))
        for column, slot in enumerate(slots):
            lift = self._lifts.get(slot.placement)
            ratio = 1 + share * ((lift.lift_ratio if lift else 1.0) - 1)
            ratios[column] = ratio / reference
            if lift:  # d log(ratio) = share * lift / ratio * d log(lift)
                sds[column] = share * lift.lift_ratio / ratio * lift.log_sd
        return ratios, sds

    def _momentum_terms(self, rows: np.ndarray, slots: Sequence[Slot]) -> tuple[np.ndarray, np.ndarray]:
        """Momentum ratios and the standard deviations of their logs, (n_candidates, n_slots) each."""
        weeks = sorted({slot.week for slot in slots})
        groups = sorted({self._groups[row] for row in rows})
        ratio, sd = np.empty((len(groups), len(weeks))), np.empty((len(groups), len(weeks)))
        for i, group in enumerate(groups):
            for j, week in enumerate(weeks):
                ratio[i, j], sd[i, j] = self._momentum.ratio(group, week).value, self._momentum.log_sd(group, week)
        group_at, week_at = {g: i for i, g in enumerate(groups)}, {w: j for j, w in enumerate(weeks)}
        cells = np.ix_(
            np.array([group_at[self._groups[row]] for row in rows], dtype=np.int64),
            np.array([week_at[slot.week] for slot in slots], dtype=np.int64),
        )
        return ratio[cells], sd[cells]


def placement_facts(lifts: Sequence[PlacementLift], launches: pd.DataFrame, shown: pd.DataFrame) -> PlacementFacts:
    """Return what slots' placements are compared with.

    Args:
        lifts: as of `estimate_lifts`.
        launches: as of `features.past_launches`.
        shown: as of `features.launch_placements`: the past launches' own placements and shares.
    A launch in several placements has the sum of what they add, as in the model that estimated them.
    """
    units = np.nan_to_num(launches["units_4w"].to_numpy(dtype=float))
    in_week1 = np.nan_to_num(launches["week1_share"].to_numpy(dtype=float)) * units
    week1_share = float(in_week1.sum() / units.sum()) if units.sum() > 0 else _EVEN_WEEK
    by_name = lifts_by_placement(lifts)
    lift = dict.fromkeys(launches["product_id"], 1.0)
    for product_id, placement, share in zip(shown["product_id"], shown["placement"], shown["share"], strict=True):
        if placement in by_name and product_id in lift:
            lift[product_id] += by_name[placement].at_share(share) - 1
    ratios = [1 + week1_share * (max(value, 0.0) - 1) for value in lift.values()]
    return PlacementFacts(tuple(lifts), week1_share, float(np.mean(ratios)) if ratios else 1.0)
