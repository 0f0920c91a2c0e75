"""What the planner takes and gives: slots, problems, interventions, plans. All frozen; plans travel as JSON.

A plan's JSON round-trips exactly: dates as ISO text, floats by Python's shortest `repr`, which parses back to the
same bits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Literal

import numpy as np

from ranking.errors import InvalidProblem
from retrieval.weeks import format_week

MOST_UNITS = 1e12  # beyond this a forecast is a mistake, and sums lose whole units

PlanStatus = Literal["optimal", "feasible"]


@dataclass(frozen=True)
class Slot:
    """One (week, placement) with room for `capacity` launches; `categories` empty means any.

    A category admits itself and everything below it: "Grocery" admits "Grocery > Bag Snacks".
    """

    week: date
    placement: str
    capacity: int
    categories: tuple[str, ...] = ()

    def admits(self, category: str) -> bool:
        """Say whether a product of this category path may launch here."""
        if not self.categories:
            return True
        return any(category == allowed or category.startswith(f"{allowed} > ") for allowed in self.categories)

    @property
    def label(self) -> str:
        """The slot as operators read it, such as `2017-W41, front end cap`."""
        return f"{format_week(self.week)}, {self.placement}"


@dataclass(frozen=True)
class Lock:
    """The product must be launched: in this week and placement, as far as they are given."""

    product_id: str
    week: date | None = None
    placement: str | None = None


@dataclass(frozen=True)
class Exclude:
    """The product may not be launched: in this week and placement, as far as they are given."""

    product_id: str
    week: date | None = None
    placement: str | None = None


@dataclass(frozen=True)
class CapLaunches:
    """At most `launches` in this week (every week when None), of this group (all products when None)."""

    launches: int
    week: date | None = None
    group: str | None = None


@dataclass(frozen=True)
class SetCapacity:
    """The slot takes `capacity` launches instead of what the problem says."""

    week: date
    placement: str
    capacity: int


Intervention = Lock | Exclude | CapLaunches | SetCapacity
_INTERVENTION_KINDS: dict[str, type[Lock] | type[Exclude] | type[CapLaunches] | type[SetCapacity]] = {
    "lock": Lock,
    "exclude": Exclude,
    "cap": CapLaunches,
    "capacity": SetCapacity,
}


@dataclass(frozen=True, eq=False)
class PlanningProblem:
    """Everything a plan is decided from; checked when made, so a problem that exists is sound.

    Args:
        product_ids, titles, groups: (n_candidates,); ids are unique; the group is what rhythm and caps speak of.
        slots: (n_slots,), one per (week, placement).
        values: (n_candidates, n_slots), expected units of launching the candidate in the slot, from 0 to `MOST_UNITS`.
        lows, highs: same shape, the interval of each value.
        ready: (n_candidates,), the first day a candidate can launch; None means at once. A launch in week w happens on
            w's Monday, so a candidate fits w when `ready <= w`.
        group_caps: launches per week allowed to a group; a group that is not named has no cap.
        weekly_cap: launches per week over all groups; None means no cap.
        categories: (n_candidates,), full category paths for slots that admit only some; empty means: use the groups.
    Raises:
        InvalidProblem: NaN, negative or infinite numbers, mismatched shapes, repeated products or slots.
    """

    product_ids: tuple[str, ...]
    titles: tuple[str, ...]
    groups: tuple[str, ...]
    slots: tuple[Slot, ...]
    values: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    ready: tuple[date | None, ...]
    group_caps: Mapping[str, int] = field(default_factory=dict)
    weekly_cap: int | None = None
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("product_ids", "titles", "groups", "slots", "ready", "categories"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("values", "lows", "highs"):
            object.__setattr__(self, name, _frozen_array(name, getattr(self, name)))
        _check_lengths(self)
        _check_slots_and_caps(self)
        for name in ("values", "lows", "highs"):
            _check_numbers(self, name)

    @property
    def n_candidates(self) -> int:
        return len(self.product_ids)

    @property
    def n_slots(self) -> int:
        return len(self.slots)

    @property
    def weeks(self) -> tuple[date, ...]:
        """The weeks that have a slot, in order."""
        return tuple(sorted({slot.week for slot in self.slots}))

    @property
    def placements(self) -> tuple[str, ...]:
        """The placements that have a slot, in the order they first appear."""
        return tuple(dict.fromkeys(slot.placement for slot in self.slots))


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

    `objective` is the sum of the launches' expected units. `bound` is proven: no plan that keeps the same rules and
    interventions is worth more. `gap` = (bound - objective) / max(objective, 1e-9), and 0 for an empty plan with bound
    0. `status` is 'optimal' when the gap is within what was asked for, else 'feasible'.
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

    def launch_of(self, product_id: str) -> Launch | None:
        """Return the product's launch, or None when the plan leaves it out."""
        return next((launch for launch in self.launches if launch.product_id == product_id), None)

    def launches_in(self, week: date, placement: str | None = None) -> tuple[Launch, ...]:
        """Return the launches of a week, or of one slot."""
        return tuple(x for x in self.launches if x.week == week and placement in (None, x.placement))

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON-ready data, from which `plan_from_json` restores an equal plan."""
        flat = {f.name: getattr(self, f.name) for f in fields(self)}
        flat["launches"] = [_with_iso_week(asdict(launch)) for launch in self.launches]
        flat["interventions"] = [intervention_to_json(item) for item in self.interventions]
        return flat


def plan_from_json(data: Mapping[str, Any]) -> Plan:
    """Restore the plan that `Plan.to_json` wrote."""
    flat = dict(data)
    flat["launches"] = tuple(Launch(**_with_date_week(item)) for item in data["launches"])
    flat["interventions"] = tuple(intervention_from_json(item) for item in data["interventions"])
    return Plan(**flat)


def intervention_to_json(item: Intervention) -> dict[str, Any]:
    """Return an intervention as JSON-ready data with its `kind`."""
    kind = next(name for name, made in _INTERVENTION_KINDS.items() if isinstance(item, made))
    return {"kind": kind, **_with_iso_week(asdict(item))}


def intervention_from_json(data: Mapping[str, Any]) -> Intervention:
    """Restore the intervention that `intervention_to_json` wrote."""
    values = _with_date_week({key: value for key, value in data.items() if key != "kind"})
    return _INTERVENTION_KINDS[data["kind"]](**values)


def _with_iso_week(flat: dict[str, Any]) -> dict[str, Any]:
    return {**flat, "week": flat["week"].isoformat() if flat["week"] else None}


def _with_date_week(flat: Mapping[str, Any]) -> dict[str, Any]:
    return {**flat, "week": date.fromisoformat(flat["week"]) if flat["week"] else None}


def _frozen_array(name: str, raw: object) -> np.ndarray:
    try:
        array = np.array(raw, dtype=np.float64)
    except (TypeError, ValueError) as cause:
        raise InvalidProblem(f"The plan's {name} are not a table of numbers: {cause}.") from cause
    array.setflags(write=False)
    return array


def _check_lengths(problem: PlanningProblem) -> None:
    n, m = problem.n_candidates, problem.n_slots
    for name in ("titles", "groups", "ready", "categories"):
        found = len(getattr(problem, name))
        if found != n and not (name == "categories" and found == 0):
            raise InvalidProblem(f"The plan has {n} candidates but {found} {name}; give one for each.")
    for name in ("values", "lows", "highs"):
        array = getattr(problem, name)
        if array.shape != (n, m) and array.size + n * m > 0:
            raise InvalidProblem(
                f"The plan's {name} have shape {array.shape}, but it has {n} candidates and {m} slots."
            )
    repeated = _first_repeated(problem.product_ids)
    if repeated is not None:
        raise InvalidProblem(f"Product {repeated} is twice among the candidates; give each once.")


def _check_slots_and_caps(problem: PlanningProblem) -> None:
    repeated = _first_repeated([slot.label for slot in problem.slots])
    if repeated is not None:
        raise InvalidProblem(f"The slot {repeated} is given twice; add their capacities in one.")
    for slot in problem.slots:
        if slot.week.weekday() != 0:
            raise InvalidProblem(f"The slot {slot.placement} is dated {slot.week}, which is not a Monday.")
        _check_count(slot.capacity, f"The slot {slot.label} has capacity")
    for group, cap in problem.group_caps.items():
        _check_count(cap, f"The weekly cap of {group} is")
    if problem.weekly_cap is not None:
        _check_count(problem.weekly_cap, "The cap of launches per week is")


def _check_count(value: object, what: str) -> None:
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 0:
        raise InvalidProblem(f"{what} {value}; it must be a whole number, 0 or more.")


def _check_numbers(problem: PlanningProblem, name: str) -> None:
    array = getattr(problem, name)
    bad = ~np.isfinite(array) | (array < 0) | (array > MOST_UNITS)
    if not bad.any():
        return
    i, j = (int(x) for x in np.argwhere(bad)[0])
    what = "missing" if math.isnan(array[i, j]) else f"{array[i, j]:g}"
    raise InvalidProblem(
        f"Product {problem.product_ids[i]} ({problem.titles[i]}) has {name} {what} in slot {problem.slots[j].label}; "
        f"units must lie between 0 and {MOST_UNITS:g} ({int(bad.sum())} such cells)."
    )


def _first_repeated(items: Sequence[str]) -> str | None:
    seen: set[str] = set()
    for item in items:
        if item in seen:
            return item
        seen.add(item)
    return None
