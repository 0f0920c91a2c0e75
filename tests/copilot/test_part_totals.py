"""Totals over a span of weeks, and over all but something that is left out: facts with the launches they sum over."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.phrases import languages
from copilot.questions import Entities, Intent, Question
from tests.copilot.telling import answered, essential

W41, W42, W43, W45 = date(2017, 10, 9), date(2017, 10, 16), date(2017, 10, 23), date(2017, 11, 6)
SNACKS = "Grocery > Bag Snacks"


@pytest.fixture(params=languages())
def told(request, small_engine, small_stored):
    def tell(intent, **entities):
        question = Question("?", intent, Entities(**entities), 1.0, request.param)
        sheet, said = answered(question, small_engine, small_stored)
        return essential(sheet), " ".join(said)

    return tell


def rows_of(engine, fact):
    sql, params = fact.source.sql(100)
    return set(engine.workspace.query(sql, params)["product_id"])


def test_a_span_of_weeks_is_counted_first_over_its_launches(told, small_engine, small_stored):
    facts, text = told(Intent.PLANNED, weeks=(W41, W42, W43))
    there = [one for one in small_stored.plan.launches if W41 <= one.week <= W43]
    assert [fact.name for fact in facts[:2]] == ["span_count", "span_units"]
    assert [fact.value for fact in facts[:2]] == [len(there), pytest.approx(sum(one.expected_units for one in there))]
    assert (facts[0].week, facts[0].other_week) == (W41, W43)
    assert rows_of(small_engine, facts[0]) == {one.product_id for one in there}
    assert text.index("2017-W43") < text.index("2017-W42")  # the span's end, before the weeks one by one


def test_the_units_of_a_span_are_told_before_its_count_where_they_are_asked(told):
    facts, _ = told(Intent.FORECAST, weeks=(W41, W42))
    assert [fact.name for fact in facts[:2]] == ["span_units", "span_count"]


def test_a_span_in_a_category_counts_that_category(told, small_stored):
    facts, _ = told(Intent.PLANNED, weeks=(W41, W42, W43), groups=(SNACKS,))
    there = [one for one in small_stored.plan.launches if W41 <= one.week <= W43 and one.group == SNACKS]
    assert (facts[0].subject, facts[0].value) == (SNACKS, len(there))


@pytest.mark.parametrize("weeks", [(W41,), (W41, W43), (W41, W42, W45)])
def test_weeks_that_are_no_span_have_no_total(told, weeks):
    facts, _ = told(Intent.PLANNED, weeks=weeks)
    assert not {fact.name for fact in facts} & {"span_count", "span_units"}


@pytest.mark.parametrize(("left_out", "label"), [(SNACKS, SNACKS), (W42, "2017-W42"), ("in-aisle", "in-aisle")])
def test_all_but_something_is_counted_and_names_what_it_leaves_out(told, small_engine, small_stored, left_out, label):
    named = {"groups": (SNACKS,)} if left_out == SNACKS else {}
    facts, text = told(Intent.PLANNED, **named, without=(left_out,))
    there = [one for one in small_stored.plan.launches if left_out not in (one.group, one.week, one.placement)]
    assert [fact.name for fact in facts[:2]] == ["without_count", "without_units"]
    assert [fact.value for fact in facts[:2]] == [len(there), pytest.approx(sum(one.expected_units for one in there))]
    assert rows_of(small_engine, facts[0]) == {one.product_id for one in there}
    assert f"“{label}”" in text


def test_several_that_are_left_out_are_not_quoted_as_one_name(told):
    facts, text = told(Intent.PLANNED, groups=(SNACKS, "Grocery > Pizza"), without=(SNACKS, "Grocery > Pizza"))
    assert facts[0].other_label == "Bag Snacks, Pizza"
    assert "Bag Snacks, Pizza" in text
    assert "“Bag Snacks, Pizza”" not in text


def test_categories_of_one_name_are_told_once(told):
    apples = ("Produce > Apples", "Travel > Apples")
    facts, text = told(Intent.PLANNED, groups=apples, without=apples)
    assert facts[0].other_label == "Apples"
    assert "Apples, Apples" not in text
