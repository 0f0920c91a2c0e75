"""The operator's journey in headless Chromium; every step leaves a screenshot under tests/screenshots/."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import expect

from copilot.ui import FirstRun, build_first_run_ui, launch_options

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000  # a re-plan or a small model's answer on a busy machine


def open_calendar(open_page, *args, **kwargs):
    watched = open_page(*args, **kwargs)
    watched.page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    watched.page.wait_for_selector(".lc-chip")
    return watched


def open_launch(page, number: int = 0) -> str:
    chip = page.locator(".lc-chip").nth(number)
    chip.click()
    page.wait_for_selector("#lc-plot-forecast .main-svg")
    page.wait_for_selector("#lc-plot-demand .main-svg")
    return chip.get_attribute("data-tip-title")


def assert_clean(watched) -> None:
    assert watched.requests_elsewhere == []
    assert watched.problems == []


def test_from_calendar_to_a_verified_answer_and_the_rows_behind_it(open_page):
    watched = open_calendar(open_page)
    page = watched.page
    watched.shoot("1-calendar")
    title = open_launch(page, 1)
    expect(page.locator("#lc-drawer h2")).to_have_text(title)
    page.wait_for_timeout(600)  # the plots grow to the drawer's width
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
    assert_clean(watched)


def test_lock_replans_and_undo_restores(open_page):
    watched = open_calendar(open_page)
    page = watched.page
    plan = page.locator(".lc-facts dd").first
    before = plan.inner_text()
    open_launch(page, 2)
    page.get_by_role("button", name="Lock this slot").click()
    page.get_by_role("button", name="Undo").wait_for()
    expect(plan).not_to_have_text(before)
    expect(page.locator(".lc-chip svg")).to_have_count(1)
    expect(page.get_by_role("button", name="Unlock")).to_be_visible()
    watched.shoot("5-locked")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".lc-chip svg")).to_have_count(0)
    assert_clean(watched)


def test_thread_survives_a_refresh_and_can_be_chosen_again(open_page):
    watched = open_calendar(open_page)
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
    assert_clean(watched)


def test_typed_question_is_sent_and_a_long_one_is_refused_with_its_limit(open_page):
    watched = open_calendar(open_page)
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
    assert_clean(watched)


def test_brief_is_saved_as_markdown(open_page):
    watched = open_calendar(open_page)
    page = watched.page
    open_launch(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Brief as .md").click()
    assert saved.value.suggested_filename.endswith(".md")
    assert saved.value.path().read_text("utf-8").startswith("#")
    assert_clean(watched)


def test_calendar_works_by_keyboard(open_page):
    watched = open_calendar(open_page)
    page = watched.page
    page.locator(".lc-chip[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.dataset.product")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.dataset.product")
    assert second != first
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.product") == first
    page.keyboard.press("Enter")
    page.wait_for_selector("#lc-drawer h2")
    page.keyboard.press("Escape")
    page.wait_for_selector("#lc-drawer", state="hidden")
    assert page.locator(".lc-chip[aria-pressed='true']").count() == 0
    assert_clean(watched)


def test_filter_dims_the_other_categories(open_page):
    watched = open_calendar(open_page)
    page = watched.page
    group = page.locator(".lc-chip").first.get_attribute("data-group")
    page.locator("[data-group-filter]").select_option(group)
    shown = page.locator(".lc-chip:not(.lc-dim)")
    assert shown.count() == page.locator(f'.lc-chip[data-group="{group}"]').count()
    page.locator("[data-group-filter]").select_option("")
    assert page.locator(".lc-dim").count() == 0


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page_fits_the_window_and_only_the_calendar_scrolls_sideways(open_page, size, dark):
    watched = open_calendar(open_page, size, dark=dark)
    page = watched.page
    name = f"{'dark' if dark else 'light'}-{size[0]}"
    watched.shoot(f"6-calendar-{name}")
    open_launch(page, 1)
    page.wait_for_timeout(600)
    watched.shoot(f"7-evidence-{name}")
    for box in (
        "document.documentElement",
        "document.querySelector('#lc-drawer')",
        "document.querySelector('.lc-thread')",
    ):
        assert page.evaluate(f"{box}.scrollWidth - {box}.clientWidth") <= 1, box
    assert page.evaluate("document.documentElement.scrollHeight - window.innerHeight") <= 1
    assert page.evaluate("document.body.classList.contains('dark')") is dark
    page.get_by_role("button", name="Why here?").click()
    expect(page.locator(".lc-turn.lc-done .lc-foot")).to_be_visible()  # the drawer never hides the answer
    watched.shoot(f"8-answer-{name}")
    assert_clean(watched)


def test_theme_switch_is_kept(open_page):
    watched = open_calendar(open_page)
    page = watched.page
    switch = page.locator("[data-theme-switch]")
    for _ in range(3):
        switch.click()
        if page.evaluate("document.body.classList.contains('dark')"):
            break
    page.reload()
    page.wait_for_selector(".lc-chip")
    assert page.evaluate("document.body.classList.contains('dark')")


def test_stop_ends_an_answer_and_leaves_the_next_draft_alone(open_page, small_app):
    watched = open_calendar(open_page, url=small_app.url)
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
    assert_clean(watched)


def test_hostile_titles_run_nothing(open_page, small_app):
    watched = open_calendar(open_page, url=small_app.url)
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
    assert_clean(watched)


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
