"""Embedding cache: one content-addressed store, so that a rebuild encodes only the texts that are new.

SQLite in WAL mode keeps it whole through a kill: a batch of embeddings is there or it is not. The cache can always be
made again, so a damaged file is set aside and a fresh one begun; only a full disk is an error.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from retrieval.errors import StorageFull, WorkspaceError

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS embeddings (
    encoder TEXT NOT NULL, key BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (encoder, key)
)
"""
_KEYS_PER_QUERY = 500
_BUSY_TIMEOUT_S = 30.0


def text_key(text: str) -> bytes:
    """Return the SHA-256 of a text: the address of its embedding."""
    return hashlib.sha256(text.encode("utf-8")).digest()


class EmbeddingCache:
    """Embeddings on disk, addressed by encoder name and SHA-256 of the text. Threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "embeddings.sqlite"
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, encoder: str, dimension: int, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the stored embeddings, each (dimension,) float32, of those `keys` that are known."""
        found: dict[bytes, np.ndarray] = {}
        with self._connection() as connection:
            for start in range(0, len(keys), _KEYS_PER_QUERY):
                part = keys[start : start + _KEYS_PER_QUERY]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, vector FROM embeddings WHERE encoder = ? AND key IN ({marks})"
                for key, blob in connection.execute(query, (encoder, *part)):
                    if len(blob) == 4 * dimension:
                        found[key] = np.frombuffer(blob, dtype="<f4")
        return found

    def put(self, encoder: str, vectors: Mapping[bytes, np.ndarray]) -> None:
        """Store embeddings in one transaction.

        Raises:
            StorageFull: the disk is full; what was stored before is untouched.
        """
        rows = [(encoder, key, np.asarray(vector, dtype="<f4").tobytes()) for key, vector in vectors.items()]
        with self._connection() as connection:
            connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)

    def count(self) -> int:
        """Return how many embeddings are stored."""
        with self._connection() as connection:
            return int(connection.execute("SELECT count(*) FROM embeddings").fetchone()[0])

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        # A connection per batch: cheap beside encoding, and nothing is shared between threads.
        try:
            connection = self._open()
            try:
                with connection:
                    yield connection
            finally:
                connection.close()
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def _open(self) -> sqlite3.Connection:
        try:
            return self._open_once()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise
        self._set_aside()
        return self._open_once()

    def _open_once(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_S)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_SCHEMA)
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def _set_aside(self) -> None:
        broken = self.path.with_name(f"{self.path.name}.broken-{time.time_ns()}")
        log.warning("The embedding cache %s is damaged; it was set aside as %s and starts anew.", self.path, broken)
        self.path.rename(broken)
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _translated(self, error: sqlite3.DatabaseError) -> WorkspaceError:
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_FULL:
            return StorageFull(f"The disk is full: no room for embeddings in {self.path}. Free some space, then rerun.")
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return WorkspaceError(f"The embedding cache {self.path} is damaged. Delete this file, then rerun.")
        return WorkspaceError(f"The embedding cache {self.path} cannot be used: {error}. Check its folder, then rerun.")
