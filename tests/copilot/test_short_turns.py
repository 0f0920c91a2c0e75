"""Short turns: another size, both, overall, and whether what is searched for grows."""

from __future__ import annotations

import pytest

from copilot.intents import Intent
from copilot.phrases import load_phrases
from retrieval.encoder import HashingEncoder
from tests.copilot.talks import talks


@pytest.fixture(scope="module")
def ask():
    return talks(HashingEncoder(), load_phrases("en"))


@pytest.mark.parametrize(
    ("before", "turn", "products"),
    [
        ("Why is Assorted Christmas Candy, 24 oz in week 49?", "and the smaller one", ("951758",)),
        ("Why is Assorted Christmas Candy, 12 oz in week 50?", "and the bigger one", ("951772",)),
        ("Why is the christmas candy planned?", "the 12 oz one", ("951758",)),
        ("Why is the christmas candy planned?", "both candies", ("951758", "951772")),
        ("Why is Assorted Christmas Candy, 12 oz in week 50?", "and the smaller one", ("951758",)),
    ],
)
def test_a_size_or_both_pick_among_products_of_one_name(ask, before: str, turn: str, products: tuple[str, ...]) -> None:
    """The last row has no smaller one, so that the product stays."""
    assert ask(before, turn).entities.products == products


def test_overall_asks_the_same_about_the_whole_plan(ask) -> None:
    question = ask("What revenue do the launches of week 45 bring?", "and overall?")
    assert question.of_launches
    assert not question.entities.weeks


def test_make_it_two_keeps_the_direction_of_a_move(ask) -> None:
    assert ask("What if Ginger Ale is moved a week earlier?", "make it two").entities.shift_weeks == -2


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("Why are the gingerbread biscuits in week 47?", ("962209",)),  # the catalogue's cookies
        ("How many units will the fairy lights sell?", ("991030",)),
    ],
)
def test_goods_are_read_as_the_catalogue_calls_them(ask, text: str, products: tuple[str, ...]) -> None:
    assert ask(text).entities.products == products


def test_goods_that_a_name_sets_apart_keep_their_name(ask) -> None:
    assert "biscuits" in ask("Why are the dog biscuits in week 47?").text
    assert "cookies" in ask("Why are the gingerbread biscuits in week 47?").text


def test_another_size_is_asked_about_in_its_own_slot(ask) -> None:
    question = ask("Why is Assorted Christmas Candy, 24 oz in week 49?", "and the smaller one")
    assert question.intent is Intent.WHY_HERE
    assert not question.entities.weeks
