"""Rows for substitutes: candidates that take sales from each other in the same or in adjacent weeks.

For a pair (a, b) that loses q units side by side, and every week w,

    sum_{j in w} x[a, j] + sum_{j in w-1, w, w+1} x[b, j] <= 1 + z,    z >= 0 at q units

so that z is 1 in a's week when b is launched within a week of it, and 0 elsewhere. Leaving rows out only raises a
bound, so a solver may add those that its solution breaks and stay right.
"""

from __future__ import annotations

import math

import numpy as np

from ranking.model import PlanModel
from ranking.rows import RowBuilder, Rows, Rule

NEAR_WEEKS = 1  # launches so many weeks apart still take sales from each other


def substitute_rows(model: PlanModel, pairs: np.ndarray) -> Rows:
    """Return the rows of some pairs of substitutes.

    Args:
        pairs: numbers of pairs in `model.problem.substitutes`, each with two open candidates.
    """
    problem = model.problem
    builder = RowBuilder(model.n_columns)
    opened = np.full(problem.n_candidates, -1)
    opened[model.candidate[model.starts]] = np.arange(len(model.starts))
    ends = np.append(model.starts[1:], model.n_columns)
    ordinal = np.array([slot.week.toordinal() // 7 for slot in problem.slots], dtype=np.int64)[model.slot]
    weeks = {week.toordinal() // 7: week for week in problem.weeks}
    for k in pairs:
        a, b = (int(opened[end[k]]) for end in (problem.substitutes.first, problem.substitutes.second))
        of_a, of_b = np.arange(model.starts[a], ends[a]), np.arange(model.starts[b], ends[b])
        ids = [problem.product_ids[model.candidate[columns[0]]] for columns in (of_a, of_b)]
        for week in np.unique(ordinal[of_a]):
            beside = of_b[np.abs(ordinal[of_b] - week) <= NEAR_WEEKS]
            if len(beside):
                rule = Rule("substitutes", weeks[int(week)], name=ids[0], other=ids[1])
                row = builder.add(rule, 1.0, ((math.inf, float(problem.substitutes.units[k])),))
                columns = np.concatenate([of_a[ordinal[of_a] == week], beside])
                builder.fill(np.full(len(columns), row), columns)
    return builder.build()


def open_pairs(model: PlanModel) -> np.ndarray:
    """Numbers of the pairs of substitutes whose candidates both have a column."""
    inside = np.zeros(model.problem.n_candidates, dtype=bool)
    inside[model.candidate] = True
    pairs = model.problem.substitutes
    return np.flatnonzero(inside[pairs.first] & inside[pairs.second] & (pairs.units > 0))


def pairs_side_by_side(model: PlanModel, share: np.ndarray, least: float = 0.02) -> np.ndarray:
    """Numbers of the pairs that a (fractional) choice `share` (n_columns,) launches side by side, by more than `least`.

    Found from the candidates' shares by week; whole choices need no more than `least` = 0.
    """
    problem = model.problem
    if not problem.substitutes.n_pairs:
        return np.empty(0, np.int64)
    ordinal = np.array([slot.week.toordinal() // 7 for slot in problem.slots], dtype=np.int64)
    first = int(ordinal.min()) - NEAR_WEEKS
    launched = np.zeros((problem.n_candidates, int(ordinal.max()) - first + 1 + NEAR_WEEKS))
    np.add.at(launched, (model.candidate, ordinal[model.slot] - first), share)
    near = sum(np.roll(launched, shift, axis=1) for shift in range(-NEAR_WEEKS, NEAR_WEEKS + 1))
    pairs = problem.substitutes
    over = (launched[pairs.first] + np.asarray(near)[pairs.second] - 1).max(axis=1)
    return np.flatnonzero((over > least) & (pairs.units > 0) & (launched[pairs.first].sum(axis=1) > 0))


def substitution_cost(model: PlanModel, chosen: np.ndarray) -> float:
    """Units that the substitutes among some launches (columns) take from each other."""
    pairs = model.problem.substitutes
    if not pairs.n_pairs:
        return 0.0
    week = np.full(model.problem.n_candidates, -(10**6))
    ordinal = np.array([slot.week.toordinal() // 7 for slot in model.problem.slots], dtype=np.int64)
    week[model.candidate[chosen]] = ordinal[model.slot[chosen]]
    both = (week[pairs.first] > 0) & (week[pairs.second] > 0)
    beside = both & (np.abs(week[pairs.first] - week[pairs.second]) <= NEAR_WEEKS)
    return float(pairs.units[beside].sum())


def losses_beside(model: PlanModel, standing: np.ndarray) -> np.ndarray:
    """(n_columns,) units that each column and the launches `standing` (columns) would take from each other."""
    pairs, problem = model.problem.substitutes, model.problem
    if not pairs.n_pairs or not len(standing):
        return np.zeros(model.n_columns)
    ordinal = np.array([slot.week.toordinal() // 7 for slot in problem.slots], dtype=np.int64)
    first = int(ordinal.min())
    lost = np.zeros((problem.n_candidates, int(ordinal.max()) - first + 1))
    week = np.full(problem.n_candidates, -1)
    week[model.candidate[standing]] = ordinal[model.slot[standing]] - first
    for one, other in ((pairs.first, pairs.second), (pairs.second, pairs.first)):
        stands = week[other] >= 0
        for shift in range(-NEAR_WEEKS, NEAR_WEEKS + 1):
            near = week[other] + shift
            inside = stands & (near >= 0) & (near < lost.shape[1])
            np.add.at(lost, (one[inside], near[inside]), pairs.units[inside])
    return lost[model.candidate, ordinal[model.slot] - first]
