import json
import multiprocessing
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from copilot import database
from copilot.errors import NoPlan, StalePlan, StoreError
from copilot.records import Outcome
from copilot.store import Store
from ranking.interventions import CapLaunches, Exclude, Lock, SetCapacity
from ranking.plan import Launch, Plan

WEEK = date(2017, 10, 9)


def make_plan(units: float = 0.1 + 0.2) -> Plan:
    launch = Launch("P1", "Chips “hot” <b>", "Grocery > Bag Snacks", WEEK, "front end cap", units, 0.0, 1e-17)
    rules = (
        Lock("P1", WEEK),
        Exclude("P2", None, "shelf"),
        CapLaunches(2, WEEK, "Soup"),
        SetCapacity(WEEK, "shelf", 0),
    )
    return Plan((launch,), units, units * (1 + 1e-16), 2.2e-16, "optimal", 0.123456789, rules, 3, 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "copilot.db"


@pytest.fixture
def store(path: Path):
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


def audited(path: Path) -> list[tuple[str, str, dict]]:
    """Return who did what, newest first, as the database keeps it."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT actor, action, details_json FROM audit ORDER BY id DESC").fetchall()
    return [(actor, action, json.loads(details)) for actor, action, details in rows]


def test_a_plan_comes_back_exactly_as_it_was_saved(store):
    saved = store.save_plan(make_plan(), "f00d", "first plan", None)
    assert store.latest_plan() == saved
    assert store.plan(1).plan == make_plan()
    assert saved.created_at.tzinfo == UTC
    assert abs(datetime.now(UTC) - saved.created_at) < timedelta(minutes=1)


def test_versions_count_up_and_earlier_ones_stay(store):
    for version in range(3):
        store.save_plan(make_plan(float(version)), "f", f"note {version}", version or None)
    assert [(x.version, x.objective, x.note) for x in store.plans()] == [
        (3, 2.0, "note 2"),
        (2, 1.0, "note 1"),
        (1, 0.0, "note 0"),
    ]
    assert store.plan(2).plan.objective == 1.0


def test_no_plan_yet(store):
    assert store.latest_plan() is None
    assert store.plans() == ()
    with pytest.raises(NoPlan, match="version 7; the latest is none yet"):
        store.plan(7)


@pytest.mark.parametrize("expected", [None, 2, 7])
def test_a_stale_writer_is_told_and_writes_nothing(store, path, expected):
    store.save_plan(make_plan(), "f", "first", None)
    before = audited(path)
    with pytest.raises(StalePlan, match=r"now there is version 1\. Nothing was written"):
        store.save_plan(make_plan(), "f", "late", expected, standing=[Lock("P9")])
    assert store.latest_plan().note == "first"
    assert store.locks() == ()
    assert audited(path) == before


def test_rules_change_with_the_plan_in_one_step(store):
    kept, gained = Lock("P2"), Exclude("P3", WEEK)
    store.save_plan(make_plan(), "f", "first", None, actor="ann", standing=[Lock("P1", WEEK, "shelf"), kept])
    store.save_plan(make_plan(), "f", "changed", 1, actor="bob", standing=[kept, gained])
    assert [(x.rule, x.actor) for x in store.rules()] == [(kept, "ann"), (gained, "bob")]
    store.save_plan(make_plan(), "f", "rules are left alone", 2)
    assert store.locks() == (kept,)
    assert [x.rule for x in store.rules()] == [kept, gained]


def test_a_rule_named_twice_stands_once_beside_others_of_its_product(store, path):
    rules = [Lock("P1", None, "shelf"), Exclude("P1", WEEK), Exclude("P1", None, "front"), Exclude("P1", WEEK)]
    store.save_plan(make_plan(), "f", "first", None, actor="ann", standing=rules)
    assert [x.rule for x in store.rules()] == rules[:3]
    store.save_plan(make_plan(), "f", "free", 1, actor="cy", standing=[])
    assert store.rules() == ()
    assert [(actor, action) for actor, action, _ in audited(path)[:4]] == [
        ("cy", "plan"),
        ("cy", "unexclude"),
        ("cy", "unexclude"),
        ("cy", "unlock"),
    ]


def test_who_locked_what_stays_on_record_after_removal(store, path):
    store.save_plan(make_plan(), "f", "first", None, actor="ann", standing=[Lock("P1", WEEK)])
    store.save_plan(make_plan(), "f", "free", 1, actor="bob", standing=[])
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT product_id, actor, removed_by, removed_at IS NOT NULL FROM rules").fetchall()
    assert rows == [("P1", "ann", "bob", 1)]
    assert [action for _, action, _ in audited(path)] == ["plan", "unlock", "plan", "lock"]


def test_talks(store):
    empty, talk = store.new_thread("en"), store.new_thread("zh")
    store.add_message(talk, "operator", {"text": "为什么？" + "x" * 200})
    store.add_message(talk, "copilot", {"sentences": [{"text": "因为", "facts": ["F1"]}]})
    first, second = store.messages(talk)
    assert (first.role, second.payload) == ("operator", {"sentences": [{"text": "因为", "facts": ["F1"]}]})
    (thread,) = store.threads()
    assert (thread.thread_id, thread.lang, thread.n_messages) == (talk, "zh", 2)
    assert thread.title.startswith("为什么？xxx")
    assert len(thread.title) == 80
    assert store.messages(empty) == ()


def test_a_message_to_an_unknown_talk_is_refused(store):
    with pytest.raises(StoreError, match="belongs to nothing"):
        store.add_message("nowhere", "operator", {"text": "hello"})


def test_outcomes_are_kept_once_per_product_and_week(store):
    first, second = Outcome("P1", WEEK, 3.5), Outcome("P2", WEEK, 0.0)
    assert store.add_outcomes([second, first]) == {"added": 2, "changed": 0, "same": 0}
    assert store.add_outcomes([first, replace(second, units=2.0)]) == {"added": 0, "changed": 1, "same": 1}
    assert store.add_outcomes([first, first, Outcome("P3", WEEK, 1.0), Outcome("P3", WEEK, 1.0)])["added"] == 1
    assert store.outcomes() == (first, replace(second, units=2.0), Outcome("P3", WEEK, 1.0))


def test_every_audited_action_is_kept_in_order(store, path):
    for number in range(5):
        store.audit("ann", "looked", {"number": number})
    assert audited(path) == [("ann", "looked", {"number": number}) for number in (4, 3, 2, 1, 0)]


def test_sqlite_runs_in_wal_mode_with_foreign_keys(store, path):
    store.audit("ann", "looked")
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_in_memory_database_serves_one_process():
    store = Store("sqlite://")
    store.save_plan(make_plan(), "f", "first", None)
    assert store.latest_plan().version == 1


def test_a_store_opens_again_with_what_it_held(path):
    first = Store(f"sqlite:///{path}")
    saved = first.save_plan(make_plan(), "f", "first", None)
    first.close()
    assert Store(f"sqlite:///{path}").latest_plan() == saved


# Trouble


def test_a_database_made_before_a_table_existed_goes_on_working(store, path):
    store.save_plan(make_plan(), "f", "first", None, standing=[Lock("P1", WEEK)])
    store.close()
    with sqlite3.connect(path) as older:
        for table in ("limits", "overrides", "scenarios"):
            older.execute(f"DROP TABLE {table}")
    again = Store(f"sqlite:///{path}")
    assert again.latest_plan().plan == make_plan()
    assert (again.locks(), again.overrides(), again.scenarios.all()) == ((Lock("P1", WEEK),), (), ())
    again.close()


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(path):
    path.write_text("this is a shopping list, not a database\n" * 50)
    with pytest.raises(StoreError, match=r"copilot\.db is no SQLite database, or damaged"):
        Store(f"sqlite:///{path}")
    assert path.read_text().startswith("this is a shopping list")


def test_a_damaged_database_gives_a_readable_error(path):
    store = Store(f"sqlite:///{path}")
    for version in range(30):
        store.save_plan(make_plan(), "f" * 500, "first", version or None)
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Store(f"sqlite:///{path}").plans()


def test_a_damaged_plan_row_names_its_version(store, path):
    store.save_plan(make_plan(), "f", "first", None)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE plans SET plan_json = '{\"launches\": [{}]}'")
    with pytest.raises(StoreError, match="Plan version 1 in the database is damaged"):
        store.latest_plan()


def test_a_read_only_database_gives_a_readable_error(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (x)")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_a_missing_folder_gives_a_readable_error(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(f"sqlite:///{tmp_path}/nowhere/copilot.db")


@pytest.mark.parametrize("url", ["nonsense", "nodb://x/y"])
def test_a_url_that_is_none_gives_a_readable_error(url):
    with pytest.raises(StoreError, match="is no database that can be used here"):
        Store(url)


def test_a_database_that_stays_busy_gives_a_readable_error(store, path, monkeypatch):
    monkeypatch.setattr("copilot.database.BUSY_S", 0.1)
    impatient = Store(f"sqlite:///{path}")
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="busy"):
        impatient.audit("ann", "looked")
    assert impatient.latest_plan() is None  # readers do not wait for the writer
    blocker.execute("ROLLBACK")
    blocker.close()


def test_an_error_half_way_leaves_nothing_behind(store):
    unsound = replace(make_plan(), objective=float("nan"))
    with pytest.raises(ValueError, match="Out of range"):
        store.save_plan(unsound, "f", "unsound", None, standing=[Lock("P1")])
    assert store.latest_plan() is None
    assert store.locks() == ()


# A full disk


def fill(folder: Path) -> None:
    file = os.open(folder / "filling", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(file, b"x" * 4096)
    except OSError:
        os.close(file)


def test_on_a_full_disk_what_is_stored_is_read_and_a_refused_write_names_the_folder(small_disk):
    url = f"sqlite:///{small_disk / 'copilot.db'}"
    first = Store(url)
    saved = first.save_plan(make_plan(), "f", "first", None)
    first.close()
    fill(small_disk)
    store = Store(url)
    assert store.latest_plan() == saved
    for _ in range(2):  # the failed write leaves the store readable
        with pytest.raises(StoreError, match=rf"folder {small_disk} is full.*free some space"):
            store.save_plan(make_plan(), "f" * 300_000, "second", 1)
        assert store.plans()[0].version == 1
    (small_disk / "filling").unlink()
    assert store.save_plan(make_plan(), "f", "second", 1).version == 2


def test_a_new_store_on_a_full_disk_names_the_folder(small_disk):
    fill(small_disk)
    with pytest.raises(StoreError, match=rf"folder {small_disk} is full"):
        Store(f"sqlite:///{small_disk / 'copilot.db'}")


@pytest.fixture
def no_shared_file(store, path, monkeypatch):
    """What a full disk does to SQLite: it cannot make the file that readers of a WAL share."""
    saved = store.save_plan(make_plan(), "f", "first", None)
    store.close()
    prepare = database._prepare_sqlite

    def refuse(connection, record):
        if connection.execute("PRAGMA locking_mode").fetchone() == ("normal",):
            raise sqlite3.OperationalError("disk I/O error")
        prepare(connection, record)

    monkeypatch.setattr(database, "_prepare_sqlite", refuse)
    return saved


def test_readers_that_cannot_share_a_file_take_turns(no_shared_file, path, monkeypatch):
    monkeypatch.setattr(database, "_is_full", lambda folder: folder == path.parent)
    store = Store(f"sqlite:///{path}")
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: store.latest_plan(), range(12))) == [no_shared_file] * 12


def test_an_io_error_on_a_disk_with_space_is_not_called_a_full_disk(no_shared_file, path, monkeypatch):
    monkeypatch.setattr(database, "_is_full", lambda folder: False)
    with pytest.raises(StoreError, match=r"disk I/O error\. Nothing was written"):
        Store(f"sqlite:///{path}")


# Two processes


def _race_for_versions(url: str, barrier, landed, told) -> None:
    barrier.wait()
    store = Store(url)  # both also set the new database up at once
    for _ in range(15):
        latest = store.latest_plan()
        expected = latest.version if latest else None
        try:
            landed.put(store.save_plan(make_plan(), "f", multiprocessing.current_process().name, expected).version)
        except StalePlan:
            told.put(expected)


def test_two_processes_that_write_at_once_never_share_a_version(path):
    context = multiprocessing.get_context("spawn")
    barrier, landed, told = context.Barrier(2), context.Queue(), context.Queue()
    url = f"sqlite:///{path}"
    racers = [context.Process(target=_race_for_versions, args=(url, barrier, landed, told)) for _ in range(2)]
    for racer in racers:
        racer.start()
    versions, refused = [], 0
    for racer in racers:
        racer.join(60)
        assert racer.exitcode == 0
    while not landed.empty():
        versions.append(landed.get())
    while not told.empty():
        told.get()
        refused += 1
    assert sorted(versions) == list(range(1, len(versions) + 1))
    assert len(versions) + refused == 30
    assert [x.version for x in Store(url).plans()] == sorted(versions, reverse=True)
