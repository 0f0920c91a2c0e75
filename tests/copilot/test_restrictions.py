"""Short turns that narrow the list before them to a category, or leave one out."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.intents import Intent

W46 = date(2017, 11, 13)
CANDY, SNACKS = ("Grocery > Candy",), ("Grocery > Snacks",)


@pytest.mark.parametrize(
    ("turn", "groups", "without"),
    [
        ("only candy", CANDY, ()),
        ("just the candy please", CANDY, ()),
        ("without candy", CANDY, CANDY),
        ("and without the candy?", CANDY, CANDY),
        ("except candy", CANDY, CANDY),
        ("no candy please", CANDY, CANDY),
    ],
)
def test_a_category_narrows_the_week_before(ask, turn, groups, without):
    question = ask("What launches in week 46?", turn)
    found = question.entities
    assert (question.intent, found.weeks, found.groups, found.without) == (Intent.PLANNED, (W46,), groups, without)
    assert question.change is None


@pytest.mark.parametrize(("turn", "without"), [("只看糖果", ()), ("不要糖果", CANDY), ("去掉糖果", CANDY)])
def test_a_category_narrows_the_week_before_in_chinese(ask, turn, without):
    found = ask("第46周上什么？", turn, lang="zh").entities
    assert (found.weeks, found.groups, found.without) == ((W46,), CANDY, without)


def test_what_was_left_out_stays_out(ask):
    found = ask("What launches in week 46?", "without candy", "and without snacks").entities
    assert (found.weeks, set(found.without)) == ((W46,), {*CANDY, *SNACKS})
    assert found.products_left_out == ()


def test_a_week_narrows_the_category_before(ask):
    found = ask("What is planned for candy?", "only week 46").entities
    assert (found.weeks, found.groups) == ((W46,), CANDY)


def test_alone_a_plan_without_candy_is_supposed(ask):
    assert ask("What would the plan lose without candy?").intent is Intent.WHAT_IF


def test_a_list_of_a_week_may_leave_out_several(ask):
    question = ask("List week 46 without candy or snacks")
    found = question.entities
    assert (question.intent, found.weeks, set(found.without)) == (Intent.PLANNED, (W46,), {*CANDY, *SNACKS})
