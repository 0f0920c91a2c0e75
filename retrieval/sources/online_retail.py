"""Online Retail II: two years of a UK online gift shop's invoice lines (UCI), as contract tables.

Reads UCI's file as .xlsx (both sheets), .csv or .parquet. Set aside with a reason: cancellations, and purchases that
one of them takes back in full within a week; postage, fees, vouchers and tests; corrections without a price. The source
has no categories: `gift_categories` derives one from the words of the title.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from retrieval.coercion import as_id, coerce, column_of
from retrieval.duck import scratch_connection, sql_text, stream
from retrieval.errors import MissingColumn
from retrieval.first_sales import first_sales_sql
from retrieval.manifest import sha256_of
from retrieval.quarantine import SET_ASIDE
from retrieval.sources.gift_categories import categorise, readable_title
from retrieval.sources.readers import read_batches
from retrieval.weeks import week_of

_VERSION = 1
_OUTCOME = timedelta(weeks=12)  # what lies this close to the data's end is held out, so candidates have outcomes
# Our name -> the names that the published versions of the file use.
_COLUMNS = {
    "invoice": ("invoiceno", "invoice"),
    "code": ("stockcode",),
    "description": ("description",),
    "quantity": ("quantity",),
    "ts": ("invoicedate",),
    "price": ("unitprice", "price"),
    "customer": ("customerid", "customer_id"),
}
_SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("invoice", pa.string()),
        ("code", pa.string()),
        ("description", pa.string()),
        ("quantity", pa.float64()),
        ("ts", pa.timestamp("us")),
        ("price", pa.float64()),
        ("customer", pa.string()),
    ]
)


class OnlineRetail:
    """The Source `online_retail` over UCI's file."""

    name = "online_retail"
    title = "Online Retail II (UCI): two years of a UK online gift shop"
    licence = "CC BY 4.0, Chen (2019), doi 10.24432/C5CG6D"
    simulated_tables: frozenset[str] = frozenset()

    def __init__(self, path: Path) -> None:
        self._path = path

    def tables(self) -> tuple[str, ...]:
        return ("products", "events")

    @property
    def default_as_of(self) -> date | None:
        """The Monday 12 weeks before the last invoice."""
        return self._last_monday

    @cached_property
    def _last_monday(self) -> date | None:
        with scratch_connection() as con:
            last: datetime | None = con.execute(f"SELECT max(ts) FROM {self._relation}").fetchall()[0][0]
        return week_of(last - _OUTCOME) if last else None

    def fingerprint(self) -> str:
        return hashlib.sha256(f"online_retail {_VERSION} {sha256_of(self._path)}".encode()).hexdigest()

    def notes(self) -> tuple[str, ...]:
        return (
            "Launches are first sales that are not just a slow seller's: at the article's own later rate, at least 5 "
            "invoice lines would have been expected before it. An article that returns after a pause longer than the "
            "data before it looks like a launch.",
            "The source has no categories; they are derived from the head noun of the title.",
            "Invoices without a customer count as one unknown shopper each.",
            "A candidate has no price: its first price was seen only after as_of.",
        )

    def batches(self, table: str, as_of: date | None) -> Iterator[pd.DataFrame]:
        with scratch_connection() as con:
            _create_lines(con, self._relation, as_of or date.max)
            yield from (_products if table == "products" else _events)(con)

    @cached_property
    def _scratch(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="launch-copilot-")

    @cached_property
    def _relation(self) -> str:
        """The file in one format with our column names, read once: UCI's workbook takes a minute to parse."""
        target = Path(self._scratch.name) / "lines.parquet"
        line = 0
        with pq.ParquetWriter(target, _SCHEMA) as writer:
            for raw in read_batches(self._path, all_sheets=True):
                frame = _normalised(raw, self._path)
                frame.insert(0, "line", range(line, line + len(frame)))
                line += len(frame)
                writer.write_table(pa.Table.from_pandas(frame, schema=_SCHEMA, preserve_index=False))
        return f"read_parquet({sql_text(str(target))})"


def _normalised(raw: pd.DataFrame, path: Path) -> pd.DataFrame:
    names = {ours: next((name for name in theirs if name in raw), None) for ours, theirs in _COLUMNS.items()}
    missing = [_COLUMNS[ours][0] for ours, name in names.items() if name is None]
    if missing:
        present = ", ".join(map(str, raw.columns[:20]))
        raise MissingColumn(
            f"{path.name} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)} of UCI's Online "
            f"Retail files. It has: {present}."
        )
    columns = {ours: column_of(raw, name) for ours, name in names.items() if name}
    return pd.DataFrame(
        {
            "invoice": as_id(columns["invoice"]).str.upper(),
            "code": as_id(columns["code"]).str.upper(),
            "description": coerce(columns["description"], "text"),
            "quantity": coerce(columns["quantity"], "number"),
            "ts": _times(columns["ts"]),
            "price": coerce(columns["price"], "number"),
            "customer": as_id(columns["customer"]).str.removesuffix(".0"),
        }
    )


def _times(values: pd.Series) -> pd.Series:
    """ISO times, or the 12/1/2010 8:26 (month first) of one published CSV."""
    times = coerce(values, "timestamp")
    if times.isna().any() and not pd.api.types.is_datetime64_any_dtype(values.dtype):
        american = pd.to_datetime(values, format="%m/%d/%Y %H:%M", errors="coerce")
        times = times.fillna(american.astype("datetime64[us]"))
    return times


def _create_lines(con: duckdb.DuckDBPyConnection, relation: str, as_of: date) -> None:
    """Table lines, each with the reason why it is no purchase (or null); table sales, the purchases.

    A cancellation takes back the latest earlier purchase of the same customer, article and quantity in the week before,
    unless as_of lies between the two: then the cancellation was not known yet.
    """
    cut = f"{sql_text(str(as_of))}::TIMESTAMP"
    con.execute(f"CREATE TABLE raw AS SELECT * FROM {relation}")
    con.execute(
        f"""CREATE TABLE taken_back AS
        SELECT DISTINCT ON (c.line) p.line
        FROM raw c JOIN raw p
          ON p.customer = c.customer AND p.code = c.code AND p.quantity = -c.quantity
         AND p.ts <= c.ts AND p.ts > c.ts - INTERVAL 7 DAY AND (p.ts >= {cut} OR c.ts < {cut})
        WHERE c.invoice LIKE 'C%' AND p.invoice NOT LIKE 'C%'
        ORDER BY c.line, p.ts DESC, p.line"""
    )
    con.execute(
        """CREATE TABLE lines AS
        SELECT r.*, CASE
            WHEN invoice LIKE 'C%' THEN 'cancellation'
            WHEN invoice LIKE 'A%' THEN 'adjustment of bad debt'
            WHEN code IS NULL OR NOT regexp_full_match(code, '[0-9]{5}[A-Z]{0,2}')
                THEN 'stock code is not an article (postage, fee, voucher, test)'
            WHEN quantity <= 0 THEN 'stock correction (quantity not above zero)'
            WHEN price <= 0 THEN 'correction or sample without a price'
            WHEN t.line IS NOT NULL THEN 'taken back in full within a week'
        END AS reason
        FROM raw r LEFT JOIN (SELECT DISTINCT line FROM taken_back) t USING (line)"""
    )
    con.execute("CREATE VIEW sales AS SELECT *, code AS product_id FROM lines WHERE reason IS NULL AND ts IS NOT NULL")
    con.execute(f"CREATE TABLE early AS {first_sales_sql('sales', cut)}")
    con.execute(f"CREATE TABLE whole AS {first_sales_sql('sales', _NEVER)}")
    con.execute(f"CREATE TABLE settings AS SELECT {cut} AS as_of")


_NEVER = "TIMESTAMP 'infinity'"


def _products(con: duckdb.DuckDBPyConnection) -> Iterator[pd.DataFrame]:
    """One row per article that was ever sold: its most frequent description, known price and launch date."""
    articles = con.execute(
        """WITH names AS (
            SELECT product_id, description, row_number() OVER (
                PARTITION BY product_id ORDER BY count(*) DESC, max(ts) DESC, description) AS place
            FROM sales WHERE description IS NOT NULL GROUP BY product_id, description
        ),
        prices AS (
            SELECT product_id, round(median(price), 2) AS price
            FROM sales WHERE ts < (SELECT as_of FROM settings) GROUP BY product_id
        )
        SELECT w.product_id, n.description, p.price,
            CASE WHEN e.product_id IS NOT NULL AND e.is_launch THEN e.first_ts::DATE
                 WHEN e.product_id IS NULL AND w.is_launch THEN w.first_ts::DATE
                 ELSE (SELECT min(ts)::DATE FROM sales) END AS launch_date
        FROM whole w
        LEFT JOIN early e USING (product_id)
        LEFT JOIN prices p USING (product_id)
        LEFT JOIN names n ON n.product_id = w.product_id AND n.place = 1
        ORDER BY w.product_id"""
    ).df()
    titles = [readable_title(text) if isinstance(text, str) else None for text in articles["description"]]
    yield pd.DataFrame(
        {
            "product_id": articles["product_id"],
            "title": titles,
            "category": categorise(titles),
            "price": articles["price"],
            "launch_date": articles["launch_date"],
        }
    )


def _events(con: duckdb.DuckDBPyConnection) -> Iterator[pd.DataFrame]:
    yield from stream(
        con,
        f"""SELECT coalesce(customer, 'invoice ' || invoice) AS user_id, code AS product_id, ts, 'purchase' AS type,
            quantity, round(quantity * price, 2) AS value, reason AS {SET_ASIDE}
        FROM lines ORDER BY line""",
    )
