from __future__ import annotations

import numpy as np
import pytest

from ranking import near_pairs
from ranking.near_pairs import near_counts, nearest_pairs

# Three texts in the plane: the first two have cosine 0.96, the third is far from both.
TEXTS = np.array([[1.0, 0.0], [0.96, 0.28], [0.0, 1.0]])


def test_counts_by_kind_hold_the_same_group_and_the_weeks_beside() -> None:
    embeddings = TEXTS[[0, 0, 0, 1, 0]]
    group, week = np.array([0, 0, 0, 0, 1]), np.array([5, 6, 8, 5, 5])
    beside, ever = near_counts(embeddings, group, week, (0.9999, 0.9))
    assert beside.tolist() == [[1, 1], [1, 1], [0, 0], [0, 2], [0, 0]]
    assert ever.tolist() == [[2, 1], [2, 1], [2, 1], [0, 3], [0, 0]]


def test_each_candidate_is_paired_with_the_nearest_and_of_these_with_the_best() -> None:
    embeddings, worth = TEXTS[[0, 0, 0, 1, 2]], np.array([1.0, 9.0, 8.0, 9.0, 9.0])
    first, second, cosine = nearest_pairs(embeddings, np.zeros(5, np.int64), worth, 0.9, most=1)
    # Candidate 1 is the best of the plain texts: the others of them take it, and 3, the variant, as well.
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(0, 1), (1, 2), (1, 3)]
    assert cosine == pytest.approx([1, 1, 0.96])
    best = nearest_pairs(embeddings[:3], np.zeros(3, np.int64), worth[:3], 0.9, most=2)
    assert list(zip(best[0].tolist(), best[1].tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
    elsewhere = nearest_pairs(embeddings, np.arange(5), worth, 0.9, most=5)
    assert [len(part) for part in elsewhere] == [0, 0, 0]


def test_pairs_are_bounded_unique_and_the_same_whatever_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    embeddings = TEXTS[rng.integers(0, 3, 300)]
    group, worth = rng.integers(0, 3, 300), rng.integers(1, 5, 300).astype(float)
    pairs = nearest_pairs(embeddings, group, worth, 0.9, most=3)
    assert len(pairs[0]) <= 3 * 300
    assert (pairs[0] < pairs[1]).all()
    assert (group[pairs[0]] == group[pairs[1]]).all()
    assert len(np.unique(np.stack(pairs[:2], axis=1), axis=0)) == len(pairs[0])
    partners = np.bincount(np.concatenate(pairs[:2]), minlength=300)
    assert partners.min() >= 3  # nobody with near ones goes without
    monkeypatch.setattr(near_pairs, "_BLOCK", 7)
    again = nearest_pairs(embeddings, group, worth, 0.9, most=3)
    assert all(np.array_equal(one, other) for one, other in zip(pairs[:2], again[:2], strict=True))
    counts = near_counts(embeddings, group, worth.astype(int), (0.9999, 0.9))
    monkeypatch.undo()
    whole = near_counts(embeddings, group, worth.astype(int), (0.9999, 0.9))
    assert all(np.array_equal(one, other) for one, other in zip(counts, whole, strict=True))
