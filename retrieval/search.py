"""Search: words and meaning together. One query is answered by both indexes and their ranks are fused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self, get_args

import numpy as np
import pandas as pd

from retrieval.cache import EmbeddingCache
from retrieval.catalogue import IndexedCatalogue
from retrieval.encoder import TextEncoder, encode_cached
from retrieval.errors import UnknownId
from retrieval.index import DenseIndex, LexicalIndex, check_index
from retrieval.progress import Progress, silent
from retrieval.text import clean_text

QUERY_LIMIT = 500
"""Characters of a query that are read; more would only make a search slow."""
FUSION_DEPTH = 200
"""Texts that each index contributes to the fusion; beyond 100, the Chorus judgements show no difference."""
RRF_K = 60
"""Damping of reciprocal-rank fusion, as published; it keeps one index's first rank from deciding alone."""

Ranker = Literal["ours", "dense", "bm25", "rrf"]
RANKERS: tuple[Ranker, ...] = get_args(Ranker)


@dataclass(frozen=True)
class Hit:
    """A product that matches a query.

    `score` orders the hits (reciprocal-rank fusion); `dense_score` is the cosine with the query, `lexical_score` BM25,
    None where product and query share no word.
    """

    product_id: str
    title: str
    category: str
    status: str
    score: float
    dense_score: float | None
    lexical_score: float | None


class CatalogueSearch:
    """Search over the indexed catalogue. Reads only, so threads may share it."""

    def __init__(
        self, catalogue: IndexedCatalogue, dense: DenseIndex, lexical: LexicalIndex, encoder: TextEncoder
    ) -> None:
        self.encoder = encoder
        self.catalogue = catalogue
        self._dense = dense
        self._lexical = lexical

    @classmethod
    def load(cls, index: Path, encoder: TextEncoder) -> Self:
        """Open what `build_index` wrote.

        Raises:
            WorkspaceBroken: a file is missing or changed.
            EncoderMismatch: the index was built with another encoder.
        """
        check_index(index, encoder)
        return cls(
            IndexedCatalogue.load(index),
            DenseIndex.load(index / "products.faiss"),
            LexicalIndex.load(index / "bm25"),
            encoder,
        )

    @classmethod
    def from_products(
        cls,
        products: pd.DataFrame,
        encoder: TextEncoder,
        cache: EmbeddingCache | None = None,
        progress: Progress = silent,
    ) -> Self:
        """Index products (product_id, title, description?, category?, brand?, status?) in memory, without a folder."""
        catalogue = IndexedCatalogue.from_products(products)
        vectors = encode_cached(encoder, catalogue.texts, cache, progress)
        return cls(catalogue, DenseIndex.build(vectors), LexicalIndex.build(catalogue.texts), encoder)

    def search(self, query: str, k: int = 10, *, status: str | None = None, ranker: Ranker = "ours") -> list[Hit]:
        """Return the at most `k` products that match a query best, best first.

        Args:
            query: any text; empty, blank or unprintable text matches nothing. Read up to QUERY_LIMIT characters.
            status: only products with this status, such as "candidate".
            ranker: which ranking decides; "ours" unless rankings are being compared.
        """
        text = clean_text(query, QUERY_LIMIT)
        if not text or k <= 0:
            return []
        allowed = None if status is None else self._texts_with(status)
        vector = self.encoder.encode([text])[0]  # (dimension,)
        words = self._lexical.scores(text)  # (n_texts,)
        hits: list[Hit] = []
        for text_id, score in self._ranked(ranker, vector, words, k, allowed):
            cosine, bm25 = float(self._dense.vectors[text_id] @ vector), float(words[text_id])
            for row in self.catalogue.rows_of_text(text_id):
                if status is None or self.catalogue.statuses[row] == status:
                    hits.append(self._hit(int(row), score, cosine, bm25))
            if len(hits) >= k:
                break
        return hits[:k]

    def similar(self, product_id: str, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return the `k` products nearest in meaning, with their cosine, nearest first; never the product itself.

        Args:
            among: only these products; ids that the index does not hold are passed over.
        Raises:
            UnknownId: `product_id` is not in the index.
        """
        own_row = self._row(product_id)
        vector = self._dense.vectors[self.catalogue.text_ids[own_row]]
        if among is None:
            rows = self._rows_near(vector, k + 1)
        else:
            rows = np.array(sorted(self.catalogue.row_of[other] for other in among if other in self.catalogue.row_of))
        rows = rows[rows != own_row].astype(np.int64)
        cosines = self._dense.vectors[self.catalogue.text_ids[rows]] @ vector
        nearest = np.argsort(-cosines, kind="stable")[: max(k, 0)]
        return [(self.catalogue.product_ids[rows[i]], float(cosines[i])) for i in nearest]

    def embeddings(self, product_ids: Sequence[str]) -> np.ndarray:
        """Return (n_products, dimension) float32 from the index; nothing is encoded. Raises UnknownId."""
        rows = np.array([self._row(product_id) for product_id in product_ids], dtype=np.int64)
        return self._dense.vectors[self.catalogue.text_ids[rows]]

    def _ranked(
        self, ranker: Ranker, vector: np.ndarray, words: np.ndarray, k: int, allowed: np.ndarray | None
    ) -> Iterator[tuple[int, float]]:
        """Yield (text id, score), best first."""
        depth = max(FUSION_DEPTH, k)
        if ranker == "dense":
            ids, scores = self._dense.search(vector, depth, allowed)
        elif ranker == "bm25":
            ids, scores = _best(words, depth, allowed)
        else:  # "ours" is plain fusion: nothing tried on the Chorus judgements was clearly better
            by_meaning, by_words = self._dense.search(vector, depth, allowed)[0], _best(words, depth, allowed)[0]
            ids, scores = reciprocal_rank_fusion([by_meaning, by_words])
        yield from zip(ids.tolist(), scores.tolist(), strict=True)

    def _texts_with(self, status: str) -> np.ndarray:
        allowed = np.zeros(len(self.catalogue.texts), dtype=bool)
        allowed[self.catalogue.text_ids[self.catalogue.statuses == status]] = True
        return allowed

    def _rows_near(self, vector: np.ndarray, n_texts: int) -> np.ndarray:
        ids, _ = self._dense.search(vector, n_texts)
        return np.concatenate([np.empty(0, np.int64), *(self.catalogue.rows_of_text(int(text_id)) for text_id in ids)])

    def _row(self, product_id: str) -> int:
        row = self.catalogue.row_of.get(product_id)
        if row is None:
            raise UnknownId(f"The index holds no product {product_id!r}. Check the id, or rebuild the workspace.")
        return row

    def _hit(self, row: int, score: float, cosine: float, bm25: float) -> Hit:
        return Hit(
            product_id=self.catalogue.product_ids[row],
            title=self.catalogue.titles[row],
            category=self.catalogue.categories[row],
            status=str(self.catalogue.statuses[row]),
            score=score,
            dense_score=cosine,
            lexical_score=bm25 if bm25 > 0 else None,
        )


def reciprocal_rank_fusion(rankings: Sequence[np.ndarray], k: int = RRF_K) -> tuple[np.ndarray, np.ndarray]:
    """Fuse rankings by rank alone, so that scores of different scales need no weights.

    score(d) = sum over rankings of 1 / (k + rank(d)), ranks from 1; a ranking without d adds nothing.

    Args:
        rankings: ids, best first, each id at most once per ranking.
    Returns:
        ids and scores, best first; of equal scores the id met first comes first.
    Source: Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
        methods", SIGIR 2009, with their k = 60.
    Example: rankings [7, 8] and [8] -> ids [8, 7], scores [1/62 + 1/61, 1/61].
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking.tolist(), start=1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (k + rank)
    ids = sorted(scores, key=lambda item: -scores[item])
    return np.array(ids, dtype=np.int64), np.array([scores[item] for item in ids])


def _best(scores: np.ndarray, k: int, allowed: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return ids and scores of the at most `k` positive scores among the allowed, best first."""
    usable = scores if allowed is None else np.where(allowed, scores, 0.0)
    ids = np.flatnonzero(usable > 0)
    ids = ids[np.argsort(-usable[ids], kind="stable")][:k]
    return ids, usable[ids]
