"""Lengths: what a short, a usual and a detailed answer tell of one sheet."""

from dataclasses import replace

import pytest

from copilot.answers import build_prompt, write_answer
from copilot.facts import collect_facts
from copilot.factsheet import Message
from copilot.generators import PhraseGenerator
from copilot.length import SHORT_FACTS, of_length, other_length, told_ids, wishes_open
from copilot.plan_collectors import list_launches
from copilot.questions import Entities, Intent, Question


@pytest.fixture
def sheet(small_engine, small_stored):
    """Why the chips are in week 41."""
    question = Question("Why is #101 in week 41?", Intent.WHY_HERE, Entities(products=("101",)), 0.9)
    return collect_facts(question, small_engine, small_stored)


def cut(sheet, n_essential):
    ids = tuple(fact.id for fact in sheet.facts)
    return replace(sheet, essential=ids[:n_essential])


@pytest.mark.parametrize(("n", "short"), [(1, 1), (2, 1), (3, 2), (4, SHORT_FACTS), (5, SHORT_FACTS)])
def test_a_short_answer_tells_fewer_facts_than_usual_and_at_least_one(sheet, n, short):
    assert len(told_ids(cut(sheet, n), "short")) == short


def test_a_detailed_answer_tells_every_fact_the_essential_ones_first(sheet):
    few = replace(sheet, essential=("F3", "F1"))
    told = told_ids(few, "detailed")
    assert told[:2] == ("F3", "F1")
    assert set(told) == {fact.id for fact in sheet.facts}


@pytest.mark.parametrize(
    ("n", "length", "wish", "other"),
    [
        (1, "normal", "shorter", None),
        (1, "normal", "longer", "detailed"),
        (4, "normal", "shorter", "short"),
        (4, "short", "longer", "normal"),
        (1, "short", "longer", "detailed"),
        (99, "detailed", "shorter", "short"),
        (99, "normal", "longer", None),
        (4, "normal", "again", None),
    ],
)
def test_the_next_length_is_one_that_says_something_else(sheet, n, length, wish, other):
    assert other_length(cut(sheet, n), length, wish) == other


def test_a_sheet_without_essential_facts_has_one_length(sheet):
    assert wishes_open(replace(sheet, essential=())) == ()


def test_each_length_tells_its_facts_and_a_short_one_no_closing_line(sheet, phrases):
    told = {}
    sheet = replace(cut(sheet, 4), messages=(Message("help", {"first": "a", "last": "b"}, closing=True),))
    for length in ("short", "normal", "detailed"):
        one = replace(sheet, question=replace(sheet.question, length=length))
        sentences = list(write_answer(one, PhraseGenerator(), phrases))
        told[length] = {fact for sentence in sentences for fact in sentence.facts}
        assert told[length] >= set(told_ids(sheet, length))
        assert any(sentence.origin == "template" for sentence in sentences) is (length != "short")
    assert told["short"] < told["normal"] <= told["detailed"]


def test_the_writer_is_prompted_with_what_the_length_tells(sheet, phrases):
    sheet = cut(sheet, 4)
    users = {length: build_prompt(of_length(sheet, length), phrases).user for length in ("short", "normal", "detailed")}
    assert users["short"] == build_prompt(sheet, phrases, "short").user
    assert users["detailed"] == build_prompt(sheet, phrases, "detailed").user
    assert len(users["short"]) < len(users["normal"])


def test_the_first_answer_takes_the_likeliest_words_and_variations_are_drawn_with_their_number(sheet, phrases):
    first = build_prompt(sheet, phrases)
    third = build_prompt(replace(sheet, question=replace(sheet.question, variation=2)), phrases)
    assert (first.seed, first.temperature) == (0, None)
    assert third.seed == 2
    assert third.temperature is not None
    assert third.temperature > 0
    assert third.user == first.user


def test_launches_that_are_only_counted_are_named_in_detail(small_engine, small_stored, monkeypatch):
    monkeypatch.setattr(list_launches, "__defaults__", (1, None))
    asked = Question("what is planned", Intent.PLANNED, Entities(), 1.0)
    first = collect_facts(asked, small_engine, small_stored)
    n_launches = len(small_stored.plan.launches)
    assert [fact.value for fact in first.facts if fact.name == "more_launches"] == [n_launches - 1]
    assert "longer" in wishes_open(first)
    detailed = collect_facts(replace(asked, wish="longer"), small_engine, small_stored)
    assert detailed.question.length == "detailed"
    assert "more_launches" not in {fact.name for fact in detailed.facts}
    assert len({fact.subject for fact in detailed.facts if fact.name == "expected_units"}) == n_launches
    assert not any(message.key == "no_longer" for message in detailed.messages)
    again = collect_facts(replace(detailed.question, wish="shorter"), small_engine, small_stored)
    assert again.question.length == "normal"
    assert "more_launches" in {fact.name for fact in again.facts}


def test_all_launches_of_a_part_are_named_where_all_are_asked_for(small_engine, small_stored, monkeypatch):
    monkeypatch.setattr(list_launches, "__defaults__", (1, None))
    for text, lang in (("list all launches that are planned", "en"), ("列出计划的全部新品", "zh")):
        sheet = collect_facts(Question(text, Intent.PLANNED, Entities(), 1.0, lang), small_engine, small_stored)
        named = {fact.subject for fact in sheet.facts if fact.name == "expected_units" and fact.id in sheet.essential}
        assert named == {one.product_id for one in small_stored.plan.launches}
