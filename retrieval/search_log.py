"""Search log: the indexed queries with their embeddings and their searches per week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Self

import duckdb
import numpy as np
import pandas as pd
from scipy import sparse

from retrieval.index import DenseIndex, normalise_query, read_facts
from retrieval.weeks import week_range

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class SearchLog:
    """What shoppers searched for. Row i of `vectors` and `counts` belongs to `queries[i]`, column j to `weeks[j]`."""

    queries: tuple[str, ...]
    vectors: np.ndarray  # (n_queries, dimension)
    counts: sparse.csr_array  # (n_queries, n_weeks), searches
    weeks: tuple[date, ...]  # Mondays without gaps; a week that the log only begins is left out

    @classmethod
    def load(cls, index: Path, data: Path) -> Self | None:
        """Load the queries indexed in `index` with their counts from `data`/queries.parquet; None without a log."""
        if not read_facts(index)["n_queries"]:
            return None
        queries = tuple(pd.read_parquet(index / "queries.parquet")["query"])
        vectors = DenseIndex.load(index / "queries.faiss").vectors
        with duckdb.connect() as connection:
            source = str(data / "queries.parquet")
            weeks = _complete_weeks(connection, source)
            rows = connection.execute(
                "SELECT date_trunc('week', date)::DATE, query, sum(count) FROM read_parquet(?) GROUP BY ALL", [source]
            ).fetchall()
        return cls(queries, vectors, _weekly_counts(rows, queries, weeks), weeks)


def _complete_weeks(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[date, ...]:
    """Return the log's weeks from its first to its last complete one.

    A log dated on Mondays only counts whole weeks; a daily one whose last day is no Sunday ends in a part of a week,
    which would look like falling demand.
    """
    first, last, daily = connection.execute(
        "SELECT date_trunc('week', min(date))::DATE, max(date)::DATE, bool_or(isodow(date) <> 1) FROM read_parquet(?)",
        [source],
    ).fetchall()[0]
    last_week = last - timedelta(days=last.weekday())
    if daily and last.weekday() != 6 and last_week > first:
        last_week -= _WEEK
    return week_range(first, (last_week - first) // _WEEK + 1)


def _weekly_counts(
    rows: list[tuple[date, str, float]], queries: tuple[str, ...], weeks: tuple[date, ...]
) -> sparse.csr_array:
    query_row = {query: row for row, query in enumerate(queries)}
    week_column = {week: column for column, week in enumerate(weeks)}
    found = [
        (query_row[normalise_query(query)], week_column[week], float(count))
        for week, query, count in rows
        if week in week_column and normalise_query(query) in query_row
    ]
    at_rows, at_columns, counts = (np.array(values) for values in zip(*found, strict=True)) if found else ([], [], [])
    # Spellings that count as one query meet in one cell, where their counts are added.
    return sparse.csr_array((counts, (at_rows, at_columns)), shape=(len(queries), len(weeks)))
