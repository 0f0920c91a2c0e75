"""DuckDB for adapters: one short-lived connection with bounded memory, and results streamed as batches."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pandas as pd

from retrieval.sources import BATCH_ROWS

_MEMORY = "1GB"


@contextmanager
def bounded_connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory connection of at most 1 GB and two threads; what does not fit spills to a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="launch-copilot-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "temp_directory": spill,
            "threads": 2,
        }
        with duckdb.connect(config=config) as connection:
            yield connection


def stream(connection: duckdb.DuckDBPyConnection, sql: str, batch_rows: int = BATCH_ROWS) -> Iterator[pd.DataFrame]:
    """Run a SELECT and yield its rows, `batch_rows` at a time, while DuckDB computes the next ones."""
    with connection.sql(sql).to_arrow_reader(batch_rows) as reader:
        for batch in reader:
            if batch.num_rows:
                yield batch.to_pandas()
