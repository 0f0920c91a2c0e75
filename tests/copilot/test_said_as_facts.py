"""What an answer says about the data cites a fact with its rows: its own lines state no figure or finding."""

from __future__ import annotations

import re

import pytest

from copilot.facts import collect_facts
from copilot.phrases import languages
from copilot.questions import Entities, Intent, Question
from tests.copilot.telling import names, written

CANDIDATE, NAMESAKES = "106", ("202", "204")  # 106 is a pizza that waits; the others are on sale


@pytest.fixture(scope="module")
def engine(small_engine):
    """The small shop, in which two products on sale are called as a candidate is."""
    engine = type(small_engine)()
    title = engine.product(CANDIDATE).title
    for product_id in NAMESAKES:
        engine.workspace._connection.execute("UPDATE products SET title = ? WHERE product_id = ?", [title, product_id])
    return engine


@pytest.fixture
def told(engine, small_stored):
    def tell(text, intent, lang="en", **entities):
        sheet = collect_facts(Question(text, intent, Entities(**entities), 1.0, lang), engine, small_stored)
        return sheet, written(sheet, lang)

    return tell


@pytest.mark.parametrize("lang", languages())
def test_what_a_waiting_product_sold_names_its_number_and_counts_its_namesakes(told, engine, lang):
    sheet, said = told("What did Cheese Pizza sell?", Intent.PAST_SALES, lang, products=(CANDIDATE,))
    waiting, alike, sold = (sheet.get(one) for one in sheet.essential[1:4])
    assert (waiting.name, waiting.value) == ("search_hit", "candidate")
    assert (alike.name, alike.value) == ("namesakes", 2)
    sql, params = alike.source.sql(10)
    assert set(engine.workspace.query(sql, params)["product_id"]) == set(NAMESAKES)
    sql, params = sold.source.sql(1000)
    assert (
        (sold.name, sold.value) == ("namesakes_sold", engine.workspace.query(sql, params)["quantity"].sum()) > ("", 0)
    )
    assert [f"#{CANDIDATE}" in one.text for one in said if one.facts][1:3] == [True, True]


@pytest.mark.parametrize("lang", languages())
def test_a_product_without_namesakes_has_none_counted(told, lang):
    sheet, _ = told("?", Intent.PAST_SALES, lang, products=("107",))
    assert "search_hit" in {fact.name for fact in sheet.facts}
    assert not {"namesakes", "namesakes_sold"} & {fact.name for fact in sheet.facts}


@pytest.mark.parametrize("lang", languages())
def test_a_product_that_nobody_bought_sold_nothing_by_its_rows(told, lang):
    sheet, _ = told("?", Intent.PAST_SALES, lang, products=("206",))
    fact = sheet.get(sheet.essential[0])
    assert (fact.name, fact.value, fact.source.table) == ("sold_units", 0, "events")
    assert not sheet.messages


@pytest.mark.parametrize("lang", languages())
def test_categories_that_share_the_most_launches_are_each_counted(told, small_stored, lang):
    by_group: dict[str, int] = {}
    for launch in small_stored.plan.launches:
        by_group[launch.group] = by_group.get(launch.group, 0) + 1
    most = max(by_group.values())
    tied = {group for group, n in by_group.items() if n == most}
    assert 1 < len(tied) < len(by_group)  # else this shows nothing
    text = {"en": "which category has the most launches", "zh": "哪个品类上新最多"}[lang]
    sheet, _ = told(text, Intent.EXTREMES, lang)
    counted = [fact for fact in map(sheet.get, sheet.essential) if fact.name in ("most_launches", "planned_count")]
    assert {fact.subject for fact in counted} == tied
    assert {fact.value for fact in counted} == {most}


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    ("intent", "products"), [(Intent.RISKS, ("101",)), (Intent.DRIVERS, ("107",)), (Intent.PAST_SALES, (CANDIDATE,))]
)
def test_lines_without_a_citation_hold_no_figure_of_a_product(told, intent, products, lang):
    _, said = told("?", intent, lang, products=products)
    lines = [one.text for one in said if not one.facts]
    assert lines
    definitions = re.compile(r"80\s?%")  # the level of every interval, by definition
    assert not [line for line in lines if re.search(r"\d", definitions.sub("", line))]


@pytest.mark.parametrize("lang", languages())
def test_what_drives_a_product_without_a_slot_says_so_by_a_fact(told, lang):
    sheet, _ = told("?", Intent.DRIVERS, lang, products=("107",))
    assert "not_planned" in names(sheet)
