"""The archive: earlier versions of the plan and the scenarios, for questions that set plans side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot.errors import NoPlan

if TYPE_CHECKING:
    from copilot.records import StoredPlan
    from copilot.scenario_measures import Compared
    from copilot.scenarios import Scenarios
    from copilot.store import Store

MOST_SCENARIOS = 4


@dataclass(frozen=True)
class Archive:
    """Reads what the store keeps beside the current plan."""

    store: Store
    kept: Scenarios

    def pair(self, versions: Sequence[int], current: StoredPlan) -> tuple[StoredPlan | None, StoredPlan]:
        """Return the two versions that a question compares, the earlier one first.

        One number compares that version with the current one; none, the current one with the one before it. The first
        is None when there is no such version.
        """
        if len(versions) > 1:
            first, last = sorted(versions[:2])
            later = self._plan(last)
            return (self._plan(first), later) if later is not None else (None, current)
        wanted = [one for one in versions if one != current.version]
        before = (one.version for one in self.store.plans() if one.version < current.version)
        version = wanted[0] if wanted else next(before, None)
        return (None if version is None else self._plan(version)), current

    def scenarios(self) -> tuple[Compared, ...]:
        """Return the latest scenarios beside the current plan."""
        names = [one.name for one in self.kept.all()][-MOST_SCENARIOS:]
        return self.kept.compare(names)[1:] if names else ()

    def _plan(self, version: int) -> StoredPlan | None:
        try:
            return self.store.plan(version)
        except NoPlan:
            return None
