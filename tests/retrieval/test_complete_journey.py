"""Complete Journey: the mapping on a hand-made folder of the same shape, and known figures of the real data (slow)."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from retrieval.contracts import validate
from retrieval.errors import SourceError
from retrieval.ingest import ingest
from retrieval.sources import open_source
from retrieval.sources.complete_journey import CompleteJourney
from retrieval.tables import CleanTables
from retrieval.workspace import Workspace

KEY = b"k" * 32
AS_OF = date(2017, 10, 9)
STEADY, LAUNCHED, WAITING, UNSOLD, FUEL, NAMELESS = 1, 2, 3, 4, 5, 6


def line(product_id, when, quantity=1, sales=2.0, discount=0.5, household=900):
    return {
        "household_id": household,
        "store_id": 1,
        "basket_id": 1,
        "product_id": product_id,
        "quantity": quantity,
        "sales_value": sales,
        "retail_disc": discount,
        "coupon_disc": 0.0,
        "coupon_match_disc": 0.0,
        "week": 1,
        "transaction_timestamp": when,
    }


def daily(product_id, first, last, step=1):
    days = range(0, (last - first).days, step)
    return [line(product_id, datetime.combine(first, datetime.min.time()) + timedelta(days=d, hours=17)) for d in days]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A tiny year: a steady product, a launch in June, one after as_of, one never sold, fuel, one without a type."""
    folder = tmp_path_factory.mktemp("journey")
    transactions = [
        *daily(STEADY, date(2017, 1, 1), date(2017, 12, 31)),
        *daily(LAUNCHED, date(2017, 6, 5), date(2017, 12, 31), step=3),
        *daily(WAITING, date(2017, 11, 6), date(2017, 12, 31)),
        line(FUEL, datetime(2017, 3, 1, 12), quantity=9000),
        line(STEADY, datetime(2017, 3, 1, 12), quantity=0, sales=0.0),
        line(STEADY, datetime(2017, 10, 9, 3, 30), sales=77.0),  # still Sunday evening in Ohio
        line(99, datetime(2017, 3, 1, 12)),
    ]
    kinds = [
        (STEADY, "GROCERY", "National", "BAG SNACKS", "POTATO CHIPS", "11 OZ"),
        (LAUNCHED, "GROCERY", "Private", "BAG SNACKS", "PRETZELS", None),
        (WAITING, "GROCERY", "National", "BAG SNACKS", "POTATO CHIPS", "11 OZ"),
        (UNSOLD, "DELI", "National", None, "DIPS", "8 OZ"),
        (FUEL, "FUEL", "National", "FUEL", "GASOLINE", None),
        (NAMELESS, "GROCERY", "National", "BAG SNACKS", None, None),
    ]
    columns = ["product_id", "department", "brand", "product_category", "product_type", "package_size"]
    products = pd.DataFrame(kinds, columns=columns).assign(manufacturer_id=69)
    promotions = pd.DataFrame(
        [(STEADY, 1, "3", "0", 2), (STEADY, 2, "0", "D", 2), (STEADY, 3, "3", "D", 2), (LAUNCHED, 4, "0", "0", 2)],
        columns=["product_id", "store_id", "display_location", "mailer_location", "week"],
    )
    campaigns = pd.DataFrame({"campaign_id": [1, 2, 3], "household_id": [900, 900, 901]})
    described = pd.DataFrame(
        {
            "campaign_id": [1, 2, 3],
            "campaign_type": ["Type A", "Type B", "Type C"],
            "start_date": pd.to_datetime(["2017-07-01", "2017-07-03", "2016-12-01"]),
            "end_date": pd.to_datetime(["2017-08-01"] * 3),
        }
    )
    coupons = pd.DataFrame([(7, LAUNCHED, 1), (7, LAUNCHED, 2), (7, STEADY, 2), (8, LAUNCHED, 2), (8, LAUNCHED, 3)])
    coupons.columns = ["coupon_upc", "product_id", "campaign_id"]
    tables = {
        "transactions": pd.DataFrame(transactions),
        "products": products,
        "promotions": promotions,
        "campaigns": campaigns,
        "campaign_descriptions": described,
        "coupons": coupons,
    }
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")
    return folder


@pytest.fixture(scope="module")
def built(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("data")
    report = ingest(open_source("complete_journey", folder), out, as_of=None, pseudonym_key=KEY)
    return report, CleanTables(out)


def test_titles_categories_and_attributes(built):
    _, tables = built
    row = tables.query("SELECT * FROM products WHERE product_id = '2'").iloc[0]
    assert (row["title"], row["category"]) == ("Pretzels, private label", "Grocery > Bag Snacks")
    assert row["brand"] == "Private label"
    assert json.loads(row["attributes"]) == {"manufacturer": "69", "department": "GROCERY", "product_type": "PRETZELS"}
    assert tables.query("SELECT category FROM products WHERE product_id = '4'")["category"][0] == "Deli > Other"


def test_launches_candidates_and_what_was_always_on_sale(built):
    report, tables = built
    rows = tables.query("SELECT product_id, status, launch_date FROM products ORDER BY product_id").set_index(
        "product_id"
    )
    assert rows["status"].to_dict() == {"1": "live", "2": "live", "3": "candidate", "4": "live"}
    assert rows["launch_date"]["1"] == rows["launch_date"]["4"] == pd.Timestamp("2017-01-01")
    assert rows["launch_date"]["2"] == pd.Timestamp("2017-06-05")
    assert tables.heldout("SELECT launch_date FROM heldout_products")["launch_date"][0] == pd.Timestamp("2017-11-06")
    assert (report.as_of, report.n_candidates, report.n_past_launches) == (AS_OF, 1, 1)


def test_prices_are_shelf_prices_before_as_of(built):
    _, tables = built
    prices = tables.query("SELECT product_id, price FROM products ORDER BY product_id").set_index("product_id")["price"]
    assert prices["1"] == 2.5  # what was paid plus the discount
    assert pd.isna(prices["3"])  # first sold after as_of
    assert pd.isna(prices["4"])


def test_times_are_eastern(built):
    _, tables = built
    late = tables.query("SELECT ts, week FROM events WHERE value = 77").iloc[0]
    assert late["ts"] == pd.Timestamp("2017-10-08T23:30:00")
    assert late["week"] == pd.Timestamp("2017-10-02")


def test_what_is_no_merchandise_is_set_aside(built):
    report, _ = built
    assert report.quarantined["products"] == {
        "department FUEL is not merchandise": 1,
        "the source has no product type, so there is no title": 1,
    }
    assert report.quarantined["events"] == {
        "its product was set aside": 1,
        "quantity is not above zero": 1,
        "product_id is not in products": 1,
    }


def test_placements_carry_the_share_of_stores(built):
    _, tables = built
    rows = tables.query("SELECT * FROM placements ORDER BY placement")
    assert rows["placement"].tolist() == ["front end cap", "mailer front page"]
    assert rows["share"].tolist() == [0.5, 0.5]
    assert rows["week"].unique().tolist() == [pd.Timestamp("2017-01-02")]


def test_exposures_are_campaigns_of_past_launches_once_per_household(built):
    _, tables = built
    rows = tables.query("SELECT product_id, placement, ts FROM events WHERE type = 'exposure'")
    assert rows.values.tolist() == [["2", "coupon campaign type b", pd.Timestamp("2017-07-03")]]


def test_the_search_log_is_simulated_from_the_past_only(built, folder):
    report, tables = built
    assert report.simulated == ("queries",)
    assert report.held_out["queries"] == 0
    log = tables.query("SELECT query, max(date) AS last, sum(count) AS n FROM queries GROUP BY query").set_index(
        "query"
    )
    assert {"potato chips", "pretzels", "store brand pretzels", "bag snacks"} <= set(log.index)
    assert log["last"].max() == pd.Timestamp("2017-10-02")
    again = pd.concat(CompleteJourney(folder).batches("queries", AS_OF))
    assert again["count"].sum() == log["n"].sum()


def test_nothing_before_as_of_depends_on_what_came_after(folder, tmp_path):
    """Cut the source's own files at as_of: every clean table must stay the same, but for the candidates themselves."""
    cut = tmp_path / "cut"
    cut.mkdir()
    for path in folder.glob("*.parquet"):
        frame = pd.read_parquet(path)
        if path.stem == "transactions":
            frame = frame[frame["transaction_timestamp"] < "2017-10-09 04:00"]
        frame.to_parquet(cut / path.name)
    outputs = []
    for name, source in (("whole", folder), ("cut", cut)):
        ingest(open_source("complete_journey", source), tmp_path / name, as_of=AS_OF, pseudonym_key=KEY)
        tables = CleanTables(tmp_path / name)
        products = tables.query("SELECT * FROM products WHERE product_id <> '3' ORDER BY product_id")
        outputs.append(
            [products, *(tables.query(f"SELECT * FROM {name}") for name in ("events", "queries", "placements"))]
        )
    for whole, shortened in zip(*outputs, strict=True):
        pd.testing.assert_frame_equal(whole, shortened)


def test_without_as_of_all_sales_are_past(folder):
    products = pd.concat(CompleteJourney(folder).batches("products", None))
    waiting = validate("products", products).clean.set_index("product_id").loc["3"]
    assert waiting["launch_date"] == pd.Timestamp("2017-11-06")
    assert waiting["price"] == 2.5


def test_a_folder_without_the_files_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"transactions\.parquet"):
        open_source("complete_journey", tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_real_data(real_history):
    """Figures measured once on the package's data; the launches of the whole year are about 5,000."""
    workspace = Workspace(real_history, real_history)
    report, tables = workspace.report(), workspace.tables
    assert report.as_of == AS_OF
    assert report.rows["products"] + sum(report.quarantined["products"].values()) == 92_331
    assert 3_000 < report.n_past_launches < 3_700
    assert 1_700 < report.n_candidates < 1_900
    purchases = "SELECT count(*) AS n FROM {} WHERE type = 'purchase'"
    kept = tables.query(purchases.format("events"))["n"][0] + tables.heldout(purchases.format("heldout_events"))["n"][0]
    assert kept + sum(report.quarantined["events"].values()) == 1_469_307
    held_placements = report.held_out["placements"]
    assert report.rows["placements"] + held_placements + sum(report.quarantined["placements"].values()) == 3_191_545
    candidates = tables.query("SELECT * FROM products WHERE status = 'candidate'")
    assert candidates["launch_date"].isna().all()
    assert candidates["price"].isna().all()
    odd = tables.query("SELECT title FROM products WHERE regexp_matches(title, '[A-Z]{4}|FRZ|W/|[()&/]')")["title"]
    assert len(odd.unique()) < 120  # sizes of a form of their own
