"""A brief in the writer's words on the screen: progress, cancelling, a writer that fails, and other operators."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from copilot.brief_passages import Passages
from copilot.engine import Engine, PlanningSettings
from copilot.generators import ScriptedGenerator
from copilot.service import Copilot
from copilot.store import Store
from retrieval.search import CatalogueSearch
from retrieval.workspace import Workspace

pytestmark = pytest.mark.browser

CARD = ".lc-brief-card"
CHOICE = "Written by the writer"


class Gated:
    """A writer that reads its facts aloud and, while its gate is shut, stops after the second."""

    name = "gated writer"

    def __init__(self) -> None:
        self.gate = threading.Event()

    def prepare(self) -> None:
        """Need nothing."""

    def stream(self, prompt: Any, *, cancel: threading.Event | None = None) -> Iterator[str]:
        told = [line[2:] for line in prompt.user.splitlines() if line.startswith("- ")]
        for number, sentence in enumerate(told):
            yield f"{sentence} "
            while number == 1 and not self.gate.wait(0.02):
                if cancel is not None and cancel.is_set():
                    return


@dataclass(frozen=True)
class WritingApp:
    url: str
    service: Copilot
    writer: Gated


@pytest.fixture(scope="module")
def served_service(
    built_shop: Path, encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Copilot]]:
    root = tmp_path_factory.mktemp("written") / "workspace"
    shutil.copytree(built_shop, root, symlinks=True)
    workspace = Workspace.open(root)
    engine = Engine(workspace, CatalogueSearch.load(workspace.index, encoder), PlanningSettings())
    service = Copilot(engine, Store(f"sqlite:///{workspace.database}"), Gated())
    served = next(module for name, module in sys.modules.items() if name.endswith("browser.conftest")).served
    with served(service) as url:
        yield url, service
    service.close()
    workspace.close()


@pytest.fixture
def app(served_service: tuple[str, Copilot], monkeypatch: pytest.MonkeyPatch) -> Iterator[WritingApp]:
    url, service = served_service
    writer = Gated()
    monkeypatch.setattr(service, "writer", writer)
    monkeypatch.setattr("copilot.service.Passages", partial(Passages, time_limit_s=600))  # the machine may be busy
    yield WritingApp(url, service, writer)
    writer.gate.set()


@pytest.mark.parametrize("dark", [False, True])
def test_a_brief_is_written_while_the_screen_and_others_go_on(open_calendar, app, dark):
    watched, other = open_calendar(dark=dark, url=app.url), open_calendar(dark=not dark, url=app.url)
    page = watched.page
    watched.open_launch()
    expect(page.get_by_label(CHOICE)).not_to_be_checked()  # the quick version is the default
    page.get_by_label(CHOICE).check()
    watched.shoot(f"20-brief-choice-{'dark' if dark else 'light'}")
    with page.expect_download(timeout=60_000) as saved:
        page.get_by_role("button", name="Brief as .md").click()
        expect(page.locator(CARD)).to_contain_text("gated writer writes the brief: 1 sentence checked")
        expect(page.locator(CARD)).to_contain_text("of at most 20 s")
        watched.shoot(f"21-brief-writing-{'dark' if dark else 'light'}")
        title = watched.open_launch(1)  # nothing is blocked, and the choice stays
        expect(page.locator("#lc-drawer h2")).to_have_text(title)
        expect(page.get_by_label(CHOICE)).to_be_checked()
        page.get_by_role("button", name="Brief as .docx").click()
        expect(page.locator(".lc-late")).to_contain_text("One written brief at a time")
        other.open_launch()
        with other.page.expect_download() as quick:  # another operator's comes at once, and is the other's only
            other.page.get_by_role("button", name="Brief as .md").click()
        assert "no language model wrote here" in quick.value.path().read_text("utf-8")
        expect(other.page.locator(CARD)).to_be_hidden()
        app.writer.gate.set()
    assert saved.value.suggested_filename.endswith(".md")
    assert "in the words of gated writer" in saved.value.path().read_text("utf-8")
    expect(page.locator(CARD)).to_contain_text("are by gated writer, each checked")
    watched.shoot(f"22-brief-saved-{'dark' if dark else 'light'}")
    page.get_by_role("button", name="Dismiss").last.click()
    expect(page.locator(CARD)).to_be_hidden()
    watched.assert_clean()
    other.assert_clean()


def test_cancelling_leaves_the_screen_as_it_was_and_frees_the_writer(open_calendar, app):
    watched = open_calendar(url=app.url)
    page = watched.page
    downloads: list[Any] = []
    page.on("download", lambda one: downloads.append(one))
    watched.open_launch()
    drawer = page.locator("#lc-drawer").inner_text()
    page.get_by_label(CHOICE).check()
    page.get_by_role("button", name="Brief as .docx").click()
    expect(page.locator(CARD)).to_contain_text("1 sentence checked")
    page.locator(CARD).get_by_role("button", name="Cancel").focus()
    page.keyboard.press("Enter")
    expect(page.locator(CARD)).to_be_hidden()
    expect(page.get_by_role("button", name="Brief as .docx")).to_be_focused()
    assert page.locator("#lc-drawer").inner_text() == drawer
    for _ in range(100):
        if not len(app.service._writer_line):
            break
        page.wait_for_timeout(50)
    assert len(app.service._writer_line) == 0
    assert downloads == []
    page.get_by_label(CHOICE).uncheck()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Brief as .docx").click()
    assert saved.value.path().read_bytes().startswith(b"PK")
    watched.assert_clean()


def test_a_brief_asked_for_in_the_chat_is_told_by_phrases_when_the_writer_fails(open_calendar, app, monkeypatch):
    watched = open_calendar(url=app.url)
    page = watched.page
    app.writer.gate.set()
    watched.open_launch()
    page.get_by_role("button", name="Write the brief").click()
    page.wait_for_selector(".lc-turn.lc-done .lc-foot [data-written]")
    monkeypatch.setattr(app.service, "writer", ScriptedGenerator("Never", fail_after=1, name="gated writer"))
    page.locator(".lc-foot").get_by_label(CHOICE).check()
    watched.shoot("23-brief-choice-chat")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the brief (.md)").click()
    assert "The writer gated writer failed, so" in saved.value.path().read_text("utf-8")
    expect(page.locator(f"{CARD}[data-state='failed']")).to_contain_text(
        "Saved in verified phrases, as gated writer failed"
    )
    watched.shoot("24-brief-failed")
    watched.assert_clean()


SHOW_CARD = """() => {
  const card = document.querySelector(".lc-brief-card");
  card.querySelector(".lc-brief-line").textContent = "a writer with a long name writes the brief: 3 sentences checked.";
  card.dataset.state = "working";
  card.hidden = false;
}"""


def test_on_a_phone_the_card_covers_neither_the_box_nor_its_button(open_calendar, app):
    watched = open_calendar((420, 900), url=app.url)
    page = watched.page
    page.get_by_role("button", name="Chat", exact=True).click()
    expect(page.locator("#lc-send")).to_be_visible()
    page.evaluate(SHOW_CARD)
    expect(page.locator(CARD)).to_be_visible()
    top = page.locator(CARD).bounding_box()["y"]
    for part in ("#lc-box textarea", "#lc-send"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= top
    watched.assert_clean()


def test_a_language_that_the_writer_does_not_write_has_no_choice(open_calendar, app):
    watched = open_calendar(url=f"{app.url.rstrip('/')}/zh")
    watched.open_launch()
    expect(watched.page.get_by_role("button", name="简报 .md")).to_be_visible()
    expect(watched.page.locator("[data-written]")).to_have_count(0)
    with watched.page.expect_download() as saved:
        watched.page.get_by_role("button", name="简报 .md").click()
    assert "没有语言模型参与行文" in saved.value.path().read_text("utf-8")
    watched.assert_clean()
