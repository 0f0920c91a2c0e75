"""What is known of cannibalisation: what near-identical launches of the same or adjacent weeks take from each other.

    response[i] = exp(-sum_kinds strength[kind, group of i] beside[kind, i])

beside counts the launches of i's group within a week of i whose text is that kind of near. `ranking.cannibalisation`
estimates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ranking.effects import Effect

CANNIBALISATION_FOUND = "cannibalisation_found"
CANNIBALISATION_UNCLEAR = "cannibalisation_unclear"
NO_CANNIBALISATION_SEEN = "no_cannibalisation_seen"
FEW_NEAR_LAUNCHES = "cannibalisation_few_launches"
NOTE_KEYS = (CANNIBALISATION_FOUND, CANNIBALISATION_UNCLEAR, NO_CANNIBALISATION_SEEN, FEW_NEAR_LAUNCHES)
SPLIT_PAIRS_TEST = "split_pairs_test"
SAME_TEXT, NEAR_TEXT = "same_text", "near_text"


@dataclass(frozen=True)
class GroupCannibalisation:
    """One kind of near-identical launches in one category group.

    strength: log response lost per such launch beside; usual: their mean number beside the group's past launches.
    n_launches: launches with known outcomes that had one beside.
    note_key: which of NOTE_KEYS holds; test_key: the test that would settle it, None where cannibalisation is shown.
    test_pairs: pairs of launches that the test needs, None where cannibalisation is shown.
    """

    group: str
    strength: Effect
    usual: float
    n_launches: int
    note_key: str
    test_key: str | None
    test_pairs: int | None


@dataclass(frozen=True)
class PairKind:
    """One kind of near-identical launches: cosine from `least_cosine` up to the next kind's.

    groups: most observed first; pooled: the average group, which speaks for groups never seen.
    """

    name: str
    least_cosine: float
    groups: tuple[GroupCannibalisation, ...]
    pooled: GroupCannibalisation

    def group(self, name: str) -> GroupCannibalisation:
        """What is known of one group, the pooled answer if it was never seen."""
        return next((group for group in self.groups if group.group == name), self.pooled)


@dataclass(frozen=True)
class CannibalisationModel:
    """Cannibalisation per kind, most alike first, and group.

    noise_sd: of one launch's log response within its group and week.
    """

    kinds: tuple[PairKind, ...]
    noise_sd: float

    def kind(self, name: str) -> PairKind:
        """Return the kind of that name, SAME_TEXT or NEAR_TEXT."""
        return next(kind for kind in self.kinds if kind.name == name)

    def loss_ratios(self, group: str, *, prior_too: bool = False) -> np.ndarray:
        """Return the share of a launch's units that one launch beside it takes, (n_kinds,).

        It is 0 where the data do not show the loss, unless `prior_too`: then it is what prior and data say together.
        """
        found = [kind.group(group).strength for kind in self.kinds]
        return np.array([-np.expm1(-one.mean) if one.shown or prior_too else 0.0 for one in found])

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON; `from_dict` reads them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> CannibalisationModel:
        return cls(tuple(_kind_from_dict(kind) for kind in raw["kinds"]), raw["noise_sd"])


def _kind_from_dict(raw: Mapping[str, Any]) -> PairKind:
    groups = tuple(_group_from_dict(group) for group in raw["groups"])
    return PairKind(**{**raw, "groups": groups, "pooled": _group_from_dict(raw["pooled"])})


def _group_from_dict(raw: Mapping[str, Any]) -> GroupCannibalisation:
    return GroupCannibalisation(**{**raw, "strength": Effect(**raw["strength"])})
