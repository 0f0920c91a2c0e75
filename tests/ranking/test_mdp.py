from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.errors import InvalidProblem
from ranking.mdp import backward_induction, evaluate_policy, value_iteration

# The founding article's example: one transition for all actions, rewards by action only.
CHAIN = np.array([[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.2, 0.8]])
TRANSITION = np.repeat(CHAIN[:, None, :], 3, axis=1)  # (n_states, n_actions, n_states)
REWARD = np.tile([10.0, 5.0, 2.0], (3, 1))  # (n_states, n_actions)


def test_the_articles_example() -> None:
    solution = value_iteration(TRANSITION, REWARD, 0.9)
    assert solution.values == pytest.approx([100, 100, 100])
    assert solution.q == pytest.approx(np.tile([100.0, 95.0, 92.0], (3, 1)))
    assert solution.policy.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("action", "worth"), [(0, 100), (1, 50), (2, 20)])
def test_the_articles_constant_policies(action: int, worth: float) -> None:
    assert evaluate_policy(TRANSITION, REWARD, np.full(3, action), 0.9) == pytest.approx([worth] * 3)


@pytest.mark.parametrize(("discount", "worth"), [(0.9, 71.7570463519), (1.0, 120.0)])
def test_the_articles_example_over_twelve_weeks(discount: float, worth: float) -> None:
    # 10 (1 - 0.9^12) / 0.1 and 12 x 10.
    reward = np.repeat(REWARD[None], 12, axis=0)
    solution = backward_induction(TRANSITION, reward, discount)
    assert solution.values[0] == pytest.approx([worth] * 3)
    assert not solution.policy.any()
    assert evaluate_policy(TRANSITION, reward, solution.policy, discount)[0] == pytest.approx([worth] * 3)


def test_the_articles_formula_drops_the_next_states_value() -> None:
    # sum_s' P(s' | s, a) R(s, a) is R(s, a), whatever P is.
    assert np.einsum("sap,sa->sa", TRANSITION, REWARD) == pytest.approx(REWARD)


def test_a_reward_worth_waiting_for() -> None:
    # State 0: cash 1 now or walk to state 1, which pays 3 and stays. Over 2 steps 1 + 1 < 0 + 3.
    transition = np.zeros((2, 2, 2))
    transition[0, 0, 0] = transition[0, 1, 1] = transition[1, :, 1] = 1
    reward = np.repeat(np.array([[1.0, 0.0], [3.0, 3.0]])[None], 2, axis=0)
    solution = backward_induction(transition, reward)
    assert solution.values[:, 0].tolist() == [3, 1, 0]
    assert solution.policy[:, 0].tolist() == [1, 0]
    assert backward_induction(transition, reward, terminal=np.array([9.0, 0.0])).values[0, 0] == 11


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.6, 1.0]), st.booleans())
def test_no_action_sequence_beats_backward_induction(seed: int, discount: float, varying: bool) -> None:
    rng = np.random.default_rng(seed)
    n_steps, n_states, n_actions = 4, 3, 2
    next_state = rng.integers(n_states, size=(n_steps if varying else 1, n_states, n_actions))
    reward = rng.normal(size=(n_steps, n_states, n_actions))
    terminal = rng.normal(size=n_states)
    transition = np.eye(n_states)[next_state if varying else next_state[0]]
    best = np.full(n_states, -np.inf)
    for start, actions in itertools.product(range(n_states), itertools.product(range(n_actions), repeat=n_steps)):
        state, worth = start, 0.0
        for t, action in enumerate(actions):
            worth += discount**t * reward[t, state, action]
            state = next_state[t if varying else 0, state, action]
        best[start] = max(best[start], worth + discount**n_steps * terminal[state])
    assert backward_induction(transition, reward, discount, terminal).values[0] == pytest.approx(best)


def test_no_stationary_policy_beats_value_iteration() -> None:
    rng = np.random.default_rng(3)
    transition, reward = rng.dirichlet(np.ones(3), size=(3, 2)), rng.normal(size=(3, 2))
    solution = value_iteration(transition, reward, 0.8)
    worths = [evaluate_policy(transition, reward, np.array(p), 0.8) for p in itertools.product(range(2), repeat=3)]
    assert solution.values == pytest.approx(np.max(worths, axis=0))
    assert evaluate_policy(transition, reward, solution.policy, 0.8) == pytest.approx(solution.values)


def test_value_iteration_keeps_its_tolerance_and_ends_where_rounding_stops_it() -> None:
    assert value_iteration(TRANSITION, REWARD, 0.9, tol=1.0).values == pytest.approx([100] * 3, abs=0.5)
    assert value_iteration(TRANSITION, 1e9 * REWARD, 0.99, tol=1e-12).values == pytest.approx([1e12] * 3)
    assert value_iteration(TRANSITION, REWARD, 0.0).values.tolist() == [10, 10, 10]


@pytest.mark.parametrize(
    ("transition", "reward", "discount", "match"),
    [
        (TRANSITION, np.full((2, 3, 3), np.nan), 0.9, "finite"),
        (TRANSITION * 0.5, np.zeros((2, 3, 3)), 0.9, "sum to 1"),
        (TRANSITION[:2], np.zeros((2, 3, 3)), 0.9, "do not fit"),
        (TRANSITION, np.zeros((0, 3, 3)), 0.9, "by step"),
        (TRANSITION, REWARD, 0.9, "by step"),
        (TRANSITION, np.zeros((2, 3, 3)), 1.1, "discount"),
    ],
)
def test_malformed_problems_say_why(transition: np.ndarray, reward: np.ndarray, discount: float, match: str) -> None:
    with pytest.raises(InvalidProblem, match=match):
        backward_induction(transition, reward, discount)


def test_an_endless_sum_without_discount_and_an_unknown_action_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="discount"):
        value_iteration(TRANSITION, REWARD, 1.0)
    with pytest.raises(InvalidProblem, match="tolerance"):
        value_iteration(TRANSITION, REWARD, 0.5, tol=0.0)
    with pytest.raises(InvalidProblem, match="does not choose"):
        evaluate_policy(TRANSITION, REWARD, np.array([0, 1, 3]), 0.9)
    with pytest.raises(InvalidProblem, match="terminal"):
        backward_induction(TRANSITION, REWARD[None], 0.9, terminal=np.zeros(2))
