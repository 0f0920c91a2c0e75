"""Shared fixtures: a small simulated shop, built once, with a hashing encoder and a writer that replays a script."""

from __future__ import annotations

import os
import re

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from copilot.brief_writing import Brief
from copilot.cleaning import escape_markdown
from copilot.engine import Engine, PlanningSettings
from copilot.factsheet import Fact
from copilot.generators import ScriptedGenerator
from copilot.phrases import Phrases, load_phrases
from copilot.service import Copilot
from copilot.settings import Settings
from copilot.start import build_workspace
from copilot.store import Store
from copilot.writer_cache import converted_smollm2
from retrieval.encoder import HashingEncoder
from retrieval.ingest import ingest
from retrieval.search import CatalogueSearch
from retrieval.sources import open_source
from retrieval.sources.simulated import simulated_shop
from retrieval.workspace import Workspace

KEY = b"a key for tests, not for any shop"
SHOP_PRODUCTS = 160


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the developer's environment, and none leaves a key in the home folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COPILOT_{name.upper()}", raising=False)
    monkeypatch.setenv("COPILOT_PSEUDONYM_KEY_FILE", str(tmp_path / "pseudonym.key"))


@pytest.fixture(scope="session")
def encoder() -> HashingEncoder:
    return HashingEncoder()


@pytest.fixture(scope="session")
def built_shop(tmp_path_factory: pytest.TempPathFactory, encoder: HashingEncoder) -> Path:
    """The root of a workspace that is built and planned once; treat it as read-only, or copy it with `shop`."""
    root = tmp_path_factory.mktemp("shop") / "workspace"
    source = simulated_shop(seed=7, n_products=SHOP_PRODUCTS)
    workspace = build_workspace(root, source, encoder, pseudonym_key=KEY)
    engine = Engine(workspace, CatalogueSearch.load(workspace.index, encoder), PlanningSettings())
    service = Copilot(engine, Store(f"sqlite:///{workspace.database}"), ScriptedGenerator(""))
    service.current_plan()
    service.close()
    return root


@pytest.fixture(scope="session")
def real_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose `data` are all of Complete Journey, imported once a run for the slow tests; read-only."""
    root = tmp_path_factory.mktemp("real")
    ingest(open_source("complete_journey"), root / "data", as_of=None, pseudonym_key=KEY)
    return root


@pytest.fixture(scope="session")
def onboard_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SmolLM2 as the writer loads it, converted once a run for the slow tests; its parent is a writer's cache."""
    shares_done = []
    folder = converted_smollm2(
        tmp_path_factory.mktemp("cache"), lambda stage, fraction=None, note="": shares_done.append(fraction)
    )
    assert shares_done == [0.0, 0.3, 0.9, 1.0]
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes; only root may mount one, and not in every container."""
    mount = tmp_path / "disk"
    mount.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("no mount command here")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(mount)], capture_output=True)
    if done.returncode:
        pytest.skip("mounting a small disk is not permitted here")
    yield mount
    subprocess.run(["umount", "--lazy", str(mount)], check=True)


@pytest.fixture
def launched_files(tmp_path: Path) -> Path:
    """A folder for the source `files`: thirty teas, one launched a week from 2024-01-01 on, and one row too short."""
    first, folder = date(2024, 1, 1), tmp_path / "files"
    products, events = ["product_id,title,category,launch_date", "x,Nothing"], ["user_id,product_id,ts,type,quantity"]
    for number in range(30):
        launch = first + timedelta(weeks=number)
        products.append(f"{number},Tea {number},Food > Tea,{launch}")
        events += [f"u{n % 7},{number},{launch + timedelta(days=n)}T10:00:00,purchase,1" for n in range(0, 60, 3)]
    folder.mkdir()
    (folder / "products.csv").write_text("\n".join(products), encoding="utf-8")
    (folder / "events.csv").write_text("\n".join(events), encoding="utf-8")
    return folder


@pytest.fixture
def shop(built_shop: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of the built shop with a database of its own."""
    root = tmp_path / "workspace"
    shutil.copytree(built_shop, root, symlinks=True)
    workspace = Workspace.open(root)
    yield workspace
    workspace.close()


@pytest.fixture
def engine(shop: Workspace, encoder: HashingEncoder) -> Engine:
    return Engine(shop, CatalogueSearch.load(shop.index, encoder), PlanningSettings())


@pytest.fixture
def copilot(engine: Engine) -> Iterator[Copilot]:
    """The real service over the small shop; its writer says one sentence that cites nothing."""
    service = Copilot(engine, Store(f"sqlite:///{engine.workspace.database}"), ScriptedGenerator("It sells well."))
    yield service
    service.close()


@pytest.fixture(scope="session")
def cited_facts():
    """Return the facts of a brief's footnote by its label: `F3`, `F3-F15`, `F3_F7`."""
    return _cited


@pytest.fixture(scope="session")
def unsourced():
    """Find numbers of a brief that no fact cited on their line states."""
    return lambda written: _unsourced(written, _all_titles(written), load_phrases(written.lang))


def _cited(label: str) -> list[str]:
    """The facts of a footnote's label: `F3`, `F3-F15`, `F3_F7`."""
    if "-" in label:
        first, last = (int(end[1:]) for end in label.split("-"))
        return [f"F{number}" for number in range(first, last + 1)]
    return label.split("_")


def _figures(fact: Fact, phrases: Phrases) -> set[str]:
    """Every number that may be written of a fact."""
    told = phrases.variables(fact)
    texts = " ".join(str(told[key]) for key in ("value", "magnitude", "change", "low", "high"))
    return set(re.findall(_NUMBER, texts))


_NUMBER = r"\d[\d,]*(?:\.\d+)?"


def _unsourced(written: Brief, titles: list[str], phrases: Phrases) -> list[str]:
    """Numbers of a brief's lines that no fact cited on the line states; names, weeks and ids are no numbers."""
    facts = {fact.id: fact for fact in written.facts}
    body = written.markdown.split("\n[^")[0]
    body = re.sub(r"```chart.*?```", "", body, flags=re.DOTALL)
    numbered, wrong = False, []
    for line in body.splitlines()[3:]:
        numbered = line.startswith("| No.") or (numbered and line.startswith("|"))
        stated = [facts[one] for label in re.findall(r"\[\^([\w-]+)\]", line) for one in _cited(label)]
        known = set().union(*(_figures(fact, phrases) for fact in stated))
        text = re.sub(r"^\| \d+ \|", "|", line) if numbered else line
        for name in titles:
            text = text.replace(name, "")
        text = re.sub(r"\[\^[\w-]+\]|“[^”]*”|`[^`]*`|\\#\w+|(?:\d{4}-)?W\d\d|80% interval|^> .*|\*.*\*$", " ", text)
        wrong += [f"{number} in {line}" for number in re.findall(_NUMBER, text) if number not in known]
    return wrong


def _all_titles(written: Brief) -> list[str]:
    """Names as the document writes them, the longest first."""
    names = {fact.subject_label for fact in written.facts} | {fact.other_label for fact in written.facts}
    return sorted((escape_markdown(name) for name in names if name), key=len, reverse=True)
