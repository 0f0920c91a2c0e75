"""First sales: the launch rule against answers worked out by hand."""

import duckdb
import pytest

from retrieval.first_sales import first_sales_sql

# 20 weeks of data from 2024-01-01 to 2024-05-20, marked by the steady seller's first and last line.
SPAN = [("steady", "2024-01-01"), ("steady", "2024-05-20")]


def judge(lines, until="TIMESTAMP 'infinity'"):
    with duckdb.connect() as con:
        con.execute("CREATE TABLE sales (product_id VARCHAR, ts TIMESTAMP)")
        con.executemany("INSERT INTO sales VALUES (?, ?)", lines)
        rows = con.execute(f"SELECT product_id, is_launch FROM ({first_sales_sql('sales', until)})").fetchall()
    return dict(rows)


@pytest.mark.parametrize(
    ("lines_after_the_first", "is_launch"),
    [
        (4, False),  # rate 4 / 10 weeks, 4.0 lines expected in the 10 weeks before
        (5, True),  # 5.0 expected
        (50, True),
    ],
)
def test_a_first_sale_half_way(lines_after_the_first, is_launch):
    first = ("late", "2024-03-11")  # 10 weeks after the start, 10 before the end
    later = [("late", "2024-04-01")] * lines_after_the_first
    assert judge([*SPAN, first, *later])["late"] is is_launch


def test_the_first_day_is_no_launch():
    assert judge([("steady", "2024-01-01"), *[("steady", "2024-05-20")] * 99])["steady"] is False


def test_one_line_has_no_rate():
    assert judge([*SPAN, ("once", "2024-05-13")])["once"] is False


def test_less_than_a_week_counts_as_a_week():
    # 3 later lines within 3.5 days: 3 per week, not 6; 1.5 weeks since the start give 4.5 expected lines, not 9
    lines = [("steady", "2024-01-01 00:00"), ("new", "2024-01-11 12:00"), *[("new", "2024-01-15 00:00")] * 3]
    assert judge(lines)["new"] is False


def test_lines_at_or_after_until_are_not_looked_at():
    lines = [*SPAN, ("late", "2024-03-11"), *[("late", "2024-05-01")] * 50]
    assert judge(lines)["late"] is True
    assert judge(lines, "TIMESTAMP '2024-04-01'")["late"] is False
    assert "late" not in judge(lines, "TIMESTAMP '2024-03-11'")
