"""Rounding: a feasible choice of columns taken one by one, and what a choice is worth."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ranking.model import PlanModel
from ranking.substitution import NEAR_WEEKS, substitution_cost

_LOOKED_AT = 50_000  # columns whose room is looked up at once
_MOST_TRIED = 5_000  # columns looked at in one pass; each costs some microseconds


def worth(model: PlanModel, chosen: np.ndarray) -> float:
    """What launching exactly these columns is worth, in the model's scores, costs taken off."""
    use = model.rows.use(chosen)
    lost = substitution_cost(model, chosen) / model.unit
    return float(model.scores[chosen].sum()) - model.rows.cost(use) - lost


def keeps_rules(model: PlanModel, chosen: np.ndarray) -> bool:
    """Say whether launching exactly these columns breaks no row and holds every lock."""
    launched = np.bincount(model.owner[chosen], minlength=len(model.starts))
    return bool(
        (launched <= 1).all()
        and (launched[model.must_launch] == 1).all()
        and not len(model.homeless)
        and model.rows.held_by(model.rows.use(chosen))
    )


def fill(model: PlanModel, order: np.ndarray, taken: np.ndarray | None = None) -> np.ndarray:
    """Take columns in the given order while their candidate is free, the rows hold and it pays; locks always pay.

    Args:
        order: columns to try, best first. Columns in `taken` stand already.
    Returns:
        The columns taken, `taken` included.
    """
    state = _Filling(model, np.empty(0, np.int64) if taken is None else taken)
    tried = 0
    for start in range(0, len(order), _LOOKED_AT):
        for column in state.that_fit(order[start : start + _LOOKED_AT])[: _MOST_TRIED - tried]:
            state.offer(int(column))
            tried += 1
        if tried >= _MOST_TRIED:
            break
    return np.array(sorted(state.taken), dtype=np.int64)


class _Filling:
    """A plan while it is filled."""

    def __init__(self, model: PlanModel, taken: np.ndarray) -> None:
        self._model = model
        self._columns = model.rows.by_column
        self._most = model.rows.most_use() + 1e-7 * np.maximum(1.0, np.abs(model.rows.room))
        self._steps: dict[int, list[tuple[float, float]]] = defaultdict(list)
        rows = model.rows
        for row, size, cost in zip(rows.step_row, rows.step_size, rows.step_cost, strict=True):
            self._steps[int(row)].append((size, cost))
        self._week = np.array([slot.week.toordinal() // 7 for slot in model.problem.slots], dtype=np.int64)
        self._rivals = _rivals(model)
        self._launched: dict[int, int] = {}
        self._use = model.rows.use(taken)
        self.taken = [int(column) for column in taken]
        for column in self.taken:
            self._launched[int(model.candidate[column])] = int(self._week[model.slot[column]])

    def that_fit(self, order: np.ndarray) -> np.ndarray:
        """The columns of `order` that fit beside what was taken, one at a time."""
        full = np.where(self._use + 1e-6 >= self._most, 1.0, 0.0)
        return order[(self._columns[order] @ full) <= 0] if len(order) else order

    def offer(self, column: int) -> None:
        """Take the column if its candidate is free, it fits and it pays."""
        candidate = int(self._model.candidate[column])
        if candidate in self._launched:
            return
        span = slice(self._columns.indptr[column], self._columns.indptr[column + 1])
        rows, coefficients = self._columns.indices[span], self._columns.data[span]
        after = self._use[rows] + coefficients
        if (after > self._most[rows]).any():
            return
        week = int(self._week[self._model.slot[column]])
        cost = sum(
            self._step_cost(row, new) - self._step_cost(row, old)
            for row, old, new in zip(rows.tolist(), self._use[rows].tolist(), after.tolist(), strict=True)
            if row in self._steps
        )
        cost += sum(units for other, units in self._rivals.get(candidate, ()) if self._beside(other, week))
        if self._model.scores[column] <= cost and not self._model.must[candidate]:
            return
        self._use[rows] = after
        self._launched[candidate] = week
        self.taken.append(column)

    def _beside(self, other: int, week: int) -> bool:
        return other in self._launched and abs(self._launched[other] - week) <= NEAR_WEEKS

    def _step_cost(self, row: int, use: float) -> float:
        over, cost = max(0.0, use - self._model.rows.room[row]), 0.0
        for size, price in self._steps[row]:
            cost += price * min(over, size)
            over = max(0.0, over - size)
        return cost


def _rivals(model: PlanModel) -> dict[int, list[tuple[int, float]]]:
    """Candidate -> its substitutes and what the pair loses, in the model's scores."""
    rivals: dict[int, list[tuple[int, float]]] = defaultdict(list)
    pairs = model.problem.substitutes
    for a, b, units in zip(pairs.first.tolist(), pairs.second.tolist(), pairs.units.tolist(), strict=True):
        rivals[a].append((b, units / model.unit))
        rivals[b].append((a, units / model.unit))
    return rivals
