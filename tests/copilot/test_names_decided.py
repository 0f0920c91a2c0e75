"""Names that several products share: the thread, two slots, a slot named or the plan's status decide."""

from __future__ import annotations

import pytest

from copilot.intents import Intent


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("compare the pizza in week 42 with the pizza in week 45", ("915508", "915522")),
        ("compare the pizza in week 45 with the pizza in week 42", ("915522", "915508")),
        ("the berries on the front end cap against the berries on the mailer front page", ("882115", "882130")),
        ("both coffees head to head", ("970814", "970828")),
        ("compare the small bag of christmas candy with the big one", ("951758", "951772")),
    ],
)
def test_one_name_of_a_comparison_means_two_products(ask_by_meaning, text: str, products: tuple[str, ...]) -> None:
    question = ask_by_meaning(text)
    assert question.intent is Intent.COMPARE
    assert question.entities.products == products


@pytest.mark.parametrize("text", ["compare the cards seasonal", "compare the ice creams"])
def test_more_than_two_of_a_name_stay_open(ask_by_meaning, text: str) -> None:
    assert ask_by_meaning(text).entities.products == ()


@pytest.mark.parametrize(
    ("before", "turn", "product"),
    [
        ("what are the risks of the blue corn tortilla chips?", "how many of the chips then", "940213"),
        ("Show me past launches similar to the cheese pizza", "who'd put that pizza in their basket?", "915508"),
    ],
)
def test_the_product_of_the_thread_goes_first(ask_by_meaning, before: str, turn: str, product: str) -> None:
    assert ask_by_meaning(before, turn).entities.products == (product,)


def test_a_slot_goes_before_the_thread(ask_by_meaning) -> None:
    assert ask_by_meaning("why is the cheese pizza in week 42", "and the pizza of week 45, why").entities.products == (
        "915522",
    )


def test_why_not_asks_about_the_one_without_a_slot(ask_by_meaning) -> None:
    question = ask_by_meaning("Why was the Cards Seasonal dropped that has no week?")
    assert (question.intent, question.entities.products) == (Intent.WHY_NOT, ("996233",))


def test_a_week_may_stand_behind_a_hyphen(ask_by_meaning) -> None:
    assert ask_by_meaning("the week-49 christmas candy: margin?").entities.products == ("951772",)
