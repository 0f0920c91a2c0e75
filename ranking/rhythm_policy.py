"""The rhythm as a decision: launches per week of a category group, solved over (week, fatigue) by backward induction.

State        week t and fatigue f, on a grid that is finer where f is low; values are interpolated between its points
Action       k launches, 0..K
Transition   f' = decay (f + k), which is certain
Reward       R_t(f, k) = exp(-strength (f - usual_fatigue) - crowding (max(k - 1, 0) - usual_crowd)) sum_{j<=k} v_tj
Solve        Q_t(f, k) = R_t(f, k) + V_{t+1}(f'),   V_t(f) = max_k Q_t(f, k)

v_tj is the face value of the j-th launch of week t: the group's waiting candidates, best first, shared out over the
weeks (`share_out`), so that a week's launches diminish and its value carries the season. Forecasts speak of launches
like the past ones; there the response is 1. Ties go to fewer launches.

Beyond the horizon either nothing counts (terminal "zero"), which makes the last weeks fill up, or the average week goes
on until the horizon's fatigue is forgotten to 5% (terminal "stationary"), whose values differ from those of the
stationary policy by a constant, as far as fatigue is concerned.

The cost of the k-th launch is what it takes from others, on the path that the policy follows:

    cost_tk = max(0, v_tk - (Q_t(f, k) - Q_t(f, k - 1))),   made non-decreasing in k by isotonic regression

so that a plan's worth stays concave in the number of launches.

Source: `ranking.mdp`; interpolation on a grid as in Judd (1998), "Numerical Methods in Economics", section 12.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.optimize import isotonic_regression

from ranking.errors import InvalidProblem
from ranking.fatigue_model import FatigueModel, steady_load
from ranking.mdp import Solution, backward_induction

_GRID = 81
_FORGOTTEN = 0.05
Terminal = Literal["stationary", "zero"]


@dataclass(frozen=True, eq=False)
class GroupProblem:
    """What decides the rhythm of one group.

    values: (n_weeks, K) units, the face value of the k-th launch of a week, never increasing in k; 0 without candidate.
    start: fatigue when the first week starts.
    strength, crowding, decay, usual_fatigue, usual_crowd: as of `ranking.fatigue_model`.
    """

    group: str
    values: np.ndarray
    start: float
    strength: float
    crowding: float
    decay: float
    usual_fatigue: float = 0.0
    usual_crowd: float = 0.0

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.size == 0:
            raise InvalidProblem(f"Group {self.group!r}: values must be weeks x launches, not {self.values.shape}.")
        numbers = (self.start, self.strength, self.crowding, self.usual_fatigue, self.usual_crowd)
        if not (np.isfinite(self.values).all() and np.isfinite(numbers).all()):
            raise InvalidProblem(f"Group {self.group!r}: values and fatigue must be finite numbers.")
        if self.values.min() < 0 or min(numbers) < 0 or not 0 < self.decay < 1:
            raise InvalidProblem(f"Group {self.group!r}: values and fatigue must be at least 0, the decay in (0, 1).")
        if (np.diff(self.values, axis=1) > 0).any():
            raise InvalidProblem(f"Group {self.group!r}: a week's values must not increase with the launch's rank.")

    @property
    def n_weeks(self) -> int:
        return self.values.shape[0]

    @property
    def most(self) -> int:
        """Launches that a week can take."""
        return self.values.shape[1]

    def rewards(self, fatigue: np.ndarray) -> np.ndarray:
        """Return R of the module's docstring, (n_weeks, n_states, K + 1) units.

        Args:
            fatigue: (n_states,).
        """
        launches = np.arange(self.most + 1)
        total = np.concatenate([np.zeros((self.n_weeks, 1)), np.cumsum(self.values, axis=1)], axis=1)
        crowd = self.crowding * (np.maximum(launches - 1, 0) - self.usual_crowd)
        response = np.exp(-self.strength * (fatigue[:, None] - self.usual_fatigue) - crowd)  # (n_states, K + 1)
        return total[:, None, :] * response

    def next_fatigue(self, fatigue: np.ndarray) -> np.ndarray:
        """Return fatigue after a week of 0..K launches, (n_states, K + 1)."""
        return self.decay * (fatigue[:, None] + np.arange(self.most + 1))


@dataclass(frozen=True, eq=False)
class GroupPolicy:
    """The solved rhythm of one group.

    launches: (n_weeks,) on the path from the present fatigue; fatigue: (n_weeks,) when each week starts on it.
    q: (n_weeks, K + 1) units, what each number of launches is worth on the path.
    launch_costs: (n_weeks, K) units, see the module's docstring.
    grid: (n_states,) fatigue; policy: (n_weeks, n_states) launches; values: (n_weeks + 1, n_states) units.
    value: units over the horizon and the terminal value.
    """

    problem: GroupProblem
    launches: np.ndarray
    fatigue: np.ndarray
    q: np.ndarray
    launch_costs: np.ndarray
    grid: np.ndarray
    policy: np.ndarray
    values: np.ndarray

    @property
    def value(self) -> float:
        return float(self.q[0].max())

    @property
    def rest_weeks(self) -> tuple[int, ...]:
        """Numbers of the weeks without a launch although candidates wait."""
        waiting = self.problem.values[:, 0] > 0
        return tuple(np.flatnonzero(waiting & (self.launches == 0)).tolist())

    @property
    def peak_weeks(self) -> tuple[int, ...]:
        """Numbers of the weeks with more launches than any quieter week has; none if all weeks are alike."""
        most = self.launches.max()
        return tuple(np.flatnonzero(self.launches == most).tolist()) if most > self.launches.min() else ()

    def q_values(self, week: int, fatigue: np.ndarray, level: np.ndarray | float = 1.0) -> np.ndarray:
        """Return Q of `week`, (n_states, K + 1), its values multiplied by `level` (n_states,); interpolates V."""
        ahead = np.interp(self.problem.next_fatigue(fatigue), self.grid, self.values[week + 1])
        now = replace(self.problem, values=self.problem.values[week : week + 1]).rewards(fatigue)[0]
        return now * np.reshape(level, (-1, 1)) + ahead


@dataclass(frozen=True)
class RhythmPolicy:
    """The solved rhythms by group."""

    groups: Mapping[str, GroupPolicy]

    @property
    def launch_costs(self) -> dict[str, np.ndarray]:
        """Group -> (n_weeks, K) units that the k-th launch of a week costs beyond its own face value."""
        return {name: policy.launch_costs for name, policy in self.groups.items()}


def group_problem(group: str, values: np.ndarray, start: float, model: FatigueModel) -> GroupProblem:
    """Return the problem of one group at the posterior means."""
    fatigue = model.group(group)
    return GroupProblem(
        group=group,
        values=values,
        start=start,
        strength=fatigue.strength.mean,
        crowding=fatigue.crowding.mean,
        decay=model.decay,
        usual_fatigue=fatigue.usual_fatigue,
        usual_crowd=fatigue.usual_crowd,
    )


def share_out(values: np.ndarray, most: int) -> np.ndarray:
    """Share a group's candidates out over the weeks: the best one to the best week, one per week and round.

    Args:
        values: (n_candidates, n_weeks) units of each candidate in each week.
        most: launches that a week can take.
    Returns:
        (n_weeks, most) units, never increasing within a week; 0 where no candidate is left.
    Raises:
        InvalidProblem: no weeks, no launches, or values that are not finite.
    Example: values [[5, 4], [3, 2], [2, 2]], most 2 -> [[5, 2], [2, 0]].
    """
    n_weeks = values.shape[1]
    if n_weeks == 0 or most < 1 or not np.isfinite(values).all():
        raise InvalidProblem(f"Cannot share {values.shape} values out at {most} a week: both must be finite, above 0.")
    order = np.argsort(-values.mean(axis=1), kind="stable")[: n_weeks * most]
    weeks = np.argsort(-values.sum(axis=0), kind="stable")  # the best weeks first
    shared = np.zeros((n_weeks, most))
    place = np.arange(len(order))
    shared[weeks[place % n_weeks], place // n_weeks] = values[order, weeks[place % n_weeks]]
    return -np.sort(-shared, axis=1)


def solve_rhythm(problems: Sequence[GroupProblem], terminal: Terminal = "stationary") -> RhythmPolicy:
    """Solve each group; about a millisecond a group.

    Raises:
        InvalidProblem: two problems of one group.
    """
    if len({problem.group for problem in problems}) < len(problems):
        raise InvalidProblem("Each group may have one problem only.")
    return RhythmPolicy({problem.group: solve_group(problem, terminal) for problem in problems})


def solve_group(problem: GroupProblem, terminal: Terminal = "stationary", n_grid: int = _GRID) -> GroupPolicy:
    """Solve one group.

    Args:
        terminal: what counts after the horizon, see the module's docstring.
        n_grid: points of the fatigue grid, at least 2.
    Example: values [[10, 10]], no fatigue, no crowding -> launches (2,), launch_costs 0.
    """
    grid = _grid(problem, n_grid)
    solution = _solve_on(problem, grid, terminal)
    n_weeks = problem.n_weeks
    policy = GroupPolicy(
        problem=problem,
        launches=np.zeros(n_weeks, np.int64),
        fatigue=np.full(n_weeks, problem.start),
        q=np.zeros((n_weeks, problem.most + 1)),
        launch_costs=np.zeros(problem.values.shape),
        grid=grid,
        policy=solution.policy[:n_weeks],
        values=solution.values[: n_weeks + 1],
    )
    return _follow(policy)


def _follow(policy: GroupPolicy) -> GroupPolicy:
    """The path from the present fatigue, with what each number of launches is worth on it."""
    problem = policy.problem
    launches, fatigue, q = policy.launches.copy(), policy.fatigue.copy(), policy.q.copy()
    state = problem.start
    for week in range(problem.n_weeks):
        fatigue[week] = state
        q[week] = policy.q_values(week, np.array([state]))[0]
        launches[week] = q[week].argmax()
        state = problem.decay * (state + launches[week])
    costs = np.maximum(problem.values - np.diff(q, axis=1), 0.0)
    costs = np.stack([isotonic_regression(weekly).x for weekly in costs])
    return replace(policy, launches=launches, fatigue=fatigue, q=q, launch_costs=costs)


def _grid(problem: GroupProblem, n_grid: int) -> np.ndarray:
    """Fatigue from none to the highest that can be reached; finer where a group mostly is."""
    highest = max(problem.start, problem.most * steady_load(problem.decay))
    return highest * np.linspace(0, 1, n_grid) ** 2


def _solve_on(problem: GroupProblem, grid: np.ndarray, terminal: Terminal) -> Solution:
    ahead = problem.next_fatigue(grid)  # (n_states, K + 1)
    above = np.clip(np.searchsorted(grid, ahead), 1, len(grid) - 1)
    share = np.clip((ahead - grid[above - 1]) / (grid[above] - grid[above - 1]), 0.0, 1.0)
    transition = np.zeros((*ahead.shape, len(grid)))
    states, actions = np.indices(ahead.shape)
    transition[states, actions, above] = share
    transition[states, actions, above - 1] = 1 - share
    if terminal == "stationary":
        n_tail = int(np.ceil(np.log(_FORGOTTEN) / np.log(problem.decay)))
        average = np.repeat(problem.values.mean(axis=0, keepdims=True), n_tail, axis=0)
        problem = replace(problem, values=np.concatenate([problem.values, average]))
    return backward_induction(transition, problem.rewards(grid))
