"""Shared fixtures: a small simulated shop, built once, with a hashing encoder and a writer that replays a script."""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.engine import Engine, PlanningSettings
from copilot.generators import ScriptedGenerator
from copilot.service import Copilot
from copilot.settings import Settings
from copilot.start import build_workspace
from copilot.store import Store
from retrieval.encoder import HashingEncoder
from retrieval.search import CatalogueSearch
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
    """The root of a workspace that is built once; treat it as read-only, or copy it with `shop`."""
    root = tmp_path_factory.mktemp("shop") / "workspace"
    build_workspace(root, simulated_shop(seed=7, n_products=SHOP_PRODUCTS), encoder, pseudonym_key=KEY).close()
    return root


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
