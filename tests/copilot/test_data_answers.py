"""What the data is, how fresh, and how far its forecasts held: told in operators' words, with where it comes from."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.phrases import languages, load_phrases
from copilot.questions import Entities, Intent, Question
from ranking.accuracy import Accuracy
from retrieval.contracts import EVENT_TYPES, TABLES
from tests.copilot.telling import answered, names


@pytest.fixture
def told(small_engine, small_stored):
    def tell(text, intent=Intent.DATA, lang="en", **entities):
        return answered(Question(text, intent, Entities(**entities), 1.0, lang), small_engine, small_stored)

    return tell


def test_the_tables_are_told_with_rows_weeks_and_what_they_are(told, small_engine):
    sheet, said = told("What data do you have?")
    rows = {fact.subject: fact for fact in sheet.facts if fact.name == "data_rows"}
    assert set(rows) == {"products", "purchase", "queries"}
    count = small_engine.workspace.query("SELECT count(*) AS n FROM events WHERE type = 'purchase'")["n"][0]
    assert rows["purchase"].value == count
    assert rows["queries"].source.simulated
    assert not rows["purchase"].source.simulated
    assert any("24 rows of the search log (simulated), from 2017-W33 to 2017-W40" in line for line in said)
    assert said[-1] == "Simulated, not observed: the search log. Everything else is the shop's own data."


def test_no_table_is_told_by_its_raw_name(told):
    for lang, text in (("en", "What data do you have?"), ("zh", "你们有什么数据？")):
        _, said = told(text, lang=lang)
        assert not [line for line in said if any(f" {name}" in line for name in ("queries", "events", "placements."))]


def test_the_rows_of_a_table_can_be_shown(told, small_engine):
    sheet, _ = told("What data do you have?")
    for fact in (fact for fact in sheet.facts if fact.name == "data_rows"):
        assert len(small_engine.workspace.query(*fact.source.sql(5))) == 5


def test_the_newest_data_is_set_against_the_plans_start(told, small_engine, monkeypatch):
    sheet, said = told("How fresh is the data?")
    assert (sheet.facts[0].name, sheet.facts[0].value) == ("data_gap", 0)
    assert said[0].startswith("The newest data is of 2017-W40, the plan starts in 2017-W41, and no weeks lie between")
    monkeypatch.setattr(small_engine.report, "last_day", date(2017, 9, 17))
    sheet, _ = told("How fresh is the data?")
    assert sheet.facts[0].value == 3


@pytest.mark.parametrize("lang", languages())
def test_every_table_and_kind_of_event_has_a_name(lang):
    phrases = load_phrases(lang)
    assert all(phrases.label(f"table.{name}") for name in (*TABLES, *EVENT_TYPES))


@pytest.mark.parametrize(("intent", "text"), [(Intent.CONFIDENCE, "How accurate?"), (Intent.DATA, "are you sure")])
def test_how_sure_begins_with_what_the_backtest_measured(told, intent, text):
    sheet, said = told(text, intent)
    assert [fact.name for fact in sheet.facts][:2] == ["backtest_coverage", "backtest_error"]
    assert "84% sold within their interval, where four of five should" in said[0]
    assert "off by 66% of the units sold" in said[1]
    assert "median of each launch's category instead was off by 76%" in said[2]


def test_a_products_confidence_names_the_coverage_too(told):
    sheet, _ = told("How sure are you?", Intent.CONFIDENCE, products=("101",))
    assert (names(sheet)[0], names(sheet)[-1]) == ("expected_units", "backtest_coverage")


@pytest.mark.parametrize("found", [None, Accuracy(skipped="The history is too short.")])
def test_what_was_not_measured_is_said_with_how_to_get_it(told, small_engine, monkeypatch, found):
    monkeypatch.setattr(small_engine, "accuracy", found)
    sheet, said = told("How accurate is it?", Intent.CONFIDENCE)
    assert not [fact for fact in sheet.facts if fact.name.startswith("backtest")]
    line = next(line for line in said if "How accurate past forecasts were is not known here" in line)
    assert ("too short" if found else "launch-copilot build") in line
