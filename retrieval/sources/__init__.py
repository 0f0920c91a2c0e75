"""Sources: adapters that turn somebody's data into the contract's tables. Public: `Source`, `open_source`, `SOURCES`.

An adapter yields raw rows in the contract's columns, a batch at a time, and judges nothing that the contract judges. A
row that only the adapter can know to be odd (a cancelled invoice, a fee) carries its reason in the column `set_aside`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Protocol

import pandas as pd

from retrieval.errors import SourceError

SOURCES = ("complete_journey", "online_retail", "files")
BATCH_ROWS = 250_000


class Source(Protocol):
    """Something that has the contract's tables."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def default_as_of(self) -> date | None:
        """The Monday that separates past from future; None means the Monday after the last event."""
        ...

    @property
    def simulated_tables(self) -> frozenset[str]:
        """Names of the tables that are simulated."""
        ...

    def tables(self) -> tuple[str, ...]:
        """The contract tables that it has."""
        ...

    def batches(self, table: str, as_of: date | None) -> Iterator[pd.DataFrame]:
        """Raw rows of one table, at most BATCH_ROWS at a time.

        Rows at or after `as_of` are yielded too (ingest holds them out), but nothing that the adapter derives for the
        time before `as_of` may depend on them. None: everything is past.
        """
        ...

    def notes(self) -> tuple[str, ...]:
        """What a reader of the data report should know about how the tables were made."""
        ...

    def fingerprint(self) -> str:
        """A hash over the input files and the adapter's version: equal ones give equal tables."""
        ...


def open_source(name: str, path: Path | None = None) -> Source:
    """Open a source by its name.

    Args:
        name: "complete_journey" (needs no path), "online_retail" (path of UCI's file), "files" (path of a folder), or
            "simulated" for tests and benchmarks.
    Raises:
        SourceError: the name is unknown, or the path is missing or absent.
    """
    if name == "complete_journey":
        from retrieval.sources.complete_journey import CompleteJourney

        return CompleteJourney(path)
    if name == "online_retail":
        from retrieval.sources.online_retail import OnlineRetail

        return OnlineRetail(_needed(name, path, "the file of UCI Online Retail II (.xlsx, .csv or .parquet)"))
    if name == "files":
        from retrieval.sources.files import FileSource

        return FileSource(_needed(name, path, "a folder of CSV, Parquet or Excel files"))
    if name == "simulated":
        from retrieval.sources.simulated import simulated_shop

        return simulated_shop()
    raise SourceError(f"There is no source {name!r}. Choose one of {', '.join(SOURCES)}.")


def _needed(name: str, path: Path | None, what: str) -> Path:
    if path is None:
        raise SourceError(f"The source {name!r} needs --path: {what}.")
    path = Path(path).expanduser()
    if not path.exists():
        raise SourceError(f"{path} does not exist. Give --path: {what}.")
    return path
