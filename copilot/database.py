"""The database under the store: its connections, and its errors in plain words; `tables` says what it holds.

SQLite runs in WAL mode, so readers never wait for a writer; writers wait for each other up to `BUSY_S` and take the
write lock when they begin, so that what they read first is still true when they write. On a full disk SQLite cannot
make the small file that WAL readers share; connections then take turns without it, so that reading goes on. Any other
SQLAlchemy URL works.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from sqlite3 import OperationalError as SqliteOperationalError
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, StaticPool

from copilot.errors import StoreError
from copilot.tables import Table

BUSY_S = 10.0
FULL_BELOW_BYTES = 1_000_000  # with less free space SQLite's own files may not fit


class Database:
    """Sessions on one database URL, every failure of which is a StoreError.

    Raises:
        StoreError: the URL is none, or the database cannot be opened, read or set up.
    """

    def __init__(self, url: str) -> None:
        try:
            self._where = make_url(url).render_as_string(hide_password=True)
            self._folder = _folder_of(url)
            self._engine = _engine(url)
            self._turn: AbstractContextManager[Any] = nullcontext()  # a lock, once sessions must take turns
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as cause:
            raise StoreError(f"{url!r} is no database that can be used here ({cause}). Check the setting.") from cause
        try:
            self._create_missing_tables()
        except StoreError:
            if self._folder is None or not _is_full(self._folder):
                raise
            self._engine = _engine(url, taking_turns=True)
            self._turn = threading.Lock()
            self._create_missing_tables()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one unchanging state."""
        with self._turn, self._translated(), Session(self._engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits as a whole at its end, or leaves no trace when anything fails."""
        with self._turn, self._translated(), Session(self._for_writing()) as session, session.begin():
            yield session

    def close(self) -> None:
        self._engine.dispose()

    def _create_missing_tables(self) -> None:
        """Write only when something is missing, so that a database that is complete opens on a full disk too."""
        with self._translated():
            if not set(Table.metadata.tables) <= set(inspect(self._engine).get_table_names()):
                with self._for_writing().begin() as connection:
                    Table.metadata.create_all(connection)

    def _for_writing(self) -> Engine:
        return self._engine.execution_options(writes=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as cause:
            raise StoreError(_in_plain_words(self._where, self._folder, cause)) from cause


def _folder_of(url: str) -> Path | None:
    """Return the folder of a SQLite file; None for a database that is no file of this machine."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return None
    folder = Path(parsed.database).absolute().parent
    return folder if folder.is_dir() else None


def _is_full(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < FULL_BELOW_BYTES


def _engine(url: str, *, taking_turns: bool = False) -> Engine:
    """Return the engine of a URL; with `taking_turns` each SQLite session has the file for itself while it lasts."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url)
    in_memory = parsed.database in (None, "", ":memory:")
    pool = {"poolclass": StaticPool} if in_memory else {"poolclass": NullPool} if taking_turns else {}
    engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False}, **pool)
    if taking_turns:
        event.listen(engine, "connect", _hold_alone)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _hold_alone(connection: Any, _record: object) -> None:
    """Let SQLite keep in memory what WAL readers otherwise share in a file."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Settings of a new connection; the driver must leave BEGIN to `_begin_sqlite`."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    _use_wal(connection)


def _use_wal(connection: Any) -> None:
    """Switch to WAL; SQLite does not wait by itself when another process is doing the same."""
    give_up_at = time.monotonic() + BUSY_S
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except SqliteOperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _in_plain_words(where: str, folder: Path | None, cause: SQLAlchemyError) -> str:
    detail = str(cause.orig if isinstance(cause, DatabaseError) else cause)
    if folder is not None and ("is full" in detail or ("I/O error" in detail and _is_full(folder))):
        return f"{_FULL_DISK.format(folder=folder)} (The database says: {detail}.)"
    for sign, words in _KNOWN_TROUBLES:
        if sign in detail:
            return f"{words.format(where=where)} (The database says: {detail}.)"
    return f"The database {where} failed: {detail}. Nothing was written."


_FULL_DISK = (
    "The disk that holds the folder {folder} is full. Nothing was written; free some space on that disk and try again. "
    "What is stored can still be read."
)
_KNOWN_TROUBLES = (
    ("locked", f"The database {{where}} was busy for more than {BUSY_S:g} s. Nothing was written; try again."),
    ("readonly", "The database {where} cannot be written. Nothing was lost; make the file and its folder writable."),
    (
        "not a database",
        "{where} is no SQLite database, or damaged. Move it away or restore a copy; nothing was changed.",
    ),
    ("malformed", "The database {where} is damaged. Move it away or restore a copy; nothing was changed."),
    ("unable to open", "The database {where} cannot be opened. Check that its folder exists and can be written."),
    ("is full", "The disk of the database {where} is full. Nothing was written; free some space there and try again."),
    ("FOREIGN KEY", "The database {where} refused a row that belongs to nothing it holds. Nothing was written."),
)
