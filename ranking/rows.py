"""Rows: the rules of a plan as linear inequalities over its columns, some of which may be overstepped at a price.

    matrix @ x <= room + steps,    0 <= step_s <= size_s,    each unit of step_s costs cost_s

A column is one (candidate, slot) that may be launched. A rule that must hold has no steps; one whose breach only costs
something (launches beyond the rhythm, substitutes side by side) has steps of rising cost, so that the cost is convex.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import scipy.sparse as sp

RuleKind = Literal["slot", "week", "group", "rhythm", "spacing", "budget", "share", "substitutes"]


@dataclass(frozen=True)
class Rule:
    """What a row stands for, as far as it applies: a slot, a week, a group or brand, two product ids."""

    kind: RuleKind
    week: date | None = None
    placement: str = ""
    name: str = ""
    other: str = ""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rules over columns.

    Attributes:
        matrix: (n_rows, n_columns) coefficients.
        room: (n_rows,) right-hand sides.
        rules: (n_rows,) what each row stands for.
        step_row, step_size, step_cost: (n_steps,) row, room (inf for no end) and cost per unit; cheapest first per row.
    """

    matrix: sp.csr_array
    room: np.ndarray
    rules: tuple[Rule, ...]
    step_row: np.ndarray
    step_size: np.ndarray
    step_cost: np.ndarray

    @property
    def n_rows(self) -> int:
        return len(self.room)

    @cached_property
    def by_column(self) -> sp.csr_array:
        """(n_columns, n_rows) the coefficients, column by column."""
        return sp.csr_array(self.matrix.T)

    def step_use(self, use: np.ndarray) -> np.ndarray:
        """(n_steps,) how much of each step a use (n_rows,) of the rows needs, cheapest first."""
        before = self._size_before()
        return np.clip(np.maximum(use - self.room, 0.0)[self.step_row] - before, 0.0, self.step_size)

    def cost(self, use: np.ndarray, kind: RuleKind | None = None) -> float:
        """What a use (n_rows,) of the rows costs, of one kind of rule or of all."""
        cost = self.step_use(use) * self.step_cost
        if kind is not None:
            cost = cost[[self.rules[row].kind == kind for row in self.step_row]]
        return float(cost.sum())

    def held_by(self, use: np.ndarray) -> bool:
        """Say whether a use (n_rows,) keeps every row, with all steps taken."""
        return bool((use <= self.most_use() + 1e-7 * np.maximum(1.0, np.abs(self.room))).all())

    def most_use(self) -> np.ndarray:
        """(n_rows,) room and steps together."""
        most = self.room.astype(float).copy()
        np.add.at(most, self.step_row, self.step_size)
        return most

    def after(self, use: np.ndarray) -> Rows:
        """The same rows when so much (n_rows,) of them is used already."""
        return replace(self, room=np.maximum(self.room - use, 0.0), step_size=self.step_size - self.step_use(use))

    def use(self, chosen: np.ndarray) -> np.ndarray:
        """(n_rows,) what launching these columns uses of each row."""
        return np.asarray(self.matrix[:, chosen].sum(axis=1)).ravel()

    def columns(self, chosen: np.ndarray) -> Rows:
        """The same rows over some columns only; rows that no choice of these can fill are left out."""
        matrix = self.matrix[:, chosen]
        most = sp.csr_array((np.maximum(matrix.data, 0.0), matrix.indices, matrix.indptr), matrix.shape).sum(axis=1)
        return Rows(matrix, self.room, self.rules, self.step_row, self.step_size, self.step_cost).only(
            np.asarray(most).ravel() > self.room
        )

    def only(self, keep: np.ndarray) -> Rows:
        """The rows that `keep` (n_rows,) selects."""
        number = np.cumsum(keep) - 1
        steps = keep[self.step_row]
        return Rows(
            self.matrix[keep],
            self.room[keep],
            tuple(rule for rule, kept in zip(self.rules, keep, strict=True) if kept),
            number[self.step_row[steps]],
            self.step_size[steps],
            self.step_cost[steps],
        )

    def scaled(self, scale: float) -> Rows:
        """The same rows with costs divided by `scale`."""
        return replace(self, step_cost=self.step_cost / scale)

    def with_rows(self, other: Rows) -> Rows:
        """These rows and others over the same columns."""
        return Rows(
            sp.csr_array(sp.vstack([self.matrix, other.matrix], format="csr")),
            np.concatenate([self.room, other.room]),
            self.rules + other.rules,
            np.concatenate([self.step_row, other.step_row + self.n_rows]),
            np.concatenate([self.step_size, other.step_size]),
            np.concatenate([self.step_cost, other.step_cost]),
        )

    def _size_before(self) -> np.ndarray:
        """(n_steps,) the size of the cheaper steps of the same row."""
        finite = np.where(np.isfinite(self.step_size), self.step_size, 0.0)  # only a row's last step has no end
        before = np.cumsum(finite) - finite
        return before - before[np.searchsorted(self.step_row, self.step_row)]


class RowBuilder:
    """Collects rows over `n_columns` columns, many at a time."""

    def __init__(self, n_columns: int) -> None:
        self._n_columns = n_columns
        self._rules: list[Rule] = []
        self._room: list[float] = []
        self._entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._steps: list[tuple[int, float, float]] = []

    def add(self, rule: Rule, room: float, steps: tuple[tuple[float, float], ...] = ()) -> int:
        """Add an empty row with (size, cost) steps and return its number."""
        self._rules.append(rule)
        self._room.append(room)
        number = len(self._rules) - 1
        self._steps += [(number, size, cost) for size, cost in steps]
        return number

    def fill(self, rows: np.ndarray, columns: np.ndarray, coefficients: np.ndarray | float = 1.0) -> None:
        """Set coefficients of (row, column); entries with row -1 are dropped."""
        values = np.broadcast_to(np.asarray(coefficients, dtype=float), rows.shape)
        kept = rows >= 0
        self._entries.append((rows[kept], columns[kept], values[kept]))

    def build(self) -> Rows:
        """Return the rows."""
        empty = np.empty(0, np.int64)
        rows, columns, values = (
            np.concatenate([entry[k] for entry in self._entries]) if self._entries else empty for k in range(3)
        )
        shape = len(self._rules), self._n_columns
        matrix = sp.csr_array((values.astype(float), (rows.astype(np.int64), columns.astype(np.int64))), shape=shape)
        step_row, size, cost = zip(*self._steps, strict=True) if self._steps else ((), (), ())
        return Rows(
            matrix,
            np.array(self._room, dtype=float),
            tuple(self._rules),
            np.array(step_row, dtype=np.int64),
            np.array(size, dtype=float),
            np.array(cost, dtype=float),
        )
