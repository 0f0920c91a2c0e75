"""A proven bound for the whole planning problem: prices of the rows, and what each column loses under them.

For any prices p >= 0 of the rows, every plan is worth at most

    L(p) = sum_r room[r] p[r] + sum_s size[s] (p[row s] - cost[s])+ + sum_i u[i]
    u[i] = max_j (scores[i, j] - price[i, j]), and at least 0 if i may stay out
    price[i, j] = the prices of the column's rows, times its coefficients

because dropping p (room + steps - use) >= 0 only raises the value. A plan that launches the column (i, j) is worth at
most L(p) - loss[i, j], where loss[i, j] = u[i] - (scores[i, j] - price[i, j]) >= 0: columns of great loss are set aside
with proof. L is computed in numpy over every open column, so its validity rests neither on a solver nor on how p was
found, nor on which candidates were looked at to find it, nor on rows that were left out.

Good prices come from a shortlist: a smoothed L (each maximum replaced by a soft maximum of temperature b) is minimised
by L-BFGS-B over the shortlisted columns while b falls, then every column is priced, and those that the shortlist lacks
join it, with the substitutes that the soft solution launches side by side.

Sources: Geoffrion, Lagrangean relaxation for integer programming (1974); Nesterov, Smooth minimization of non-smooth
functions (2005); Gilmore and Gomory's column generation (1961); reduced-cost fixing as in Wolsey, Integer Programming.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits

from ranking.highs import Deadline
from ranking.model import PlanModel
from ranking.rows import Rows, Rule
from ranking.substitution import open_pairs, pairs_side_by_side, substitute_rows

_TEMPERATURES = (0.1, 0.02, 0.005, 0.001, 0.0002, 0.00004)  # of the smoothing, in scores of a typical launch
_COARSE = 2  # temperatures of the first round, over a shortlist of candidates; the others go over columns of small loss
_FINE = 4  # the first temperature when good prices are known
_STEPS = 80  # of the minimiser at each temperature
_SHORTLIST = 3  # candidates to begin with, for each place
_PER_GROUP = 4
_MOST_PRICE = 1e5  # in scores of a typical launch, per unit of a row
_NEAR = 0.1  # columns that lose no more stay on the shortlist
_ROUNDS = 6
_SETTLED = 2e-4  # relative: a round of further substitutes that lowers the bound by less is the last
_SMALL = 1e-7  # relative to the bound: what candidates outside the shortlist may add


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Prices and what they prove.

    Attributes:
        rows: the rows that are priced: the model's, and those of substitutes that were needed.
        price: (n_rows,); bound: L of the module's text.
        loss: (n_columns,) what a plan with that column falls short of the bound, at least.
        share: (n_columns,) the soft solution, a guide for rounding.
    """

    rows: Rows
    price: np.ndarray
    bound: float
    loss: np.ndarray
    share: np.ndarray


def relax(model: PlanModel, deadline: Deadline, known: Mapping[Rule, float] | None = None) -> Relaxation:
    """Find good prices.

    Args:
        model: with scores scaled so that a typical launch is worth about 1.
        deadline: when it passes, the best prices so far are returned; their bound is valid at every moment.
        known: prices of a like model, such as one with an intervention less, to begin from.
    """
    known = known or {}
    rows = _with_substitutes(model, model.rows, _pairs_of(model, known))
    price = np.array([known.get(rule, 0.0) for rule in rows.rules])
    priced = price_columns(model, rows, price)
    best = Relaxation(rows, priced.price, priced.bound, priced.loss, np.zeros(model.n_columns))
    active = priced.loss < _NEAR if known else _shortlist(model, priced)
    temperatures = _TEMPERATURES[_FINE:] if known else _TEMPERATURES[:_COARSE]
    for _ in range(_ROUNDS):
        smoothed = _SmoothedBound(model, rows, active | _needed(model, priced))
        for temperature in temperatures:
            if not deadline.passed:
                price = smoothed.minimise(price, temperature)
        before, priced = best.bound, price_columns(model, rows, price)
        share = smoothed.share(price, temperatures[-1])
        if priced.bound <= best.bound:
            best = Relaxation(rows, priced.price, priced.bound, priced.loss, share)
        elif not best.share.any():  # the prices known before are better, but only these say what to round off
            best = replace(best, share=share)
        gains = gaining(model, priced, smoothed.columns)
        beside = np.setdiff1d(pairs_side_by_side(model, share), _pairs_of(model, dict.fromkeys(rows.rules, 0.0)))
        fine = temperatures[-1] == _TEMPERATURES[-1]
        settled = before - best.bound < _SETTLED * abs(best.bound)
        if deadline.passed or (fine and not gains.any() and (settled or not len(beside))):
            break
        temperatures = _TEMPERATURES[_COARSE:]
        active = (priced.loss < _NEAR) | gains
        rows = _with_substitutes(model, rows, beside)
        price = np.append(price, np.zeros(rows.n_rows - len(price)))
    return best


def unpriced(model: PlanModel) -> Relaxation:
    """The bound without any prices: every candidate in its best slot. Loose, and sound whatever became of prices."""
    priced = price_columns(model, model.rows, np.zeros(model.rows.n_rows))
    return Relaxation(model.rows, priced.price, priced.bound, priced.loss, np.zeros(model.n_columns))


@dataclass(frozen=True, eq=False)
class Priced:
    """L at some prices, and what it is made of.

    Attributes:
        price: (n_rows,) as clipped to what rows without end of steps can cost.
        bound: L.
        reduced: (n_columns,) score less price.
        best: (n_open,) the best reduced score of each candidate.
        loss: (n_columns,) as the module's text has it.
    """

    price: np.ndarray
    bound: float
    reduced: np.ndarray
    best: np.ndarray
    loss: np.ndarray


def price_columns(model: PlanModel, rows: Rows, price: np.ndarray) -> Priced:
    """Compute L and every column's loss at prices (n_rows,) of the rows."""
    price = np.clip(price, 0.0, _highest_price(rows))
    reduced = model.scores - rows.matrix.T @ price
    best = np.maximum.reduceat(reduced, model.starts) if len(reduced) else np.empty(0)
    worth = np.where(model.must_launch, best, np.maximum(best, 0.0))
    over = np.maximum(price[rows.step_row] - rows.step_cost, 0.0)
    steps = float((over * np.where(np.isfinite(rows.step_size), rows.step_size, 0.0)).sum())
    bound = float(rows.room @ price) + steps + float(worth.sum())
    return Priced(price, bound, reduced, best, worth[model.owner] - reduced)


def _highest_price(rows: Rows) -> np.ndarray:
    """(n_rows,) where a step has no end, nobody pays more than its cost.

    Elsewhere prices end where nothing could be worth them. Where a lock and a least share pull on one price it would
    else grow without end, until L is a difference of vast numbers and proves nothing.
    """
    highest = np.full(rows.n_rows, _MOST_PRICE)
    endless = ~np.isfinite(rows.step_size)
    highest[rows.step_row[endless]] = np.minimum(rows.step_cost[endless], _MOST_PRICE)
    return highest


def _pairs_of(model: PlanModel, known: Mapping[Rule, float]) -> np.ndarray:
    """Numbers of the pairs of substitutes that some rules speak of, as far as both still have a column."""
    named = {(rule.name, rule.other) for rule in known if rule.kind == "substitutes"}
    if not named:
        return np.empty(0, np.int64)
    pairs, ids = model.problem.substitutes, model.problem.product_ids
    open_numbers = open_pairs(model)
    return np.array([k for k in open_numbers if (ids[pairs.first[k]], ids[pairs.second[k]]) in named], dtype=np.int64)


def _with_substitutes(model: PlanModel, rows: Rows, pairs: np.ndarray) -> Rows:
    if not len(pairs):
        return rows
    return rows.with_rows(substitute_rows(model, pairs).scaled(model.unit))


def _shortlist(model: PlanModel, priced: Priced) -> np.ndarray:
    """(n_columns,) bool: the columns of the best candidates in all and of each group."""
    n_open = len(model.starts)
    group = np.array(model.problem.groups)[model.candidate[model.starts]]
    order = np.lexsort((np.arange(n_open), -priced.best))
    chosen = np.zeros(n_open, dtype=bool)
    chosen[order[: _SHORTLIST * model.places]] = True
    rank_in_group = np.empty(n_open, dtype=np.int64)
    by_group = order[np.argsort(group[order], kind="stable")]
    first = np.flatnonzero(np.append(True, group[by_group][1:] != group[by_group][:-1]))
    rank_in_group[by_group] = np.arange(n_open) - np.repeat(first, np.diff(np.append(first, n_open)))
    return (chosen | (rank_in_group < _PER_GROUP))[model.owner]


def _needed(model: PlanModel, priced: Priced) -> np.ndarray:
    """(n_columns,) bool: the best columns of locked candidates, which must have a choice."""
    return model.must_launch[model.owner] & (priced.loss <= 0)


def gaining(model: PlanModel, priced: Priced, columns: np.ndarray) -> np.ndarray:
    """(n_columns,) bool: columns outside `columns` that beat what their candidate has inside, or staying out."""
    inside = np.full(len(priced.reduced), -np.inf)
    inside[columns] = priced.reduced[columns]
    best = np.maximum.reduceat(inside, model.starts)
    best = np.where(model.must_launch, best, np.maximum(best, 0.0))
    return priced.reduced - best[model.owner] > _SMALL * max(1.0, priced.bound)


class _SmoothedBound:
    """L with soft maxima over the shortlisted columns, and its slope: each row's room less its expected use."""

    def __init__(self, model: PlanModel, rows: Rows, active: np.ndarray) -> None:
        self.columns = np.flatnonzero(active)
        self._n_columns = model.n_columns
        self._scores = model.scores[self.columns]
        # Rows that these columns cannot fill have price 0 and are left out.
        matrix = rows.matrix[:, self.columns]
        self._kept = np.asarray(matrix.maximum(0).sum(axis=1)).ravel() > rows.room
        self._n_rows = rows.n_rows
        rows = rows.only(self._kept)
        self._rows = rows
        self._matrix = matrix[self._kept]
        self._transposed = sp.csr_array(self._matrix.T)
        owner = model.owner[self.columns]
        self._starts = np.flatnonzero(np.diff(owner, prepend=-1))
        self._owner = np.repeat(np.arange(len(self._starts)), np.diff(np.append(self._starts, len(owner))))
        self._stay_out = np.where(model.must_launch[owner[self._starts]], -np.inf, 0.0)
        self._ends = np.isfinite(rows.step_size)

    def minimise(self, price: np.ndarray, temperature: float) -> np.ndarray:
        """Return better prices (n_rows,) than those given, by the smoothed L."""
        better = np.zeros(self._n_rows)
        if not self._kept.any():
            return better
        highest = _highest_price(self._rows)
        with threadpool_limits(1, user_api="blas"):  # its vectors are short: more threads only wait for each other
            found = minimize(
                self._value_and_slope,
                np.minimum(price[self._kept], highest),
                args=(temperature,),
                jac=True,
                method="L-BFGS-B",
                bounds=list(zip(np.zeros(len(highest)), highest, strict=True)),
                options={"maxiter": _STEPS, "maxcor": 10},
            )
        better[self._kept] = found.x
        return better

    def share(self, price: np.ndarray, temperature: float) -> np.ndarray:
        """(n_columns,) of the model: how much of each column the soft maxima choose."""
        share = np.zeros(self._n_columns)
        share[self.columns] = self._soft(price[self._kept], temperature)[1]
        return share

    def _value_and_slope(self, price: np.ndarray, temperature: float) -> tuple[float, np.ndarray]:
        worth, share = self._soft(price, temperature)
        row, cost = self._rows.step_row[self._ends], self._rows.step_cost[self._ends]
        size = self._rows.step_size[self._ends]
        over = (price[row] - cost) / temperature
        steps = temperature * float(size @ np.logaddexp(0.0, over))
        slope = self._rows.room - self._matrix @ share
        np.add.at(slope, row, size * expit(over))
        return float(self._rows.room @ price) + steps + worth, slope

    def _soft(self, price: np.ndarray, temperature: float) -> tuple[float, np.ndarray]:
        """Return the sum of the candidates' soft maxima, and each column's share of its candidate."""
        logits = (self._scores - self._transposed @ price) / temperature
        peak = np.maximum(np.maximum.reduceat(logits, self._starts), self._stay_out) if len(logits) else logits
        weights = np.exp(logits - peak[self._owner])
        total = np.exp(self._stay_out - peak)
        total += np.add.reduceat(weights, self._starts) if len(weights) else 0.0
        return float(temperature * (peak + np.log(total)).sum()), weights / total[self._owner]
