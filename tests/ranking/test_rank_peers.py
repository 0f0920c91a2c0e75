"""nDCG by hand, and a ranker trained to rank that learns an order which text alone carries."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.rank_peers import ndcg


def test_the_docstrings_example():
    assert ndcg(np.array([2, 1, 0]), np.array([1.0, 2.0, 3.0])) == pytest.approx(0.587, abs=5e-4)


def test_the_best_order_has_1_and_nothing_to_find_has_0():
    assert ndcg(np.array([0, 3, 1]), np.array([0.1, 0.9, 0.5])) == pytest.approx(1)
    assert ndcg(np.zeros(4, int), np.arange(4.0)) == 0


def test_what_lies_below_the_tenth_place_does_not_count():
    grades = np.zeros(12, int)
    grades[11] = 4
    assert ndcg(grades, -np.arange(12.0)) == 0
