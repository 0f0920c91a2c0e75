"""Prices sharpened by a linear programme, for a proof that the smoothed prices leave open.

The smoothed minimum of `ranking/relaxation.py` stops a few parts in a thousand above L's own on some problems. There
the linear programme over the columns of small loss gives prices that are exact for these columns; pricing every column
shows which others gain, these join, and the bound that results is valid at each step for the same reason as any other.

Source: Gilmore and Gomory, A linear programming approach to the cutting-stock problem (1961).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ranking.highs import Effort
from ranking.model import PlanModel
from ranking.programme import programme_under
from ranking.relaxation import Relaxation, gaining, price_columns

_NEAR = 0.05  # columns that lose no more enter the first linear programme, in scores of a typical launch
_MOST_COLUMNS = 30_000  # of a linear programme, so that it takes about a second
_ROUNDS = 5


def sharpen(model: PlanModel, relaxation: Relaxation, effort: Effort) -> Relaxation:
    """Return a relaxation of no greater bound, as far as the deadline and the size of the programme allow."""
    best = relaxation
    inside = relaxation.loss < _NEAR
    for _ in range(_ROUNDS):
        if effort.deadline.passed or not inside.any() or inside.sum() > _MOST_COLUMNS:
            break
        columns = np.flatnonzero(inside)
        rows = relaxation.rows.columns(columns)
        linear = replace(programme_under(model.only(columns), rows), n_whole=0)
        found = effort.solve(linear).prices
        if found is None:
            break
        of_rule = dict(zip(rows.rules, found, strict=False))
        priced = price_columns(model, relaxation.rows, np.array([of_rule.get(x, 0.0) for x in relaxation.rows.rules]))
        if priced.bound < best.bound:
            best = Relaxation(relaxation.rows, priced.price, priced.bound, priced.loss, relaxation.share)
        gains = gaining(model, priced, columns)
        if not gains.any():
            break
        inside |= gains
    return best
