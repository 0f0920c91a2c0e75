"""The planning problem: candidates, slots, values and rules. Checked when made, so a problem that exists is sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np

from ranking.errors import InvalidProblem
from ranking.problem_checks import PER_CANDIDATE, TABLES, check_problem
from retrieval.weeks import format_week


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


@dataclass(frozen=True, eq=False)
class Substitutes:
    """Pairs of candidates that take sales from each other when launched in the same or in adjacent weeks.

    Attributes:
        first, second: (n_pairs,) positions among the candidates.
        of_first, of_second: (n_pairs,) what each of the two loses, in units of its first four weeks.
    """

    first: np.ndarray
    second: np.ndarray
    of_first: np.ndarray
    of_second: np.ndarray

    @cached_property
    def units(self) -> np.ndarray:
        """(n_pairs,) what the two lose together."""
        return self.of_first + self.of_second

    def scaled(self, factor: np.ndarray) -> Substitutes:
        """The same pairs when each candidate sells so many times (n_candidates,) what it did."""
        return replace(
            self, of_first=self.of_first * factor[self.first], of_second=self.of_second * factor[self.second]
        )

    @property
    def n_pairs(self) -> int:
        return len(self.first)


NO_SUBSTITUTES = Substitutes(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))


@dataclass(frozen=True, eq=False)
class LaunchPrices:
    """What the rhythm does to a launch on the path of a plan; see `ranking.pricing`.

    Attributes:
        names: (n_groups,) in alphabetical order.
        response: (n_groups, n_weeks), what a launch brings over its worth in a rested week.
        cost: (n_groups, n_weeks), units that it takes from the other launches of its group.
    """

    names: tuple[str, ...]
    response: np.ndarray
    cost: np.ndarray


@dataclass(frozen=True)
class MinShare:
    """At least `share` of all launches must be of this group or brand."""

    kind: Literal["group", "brand"]
    name: str
    share: float


@dataclass(frozen=True, eq=False)
class PlanningProblem:
    """Everything a plan is decided from.

    Args:
        product_ids, titles, groups: (n_candidates,); ids are unique; the group is what rhythm and caps speak of.
        slots: (n_slots,), one per (week, placement).
        values: (n_candidates, n_slots), expected units of launching the candidate in the slot, from 0 to `MOST_UNITS`.
        lows, highs: same shape, the interval of each value.
        worth: same shape, what each launch is worth to the plan, in units; the values when None. A unit sold later may
            count for less than one sold now, and an uncertain one for less than a sure one.
        ceilings: same shape, what a launch is worth at most, in units: all that is in stock is sold. None: no limit.
        price_slopes: (n_candidates,), change of log units per change of log price; None when it is not known.
        ready: (n_candidates,), the first day a candidate can launch; None means at once. A launch in week w happens on
            w's Monday, so a candidate fits w when `ready <= w`.
        group_caps: launches per week allowed to a group; a group that is not named has no cap.
        weekly_cap: launches per week over all groups; None means no cap.
        categories: (n_candidates,), full category paths for slots that admit only some; empty means: use the groups.
        brands: (n_candidates,), for shares by brand; empty means unknown.
        launch_costs: group -> (n_weeks, most): units that the k-th launch of the group in that week costs the others
            (the rhythm); does not fall with k, so that the value of k launches is concave. More than `most` launches a
            week are barred. Weeks in the order of `weeks`.
        prices: what the rhythm takes from every launch alike, beside `launch_costs`; nothing when None.
        spacing: group -> weeks: at most one launch of the group in so many consecutive weeks; 0 for no such rule.
        substitutes: candidates that take sales from each other.
        costs: (n_candidates, n_slots), money that a launch takes from `budget`; both or none.
        min_shares: shares of launches that groups or brands must have.
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
    brands: tuple[str, ...] = ()
    worth: np.ndarray | None = None
    ceilings: np.ndarray | None = None
    price_slopes: np.ndarray | None = None
    launch_costs: Mapping[str, np.ndarray] = field(default_factory=dict)
    prices: LaunchPrices | None = None
    spacing: Mapping[str, int] = field(default_factory=dict)
    substitutes: Substitutes = NO_SUBSTITUTES
    costs: np.ndarray | None = None
    budget: float | None = None
    min_shares: tuple[MinShare, ...] = ()

    def __post_init__(self) -> None:
        for name in ("product_ids", "slots", *PER_CANDIDATE, "min_shares"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in TABLES:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _frozen_array(name, getattr(self, name)))
        check_problem(self)

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
    def face_worth(self) -> np.ndarray:
        """(n_candidates, n_slots) what each launch is worth to the plan before the rhythm, in units."""
        worth = self.values if self.worth is None else self.worth
        return worth if self.ceilings is None else np.minimum(worth, self.ceilings)

    @cached_property
    def net_worth(self) -> np.ndarray:
        """(n_candidates, n_slots) what each launch is worth at the rhythm's prices; below 0 where it takes more."""
        if self.prices is None:
            return self.face_worth
        groups = {name: g for g, name in enumerate(self.prices.names)}
        weeks = {week: w for w, week in enumerate(self.weeks)}
        at = np.ix_([groups[name] for name in self.groups], [weeks[slot.week] for slot in self.slots])
        return self.face_worth * self.prices.response[at] - self.prices.cost[at]

    def only(self, rows: Sequence[int]) -> PlanningProblem:
        """The problem over some of its candidates, by position, in that order."""
        tables = {
            name: table[list(rows)] for name in (*TABLES, "price_slopes") if (table := getattr(self, name)) is not None
        }
        columns = {name: tuple(column[i] for i in rows) for name in PER_CANDIDATE if (column := getattr(self, name))}
        number = np.full(self.n_candidates, -1)
        number[list(rows)] = np.arange(len(rows))
        pairs = self.substitutes
        first, second = number[pairs.first], number[pairs.second]
        kept = (first >= 0) & (second >= 0)
        both = Substitutes(first[kept], second[kept], pairs.of_first[kept], pairs.of_second[kept])
        ids = tuple(self.product_ids[i] for i in rows)
        return replace(self, product_ids=ids, substitutes=both, **columns, **tables)

    @property
    def placements(self) -> tuple[str, ...]:
        """The placements that have a slot, in the order they first appear."""
        return tuple(dict.fromkeys(slot.placement for slot in self.slots))


def _frozen_array(name: str, raw: object) -> np.ndarray:
    try:
        array = np.array(raw, dtype=np.float64)
    except (TypeError, ValueError) as cause:
        raise InvalidProblem(f"The plan's {name} are not a table of numbers: {cause}.") from cause
    array.setflags(write=False)
    return array
