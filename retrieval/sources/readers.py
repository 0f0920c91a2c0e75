"""Readers: CSV, Parquet and Excel files as batches of raw rows, with errors that say what is wrong with the file.

A file that is no table at all raises NotATable. A single row that is not like the others (too many cells) is passed on
with its reason in the column `set_aside`, so that it reaches the quarantine.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from retrieval.errors import NotATable
from retrieval.quarantine import SET_ASIDE
from retrieval.sources import BATCH_ROWS

SUFFIXES = (".csv", ".tsv", ".parquet", ".xlsx")
_BATCH_CHARACTERS = 32_000_000  # a batch ends early when its cells are long, so that memory stays bounded
_MAX_CELL = 64_000_000  # a longer cell is a quote that was never closed
_DELIMITERS = ",;\t|"


def read_batches(path: Path, *, all_sheets: bool = False) -> Iterator[pd.DataFrame]:
    """Yield the rows of a table file, at most BATCH_ROWS at a time; the first batch comes even if it has no rows.

    Column names are lower-cased, with `_` for spaces. CSV cells stay text, so that `00123` keeps its zeros.

    Args:
        all_sheets: read every sheet of a workbook one after the other, not just the first.
    Raises:
        NotATable: the file has another format, is damaged, is not UTF-8, or names a column twice.
    """
    suffix = path.suffix.lower()
    if suffix in {".csv", ".tsv"}:
        return _read_csv(path)
    if suffix == ".parquet":
        return _read_parquet(path)
    if suffix == ".xlsx":
        return _read_xlsx(path, all_sheets)
    raise NotATable(f"{path.name} is no table that can be read; save it as one of {', '.join(SUFFIXES)}.")


def _read_csv(path: Path) -> Iterator[pd.DataFrame]:
    csv.field_size_limit(_MAX_CELL)
    rows_read = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first_line = file.readline(1_000_000)
            file.seek(0)
            if "\0" in first_line:
                raise NotATable(f"{path.name} is a binary file, not CSV text.")
            rows = csv.reader(file, delimiter=_delimiter(first_line))
            columns = _column_names(path, next(rows, []))
            for batch in _batched(rows):
                rows_read += len(batch)
                yield _frame(columns, batch)
    except UnicodeDecodeError as error:
        raise NotATable(
            f"{path.name} is not UTF-8 text: byte 0x{error.object[error.start]:02x} in line "
            f"{_undecodable_line(path):,}. Save it again with the encoding UTF-8 (in Excel: CSV UTF-8)."
        ) from error
    except csv.Error as error:
        raise NotATable(
            f"{path.name} cannot be read as CSV: {error}, between rows {rows_read + 1:,} and "
            f"{rows_read + BATCH_ROWS:,}. Is a quote not closed there?"
        ) from error


def _undecodable_line(path: Path) -> int:
    """Return the number of the first line that is not UTF-8; the decoder itself knows only its place in a block."""
    with path.open("rb") as file:
        return next((number for number, line in enumerate(file, 1) if not _is_utf8(line)), 1)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=lambda mark: (line.count(mark), mark == ","))


def _column_names(path: Path, cells: Iterable[object]) -> list[str]:
    names = ["_".join(str(cell or "").strip().lower().split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise NotATable(f"{path.name} is empty: its first row should name the columns.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise NotATable(f"{path.name} names the column {twice[0][:60]!r} twice; rename one of them.")
    return names


def _batched(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    """Rows in lists that are short in rows and in characters; one list comes even without rows."""
    batch: list[list[str]] = []
    characters = 0
    for row in rows:
        if not row:  # an empty line
            continue
        batch.append(row)
        characters += sum(map(len, row))
        if len(batch) >= BATCH_ROWS or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    yield batch


def _frame(columns: list[str], rows: list[list[str]]) -> pd.DataFrame:
    """Rows as text columns; a row of another length keeps its reason only.

    Nobody knows which column its cells belong to, and one of them may be a shopper's id, which no file may hold.
    """
    width = len(columns)
    reasons = [None if len(row) == width else f"the row has {len(row)} cells instead of {width}" for row in rows]
    even = [row if len(row) == width else [""] * width for row in rows]
    frame = pd.DataFrame(even, columns=columns, dtype="str")
    if any(reasons):
        frame[SET_ASIDE] = pd.Series(reasons, dtype="object")
    return frame.mask(frame == "")


def _read_parquet(path: Path) -> Iterator[pd.DataFrame]:
    try:
        with pq.ParquetFile(path) as file:
            columns = _column_names(path, file.schema_arrow.names)
            empty = True
            for batch in file.iter_batches(batch_size=BATCH_ROWS // 5):
                batch.validate(full=True)  # text that is not UTF-8 shows only here
                empty = False
                yield _from_arrow(batch, columns)
            if empty:
                yield pd.DataFrame(columns=columns)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise NotATable(f"{path.name} cannot be read as a Parquet file: {str(error)[:200]}") from error


def _from_arrow(batch: pa.RecordBatch, columns: list[str]) -> pd.DataFrame:
    frame = batch.to_pandas(ignore_metadata=True)  # an index that pandas saved is a column like any other
    frame.columns = columns
    for name, kind in zip(columns, batch.schema.types, strict=True):
        if pa.types.is_nested(kind):
            cells = batch.column(columns.index(name)).to_pylist()
            frame[name] = [None if cell is None else json.dumps(cell, default=str) for cell in cells]
    return frame.drop(columns=[name for name in columns if name.startswith("__index_level_")])


def _read_xlsx(path: Path, all_sheets: bool) -> Iterator[pd.DataFrame]:
    import openpyxl  # imported late: it is slow to import, and few sources are workbooks
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise NotATable(f"{path.name} cannot be read as an Excel workbook (.xlsx): {str(error)[:200]}") from error
    try:
        for sheet in workbook.worksheets if all_sheets else workbook.worksheets[:1]:
            rows = sheet.iter_rows(values_only=True)
            columns = _column_names(path, next(rows, ()))
            yield from _sheet_batches(columns, rows)
    finally:
        workbook.close()


def _sheet_batches(columns: list[str], rows: Iterable[tuple[object, ...]]) -> Iterator[pd.DataFrame]:
    batch: list[tuple[object, ...]] = []
    for row in rows:
        cells = row[: len(columns)]
        if any(cell is not None for cell in cells):
            batch.append(cells + (None,) * (len(columns) - len(cells)))
        if len(batch) >= BATCH_ROWS // 5:
            yield pd.DataFrame(batch, columns=columns, dtype=object)
            batch = []
    yield pd.DataFrame(batch, columns=columns, dtype=object)
