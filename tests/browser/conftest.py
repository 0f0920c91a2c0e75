"""The app served on a free port, and a headless Chromium that notes every request and error of the page."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from copilot.engine import Engine, PlanningSettings
from copilot.generators import ScriptedGenerator
from copilot.service import Copilot
from copilot.store import Store
from copilot.ui import build_ui, launch_options
from retrieval.encoder import TextEncoder
from retrieval.search import CatalogueSearch
from retrieval.workspace import Workspace

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000  # a re-plan or a small model's answer on a busy machine
PLOTS_FIT = """() => [...document.querySelectorAll(".lc-plot")].every(plot => {
  const drawn = plot.querySelector(".main-svg");
  return !drawn || Math.abs(drawn.clientWidth - plot.querySelector(".js-plotly-plot").clientWidth) <= 1;
})"""  # they are drawn before the drawer has its width, and then follow it


@dataclass
class Watched:
    """A page with what went wrong on it and what it asked for elsewhere."""

    page: Page
    problems: list[str] = field(default_factory=list)
    requests_elsewhere: list[str] = field(default_factory=list)

    def shoot(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def open_launch(self, number: int = 0) -> str:
        """Click a launch, wait for its evidence and return its title."""
        chip = self.page.locator(".lc-chip").nth(number)
        chip.click()
        self.page.wait_for_selector("#lc-plot-forecast .main-svg")
        self.page.wait_for_selector("#lc-plot-demand .main-svg")
        self.page.wait_for_function(PLOTS_FIT)
        return chip.get_attribute("data-tip-title") or ""

    def assert_clean(self) -> None:
        assert self.requests_elsewhere == []
        assert self.problems == []


@pytest.fixture(scope="session")
def served_app(built_shop: Path, encoder: TextEncoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app over the real service and a built shop; its writer says one sentence without facts."""
    root = tmp_path_factory.mktemp("served") / "workspace"
    shutil.copytree(built_shop, root, symlinks=True)
    workspace = Workspace.open(root)
    engine = Engine(workspace, CatalogueSearch.load(workspace.index, encoder), PlanningSettings())
    service = Copilot(engine, Store(f"sqlite:///{workspace.database}"), ScriptedGenerator("It sells well."))
    with served(service) as url:
        yield url
    service.close()
    workspace.close()


@dataclass(frozen=True)
class SmallApp:
    """The app over the screen tests' small service, whose first launch has a hostile title."""

    url: str
    service: Any


@pytest.fixture(scope="session")
def small_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallApp]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('small') / 'copilot.db'}")
    service = _small_service().FakeCopilot(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copilot.ui.layout.NOTICES_S", 0.3)  # no test waits for the next look at them
        with served(service) as url:
            yield SmallApp(url, service)
    store.close()


@contextmanager
def served(service: Any) -> Iterator[str]:
    blocks = build_ui(service)
    blocks.launch(server_port=_free_port(), prevent_thread_lock=True, quiet=True, **launch_options())
    yield blocks.local_url
    blocks.close(verbose=False)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Debian's chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> dict[bool, BrowserContext]:
    """A light and a dark browser context, kept so that the page's scripts are fetched and compiled once."""
    return {dark: chromium.new_context(color_scheme="dark" if dark else "light") for dark in (False, True)}


@pytest.fixture
def open_page(contexts: dict[bool, BrowserContext], served_app: str) -> Iterator[Callable[..., Watched]]:
    """Open an address (the app's own by default) as a new visitor: `open_page(size, dark=..., url=...)`."""
    pages: list[Page] = []

    def open_(size: tuple[int, int] = (1440, 900), *, dark: bool = False, url: str = served_app) -> Watched:
        page = contexts[dark].new_page()
        pages.append(page)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.add_init_script("if (!sessionStorage.known) { localStorage.clear(); sessionStorage.known = 'yes'; }")
        return watch(page, url)

    yield open_
    for page in pages:
        page.close()


@pytest.fixture
def open_calendar(open_page: Callable[..., Watched]) -> Callable[..., Watched]:
    """Open the calendar as `open_page` does, and wait for its launches."""

    def open_(*args: Any, **kwargs: Any) -> Watched:
        watched = open_page(*args, **kwargs)
        watched.page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        watched.page.wait_for_selector(".lc-chip")
        return watched

    return open_


def watch(page: Page, url: str) -> Watched:
    """Go to an address, noting errors and every request that leaves this machine's own server."""
    watched = Watched(page)
    host = "http://127.0.0.1:"
    page.on("pageerror", lambda error: watched.problems.append(str(error)))
    page.on("console", lambda line: watched.problems.append(line.text) if line.type == "error" else None)
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((host, "data:", "blob:")) else watched.requests_elsewhere.append(request.url)
        ),
    )
    page.goto(url)
    return watched


@pytest.fixture
def unused_port() -> int:
    return _free_port()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _small_service() -> ModuleType:
    path = Path(__file__).parents[1] / "copilot" / "ui" / "conftest.py"
    spec = importlib.util.spec_from_file_location("small_service", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["small_service"] = module
    spec.loader.exec_module(module)
    return module
