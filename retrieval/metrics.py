"""Metrics of ranked retrieval for graded judgements. A ranking is a list of ids, best first; ids are unique in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def dcg(grades: Sequence[int]) -> float:
    """Return the discounted cumulative gain of grades in rank order: sum of (2^grade - 1) / log2(rank + 1).

    Source: Burges et al., "Learning to rank using gradient descent", ICML 2005.
    Example: dcg([3, 2]) -> 7 + 3 / log2(3) = 8.893.
    """
    return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], k: int = 10) -> float:
    """Return DCG at `k` over that of the best possible ranking; an id without a grade gains nothing.

    0 where no grade is positive.
    """
    ideal = dcg(sorted(grades.values(), reverse=True)[:k])
    return dcg([grades.get(item, 0) for item in ranking[:k]]) / ideal if ideal > 0 else 0.0


def judged_ndcg(ranking: Sequence[str], grades: Mapping[str, int], k: int = 10) -> float:
    """Return nDCG at `k` of the ranking without its unjudged ids, which says nothing bad about what nobody judged."""
    return ndcg([item for item in ranking if item in grades], grades, k)


def recall(ranking: Sequence[str], grades: Mapping[str, int], k: int = 100) -> float:
    """Return the share of the positively graded ids that stand among the first `k`; 0 where there are none."""
    relevant = {item for item, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int], k: int = 10) -> float:
    """Return 1 / rank of the first positively graded id among the first `k`; 0 without one."""
    ranks = (rank for rank, item in enumerate(ranking[:k], start=1) if grades.get(item, 0) > 0)
    return 1.0 / next(ranks, math.inf)
