"""Metrics of ranked retrieval, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from retrieval.metrics import dcg, judged_ndcg, ndcg, recall, reciprocal_rank


def test_dcg_known_answer():
    # The grades of Wikipedia's example of discounted cumulative gain, with gains 2^grade - 1, by hand.
    assert dcg([3, 2, 3, 0, 1, 2]) == pytest.approx(7 + 3 / math.log2(3) + 7 / 2 + 1 / math.log2(6) + 3 / math.log2(7))
    assert dcg([]) == 0


def test_ndcg_by_hand():
    grades = {"a": 3, "b": 0, "c": 1}
    best = 7 + 1 / math.log2(3)
    assert ndcg(["a", "c", "b"], grades) == pytest.approx(1.0)
    assert ndcg(["c", "a"], grades) == pytest.approx((1 + 7 / math.log2(3)) / best)
    assert ndcg(["x", "a"], grades) == pytest.approx(7 / math.log2(3) / best)
    assert ndcg([], grades) == 0
    assert ndcg(["a"], {"a": 0}) == 0


def test_ndcg_looks_at_the_first_k_only():
    grades = {str(number): 3 for number in range(12)}
    assert ndcg(["x"] * 10 + list(grades), grades, k=10) == 0
    assert ndcg(list(grades), grades, k=10) == pytest.approx(1.0)


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=25).filter(any))
def test_ndcg_agrees_with_scikit_learn(grades):
    """scikit-learn's ndcg_score takes gains, so it gets 2^grade - 1; the ranking is the list's order."""
    gains = np.array([[2**grade - 1 for grade in grades]])
    order = -np.arange(len(grades), dtype=float).reshape(1, -1)
    ids = [str(number) for number in range(len(grades))]
    ours = ndcg(ids, dict(zip(ids, grades, strict=True)), k=10)
    assert ours == pytest.approx(ndcg_score(gains, order, k=10))


def test_judged_ndcg_passes_over_the_unjudged():
    grades = {"a": 3, "b": 0}
    assert judged_ndcg(["x", "y", "a", "b"], grades) == pytest.approx(1.0)
    assert judged_ndcg(["x", "b", "a"], grades) == pytest.approx(1 / math.log2(3))
    assert judged_ndcg(["x"], grades) == 0


def test_recall_counts_positive_grades_only():
    grades = {"a": 1, "b": 3, "c": 0}
    assert recall(["c", "a", "x"], grades) == 0.5
    assert recall(["x"] * 100 + ["a", "b"], grades, k=100) == 0
    assert recall(["a"], {"a": 0}) == 0


def test_reciprocal_rank():
    assert reciprocal_rank(["x", "c", "a"], {"a": 2, "c": 0}) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x"] * 10 + ["a"], {"a": 2}) == 0
