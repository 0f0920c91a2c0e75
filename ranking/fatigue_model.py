"""What is known of fatigue: per category group an effect, the usual state, and the test that would settle it.

    f[g, t + 1] = decay (f[g, t] + launches[g, t])          fatigue, in launches
    response    = exp(-strength_g f - crowding_g (k - 1))   of each of k launches of one group and week

`ranking.fatigue` estimates it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ranking.effects import Effect, truncated_normal

FATIGUE_FOUND = "fatigue_found"
FATIGUE_UNCLEAR = "fatigue_unclear"
NO_FATIGUE_SEEN = "no_fatigue_seen"
FEW_LAUNCHES = "fatigue_few_launches"
NOTE_KEYS = (FATIGUE_FOUND, FATIGUE_UNCLEAR, NO_FATIGUE_SEEN, FEW_LAUNCHES)
SWITCHBACK_TEST = "switchback_test"


@dataclass(frozen=True)
class GroupFatigue:
    """Fatigue of one category group.

    strength: log response lost per unit of fatigue; crowding: per other launch of the same week.
    usual_fatigue, usual_crowd: means over the group's past launches; forecasts are made of launches like these.
    n_cells: group-weeks with known outcomes.
    note_key: which of NOTE_KEYS holds; test_key: the test that would settle it, None where fatigue is shown.
    test_group_weeks: group-weeks that the test needs, None where fatigue is shown.
    """

    group: str
    strength: Effect
    crowding: Effect
    usual_fatigue: float
    usual_crowd: float
    n_cells: int
    note_key: str
    test_key: str | None
    test_group_weeks: int | None


@dataclass(frozen=True, eq=False)
class Draws:
    """Posterior draws: decay (n_draws,); strength and crowding (n_draws, n_groups)."""

    decay: np.ndarray
    strength: np.ndarray
    crowding: np.ndarray


@dataclass(frozen=True)
class FatigueModel:
    """Fatigue per group, most observed first; `pooled` speaks for the average group and for groups never seen.

    decay_low, decay_high: the 80% interval; decay_identified: whether the data narrow it down at all.
    decay_weights: decay -> normalised profile likelihood.
    noise_sd: of a group-week's log response.
    """

    groups: tuple[GroupFatigue, ...]
    pooled: GroupFatigue
    decay: float
    decay_low: float
    decay_high: float
    decay_identified: bool
    decay_weights: tuple[tuple[float, float], ...]
    noise_sd: float

    def group(self, name: str) -> GroupFatigue:
        """The fatigue of one group, the pooled one if it was never seen."""
        return next((fatigue for fatigue in self.groups if fatigue.group == name), self.pooled)

    def draws(self, groups: Sequence[str], n_draws: int = 50, seed: int = 0) -> Draws:
        """Draw from the posterior.

        What data tell best is the loss at a steady rhythm, strength x decay / (1 - decay): a draw with another decay
        keeps it.
        """
        rng = np.random.default_rng(seed)
        grid, weights = np.array(self.decay_weights).T
        decay = rng.choice(grid, size=n_draws, p=weights)
        strength, crowding = np.empty((2, n_draws, len(groups)))
        for column, name in enumerate(groups):
            fatigue = self.group(name)
            for effect, out in ((fatigue.strength, strength), (fatigue.crowding, crowding)):
                out[:, column] = truncated_normal(effect.location, effect.scale, rng.random(n_draws))
        return Draws(decay, strength * (steady_load(self.decay) * (1 - decay) / decay)[:, None], crowding)

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON; `from_dict` reads them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> FatigueModel:
        groups = tuple(_group_from_dict(group) for group in raw["groups"])
        weights = tuple((float(decay), float(weight)) for decay, weight in raw["decay_weights"])
        pooled = _group_from_dict(raw["pooled"])
        return cls(**{**raw, "groups": groups, "pooled": pooled, "decay_weights": weights})


def fatigue_path(launches: np.ndarray, decay: float) -> np.ndarray:
    """Return fatigue when each week starts, and after the last one, (n_groups, n_weeks + 1), from none.

    Args:
        launches: (n_groups, n_weeks).
    Example: launches [[1, 0, 2]], decay 0.5 -> [[0, 0.5, 0.25, 1.125]].
    """
    path = np.zeros((launches.shape[0], launches.shape[1] + 1))
    for week in range(launches.shape[1]):
        path[:, week + 1] = decay * (path[:, week] + launches[:, week])
    return path


def starting_fatigue(launches: pd.DataFrame, decay: float, week: date) -> dict[str, float]:
    """Return group -> fatigue when `week` (a Monday) starts; groups without launches before it are left out.

    Args:
        launches: group and launch_week (Monday), one row per past launch; later ones are ignored.
    """
    fatigue: dict[str, float] = {}
    for group, launched in zip(launches["group"], launches["launch_week"], strict=True):
        if launched < week:
            fatigue[str(group)] = fatigue.get(str(group), 0.0) + decay ** ((week - launched).days // 7)
    return fatigue


def steady_load(decay: float) -> float:
    """Return the fatigue that one launch every week leads to. Example: decay 0.5 -> 1."""
    return decay / (1 - decay)


def _group_from_dict(raw: Mapping[str, Any]) -> GroupFatigue:
    effects = {name: Effect(**raw[name]) for name in ("strength", "crowding")}
    return GroupFatigue(**{**raw, **effects})
