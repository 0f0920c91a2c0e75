"""Ingest: nothing is lost or leaks over `as_of`, no raw shopper id is written, and whole-file faults are errors."""

import json
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

from retrieval import sources, staging
from retrieval.errors import EmptyCatalogue, MissingColumn, MissingTable, SourceError
from retrieval.ingest import DataReport, ingest
from retrieval.privacy import pseudonym
from retrieval.sources.simulated import simulated_shop
from retrieval.tables import CleanTables

KEY = b"k" * 32


@dataclass
class FrameSource:
    """A source over frames; each list entry is one batch."""

    frames: dict[str, list[pd.DataFrame]]
    default_as_of: date | None = None
    name: str = "frames"
    title: str = "Frames"
    licence: str = "none"
    simulated_tables: frozenset[str] = field(default_factory=frozenset)

    def tables(self):
        return tuple(self.frames)

    def batches(self, table, as_of):
        yield from self.frames[table]

    def notes(self):
        return ("a note of the source",)

    def fingerprint(self):
        return "frames"


def products(**columns):
    base = {
        "product_id": ["old", "new", "waiting"],
        "title": ["Old Tea", "New Tea", "Waiting Tea"],
        "category": ["Food > Tea"] * 3,
        "launch_date": ["2024-01-01", "2024-02-05", "2024-05-06"],
    }
    return pd.DataFrame({**base, **columns})


def purchases(*rows):
    frame = pd.DataFrame(rows, columns=["user_id", "product_id", "ts"])
    return frame.assign(type="purchase", quantity=1, value=2.5)


EVENTS = purchases(
    ("alice@example.com", "old", "2024-01-01T10:00:00"),
    ("bob", "old", "2024-04-28T23:59:59"),
    ("alice@example.com", "new", "2024-02-06T10:00:00"),
    ("bob", "old", "2024-04-29T00:00:00"),
    ("bob", "waiting", "2024-05-07T10:00:00"),
)
AS_OF = date(2024, 4, 29)


def run(tmp_path, frames=None, as_of=AS_OF, **more):
    source = FrameSource({"products": [products()], "events": [EVENTS], **(frames or {})}, **more)
    report = ingest(source, tmp_path / "data", as_of=as_of, pseudonym_key=KEY)
    return report, CleanTables(tmp_path / "data")


def test_rows_are_cut_at_as_of(tmp_path):
    report, tables = run(tmp_path)
    assert report.rows == {"products": 3, "events": 3}
    assert report.held_out == {"products": 1, "events": 2}
    assert tables.query("SELECT max(ts) AS last FROM events")["last"][0] < pd.Timestamp(AS_OF)
    assert tables.heldout("SELECT min(ts) AS first FROM heldout_events")["first"][0] >= pd.Timestamp(AS_OF)
    assert (report.first_day, report.last_day) == (date(2024, 1, 1), date(2024, 4, 28))


def test_a_candidates_launch_date_is_an_outcome(tmp_path):
    report, tables = run(tmp_path)
    rows = tables.query("SELECT product_id, status, launch_date FROM products ORDER BY product_id")
    assert rows["status"].tolist() == ["live", "live", "candidate"]
    assert rows["launch_date"].isna().tolist() == [False, False, True]
    held = tables.heldout("SELECT * FROM heldout_products")
    assert held["product_id"].tolist() == ["waiting"]
    assert held["launch_date"][0] == pd.Timestamp("2024-05-06")
    assert (report.n_live, report.n_candidates, report.n_past_launches) == (2, 1, 1)


def test_a_product_without_a_launch_date_is_live_once_it_was_seen(tmp_path):
    frame = products(launch_date=[None, "2024-02-05", None])
    _, tables = run(tmp_path, {"products": [frame]})
    status = tables.query("SELECT product_id, status FROM products").set_index("product_id")["status"]
    assert status["old"] == "live"  # it has an event before as_of
    assert status["waiting"] == "candidate"


def test_events_carry_their_week_and_a_pseudonym(tmp_path):
    _, tables = run(tmp_path)
    rows = tables.query("SELECT user_id, week FROM events ORDER BY ts")
    assert rows["week"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-02-05", "2024-04-22"]
    assert rows["user_id"][0] == pseudonym("alice@example.com", KEY)


def test_no_raw_shopper_id_is_written_anywhere(tmp_path):
    bad = purchases(("alice@example.com", "old", "no time"), ("alice@example.com", "unknown", "2024-01-05"))
    run(tmp_path, {"events": [EVENTS, bad]})
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert len(files) >= 6
    for path in files:
        text = pq.read_table(path).to_pandas().to_json() if path.suffix == ".parquet" else path.read_text()
        assert "alice" not in text, path
        assert "bob" not in text, path


def test_faults_that_only_the_whole_data_shows_are_set_aside(tmp_path):
    extra = products(product_id=["old", "bad", "x"], price=[None, -1, None])
    events = purchases(("u", "nowhere", "2024-01-05"), ("u", "bad", "2024-01-05"))
    placements = pd.DataFrame(
        {"week": ["2024-W02", "2024-01-08", "2024-W02"], "product_id": ["old", "old", "nowhere"]}
    ).assign(placement="front page", share=0.5)
    frames = {
        "products": [products(), extra],  # `old` comes again in the second batch
        "events": [EVENTS, events],
        "placements": [placements.iloc[:1], placements.iloc[1:]],
    }
    report, tables = run(tmp_path, frames)
    assert report.quarantined == {
        "products": {"price is negative": 1, "product_id occurs twice; the first row was kept": 1},
        "events": {"product_id is not in products": 1, "its product was set aside": 1},
        "placements": {
            "week + product_id + placement occurs twice; the first row was kept": 1,
            "product_id is not in products": 1,
        },
    }
    rows = tables.query('SELECT "table", row, reason, record FROM quarantine ORDER BY "table", row')
    assert len(rows) == report.n_quarantined == 6
    assert json.loads(rows["record"][0])["product_id"] == "nowhere"
    assert rows[rows["table"] == "products"]["row"].tolist() == [3, 4]


def test_every_row_is_kept_or_set_aside_in_small_batches_too(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "BATCH_ROWS", 60)
    source = simulated_shop(seed=2, n_products=40, n_weeks=20)
    broken = source.frames["events"].copy()
    broken.loc[broken.index[::10], "quantity"] = -1
    source.frames["events"] = broken.iloc[:500]  # type: ignore[index]
    report = ingest(source, tmp_path / "data", as_of=None, pseudonym_key=KEY)
    assert report.quarantined == {"events": {"quantity is not above zero": 50}}
    assert report.rows["events"] + report.held_out["events"] == 450
    assert sources.BATCH_ROWS == 250_000


def test_equal_sources_give_equal_bytes(tmp_path):
    for name in ("one", "two"):
        ingest(simulated_shop(5, 40, 20), tmp_path / name, as_of=None, pseudonym_key=KEY)
    for path in (tmp_path / "one").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes(), path


def test_the_report_survives_json(tmp_path):
    report, _ = run(tmp_path)
    text = (tmp_path / "data" / "report.json").read_text()
    assert DataReport.from_json(text) == report
    assert "a note of the source" in report.notes


def test_what_the_source_lacks_is_switched_off_with_a_reason(tmp_path):
    report, _ = run(tmp_path)
    assert set(report.switched_off) == {"search_demand", "placement_lift", "market_signals", "prices"}
    assert "search log" in report.switched_off["search_demand"]


def test_what_the_source_has_is_not_switched_off(tmp_path):
    report = ingest(simulated_shop(5, 40, 40), tmp_path, as_of=None, pseudonym_key=KEY)
    assert set(report.switched_off) == {"market_signals"}
    assert report.simulated == ("events", "placements", "products", "queries")


def test_launch_dates_are_derived_when_the_catalogue_has_none(tmp_path):
    steady = [("u", "old", f"2024-0{month}-01") for month in range(1, 6)]
    late = [("u", "new", "2024-03-04"), *[("u", "new", f"2024-04-{day:02}") for day in range(1, 21)]]
    after = [("u", "waiting", "2024-05-07"), ("u", "waiting", "2024-05-08")]
    frames = {"products": [products(launch_date=None)], "events": [purchases(*steady, *late, *after)]}
    report, tables = run(tmp_path, frames)
    dates = tables.query("SELECT product_id, launch_date FROM products").set_index("product_id")["launch_date"]
    assert dates["old"] == pd.Timestamp("2024-01-01")
    assert dates["new"] == pd.Timestamp("2024-03-04")
    assert report.n_candidates == 1
    assert any("derived from first sales" in note for note in report.notes)


def test_without_as_of_everything_is_past(tmp_path):
    report, _ = run(tmp_path, as_of=None)
    assert report.as_of == date(2024, 5, 13)  # the Monday after the last event
    assert report.held_out["events"] == 0


def test_another_day_counts_as_its_weeks_monday(tmp_path):
    report, _ = run(tmp_path, as_of=date(2024, 5, 2))
    assert report.as_of == AS_OF
    assert any("2024-W18" in note for note in report.notes)


def test_unknown_columns_are_named(tmp_path):
    report, _ = run(tmp_path, {"products": [products(colour="red")]})
    assert any("colour" in note for note in report.notes)


@pytest.mark.parametrize("missing", ["products", "events"])
def test_a_missing_table(tmp_path, missing):
    source = FrameSource({"products": [products()], "events": [EVENTS]})
    del source.frames[missing]
    with pytest.raises(MissingTable, match=missing):
        ingest(source, tmp_path, as_of=AS_OF, pseudonym_key=KEY)


@pytest.mark.parametrize(
    ("frames", "error", "message"),
    [
        ({"products": [products().drop(columns="title")]}, MissingColumn, "title"),
        ({"products": [products().iloc[:0]]}, EmptyCatalogue, "the table has no rows"),
        ({"products": [products(price="a lot")]}, EmptyCatalogue, r"price is not a number \(3 rows\)"),
        ({"events": [EVENTS.assign(ts="01.02.2024")]}, SourceError, r"events can be used: ts is not an ISO time"),
        ({"events": [EVENTS.iloc[:0]]}, SourceError, "No event is left"),
        ({"events": [EVENTS.assign(product_id="?")]}, SourceError, "product_id is not in products"),
        ({"queries": [pd.DataFrame({"date": ["x"], "query": ["tea"], "count": [1]})]}, SourceError, "table queries"),
    ],
)
def test_faults_of_a_whole_table_are_errors(tmp_path, frames, error, message):
    with pytest.raises(error, match=message):
        run(tmp_path, frames)
    assert not (tmp_path / "data" / ".scratch").exists()


def test_an_as_of_before_the_data_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"2020-01-06 leaves no history.*2024-01-01"):
        run(tmp_path, as_of=date(2020, 1, 6))


def test_progress_is_told_and_ends_at_one(tmp_path):
    told = []
    source = FrameSource({"products": [products()], "events": [EVENTS]})
    ingest(source, tmp_path, as_of=AS_OF, pseudonym_key=KEY, progress=lambda *args: told.append(args))
    assert told[-1][:2] == ("data", 1.0)
    fractions = [args[1] for args in told if args[1] is not None]
    assert fractions == sorted(fractions)
