from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ranking.errors import InvalidProblem, ModelMismatch
from ranking.policy_network import DistilConfig, PolicyNetwork, agreement, distil, sample_states, state_q
from ranking.rhythm_policy import GroupPolicy, GroupProblem, solve_group

QUICK = DistilConfig(n_states=8_000, epochs=60, batch=500)
TINY = DistilConfig(n_states=200, epochs=2)


@pytest.fixture(scope="module")
def policy() -> GroupPolicy:
    season = np.array([1.0, 1.0, 1.1, 1.2, 1.6, 1.2, 1.1, 1.0])  # a festival in week 4
    values = season[:, None] * np.array([10.0, 8.0, 6.0])
    return solve_group(GroupProblem("G", values, start=1.0, strength=0.25, crowding=0.05, decay=0.6))


@pytest.fixture(scope="module")
def network(policy: GroupPolicy) -> PolicyNetwork:
    return distil(policy, QUICK)


def test_it_acts_as_the_solved_rhythm_does_off_the_grid(policy: GroupPolicy, network: PolicyNetwork) -> None:
    result = agreement(network, policy)
    assert result.share >= 0.97
    assert result.mean_loss_ratio < 1e-3
    losses = [apart.q_loss for apart in result.disagreements]
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == round((1 - result.share) * 5_000)
    assert all(apart.network != apart.optimal and apart.q_loss >= 0 for apart in result.disagreements)


def test_an_untrained_network_is_told_from_a_trained_one(policy: GroupPolicy) -> None:
    result = agreement(distil(policy, DistilConfig(n_states=200, epochs=1)), policy)
    assert result.share < 0.9
    assert result.disagreements


def test_probabilities_are_probabilities_and_layers_have_their_sizes(network: PolicyNetwork) -> None:
    chances = network.probabilities(np.array([[0.0, 0.0, 1.0], [4.0, 1.0, 1.6]]))
    assert chances.shape == (2, 4)
    assert chances.sum(axis=1) == pytest.approx([1, 1])
    assert [w.shape for w in (network.w1, network.w2, network.w3)] == [(64, 3), (32, 64), (4, 32)]


def test_states_are_off_the_grid_and_their_labels_are_the_interpolated_q(policy: GroupPolicy) -> None:
    states = sample_states(policy, 500, seed=3)
    assert not np.isin(states[:, 1], policy.grid).any()
    season = policy.problem.values.mean(axis=1) / policy.problem.values.mean()
    as_planned = np.array([[4.0, 2.0, season[4]]])
    assert state_q(policy, as_planned)[0] == pytest.approx(policy.q_values(4, np.array([2.0]))[0])


def test_equal_seeds_give_equal_weights_and_saving_keeps_them(policy: GroupPolicy, tmp_path: Path) -> None:
    first, second = distil(policy, TINY), distil(policy, TINY)
    first.save(tmp_path / "policy.npz")
    loaded = PolicyNetwork.load(tmp_path / "policy.npz")
    states = sample_states(policy, 50, seed=9)
    for other in (second, loaded):
        assert np.array_equal(first.probabilities(states), other.probabilities(states))


def test_what_cannot_be_read_or_learnt_says_so(policy: GroupPolicy, network: PolicyNetwork, tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_text("not a network")
    for name in ("missing.npz", "broken.npz"):
        with pytest.raises(ModelMismatch, match=name):
            PolicyNetwork.load(tmp_path / name)
    with pytest.raises(InvalidProblem, match="finite"):
        network.probabilities(np.array([[0.0, np.nan, 1.0]]))
    nothing = replace(policy, problem=replace(policy.problem, values=np.zeros((8, 3))))
    with pytest.raises(InvalidProblem, match="nothing of value"):
        distil(nothing, TINY)


def test_acting_needs_no_torch() -> None:
    code = "import sys, ranking.policy_network; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
