"""Stability: how far the recommended rhythm depends on what the data leave open about fatigue.

The rhythm is solved again under draws of decay, strength and crowding from their posterior. A number of launches that
most draws recommend is safe to follow; one that few do is a guess that the switchback test would settle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ranking.errors import InvalidProblem
from ranking.fatigue_model import FatigueModel, steady_load
from ranking.rhythm_policy import GroupProblem, Terminal, solve_group

_DRAWN_GRID = 25  # coarser than the plan's own: the draws differ by more than the grid does
_TAILS = (0.1, 0.9)


@dataclass(frozen=True, eq=False)
class Stability:
    """Per week of one group, (n_weeks,) each.

    launches: what the posterior means recommend; agreement: share of draws that recommend the same.
    low, high: the 80% range of what draws recommend.
    """

    launches: np.ndarray
    agreement: np.ndarray
    low: np.ndarray
    high: np.ndarray


def rhythm_stability(
    problems: Sequence[GroupProblem],
    model: FatigueModel,
    n_draws: int = 50,
    seed: int = 0,
    terminal: Terminal = "stationary",
) -> dict[str, Stability]:
    """Return group -> Stability; equal arguments give equal results.

    Raises:
        InvalidProblem: no draws are asked for.
    """
    if n_draws < 1:
        raise InvalidProblem(f"Stability needs at least one draw, not {n_draws}.")
    draws = model.draws([problem.group for problem in problems], n_draws, seed)
    found: dict[str, Stability] = {}
    for column, problem in enumerate(problems):
        columns = (draws.decay, draws.strength[:, column], draws.crowding[:, column])
        effects = zip(*(values.tolist() for values in columns), strict=True)
        drawn = np.stack([_launches(_redrawn(problem, model.decay, *effect), terminal) for effect in effects])
        launches = solve_group(problem, terminal).launches
        low, high = np.quantile(drawn, _TAILS, axis=0, method="nearest")
        found[problem.group] = Stability(launches, (drawn == launches).mean(axis=0), low, high)
    return found


def _redrawn(problem: GroupProblem, decay_was: float, decay: float, strength: float, crowding: float) -> GroupProblem:
    """The problem under a draw; another decay changes the fatigue of past launches about as that of a steady rhythm."""
    ratio = steady_load(decay) / steady_load(decay_was)
    return replace(
        problem,
        decay=decay,
        strength=strength,
        crowding=crowding,
        start=problem.start * ratio,
        usual_fatigue=problem.usual_fatigue * ratio,
    )


def _launches(problem: GroupProblem, terminal: Terminal) -> np.ndarray:
    return solve_group(problem, terminal, _DRAWN_GRID).launches
