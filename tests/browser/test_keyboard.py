"""The screen without a mouse: every stop shows the focus, the drawer takes it and gives it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


FOCUS_A_WEEK_S_FIRST = """() => {
  const weeks = {};
  for (const chip of document.querySelectorAll(".lc-chip")) (weeks[chip.closest("td").cellIndex] ||= []).push(chip);
  Object.values(weeks).find(chips => chips.length > 1)[0].focus();
}"""  # of a week that has another launch below it


def test_calendar_works_by_keyboard(open_calendar):
    watched = open_calendar()
    page = watched.page
    page.evaluate(FOCUS_A_WEEK_S_FIRST)
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
    watched.assert_clean()


FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const ring = style.outlineStyle !== "none" && style.outlineWidth !== "0px";
  const said = one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent;
  return [`${one.tagName} ${one.className}`, said.trim(), ring];
}"""


def tab_to(page, wanted: str) -> None:
    """Press Tab until what has the focus says `wanted`; each stop on the way shows that it has it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        name, said, ring = page.evaluate(FOCUS)
        assert ring, (name, said)
        if said.startswith(wanted):
            return
    pytest.fail(f"Tab never reaches {wanted!r}")


def test_main_path_by_keyboard_alone(open_calendar):
    watched = open_calendar()
    page = watched.page
    for stop in ("Switch between light", "Show one category"):
        tab_to(page, stop)
    while "lc-chip" not in page.evaluate(FOCUS)[0]:
        page.keyboard.press("Tab")
    launch = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    title = page.locator("#lc-drawer h2")
    expect(title).to_be_focused()
    tab_to(page, "Why here?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    page.keyboard.press("Escape")
    expect(page.locator("#lc-drawer")).to_be_hidden()
    expect(page.locator(f'.lc-chip[aria-label="{launch}"]')).to_be_focused()
    tab_to(page, "Fact F1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lc-dl")
    expect(title).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".lc-cite").first).to_be_focused()
    tab_to(page, "The fact's own phrase")
    page.keyboard.press("Enter")
    expect(page.locator("details[open].lc-by")).to_be_visible()
    tab_to(page, "Your question")
    page.keyboard.type("How many launches per week?")
    page.keyboard.press("Enter")
    expect(page.locator(".lc-turn.lc-done .lc-foot")).to_have_count(2)
    watched.assert_clean()


def test_focus_stays_on_the_lock_that_was_pressed(open_calendar, small_app):
    watched = open_calendar(url=small_app.url)
    page = watched.page
    page.locator(".lc-chip[tabindex='0']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#lc-drawer h2")).to_be_focused()  # while the drawer is drawn nothing has the focus
    tab_to(page, "Lock this slot")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Unlock")).to_be_focused()
    page.keyboard.press("Enter")
    # The new plan may launch it in another slot: then the focus goes to the drawer's heading.
    expect(page.get_by_role("button", name="Unlock")).to_have_count(0)
    expect(page.locator("#lc-drawer :focus")).to_be_visible()
    watched.assert_clean()
