"""Building: what is reused, what is rebuilt, and what a kill in the middle leaves behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import copilot.start as start
from copilot.generators import ScriptedGenerator
from copilot.settings import Settings
from copilot.start import build_workspace
from retrieval.encoder import HashingEncoder
from retrieval.errors import WorkspaceBusy
from retrieval.sources.simulated import simulated_shop
from retrieval.workspace import Workspace, WorkspaceBuilder

ROOT = Path(__file__).resolve().parents[2]
KEY = b"a key for tests, not for any shop"
SLOW_BUILD = """
import sys, time
from pathlib import Path
from copilot.start import build_workspace
from retrieval.encoder import HashingEncoder
from retrieval.sources.simulated import simulated_shop

class SlowEncoder(HashingEncoder):
    def encode(self, texts, progress=lambda *a, **k: None):
        Path(sys.argv[2]).touch()  # data is staged, the index is under way
        time.sleep(60)

encoder = SlowEncoder()
encoder.name = "slow"
build_workspace(Path(sys.argv[1]), simulated_shop(seed=8, n_products=120), encoder, pseudonym_key=b"k" * 32)
"""


class CountingEncoder(HashingEncoder):
    """Counts the texts that reach it."""

    def __init__(self):
        super().__init__()
        self.n_texts = 0

    def encode(self, texts, *more):
        self.n_texts += len(texts)
        return super().encode(texts, *more)


def build(root, encoder=None, **more):
    return build_workspace(
        root, simulated_shop(seed=7, n_products=120), encoder or HashingEncoder(), pseudonym_key=KEY, **more
    )


def test_an_unchanged_build_reuses_every_stage(tmp_path):
    first = build(tmp_path / "w")
    encoder = CountingEncoder()
    second = build(tmp_path / "w", encoder)
    assert encoder.n_texts == 0
    assert second.fingerprint == first.fingerprint
    assert [second.manifest(stage).built_at for stage in ("data", "index", "models")] == [
        first.manifest(stage).built_at for stage in ("data", "index", "models")
    ]


def test_another_day_makes_other_data_but_encodes_no_text_twice(tmp_path):
    first = build(tmp_path / "w")
    day = first.report().as_of
    first.close()
    encoder = CountingEncoder()
    second = build(tmp_path / "w", encoder, as_of=day.replace(day=day.day + 7))
    assert second.fingerprint != first.fingerprint
    products = second.query("SELECT count(DISTINCT title) AS n FROM products")["n"].iloc[0]
    assert encoder.n_texts < products  # only what no build had encoded, such as new queries


def test_a_build_killed_half_way_leaves_the_last_good_workspace(tmp_path):
    root, marker = tmp_path / "w", tmp_path / "marker"
    before = build(root).fingerprint
    child = subprocess.Popen([sys.executable, "-c", SLOW_BUILD, str(root), str(marker)], cwd=ROOT)
    deadline = time.monotonic() + 120
    while not marker.exists():
        assert child.poll() is None, "the build ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with pytest.raises(WorkspaceBusy, match=str(child.pid)), WorkspaceBuilder(root):
        pass
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    survivor = Workspace.open(root, verify=True)
    assert survivor.fingerprint == before
    assert survivor.query("SELECT count(*) AS n FROM products")["n"].iloc[0] == 120
    assert build(root).fingerprint == before  # and the next build works, over what the dead one left


def test_two_processes_read_one_workspace_while_a_third_publishes(tmp_path):
    root = tmp_path / "w"
    reader, other = build(root), Workspace.open(root)
    build(root, as_of=reader.report().as_of.replace(day=9))
    for workspace in (reader, other):
        assert workspace.query("SELECT count(*) AS n FROM products")["n"].iloc[0] == 120


def test_what_the_operator_decides_about_the_plan_reaches_the_engine(shop, monkeypatch):
    monkeypatch.setattr(start, "open_encoder", lambda settings: HashingEncoder())
    settings = Settings(weeks=6, delay_per_week=0.02, plan_time_limit_s=9.0, caution=0.5)
    copilot = start.open_copilot(settings, shop, ScriptedGenerator(""))
    planning = copilot.engine.settings
    assert (planning.weeks, planning.delay_per_week, planning.time_limit_s, planning.caution) == (6, 0.02, 9.0, 0.5)
    copilot.close()
