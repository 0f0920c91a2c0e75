"""What plans are worth when every launch tires the later ones of its group: under an estimate, or in truth.

    worth(plan) = mean over draws d of sum_i weight_j v[i, j] exp(-strength_dg (f_d[g, w] - usual_f) - crowding)
    crowding    = crowding_dg (max(launches[g, w] - 1, 0) - usual_crowd)
    f[g, t + 1] = decay (f[g, t] + launches[g, t]),   f[., 0] as the past left it

for candidate i of group g in slot j of week w. An estimate is a number of posterior draws, the truth is one draw. A
plan is worth what it brings as a whole, and nothing is counted beyond its last launch's four weeks. The truth's values
follow the simulation's own equations, with lifecycle L and season S and slot j = (week w, placement p):

    v[i, j] = base_i (L_0 S[g, w] (1 + (lift_p - 1) share) + sum_{a=1..3} L_a S[g, w + a])

Source: `ranking.fatigue_model`, `retrieval.sources.simulated`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ranking.effects import Effect
from ranking.errors import InvalidProblem
from ranking.fatigue_model import FATIGUE_FOUND, FatigueModel, GroupFatigue, steady_load
from ranking.features import rhythm_group
from ranking.plan_peers import NOWHERE, open_slots
from ranking.problem import PlanningProblem
from ranking.rhythm_policy import GroupProblem, share_out
from retrieval.sources.simulated import MarketTruth, SimulatedSource

_YEAR = 52  # the simulated season repeats after so many weeks


@dataclass(frozen=True, eq=False)
class Fatigue:
    """Fatigue by draw: decay (n_draws, 1); the others (n_draws, n_groups), `start` when the first week starts."""

    decay: np.ndarray
    start: np.ndarray
    strength: np.ndarray
    crowding: np.ndarray
    usual_fatigue: np.ndarray
    usual_crowd: np.ndarray

    def response(self, launches: np.ndarray) -> np.ndarray:
        """Return what a launch brings over its face value.

        Args:
            launches: (n_choices, n_groups, n_weeks).
        Returns:
            (n_draws, n_choices, n_groups, n_weeks).
        """
        fatigue = np.empty((len(self.decay), *launches.shape))
        fatigue[..., 0] = self.start[:, None]
        for week in range(launches.shape[-1] - 1):
            fatigue[..., week + 1] = self.decay[:, None] * (fatigue[..., week] + launches[..., week])
        tired = self._wide(self.strength) * (fatigue - self._wide(self.usual_fatigue))
        return np.exp(-tired - self._wide(self.crowding) * (np.maximum(launches - 1, 0) - self._wide(self.usual_crowd)))

    def _wide(self, array: np.ndarray) -> np.ndarray:
        return array[:, None, :, None]


@dataclass(frozen=True, eq=False)
class Market:
    """Candidates, slots and fatigue. Choices are (n_candidates,) slot numbers, `NOWHERE` for a candidate left out.

    values: (n_candidates, n_slots) what launches are worth at the usual fatigue, in weighted units.
    group: (n_candidates,) and week: (n_slots,) numbers; names: (n_groups,).
    allowed: (n_candidates, n_slots) bool, ready and admitted; capacity: (n_slots,).
    """

    values: np.ndarray
    group: np.ndarray
    week: np.ndarray
    names: tuple[str, ...]
    allowed: np.ndarray
    capacity: np.ndarray
    fatigue: Fatigue

    @property
    def n_weeks(self) -> int:
        return int(self.week.max(initial=0)) + 1

    def cells(self, choices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return launches and face value of choices (n_choices, n_candidates), (n_choices, n_groups, n_weeks) each."""
        shape = len(choices), len(self.names), self.n_weeks
        row, candidate = np.nonzero(choices != NOWHERE)
        slot = choices[row, candidate]
        cell = (row * shape[1] + self.group[candidate]) * shape[2] + self.week[slot]
        size = int(np.prod(shape))
        face = np.bincount(cell, self.values[candidate, slot], minlength=size)
        return np.bincount(cell, minlength=size).reshape(shape), face.reshape(shape)

    def worth(self, choices: np.ndarray) -> np.ndarray:
        """Return the worth of choices (n_choices, n_candidates), (n_choices,) weighted units."""
        launches, face = self.cells(choices)
        return (self.fatigue.response(launches) * face).sum(axis=(2, 3)).mean(axis=0)

    def worth_of(self, choice: np.ndarray) -> float:
        """Return the worth of one choice (n_candidates,)."""
        return float(self.worth(choice[None])[0])


def estimated_market(
    problem: PlanningProblem,
    model: FatigueModel,
    start: Mapping[str, float],
    n_draws: int = 20,
    *,
    prior_crowding: bool = False,
) -> Market:
    """Return a problem as its estimates see it, over posterior draws of fatigue.

    Crowding counts where the data show it (`Effect.shown`), and everywhere with `prior_crowding`. Neither is safe:
    where there is no crowding, paying for the prior loses launches; where there is, ignoring it does. `evaluate_regret`
    measures both.

    Args:
        start: group -> fatigue when the first week starts, at the model's decay; under another draw it changes about as
            that of a steady rhythm.
    """
    names = tuple(sorted(set(problem.groups)))
    draws = model.draws(names, n_draws)
    ratio = (draws.decay / (1 - draws.decay) / steady_load(model.decay))[:, None]  # (n_draws, 1)
    groups = [model.group(name) for name in names]
    fatigue = Fatigue(
        decay=draws.decay[:, None],
        start=np.array([start.get(name, 0.0) for name in names]) * ratio,
        strength=draws.strength,
        crowding=draws.crowding * [prior_crowding or group.crowding.shown for group in groups],
        usual_fatigue=np.array([group.usual_fatigue for group in groups]) * ratio,
        usual_crowd=np.array([group.usual_crowd for group in groups]) * np.ones_like(ratio),
    )
    return _market(problem, problem.face_worth, names, fatigue)


def true_market(
    problem: PlanningProblem, truth: MarketTruth, share: float, weights: Sequence[float] | float = 1.0
) -> Market:
    """Return the true side of a problem whose candidates come from a simulated shop.

    Args:
        problem: its own values, costs and caps are estimates and play no part.
        share: part of the audience that a placement reaches, the shop's mean.
        weights: (n_slots,) what a unit from a launch in the slot counts for.
    Raises:
        InvalidProblem: a candidate, a placement or a week that the simulated shop does not know.
    """
    try:
        names = tuple(sorted(set(problem.groups)))
        rows = [truth.groups.index(name) for name in names]
        first = truth.weeks.index(problem.weeks[0])
        base = np.array([truth.base_units[product_id] for product_id in problem.product_ids])
        lift = np.array([1 + (truth.placement_lift[slot.placement] - 1) * share for slot in problem.slots])
    except (ValueError, KeyError) as unknown:
        raise InvalidProblem(f"The simulated shop does not know {unknown}. Plan its own candidates.") from unknown
    week = np.array([(slot.week - truth.weeks[0]).days // 7 for slot in problem.slots])
    units = np.zeros((len(names), problem.n_slots))
    for age, part in enumerate(truth.lifecycle):
        units += part * _season(truth, week + age)[rows] * (lift if age == 0 else 1.0)
    known = known_fatigue(names, truth.fatigue_strength, truth.fatigue_decay)
    start = dict(zip(names, truth.fatigue[rows, first].tolist(), strict=True))
    group = np.array([names.index(name) for name in problem.groups], dtype=np.int64)
    market = estimated_market(problem, known, start, n_draws=1)
    return _market(problem, base[:, None] * units[group] * np.asarray(weights), names, market.fatigue)


def known_fatigue(groups: Sequence[str], strength: float, decay: float) -> FatigueModel:
    """Return fatigue of one strength for all groups, held for certain and without crowding."""
    sure, none = (Effect(b, b, b, b, 0.0, b, b, b, 1e-12, 0.0) for b in (strength, 0.0))
    every = [GroupFatigue(name, sure, none, 0.0, 0.0, 0, FATIGUE_FOUND, None, None) for name in ("", *groups)]
    return FatigueModel(tuple(every[1:]), every[0], decay, decay, decay, True, ((decay, 1.0),), 0.0)


def simulated_rhythms(shop: SimulatedSource, n_weeks: int = 12, most: int = 3) -> list[GroupProblem]:
    """Return the true rhythm problems of the groups that launch in the last `n_weeks`, most candidates first."""
    truth = shop.truth
    first = len(truth.weeks) - n_weeks
    waiting: dict[str, list[float]] = {}
    for product_id, category in shop.frames["products"][["product_id", "category"]].itertuples(index=False):
        if truth.launch_dates[product_id] >= truth.weeks[first]:
            waiting.setdefault(rhythm_group(category), []).append(truth.base_units[product_id])
    problems = []
    for name, base in sorted(waiting.items(), key=lambda item: (-len(item[1]), item[0])):
        row = truth.groups.index(name)
        weekly = np.array(base)[:, None] * _season(truth, np.arange(first, first + n_weeks))[row]
        start, strength = float(truth.fatigue[row, first]), truth.fatigue_strength
        problems.append(GroupProblem(name, share_out(weekly, most), start, strength, 0.0, truth.fatigue_decay))
    return problems


def _market(problem: PlanningProblem, values: np.ndarray, names: tuple[str, ...], fatigue: Fatigue) -> Market:
    weeks = problem.weeks
    return Market(
        values=values,
        group=np.array([names.index(name) for name in problem.groups], dtype=np.int64),
        week=np.array([weeks.index(slot.week) for slot in problem.slots], dtype=np.int64),
        names=names,
        allowed=open_slots(problem),
        capacity=np.array([slot.capacity for slot in problem.slots]),
        fatigue=fatigue,
    )


def _season(truth: MarketTruth, week: np.ndarray) -> np.ndarray:
    """The season's ratios of some weeks, (n_groups, n_weeks); a week past the simulation has those of a year before."""
    return truth.season[:, np.where(week >= len(truth.weeks), week - _YEAR, week)]
