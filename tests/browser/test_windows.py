"""The screen in windows of every width, light and dark; each leaves its screenshots under tests/screenshots/."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def assert_fits(page) -> None:
    """The window holds the page, and nothing but the calendar scrolls sideways."""
    for box in (
        "document.documentElement",
        "document.querySelector('#lc-drawer')",
        "document.querySelector('.lc-thread')",
    ):
        assert page.evaluate(f"{box}.scrollWidth - {box}.clientWidth") <= 1, box
    assert page.evaluate("document.documentElement.scrollHeight - window.innerHeight") <= 1


BOARD_TOPS = """(() => {
  const note = () => {
    const board = document.querySelector("#lc-board");
    if (board?.checkVisibility({ visibilityProperty: true })) {
      const top = Math.round(board.getBoundingClientRect().top);
      if (top !== tops.at(-1)) tops.push(top);
    }
    requestAnimationFrame(note);
  };
  window.tops = [];
  requestAnimationFrame(note);
})()"""  # every place at which the board is ever seen


@pytest.mark.parametrize("size", [(1440, 900), (390, 780)])
def test_nothing_moves_while_the_page_and_its_fonts_load(contexts, small_app, size):
    fresh = contexts[False].browser.new_context(viewport={"width": size[0], "height": size[1]})  # has no font yet
    page = fresh.new_page()
    page.route("**/*.woff2", lambda route: (page.wait_for_timeout(300), route.continue_()))
    try:
        page.add_init_script(BOARD_TOPS)
        page.goto(small_app.url)
        page.wait_for_selector(".lc-chip")
        page.wait_for_selector(".lc-notices")
        expect(page.locator(".lc-waiting")).to_have_count(0)
        tops = page.evaluate("tops")
        assert max(tops) - min(tops) <= 1, tops
        legend = page.locator(".lc-legend")
        assert legend.evaluate("one => one.scrollWidth - one.clientWidth") <= 0  # it wraps; no category is cut off
    finally:
        fresh.close()


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (760, 900), (390, 780)])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page_fits_the_window_and_only_the_calendar_scrolls_sideways(open_calendar, size, dark):
    watched = open_calendar(size, dark=dark)
    page = watched.page
    name = f"{'dark' if dark else 'light'}-{size[0]}"
    watched.shoot(f"6-calendar-{name}")
    assert page.locator("#lc-board").bounding_box()["width"] > 0.55 * size[0]
    for fact in page.locator(".lc-facts div").all():  # the header's facts wrap; none is cut off or left out
        box = fact.bounding_box()
        assert box
        assert box["x"] + box["width"] <= size[0]
    watched.open_launch(1)
    watched.shoot(f"7-evidence-{name}")
    assert_fits(page)
    assert page.evaluate("document.body.classList.contains('dark')") is dark
    page.get_by_role("button", name="Why here?").click()
    expect(page.locator(".lc-turn.lc-done .lc-foot")).to_be_visible()  # the drawer never hides the answer
    assert_fits(page)
    watched.shoot(f"8-answer-{name}")
    watched.assert_clean()


def test_on_a_phone_calendar_chat_and_drawer_take_turns(open_calendar):
    watched = open_calendar((390, 780))
    page = watched.page
    board, chat, drawer = (page.locator(f"#lc-{name}") for name in ("board", "chat", "drawer"))
    expect(chat).to_be_hidden()
    page.get_by_role("button", name="Chat", exact=True).click()
    expect(board).to_be_hidden()
    page.locator(".lc-choice").first.click()
    page.wait_for_selector(".lc-turn.lc-done .lc-foot")
    page.locator(".lc-cite").first.click()
    expect(drawer).to_be_visible()
    expect(chat).to_be_hidden()
    page.get_by_role("button", name="Close").click()
    expect(chat).to_be_visible()
    page.get_by_role("button", name="Calendar", exact=True).click()
    page.locator(".lc-chip").last.click()  # the last week, to which the calendar scrolls
    expect(drawer).to_be_visible()
    page.get_by_role("button", name="Chat", exact=True).click()
    expect(chat).to_be_visible()
    expect(drawer).to_be_hidden()
    watched.assert_clean()
