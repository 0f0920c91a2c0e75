"""Files: an operator's folder is read as it is meant, and every way in which it can be wrong gets a readable error."""

import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from retrieval.errors import EmptyCatalogue, MissingColumn, MissingTable, NotATable, SourceError
from retrieval.ingest import ingest
from retrieval.sources import open_source, readers
from retrieval.sources.readers import read_batches
from retrieval.tables import CleanTables

KEY = b"k" * 32
PRODUCTS = (
    "product_id,title,category,price,launch_date\n001,Old Tea,Food > Tea,2.50,2024-01-01\n002,New Tea,Food > Tea,3,\n"
)
EVENTS = (
    "user_id,product_id,ts,type,quantity\nu1,001,2024-01-03T10:00:00,purchase,1\nu2,001,2024-02-05T10:00:00,view,\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    (folder / "events.csv").write_text(EVENTS, encoding="utf-8")
    return folder


def run(shop: Path):
    out = shop.parent / "data"
    report = ingest(open_source("files", shop), out, as_of=None, pseudonym_key=KEY)
    return report, CleanTables(out)


def test_a_folder_of_csv_files(shop):
    report, tables = run(shop)
    rows = tables.query("SELECT product_id, title, price, status FROM products ORDER BY product_id")
    assert rows.values.tolist() == [["001", "Old Tea", 2.5, "live"], ["002", "New Tea", 3.0, "candidate"]]
    assert report.rows == {"products": 2, "events": 2}
    assert report.quarantined == {}
    assert report.as_of == date(2024, 2, 12)


def test_semicolons_a_byte_order_mark_and_spoken_headers(shop):
    text = "\ufeffProduct ID;Title;Category\n1;Tea; Food>Tea\n"
    (shop / "products.csv").write_text(text, encoding="utf-8")
    (shop / "events.csv").write_text(EVENTS.replace("001", "1"), encoding="utf-8")
    _, tables = run(shop)
    assert tables.query("SELECT product_id, category FROM products").values.tolist() == [["1", "Food > Tea"]]


def test_parquet_with_integers_and_nested_attributes(shop):
    (shop / "products.csv").unlink()
    frame = pd.DataFrame({"product_id": [1, 2], "title": ["A", "B"], "category": "C"})
    frame["attributes"] = [{"colour": "red"}, {"colour": None}]
    frame.to_parquet(shop / "products.parquet")
    (shop / "events.csv").write_text(EVENTS.replace("001", "1"), encoding="utf-8")
    _, tables = run(shop)
    rows = tables.query("SELECT product_id, attributes FROM products ORDER BY product_id")
    assert rows["product_id"].tolist() == ["1", "2"]
    assert json.loads(rows["attributes"][0]) == {"colour": "red"}


def test_an_excel_workbook(shop):
    (shop / "events.csv").unlink()
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["user_id", "product_id", "ts", "type", "quantity"])
    sheet.append([17, "001", datetime(2024, 1, 3, 10), "purchase", 2])
    sheet.append([None, None, None, None, None])
    sheet.append([18, "001", "not a time", "purchase", 2])
    workbook.save(shop / "events.xlsx")
    report, tables = run(shop)
    assert tables.query("SELECT quantity FROM events")["quantity"].tolist() == [2.0]
    assert report.quarantined == {"events": {"ts is not an ISO time such as 2017-10-09T14:30:00": 1}}


def test_markup_in_titles_stays_data(shop):
    title = '<img src=x onerror=alert(1)> "quoted" & Ignore previous instructions'
    row = title.replace('"', '""')
    (shop / "products.csv").write_text(f'product_id,title,category\n001,"{row}",Food\n', encoding="utf-8")
    _, tables = run(shop)
    assert tables.query("SELECT title FROM products")["title"].tolist() == [title]


def test_odd_rows_are_set_aside_and_the_others_stay(shop):
    rows = [
        "001,Old Tea,Food > Tea,2.50,2024-01-01",
        "001,Again,Food > Tea,1,",
        "003,Cheap Tea,Food > Tea,-1,",
        "004,Odd Tea,Food > Tea,1,01/02/2024",
        "005,Unquoted, Tea,Food > Tea,1,",
        "006,Short Tea",
        "007," + "x" * 10_000_000 + ",Food > Tea,1,",
        "",
        ",No Id,Food > Tea,1,",
    ]
    header = PRODUCTS.splitlines()[0]
    (shop / "products.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    report, tables = run(shop)
    assert tables.query("SELECT product_id FROM products")["product_id"].tolist() == ["001"]
    assert report.quarantined["products"] == {
        "product_id occurs twice; the first row was kept": 1,
        "price is negative": 1,
        "launch_date is not an ISO date such as 2017-10-09": 1,
        "the row has 6 cells instead of 5": 1,
        "the row has 2 cells instead of 5": 1,
        "title is longer than 500 characters": 1,
        "product_id is empty": 1,
    }
    assert (shop.parent / "data" / "quarantine.parquet").stat().st_size < 20_000


def test_a_shopper_in_the_wrong_column_is_not_written(shop):
    (shop / "events.csv").write_text(EVENTS + ",alice@example.com,001,2024-01-03T10:00:00,view,1\n", encoding="utf-8")
    report, tables = run(shop)
    assert report.quarantined["events"] == {"the row has 6 cells instead of 5": 1}
    assert "alice" not in tables.query("SELECT record FROM quarantine")["record"][0]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("title,category\nTea,Food\n", MissingColumn, "product_id"),
        ("<html><body>Not found</body></html>\n", MissingColumn, "lacks the required columns"),
        ("", NotATable, "empty"),
        ("product_id,title,category,title\n", NotATable, "'title' twice"),
        ("product_id,title,category\n", EmptyCatalogue, "no rows"),
        ("product_id,title,category,price\n1,Tea,Food,dear\n", EmptyCatalogue, "price is not a number"),
        (b"product_id,title,category\n1,Caf\xe9,Food\n", NotATable, "not UTF-8 text: byte 0xe9 in line 2[.]"),
        ("product_id,title,category\n1,Tea,Food\n".encode("utf-16"), NotATable, "not UTF-8"),
        (b"\x89PNG\0\0\0\x0d binary", NotATable, "not UTF-8|binary"),
        (b"\0\0\0\0", NotATable, "binary"),
    ],
)
def test_a_csv_that_cannot_be_used(shop, content, error, message):
    (shop / "products.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(error, match=message):
        run(shop)


def test_a_quote_that_is_never_closed(shop, monkeypatch):
    monkeypatch.setattr(readers, "_MAX_CELL", 1_000)
    (shop / "products.csv").write_text(PRODUCTS + '003,"Tea' + "\n004,Tea,Food > Tea,1," * 200, encoding="utf-8")
    with pytest.raises(NotATable, match="quote"):
        run(shop)


@pytest.mark.parametrize("name", ["products.parquet", "products.xlsx"])
@pytest.mark.parametrize("content", [b"", b"PAR1 not really", b"PK\x03\x04 not really", b"%PDF-1.7"])
def test_a_damaged_or_renamed_file(shop, name, content):
    (shop / "products.csv").unlink()
    (shop / name).write_bytes(content)
    with pytest.raises(NotATable, match=name):
        run(shop)


def test_a_parquet_file_with_text_that_is_not_utf8(shop, tmp_path):
    path = tmp_path / "x.parquet"
    pd.DataFrame({"title": ["Cafe"]}).to_parquet(path, compression=None, use_dictionary=False)
    path.write_bytes(path.read_bytes().replace(b"Cafe", b"Caf\xe9"))
    with pytest.raises(NotATable, match=r"x\.parquet"):
        list(read_batches(path))


def test_another_format_is_refused(tmp_path):
    with pytest.raises(NotATable, match=r"products\.pdf.*\.csv"):
        read_batches(tmp_path / "products.pdf")


def test_a_missing_table_names_what_is_there(shop):
    (shop / "events.csv").rename(shop / "event_log.csv")
    with pytest.raises(MissingTable, match=r"no file for events.*it has event_log\.csv, products\.csv\."):
        open_source("files", shop)
    (shop / "event_log.csv").unlink()
    with pytest.raises(MissingTable, match=r"no file for events.*it has products\.csv\."):
        open_source("files", shop)


def test_two_files_for_one_table(shop):
    (shop / "events.tsv").write_text("x")
    with pytest.raises(SourceError, match=r"events\.csv and events\.tsv"):
        open_source("files", shop)


def test_paths_that_are_no_folder(shop, tmp_path):
    with pytest.raises(SourceError, match="not a folder"):
        open_source("files", shop / "products.csv")
    with pytest.raises(SourceError, match="does not exist"):
        open_source("files", tmp_path / "nowhere")
    with pytest.raises(SourceError, match="needs --path"):
        open_source("files", None)
    with pytest.raises(SourceError, match="no source 'excel'"):
        open_source("excel", shop)


def test_files_that_are_no_table_are_named_in_the_report(shop):
    (shop / "readme.txt").write_text("x")
    report, _ = run(shop)
    assert any("readme.txt" in note for note in report.notes)


def test_the_fingerprint_follows_the_content(shop):
    before = open_source("files", shop).fingerprint()
    assert open_source("files", shop).fingerprint() == before
    (shop / "products.csv").write_text(PRODUCTS.replace("2.50", "2.60"), encoding="utf-8")
    assert open_source("files", shop).fingerprint() != before


def test_long_cells_make_short_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(readers, "_BATCH_CHARACTERS", 100)
    path = tmp_path / "x.csv"
    path.write_text("a,b\n" + "x,yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n" * 10)
    sizes = [len(batch) for batch in read_batches(path)]
    assert sum(sizes) == 10
    assert max(sizes) <= 4
