"""Several products that are plainly named by what sounds like nothing else are set side by side; one is moved."""

from __future__ import annotations

import pytest

from copilot.intents import Intent


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("three-way: honeycrisp, gala, clementines", {"870233", "870240", "890402"}),
        ("Mint chip, vanilla bean, salted caramel... rank those three for me", {"921061", "921047", "921075"}),
        ("Do strawberries come out ahead of blueberries in the plan?", {"882130", "882115"}),
    ],
)
def test_products_that_stand_side_by_side_are_compared(ask_by_meaning, text, products):
    question = ask_by_meaning(text)
    assert question.intent is Intent.COMPARE
    assert {one for named in question.named for one in named} == products


def test_a_product_that_is_named_apart_is_no_side(ask_by_meaning):
    assert (
        ask_by_meaning("Hit me with the number for the regular hot dogs, 8 count, not the turkey ones.").intent
        is Intent.FORECAST
    )


@pytest.mark.parametrize(
    "text",
    [
        "Sour cream chips, from W48 to W44: better or worse?",
        "I'm tempted to swap the peppermint bark off the mailer front page and onto a front end cap.",
    ],
)
def test_one_product_and_two_slots_are_a_move(ask_by_meaning, text):
    question = ask_by_meaning(text)
    assert (question.intent, question.change) == (Intent.WHAT_IF_MOVE, None)


def test_now_begins_a_range(ask_by_meaning):
    weeks = ask_by_meaning("quietest week between now and Christmas?").entities.weeks
    assert len(weeks) == 12
