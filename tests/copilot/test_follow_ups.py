"""Follow-ups: what a message takes from the question before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.conversation_context import of_the_shown, read_wish
from copilot.phrases import load_evaluation
from copilot.question_shop import QuestionShop
from copilot.questions import Intent, QuestionParser
from retrieval.encoder import HashingEncoder


@pytest.mark.parametrize(
    ("text", "intent", "products"),
    [
        ("which one sells more?", Intent.COMPARE, ("101", "106")),
        ("which of them is better", Intent.COMPARE, ("101", "106")),
        ("the second one", Intent.PLANNED, ("106",)),
        ("and the first one?", Intent.PLANNED, ("101",)),
        ("what is the forecast for the latter", Intent.FORECAST, ("106",)),
        ("why is the second one in week 41", Intent.WHY_HERE, ("106",)),
        ("which launch sells the most?", Intent.EXTREMES, ()),
        ("what launches in the first week?", Intent.PLANNED, ()),
        ("what is the forecast for green tea 20 bags", Intent.FORECAST, ("107",)),
    ],
)
def test_after_a_comparison_the_two_are_meant(parser, text, intent, products):
    compared = parser.parse("compare #101 and #106")
    found = parser.parse(text, previous=compared)
    assert (found.intent, found.entities.products) == (intent, products)


def test_without_a_comparison_which_one_means_the_plan(parser):
    assert parser.parse("which one sells more?").entities.products == ()


def test_what_is_asked_of_the_plan_leaves_the_question_before(parser):
    before = parser.parse("what is planned for snacks in week 44?")
    assert parser.parse("what are the biggest risks of this plan?", previous=before).entities.weeks == ()
    product = parser.parse("why is #101 in week 43?")
    assert parser.parse("what if the budget is 500?", previous=product).entities.products == ()


def test_it_is_weighed_up_with_the_product_that_a_comparison_names(parser):
    before = parser.parse("why is #101 in week 43?")
    question = parser.parse("how does it compare with #102?", previous=before)
    assert question.intent is Intent.COMPARE
    assert question.entities.products == ("101", "102")
    assert parser.parse("compare #101 and #102", previous=before).entities.products == ("101", "102")
    alone = parser.parse("how does it compare with #102?")
    assert alone.entities.products == ("102",)


@pytest.mark.parametrize(
    ("text", "place"), [("the first one", 0), ("2", 1), ("#1", 0), ("the second product please", 1)]
)
def test_one_of_the_listed_products_is_picked(parser, small_engine, small_stored, text, place):
    asked = parser.parse("why is chips in the plan?")
    asked = replace(asked, entities=replace(asked.entities, products=()), ambiguous_products=("101", "102", "103"))
    picked = parser.parse(text, previous=asked)
    assert picked.intent is asked.intent
    assert picked.entities.products == (("101", "102", "103")[place],)
    assert picked.ambiguous_products == ()


def test_a_number_that_is_not_listed_picks_nothing(parser):
    asked = replace(parser.parse("why is #101 planned?"), ambiguous_products=("101", "102"))
    asked = replace(asked, entities=replace(asked.entities, products=()))
    assert parser.parse("5", previous=asked).entities.products == ()
    assert of_the_shown("the first week of November", asked, parser.phrases) is None


def test_a_follow_up_takes_the_product_from_the_question_before(parser):
    first = parser.parse("Why is Potato Chips 9 Oz in week 41?")
    second = parser.parse("and in week 45?", previous=first)
    assert second.intent is Intent.WHAT_IF_MOVE
    assert second.entities.products == ("101",)
    assert second.entities.weeks == (date(2017, 11, 6),)
    third = parser.parse("what is its forecast?", previous=second)
    assert third.intent is Intent.FORECAST
    assert third.entities.products == ("101",)


def test_a_follow_up_about_the_plan_keeps_its_intent(parser):
    first = parser.parse("What is planned in week 42?")
    second = parser.parse("and in week 45?", previous=first)
    assert second.intent is Intent.PLANNED
    assert second.entities.weeks == (date(2017, 11, 6),)
    assert second.entities.products == ()


@pytest.fixture(scope="module")
def shop_parser(phrases):
    encoder = HashingEncoder(256)
    return QuestionParser(encoder, QuestionShop(load_evaluation("shop.toml"), encoder), phrases)


@pytest.mark.parametrize("text", ["and in dollars?", "ok and which of those is riskiest?", "what would all that sell?"])
def test_those_and_a_short_message_that_goes_on_keep_the_launches_before(shop_parser, text):
    before = shop_parser.parse("what is planned at the rear end cap in week 44?")
    found = shop_parser.parse(text, previous=before)
    assert found.entities.weeks == before.entities.weeks
    assert found.entities.placements == ("rear end cap",)
    assert found.of_launches


def test_what_speaks_of_the_whole_plan_leaves_the_launches_before(shop_parser):
    before = shop_parser.parse("what is planned in week 44?")
    assert shop_parser.parse("and what would the whole plan sell?", previous=before).entities.weeks == ()


def test_the_week_after_is_the_one_next_to_the_week_before(shop_parser):
    before = shop_parser.parse("what is planned in week 44?")
    found = shop_parser.parse("and the week after?", previous=before)
    assert found.entities.weeks == (date(2017, 11, 6),)
    assert found.entities.shift_weeks is None


@pytest.mark.parametrize("text", ["I meant 46", "46 rather"])
def test_a_bare_number_after_a_week_is_a_week(shop_parser, text):
    before = shop_parser.parse("what is planned in week 44?")
    assert shop_parser.parse(text, previous=before).entities.weeks == (date(2017, 11, 13),)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("sorry, my line broke up, could you say that once more?", "again"),
        ("can you put it more briefly for my boss", "shorter"),
        ("I'd like to know more than that", "longer"),
    ],
)
def test_a_wish_may_stand_among_other_talk_that_names_nothing(parser, phrases, text, wish):
    assert read_wish(text, phrases, lambda: True) == wish
    assert read_wish(text, phrases, lambda: False) == ""


def test_a_wish_looks_for_names_only_where_it_may_be_one(phrases):
    def fail() -> bool:
        raise AssertionError("looked for names")

    assert read_wish("why is #101 in week 43?", phrases, fail) == ""


def test_why_not_the_other_one_supposes_the_same_of_the_launch_that_would_give_way(parser):
    moved = replace(parser.parse("what if we move #101 to week 44?"), beside=("102",))
    other = parser.parse("why not the other one?", previous=moved)
    assert (other.intent, other.entities.products, other.entities.weeks) == (
        Intent.WHAT_IF_MOVE,
        ("102",),
        (date(2017, 10, 30),),
    )
    there = parser.parse("why not the other one in week 45?", previous=moved)
    assert (there.entities.products, there.entities.weeks) == (("102",), (date(2017, 11, 6),))
    several = parser.parse("why not the other one?", previous=replace(moved, beside=("102", "103")))
    assert (several.entities.products, several.ambiguous_products) == ((), ("102", "103"))


def test_why_not_the_one_that_would_come_in_asks_what_it_is(parser):
    dropped = replace(parser.parse("what if we drop #101?"), beside=("107",))
    other = parser.parse("why not the other one?", previous=dropped)
    assert (other.intent, other.entities.products) == (Intent.WHY_NOT, ("107",))


def test_where_no_other_was_spoken_of_the_same_is_not_told_again(parser):
    alone = replace(parser.parse("what if we move #101 to week 44?"), beside=())
    assert parser.parse("why not the other one?", previous=alone).entities.products == ()


def test_what_it_sells_then_is_asked_of_the_slot_that_was_supposed(parser):
    moved = parser.parse("what if we move #101 to week 44?")
    then = parser.parse("and what does it sell then?", previous=moved)
    assert (then.intent, then.entities.products, then.entities.weeks) == (
        Intent.FORECAST,
        ("101",),
        (date(2017, 10, 30),),
    )
    assert parser.parse("what does it sell?", previous=moved).entities.weeks == ()
