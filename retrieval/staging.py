"""Staging: raw batches of a source become checked Parquet files, one table at a time and never whole in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from retrieval.coercion import as_id, column_of
from retrieval.contracts import TABLES, TableContract, validate
from retrieval.privacy import pseudonyms
from retrieval.progress import Progress
from retrieval.quarantine import ROW, SET_ASIDE, Quarantine
from retrieval.sources import BATCH_ROWS, Source

_ARROW = {
    "id": pa.string(),
    "text": pa.string(),
    "number": pa.float64(),
    "date": pa.date32(),
    "week": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


@dataclass
class StagedTable:
    """One table after staging: its checked rows in `path`, how many, and what its batches showed."""

    path: Path
    n_raw: int = 0
    n_clean: int = 0
    unknown_columns: set[str] = field(default_factory=set)
    set_aside_ids: set[str] = field(default_factory=set)  # product ids of quarantined products


def stage_table(
    source: Source,
    table: str,
    as_of: date | None,
    folder: Path,
    pseudonym_key: bytes,
    quarantine: Quarantine,
    progress: Progress,
) -> StagedTable:
    """Check every batch of one table and write its clean rows to `folder`/<table>.parquet.

    Shoppers' ids are replaced before the check, so that a quarantined row holds no raw id either.

    Raises:
        MissingColumn: a required column is absent.
    """
    contract = TABLES[table]
    staged = StagedTable(folder / f"{table}.parquet")
    known = {column.name for column in contract.columns}
    with pq.ParquetWriter(staged.path, _schema(contract), compression="zstd") as writer:
        for batch in _sliced(source.batches(table, as_of)):
            staged.unknown_columns |= {str(name)[:60] for name in batch.columns} - known - {SET_ASIDE}
            if "user_id" in known and "user_id" in batch:
                batch = batch.assign(user_id=pseudonyms(as_id(column_of(batch, "user_id")), pseudonym_key))
            checked = validate(table, batch, first_row=staged.n_raw)
            staged.n_raw += len(batch)
            staged.n_clean += len(checked.clean)
            quarantine.add(checked.quarantine)
            if table == "products" and len(checked.quarantine):
                bad = column_of(batch, "product_id").iloc[checked.quarantine["row"] - staged.n_raw + len(batch)]
                staged.set_aside_ids |= set(as_id(bad).dropna())
            writer.write_table(pa.Table.from_pandas(checked.clean, schema=_schema(contract), preserve_index=False))
            progress("data", None, f"{table}: {staged.n_raw:,} rows read")
    return staged


def _schema(contract: TableContract) -> pa.Schema:
    return pa.schema([*((column.name, _ARROW[column.kind]) for column in contract.columns), (ROW, pa.int64())])


def _sliced(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
    for batch in batches:
        for start in range(0, max(len(batch), 1), BATCH_ROWS):  # an empty batch still shows its columns
            yield batch.iloc[start : start + BATCH_ROWS]
