"""The planning problem as a 0/1 model: which pairs (candidate, slot) are open, and which rows limit them.

Variables  x[i, j] in {0, 1}: candidate i launches in slot j, for open pairs only
Objective  maximise sum_ij scores[i, j] x[i, j]
Rows       slot j            sum_i x[i, j]                         <= slot_room[j]
           week w            sum_{i, j in w} x[i, j]               <= week_room[w]
           group g, week w   sum_{i in g, j in w} x[i, j]          <= group_room[g, w]
           candidate i       sum_j x[i, j]                         <= 1, and = 1 when i is locked

Candidates are kept in the order of their ids and slots in the order of (week, placement), whatever the order they came
in, so that one problem has one plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ranking.errors import InvalidProblem
from ranking.interventions import CapLaunches, Exclude, Intervention, Lock, SetCapacity
from ranking.problem import PlanningProblem

Pairs = tuple[np.ndarray, ...]  # two of equal length: candidate indices and slot indices, one entry per pair


@dataclass(frozen=True, eq=False)
class AssignmentModel:
    """A problem and its interventions in matrices; `candidates` and `slots` are positions in the problem."""

    candidates: np.ndarray  # (n,)
    slots: np.ndarray  # (m,)
    values: np.ndarray  # (n, m) expected units
    scores: np.ndarray  # (n, m) what the solver maximises: the values, plus a bonus for pairs to stay near
    allowed: np.ndarray  # (n, m) bool, the open pairs
    must: np.ndarray  # (n,) bool, locked candidates
    group_of: np.ndarray  # (n,)
    week_of: np.ndarray  # (m,)
    slot_room: np.ndarray  # (m,)
    week_room: np.ndarray  # (n_weeks,) inf where no cap holds
    group_room: np.ndarray  # (n_groups, n_weeks) inf where no cap holds

    @property
    def n_shared_rows(self) -> int:
        """Rows that candidates share: slots, weeks, group-weeks. The candidates' own rows follow them."""
        return len(self.slot_room) + len(self.week_room) + self.group_room.size

    @property
    def places(self) -> int:
        """More launches than this no plan holds: what weeks and slots can take, or the candidates; at least 1."""
        per_week = np.bincount(self.week_of, weights=self.slot_room, minlength=len(self.week_room))
        return max(1, int(min(np.minimum(per_week, self.week_room).sum(), len(self.candidates))))

    def shared_room(self) -> np.ndarray:
        """Right-hand sides of the shared rows."""
        return np.concatenate([self.slot_room, self.week_room, self.group_room.ravel()])

    def shared_rows(self, pairs: Pairs) -> np.ndarray:
        """(3, n_pairs): the slot row, week row and group-week row that each pair takes a place in."""
        i, j = pairs
        n_slots, n_weeks = len(self.slot_room), len(self.week_room)
        week = self.week_of[j]
        return np.stack([j, n_slots + week, n_slots + n_weeks + self.group_of[i] * n_weeks + week])

    def price_of_pairs(self, price: np.ndarray) -> np.ndarray:
        """(n, m): what each pair pays when the shared rows cost `price` (n_shared_rows,) per place."""
        n_slots, n_weeks = len(self.slot_room), len(self.week_room)
        by_slot = price[:n_slots] + price[n_slots : n_slots + n_weeks][self.week_of]
        by_group_week = price[n_slots + n_weeks :].reshape(self.group_room.shape)
        return (by_slot + by_group_week[:, self.week_of])[self.group_of]

    def matrix(self, pairs: Pairs) -> tuple[sp.csr_array, np.ndarray, np.ndarray, np.ndarray]:
        """Return the sparse rows that `pairs` touch: matrix, lower and upper sides, and each row's number.

        Rows that cannot bind (more room than pairs) are left out.
        """
        i, _ = pairs
        n_pairs = len(i)
        rows = np.concatenate([self.shared_rows(pairs).ravel(), self.n_shared_rows + i])
        columns = np.tile(np.arange(n_pairs), 4)
        n_rows = self.n_shared_rows + len(self.candidates)
        full = sp.csr_array((np.ones(4 * n_pairs), (rows, columns)), shape=(n_rows, n_pairs))
        upper = np.concatenate([self.shared_room(), np.ones(len(self.candidates))])
        lower = np.concatenate([np.full(self.n_shared_rows, -np.inf), np.where(self.must, 1.0, -np.inf)])
        used = np.flatnonzero((np.diff(full.indptr) > upper) | np.isfinite(lower))
        return full[used], lower[used], upper[used], used

    def keeps_rules(self, pairs: Pairs) -> bool:
        """Say whether launching exactly these pairs breaks no row and holds every lock (integer arithmetic)."""
        i, j = pairs
        taken = np.bincount(self.shared_rows(pairs).ravel(), minlength=self.n_shared_rows)
        launched = np.bincount(i, minlength=len(self.candidates))
        return bool(
            self.allowed[i, j].all()
            and (taken <= self.shared_room()).all()
            and (launched <= 1).all()
            and (launched[self.must] == 1).all()
        )

    def open_beside(self, taken: Pairs) -> np.ndarray:
        """(n, m) bool: the allowed pairs whose candidate is free and whose rows have room beside the pairs taken."""
        used = np.bincount(self.shared_rows(taken).ravel(), minlength=self.n_shared_rows)
        full = np.where(self.shared_room() - used >= 1, 0.0, 1.0)
        free = np.ones(len(self.candidates), dtype=bool)
        free[taken[0]] = False
        return self.allowed & free[:, None] & (self.price_of_pairs(full) == 0)

    def only(self, keep: np.ndarray) -> AssignmentModel:
        """The same model for the candidates that `keep` (n,) selects."""
        per_candidate = ("candidates", "values", "scores", "allowed", "must", "group_of")
        return replace(self, **{name: getattr(self, name)[keep] for name in per_candidate})


def build_model(problem: PlanningProblem, interventions: Sequence[Intervention]) -> AssignmentModel:
    """Translate a problem under interventions into an AssignmentModel.

    Interventions on products, weeks or groups that the problem lacks change nothing here; `conflicts.check_locks`
    refuses the ones that cannot hold.

    Raises:
        InvalidProblem: a capacity for an unknown slot, or a negative number of launches.
    """
    candidates = np.array(sorted(range(problem.n_candidates), key=problem.product_ids.__getitem__), dtype=np.int64)
    slots = np.array(sorted(range(problem.n_slots), key=lambda j: _slot_key(problem, j)), dtype=np.int64)
    weeks = {week: number for number, week in enumerate(problem.weeks)}
    groups = {group: number for number, group in enumerate(sorted(set(problem.groups)))}
    values = problem.values.reshape(problem.n_candidates, problem.n_slots)[np.ix_(candidates, slots)]
    must, open_pairs = _open_pairs(problem, interventions)
    model = AssignmentModel(
        candidates=candidates,
        slots=slots,
        values=values,
        scores=values,
        allowed=open_pairs[np.ix_(candidates, slots)],
        must=must[candidates],
        group_of=np.array([groups[problem.groups[i]] for i in candidates], dtype=np.int64),
        week_of=np.array([weeks[problem.slots[j].week] for j in slots], dtype=np.int64),
        slot_room=_slot_room(problem, interventions)[slots],
        week_room=_week_room(problem, interventions),
        group_room=_group_room(problem, interventions, list(groups)),
    )
    return replace(model, allowed=model.allowed & _has_room(model))


def fill_in_order(model: AssignmentModel, ranked: Pairs) -> Pairs:
    """Take pairs in the given order while their candidate is free and their rows have room; locks are not looked at."""
    room = model.shared_room()
    free = np.ones(len(model.candidates), dtype=bool)
    taken = []
    for k, (i, rows) in enumerate(zip(ranked[0], model.shared_rows(ranked).T, strict=True)):
        if free[i] and (room[rows] >= 1).all():
            free[i] = False
            room[rows] -= 1
            taken.append(k)
    return ranked[0][taken], ranked[1][taken]


def _slot_key(problem: PlanningProblem, j: int) -> tuple:
    return problem.slots[j].week, problem.slots[j].placement


def _open_pairs(problem: PlanningProblem, interventions: Sequence[Intervention]) -> tuple[np.ndarray, np.ndarray]:
    """Return must (n_candidates,) and the pairs that readiness, categories, locks and exclusions leave open."""
    must = np.zeros(problem.n_candidates, dtype=bool)
    open_pairs = _ready_pairs(problem) & _admitted_pairs(problem)
    position = {product_id: i for i, product_id in enumerate(problem.product_ids)}
    for item in interventions:
        if isinstance(item, (Lock, Exclude)) and item.product_id in position:
            i = position[item.product_id]
            named = _named_slots(problem, item)
            if isinstance(item, Lock):
                must[i] = True
                open_pairs[i] &= named
            else:
                open_pairs[i] &= ~named
    return must, open_pairs


def _ready_pairs(problem: PlanningProblem) -> np.ndarray:
    ready = np.array([day.toordinal() if day else 0 for day in problem.ready], dtype=np.int64)
    week = np.array([slot.week.toordinal() for slot in problem.slots], dtype=np.int64)
    return ready[:, None] <= week


def _admitted_pairs(problem: PlanningProblem) -> np.ndarray:
    admitted = np.ones((problem.n_candidates, problem.n_slots), dtype=bool)
    categories = problem.categories or problem.groups
    for j, slot in enumerate(problem.slots):
        if slot.categories:
            admits = {category: slot.admits(category) for category in set(categories)}
            admitted[:, j] = [admits[category] for category in categories]
    return admitted


def _named_slots(problem: PlanningProblem, item: Lock | Exclude) -> np.ndarray:
    """(n_slots,) bool: the slots that the intervention speaks of."""
    return np.array(
        [item.week in (None, slot.week) and item.placement in (None, slot.placement) for slot in problem.slots],
        dtype=bool,
    )


def _slot_room(problem: PlanningProblem, interventions: Sequence[Intervention]) -> np.ndarray:
    room = np.array([float(slot.capacity) for slot in problem.slots])
    position = {(slot.week, slot.placement): j for j, slot in enumerate(problem.slots)}
    for item in interventions:
        if isinstance(item, SetCapacity):
            if (item.week, item.placement) not in position or item.capacity < 0:
                raise InvalidProblem(f"{item} names no slot of the plan, or a negative capacity; choose another.")
            room[position[item.week, item.placement]] = item.capacity
    return room


def _week_room(problem: PlanningProblem, interventions: Sequence[Intervention]) -> np.ndarray:
    room = np.full(len(problem.weeks), np.inf if problem.weekly_cap is None else float(problem.weekly_cap))
    for item in interventions:
        if isinstance(item, CapLaunches) and item.group is None:
            named = [item.week in (None, week) for week in problem.weeks]
            room[named] = np.minimum(room[named], _cap_of(item))
    return room


def _group_room(problem: PlanningProblem, interventions: Sequence[Intervention], groups: list[str]) -> np.ndarray:
    caps = np.array([float(problem.group_caps.get(group, np.inf)) for group in groups])
    room = np.repeat(caps[:, None], len(problem.weeks), axis=1)
    for item in interventions:
        if isinstance(item, CapLaunches) and item.group in groups:
            named = [item.week in (None, week) for week in problem.weeks]
            row = groups.index(item.group)
            room[row, named] = np.minimum(room[row, named], _cap_of(item))
    return room


def _cap_of(item: CapLaunches) -> float:
    if item.launches < 0:
        raise InvalidProblem(f"{item} caps launches at a negative number; use 0 or more.")
    return float(item.launches)


def _has_room(model: AssignmentModel) -> np.ndarray:
    by_slot = (model.slot_room > 0) & (model.week_room[model.week_of] > 0)
    return by_slot & (model.group_room > 0)[model.group_of][:, model.week_of]
