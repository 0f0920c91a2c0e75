"""The chat under rough hands: two sends, reloads, two windows, a line before the writer, and answers once more."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from copilot.engine import Engine, PlanningSettings
from copilot.errors import GeneratorError
from copilot.generators import ScriptedGenerator
from copilot.service import Copilot
from copilot.store import Store
from copilot.writer_fallback import FallbackGenerator
from retrieval.search import CatalogueSearch
from retrieval.workspace import Workspace

pytestmark = pytest.mark.browser

TURN = ".lc-turn:nth-of-type({})"


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
class GatedApp:
    url: str
    service: Copilot
    writer: Gated
    questions: tuple[str, ...]
    titles: tuple[str, ...]


@pytest.fixture(scope="module")
def gated_service(built_shop: Path, encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Copilot]]:
    root = tmp_path_factory.mktemp("gated") / "workspace"
    shutil.copytree(built_shop, root, symlinks=True)
    workspace = Workspace.open(root)
    engine = Engine(workspace, CatalogueSearch.load(workspace.index, encoder), PlanningSettings())
    service = Copilot(engine, Store(f"sqlite:///{workspace.database}"), Gated())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copilot.ui.layout.NOTICES_S", 0.3)
        patch.setattr("copilot.ui.wiring_chat.GRACE_S", 2.0)
        with _served()(service) as url:
            yield url, service
    service.close()
    workspace.close()


@pytest.fixture
def app(gated_service: tuple[str, Copilot], monkeypatch: pytest.MonkeyPatch) -> Iterator[GatedApp]:
    """The app over the real service, whose writer waits for its gate; all answers end with the test."""
    url, service = gated_service
    writer = Gated()
    monkeypatch.setattr(service, "writer", writer)
    launches = service.current_plan().plan.launches
    questions = tuple(f"Why is #{launch.product_id} in week {launch.week:%V}?" for launch in launches[:3])
    yield GatedApp(url, service, writer, questions, tuple(launch.title for launch in launches[:3]))
    writer.gate.set()


def _served() -> Any:
    return next(module for name, module in sys.modules.items() if name.endswith("browser.conftest")).served


def send(page: Any, text: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(text)
    box.press("Enter")


def reload(watched: Any, shows: str = ".lc-writing .lc-s") -> None:
    """Reload, in the middle of a stream too; that its connections end is what the page that leaves complains of."""
    watched.page.reload()
    watched.page.wait_for_selector(shows)
    watched.problems.clear()


def test_shorter_and_more_detail_by_keyboard_keep_the_first_answer(open_calendar, app):
    app.writer.gate.set()
    watched = open_calendar(url=app.url)
    page = watched.page
    send(page, app.questions[0])
    page.get_by_role("group", name="This answer once more").wait_for()
    first = page.locator(TURN.format(1)).locator(".lc-s")
    said = first.all_inner_texts()
    page.get_by_role("button", name="Shorter").focus()
    page.keyboard.press("Enter")
    second = page.locator(TURN.format(2))
    expect(second.locator(".lc-wishes")).to_be_visible()
    expect(second.locator(".lc-understood")).to_contain_text("short")
    expect(second.locator(".lc-wishes button").first).to_be_visible()
    assert 0 < second.locator(".lc-s").count() < len(said)
    expect(page.locator(".lc-wish:focus")).to_have_count(1)  # the focus is not lost with the button
    assert first.all_inner_texts() == said
    expect(page.locator(".lc-wishes")).to_have_count(1)  # under the latest answer only
    send(page, "more detail")  # in words, on the same path
    expect(page.locator(TURN.format(3)).locator(".lc-wishes")).to_be_visible()
    assert page.locator(TURN.format(3)).locator(".lc-s").all_inner_texts() == said
    page.get_by_role("button", name="Regenerate").click()
    expect(page.locator(TURN.format(4)).locator(".lc-understood")).to_contain_text("variation 2")
    expect(page.locator(TURN.format(4)).locator(".lc-wishes")).to_be_visible()
    shown = page.locator(".lc-turn").all_inner_texts()
    reload(watched, f"{TURN.format(4)} .lc-wishes")
    assert page.locator(".lc-turn").all_inner_texts() == shown
    watched.assert_clean()


def test_a_chat_that_waits_shows_its_facts_and_its_place_and_stop_leaves_the_line(open_calendar, app):
    first, second = (open_calendar(url=app.url) for _ in range(2))
    third = open_calendar(dark=True, url=app.url)  # a browser of its own: one opens six connections to a server at most
    send(first.page, app.questions[0])
    first.page.wait_for_selector(".lc-writing .lc-s")
    for place, (watched, question) in enumerate(((second, app.questions[1]), (third, app.questions[2])), start=1):
        send(watched.page, question)
        watched.page.wait_for_selector(f".lc-status[data-place='{place}']")
        expect(watched.page.locator(".lc-known .lc-cite").first).to_be_visible()
    expect(third.page.locator(".lc-status")).to_contain_text("2nd in line")
    second.shoot("14-in-line")
    second.page.get_by_role("button", name="Stop").click()
    expect(second.page.locator(".lc-turn.lc-stopped .lc-status")).to_contain_text("Stopped before the first sentence")
    expect(third.page.locator(".lc-status[data-place='1']")).to_contain_text("Next in line")
    app.writer.gate.set()
    for watched, title in ((first, app.titles[0]), (third, app.titles[2])):
        watched.page.wait_for_selector(".lc-turn.lc-done .lc-foot")
        expect(watched.page.locator(".lc-s").first).to_contain_text(title)
        watched.assert_clean()


def test_a_reload_in_the_middle_of_an_answer_goes_on_with_it(open_calendar, app):
    watched = open_calendar(url=app.url)
    page = watched.page
    send(page, app.questions[0])
    page.wait_for_selector(".lc-writing .lc-s")
    reload(watched)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    app.writer.gate.set()
    page.wait_for_selector(".lc-turn.lc-done .lc-wishes")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    watched.assert_clean()


def test_stop_after_a_reload_keeps_the_sentences_and_so_does_the_thread(open_calendar, app):
    watched = open_calendar(url=app.url)
    page = watched.page
    send(page, app.questions[0])
    page.wait_for_selector(".lc-writing .lc-s")
    reload(watched)
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector(".lc-turn.lc-stopped .lc-s")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    said = page.locator(".lc-a").inner_text()
    reload(watched, ".lc-turn.lc-stopped")
    expect(page.locator(".lc-turn.lc-stopped .lc-status")).to_contain_text("Stopped")
    assert page.locator(".lc-a").inner_text() == said
    watched.assert_clean()


def test_a_second_window_follows_the_answer_and_cannot_ask_in_between(open_calendar, app):
    watched = open_calendar(url=app.url)
    send(watched.page, app.questions[0])
    watched.page.wait_for_selector(".lc-writing .lc-s")
    second = watched.page.context.new_page()
    try:
        second.add_init_script("sessionStorage.known = 'yes'")
        second.goto(app.url)
        second.wait_for_selector(".lc-writing .lc-s")
        send(second, "And the next week?")
        expect(second.locator("#lc-note")).to_contain_text("One question at a time")
        app.writer.gate.set()
        second.wait_for_selector(".lc-turn.lc-done .lc-wishes")
        watched.page.wait_for_selector(".lc-turn.lc-done .lc-wishes")
        send(second, app.questions[1])
        expect(second.locator(".lc-turn.lc-done .lc-foot")).to_have_count(2)
        send(watched.page, app.questions[2])  # its own view is a question behind
        expect(watched.page.locator(".lc-turn.lc-done .lc-foot")).to_have_count(3)
    finally:
        second.close()


def test_a_window_that_closes_leaves_the_line(open_calendar, app):
    first = open_calendar(url=app.url)
    send(first.page, app.questions[0])
    first.page.wait_for_selector(".lc-writing .lc-s")
    gone = first.page.context.browser.new_context().new_page()
    gone.goto(app.url)
    gone.wait_for_selector(".lc-choice")
    send(gone, app.questions[1])
    gone.wait_for_selector(".lc-status[data-place='1']")
    assert len(app.service._writer_line) == 2
    gone.context.close()
    for _ in range(300):
        if len(app.service._writer_line) == 1:
            break
        first.page.wait_for_timeout(100)
    assert len(app.service._writer_line) == 1
    app.writer.gate.set()
    first.page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    first.assert_clean()


def test_two_clicks_send_one_question_and_enter_while_it_streams_keeps_the_draft(open_calendar, app):
    watched = open_calendar(url=app.url)
    page = watched.page
    box = page.get_by_label("Your question")
    box.fill(app.questions[0])
    page.get_by_role("button", name="Send").dblclick()
    page.wait_for_selector(".lc-writing .lc-s")
    expect(page.locator(".lc-turn")).to_have_count(1)
    box.fill("And then?")
    box.press("Enter")
    expect(box).to_have_value("And then?")
    expect(page.locator(".lc-turn")).to_have_count(1)
    app.writer.gate.set()
    page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    expect(box).to_have_value("And then?")
    expect(page.locator(".lc-turn")).to_have_count(1)
    watched.assert_clean()


def test_a_backup_that_writes_is_named_at_the_answer_and_in_the_header(open_calendar, app, monkeypatch):
    app.writer.gate.set()
    dead = ScriptedGenerator("", fail_after=0, name="a server")
    monkeypatch.setattr(app.service, "writer", FallbackGenerator(dead, app.writer))
    watched = open_calendar((390, 780), url=app.url)
    page = watched.page
    page.get_by_role("button", name="Chat", exact=True).click()
    expect(page.locator(".lc-facts")).to_contain_text("a server")
    send(page, app.questions[0])
    page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    expect(page.locator(".lc-unkept")).to_contain_text("gated writer in place of a server")
    expect(page.locator(".lc-facts")).to_contain_text("gated writer in place of a server")
    watched.shoot("15-handed-over")
    app.service.writer.note_success()
    expect(page.locator(".lc-facts")).not_to_contain_text("in place of")
    watched.assert_clean()


def test_a_word_without_end_and_the_longest_message_fit_a_phone(open_calendar, app):
    app.writer.gate.set()
    watched = open_calendar((390, 780), dark=True, url=app.url)
    page = watched.page
    page.get_by_role("button", name="Chat", exact=True).click()
    send(page, "W" * 2_000)
    page.wait_for_selector(".lc-turn:not(.lc-reading):not(.lc-collecting):not(.lc-writing)")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    thread = page.locator(".lc-thread")
    assert thread.evaluate("one => one.scrollWidth - one.clientWidth") <= 1
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 1
    watched.assert_clean()


def test_a_writer_that_breaks_off_leaves_an_answer_of_phrases_that_says_so(open_calendar, app, monkeypatch):
    class Broken(Gated):
        name = "broken writer"

        def stream(self, prompt: Any, *, cancel: threading.Event | None = None) -> Iterator[str]:
            yield "It will sell 99999 units"
            raise GeneratorError("The model ran out of memory.")

    monkeypatch.setattr(app.service, "writer", Broken())
    watched = open_calendar(url=app.url)
    page = watched.page
    send(page, app.questions[0])
    page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    expect(page.locator(".lc-a")).to_contain_text("ran out of memory")
    expect(page.locator(".lc-a")).not_to_contain_text("99999")
    expect(page.locator(".lc-facts")).to_contain_text("fact phrases, no model in place of broken writer")
    watched.assert_clean()


def ask_about_a_week(watched: Any) -> Any:
    page = watched.page
    box = page.locator("#lc-box textarea")
    box.fill("What is planned in 2017-W43?")
    box.press("Enter")
    expect(page.locator(".lc-turn.lc-done")).to_have_count(1)
    return box


def test_another_week_is_chosen_from_its_chip_by_keyboard(open_calendar):
    watched = open_calendar((390, 780))
    page = watched.page
    page.get_by_role("button", name="Chat", exact=True).click()
    ask_about_a_week(watched)
    chip = page.locator("summary.lc-echo", has_text="2017-W43")
    chip.focus()
    page.keyboard.press("Enter")
    option = page.locator(".lc-option").nth(1)
    expect(option).to_be_visible()
    week = option.inner_text()
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    option.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".lc-turn.lc-done")).to_have_count(2)
    second = page.locator(TURN.format(2))
    expect(second.locator(".lc-q")).to_have_text(f"What is planned in {week}?")
    expect(second.locator("summary.lc-echo", has_text=week)).to_have_count(1)
    expect(second.locator(".lc-s").first).to_contain_text(week)
    watched.assert_clean()


def test_the_other_language_opens_on_the_same_tab(open_calendar):
    watched = open_calendar((390, 780), dark=True)
    page = watched.page
    switch = page.get_by_role("navigation", name="Language")
    expect(switch.locator("[aria-current]")).to_have_text("English")
    page.locator(".lc-pages [data-page=scenarios]").click()
    page.get_by_role("button", name="Chat", exact=True).click()
    switch.get_by_role("link").press("Enter")
    page.wait_for_url("**/zh")
    expect(page.get_by_role("button", name="对话", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body")).to_have_attribute("data-lc-page", "scenarios")
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.locator("[data-language=en]").click()
    expect(page.get_by_role("button", name="Chat", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body")).to_have_attribute("data-lc-page", "scenarios")


def test_a_part_that_was_misread_is_corrected_in_the_box(open_calendar):
    watched = open_calendar()
    page = watched.page
    box = ask_about_a_week(watched)
    page.locator("summary.lc-echo", has_text="2017-W43").click()
    page.locator(".lc-other").click()
    expect(box).to_be_focused()
    expect(box).to_have_value("What is planned in 2017-W43?")
    assert box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "2017-W43"
    page.keyboard.type("2017-W44")
    box.press("Enter")
    expect(page.locator(".lc-turn.lc-done")).to_have_count(2)
    expect(page.locator(".lc-echo", has_text="2017-W44")).to_have_count(1)
    watched.shoot("14-understood")
