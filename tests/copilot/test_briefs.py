"""Briefs: facts as footnotes, every number one of them, hostile names as mere text, and clear errors."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from copilot.briefs import brief_bytes, write_brief
from copilot.errors import UnknownProduct, UnknownWeek, UnsupportedFormat
from copilot.factsheet import FactSheet
from copilot.numerals import number_text
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from ranking.interventions import Exclude, Lock
from retrieval.weeks import format_week

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
    assert r"“Corn Chips 9 Oz” \#201 | 2017-W10 | 34 units" in text
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


def test_the_rhythm_brief_tells_the_demand_of_every_category_that_it_shows(small_engine, small_stored):
    """Categories whose weeks are all alike, often the largest, were once left out of the table."""
    from types import SimpleNamespace

    from copilot.brief_rhythm import _add_seasons
    from copilot.fact_sources import Sources
    from copilot.factsheet import SheetBuilder
    from copilot.product_facts import Bench

    phrases = load_phrases("en")
    sheet = SheetBuilder(SimpleNamespace(entities=SimpleNamespace(products=()), ambiguous_products=()))
    bench = Bench(sheet, small_engine, small_stored, Sources(small_engine, small_stored, phrases))
    groups = sorted({launch.group for launch in small_stored.plan.launches})
    found = _add_seasons(bench, groups)
    assert [best.subject for best, _, _, _ in found] == groups
    assert all(alike for _, _, alike, _ in found)  # the small shop's demand is the same in every week


def test_the_rhythm_brief_says_what_the_data_cannot_show(brief):
    text = brief("rhythm").markdown
    assert "The recommended limit is 6 launches per week over all categories." in text
    assert "Until now there were 5.6 launches per week" in text
    assert "What the data cannot show, and the test that would settle it" in text
    assert "This was estimated from" not in text
    for size in ("320 weeks", "374 pairs", "1,804 shoppers"):
        assert size in text


def alternatives(markdown: str) -> list[list[str]]:
    """The cells of the rows of a product brief's alternatives."""
    table = markdown.split("## Slot and timing")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return [[re.sub(r"\[\^[^]]+\]", "", cell).strip() for cell in row] for row in rows[1:] if row[0] != "---"]


def test_the_alternatives_are_solved_again(brief, small_engine):
    small_engine.solves = 0
    rows = alternatives(brief("101").markdown)
    assert [row[0] for row in rows] == [
        "As planned",
        "This slot barred: the next best",
        "A week earlier, best placement",
        "A week later, best placement",
        "Best other placement, same week",
        "Other placement, same week",
    ]
    assert small_engine.solves == 4  # without the slot, a week later, and the two other placements
    earlier = rows[2]
    assert earlier[1:] == ["2017-W40", "not possible: the plan runs from 2017-W41 to 2017-W46", "–", "–"]
    assert all(row[2].endswith("units") and row[4].endswith("units") for row in (rows[1], *rows[3:]))


def test_both_neighbouring_weeks_and_the_best_other_placement_are_priced(brief, small_engine, small_stored):
    inner = next(
        one for one in small_stored.plan.launches if one.week not in (small_engine.weeks[0], small_engine.weeks[-1])
    )
    rows = {row[0]: row for row in alternatives(brief(inner.product_id).markdown)}
    step = timedelta(weeks=1)
    for kind, week in (("A week earlier", inner.week - step), ("A week later", inner.week + step)):
        row = rows[f"{kind}, best placement"]
        assert row[1].startswith(f"{format_week(week)}, ")
        told = small_engine.counterfactual(small_stored, Lock(inner.product_id, week))
        assert row[2] == f"{number_text(told.delta_units, 'units', load_phrases('en').lexicon)} units"
        assert row[3] == "exact" or " to " in row[3]
    others = [p for p in small_engine.placements if p != inner.placement]
    told = [small_engine.counterfactual(small_stored, Lock(inner.product_id, inner.week, one)) for one in others]
    best = max(one.delta_units for one in told if one.delta_units is not None)
    shown = rows["Best other placement, same week"][2]
    assert shown == f"{number_text(best, 'units', load_phrases('en').lexicon)} units"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ready_date": date(2017, 12, 4)}, "the product is not ready by then"),
        ({"slots": ()}, "the calendar has no room for it there"),
        ({}, "what else was decided stands against it"),
    ],
)
def test_an_alternative_that_cannot_be_says_why(small_engine, small_stored, phrases, monkeypatch, change, reason):
    launch = small_stored.plan.launches[0]
    without = small_engine.counterfactual(small_stored, Exclude(launch.product_id, launch.week, launch.placement))
    impossible = replace(without, plan=None, delta_units=None, verdict="infeasible", reason="No room.")

    def refused(baseline, *interventions):
        return impossible if isinstance(interventions[0], Lock) else without

    monkeypatch.setattr(small_engine, "counterfactual", refused)
    if "ready_date" in change:
        product = replace(small_engine.product(launch.product_id), **change)
        monkeypatch.setattr(small_engine, "product", lambda product_id: product)
    if "slots" in change:
        closed = replace(
            small_engine.problem, slots=tuple(replace(one, capacity=0) for one in small_engine.problem.slots)
        )
        monkeypatch.setattr(small_engine, "problem", closed)
    for lang, words in (("en", f"not possible: {reason}"), ("zh", "不可行：")):
        text = write_brief(launch.product_id, small_engine, small_stored, load_phrases(lang)).markdown
        lines = [line for line in text.splitlines() if words in line]
        assert (
            len([line for line in lines if "[^F" in line]) == 3
        )  # a week later and two placements, each with its fact
    assert notes(text)[0] == notes(text)[1]


def test_a_calendar_with_one_placement_has_no_other(small_engine, small_stored, phrases, monkeypatch):
    launch = small_stored.plan.launches[0]
    monkeypatch.setattr(small_engine, "placements", (launch.placement,))
    rows = alternatives(write_brief(launch.product_id, small_engine, small_stored, phrases).markdown)
    assert rows[-1][0] == "Best other placement, same week"
    assert rows[-1][2] == "not possible: the calendar has no other placement"


def test_what_is_said_of_shoppers_is_what_was_read(small_engine, small_stored, phrases, monkeypatch):
    text = write_brief("101", small_engine, small_stored, phrases).markdown
    assert "The data that was read holds what shoppers did" in text
    assert "demographics" not in text
    monkeypatch.setattr(small_engine.report, "source", "complete_journey")
    text = write_brief("101", small_engine, small_stored, phrases).markdown
    assert "The source's own demographics table, which covers some of its households, is not read." in text
    assert "人口统计表" in write_brief("101", small_engine, small_stored, load_phrases("zh")).markdown


def test_a_footnote_tells_a_run_of_weeks_and_its_sum_apart(brief):
    text = brief("rhythm").markdown
    assert re.search(r"\]: Planned launches: by week from 2017-W41 to 2017-W46: [\d; ]+; in all \d+ launch", text)
    assert "crowding unclear" not in text


def test_the_table_of_demand_is_led_in_by_whole_sentences(small_engine, brief, monkeypatch):
    parts = small_engine.score_parts

    def rising(product_id, week, placement):
        ratio = 1 + small_engine.weeks.index(week) / 10
        return replace(parts(product_id, week, placement), momentum_ratio=ratio)

    monkeypatch.setattr(small_engine, "score_parts", rising)
    text = brief("rhythm").markdown
    assert "in the best and in the worst week of the plan, measured against its recent level. With less than" in text
    assert "| 2017-W46 | 1.50 times" in text


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


@pytest.mark.parametrize("target", ["44", " 44 ", "W44", "week 44", "Week 44 ", "44th week", "2017-W44", "第44周"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_week_may_be_named_as_in_a_question(small_engine, small_stored, target, lang):
    assert write_brief(target, small_engine, small_stored, load_phrases(lang)).target == "2017-W44"


@pytest.mark.parametrize("target", ["99", "0", "W99", "weeks 43 and 44", "why week 44", "in November"])
def test_what_is_more_or_less_than_a_week_has_no_brief(brief, target):
    with pytest.raises(UnknownProduct, match="No brief can be written"):
        brief(target)
