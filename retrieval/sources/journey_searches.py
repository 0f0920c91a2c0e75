"""A simulated search log for Complete Journey, which has none: purchases worded as searches.

Expected searches per week and text are a share of the purchase lines of the products that the text describes; counts
are Poisson draws with a fixed seed. It says what households bought, in words, not what they would search for.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

from retrieval.sources.journey_titles import product_title, readable_category

_SEED = 2017
_SIZE_LINES = 200  # a size is searched for by name only when it sells at least this many lines
# Searches per 100 purchase lines, by wording.
_BY_TYPE, _BY_OWN_BRAND, _BY_SIZE, _BY_CATEGORY = 30, 10, 10, 5
_KIND = "product_category, product_type, package_size, brand"


def simulate_searches(con: duckdb.DuckDBPyConnection, until: str) -> pd.DataFrame:
    """Weekly searches (date, query, count) from the purchases in the table `sales` before `until`.

    Args:
        con: has the relations sales(product_id, ts) and products.
        until: an SQL timestamp expression.
    """
    con.execute(
        f"""CREATE TABLE kinds AS
        SELECT product_id, dense_rank() OVER (ORDER BY {_KIND}) AS kind, {_KIND}
        FROM products WHERE product_type IS NOT NULL"""
    )
    con.execute(
        f"""CREATE TABLE bought AS
        SELECT date_trunc('week', ts)::DATE AS date, kind, count(*) AS lines
        FROM sales JOIN kinds USING (product_id) WHERE ts < {until} GROUP BY ALL"""
    )
    kinds = con.execute(
        f"""SELECT kind, {_KIND}, sum(lines)::BIGINT AS lines
        FROM bought JOIN (SELECT DISTINCT kind, {_KIND} FROM kinds) USING (kind) GROUP BY ALL ORDER BY kind"""
    ).fetchall()
    wordings = pd.DataFrame(_wordings(kinds), columns=["kind", "query", "percent"])
    con.register("wordings", wordings.astype({"query": object}))
    weekly = con.execute(
        """SELECT date, query, sum(lines * percent)::BIGINT AS percent_lines
        FROM bought JOIN wordings USING (kind) GROUP BY ALL ORDER BY date, query"""
    ).df()
    weekly["count"] = np.random.default_rng(_SEED).poisson(weekly["percent_lines"] / 100)
    return weekly.loc[weekly["count"] > 0, ["date", "query", "count"]]


def _wordings(kinds: list[tuple[int, str | None, str, str | None, str | None, int]]) -> Iterator[tuple[int, str, int]]:
    """How each kind of product is searched for: (kind, text, searches per 100 lines)."""
    sized_lines: dict[str, int] = {}
    for _, category, kind_type, size, _, lines in kinds:
        if size:
            text = product_title(category or "", kind_type, size, None)
            sized_lines[text] = sized_lines.get(text, 0) + lines
    for kind, category, kind_type, size, brand, _ in kinds:
        plain = _as_query(product_title(category or "", kind_type, None, None))
        yield kind, plain, _BY_TYPE
        if brand == "Private":
            yield kind, f"store brand {plain}", _BY_OWN_BRAND
        if size and sized_lines[product_title(category or "", kind_type, size, None)] >= _SIZE_LINES:
            yield kind, _as_query(product_title(category or "", kind_type, size, None)), _BY_SIZE
        if category:
            yield kind, _as_query(readable_category(category)), _BY_CATEGORY


def _as_query(title: str) -> str:
    return title.lower().replace(",", "")
