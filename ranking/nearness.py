"""Nearness: of plans of equal worth, the one that moves the fewest launches of another plan.

Ties are common: products of one kind have one forecast, and a slot may be worth as much as its neighbour. A plan solved
again would reshuffle them, and an operator would read needless moves as consequences. So after the best plan is found,
a second programme over its columns and those of the plan to stay near keeps as many of the latter as it can, at a loss
of no more than `TOLERANCE` of the worth: a lexicographic objective, worth first.

Source: Isermann, Linear lexicographic optimization (1982).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from ranking.highs import Deadline, Effort
from ranking.model import PlanModel
from ranking.plan import Plan
from ranking.programme import programme_of
from ranking.rounding import keeps_rules, worth

TOLERANCE = 1e-6  # of the worth, that staying near may cost
_LIMIT_S = 2.0
_GAP = 1e-3  # of the launches kept


def columns_of(model: PlanModel, plan: Plan) -> np.ndarray:
    """Return the columns of a plan's launches, as far as the model has them, in rising order."""
    problem = model.problem
    chosen = {(x.product_id, x.week, x.placement) for x in plan.launches}
    slots = [(slot.week, slot.placement) for slot in problem.slots]
    there = [
        (problem.product_ids[i], *slots[j]) in chosen
        for i, j in zip(model.candidate.tolist(), model.slot.tolist(), strict=True)
    ]
    return np.flatnonzero(there)


def settle_near(model: PlanModel, chosen: np.ndarray, near: np.ndarray, effort: Effort) -> np.ndarray:
    """Return columns worth as much as `chosen` that hold as many of `near` as possible; `chosen` when time is short."""
    if np.isin(near, chosen).all():
        return chosen
    columns = np.union1d(chosen, near)
    programme = programme_of(model, columns)
    least = worth(model, chosen) - TOLERANCE * max(1.0, abs(worth(model, chosen)))
    kept = np.zeros_like(programme.scores)
    kept[: programme.n_whole] = np.isin(columns, near)
    nearest = replace(
        programme,
        scores=kept,
        rows=sp.csr_array(sp.vstack([programme.rows, sp.csr_array(programme.scores[None])], format="csr")),
        lower=np.append(programme.lower, least),
        upper=np.append(programme.upper, np.inf),
    )
    within = Effort(Deadline.after(min(effort.deadline.left_s, _LIMIT_S)), effort.solver)
    found = within.solve(nearest, _GAP).chosen
    if found is None:
        return chosen
    settled = columns[found]
    sound = keeps_rules(model, settled) and worth(model, settled) >= least
    return settled if sound and np.isin(near, settled).sum() > np.isin(near, chosen).sum() else chosen
