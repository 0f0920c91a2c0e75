"""Evaluation of search against graded judgements: ours beside its two halves and plain fusion."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from retrieval.cache import EmbeddingCache
from retrieval.encoder import TextEncoder
from retrieval.errors import MissingColumn, NotATable, SourceError, UnknownId
from retrieval.metrics import judged_ndcg, ndcg, recall, reciprocal_rank
from retrieval.progress import Progress, silent
from retrieval.search import RANKERS, CatalogueSearch, Ranker

Table = pd.DataFrame | Path | str
_DEPTH = 100
_METRICS: Mapping[str, Callable[[Sequence[str], Mapping[str, int]], float]] = {
    "ndcg@10": ndcg,
    "recall@100": recall,
    "mrr@10": reciprocal_rank,
}


def evaluate_retrieval(
    products: Table,
    queries: Table,
    qrels: Table,
    encoder: TextEncoder,
    *,
    cache: EmbeddingCache | None = None,
    progress: Progress = silent,
) -> dict[str, object]:
    """Score search over `products` by the judgements `qrels`, each ranker over the same index.

    Args:
        products: product_id, title, description?, category?, brand?; a table, or a CSV or Parquet file.
        queries: query_id, query.
        qrels: query_id, product_id, grade (whole, 0 = irrelevant). An unjudged product counts as irrelevant, except
            in judged_ndcg@10, which passes over it.
    Returns:
        For each of ours, dense, bm25, rrf: ndcg@10, judged_ndcg@10, recall@100, mrr@10 as means over the queries with
        a positive grade, and p50_ms, p95_ms of one search for 100 products, query encoding included; and n_queries.
    Raises:
        NotATable, MissingColumn: a file cannot be read, or lacks a column.
        UnknownId: a judgement names a query or product that its table lacks.
        SourceError: a grade is no whole number from 0, an id stands twice, or no grade is positive.
    """
    catalogue = _table(products, "products", ("product_id", "title"))
    text_of = _unique(_table(queries, "queries", ("query_id", "query")), "queries", "query_id")["query"].to_dict()
    ids = set(_unique(catalogue, "products", "product_id").index)
    judged = _judgements(_table(qrels, "qrels", ("query_id", "product_id", "grade")), text_of, ids)
    search = CatalogueSearch.from_products(catalogue, encoder, cache, progress)
    report: dict[str, object] = {}
    for ranker in RANKERS:
        progress(f"evaluate {ranker}", RANKERS.index(ranker) / len(RANKERS))
        report[ranker] = _score(search, ranker, text_of, judged)
    return {**report, "n_queries": len(judged)}


def _score(
    search: CatalogueSearch, ranker: Ranker, text_of: Mapping[str, str], judged: Mapping[str, Mapping[str, int]]
) -> dict[str, float]:
    """Search every judged query and return the means of the metrics and the times."""
    search.search("warm up", _DEPTH, ranker=ranker)
    totals, times_ms = dict.fromkeys((*_METRICS, "judged_ndcg@10"), 0.0), []
    for query_id, grades in judged.items():
        started = time.perf_counter()
        hits = search.search(text_of[query_id], _DEPTH, ranker=ranker)
        times_ms.append(1_000 * (time.perf_counter() - started))
        ranking = [hit.product_id for hit in hits]
        for name, metric in _METRICS.items():
            totals[name] += metric(ranking, grades)
        everything = search.search(text_of[query_id], len(search.catalogue.product_ids), ranker=ranker)
        totals["judged_ndcg@10"] += judged_ndcg([hit.product_id for hit in everything], grades)
    means = {name: round(total / len(judged), 4) for name, total in totals.items()}
    p50_ms, p95_ms = np.percentile(times_ms, [50, 95])
    return {**means, "p50_ms": round(float(p50_ms), 2), "p95_ms": round(float(p95_ms), 2)}


def _table(source: Table, name: str, required: Sequence[str]) -> pd.DataFrame:
    """Read a table and check that it has the required columns, ids as text."""
    frame = source.copy() if isinstance(source, pd.DataFrame) else _read(Path(source), name)
    absent = [column for column in required if column not in frame]
    if absent:
        raise MissingColumn(
            f"The {name} table lacks the column {', '.join(absent)}; it has {', '.join(map(str, frame.columns))}. "
            "Rename or add the column, then evaluate again."
        )
    for column in ("product_id", "query_id"):
        if column in frame:
            frame[column] = [_as_id(value) for value in frame[column]]
    return frame


def _read(path: Path, name: str) -> pd.DataFrame:
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype={"product_id": str, "query_id": str, "query": str}, keep_default_na=False)
    except (OSError, ValueError) as error:  # pandas and pyarrow derive their parsing errors from these two
        raise NotATable(
            f"The {name} file {path} cannot be read: {error}. Give a CSV file in UTF-8 or a Parquet file."
        ) from error


def _as_id(value: object) -> str:
    """Return an id as text; a whole number that a file stored with a decimal point is still that number."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _unique(frame: pd.DataFrame, name: str, column: str) -> pd.DataFrame:
    indexed = frame.set_index(column)
    if not indexed.index.is_unique:
        twice = indexed.index[indexed.index.duplicated()][0]
        raise SourceError(f"The {name} table has the {column} {twice!r} twice. Remove one, then evaluate again.")
    return indexed


def _judgements(qrels: pd.DataFrame, queries: Collection[str], products: Collection[str]) -> dict[str, dict[str, int]]:
    """Return query id -> product id -> grade for the queries with a positive grade."""
    for column, known, name in (("query_id", queries, "queries"), ("product_id", products, "products")):
        unknown = sorted(set(qrels[column]) - set(known))
        if unknown:
            raise UnknownId(
                f"The qrels table names {len(unknown):,} {column} values that the {name} table lacks, such as "
                f"{', '.join(map(repr, unknown[:3]))}. Add them there, or remove those judgements."
            )
    judged: dict[str, dict[str, int]] = {}
    for query_id, product_id, value in zip(qrels["query_id"], qrels["product_id"], qrels["grade"], strict=True):
        grade = _grade(value)
        if judged.setdefault(query_id, {}).setdefault(product_id, grade) != grade:
            raise SourceError(f"The qrels table grades product {product_id!r} twice, differently, for {query_id!r}.")
    positive = {query_id: row for query_id, row in judged.items() if any(grade > 0 for grade in row.values())}
    if not positive:
        raise SourceError("No judgement in the qrels table has a positive grade, so there is nothing to find.")
    return positive


def _grade(value: object) -> int:
    try:
        grade = float(str(value))
    except ValueError:
        grade = -1.0
    if grade < 0 or not grade.is_integer():
        raise SourceError(f"The qrels table has the grade {value!r}. Grades are whole numbers from 0 up.")
    return int(grade)
