"""The operator's journey in headless Chromium; every step leaves a screenshot under tests/screenshots/."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import expect

from copilot.service import Notice
from copilot.ui import FirstRun, build_first_run_ui, kept_threads, launch_options

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000  # a re-plan or a small model's answer on a busy machine


def test_from_calendar_to_a_verified_answer_and_the_rows_behind_it(open_calendar):
    watched = open_calendar()
    page = watched.page
    watched.shoot("1-calendar")
    title = watched.open_launch(1)
    expect(page.locator("#lc-drawer h2")).to_have_text(title)
    watched.shoot("2-evidence")
    page.get_by_role("button", name="Why here?").click()
    page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    expect(page.locator(".lc-q").last).to_contain_text(title)
    assert page.locator(".lc-understood").last.inner_text()
    watched.shoot("3-answer")
    page.locator(".lc-cite").first.click()
    page.wait_for_selector(".lc-dl")
    expect(page.locator(".lc-slot")).to_have_text(re.compile(r"Fact F\d+"))
    watched.shoot("4-fact")
    page.get_by_role("button", name=re.compile("^Back to")).click()
    expect(page.locator("#lc-drawer h2")).to_have_text(title)
    watched.assert_clean()


def test_lock_replans_and_undo_restores(open_calendar):
    watched = open_calendar()
    page = watched.page
    plan = page.locator(".lc-facts dd").first
    before = plan.inner_text()
    watched.open_launch(2)
    page.get_by_role("button", name="Lock this slot").click()
    page.get_by_role("button", name="Undo").wait_for()
    expect(plan).not_to_have_text(before)
    expect(page.locator(".lc-chip svg")).to_have_count(1)
    expect(page.get_by_role("button", name="Unlock")).to_be_visible()
    watched.shoot("5-locked")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".lc-chip svg")).to_have_count(0)
    watched.assert_clean()


def test_thread_survives_a_refresh_and_can_be_chosen_again(open_calendar):
    watched = open_calendar()
    page = watched.page
    page.locator(".lc-choice").last.click()
    page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    asked = page.locator(".lc-q").inner_text()
    said = page.locator(".lc-a").inner_text()
    page.reload()
    expect(page.locator(".lc-q")).to_have_text(asked)
    assert page.locator(".lc-a").inner_text() == said
    page.get_by_role("button", name="New thread").click()
    page.wait_for_selector(".lc-thread-empty")
    page.locator("#lc-threads input").click()
    watched.shoot("9-threads")
    page.locator("ul[role='listbox'] li").filter(has_text=asked).first.click()
    expect(page.locator(".lc-q")).to_have_text(asked)
    watched.assert_clean()


def test_typed_question_is_sent_and_a_long_one_is_refused_with_its_limit(open_calendar):
    watched = open_calendar()
    page = watched.page
    box = page.get_by_label("Your question")
    box.fill("y" * 20_000)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".lc-problem")).to_contain_text("2,000")
    expect(box).to_have_value("y" * 20_000)
    box.fill("How many launches per week?")
    box.press("Enter")
    page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    expect(box).to_have_value("")
    watched.assert_clean()


def test_brief_is_saved_as_markdown(open_calendar):
    watched = open_calendar()
    page = watched.page
    watched.open_launch()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Brief as .md").click()
    assert saved.value.suggested_filename.endswith(".md")
    assert saved.value.path().read_text("utf-8").startswith("#")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Brief as .docx").click()
    assert saved.value.suggested_filename.endswith(".docx")
    assert saved.value.path().read_bytes().startswith(b"PK")
    watched.assert_clean()


def test_a_saved_brief_is_told_to_be_old_once_the_plan_changes(open_calendar, small_app):
    watched = open_calendar(url=small_app.url)
    page = watched.page
    watched.open_launch()
    with page.expect_download():
        page.get_by_role("button", name="Brief as .md").click()
    page.get_by_role("button", name="Lock this slot").click()
    expect(page.locator(".lc-late")).to_contain_text("briefs that you saved before are out of date")
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("button", name="Lock this slot")).to_be_visible()  # others use this app
    watched.assert_clean()


def test_a_notice_that_arises_later_appears_and_a_hidden_one_stays_hidden(open_calendar, small_app, monkeypatch):
    watched = open_calendar(url=small_app.url)
    page = watched.page
    page.get_by_role("button", name="Hide").click()
    page.wait_for_timeout(1_000)  # three looks for new notices
    expect(page.locator(".lc-notices")).to_be_hidden()
    failed = Notice("off", "writer", "The configured writer does not answer, so its backup writes.")
    monkeypatch.setattr(small_app.service, "notices", lambda lang="en": (failed,))
    expect(page.locator(".lc-notices")).to_contain_text("its backup writes")
    watched.assert_clean()


def test_an_empty_question_asks_for_words(open_calendar, small_app):
    watched = open_calendar(url=small_app.url)
    watched.page.get_by_role("button", name="Send").click()
    expect(watched.page.locator("#lc-note")).to_contain_text("Type some words first")
    watched.assert_clean()


def test_filter_dims_the_other_categories(open_calendar):
    watched = open_calendar()
    page = watched.page
    group = page.locator(".lc-chip").first.get_attribute("data-group")
    page.locator("[data-group-filter]").select_option(group)
    shown = page.locator(".lc-chip:not(.lc-dim)")
    assert shown.count() == page.locator(f'.lc-chip[data-group="{group}"]').count()
    page.locator("[data-group-filter]").select_option("")
    assert page.locator(".lc-dim").count() == 0


def test_theme_switch_is_kept(open_calendar):
    watched = open_calendar()
    page = watched.page
    switch = page.locator("[data-theme-switch]")
    for _ in range(3):
        switch.click()
        if page.evaluate("document.body.classList.contains('dark')"):
            break
    page.reload()
    page.wait_for_selector(".lc-chip")
    assert page.evaluate("document.body.classList.contains('dark')")


def test_stop_ends_an_answer_and_leaves_the_next_draft_alone(open_calendar, small_app):
    watched = open_calendar(url=small_app.url)
    page = watched.page
    small_app.service.pause = threading.Event()  # the answer hangs before its first sentence
    try:
        page.locator(".lc-choice").last.click()
        page.wait_for_selector(".lc-turn.lc-writing")
        box = page.get_by_label("Your question")
        box.fill("And then?")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#lc-stop")).to_be_disabled()
    finally:
        small_app.service.pause.set()
        small_app.service.pause = None
    page.wait_for_selector(".lc-turn.lc-stopped")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(box).to_have_value("And then?")
    watched.assert_clean()


def test_a_question_asked_before_the_page_has_loaded_keeps_its_stop_button(open_calendar, small_app, monkeypatch):
    restored = threading.Event()

    def slowly(*args):
        restored.wait(20)  # the thread is looked up while the question is asked already
        return restore(*args)

    restore = kept_threads.restore
    monkeypatch.setattr(kept_threads, "restore", slowly)
    watched = open_calendar(url=small_app.url)
    page = watched.page
    small_app.service.pause = threading.Event()
    box = page.get_by_label("Your question")
    try:
        box.fill("Why this launch?")
        box.press("Enter")
        page.wait_for_selector(".lc-turn.lc-writing")
        box.fill("And then?")
        restored.set()
        page.wait_for_timeout(500)  # what was looked up comes now, and must change nothing
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#lc-stop")).to_be_disabled()
    finally:
        restored.set()
        small_app.service.pause.set()
        small_app.service.pause = None
    page.wait_for_selector(".lc-turn.lc-stopped")
    expect(box).to_have_value("And then?")
    watched.assert_clean()


def test_a_draft_is_kept_while_a_choice_is_asked_and_another_thread_opened(open_calendar, small_app):
    watched = open_calendar(url=small_app.url)
    page = watched.page
    box = page.get_by_label("Your question")
    page.wait_for_selector(".lc-choice")
    box.fill("And then?")
    page.locator(".lc-choice").last.click()
    page.wait_for_selector(".lc-turn:not(.lc-writing)")
    page.get_by_role("button", name="New thread").click()
    page.wait_for_selector(".lc-choice")
    expect(box).to_have_value("And then?")
    watched.assert_clean()


def test_stop_by_keyboard_gives_the_focus_to_the_box(open_calendar, small_app):
    watched = open_calendar(url=small_app.url)
    page = watched.page
    small_app.service.pause = threading.Event()
    try:
        page.locator(".lc-choice").last.click()
        page.wait_for_selector(".lc-turn.lc-writing")
        page.get_by_role("button", name="Stop").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#lc-stop")).to_be_disabled()
    finally:
        small_app.service.pause.set()
        small_app.service.pause = None
    page.wait_for_selector(".lc-turn.lc-stopped")
    expect(page.get_by_label("Your question")).to_be_focused()
    watched.assert_clean()


def test_hostile_titles_run_nothing(open_calendar, small_app):
    watched = open_calendar(url=small_app.url)
    page = watched.page
    page.on("dialog", lambda dialog: watched.problems.append(f"dialog: {dialog.message}"))
    hostile = page.locator(".lc-chip[data-tip-title^='<img']").first
    hostile.hover()
    hostile.click()
    page.wait_for_selector("#lc-plot-analogues .main-svg")
    page.get_by_role("button", name="Why here?").click()
    page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    page.locator(".lc-cite").first.click()
    page.wait_for_selector(".lc-dl")
    assert page.locator("#lc-page img").count() == 0
    watched.assert_clean()


def test_first_run_page_shows_the_build_and_its_end(open_page, unused_port):
    go_on = threading.Event()

    def build(progress):
        progress("data", 0.4, "reading")
        go_on.wait(PATIENCE_MS / 1000)
        progress("models", None, "learning")
        return "done"

    first = FirstRun(build)
    blocks = build_first_run_ui(first)
    blocks.launch(server_port=unused_port, prevent_thread_lock=True, quiet=True, **launch_options())
    watched = open_page(url=blocks.local_url)
    try:
        expect(watched.page.locator(".lc-stages")).to_contain_text("reading")
        watched.shoot("10-first-run")
        go_on.set()
        expect(watched.page.locator(".lc-ready")).to_be_visible(timeout=PATIENCE_MS)
        assert watched.requests_elsewhere == []
    finally:
        go_on.set()
        blocks.close(verbose=False)
