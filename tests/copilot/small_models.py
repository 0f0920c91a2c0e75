"""What the small shop's models found, set by hand."""

from __future__ import annotations

import numpy as np

from ranking.cannibalisation_model import (
    CANNIBALISATION_UNCLEAR,
    NEAR_TEXT,
    SAME_TEXT,
    SPLIT_PAIRS_TEST,
    CannibalisationModel,
    GroupCannibalisation,
    PairKind,
)
from ranking.effects import Effect
from ranking.exposure_model import (
    EXPOSURE_FATIGUE_UNCLEAR,
    HOLDOUT_TEST,
    ExposureModel,
    GroupExposure,
    OwnExposure,
)
from ranking.fatigue_model import FATIGUE_FOUND, FATIGUE_UNCLEAR, SWITCHBACK_TEST, FatigueModel, GroupFatigue
from ranking.rhythm import CROWDING_FOUND, CROWDING_UNCLEAR, GroupRhythm, Rhythm
from ranking.rhythm_policy import RhythmPolicy, group_problem, solve_rhythm


def small_rhythm() -> Rhythm:
    groups = (
        GroupRhythm("Grocery > Bag Snacks", 1.4, 3, -0.2, -0.3, -0.15, 2, 54, True, CROWDING_FOUND),
        GroupRhythm("Grocery > Yogurt", 0.3, 1, -0.1, -0.2, 0.05, 1, 7, False, CROWDING_UNCLEAR),
    )
    return Rhythm(groups, 5.6, 6, pooled_elasticity=-0.12, pooled_low=-0.2, pooled_high=-0.04, n_weeks=36)


def small_fatigue() -> FatigueModel:
    """Fatigue that the data show for one group, and leave open for the others."""
    shown = Effect(0.06, 0.03, 0.09, 0.05, 0.02, 0.03, 0.08, 0.05, 0.02, 0.2)
    unclear = Effect(0.01, -0.04, 0.06, 0.02, 0.02, 0.0, 0.05, 0.01, 0.03, 0.8)
    groups = (
        GroupFatigue("Grocery > Bag Snacks", shown, unclear, 0.5, 0.0, 54, FATIGUE_FOUND, None, None),
        GroupFatigue("Grocery > Yogurt", unclear, unclear, 0.1, 0.0, 7, FATIGUE_UNCLEAR, SWITCHBACK_TEST, 320),
    )
    pooled = GroupFatigue("", unclear, unclear, 0.2, 0.0, 61, FATIGUE_UNCLEAR, SWITCHBACK_TEST, 320)
    return FatigueModel(groups, pooled, 0.5, 0.3, 0.7, False, ((0.5, 1.0),), 0.4)


_UNCLEAR = Effect(0.02, -0.04, 0.06, 0.05, 0.03, 0.0, 0.1, 0.02, 0.04, 0.6)


def small_cannibalisation() -> CannibalisationModel:
    unclear = GroupCannibalisation("", _UNCLEAR, 0.3, 90, CANNIBALISATION_UNCLEAR, SPLIT_PAIRS_TEST, 374)
    return CannibalisationModel(tuple(PairKind(name, 0.9, (), unclear) for name in (SAME_TEXT, NEAR_TEXT)), 0.5)


def small_exposure() -> ExposureModel:
    unclear = GroupExposure("", _UNCLEAR, 0.2, 15, EXPOSURE_FATIGUE_UNCLEAR, HOLDOUT_TEST, 1804)
    return ExposureModel((), unclear, OwnExposure(0.1, -0.1, 0.3, 5), 0.5)


def small_season(n_weeks: int) -> RhythmPolicy:
    values = {"Grocery > Bag Snacks": (42.0, 31.0), "Grocery > Yogurt": (20.0, 19.0)}
    problems = [group_problem(name, np.array([row] * n_weeks), 0.0, small_fatigue()) for name, row in values.items()]
    return solve_rhythm(problems)
