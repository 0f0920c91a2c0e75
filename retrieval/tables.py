"""Clean tables: reading a data folder's Parquet files with DuckDB, never loading a table whole."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from retrieval.duck import connect, sql_text

QUARANTINE = "quarantine"
HELDOUT = "heldout"


class CleanTables:
    """The clean tables of one data folder, one SQL view each. Safe to share between threads.

    Example: CleanTables(workspace.data).query("SELECT count(*) AS n FROM products WHERE status = ?", ["live"])
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self.folder = folder
        self._threads = threads
        self._guard = threading.Lock()
        self._connections: dict[bool, duckdb.DuckDBPyConnection] = {}
        self._spill: tempfile.TemporaryDirectory[str] | None = None

    def has(self, table: str) -> bool:
        """Whether the clean table exists: a contract table, or "quarantine"."""
        return (self.folder / f"{table}.parquet").is_file()

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Run one SELECT over the clean tables and return its rows.

        The connection can read this folder's clean tables and nothing else: no other file, no network.
        """
        return self._run(sql, params, heldout=False)

    def heldout(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Like `query`, with heldout_products, heldout_events and so on too. For the backtest only."""
        return self._run(sql, params, heldout=True)

    def close(self) -> None:
        """Close the connections; a later query opens them again."""
        with self._guard:
            while self._connections:
                self._connections.popitem()[1].close()
            if self._spill:
                self._spill.cleanup()
                self._spill = None

    def _run(self, sql: str, params: Sequence[object], *, heldout: bool) -> pd.DataFrame:
        with self._guard:
            if heldout not in self._connections:
                self._connections[heldout] = self._connect(heldout)
            cursor = self._connections[heldout].cursor()  # a cursor per call is what makes threads safe
        try:
            return cursor.execute(sql, list(params)).df()
        finally:
            cursor.close()

    def _connect(self, heldout: bool) -> duckdb.DuckDBPyConnection:
        paths = {path.stem: path for path in sorted(self.folder.glob("*.parquet"))}
        if heldout:
            paths |= {f"{HELDOUT}_{path.stem}": path for path in sorted((self.folder / HELDOUT).glob("*.parquet"))}
        # Left to itself, DuckDB spills to a folder `.tmp` wherever the app was started.
        self._spill = self._spill or tempfile.TemporaryDirectory(prefix="launch-copilot-")
        connection = connect(Path(self._spill.name), self._threads)
        for name, path in paths.items():
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({sql_text(str(path))})")
        connection.execute(f"SET allowed_paths = [{', '.join(sql_text(str(path)) for path in paths.values())}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection
