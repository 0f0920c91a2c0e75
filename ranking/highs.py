"""The calls into HiGHS, through scipy: a linear relaxation with its prices, and a 0/1 programme with its bound."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from ranking.assignment import AssignmentModel, Pairs

_INFEASIBLE = 2  # scipy's status
_LEAST_TIME_S = 0.05  # a limit of 0 would mean none to HiGHS


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock."""

    at_s: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The moment `seconds` from now."""
        return cls(time.monotonic() + seconds)

    @property
    def left_s(self) -> float:
        return max(_LEAST_TIME_S, self.at_s - time.monotonic())

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self.at_s


@dataclass(frozen=True, eq=False)
class Programme:
    """maximise scores @ x, x in {0, 1}, subject to lower <= rows @ x <= upper."""

    scores: np.ndarray  # (n,)
    rows: sp.csr_array  # (n_rows, n)
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True, eq=False)
class Solution:
    """The 0/1 solution found (None when none was), the proven bound, and whether it is proven that none exists."""

    chosen: np.ndarray | None  # (n,) bool
    bound: float
    infeasible: bool = False


class ProgrammeSolver(Protocol):
    """Solves a 0/1 programme to a relative gap, or as far as the time allows."""

    def __call__(self, programme: Programme, time_limit_s: float, mip_gap: float) -> Solution: ...


def solve_programme(programme: Programme, time_limit_s: float, mip_gap: float) -> Solution:
    """Solve in this process. HiGHS frees the interpreter lock meanwhile, but may overrun its time limit."""
    limits: tuple[Any, Any] = programme.lower, programme.upper
    rows = [LinearConstraint(programme.rows, *limits)] if len(programme.lower) else []
    found: Any = milp(
        -programme.scores,
        integrality=np.ones(len(programme.scores)),
        bounds=Bounds(0.0, 1.0),
        constraints=rows,
        options={"time_limit": time_limit_s, "mip_rel_gap": mip_gap},
    )
    bound = np.inf if found.mip_dual_bound is None or np.isnan(found.mip_dual_bound) else -found.mip_dual_bound
    chosen = None if found.x is None else found.x > 0.5
    return Solution(chosen, float(bound), found.status == _INFEASIBLE)


def programme_of(model: AssignmentModel, pairs: Pairs) -> Programme:
    """The model over these pairs only."""
    rows, lower, upper, _ = model.matrix(pairs)
    return Programme(model.scores[pairs], rows, lower, upper)


def solve_linear(model: AssignmentModel, pairs: Pairs, deadline: Deadline) -> tuple[np.ndarray, np.ndarray]:
    """Solve the relaxation over `pairs`; returns x (n_pairs,) and the price of each shared row (n_shared_rows,).

    A solve cut short returns x = 0 and prices 0, which are always valid, only weak.
    """
    rows, lower, upper, number = model.matrix(pairs)
    must = np.isfinite(lower)
    found: Any = linprog(
        -model.scores[pairs],
        A_ub=rows[~must],
        b_ub=upper[~must],
        A_eq=rows[must],
        b_eq=upper[must],
        bounds=(0.0, 1.0),
        method="highs-ds",
        options={"time_limit": deadline.left_s},
    )
    price = np.zeros(model.n_shared_rows)
    if found.x is None or found.status != 0:
        return np.zeros(len(pairs[0])), price
    shared = number[~must] < model.n_shared_rows
    price[number[~must][shared]] = np.maximum(0.0, -found.ineqlin.marginals[shared])
    return found.x, price
