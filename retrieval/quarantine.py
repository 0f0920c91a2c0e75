"""Quarantine: rows that were set aside, each with its reason, counted and never dropped silently."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# A source may mark a row itself (a cancelled invoice, a fee): text in this column sets the row aside with that reason.
SET_ASIDE = "set_aside"
# The row's number within its table, counted from 0 over all batches, so that a person can find it in the file.
ROW = "row"
_SCHEMA = pa.schema([("table", pa.string()), (ROW, pa.int64()), ("reason", pa.string()), ("record", pa.string())])
_CELL = 200  # characters of a cell that a record keeps


def quarantine_rows(table: str, raw: pd.DataFrame, rows: Sequence[int], reasons: Sequence[str]) -> pd.DataFrame:
    """Rows of the quarantine (table, row, reason, record as JSON) for the records in `raw`, one each.

    Long cells are cut in the record, so that a quarantine stays small whatever broke the row.
    """
    records = raw.drop(columns=[SET_ASIDE, ROW], errors="ignore").to_dict("records")
    return pd.DataFrame(
        {
            "table": pd.Series([table] * len(rows), dtype="str"),
            ROW: pd.Series(rows, dtype="int64"),
            "reason": pd.Series(reasons, dtype="str"),
            "record": pd.Series([_record(record) for record in records], dtype="str"),
        }
    )


def _record(record: Mapping[Hashable, object]) -> str:
    return json.dumps({str(name)[:_CELL]: _cell(value) for name, value in record.items()}, ensure_ascii=True)


def _cell(value: object) -> object:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if isinstance(value, bool | int | float):
        return value if value not in (float("inf"), float("-inf")) else str(value)
    text = str(value)
    return text if len(text) <= _CELL else f"{text[:_CELL]}... ({len(text):,} characters)"


class Quarantine:
    """Writes the rows that were set aside to one Parquet file, and counts them by table and reason."""

    def __init__(self, path: Path) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self._writer = pq.ParquetWriter(path, _SCHEMA, compression="zstd")

    def __enter__(self) -> Quarantine:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def add(self, rows: pd.DataFrame) -> None:
        """Write rows that `quarantine_rows` made."""
        if rows.empty:
            return
        for table, reason in zip(rows["table"], rows["reason"], strict=True):
            self.counts.setdefault(table, Counter())[reason] += 1
        self._writer.write_table(pa.Table.from_pandas(rows, schema=_SCHEMA, preserve_index=False))

    def summary(self, table: str) -> str:
        """The most frequent reasons of one table, in words."""
        counts = self.counts.get(table, Counter())
        reasons = "; ".join(f"{reason} ({count:,} rows)" for reason, count in counts.most_common(3))
        return reasons or "there are no rows"
