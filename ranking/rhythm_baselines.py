"""Simpler rhythms to compare the solved one with: launches per week (n_weeks,), and what any of them is worth."""

from __future__ import annotations

import numpy as np

from ranking.errors import InvalidProblem
from ranking.rhythm_policy import GroupProblem


def myopic_launches(problem: GroupProblem) -> np.ndarray:
    """Each week the number that is worth most in that week, whatever it does to later ones."""
    launches, state = np.zeros(problem.n_weeks, np.int64), problem.start
    for week in range(problem.n_weeks):
        launches[week] = problem.rewards(np.array([state]))[week, 0].argmax()
        state = problem.decay * (state + launches[week])
    return launches


def greedy_launches(problem: GroupProblem) -> np.ndarray:
    """Each week as many as fit and wait."""
    return (problem.values > 0).sum(axis=1)


def even_launches(problem: GroupProblem, total: int | None = None) -> np.ndarray:
    """As many as in `total`, by default half of what fits and waits, spread evenly over the weeks.

    Example: total 5 over 4 weeks -> (1, 1, 1, 2).
    """
    total = int((problem.values > 0).sum()) // 2 if total is None else total
    spread = np.diff(np.floor(np.arange(problem.n_weeks + 1) * total / problem.n_weeks)).astype(np.int64)
    return np.minimum(spread, problem.most)


def launches_value(problem: GroupProblem, launches: np.ndarray) -> float:
    """Return the units that `launches` (n_weeks,) bring within the horizon.

    Raises:
        InvalidProblem: another number of weeks, or more launches than a week can take.
    """
    if np.shape(launches) != (problem.n_weeks,) or launches.min() < 0 or launches.max() > problem.most:
        raise InvalidProblem(f"{problem.n_weeks} weeks take 0..{problem.most} launches each, not {launches}.")
    worth, state = 0.0, problem.start
    for week, number in enumerate(launches):
        worth += float(problem.rewards(np.array([state]))[week, 0, number])
        state = problem.decay * (state + number)
    return worth
