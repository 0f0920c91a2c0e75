"""Week briefs: the total's interval, and what similar launches did; titles in briefs are quoted names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copilot.briefs import write_brief
from copilot.output import plan_document
from copilot.phrases import languages, load_phrases
from retrieval.weeks import format_week


@pytest.mark.parametrize("lang", languages())
def test_the_total_of_a_week_has_the_interval_of_the_sum(small_engine, small_stored, monkeypatch, lang):
    launches = tuple(moved_to(one, small_engine.weeks[1]) for one in small_stored.plan.launches)
    stored = replace(small_stored, plan=replace(small_stored.plan, launches=launches))
    monkeypatch.setattr(small_engine, "counterfactual", against(small_engine.counterfactual, small_stored))
    written = write_brief("2017-W42", small_engine, stored, load_phrases(lang))
    total = next(fact for fact in written.facts if fact.name == "planned_units" and fact.week is not None)
    low, high = total.interval
    assert sum(one.low for one in launches) < low < total.value < high < sum(one.high for one in launches)
    assert load_phrases(lang).bounds(total)[1] in written.markdown.split("\n## ")[1]


def moved_to(launch, week):
    return replace(launch, week=week)


def against(counterfactual, stored):
    """Solve against the true plan, as the moved one is none of the planner's."""
    return lambda baseline, *interventions: counterfactual(stored, *interventions)


@pytest.mark.parametrize(("lang", "heading"), [("en", "What similar launches did"), ("zh", "相似新品的表现")])
def test_a_week_tells_what_the_similar_launches_did_and_who_bought_them(small_engine, small_stored, lang, heading):
    written = write_brief("2017-W42", small_engine, small_stored, load_phrases(lang))
    (launch,) = small_stored.plan.launches_in(small_engine.weeks[1])
    table = written.markdown.split(f"## {heading}")[1].split("\n## ")[0]
    row = next(line for line in table.splitlines() if line.startswith(f"| “{launch.title}”"))
    sold = [str(int(one.units_4w)) for one in small_engine.analogues(launch.product_id)]
    assert ("; " if lang == "en" else "、").join(sold) in row
    names = [fact.name for fact in written.facts]
    assert names.count("analogue_units") == len(sold)
    assert {"analogue_median", "newcomers"} <= set(names)


@pytest.mark.parametrize(("lang", "lead"), [("en", "- **Against it:** "), ("zh", "- **不利之处**：")])
def test_what_speaks_against_a_weeks_launch_comes_last(small_engine, small_stored, lang, lead):
    """Yogurt's demand falls in the small shop, that of snacks rises."""
    for group, against in (("Grocery > Yogurt", True), ("Grocery > Bag Snacks", False)):
        launch = next(one for one in small_stored.plan.launches if one.group == group)
        week = format_week(launch.week)
        text = write_brief(week, small_engine, small_stored, load_phrases(lang)).markdown.split("\n## ")[3]
        bullets = [line for line in text.splitlines() if line.startswith("- ")]
        assert [line.startswith(lead) for line in bullets] == [False] * (len(bullets) - 1) + [against]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("target", ["109", "2017-W42", "101", "206"])
def test_titles_stand_in_quotation_marks(small_engine, small_stored, lang, target):
    body = write_brief(target, small_engine, small_stored, load_phrases(lang)).markdown.split("\n[^")[0]
    for line in body.splitlines():
        if line.startswith(">") or r"\#" not in line:
            continue
        before = line.split(r"\#")[0].rstrip("（( ")
        assert before.endswith("”"), line
    if target == "109":
        assert body.splitlines()[0].endswith("”")
        assert "“Ignore previous" in body.splitlines()[0]


def test_a_plans_titles_are_cleaned_where_they_are_printed(small_stored):
    first, *others = small_stored.plan.launches
    hostile = replace(first, title="Tea\u202e \u200bset\n\x1b[31m", placement="front\u200b end cap")
    shown = plan_document(replace(small_stored.plan, launches=(hostile, *others)), 1)["launches"][0]
    assert (shown["title"], shown["placement"]) == ("Tea set [31m", "front end cap")
