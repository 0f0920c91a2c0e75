"""What a question names is what its answer is about: no category, week or measure of it is dropped in silence."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.facts import collect_facts
from copilot.group_names import GroupNames
from copilot.questions import Entities, Intent, Question
from tests.copilot.telling import names

W43, W45 = date(2017, 10, 23), date(2017, 11, 6)
SNACKS = "Grocery > Bag Snacks"


@pytest.fixture
def told(parser, small_engine, small_stored):
    return lambda text: collect_facts(parser.parse(text), small_engine, small_stored)


def test_a_limit_on_launches_of_a_kind_is_of_its_categories(parser):
    found = parser.parse("what if at most 2 snack launches a week?")
    assert (found.change.kind, found.entities.groups) == ("cap", (SNACKS,))
    assert parser.parse("what if at most 2 new launches a week?").entities.groups == ()


def test_two_weeks_are_set_side_by_side(told):
    sheet = told("compare week 43 with week 45")
    assert [fact.week for fact in sheet if fact.name == "planned_units"] == [W43, W45]


def test_a_rest_in_either_of_two_weeks_weighs_each(told, small_engine, small_stored):
    sheet = told("what if we launch nothing in week 43 or week 45, which is cheaper?")
    assert {fact.week for fact in sheet if fact.name == "rest_delta"} == {W43, W45}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_most_searched_is_ranked_by_searches_and_not_by_sales(small_engine, small_stored, lang):
    text = {"en": "which launches are searched for most?", "zh": "哪些新品搜索最多？"}[lang]
    sheet = collect_facts(Question(text, Intent.EXTREMES, Entities(), 1.0, lang), small_engine, small_stored)
    assert [message.key for message in sheet.messages] == ["ranked_by_searches"]
    assert set(names(sheet)) == {"searches_per_week"}


def test_each_other_is_no_category(phrases):
    words = str(phrases.parsing["no_group"])
    groups = GroupNames(("Grocery > Other", SNACKS), phrases.lexicon, ("other",), no_group=words)
    text = "how do launches affect each other"
    assert not groups.stands("Other", text, len(text))
    assert groups.stands("Other", "what is planned in other", len("what is planned in other"))


def test_what_a_category_is_not_does_not_name_it(phrases):
    groups = GroupNames(("Grocery > Other Dairy", "Nutrition > Non-Dairy Beverages"), phrases.lexicon, ())
    assert groups.loosely(["dairy"])[0] == ("Grocery > Other Dairy",)


def test_chinese_weeks_are_set_side_by_side(parsers):
    found = parsers["zh"].parse("比较第43周和第45周", lang="zh")
    assert (found.intent, found.entities.weeks) == (Intent.PLANNED, (W43, W45))


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("will it hurt other berries", False),
        ("how is other doing", True),
        ("the launches of Grocery > Other too", True),
    ],
)
def test_other_beside_a_word_of_a_category_names_none(phrases, text, stands):
    groups = GroupNames(("Grocery > Other", SNACKS), phrases.lexicon, ("other",), no_group=phrases.parsing["no_group"])
    assert groups.stands("Other", text, text.casefold().index("other") + len("other")) is stands
