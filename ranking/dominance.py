"""Dominance pruning: candidates that some best plan can do without, found before anything is solved."""

from __future__ import annotations

import numpy as np

from ranking.assignment import AssignmentModel

_PIVOTS_PER_PLACE = 4
_COMPARED_CELLS = 4_000_000  # memory limit of one comparison: 4 MB of booleans


def prune_dominated(model: AssignmentModel) -> np.ndarray:
    """Select the candidates that some best plan can be made of; returns keep (n,) bool.

    Within a group g, candidate d dominates candidate i when every slot open to i is open to d and scores[d, j] >=
    scores[i, j] there. Let M bound how many of g any plan launches: the sum over weeks of the least of the group's
    room, the week's room and the room of the slots open to g. Among each group's pivots (its best candidates by total
    score, all kept) we look for dominators, and drop an unlocked i that at least M pivots dominate.

    Proof that a best plan survives: take a best plan that launches a dropped i in slot j. It launches at most M of g,
    i among them, so at most M - 1 of the M or more pivots that dominate i; one of them, d, stays out. Launching d in j
    instead of i breaks nothing: j is open to d, the group, week and slot counts stay as they were, and i is not locked.
    The plan is worth no less and has one dropped candidate fewer, as pivots are never dropped. Repeat until none is
    left. The plan's value is unchanged, so a bound on what is kept is a bound on the whole.

    Example: one week, two slots, group cap 1: of candidates worth (3, 2) and (2, 1) only the first is kept; worth
    (3, 2) and (2, 4), both are.
    """
    keep = np.ones(len(model.candidates), dtype=bool)
    scores = np.where(model.allowed, model.scores, -np.inf)
    for group in np.unique(model.group_of):
        members = np.flatnonzero(model.group_of == group)
        places = _most_launches(model, int(group), members)
        if places < len(members):
            keep[members] = model.must[members] | ~_dominated(scores[members], places)
    return keep


def _most_launches(model: AssignmentModel, group: int, members: np.ndarray) -> int:
    """M of `prune_dominated`: more of the group than this no plan can launch."""
    slot_room = np.where(model.allowed[members].any(axis=0), model.slot_room, 0.0)
    per_week = np.bincount(model.week_of, weights=slot_room, minlength=len(model.week_room))
    return int(np.minimum(per_week, np.minimum(model.week_room, model.group_room[group])).sum())


def _dominated(scores: np.ndarray, places: int) -> np.ndarray:
    """(n_members,) bool: at least `places` pivots score no less in every slot (-inf where a member is not allowed)."""
    order = np.argsort(-np.where(np.isfinite(scores), scores, 0.0).sum(axis=1), kind="stable")
    n_pivots = _PIVOTS_PER_PLACE * places + 1
    pivots, others = order[:n_pivots], order[n_pivots:]
    dropped = np.zeros(len(scores), dtype=bool)
    step = max(1, _COMPARED_CELLS // max(1, len(pivots) * scores.shape[1]))
    for start in range(0, len(others), step):
        part = others[start : start + step]
        no_less = (scores[pivots][None, :, :] >= scores[part][:, None, :]).all(axis=2)  # (n_part, n_pivots)
        dropped[part] = no_less.sum(axis=1) >= places
    return dropped
