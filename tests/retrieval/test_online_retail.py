"""Online Retail II: the traps of the file, on a hand-made one of the same columns, as CSV, Excel and Parquet."""

from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from retrieval.errors import MissingColumn
from retrieval.ingest import ingest
from retrieval.privacy import pseudonym
from retrieval.sources import open_source
from retrieval.sources.gift_categories import categorise, readable_title
from retrieval.tables import CleanTables

KEY = b"k" * 32
COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
START, END = date(2010, 1, 4), date(2010, 12, 31)


def line(code, when, quantity=2, price=1.25, invoice="489434", customer="13085.0", description="WHITE METAL LANTERN"):
    return (invoice, code, description, quantity, when, price, customer, "United Kingdom")


def weekly(code, first, **more):
    day = datetime.combine(first, datetime.min.time()) + timedelta(hours=9)
    rows = []
    while day.date() <= END:
        rows.append(line(code, day, **more))
        day += timedelta(days=2)
    return rows


NOON = datetime(2010, 3, 1, 12)
TRAPS = [
    line("POST", NOON, description="POSTAGE"),
    line("22222", NOON, quantity=-3, price=0.0, description="damages"),
    line("85048", NOON, price=0.0, description="check"),
    line("85048", NOON, quantity=-1, invoice="C489449"),
    line("85048", NOON, price=-11062.0, invoice="A506401"),
    line("85048", NOON, quantity=9000, customer="17841.0"),
    line("85048", NOON + timedelta(hours=1), quantity=-9000, invoice="C489450", customer="17841.0"),
    line("85048", NOON, quantity=7, invoice="489500", customer=None),
]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rows = [
        *weekly("85048", START),
        *weekly("79323p", START, description="PINK CHERRY LIGHTS"),  # a lower-case code
        *weekly("79323P", date(2010, 6, 1), description="PINK CHERRY LIGHTS"),
        *weekly("22111", date(2010, 6, 7), description="LUNCH BAG RED RETROSPOT"),
        *weekly("22999", date(2010, 11, 1), description="SET OF 3 HEART TINS"),
        *TRAPS,
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.fixture(scope="module")
def path(frame, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("uci") / "online_retail.parquet"
    frame.to_parquet(path)
    return path


def run(path, out):
    return ingest(open_source("online_retail", path), out, as_of=None, pseudonym_key=KEY), CleanTables(out)


@pytest.fixture(scope="module")
def built(path, tmp_path_factory):
    return run(path, tmp_path_factory.mktemp("data"))


def test_as_of_leaves_twelve_weeks_of_outcomes(built):
    report, _ = built
    assert report.as_of == date(2010, 10, 4)
    assert report.as_of.weekday() == 0


def test_every_trap_is_set_aside_with_its_reason(built):
    report, _ = built
    assert report.quarantined == {
        "events": {
            "cancellation": 2,
            "stock code is not an article (postage, fee, voucher, test)": 1,
            "stock correction (quantity not above zero)": 1,
            "correction or sample without a price": 1,
            "adjustment of bad debt": 1,
            "taken back in full within a week": 1,
        }
    }


def test_codes_differ_in_case_only_by_mistake(built):
    _, tables = built
    assert tables.query("SELECT product_id FROM products ORDER BY 1")["product_id"].tolist() == [
        "22111",
        "22999",
        "79323P",
        "85048",
    ]


def test_launches_and_candidates(built):
    report, tables = built
    rows = tables.query("SELECT product_id, status, launch_date, price FROM products").set_index("product_id")
    assert rows["launch_date"]["22111"] == pd.Timestamp("2010-06-07")
    assert rows["launch_date"]["79323P"] == pd.Timestamp(START)
    assert rows["status"].to_dict() == {"22111": "live", "22999": "candidate", "79323P": "live", "85048": "live"}
    assert rows["price"]["85048"] == 1.25
    assert pd.isna(rows["price"]["22999"])
    assert report.n_past_launches == 1


def test_titles_and_values(built):
    _, tables = built
    titles = tables.query("SELECT title FROM products ORDER BY product_id")["title"].tolist()
    assert titles == ["Lunch Bag Red Retrospot", "Set of 3 Heart Tins", "Pink Cherry Lights", "White Metal Lantern"]
    assert tables.query("SELECT DISTINCT value FROM events WHERE quantity = 2")["value"].tolist() == [2.5]


def test_shoppers_are_customers_or_their_invoice(built):
    _, tables = built
    users = tables.query("SELECT DISTINCT user_id FROM events WHERE quantity = 7")["user_id"].tolist()
    assert users == [pseudonym("invoice 489500", KEY)]
    assert pseudonym("13085", KEY) in set(tables.query("SELECT user_id FROM events")["user_id"])


def test_a_cancellation_after_as_of_is_not_known_before_it(frame, tmp_path):
    order = datetime(2010, 10, 3, 12)
    rows = [line("85048", order, quantity=500), line("85048", order + timedelta(days=2), quantity=-500, invoice="C1")]
    pd.concat([frame, pd.DataFrame(rows, columns=COLUMNS)]).to_parquet(tmp_path / "x.parquet")
    _, tables = run(tmp_path / "x.parquet", tmp_path / "data")
    assert len(tables.query("SELECT * FROM events WHERE quantity = 500")) == 1


def test_csv_and_excel_give_the_same_tables(frame, built, tmp_path):
    frame.to_csv(tmp_path / "retail.csv", index=False)
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    half = len(frame) // 2
    for title, part in (("Year 2009-2010", frame.iloc[:half]), ("Year 2010-2011", frame.iloc[half:])):
        sheet = workbook.create_sheet(title)
        sheet.append(
            ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
        )
        for row in part.astype(object).where(part.notna(), None).itertuples(index=False):
            sheet.append(list(row))
    workbook.save(tmp_path / "retail.xlsx")
    for name in ("retail.csv", "retail.xlsx"):
        report, tables = run(tmp_path / name, tmp_path / f"{name}.data")
        assert (report.rows, report.quarantined) == (built[0].rows, built[0].quarantined)
        pd.testing.assert_frame_equal(tables.query("SELECT * FROM products"), built[1].query("SELECT * FROM products"))


def test_the_american_times_of_one_published_csv(frame, tmp_path):
    part = frame.iloc[:40].assign(InvoiceDate="12/1/2010 8:26")
    part.to_csv(tmp_path / "retail.csv", index=False)
    source = open_source("online_retail", tmp_path / "retail.csv")
    assert next(source.batches("events", None))["ts"].unique().tolist() == [pd.Timestamp("2010-12-01T08:26:00")]


def test_a_file_of_something_else(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    source = open_source("online_retail", tmp_path / "x.csv")
    with pytest.raises(MissingColumn, match="lacks the columns invoiceno, stockcode"):
        ingest(source, tmp_path / "data", as_of=None, pseudonym_key=KEY)


def test_titles_are_readable():
    assert readable_title("WHITE HANGING HEART T-LIGHT  HOLDER") == "White Hanging Heart T-Light Holder"
    assert readable_title("SET/20 RED RETROSPOT PAPER NAPKINS ") == "Set/20 Red Retrospot Paper Napkins"


def test_categories_are_frequent_head_nouns():
    bags = ["Lunch Bag Red Retrospot", "Jumbo Bag Pink Polkadot", "Cotton Tote Bags", "Bag with Cat Design"] * 3
    odd = ["Alarm Clock", None, "Bag Charm Pink", "Pink Blue"]
    expected = ["Gifts > Bag"] * 12 + ["Gifts > Other", "Gifts > Other", "Gifts > Bag", "Gifts > Other"]
    assert categorise([*bags, *odd]) == expected
