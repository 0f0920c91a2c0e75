"""What is known of exposures: whether a group's campaigns tire shoppers of its launches, and how sure that is.

    response[i] = exp(-strength_g pressure[i])

pressure is how often the average shopper was shown other products of i's group in the four weeks from its launch.
`ranking.exposure` estimates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ranking.effects import Effect

EXPOSURE_FATIGUE_FOUND = "exposure_fatigue_found"
EXPOSURE_FATIGUE_UNCLEAR = "exposure_fatigue_unclear"
NO_EXPOSURE_FATIGUE_SEEN = "no_exposure_fatigue_seen"
FEW_EXPOSED_LAUNCHES = "exposure_few_launches"
NOTE_KEYS = (EXPOSURE_FATIGUE_FOUND, EXPOSURE_FATIGUE_UNCLEAR, NO_EXPOSURE_FATIGUE_SEEN, FEW_EXPOSED_LAUNCHES)
HOLDOUT_TEST = "shopper_holdout_test"


@dataclass(frozen=True)
class GroupExposure:
    """What exposures do to the launches of one category group.

    strength: log response lost per exposure of the average shopper; usual: mean pressure on the group's past launches.
    n_launches: launches with known outcomes under any pressure.
    note_key: which of NOTE_KEYS holds; test_key: the test that would settle it, None where the effect is shown.
    test_buyers: pairs of a shopper and a launch bought that the test needs, None where the effect is shown.
    """

    group: str
    strength: Effect
    usual: float
    n_launches: int
    note_key: str
    test_key: str | None
    test_buyers: int | None


@dataclass(frozen=True)
class OwnExposure:
    """Log response gained per exposure of the average shopper to the launch itself, with its 80% interval.

    An association: shops show what they expect to sell. n_launches: launches shown in their first four weeks.
    """

    estimate: float
    low: float
    high: float
    n_launches: int


@dataclass(frozen=True)
class ExposureModel:
    """Exposures per group, most observed first; `pooled` speaks for the average group and for groups never seen."""

    groups: tuple[GroupExposure, ...]
    pooled: GroupExposure
    own: OwnExposure
    noise_sd: float

    def group(self, name: str) -> GroupExposure:
        """What is known of one group, the pooled answer if it was never seen."""
        return next((group for group in self.groups if group.group == name), self.pooled)

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON; `from_dict` reads them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> ExposureModel:
        groups = tuple(_group_from_dict(group) for group in raw["groups"])
        own, pooled = OwnExposure(**raw["own"]), _group_from_dict(raw["pooled"])
        return cls(**{**raw, "groups": groups, "pooled": pooled, "own": own})


def _group_from_dict(raw: Mapping[str, Any]) -> GroupExposure:
    return GroupExposure(**{**raw, "strength": Effect(**raw["strength"])})
