"""Finite Markov decision processes: states s, actions a, transitions P(s' | s, a), rewards R(s, a), discount g.

    V(s)    = max_a Q(s, a)                                    Bellman's optimality equation
    Q(s, a) = R(s, a) + g sum_s' P(s' | s, a) V(s')

With a horizon of T steps V and Q carry a time index and are found backwards from a terminal value; without one, V is
the fixed point, which value iteration reaches because the right-hand side contracts by g < 1.

Ties go to the action with the smallest index.

Source: Puterman (1994), "Markov Decision Processes", sections 4.5, 6.1 and 6.3.
Example: transition [[.9,.1,0],[.1,.8,.1],[0,.2,.8]] for every action, rewards 10, 5, 2 by action, discount 0.9 ->
values (100, 100, 100), q (100, 95, 92) in every state, policy 0 everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking.errors import InvalidProblem


@dataclass(frozen=True, eq=False)
class Solution:
    """What is optimal, in the rewards' unit.

    values: (n_states,), or (n_steps + 1, n_states) with the terminal value last.
    q: (n_states, n_actions), or (n_steps, n_states, n_actions).
    policy: (n_states,), or (n_steps, n_states): number of the best action.
    """

    values: np.ndarray
    q: np.ndarray
    policy: np.ndarray


def backward_induction(
    transition: np.ndarray, reward: np.ndarray, discount: float = 1.0, terminal: np.ndarray | None = None
) -> Solution:
    """Solve a finite horizon backwards from its end.

    V_T = terminal;   Q_t(s, a) = R_t(s, a) + g sum_s' P_t(s' | s, a) V_{t+1}(s');   V_t(s) = max_a Q_t(s, a)

    Args:
        transition: (n_states, n_actions, n_states), or with a leading n_steps where it changes with time.
        reward: (n_steps, n_states, n_actions).
        discount: in [0, 1].
        terminal: (n_states,) value of ending in a state; zero if None.
    Raises:
        InvalidProblem: shapes that do not match, values that are not finite, rows that are no probabilities.
    """
    _check(transition, reward, discount, steps=True, most=1.0)
    n_steps, n_states, _ = reward.shape
    values, q = np.zeros((n_steps + 1, n_states)), np.empty(reward.shape)
    values[-1] = _terminal(terminal, n_states)
    for t in reversed(range(n_steps)):
        q[t] = reward[t] + discount * (_at(transition, t) @ values[t + 1])
        values[t] = q[t].max(axis=1)
    return Solution(values, q, q.argmax(axis=2))


def value_iteration(transition: np.ndarray, reward: np.ndarray, discount: float, tol: float = 1e-9) -> Solution:
    """Solve a stationary problem without an end.

    V <- max_a [R + g P V] until no value moves by more than tol (1 - g) / (2 g); V is then within tol / 2 of the fixed
    point and the policy within tol of the optimum.

    Args:
        transition: (n_states, n_actions, n_states).
        reward: (n_states, n_actions).
        discount: in [0, 1); at 1 the sum of rewards has no limit.
        tol: above 0, in the rewards' unit.
    Raises:
        InvalidProblem: as `backward_induction`; a discount of 1; a tolerance that is not above 0.
    """
    _check(transition, reward, discount, steps=False, most=np.nextafter(1.0, 0.0))
    if not tol > 0:
        raise InvalidProblem(f"The tolerance must be above 0, not {tol}.")
    values = reward.max(axis=1)
    # Rounding alone moves a value by about eps |V|: a smaller step than that can never be reached.
    rounding = 4 * np.finfo(float).eps * float(np.abs(reward).max()) / (1 - discount)
    enough = max(tol * (1 - discount) / (2 * discount), rounding) if discount else np.inf
    while True:
        q = reward + discount * (transition @ values)
        moved = float(np.abs(q.max(axis=1) - values).max())
        values = q.max(axis=1)
        if moved <= enough:
            return Solution(values, q, q.argmax(axis=1))


def evaluate_policy(
    transition: np.ndarray,
    reward: np.ndarray,
    policy: np.ndarray,
    discount: float,
    terminal: np.ndarray | None = None,
) -> np.ndarray:
    """Return what a policy is worth.

    With a horizon V_t = R_t,pi + g P_t,pi V_{t+1}; without one V solves (I - g P_pi) V = R_pi.

    Args:
        transition, reward, discount, terminal: as `backward_induction`; as `value_iteration` for a stationary policy.
        policy: (n_steps, n_states) or (n_states,) action numbers.
    Returns:
        values, (n_steps + 1, n_states) or (n_states,).
    Raises:
        InvalidProblem: as the two solvers; a policy of another shape or with an action that does not exist.
    """
    steps = policy.ndim == 2
    _check(transition, reward, discount, steps, 1.0 if steps else np.nextafter(1.0, 0.0))
    if policy.shape != reward.shape[:-1] or policy.min() < 0 or policy.max() >= reward.shape[-1]:
        raise InvalidProblem(f"A policy of shape {policy.shape} does not choose actions for rewards {reward.shape}.")
    each = np.arange(reward.shape[-2])
    if not steps:
        return np.linalg.solve(np.eye(len(each)) - discount * transition[each, policy], reward[each, policy])
    values = np.zeros((len(policy) + 1, len(each)))
    values[-1] = _terminal(terminal, len(each))
    for t in reversed(range(len(policy))):
        chosen = _at(transition, t)[each, policy[t]]  # (n_states, n_states)
        values[t] = reward[t, each, policy[t]] + discount * (chosen @ values[t + 1])
    return values


def _at(transition: np.ndarray, step: int) -> np.ndarray:
    return transition[step] if transition.ndim == 4 else transition


def _terminal(terminal: np.ndarray | None, n_states: int) -> np.ndarray:
    if terminal is None:
        return np.zeros(n_states)
    if np.shape(terminal) != (n_states,) or not np.isfinite(terminal).all():
        raise InvalidProblem(f"The terminal value must be {n_states} finite numbers, one per state.")
    return terminal


def _check(transition: np.ndarray, reward: np.ndarray, discount: float, steps: bool, most: float) -> None:
    if reward.ndim != 2 + steps or reward.size == 0:
        raise InvalidProblem(f"Rewards of shape {reward.shape} must be states x actions{', by step' * steps}.")
    expected = (*reward.shape[-2:], reward.shape[-2])
    by_step = (reward.shape[0], *expected)
    if transition.shape != expected and not (steps and transition.shape == by_step):
        raise InvalidProblem(f"Transitions of shape {transition.shape} do not fit rewards of shape {reward.shape}.")
    if not (np.isfinite(transition).all() and np.isfinite(reward).all()):
        raise InvalidProblem("Transitions and rewards must be finite numbers.")
    if transition.min() < 0 or not np.allclose(transition.sum(axis=-1), 1):
        raise InvalidProblem("Transition probabilities must be at least 0 and sum to 1 over the next states.")
    if not 0 <= discount <= most:
        raise InvalidProblem(f"The discount must lie in [0, 1{']' if most == 1 else ')'}, not be {discount}.")
