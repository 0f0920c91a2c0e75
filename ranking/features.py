"""Features: past launches with their outcomes, and candidates described in the same columns.

A launch is *past* when it happened after the first recorded sale and before `as_of`; its outcome, the units of the
first four weeks, is known only when those 28 days end before `as_of` too. Nothing at or after `as_of` is read here.

`history_weeks` is how long sales had been recorded when the product first sold; for a candidate, at `as_of`. It matters
where launches are derived from first sales: to count as a launch, a product must sell so fast that its absence before
is no accident, and the shorter the history, the faster that is. Early launches are therefore the fast sellers only. A
model that ignores this promises today's candidates the success of that selection.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import pandas as pd

from ranking.errors import NotEnoughData
from retrieval.report import DataReport
from retrieval.settling import OUTCOME_DAYS

FEATURE_COLUMNS = (
    "product_id",
    "title",
    "category",
    "group",
    "brand",
    "price",
    "launch_date",
    "launch_week",
    "units_4w",
    "week1_share",
    "history_weeks",
)


class History(Protocol):
    """What the models learn from: clean tables before `as_of`. A Workspace is one."""

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame: ...

    def has(self, table: str) -> bool: ...

    def report(self) -> DataReport: ...


def past_launches(history: History) -> pd.DataFrame:
    """Return one row per past launch, in the order of (launch_date, product_id).

    Returns:
        FEATURE_COLUMNS: launch_date and launch_week (its Monday) as dates; units_4w, the pieces bought in the 28 days
        from launch_date, NaN while those days reach beyond `as_of`; week1_share, the share of units_4w that fell into
        the first 7 days (NaN without sales); history_weeks.
    Example: bought 3 pieces on the launch day and 1 on the 28th day after it -> units_4w 3, week1_share 1.
    """
    first_day, as_of = first_sale_day(history), history.report().as_of
    return _featured(history.query(_PAST_LAUNCHES, [first_day, as_of, as_of, first_day]))


def candidate_table(history: History) -> pd.DataFrame:
    """Return one row per candidate, in the order of product_id, with the columns of `past_launches`.

    A candidate has no launch and no outcome: those columns are empty. Its history_weeks is that of a launch at `as_of`.
    """
    return _featured(history.query(_CANDIDATES, [history_weeks(first_sale_day(history), history.report().as_of)]))


def launch_placements(history: History) -> pd.DataFrame:
    """Return where past launches were shown in their launch week: product_id, launch_week, placement, share."""
    if not history.has("placements"):
        return pd.DataFrame({"product_id": [], "launch_week": [], "placement": [], "share": []})
    frame = history.query(_LAUNCH_PLACEMENTS, [first_sale_day(history), history.report().as_of])
    frame["launch_week"] = pd.to_datetime(frame["launch_week"]).dt.date
    return frame


def rhythm_group(category: str) -> str:
    """Return the group that rhythm and caps speak of: the first two levels of the category.

    Small groups keep their own name; their estimates lean on all groups instead (see `ranking.shrinkage`).

    Example: "Grocery > Bag Snacks > Tortilla Chips" -> "Grocery > Bag Snacks"; "Floral" -> "Floral".
    """
    return " > ".join(category.split(" > ")[:2])


def first_sale_day(history: History) -> date:
    """Return the day of the first purchase; other events, such as a campaign's exposures, may be older.

    Raises:
        NotEnoughData: there is no purchase before `as_of`.
    """
    day = history.query("SELECT min(ts)::DATE AS day FROM events WHERE type = 'purchase'")["day"].iloc[0]
    if pd.isna(day):
        raise NotEnoughData("There is no purchase before as_of, so nothing can be forecast. Import purchase events.")
    return day.to_pydatetime().date()


def history_weeks(first_day: date, day: date) -> float:
    """Return the weeks that sales had been recorded for on `day`."""
    return (day - first_day).days / 7


def _featured(frame: pd.DataFrame) -> pd.DataFrame:
    frame["group"] = pd.Series([rhythm_group(category) for category in frame["category"]], dtype="str")
    for column in ("launch_date", "launch_week"):
        dates = pd.to_datetime(frame[column])
        frame[column] = dates.dt.date.astype("object").where(dates.notna(), None)
    return frame.reindex(columns=list(FEATURE_COLUMNS))


_PAST_LAUNCHES = f"""
    WITH launched AS (
        SELECT product_id, title, category, brand, price, launch_date::DATE AS launch_date
        FROM products WHERE launch_date > ?::DATE AND launch_date < ?::DATE
    ), sold AS (
        SELECT
            l.product_id,
            sum(coalesce(e.quantity, 1)) AS units,
            sum(coalesce(e.quantity, 1)) FILTER (e.ts < l.launch_date + 7) AS first_week
        FROM launched l JOIN events e
            ON e.product_id = l.product_id AND e.ts >= l.launch_date AND e.ts < l.launch_date + {OUTCOME_DAYS}
        WHERE e.type = 'purchase'
        GROUP BY l.product_id
    ), outcomes AS (
        SELECT
            l.*,
            CASE WHEN l.launch_date + {OUTCOME_DAYS} <= ?::DATE THEN coalesce(s.units, 0) END::DOUBLE AS units_4w,
            coalesce(s.first_week, 0) AS first_week
        FROM launched l LEFT JOIN sold s USING (product_id)
    )
    SELECT
        product_id, title, category, brand, price, launch_date,
        date_trunc('week', launch_date)::DATE AS launch_week,
        units_4w,
        CASE WHEN units_4w > 0 THEN first_week / units_4w END::DOUBLE AS week1_share,
        (launch_date - ?::DATE) / 7.0::DOUBLE AS history_weeks
    FROM outcomes
    ORDER BY launch_date, product_id
"""

_CANDIDATES = """
    SELECT
        product_id, title, category, brand, price,
        NULL::DATE AS launch_date, NULL::DATE AS launch_week,
        NULL::DOUBLE AS units_4w, NULL::DOUBLE AS week1_share, ?::DOUBLE AS history_weeks
    FROM products WHERE status = 'candidate'
    ORDER BY product_id
"""

_LAUNCH_PLACEMENTS = """
    SELECT p.product_id, w.week::DATE AS launch_week, w.placement, w.share
    FROM products p JOIN placements w
        ON w.product_id = p.product_id AND w.week = date_trunc('week', p.launch_date)
    WHERE p.launch_date > ?::DATE AND p.launch_date < ?::DATE AND w.share > 0
    ORDER BY w.week, p.product_id, w.placement
"""
