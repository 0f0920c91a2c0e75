"""Settling: what only the whole data can decide. Repeated keys, unknown products, launches, live or candidate, and the
cut at `as_of` between what models may see and what is held out.

All of it runs in DuckDB over the staged Parquet files with bounded memory; large sorts spill to the scratch folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from retrieval.contracts import TABLES, duplicate_reason
from retrieval.duck import connect, sql_text
from retrieval.errors import SourceError
from retrieval.first_sales import first_sales_sql
from retrieval.quarantine import ROW, Quarantine, quarantine_rows
from retrieval.staging import StagedTable
from retrieval.tables import HELDOUT
from retrieval.weeks import week_of

OUTCOME_DAYS = 28  # the first four weeks, whose units are what the models predict
_TIME_COLUMN = {"events": "ts", "queries": "date", "placements": "week", "market": "date"}  # slots lie ahead: no cut
_ORDER = {
    "products": "product_id",
    "events": "product_id, ts, row",
    "queries": "date, query, row",
    "placements": "product_id, week, placement",
    "market": "date, row",
    "slots": "week, placement",
}


@dataclass(frozen=True)
class Settled:
    """What settling found: the cut, rows per table before and after it, and counts of products."""

    as_of: date
    rows: Mapping[str, int]
    held_out: Mapping[str, int]
    first_day: date
    last_day: date
    n_live: int
    n_candidates: int
    n_past_launches: int
    n_priced: int
    launches_derived: bool


def settle(
    staged: Mapping[str, StagedTable], out: Path, as_of: date | None, quarantine: Quarantine, scratch: Path
) -> Settled:
    """Write the clean tables to `out` and what lies at or after `as_of` to `out`/heldout.

    Args:
        as_of: the cut; None means the Monday after the last event.
        scratch: a folder for what does not fit in memory.
    Raises:
        SourceError: no event is left, or none before `as_of`.
    """
    with connect(scratch / "spill") as con:
        for name, table in staged.items():
            con.execute(f"CREATE VIEW staged_{name} AS SELECT * FROM read_parquet({sql_text(str(table.path))})")
        _find_bad_rows(con, staged)
        for name in staged:
            _set_aside(con, name, quarantine)
        first, last = _event_span(con, quarantine)
        cut = week_of(as_of) if as_of else week_of(last) + timedelta(weeks=1)
        if cut <= first:
            raise SourceError(
                f"as_of {cut} leaves no history: the first event is on {first}. Choose a later --as-of, up to {last}."
            )
        derived = _date_launches(con, cut)
        _set_status(con, cut)
        rows, held_out = _write_tables(con, staged, out, cut)
        live, candidates, launches, priced = _count_products(con, cut, first)
        last_before = con.execute(f"SELECT max(ts)::DATE FROM sound_events WHERE ts < DATE '{cut}'").fetchall()[0][0]
    return Settled(cut, rows, held_out, first, last_before, live, candidates, launches, priced, derived)


def _find_bad_rows(con: duckdb.DuckDBPyConnection, staged: Mapping[str, StagedTable]) -> None:
    """Make a table bad_<name>(row, reason) per table: repeated keys, and products that the catalogue lacks."""
    aside = pd.DataFrame({"product_id": pd.Series(sorted(staged["products"].set_aside_ids), dtype="str")})
    con.register("aside_frame", aside)
    con.execute("CREATE TABLE products_aside AS SELECT product_id::VARCHAR AS product_id FROM aside_frame")
    for name in staged:
        con.execute(f"CREATE TABLE bad_{name} (row BIGINT, reason VARCHAR)")
        if TABLES[name].unique:
            _mark_repeated(con, name)
        if name in ("events", "placements"):
            _mark_unknown(con, name)


def _mark_repeated(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Batches were checked one by one; a key that two batches share shows only here."""
    key = ", ".join(TABLES[name].unique)
    con.execute(
        f"""INSERT INTO bad_{name}
        SELECT s.{ROW}, {sql_text(duplicate_reason(TABLES[name]))}
        FROM staged_{name} s
        JOIN (SELECT {key}, min({ROW}) AS kept FROM staged_{name} GROUP BY {key} HAVING count(*) > 1) k USING ({key})
        WHERE s.{ROW} > k.kept"""
    )


def _mark_unknown(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute(
        f"""INSERT INTO bad_{name}
        SELECT s.{ROW},
            CASE WHEN a.product_id IS NULL THEN 'product_id is not in products' ELSE 'its product was set aside' END
        FROM staged_{name} s
        ANTI JOIN staged_products p USING (product_id)
        LEFT JOIN products_aside a USING (product_id)"""
    )


def _set_aside(con: duckdb.DuckDBPyConnection, name: str, quarantine: Quarantine) -> None:
    """Copy the bad rows to the quarantine, a piece at a time, and leave the others in the view sound_<name>."""
    con.execute(f"CREATE TABLE worst_{name} AS SELECT {ROW}, min(reason) AS reason FROM bad_{name} GROUP BY {ROW}")
    reader = con.execute(f"SELECT s.*, b.reason FROM staged_{name} s JOIN worst_{name} b USING ({ROW}) ORDER BY {ROW}")
    while len(piece := reader.fetch_df_chunk(8)):
        records = piece.drop(columns="reason")
        quarantine.add(quarantine_rows(name, records, piece[ROW].tolist(), piece["reason"].tolist()))
    con.execute(f"CREATE VIEW sound_{name} AS SELECT * FROM staged_{name} ANTI JOIN worst_{name} USING ({ROW})")


def _event_span(con: duckdb.DuckDBPyConnection, quarantine: Quarantine) -> tuple[date, date]:
    first, last = con.execute("SELECT min(ts)::DATE, max(ts)::DATE FROM sound_events").fetchall()[0]
    if first is None:
        raise SourceError(
            f"No event is left after the check: {quarantine.summary('events')}. Mend the table and try again."
        )
    return first, last


def _date_launches(con: duckdb.DuckDBPyConnection, cut: date) -> bool:
    """Derive launch dates from first purchases when the catalogue has none at all; returns whether it did."""
    if con.execute("SELECT count(launch_date) FROM sound_products").fetchall()[0][0]:
        con.execute("CREATE VIEW dated_products AS SELECT * FROM sound_products")
        return False
    con.execute("CREATE VIEW purchases AS SELECT product_id, ts FROM sound_events WHERE type = 'purchase'")
    con.execute(
        f"""CREATE TABLE dated_products AS
        SELECT p.* REPLACE (
            CASE WHEN f.is_launch THEN f.first_ts
                 WHEN f.first_ts IS NOT NULL THEN (SELECT min(ts) FROM sound_events)
                 ELSE l.first_ts END::DATE AS launch_date)
        FROM sound_products p
        LEFT JOIN ({first_sales_sql("purchases", f"DATE '{cut}'")}) f USING (product_id)
        LEFT JOIN (SELECT product_id, min(ts) AS first_ts FROM purchases GROUP BY product_id) l USING (product_id)"""
    )
    return True


def _set_status(con: duckdb.DuckDBPyConnection, cut: date) -> None:
    """Live: launched before the cut, or without a launch date but with an event before it. Else a candidate."""
    con.execute(
        f"""CREATE TABLE settled_products AS
        SELECT p.*, CASE WHEN launch_date < DATE '{cut}' OR (launch_date IS NULL AND e.product_id IS NOT NULL)
                         THEN 'live' ELSE 'candidate' END AS status
        FROM dated_products p
        LEFT JOIN (SELECT DISTINCT product_id FROM sound_events WHERE ts < DATE '{cut}') e USING (product_id)"""
    )


def _write_tables(
    con: duckdb.DuckDBPyConnection, staged: Mapping[str, StagedTable], out: Path, cut: date
) -> tuple[dict[str, int], dict[str, int]]:
    """Write every table, cut at `cut`; returns rows per table before it and after it."""
    later = out / HELDOUT
    later.mkdir(exist_ok=True)
    columns = _columns("products").replace(
        "launch_date", "CASE WHEN status = 'live' THEN launch_date END AS launch_date"
    )
    rows = {"products": _copy(con, f"SELECT {columns}, status FROM settled_products", "products", out)}
    launches = "SELECT product_id, launch_date FROM settled_products WHERE status = 'candidate'"
    held_out = {"products": _copy(con, launches, "products", later)}
    for name in staged:
        if name == "products":
            continue
        select = f"SELECT {_columns(name)} FROM sound_{name}"
        if name in _TIME_COLUMN:
            rows[name] = _copy(con, f"{select} WHERE {_TIME_COLUMN[name]} < DATE '{cut}'", name, out)
            held_out[name] = _copy(con, f"{select} WHERE {_TIME_COLUMN[name]} >= DATE '{cut}'", name, later)
        else:
            rows[name] = _copy(con, select, name, out)
    return rows, held_out


def _columns(name: str) -> str:
    columns = ", ".join(column.name for column in TABLES[name].columns)
    return f"{columns}, date_trunc('week', ts)::DATE AS week" if name == "events" else columns


def _copy(con: duckdb.DuckDBPyConnection, select: str, name: str, folder: Path) -> int:
    """Write a SELECT's rows, in the table's order so that one product's rows lie together; returns their number."""
    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 60000"
    target = sql_text(str(folder / f"{name}.parquet"))
    return int(con.execute(f"COPY ({select} ORDER BY {_ORDER[name]}) TO {target} ({options})").fetchall()[0][0])


def _count_products(con: duckdb.DuckDBPyConnection, cut: date, first_day: date) -> tuple[int, int, int, int]:
    """Live products, candidates, launches whose first four weeks ended before the cut, products with a price."""
    live, candidates, launches, priced = con.execute(
        f"""SELECT
            count(*) FILTER (status = 'live'),
            count(*) FILTER (status = 'candidate'),
            count(*) FILTER (launch_date > DATE '{first_day}' AND launch_date + {OUTCOME_DAYS} <= DATE '{cut}'),
            count(price)
        FROM settled_products"""
    ).fetchall()[0]
    return live, candidates, launches, priced
