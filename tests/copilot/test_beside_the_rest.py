"""One product beside a category, the rest or the average: it is answered, not asked which second one is meant."""

from __future__ import annotations

import pytest

from copilot.abstention import abstains
from copilot.intents import Intent
from copilot.questions import Entities, Question
from tests.copilot.telling import answered, named, names

SNACKS = "Grocery > Bag Snacks"
THE_REST = [
    ("how does #101 compare to the average launch", "en"),
    ("is #101 better than the rest?", "en"),
    ("#101和其他新品比怎么样", "zh"),
]


def compared(text: str, lang: str = "en", *products: str, groups: tuple[str, ...] = ()) -> Question:
    pair = tuple((one,) for one in products)
    return Question(text, Intent.COMPARE, Entities(products=products, groups=groups), 1.0, lang, named=pair)


@pytest.mark.parametrize(("text", "lang"), THE_REST)
def test_a_product_is_set_beside_the_plans_extremes(small_engine, small_stored, text, lang):
    question = compared(text, lang, "102")
    sheet, _ = answered(question, small_engine, small_stored)
    assert sheet.messages[0].key == "beside_the_rest"
    assert {"expected_units", "most_units", "least_units", "planned_count", "planned_units"} <= set(names(sheet))
    assert not abstains(question, small_stored, small_engine)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_product_is_set_beside_a_categorys_launches(small_engine, small_stored, lang):
    question = compared("?", lang, "101", groups=(SNACKS,))
    sheet, _ = answered(question, small_engine, small_stored)
    held = [one for one in small_stored.plan.launches if one.group == SNACKS]
    assert named(sheet, "planned_count")[0].value == len(held)
    assert names(sheet)[0] == "expected_units"
    told = {fact.subject for fact in named(sheet, "expected_units")}
    assert told == {one.product_id for one in held} | {"101"}
    assert not abstains(question, small_stored, small_engine)


def test_its_category_is_the_one_that_it_is_launched_in(small_engine, small_stored):
    question = compared("how does #101 compare with the rest of its category", "en", "101")
    sheet, _ = answered(question, small_engine, small_stored)
    assert named(sheet, "planned_count")[0].subject == SNACKS


def test_one_product_beside_nothing_asks_back(small_engine, small_stored):
    question = compared("how does #101 compare?", "en", "101")
    sheet, _ = answered(question, small_engine, small_stored)
    assert [message.key for message in sheet.messages] == ["two_products"]
    assert abstains(question, small_stored, small_engine)


def test_two_products_and_the_rest_are_the_two(small_engine, small_stored):
    question = compared("compare #101 with #102 and all others", "en", "101", "102")
    sheet, _ = answered(question, small_engine, small_stored)
    assert "units_difference" in names(sheet)


@pytest.mark.parametrize(
    ("text", "of_the_category"),
    [
        ("how many units of yogurt will we sell?", True),
        ("how much yogurt do we expect to sell?", True),
        ("how many units will the yogurt sell?", False),
    ],
)
def test_an_amount_of_a_categorys_name_is_the_categorys(told, text, of_the_category):
    sheet, _ = told(text)
    assert (sheet.question.entities.groups == ("Grocery > Yogurt",)) is of_the_category
    assert bool(sheet.question.ambiguous_products) is not of_the_category
