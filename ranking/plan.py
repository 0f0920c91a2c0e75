"""What the planner gives: plans. Frozen; they travel as JSON.

A plan's JSON round-trips exactly: dates as ISO text, floats by Python's shortest `repr`, which parses back to the
same bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal

from ranking.interventions import Intervention, intervention_from_json, intervention_to_json

PlanStatus = Literal["optimal", "feasible"]


@dataclass(frozen=True)
class Launch:
    """A candidate assigned to a slot, with its expected units and their interval."""

    product_id: str
    title: str
    group: str
    week: date
    placement: str
    expected_units: float
    low: float
    high: float


@dataclass(frozen=True)
class Plan:
    """All launches, what they are worth in units, and how much better any plan could be.

    `objective` is the plan's worth in units: the sum of what the launches are worth (their expected units, of which a
    later or a less certain one may count for a little less), less `rhythm_cost` (what launches of one group and week
    take from each other and from later ones) and `substitution_cost` (what substitutes take from each other). `bound`
    is proven: no plan that keeps the same rules and interventions is worth more. `gap` = (bound - objective) /
    max(objective, 1e-9), and 0 for an empty plan with bound 0. `status` is 'optimal' when the gap is within what was
    asked for, else 'feasible'.
    """

    launches: tuple[Launch, ...]
    objective: float
    bound: float
    gap: float
    status: PlanStatus
    solve_s: float
    interventions: tuple[Intervention, ...]
    n_candidates: int
    n_slots: int
    rhythm_cost: float = 0.0
    substitution_cost: float = 0.0

    @property
    def units(self) -> float:
        """Expected units of all launches, each taken alone."""
        return float(sum(launch.expected_units for launch in self.launches))

    def launch_of(self, product_id: str) -> Launch | None:
        """Return the product's launch, or None when the plan leaves it out."""
        return next((launch for launch in self.launches if launch.product_id == product_id), None)

    def launches_in(self, week: date, placement: str | None = None) -> tuple[Launch, ...]:
        """Return the launches of a week, or of one slot."""
        return tuple(x for x in self.launches if x.week == week and placement in (None, x.placement))

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON-ready data, from which `plan_from_json` restores an equal plan."""
        flat = {f.name: getattr(self, f.name) for f in fields(self)}
        flat["launches"] = [{**asdict(launch), "week": launch.week.isoformat()} for launch in self.launches]
        flat["interventions"] = [intervention_to_json(item) for item in self.interventions]
        return flat


def plan_from_json(data: Mapping[str, Any]) -> Plan:
    """Restore the plan that `Plan.to_json` wrote."""
    flat = dict(data)
    flat["launches"] = tuple(Launch(**{**item, "week": date.fromisoformat(item["week"])}) for item in data["launches"])
    flat["interventions"] = tuple(intervention_from_json(item) for item in data["interventions"])
    return Plan(**flat)
