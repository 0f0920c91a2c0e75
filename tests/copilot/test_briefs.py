"""Briefs: facts as footnotes, every number one of them, hostile names as mere text, and clear errors."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from copilot.briefs import brief_bytes, write_brief
from copilot.errors import UnknownProduct, UnknownWeek, UnsupportedFormat
from copilot.factsheet import FactSheet
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence

TARGETS = ["101", "103", "107", "109", "206", "2017-W42", "2017-10-23", "rhythm", "#101"]


@pytest.fixture
def brief(small_engine, small_stored, phrases):
    return lambda target: write_brief(target, small_engine, small_stored, phrases)


def notes(markdown: str) -> tuple[set[str], set[str]]:
    """Footnotes that are referred to and footnotes that are defined."""
    defined = set(re.findall(r"^\[\^([\w-]+)\]:", markdown, re.MULTILINE))
    return set(re.findall(r"\[\^([\w-]+)\](?!:)", markdown)), defined


@pytest.mark.parametrize("target", TARGETS)
def test_every_footnote_is_defined_and_used(brief, cited_facts, target):
    written = brief(target)
    used, defined = notes(written.markdown)
    assert used == defined
    assert {fact.id for fact in written.facts} == {fact for label in defined for fact in cited_facts(label)}
    assert used
    assert written.plan_version == 3
    assert written.fingerprint in written.markdown
    assert "Plan version 3" in written.markdown


@pytest.mark.parametrize("target", TARGETS)
def test_every_number_is_a_fact_that_its_line_cites(brief, unsourced, target):
    written = brief(target)
    assert unsourced(written) == []


def test_a_number_that_no_fact_states_is_found(brief, unsourced):
    written = brief("101")
    forged = replace(written, markdown=written.markdown.replace("52 units", "53 units"))
    assert unsourced(forged)


@pytest.mark.parametrize("target", TARGETS)
def test_every_fact_of_a_brief_passes_the_verifier(brief, phrases, target):
    facts = brief(target).facts
    sheet = FactSheet(Question("", Intent.BRIEF, Entities(), 1.0), facts, ())
    for fact in facts:
        sentence = phrases.sentence(fact)
        check = verify_sentence(sentence, sheet, phrases)
        assert check.ok, (sentence, check.reasons)


@pytest.mark.parametrize("target", TARGETS)
def test_every_figure_of_a_chart_is_a_fact(brief, phrases, target):
    written = brief(target)
    known = {phrases.value(fact) for fact in written.facts}
    shown = [row.text for chart in written.charts for row in chart.rows]
    assert set(shown) <= known
    assert len(written.charts) == written.markdown.count("```chart")


def test_a_product_brief_has_all_its_parts(brief):
    text = brief("101").markdown
    for heading in (
        "Recommendation", "What", "Why here and now", "Who it is for", "Positioning",
        "Slot and timing, with alternatives", "Forecast", "What similar launches did", "Risks, the heaviest first",
        "Stock check", "Measurement plan", "Checklist",
    ):  # fmt: skip
        assert f"## {heading}\n" in text
    assert "52 units" in text
    assert "80% interval 15.6 to 125" in text
    assert r"Corn Chips 9 Oz \#201 | 2017-W10 | 34 units" in text
    assert "simulated" in text
    assert "2017-W45" in text  # four weeks after the launch


def test_a_product_brief_prices_the_alternatives(brief):
    facts = {fact.name for fact in brief("102").facts}
    assert {"slot_loss", "next_best_slot", "move_delta"} <= facts


def test_a_candidate_without_a_slot_is_told_what_forcing_it_in_would_cost(brief):
    written = brief("107")
    assert {"not_planned", "force_delta", "displaced_units"} <= {fact.name for fact in written.facts}
    assert "Do not launch it in this plan" in written.markdown


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


def test_the_rhythm_brief_sets_the_plan_beside_the_rhythm_of_each_group(brief, small_stored, small_engine):
    text = brief("rhythm").markdown
    group, weeks = "Grocery > Bag Snacks", small_engine.weeks
    planned = [sum((one.group, one.week) == (group, week) for one in small_stored.plan.launches) for week in weeks]
    solved = [int(launches) for launches in small_engine.season.groups[group].launches]
    row = next(line for line in text.splitlines() if line.startswith("| Bag Snacks | plan"))
    below = text.splitlines()[text.splitlines().index(row) + 1]
    counts = " | ".join(map(str, [*planned, sum(planned)]))
    assert row.startswith(f"| Bag Snacks | plan | {counts}[^F")
    assert below.startswith(f"| | alone | {' | '.join(map(str, [*solved, sum(solved)]))}[^F")


def test_the_rhythm_brief_says_what_the_data_cannot_show(brief):
    text = brief("rhythm").markdown
    assert "The recommended limit is 6 launches per week over all categories." in text
    assert "Until now there were 5.6 launches per week" in text
    assert "What the data cannot show, and the test that would settle it" in text
    assert "This was estimated from" not in text
    for size in ("320 weeks", "374 pairs", "1,804 shoppers"):
        assert size in text


def test_the_alternatives_are_solved_again(brief, small_engine):
    small_engine.solves = 0
    table = brief("101").markdown.split("## Slot and timing")[1].split("## ")[0]
    others = table.count("Other placement, same week")
    assert small_engine.solves == 1 + others + table.count("A week later")  # one with the slot barred
    assert (others, table.count("A week later")) == (2, 1)
    assert "A week earlier" not in table  # it is planned for the first week


def test_who_bought_the_similar_launches_is_counted(brief):
    facts = {fact.name: fact for fact in brief("101").facts}
    assert facts["newcomers"].value == 12  # twelve shoppers buy everything in the small shop
    assert 0 < facts["category_regulars"].value <= 1
    assert "too few shoppers to tell segments apart" in brief("101").markdown


def test_positioning_quotes_only_the_product_and_the_searches(brief):
    part = brief("101").markdown.split("## Positioning")[1].split("\n## ")[0]
    assert "> Potato Chips 9 Oz" in part
    assert "| “potato chips” | 120 searches" in part
    assert "| “salty snacks” | 30 searches" in part
    assert "“salty”" in part.split("“salty snacks”")[1].split("\n")[0]


def test_risks_stand_heaviest_first(brief):
    part = brief("101").markdown.split("## Risks")[1].split("\n## ")[0]
    assert part.index("low end of its interval") < part.index("come with its placement")


def test_hostile_names_are_quoted_and_nothing_more(brief):
    text = brief("109").markdown
    assert "<" not in text
    assert "http://" not in text
    assert "[F9]" not in text
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
    assert r"\# Heading - \[x\] done \!\[i\](" in text
    assert "http" not in text.split("\n[^")[0]
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


def test_another_format_is_refused(brief):
    with pytest.raises(UnsupportedFormat, match="'pdf', only as md or docx"):
        brief_bytes(brief("101"), "pdf")


def test_the_same_brief_twice_is_the_same(brief):
    assert brief("101") == brief("101")


@pytest.mark.parametrize("target", ["W44", "week 44", "Week 44 ", "44th week", "2017-W44"])
def test_a_week_may_be_named_as_in_a_question(brief, target):
    assert brief(target).target == "2017-W44"


@pytest.mark.parametrize("target", ["W99", "weeks 43 and 44", "why week 44", "in November"])
def test_what_is_more_or_less_than_a_week_has_no_brief(brief, target):
    with pytest.raises(UnknownProduct, match="No brief can be written"):
        brief(target)
