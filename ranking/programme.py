"""The 0/1 programme over some columns of a plan's model, as HiGHS takes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from ranking.highs import Programme
from ranking.model import PlanModel
from ranking.rows import Rows
from ranking.substitution import losses_beside, open_pairs, substitute_rows


def programme_of(model: PlanModel, columns: np.ndarray, standing: np.ndarray | None = None) -> Programme:
    """The model over these columns only: rules with their steps, substitutes, and one slot for each candidate.

    `standing` are columns that are launched in any case, of other candidates: the rules have that much less room, and
    their substitutes are worth less beside them.
    """
    part = model
    if standing is not None:
        losses = losses_beside(model, standing) / model.unit
        part = replace(model, rows=model.rows.after(model.rows.use(standing)), scores=model.scores - losses)
    part = part.only(columns)
    rows = part.rows
    pairs = open_pairs(part)
    if len(pairs):
        rows = rows.with_rows(substitute_rows(part, pairs).scaled(model.unit))
    return programme_under(part, rows)


def programme_under(model: PlanModel, rows: Rows) -> Programme:
    """The programme over a model's columns under these rows, and at most one slot for each candidate."""
    columns = np.arange(model.n_columns)
    n_steps, n_owners = len(rows.step_row), len(model.starts)
    once = sp.csr_array((np.ones(len(columns)), (model.owner, columns)), (n_owners, len(columns)))
    steps = sp.csr_array((-np.ones(n_steps), (rows.step_row, np.arange(n_steps))), (rows.n_rows, n_steps))
    return Programme(
        scores=np.concatenate([model.scores, -rows.step_cost]),
        rows=sp.csr_array(sp.block_array([[rows.matrix, steps], [once, None]], format="csr")),
        lower=np.concatenate([np.full(rows.n_rows, -np.inf), np.where(model.must_launch, 1.0, -np.inf)]),
        upper=np.concatenate([rows.room, np.ones(n_owners)]),
        most=np.concatenate([np.ones(len(columns)), rows.step_size]),
        n_whole=len(columns),
    )
