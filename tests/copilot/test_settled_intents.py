"""What a message holds settles what it asks: slots, two products, a negation, the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.changes import Change
from copilot.chosen_products import settled
from copilot.entities import Entities
from copilot.question import Question
from copilot.questions import Intent
from copilot.settled_intents import weighed_up, without_a_product


def test_placements_set_against_one_another_are_about_no_product(parser):
    first = parser.parse("Why is Potato Chips 9 Oz in week 41?")
    for text in ("Why is the front page better than the in-aisle?", "compare the end caps with the in-aisle"):
        question = parser.parse(text, previous=first)
        assert question.intent is Intent.WHY_HERE
        assert len(question.entities.placements) == 2
        assert question.entities.products == ()


def test_placements_beside_a_product_or_a_plain_question_are_not_weighed(parser):
    assert parser.parse("what is planned at the front end cap or the in-aisle").intent is Intent.PLANNED
    assert parser.parse("is #101 better than #106 at the end cap or in-aisle").entities.products == ("101", "106")


def test_dropping_a_placement_is_about_no_product(parser):
    question = parser.parse("What happens if we drop the end caps?")
    assert (question.intent, question.change) == (Intent.WHAT_IF, Change("drop"))
    assert question.entities.placements == ("front end cap",)
    assert (question.entities.products, question.ambiguous_products) == ((), ())


def test_not_in_another_week_asks_about_that_week(parser):
    question = parser.parse("why is #101 in week 41 and not in week 42?")
    assert (question.intent, question.entities.weeks) == (Intent.WHY_NOT, (date(2017, 10, 16),))


def test_a_weak_lead_of_out_of_scope_declines_nothing_that_is_known(parser):
    read = replace(parser.reader.read("grapes in week 44"), strange=())
    weak = {Intent.OUT_OF_SCOPE: 0.1, Intent.PLANNED: 0.0, **dict.fromkeys((Intent.RISKS, Intent.DATA), -0.1)}
    ranked = parser._ranked(weak, read, "grapes in week 44", alone=False)
    assert ranked[0][0] is Intent.PLANNED
    strong = {**weak, Intent.OUT_OF_SCOPE: 3.0}
    assert parser._ranked(strong, read, "grapes in week 44", alone=False)[0][0] is Intent.OUT_OF_SCOPE


def test_without_a_product_the_next_likely_reading_is_taken(parser):
    read = parser.reader.read("what would happen then")
    asked = Question(
        "", Intent.WHAT_IF_MOVE, Entities(), 0.5, alternatives=((Intent.WHAT_IF_MOVE, 0.5), (Intent.RISKS, 0.3))
    )
    assert without_a_product(asked, read, None).intent is Intent.RISKS
    far = replace(asked, alternatives=((Intent.WHAT_IF_MOVE, 0.5), (Intent.RISKS, 0.1)))
    assert without_a_product(far, read, None).intent is Intent.WHAT_IF_MOVE
    before = parser.parse("why is #101 in week 43?")
    assert without_a_product(asked, read, before).intent is Intent.WHAT_IF_MOVE


def test_a_category_in_other_words_may_be_what_is_left_out(parser):
    question = parser.parse("what is planned except the snack launches?")
    assert question.intent is Intent.PLANNED
    assert question.entities.groups == question.entities.without != ()


def test_why_not_leaves_no_category_out_and_a_number_decides_a_name(parser):
    assert parser.parse("why not snacks?").entities.without == ()
    question = parser.parse("compare Potato Chips 9 Oz #101 with #102")
    assert question.named == (("101",), ("102",))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("#101 or #106, if you could keep one?", Intent.COMPARE),
        ("forecast #101 and #106", Intent.FORECAST),
        ("is #101 better?", Intent.FORECAST),
    ],
)
def test_two_products_and_a_word_that_weighs_them_up_are_a_comparison(parser, phrases, text, intent):
    read = parser.reader.read(text)
    asked = Question(text, Intent.FORECAST, read.entities, 0.5)
    assert weighed_up(asked, read, phrases).intent is intent


def test_whether_it_is_planned_there_decides_between_why_and_why_not(parser, small_engine, small_stored):
    launch = small_stored.plan.launches[0]
    other = next(week for week in small_engine.weeks if week != launch.week)
    left_out = next(one for one in small_engine.problem.product_ids if small_stored.plan.launch_of(one) is None)
    for product, weeks, intent in (
        (launch.product_id, (launch.week,), Intent.WHY_HERE),
        (launch.product_id, (other,), Intent.WHY_NOT),
        (left_out, (), Intent.WHY_NOT),
    ):
        for asked in (Intent.WHY_HERE, Intent.WHY_NOT):
            question = Question("", asked, Entities(products=(product,), weeks=weeks), 0.9)
            assert settled(question, small_stored, small_engine).intent is intent
    no_slot = Question("", Intent.WHY_NOT, Entities(products=(launch.product_id,)), 0.9)  # "why not elsewhere"
    assert settled(no_slot, small_stored, small_engine).intent is Intent.WHY_NOT
