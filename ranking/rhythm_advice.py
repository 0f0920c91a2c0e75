"""Instant advice: how many launches a group's rhythm would make now, whatever the plan launched before.

The solved rhythm holds for its own path on a grid. The plan follows another path, since groups share slots, and its
fatigue lies off the grid. A network distilled from the solution answers there at once (`ranking.policy_network`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ranking.policy_network import Agreement, DistilConfig, PolicyNetwork, agreement, distil
from ranking.rhythm_policy import GroupPolicy

QUICK = DistilConfig(n_states=6_000, epochs=60)  # about a second
_CHECKED = 2_000  # states that the network is compared with the solution on


@dataclass(frozen=True, eq=False)
class Adviser:
    """A group's network and how often it does what the solved rhythm does."""

    policy: GroupPolicy
    network: PolicyNetwork
    agreement: Agreement

    def advise(self, week: int, fatigue: float, level: float = 1.0) -> int:
        """Return the number of launches advised in week number `week` at this fatigue; `level` as of the network."""
        return int(self.network.actions(np.array([[week, fatigue, level]]))[0])

    def fatigue_after(self, launches: Sequence[int]) -> float:
        """Return the group's fatigue after the weeks that launched so many, from the season's start."""
        fatigue = self.policy.problem.start
        for count in launches:
            fatigue = self.policy.problem.decay * (fatigue + count)
        return float(fatigue)


def make_adviser(policy: GroupPolicy, config: DistilConfig = QUICK) -> Adviser | None:
    """Distil a solved rhythm; None when the group has nothing of value to launch."""
    if not policy.problem.values.any():
        return None
    network = distil(policy, config)
    return Adviser(policy, network, agreement(network, policy, _CHECKED))
