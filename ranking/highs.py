"""The call into HiGHS, through scipy: a 0/1 programme, its best solution and its bound."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

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
    """Maximise scores @ x, subject to lower <= rows @ x <= upper and 0 <= x <= most; the first `n_whole` are 0 or 1.

    Without whole columns it is linear, and its rows have prices.
    """

    scores: np.ndarray  # (n,)
    rows: sp.csr_array  # (n_rows, n)
    lower: np.ndarray
    upper: np.ndarray
    most: np.ndarray  # (n,)
    n_whole: int


@dataclass(frozen=True, eq=False)
class Solution:
    """The solution found (None when none was), the proven bound, and whether it is proven that none exists.

    `prices` (n_rows,), of a linear programme: what one more unit under each row's upper limit is worth.
    """

    chosen: np.ndarray | None  # (n_whole,) bool
    bound: float
    infeasible: bool = False
    prices: np.ndarray | None = None


NOTHING_FOUND = Solution(None, np.inf)


class ProgrammeSolver(Protocol):
    """Solves a programme to a relative gap, or as far as the time allows."""

    def __call__(self, programme: Programme, time_limit_s: float, mip_gap: float) -> Solution: ...


@dataclass(frozen=True)
class Effort:
    """Until when to try, and with which solver."""

    deadline: Deadline
    solver: ProgrammeSolver

    def solve(self, programme: Programme, mip_gap: float = 0.0) -> Solution:
        """Solve in the time that is left."""
        return self.solver(programme, self.deadline.left_s, mip_gap)


def solve_programme(programme: Programme, time_limit_s: float, mip_gap: float) -> Solution:
    """Solve in this process. HiGHS frees the interpreter lock meanwhile, but may overrun its time limit."""
    if not programme.n_whole:
        return _solve_linear(programme, time_limit_s)
    limits: tuple[Any, Any] = programme.lower, programme.upper
    rows = [LinearConstraint(programme.rows, *limits)] if len(programme.lower) else []
    found: Any = milp(
        -programme.scores,
        integrality=np.arange(len(programme.scores)) < programme.n_whole,
        bounds=Bounds(0.0, programme.most),  # pyright: ignore[reportArgumentType]
        constraints=rows,
        options={"time_limit": time_limit_s, "mip_rel_gap": mip_gap},
    )
    bound = np.inf if found.mip_dual_bound is None or np.isnan(found.mip_dual_bound) else -found.mip_dual_bound
    chosen = None if found.x is None else found.x[: programme.n_whole] > 0.5
    return Solution(chosen, float(bound), found.status == _INFEASIBLE)


def _solve_linear(programme: Programme, time_limit_s: float) -> Solution:
    limits = np.column_stack([np.zeros(len(programme.most)), programme.most])
    equal = programme.lower == programme.upper
    found: Any = linprog(
        -programme.scores,
        A_ub=programme.rows[~equal],
        b_ub=programme.upper[~equal],
        A_eq=programme.rows[equal],
        b_eq=programme.upper[equal],
        bounds=limits,
        method="highs",
        options={"time_limit": max(_LEAST_TIME_S, time_limit_s)},
    )
    if found.status != 0:
        return replace(NOTHING_FOUND, infeasible=found.status == _INFEASIBLE)
    prices = np.zeros(len(programme.upper))
    prices[~equal], prices[equal] = -found.ineqlin.marginals, -found.eqlin.marginals
    return Solution(np.empty(0, dtype=bool), -float(found.fun), prices=prices)
