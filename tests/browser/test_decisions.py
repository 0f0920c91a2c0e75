"""Scenarios and overrides on the screen: from a supposed change to the ledger, by mouse, keyboard and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def turn_to(page, name: str) -> None:
    page.locator(".lc-pages").get_by_role("button", name=name).click()


def begin(page, name: str) -> None:
    form = page.locator("[data-form='begin']")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_role("button", name="Begin a scenario").click()
    expect(page.locator(f"tr[data-name='{name}']")).to_be_visible()
    expect(form.get_by_label("Name", exact=True)).to_have_value("")


def suppose_without(page, name: str, product_id: str) -> None:
    form = page.locator("[data-form='suppose']")
    form.locator("[name='name']").select_option(name)
    form.locator("[name='kind']").select_option("exclude")
    form.get_by_label("Product id").fill(product_id)
    form.get_by_role("button", name="Suppose and plan again").click()
    expect(page.locator(f"tr[data-name='{name}'] .lc-said li")).to_have_count(1)


def erase(page, name: str) -> None:
    row = page.locator(f"tr[data-name='{name}']")
    row.get_by_role("button", name="Delete").click()
    row.get_by_role("button", name="Really delete?").click()
    expect(row).to_have_count(0)


def test_a_scenario_is_begun_compared_adopted_and_found_in_the_ledger(open_calendar):
    watched = open_calendar()
    page = watched.page
    product_id = page.locator(".lc-chip").first.get_attribute("data-product")
    turn_to(page, "Scenarios")
    expect(page.locator("#lc-calendar")).to_be_hidden()
    begin(page, "without it")
    suppose_without(page, "without it", product_id)
    expect(page.locator(".lc-compare thead th")).to_have_count(3)  # labels, the plan, the scenario
    watched.shoot("11-scenarios")
    page.locator("tr[data-name='without it']").get_by_role("button", name="Adopt").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    turn_to(page, "Overrides")
    expect(page.locator("#lc-overrides tbody tr").first).to_contain_text("scenario adopted")
    watched.shoot("12-overrides")
    turn_to(page, "Calendar")
    expect(page.locator(f".lc-chip[data-product='{product_id}']")).to_have_count(0)
    undo.click()
    expect(page.locator(f".lc-chip[data-product='{product_id}']")).to_have_count(1)
    turn_to(page, "Scenarios")
    erase(page, "without it")
    watched.assert_clean()


def test_on_a_phone_scenarios_work_by_keyboard_and_never_widen_the_page(open_calendar):
    watched = open_calendar((390, 780), dark=True)
    page = watched.page
    page.locator(".lc-pages").get_by_role("button", name="Calendar").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    name = page.locator("[data-form='begin']").get_by_label("Name", exact=True)
    expect(name).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past "Overrides"
    expect(name).to_be_focused()
    page.keyboard.type("by keyboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past what it begins with
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-name='by keyboard']")).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 1
    watched.shoot("13-scenarios-dark-390")
    erase(page, "by keyboard")
    turn_to(page, "Overrides")
    expect(page.locator("#lc-overrides")).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 1
    watched.assert_clean()
