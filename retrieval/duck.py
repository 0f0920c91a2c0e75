"""DuckDB: how every connection is opened. Bounded memory, a place to spill, no network; and results as batches."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

_MEMORY = "1GB"
_BATCH_ROWS = 250_000


def connect(spill: Path, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An in-memory database of at most 1 GB; what does not fit spills to the folder `spill`.

    DuckDB would fetch an extension that a query needs from the network; here it never does.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads,
        "memory_limit": _MEMORY,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    return duckdb.connect(config=config)


@contextmanager
def scratch_connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one task, with a spill folder that goes when the task is done."""
    with tempfile.TemporaryDirectory(prefix="launch-copilot-") as spill, connect(Path(spill)) as connection:
        yield connection


def stream(connection: duckdb.DuckDBPyConnection, sql: str, batch_rows: int = _BATCH_ROWS) -> Iterator[pd.DataFrame]:
    """Run a SELECT and yield its rows, `batch_rows` at a time, while DuckDB computes the next ones."""
    with connection.sql(sql).to_arrow_reader(batch_rows) as reader:
        for batch in reader:
            if batch.num_rows:
                yield batch.to_pandas()


def sql_text(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
