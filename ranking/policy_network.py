"""A softmax policy network: from any state, off the solved grid too, to the probability of each number of launches.

    state = (week, fatigue, value level)     level: this week's values over the horizon's mean values
    x = normalised state,   p(k | state) = softmax(W3 relu(W2 relu(W1 x + b1) + b2) + b3),   3-64-32-(K+1)

It is distilled from a solved rhythm: states are sampled off the grid, each is labelled with the best action by the
interpolated Q, and the cross-entropy is minimised. The level makes the network answer what the table cannot: what to do
in a week whose candidates turn out better or worse than planned. Where it disagrees with Q, little is lost, and how
much is listed. Weights are plain arrays: only training needs torch.

Source: policy distillation, Rusu et al. (2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ranking.errors import InvalidProblem, ModelMismatch
from ranking.rhythm_policy import GroupPolicy

if TYPE_CHECKING:
    import torch

_HIDDEN = (64, 32)
_LEVELS = (0.5, 1.5)  # a week's candidates are worth half to one and a half times what was planned
_ARRAYS = ("w1", "b1", "w2", "b2", "w3", "b3", "scale")


@dataclass(frozen=True)
class DistilConfig:
    """Settings: sampled states, passes over them, states per step, learning rate at the start, seed."""

    n_states: int = 20_000
    epochs: int = 150
    batch: int = 1_000
    learning_rate: float = 2e-2
    seed: int = 0


@dataclass(frozen=True, eq=False)
class PolicyNetwork:
    """Weights of the three layers and what states are divided by, scale (3,)."""

    w1: np.ndarray
    b1: np.ndarray
    w2: np.ndarray
    b2: np.ndarray
    w3: np.ndarray
    b3: np.ndarray
    scale: np.ndarray

    def probabilities(self, states: np.ndarray) -> np.ndarray:
        """Return p(k | state), (n_states, K + 1).

        Args:
            states: (n_states, 3): number of the week, fatigue, value level.
        Raises:
            InvalidProblem: states of another shape, or not finite.
        """
        if states.ndim != 2 or states.shape[1] != 3 or not np.isfinite(states).all():
            raise InvalidProblem(f"States must be finite (week, fatigue, value level) rows, not {states.shape}.")
        hidden = np.maximum(_normalised(states, self.scale) @ self.w1.T + self.b1, 0)
        hidden = np.maximum(hidden @ self.w2.T + self.b2, 0)
        logits = hidden @ self.w3.T + self.b3
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def actions(self, states: np.ndarray) -> np.ndarray:
        """Return the likeliest number of launches, (n_states,)."""
        return self.probabilities(states).argmax(axis=1)

    def save(self, path: Path) -> None:
        """Write an npz file without pickles."""
        np.savez(path, allow_pickle=False, **{name: getattr(self, name) for name in _ARRAYS})

    @classmethod
    def load(cls, path: Path) -> PolicyNetwork:
        """Read what `save` wrote.

        Raises:
            ModelMismatch: the file is missing or no policy network.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return cls(**{name: arrays[name] for name in _ARRAYS})
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise ModelMismatch(
                f"The policy network {path} cannot be read: {error}. Build the workspace again."
            ) from error


@dataclass(frozen=True)
class Disagreement:
    """A state in which the network would launch another number than the solved rhythm; q_loss in units."""

    week: int
    fatigue: float
    level: float
    network: int
    optimal: int
    q_loss: float


@dataclass(frozen=True)
class Agreement:
    """Share of held-out states with the same action, the mean share of value lost, and the disagreements by loss."""

    share: float
    mean_loss_ratio: float
    disagreements: tuple[Disagreement, ...]


def distil(policy: GroupPolicy, config: DistilConfig | None = None) -> PolicyNetwork:
    """Train a network to act as a solved rhythm does; equal arguments give equal weights on one machine.

    Raises:
        InvalidProblem: the group has nothing of value to launch.
    """
    import torch  # slow to import, and needed for training only

    config = config or DistilConfig()
    states = sample_states(policy, config.n_states, config.seed)
    scale = np.array([max(policy.problem.n_weeks - 1, 1), policy.grid[-1], states[:, 2].max()])
    inputs = torch.tensor(_normalised(states, scale), dtype=torch.float32)
    labels = torch.tensor(state_q(policy, states).argmax(axis=1))
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)  # layers this small only wait for one another
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            layers = _train(inputs, labels, policy.problem.most + 1, config)
    finally:
        torch.set_num_threads(n_threads)
    arrays = [array.detach().numpy().astype(np.float64) for layer in layers for array in (layer.weight, layer.bias)]
    return PolicyNetwork(*arrays, scale=scale)


def _train(inputs: torch.Tensor, labels: torch.Tensor, n_actions: int, config: DistilConfig) -> list[torch.nn.Linear]:
    """The three layers after Adam with a cosine schedule."""
    import torch

    layers = [torch.nn.Linear(*shape) for shape in pairwise((3, *_HIDDEN, n_actions))]
    network = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
    optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    n_steps = config.epochs * -(-len(inputs) // config.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, n_steps)
    for _ in range(config.epochs):
        for rows in torch.randperm(len(inputs)).split(config.batch):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(network(inputs[rows]), labels[rows]).backward()
            optimiser.step()
            schedule.step()
    return layers


def sample_states(policy: GroupPolicy, n_states: int, seed: int) -> np.ndarray:
    """Return states off the grid, (n_states, 3): every week, reachable fatigue, levels around the week's own.

    Raises:
        InvalidProblem: the group has nothing of value to launch.
    """
    problem = policy.problem
    if not problem.values.any():
        raise InvalidProblem(f"Group {problem.group!r} has nothing of value to launch, so there is nothing to learn.")
    rng = np.random.default_rng(seed)
    week = rng.integers(problem.n_weeks, size=n_states)
    fatigue = rng.uniform(0, policy.grid[-1], n_states)
    return np.stack([week, fatigue, rng.uniform(*_LEVELS, n_states) * _season(policy)[week]], axis=1)


def state_q(policy: GroupPolicy, states: np.ndarray) -> np.ndarray:
    """Return the interpolated Q of each state, (n_states, K + 1) units."""
    week, q = states[:, 0].astype(int), np.empty((len(states), policy.problem.most + 1))
    season = np.maximum(_season(policy), np.finfo(float).tiny)
    for number in np.unique(week):
        rows = week == number
        q[rows] = policy.q_values(int(number), states[rows, 1], states[rows, 2] / season[number])
    return q


def agreement(network: PolicyNetwork, policy: GroupPolicy, n_states: int = 5_000, seed: int = 1) -> Agreement:
    """Compare the network with the solved rhythm on states that it was not trained on (another seed)."""
    states = sample_states(policy, n_states, seed)
    q, chosen = state_q(policy, states), network.actions(states)
    best = q.argmax(axis=1)
    loss = q.max(axis=1) - np.take_along_axis(q, chosen[:, None], axis=1)[:, 0]
    apart = np.flatnonzero(chosen != best)
    apart = apart[np.argsort(-loss[apart], kind="stable")]
    listing = tuple(
        Disagreement(int(week), float(fatigue), float(level), int(chosen[row]), int(best[row]), float(loss[row]))
        for row, (week, fatigue, level) in zip(apart, states[apart], strict=True)
    )
    return Agreement(float((chosen == best).mean()), float(loss.sum() / q.max(axis=1).sum()), listing)


def _season(policy: GroupPolicy) -> np.ndarray:
    """Each week's values over the horizon's mean, (n_weeks,)."""
    weekly = policy.problem.values.mean(axis=1)
    return weekly / weekly.mean()


def _normalised(states: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return 2 * states / scale - 1
