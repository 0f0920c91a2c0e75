"""Files: the operator's own folder, with one CSV, TSV, Parquet or Excel file per table, named like the table.

shop/products.csv  shop/events.parquet  shop/queries.xlsx  ...
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from retrieval.contracts import TABLES
from retrieval.errors import MissingTable, SourceError
from retrieval.manifest import sha256_of
from retrieval.sources.readers import SUFFIXES, read_batches

_VERSION = 1


class FileSource:
    """The Source `files` over a folder.

    Raises:
        SourceError: the path is no folder, or a table comes in two files.
        MissingTable: products or events is not there; names the files that are.
    """

    name = "files"
    licence = "your own data"
    default_as_of: date | None = None
    simulated_tables: frozenset[str] = frozenset()

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SourceError(f"{folder} is not a folder. Give the folder that holds products and events as files.")
        self.title = f"Files in the folder {folder.resolve().name}"
        self._files = {name: path for name in TABLES if (path := _file_of(folder, name))}
        known = set(self._files.values())
        there = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        self._unread = tuple(path.name for path in there if path not in known)
        missing = [name for name, contract in TABLES.items() if contract.required and name not in self._files]
        if missing:
            raise MissingTable(
                f"The folder {folder} has no file for {' and '.join(missing)}. Expected for example "
                f"{missing[0]}.csv (or {', '.join(SUFFIXES[1:])}); "
                f"it has {', '.join(path.name for path in there[:20]) or 'no files'}."
            )

    def tables(self) -> tuple[str, ...]:
        return tuple(self._files)

    def batches(self, table: str, as_of: date | None) -> Iterator[pd.DataFrame]:
        return read_batches(self._files[table])

    def notes(self) -> tuple[str, ...]:
        if not self._unread:
            return ()
        return (f"Not read, since no table has that name: {', '.join(self._unread[:20])}.",)

    def fingerprint(self) -> str:
        digest = hashlib.sha256(f"files {_VERSION}".encode())
        for name, path in self._files.items():
            digest.update(f"{name}{path.suffix}{sha256_of(path)}".encode())
        return digest.hexdigest()


def _file_of(folder: Path, table: str) -> Path | None:
    found = [path for path in sorted(folder.iterdir()) if path.stem == table and path.suffix.lower() in SUFFIXES]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise SourceError(f"The folder {folder} has {names} for the same table; keep one of them.")
    return found[0] if found else None
