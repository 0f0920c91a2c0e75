"""What a message leaves aside is not what it is about."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.facts import collect_facts
from copilot.negation import stands_negated
from copilot.phrases import load_evaluation, load_phrases
from copilot.question_shop import QuestionShop
from copilot.questions import Intent, QuestionParser
from retrieval.encoder import HashingEncoder

WEEK_45 = date(2017, 11, 6)


@pytest.fixture(scope="module")
def shop_parser():
    encoder = HashingEncoder(256)
    shop = QuestionShop(load_evaluation("shop.toml"), encoder)
    return QuestionParser(encoder, shop, load_phrases("en"))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("which launches are at the front end cap, candy excluded", "Grocery > Candy"),
        ("which launches are at the front end cap, not counting candy", "Grocery > Candy"),
        ("which launches are in week 42, candy aside", "Grocery > Candy"),
        ("which launches are in week 42 leaving out the candy", "Grocery > Candy"),
        ("what is planned in the mailer, ignoring week 45", WEEK_45),
        ("what is planned in the mailer, disregarding week 45", WEEK_45),
        ("what is planned in the mailer minus week 45", WEEK_45),
    ],
)
def test_what_follows_a_negation_is_left_out(shop_parser, text, left_out):
    assert left_out in shop_parser.parse(text).entities.without


def test_a_list_without_a_category_supposes_no_other_plan(shop_parser):
    question = shop_parser.parse("what is in the front end cap in weeks 42 to 44, without candy")

    assert question.intent is Intent.PLANNED
    assert question.change is None
    assert question.entities.without == ("Grocery > Candy",)


def test_a_plan_without_a_category_is_still_supposed(shop_parser):
    question = shop_parser.parse("what if we go without candy")

    assert question.intent is Intent.WHAT_IF
    assert question.change is not None
    assert question.change.kind == "drop"


def test_what_is_not_to_be_told_is_not_told(shop_parser):
    question = shop_parser.parse("Don't tell me about apples, tell me which grapes are planned")

    assert question.entities.groups == ("Produce > Grapes",)


@pytest.mark.parametrize(
    "text",
    [
        "which launches are planned in week 42 except peppermint bark",
        "what is planned in week 42, but not the peppermint bark",
    ],
)
def test_a_product_that_a_list_leaves_aside_is_not_its_product(shop_parser, text):
    question = shop_parser.parse(text)

    assert question.intent is Intent.PLANNED
    assert question.entities.weeks == (date(2017, 10, 16),)
    assert not question.entities.products
    assert not question.ambiguous_products
    assert question.entities.without == ("951744",)


@pytest.mark.parametrize(
    "text",
    [
        "which launches carry the most risk",
        "Which launches carry the highest risk?",
        "which launch is most at risk of failing",
    ],
)
def test_the_launches_most_at_risk_are_the_risks_of_the_plan(shop_parser, text):
    assert shop_parser.parse(text).intent is Intent.RISKS


@pytest.mark.parametrize("text", ["what if we only launch 10 per week", "what if we just launch ten a week"])
def test_only_so_many_a_week_is_a_limit(shop_parser, text):
    change = shop_parser.parse(text).change

    assert change is not None
    assert (change.kind, change.amount) == ("cap", 10)


def test_an_answer_leaves_out_the_product_that_its_question_does(parser, small_engine, small_stored):
    title = max(small_stored.plan.launches, key=lambda launch: launch.expected_units).title
    question = parser.parse(f"which launches sell best apart from {title}")
    told = collect_facts(question, small_engine, small_stored)

    assert question.intent is Intent.EXTREMES
    ranked = [fact for fact in told.facts if fact.name == "most_units"]
    assert ranked
    assert title not in {fact.subject_label for fact in ranked}


@pytest.mark.parametrize(
    ("before", "stands"),
    [
        ("everything except ", True),
        ("everything except donuts and ", True),
        ("everything except donuts, red grapes, cards or ", True),
        ("everything except donuts in week 43, ", False),
        ("everything and ", False),
        ("except one two three four five and ", False),
    ],
)
def test_a_list_after_a_negation_is_of_names(phrases, before, stands):
    def is_name(words):
        return " ".join(words) in ("donuts", "red grapes", "cards")

    assert stands_negated(before, phrases.parsing, is_name) is stands


def test_each_name_of_a_list_is_left_out(parser):
    for text in ("what is planned except snacks and pizza", "what is planned except pizza and snacks"):
        found = parser.parse(text).entities
        assert found.products == ()
        assert {"Frozen > Pizza", "Grocery > Bag Snacks"} <= {*found.groups, *found.without}, text
    found = parser.parse("what is planned except snacks, week 43").entities
    assert date(2017, 10, 23) in found.weeks
    assert date(2017, 10, 23) not in found.without


def test_several_of_a_word_in_y_are_the_category_and_no_other_word(shop_parser):
    question = shop_parser.parse("what candies are planned in week 46")
    assert question.entities.groups == ("Grocery > Candy",)
    assert question.product_words == ""


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("List everything in week 46 without boxed cards", ("991002",)),
        ("list everything in week 44 without pepperoni pizza", ("915522",)),
    ],
)
def test_a_word_before_the_name_is_left_out_with_it(shop_parser, text, left_out):
    question = shop_parser.parse(text)

    assert question.intent is Intent.PLANNED
    assert question.entities.without == left_out
    assert set(question.entities.groups) <= set(left_out)


def test_not_only_cards_leaves_nothing_out(shop_parser):
    assert shop_parser.parse("what is in week 46, not only cards").entities.without == ()
