"""Workspace: what a reader sees while builds succeed, fail, are killed, run out of disk or meet each other."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from retrieval import manifest as manifest_module
from retrieval.errors import StorageFull, WorkspaceBroken, WorkspaceBusy, WorkspaceError, WorkspaceMissing
from retrieval.ingest import ingest
from retrieval.sources.simulated import simulated_shop
from retrieval.workspace import Workspace, WorkspaceBuilder, atomic_write


def fill(folder: Path, price: float = 1.0) -> dict[str, object]:
    """A data stage: two products, one held out."""
    products = pd.DataFrame({"product_id": ["a", "b"], "price": [price, 2.0], "status": ["live", "candidate"]})
    products.to_parquet(folder / "products.parquet")
    (folder / "heldout").mkdir()
    pd.DataFrame({"product_id": ["b"], "launch_date": ["2024-01-01"]}).to_parquet(
        folder / "heldout" / "products.parquet"
    )
    return {"n_products": 2}


def build(root: Path, price: float = 1.0) -> Workspace:
    with WorkspaceBuilder(root) as builder:
        builder.stage("data", {"price": price}, lambda out: fill(out, price))
        return builder.publish()


def price_of_a(root: Path) -> float:
    workspace = Workspace.open(root)
    try:
        return float(workspace.query("SELECT price FROM products WHERE product_id = ?", ["a"])["price"][0])
    finally:
        workspace.close()


def leftovers(root: Path) -> list[str]:
    return sorted(p.name for p in root.rglob("*") if "staging" in p.parts or p.name.endswith(".tmp"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


def test_nothing_was_built_yet(root):
    with pytest.raises(WorkspaceMissing, match="launch-copilot build"):
        Workspace.open(root)


def test_a_build_is_read_back(root):
    workspace = build(root)
    assert workspace.query("SELECT count(*) AS n FROM products")["n"][0] == 2
    assert workspace.manifest("data").details == {"n_products": 2}
    assert workspace.has("products")
    assert not workspace.has("events")
    assert (root / "data" / "products.parquet").is_file()
    assert workspace.database == root / "copilot.db"
    assert leftovers(root) == []


def test_held_out_rows_need_the_backtest_door(root):
    workspace = build(root)
    assert workspace.heldout("SELECT product_id FROM heldout_products")["product_id"].tolist() == ["b"]
    with pytest.raises(duckdb.CatalogException):
        workspace.query("SELECT * FROM heldout_products")


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM read_csv('/etc/passwd')", "COPY products TO '/tmp/copy.csv'", "SET threads = 9", "ATTACH 'x.db'"],
)
def test_a_query_reaches_nothing_but_the_clean_tables(root, sql):
    with pytest.raises(duckdb.Error):
        build(root).query(sql)


def test_many_threads_can_ask_at_once(root):
    workspace = build(root)
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: workspace.query("SELECT count(*) AS n FROM products")["n"][0], range(40)))
    assert counts == [2] * 40


def test_an_open_workspace_stays_with_its_generation(root):
    first = build(root, price=1.0)
    build(root, price=5.0)
    assert first.query("SELECT max(price) AS p FROM products WHERE product_id = 'a'")["p"][0] == 1.0
    assert price_of_a(root) == 5.0


def test_the_previous_generation_is_kept_and_older_ones_go(root):
    for price in (1.0, 2.0, 3.0):
        build(root, price)
    assert len(list((root / "generations").iterdir())) == 2


def test_the_fingerprint_follows_the_content_not_the_clock(root, tmp_path):
    assert build(root).fingerprint == build(tmp_path / "other").fingerprint
    assert build(root, price=9.0).fingerprint != build(tmp_path / "other").fingerprint


def test_an_unchanged_stage_is_linked_and_a_changed_one_is_made(root):
    calls = []

    def make(out: Path) -> None:
        calls.append(out)
        fill(out)

    for inputs in ({"source": "x"}, {"source": "x"}, {"source": "y"}):
        with WorkspaceBuilder(root) as builder:
            builder.stage("data", inputs, make)
            builder.publish()
    assert len(calls) == 2
    assert builder.reused == []


def test_a_damaged_stage_is_made_again_instead_of_reused(root):
    workspace = build(root)
    path = workspace.data / "products.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"X")  # same size, other content
    with WorkspaceBuilder(root) as builder:
        builder.stage("data", {"price": 1.0}, fill)
        assert builder.reused == []
        builder.publish()
    Workspace.open(root, verify=True)


@pytest.mark.parametrize("damage", ["missing", "shorter", "no manifest", "manifest not JSON", "generation gone"])
def test_damage_is_found_on_opening(root, damage):
    data = build(root).data
    if damage == "missing":
        (data / "products.parquet").unlink()
    elif damage == "shorter":
        (data / "products.parquet").write_bytes(b"PAR1")
    elif damage == "no manifest":
        (data / "manifest.json").unlink()
    elif damage == "manifest not JSON":
        (data / "manifest.json").write_text("{")
    else:
        shutil.rmtree(data.parent)
    with pytest.raises(WorkspaceBroken, match="launch-copilot build"):
        Workspace.open(root)


def test_changed_bytes_of_equal_size_are_found_when_hashes_are_checked(root):
    path = build(root).data / "products.parquet"
    content = bytearray(path.read_bytes())
    content[10] ^= 0xFF
    path.write_bytes(bytes(content))
    Workspace.open(root)
    with pytest.raises(WorkspaceBroken, match="does not match the hash"):
        Workspace.open(root, verify=True)


def test_an_older_layout_is_refused(root, monkeypatch):
    build(root)
    monkeypatch.setattr(manifest_module, "_FORMAT", 99)
    with pytest.raises(WorkspaceBroken, match="this version reads 99"):
        Workspace.open(root)


def test_a_failing_build_leaves_the_last_good_state(root):
    build(root, price=1.0)
    with pytest.raises(ZeroDivisionError), WorkspaceBuilder(root) as builder:
        builder.stage("data", {"price": 2.0}, lambda out: 1 / 0)
    assert price_of_a(root) == 1.0
    assert leftovers(root) == []


def test_a_folder_with_something_else_in_it_is_refused(root):
    (root / "data").mkdir(parents=True)
    with pytest.raises(WorkspaceError, match="not part of a workspace"), WorkspaceBuilder(root):
        pass
    assert (root / "data").is_dir()


def test_a_path_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkspaceError, match="cannot be written"), WorkspaceBuilder(tmp_path / "file"):
        pass


SLOW_BUILD = """
import sys, time
from pathlib import Path
from retrieval.ingest import ingest
from retrieval.sources.simulated import simulated_shop
from retrieval.workspace import WorkspaceBuilder
root = Path(sys.argv[1])
with WorkspaceBuilder(root) as builder:
    def make(out):
        (out / "products.parquet").write_bytes(b"half of a fi")
        print("half-way", flush=True)
        time.sleep(60)
    builder.stage("data", {"price": 2.0}, make)
    builder.publish()
"""


@pytest.fixture
def slow_build(root):
    """A real process that is half-way through a build of `root`."""
    process = subprocess.Popen([sys.executable, "-c", SLOW_BUILD, str(root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "half-way"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def built(root):
    build(root, price=1.0)
    return root


def test_a_build_killed_half_way_leaves_the_last_good_state(built, slow_build):
    assert leftovers(built) != []
    os.kill(slow_build.pid, signal.SIGKILL)
    slow_build.wait()
    assert price_of_a(built) == 1.0
    build(built, price=3.0)  # the lock died with the process, and its leavings are cleared
    assert price_of_a(built) == 3.0
    assert leftovers(built) == []


def test_a_second_builder_is_told_who_builds(built, slow_build):
    with pytest.raises(WorkspaceBusy, match=str(slow_build.pid)), WorkspaceBuilder(built):
        pass
    assert price_of_a(built) == 1.0  # reading goes on beside a build
    assert leftovers(built) != []  # and the other build's staging was not touched


def test_two_builders_in_one_process_exclude_each_other(root):
    with WorkspaceBuilder(root), pytest.raises(WorkspaceBusy), WorkspaceBuilder(root):
        pass
    with WorkspaceBuilder(root):
        pass


READER = """
import sys
from pathlib import Path
from retrieval.ingest import ingest
from retrieval.sources.simulated import simulated_shop
from retrieval.workspace import Workspace
workspace = Workspace.open(Path(sys.argv[1]))
print(workspace.query("SELECT count(*) AS n FROM products")["n"][0])
"""


def test_two_processes_read_one_workspace(built):
    here = Workspace.open(built)
    assert here.query("SELECT count(*) AS n FROM products")["n"][0] == 2
    there = subprocess.run([sys.executable, "-c", READER, str(built)], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == "2"
    assert here.query("SELECT count(*) AS n FROM products")["n"][0] == 2


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        duckdb.IOException("IO Error: Could not write all bytes: No space left on device"),
        RuntimeError("Error in faiss: write failed: No space left on device"),
    ],
)
def test_a_full_disk_is_named_and_harms_nothing(built, error):
    def make(out: Path) -> None:
        (out / "products.parquet").write_bytes(b"half")
        raise error

    with pytest.raises(StorageFull, match="is full"), WorkspaceBuilder(built) as builder:
        builder.stage("data", {"price": 2.0}, make)
    assert price_of_a(built) == 1.0
    assert leftovers(built) == []


def test_another_failure_is_not_called_a_full_disk(built):
    def make(out: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output") as caught, WorkspaceBuilder(built) as builder:
        builder.stage("data", {"price": 2.0}, make)
    assert not isinstance(caught.value, StorageFull)


@pytest.mark.parametrize("writer", ["python", "duckdb", "pyarrow", "ingest"])
def test_a_disk_that_is_really_full(small_disk, writer):
    root = small_disk / "workspace"
    build(root, price=1.0)

    def make(out: Path) -> None:
        if writer == "python":
            (out / "products.parquet").write_bytes(os.urandom(4_000_000))
        elif writer == "duckdb":
            target = out / "products.parquet"
            duckdb.sql(f"COPY (SELECT uuid() AS u FROM range(500000)) TO '{target}' (FORMAT parquet)")
        elif writer == "ingest":
            ingest(simulated_shop(), out, as_of=None, pseudonym_key=b"k" * 32)
        else:
            pd.DataFrame({"u": os.urandom(3_000_000).hex()}, index=[0]).to_parquet(out / "products.parquet")

    with pytest.raises(StorageFull, match="MiB free"), WorkspaceBuilder(root) as builder:
        builder.stage("data", {"price": 2.0}, make)
    assert price_of_a(root) == 1.0
    assert leftovers(root) == []
    build(root, price=3.0)
    assert price_of_a(root) == 3.0


def test_atomic_write_replaces_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "file.json"
    with atomic_write(path) as temporary:
        temporary.write_text("old")
        assert not path.exists()
    with pytest.raises(FileNotFoundError), atomic_write(path):
        (tmp_path / "absent").read_text()
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["file.json"]


def test_atomic_write_on_a_full_disk_keeps_the_old_file(tmp_path):
    path = tmp_path / "file.json"
    path.write_text("old")
    with pytest.raises(StorageFull), atomic_write(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert path.read_text() == "old"


def test_inputs_that_a_manifest_cannot_hold_are_a_mistake(root):
    with pytest.raises(TypeError, match="cannot be written to a manifest"), WorkspaceBuilder(root) as builder:
        builder.stage("data", {"when": time}, fill)
