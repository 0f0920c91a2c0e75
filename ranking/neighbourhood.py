"""Large neighbourhood search: a plan is made better a part at a time, the other launches standing.

A part is a window of consecutive weeks, or half of the candidates drawn at random. It is planned anew by the 0/1
solver, over the columns of least loss of candidates that are not launched elsewhere. Substitutes make the whole
programme slow to solve; a part of it is solved at once.

Source: Shaw, Using constraint programming and local search methods to solve vehicle routing problems (1998).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import numpy as np

from ranking.highs import Deadline, Effort
from ranking.model import PlanModel
from ranking.programme import programme_of
from ranking.rounding import keeps_rules, worth

_CORE_PER_PLACE = 60  # columns that the search may use
_WINDOW = 3  # weeks planned anew at a time
_FREED = 0.5  # share of the candidates drawn
_COLUMNS_PER_PLACE = 10  # columns offered for each launch that is planned anew
_PATIENCE = 12  # parts in a row that bring nothing end the search
_PART_S = 0.6  # a part that takes longer keeps the best found
_PART_GAP = 1e-4
_SEED = 41


def improve_by_parts(
    model: PlanModel,
    loss: np.ndarray,
    chosen: np.ndarray,
    enough: float,
    effort: Effort,
) -> np.ndarray:
    """Return a choice at least as good as `chosen`.

    Args:
        loss: (n_columns,) what each column loses, least first to be tried.
        chosen: columns that keep the rules.
        enough: a worth at which the search ends.
    """
    core = _core(model, loss, chosen)
    part, loss, chosen = model.only(core), loss[core], np.searchsorted(core, chosen)
    best, idle = worth(part, chosen), 0
    for free in chain(_windows(part), _draws(part)):
        if best >= enough or idle >= _PATIENCE or effort.deadline.passed:
            break
        better = _plan_anew(part, loss, chosen, free, effort)
        idle += 1
        if better is not None and keeps_rules(part, better) and worth(part, better) > best:
            chosen, best, idle = better, worth(part, better), 0
    return core[chosen]


def _core(model: PlanModel, loss: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The columns of least loss, and those chosen, in rising order."""
    most = _CORE_PER_PLACE * model.places
    core = np.argpartition(loss, most)[:most] if model.n_columns > most else np.arange(model.n_columns)
    return np.union1d(core, chosen)


def _windows(model: PlanModel) -> Iterator[np.ndarray]:
    """Masks (n_columns,) of the columns in each window of weeks."""
    weeks = np.array([slot.week.toordinal() for slot in model.problem.slots], dtype=np.int64)
    numbers = np.unique(weeks)
    week_of = np.searchsorted(numbers, weeks)[model.slot]
    for first in range(0, len(numbers) - 1, _WINDOW - 1):
        yield (week_of >= first) & (week_of < first + _WINDOW)


def _draws(model: PlanModel) -> Iterator[np.ndarray]:
    """Masks (n_columns,) of the columns of candidates drawn at random, without end."""
    random = np.random.default_rng(_SEED)
    while True:
        yield (random.random(len(model.starts)) < _FREED)[model.owner]


def _plan_anew(
    model: PlanModel,
    loss: np.ndarray,
    chosen: np.ndarray,
    free: np.ndarray,
    effort: Effort,
) -> np.ndarray | None:
    """Plan the launches on `free` columns anew, over these and the free columns of candidates that do not stand."""
    standing, freed = chosen[~free[chosen]], chosen[free[chosen]]
    taken = np.zeros(len(model.starts), dtype=bool)
    taken[model.owner[standing]] = True
    offered = np.flatnonzero(_fits(model, standing) & ~taken[model.owner])
    most = _COLUMNS_PER_PLACE * (len(freed) + 1)
    if len(offered) > most:
        offered = offered[np.argpartition(loss[offered], most)[:most]]
    columns = np.union1d(offered, freed)
    if not len(columns):
        return None
    within = replace(effort, deadline=Deadline.after(min(effort.deadline.left_s, _PART_S)))
    found = within.solve(programme_of(model, columns, standing), _PART_GAP)
    return None if found.chosen is None else np.union1d(standing, columns[found.chosen])


def _fits(model: PlanModel, standing: np.ndarray) -> np.ndarray:
    """(n_columns,) bool: the columns that fit beside those standing, one at a time."""
    rows = model.rows
    full = (rows.use(standing) + 1e-6 >= rows.most_use()).astype(float)
    return (rows.matrix.T @ full) <= 0
