"""The season's rhythm: each category group's launches as a decision over weeks and fatigue, from the plan's own values.

Groups are solved alone, as fatigue belongs to a group; the plan then couples them through slots and caps, with what
the k-th launch of a group and week costs the others as a cost of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from ranking.fatigue_model import FatigueModel
from ranking.problem import Slot
from ranking.rhythm_policy import GroupProblem, RhythmPolicy, group_problem, share_out, solve_rhythm


def season_problems(
    groups: Sequence[str],
    values: np.ndarray,
    slots: Sequence[Slot],
    ready: Sequence[date | None],
    most_per_week: Mapping[str, int],
    start: Mapping[str, float],
    model: FatigueModel,
) -> list[GroupProblem]:
    """Return one problem per group that has a candidate, in alphabetical order.

    Args:
        groups: (n_candidates,).
        values: (n_candidates, n_slots) units; a week's value is the mean over its slots, weighted by their capacity.
        ready: (n_candidates,) the first day that a candidate can launch.
        most_per_week: group -> launches of a busy week in the past; beyond it nothing is known. 1 where unknown.
        start: group -> fatigue when the first week starts.
    """
    weeks = sorted({slot.week for slot in slots})
    if not weeks or not len(groups):
        return []
    weekly = _weekly_values(values, slots, weeks, ready)
    room = min(sum(slot.capacity for slot in slots if slot.week == week) for week in weeks)
    group_of = np.array(groups)
    problems = []
    for name in sorted(set(groups)):
        most = max(1, min(most_per_week.get(name, 1), room, int((group_of == name).sum())))
        problems.append(group_problem(name, share_out(weekly[group_of == name], most), start.get(name, 0.0), model))
    return problems


def season_rhythm(problems: Sequence[GroupProblem]) -> RhythmPolicy:
    """Solve the season. Beyond the calendar the average week goes on, so that its last weeks need not fill up."""
    return solve_rhythm(problems, "stationary")


def _weekly_values(
    values: np.ndarray, slots: Sequence[Slot], weeks: Sequence[date], ready: Sequence[date | None]
) -> np.ndarray:
    """(n_candidates, n_weeks) units, 0 before a candidate is ready."""
    capacity = np.array([max(slot.capacity, 0) for slot in slots], dtype=float)
    of_week = np.array([[slot.week == week for week in weeks] for slot in slots], dtype=float)  # (n_slots, n_weeks)
    weight = capacity[:, None] * of_week
    total = weight.sum(axis=0)
    weekly = values @ np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    day = np.array([one.toordinal() if one else 0 for one in ready])
    return np.where(day[:, None] <= np.array([week.toordinal() for week in weeks])[None, :], weekly, 0.0)
