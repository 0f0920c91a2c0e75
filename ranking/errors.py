"""Errors of the ranking package.

RankingError
├── NotEnoughData       too few past launches to fit a model
├── ModelMismatch       saved models are missing, of another format, or made with another text encoder
├── MissingPeer         a model to compare with is not installed
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


class ModelMismatch(RankingError):
    """Saved models cannot be used with this software or this encoder."""


class MissingPeer(RankingError):
    """A model that the backtest compares with is not installed."""


class InvalidProblem(RankingError):
    """A planning problem is malformed."""


class InfeasiblePlan(RankingError):
    """Locks and constraints cannot all hold."""

    def __init__(self, message: str, conflicts: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.conflicts = tuple(conflicts)


class PlannerTimeout(RankingError):
    """No feasible plan was found within the time limit."""
