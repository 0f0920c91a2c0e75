"""A proven bound for the whole planning problem: prices of the shared rows, and what each pair loses under them.

For any prices p >= 0 of the shared rows (slots, weeks, group-weeks), every plan is worth at most

    L(p) = sum_r room[r] p[r] + sum_i u[i],    u[i] = max_j (scores[i, j] - price[i, j]), and at least 0 if i may stay
                                               out; price[i, j] = the sum of the prices of the pair's three rows

because dropping p (room - use) >= 0 only raises the value. A plan that uses the pair (i, j) is worth at most L(p) -
loss[i, j], where loss[i, j] = u[i] - (scores[i, j] - price[i, j]) >= 0: pairs of great loss are set aside with proof.
L is computed in numpy over every open pair, so its validity does not rest on the solver or on how p was found.

Good prices come in two steps. First a smoothed L (each max replaced by a soft maximum of temperature b) is minimised by
L-BFGS-B while b falls: that reaches about 0.1% above the optimum in a fraction of a second, whatever the number of
candidates. Then the linear relaxation is solved over the few thousand pairs of least loss, which grow until no pair
outside could add anything: L is then the optimum of the full linear relaxation.

Sources: Geoffrion, Lagrangean relaxation for integer programming (1974); Nesterov, Smooth minimization of non-smooth
functions (2005); Gilmore and Gomory's column generation (1961); reduced-cost fixing as in Wolsey, Integer Programming.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from ranking.assignment import AssignmentModel, Pairs
from ranking.highs import Deadline, solve_linear

_TEMPERATURES = (0.1, 0.02, 0.005)  # of the smoothing, in scores of a typical launch
_SMOOTH_STEPS = 60
_PAIRS_PER_PLACE = 12
_FEWEST_PAIRS = 1_000
_PAIRS_PER_CANDIDATE = 4
_SMALL = 1e-9  # relative to the bound: what no pair outside may add


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The best bound found, each pair's loss under its prices, and the last linear solution."""

    bound: float
    loss: np.ndarray  # (n, m), inf for closed pairs
    pairs: Pairs
    x: np.ndarray  # (n_pairs,) the linear solution over `pairs`


def relax(model: AssignmentModel, start: Pairs, deadline: Deadline) -> Relaxation:
    """Solve the linear relaxation over all open pairs.

    Args:
        model: with scores scaled so that a typical launch is worth about 1.
        start: a feasible place for each locked candidate, so that every restricted relaxation has a solution.
        deadline: when it passes, the best bound so far is returned; it is valid at every moment.
    """
    best = _price(model, _smooth_prices(model, deadline))
    chosen = _least_loss_pairs(model, best.loss)
    chosen[start] = True
    while True:
        pairs = np.nonzero(chosen)
        x, price = solve_linear(model, pairs, deadline)
        priced = _price(model, price)
        best = min(priced, best, key=lambda p: p.bound)
        gains = _gaining_pairs(model, priced, chosen)
        if deadline.passed or not gains.any():
            return Relaxation(best.bound, best.loss, pairs, x)
        chosen |= gains


def _smooth_prices(model: AssignmentModel, deadline: Deadline) -> np.ndarray:
    """Minimise the smoothed L at falling temperatures; returns the price of each shared row (n_shared_rows,)."""
    limited = np.isfinite(model.shared_room())
    price = np.zeros(model.n_shared_rows)
    smoothed = _SmoothedBound(model, limited)
    for temperature in _TEMPERATURES:
        if deadline.passed:
            break
        found = minimize(
            smoothed.value_and_slope,
            price[limited],
            args=(temperature,),
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, None)] * int(limited.sum()),
            options={"maxiter": _SMOOTH_STEPS, "maxcor": 20},
        )
        price[limited] = found.x
    return price


class _SmoothedBound:
    """L with soft maxima and its slope: the room of each row minus the expected use of it."""

    def __init__(self, model: AssignmentModel, limited: np.ndarray) -> None:
        self._model, self._limited = model, limited
        self._scores = np.where(model.allowed, model.scores, -np.inf)
        self._room = model.shared_room()[limited]
        n_groups, n_weeks = model.group_room.shape
        self._group_sum = _membership(model.group_of, n_groups)  # (n_groups, n)
        self._week_sum = _membership(model.week_of, n_weeks)  # (n_weeks, m)

    def value_and_slope(self, limited_price: np.ndarray, temperature: float) -> tuple[float, np.ndarray]:
        price = np.zeros(len(self._limited))
        price[self._limited] = limited_price
        logits = (self._scores - self._model.price_of_pairs(price)) / temperature  # (n, m)
        stay_out = np.where(self._model.must, -np.inf, 0.0)
        peak = np.maximum(logits.max(axis=1), stay_out)
        weights = np.exp(logits - peak[:, None])
        total = weights.sum(axis=1) + np.exp(stay_out - peak)
        value = float(self._room @ limited_price + temperature * (peak + np.log(total)).sum())
        return value, self._room - self._use(weights / total[:, None])[self._limited]

    def _use(self, share: np.ndarray) -> np.ndarray:
        by_group = self._group_sum @ share  # (n_groups, m)
        by_group_week = (self._week_sum @ by_group.T).T  # (n_groups, n_weeks)
        return np.concatenate([by_group.sum(axis=0), by_group_week.sum(axis=0), by_group_week.ravel()])


def _membership(part_of: np.ndarray, n_parts: int) -> sp.csr_array:
    return sp.csr_array((np.ones(len(part_of)), (part_of, np.arange(len(part_of)))), shape=(n_parts, len(part_of)))


@dataclass(frozen=True, eq=False)
class _Priced:
    """L at some prices, and what it is made of."""

    bound: float
    reduced: np.ndarray  # (n, m) score less price, -inf for closed pairs
    share: np.ndarray  # (n,) u of the module's text

    @property
    def loss(self) -> np.ndarray:
        return self.share[:, None] - self.reduced


def _price(model: AssignmentModel, price: np.ndarray) -> _Priced:
    reduced = np.where(model.allowed, model.scores - model.price_of_pairs(price), -np.inf)
    share = np.maximum(reduced.max(axis=1), _worth_of_staying_out(model))
    room = np.where(price > 0, model.shared_room(), 0.0)  # an unlimited row has price 0
    return _Priced(float(room @ price + share.sum()), reduced, share)


def _worth_of_staying_out(model: AssignmentModel) -> np.ndarray:
    return np.where(model.must, -np.inf, 0.0)


def _least_loss_pairs(model: AssignmentModel, loss: np.ndarray) -> np.ndarray:
    """(n, m) bool: the pairs to begin with."""
    n_pairs = max(_FEWEST_PAIRS, int(_PAIRS_PER_PLACE * model.places))
    if model.allowed.sum() <= n_pairs:
        return model.allowed.copy()
    return loss <= np.partition(loss, n_pairs, axis=None)[n_pairs]


def _gaining_pairs(model: AssignmentModel, priced: _Priced, chosen: np.ndarray) -> np.ndarray:
    """(n, m) bool: pairs outside `chosen` that would raise the relaxation, the best few of each candidate.

    A pair gains when its reduced score beats what its candidate has inside: the best chosen pair, or staying out.
    """
    best_chosen = np.where(chosen, priced.reduced, -np.inf).max(axis=1)
    inside = np.maximum(best_chosen, _worth_of_staying_out(model))
    small = _SMALL * max(1.0, abs(priced.bound))
    gain = np.where(chosen, -np.inf, priced.reduced - inside[:, None])
    nth_best = -np.partition(-gain, min(_PAIRS_PER_CANDIDATE, gain.shape[1]) - 1, axis=1)[:, :_PAIRS_PER_CANDIDATE][
        :, -1
    ]
    return (gain > small) & (gain >= nth_best[:, None])
