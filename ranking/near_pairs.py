"""Near pairs: which launches or candidates of one group have nearly the same text. Blocks of rows bound the memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ranking.substitution import NEAR_WEEKS

_BLOCK = 1024  # rows compared with their whole group at a time
_STEPS = 1000  # cosines that agree to three places count as equally near
_FAR = np.iinfo(np.int64).max


def near_counts(
    embeddings: np.ndarray, group: np.ndarray, week: np.ndarray, least_cosines: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Count each launch's near-identical launches of its group by kind.

    Args:
        embeddings: (n, dim) unit vectors; group: (n,) numbers; week: (n,) numbers of weeks.
        least_cosines: (n_kinds,), falling; a kind reaches up to the one before it.
    Returns:
        beside: (n, n_kinds), those within NEAR_WEEKS weeks; ever: (n, n_kinds), all of them.
    """
    beside, ever = np.zeros((2, len(group), len(least_cosines)))
    for rows, others, cosine in _blocks(embeddings, group):
        near = np.abs(week[rows][:, None] - week[others][None, :]) <= NEAR_WEEKS
        above = np.inf
        for kind, least in enumerate(least_cosines):
            alike = (cosine >= least) & (cosine < above)
            beside[rows, kind], ever[rows, kind] = (alike & near).sum(axis=1), alike.sum(axis=1)
            above = least
    return beside, ever


def nearest_pairs(
    embeddings: np.ndarray, group: np.ndarray, worth: np.ndarray, least_cosine: float, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pair each candidate with the at most `most` nearest of its group.

    Of equally near ones the best in worth come first: a plan launches these, and a pair that is left out is one that it
    could put side by side for nothing.

    Args:
        embeddings: (n, dim) unit vectors; group: (n,) numbers; worth: (n,) units.
    Returns:
        first < second and their cosine, (n_pairs,) each, in order, every pair once; at most n x `most` pairs.
    """
    firsts, seconds, cosines = [], [], []
    for rows, others, cosine in _blocks(embeddings, group, np.argsort(-worth, kind="stable")):
        steps = np.rint(_STEPS * (1 - np.minimum(cosine, 1))).astype(np.int64)
        key = np.where(cosine >= least_cosine, steps * len(others) + np.arange(len(others)), _FAR)  # unique in each row
        nearest = np.argpartition(key, min(most, len(others)) - 1, axis=1)[:, :most]
        kept = np.take_along_axis(key, nearest, axis=1) < _FAR
        row, column = np.nonzero(kept)[0], nearest[kept]
        firsts.append(rows[row])
        seconds.append(others[column])
        cosines.append(cosine[row, column])
    return _once(firsts, seconds, cosines)


def _blocks(
    embeddings: np.ndarray, group: np.ndarray, order: np.ndarray | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield rows, their whole group in `order`, and their cosine (n_rows, n_others), -1 with oneself."""
    order = np.arange(len(group)) if order is None else order
    order = order[np.argsort(group[order], kind="stable")]
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    for members in np.split(order, starts[1:]):
        if len(members) < 2:
            continue
        vectors = embeddings[members].astype(np.float32)
        for start in range(0, len(members), _BLOCK):
            rows = members[start : start + _BLOCK]
            cosine = vectors[start : start + _BLOCK] @ vectors.T
            cosine[np.arange(len(rows)), start + np.arange(len(rows))] = -1.0
            yield rows, members, cosine


def _once(
    firsts: list[np.ndarray], seconds: list[np.ndarray], cosines: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if not firsts:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    ends = np.sort(np.stack([np.concatenate(firsts), np.concatenate(seconds)], axis=1), axis=1)
    pairs, index = np.unique(ends, axis=0, return_index=True)
    return pairs[:, 0], pairs[:, 1], np.concatenate(cosines)[index].astype(np.float64)
