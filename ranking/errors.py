"""Errors of the ranking package.

RankingError
├── NotEnoughData       too few past launches to fit a model
├── InvalidProblem      a planning problem holds NaN, negative values or mismatched shapes
├── InfeasiblePlan      locks and constraints cannot all hold; carries what conflicts
└── PlannerTimeout      no feasible plan was found within the time limit
"""

from __future__ import annotations

from collections.abc import Sequence


class RankingError(Exception):
    """Root of the package's errors; its message is fit for an operator."""


class NotEnoughData(RankingError):
    """Too few past launches to fit a model."""


class InvalidProblem(RankingError):
    """A planning problem is malformed."""


class InfeasiblePlan(RankingError):
    """Locks and constraints cannot all hold."""

    def __init__(self, message: str, conflicts: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.conflicts = tuple(conflicts)


class PlannerTimeout(RankingError):
    """No feasible plan was found within the time limit."""
