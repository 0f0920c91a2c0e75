"""Briefs: facts as footnotes, hostile names as mere text, and clear errors."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from copilot.briefs import write_brief
from copilot.errors import UnknownProduct, UnknownWeek, UnsupportedFormat


@pytest.fixture
def brief(small_engine, small_stored, phrases):
    return lambda target, **more: write_brief(target, small_engine, small_stored, phrases, **more)


def notes(markdown: str) -> tuple[set[str], set[str]]:
    """Footnotes that are referred to and footnotes that are defined."""
    defined = set(re.findall(r"^\[\^(F\d+)\]:", markdown, re.MULTILINE))
    return set(re.findall(r"\[\^(F\d+)\](?!:)", markdown)), defined


@pytest.mark.parametrize("target", ["101", "103", "107", "109", "206", "2017-W42", "2017-10-23", "rhythm", "#101"])
def test_every_footnote_is_defined_and_used(brief, target):
    written = brief(target)
    used, defined = notes(written.markdown)
    assert used == defined
    assert {fact.id for fact in written.facts} == defined
    assert used
    assert written.plan_version == 3
    assert written.fingerprint in written.markdown
    assert "Plan version 3" in written.markdown


def test_a_product_brief_has_all_its_parts(brief):
    text = brief("101").markdown
    for heading in (
        "What", "Why now", "Slot and timing", "Forecast", "What similar launches did", "Search words", "Risks",
        "Stock check", "Measurement plan", "Checklist",
    ):  # fmt: skip
        assert f"## {heading}\n" in text
    assert "52 units" in text
    assert "80% interval 15.6 to 125" in text
    assert "Corn Chips 9 Oz | 2017-W10 | 34 units" in text
    assert "simulated" in text
    assert "2017-W45" in text  # four weeks after the launch


def test_a_product_brief_prices_the_alternatives(brief):
    facts = {fact.name for fact in brief("102").facts}
    assert {"slot_loss", "next_best_slot", "move_delta"} <= facts


def test_a_candidate_without_a_slot_is_told_what_forcing_it_in_would_cost(brief):
    written = brief("107")
    assert {"not_planned", "force_delta", "displaced_units"} <= {fact.name for fact in written.facts}
    assert "no slot in this plan" in written.markdown


def test_a_product_on_sale_gets_no_forecast(brief):
    written = brief("201")
    assert "already been on sale" in written.markdown
    assert "not among the candidates" in brief("206").markdown
    assert not {"forecast_units", "expected_units"} & {fact.name for fact in written.facts}


def test_a_week_brief_lists_its_launches(brief):
    written = brief("2017-W42")
    assert written.target == "2017-W42"
    assert "Tortilla Chips 12 Oz" in written.markdown
    assert "39 units" in written.markdown


def test_the_rhythm_brief_says_what_the_data_cannot_show(brief):
    text = brief("rhythm").markdown
    assert "The recommended limit is 6 launches per week over all categories." in text
    assert "Until now there were 5.6 launches per week" in text
    assert "What the data cannot show, and what would settle it" in text
    assert "0.87 times" in text
    assert "does not show that launches crowd one another" in text


def test_hostile_names_are_quoted_and_nothing_more(brief):
    text = brief("109").markdown
    assert "<" not in text
    assert "http://" not in text
    assert "[F9]" not in text
    assert "[^F9]" not in text.split("## What similar")[0]
    assert "\u202e" not in text
    assert not re.search(r"\]\(", text)


def test_a_description_cannot_open_a_heading_or_a_list(small_engine, small_stored, phrases, monkeypatch):
    described = "# Heading\n- [x] done ![i](http://evil.example) **bold** <img src=x>"
    product = replace(
        small_engine.product("101"), description=described, ready_date=date(2017, 10, 9), stock_units=480.0
    )
    monkeypatch.setattr(small_engine, "product", lambda product_id: product)
    text = write_brief("101", small_engine, small_stored, phrases).markdown
    assert "\n# Heading" not in text
    assert r"\# Heading - \[x\] done \!\[i\](http" in text
    assert r"\<img src=x\>" in text
    assert "480 pieces" in text
    assert "is ready to launch from 2017-W41" in text


@pytest.mark.parametrize("target", ["", "999", "tea", "2017-W99", "../../etc/passwd", "x" * 10_000])
def test_an_unknown_target_is_refused_with_what_to_give(brief, target):
    with pytest.raises(UnknownProduct, match="a week such as 2017-W41, or 'rhythm'"):
        brief(target)


def test_a_week_outside_the_plan_names_its_range(brief):
    with pytest.raises(UnknownWeek, match="2018-W01 lies outside the plan, which runs from 2017-W41 to 2017-W46"):
        brief("2018-W01")


def test_docx_is_refused_for_now(brief):
    with pytest.raises(UnsupportedFormat, match="'docx' yet, only as md"):
        brief("101", file_format="docx")


def test_the_same_brief_twice_is_the_same(brief):
    assert brief("101") == brief("101")


@pytest.mark.parametrize("target", ["W44", "week 44", "Week 44 ", "44th week", "2017-W44"])
def test_a_week_may_be_named_as_in_a_question(brief, target):
    assert brief(target).target == "2017-W44"


@pytest.mark.parametrize("target", ["W99", "weeks 43 and 44", "why week 44", "in November"])
def test_what_is_more_or_less_than_a_week_has_no_brief(brief, target):
    with pytest.raises(UnknownProduct, match="No brief can be written"):
        brief(target)
