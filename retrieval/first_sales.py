"""First sales: telling a launch from the first sale of a slow seller, for sources that do not record launches.

A product's first sale at t0 is a launch if the sales that its own later rate would have brought before t0 are many
enough that their absence is no accident:

    rate = (lines - 1) / max(weeks from t0 to the end, 1);   launch  iff  rate * weeks from the start to t0 >= 5

With 5 lines expected and purchases at random, no line at all before t0 has a chance of exp(-5), below 1%.
"""

from __future__ import annotations

MIN_EXPECTED_LINES = 5.0


def first_sales_sql(sales: str, until: str) -> str:
    """SQL that yields (product_id, first_ts, is_launch) from purchase lines before `until`.

    Args:
        sales: name of a relation with product_id and ts, one row per purchase line.
        until: an SQL timestamp expression; later lines are not looked at. The data's end is the last line before it.
    """
    return f"""
        WITH span AS (SELECT min(ts) AS start_ts, max(ts) AS end_ts FROM {sales} WHERE ts < {until}),
        first AS (
            SELECT product_id, min(ts) AS first_ts, count(*) AS lines
            FROM {sales} WHERE ts < {until} GROUP BY product_id
        )
        SELECT
            product_id,
            first_ts,
            (lines - 1) / greatest(epoch(end_ts - first_ts) / 604800.0, 1.0) * epoch(first_ts - start_ts) / 604800.0
                >= {MIN_EXPECTED_LINES} AS is_launch
        FROM first, span
    """
