"""Names that several products share: a number, a word, what is on sale, a slot or its lack decides."""

from __future__ import annotations

import pytest

from copilot.intents import Intent


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("both sizes of the Christmas candy, when and where", ("951758", "951772")),
        ("who is the grapes crowd, red ones", ("861001",)),
        ("chips from the live range, units to date", ("800119",)),
        ("the soft drink that isn't on the calendar, who is the crowd for it", ("984465",)),
        ("would the pizza from week 45 sell more if it went in-aisle?", ("915522",)),
        ("move the front end cap pizza to w47", ("915522",)),
    ],
)
def test_the_rest_of_a_message_decides(ask_by_meaning, text: str, products: tuple[str, ...]) -> None:
    assert ask_by_meaning(text).entities.products == products


@pytest.mark.parametrize("text", ["how many units will the pizza do?", "risks on the Cards Seasonal, in two lines"])
def test_what_nothing_decides_stays_open(ask_by_meaning, text: str) -> None:
    question = ask_by_meaning(text)
    assert len(question.ambiguous_products) > 1
    assert question.entities.products == ()


def test_a_word_picks_among_what_was_asked_back_about(ask_by_meaning) -> None:
    question = ask_by_meaning("forecast for the grapes", "the green ones")
    assert (question.intent, question.entities.products) == (Intent.FORECAST, ("861014",))


def test_what_was_sold_is_of_the_category(ask_by_meaning) -> None:
    question = ask_by_meaning("what has our juice range sold up to today")
    assert (question.intent, question.entities.groups) == (Intent.PAST_SALES, ("Drinks > Juice",))


def test_another_number_of_the_best(ask_by_meaning) -> None:
    question = ask_by_meaning("top 3 launches", "make it five")
    assert (question.intent, question.entities.numbers) == (Intent.EXTREMES, (5.0,))


def test_a_week_denied_asks_why_not(ask_by_meaning) -> None:
    assert ask_by_meaning("how come the potato chips aren't in week 44").intent is Intent.WHY_NOT


def test_half_as_long_is_a_wish(ask_by_meaning) -> None:
    question = ask_by_meaning("write a brief for peppermint bark", "half as long please")
    assert (question.intent, question.wish) == (Intent.BRIEF, "shorter")


def test_the_same_is_supposed_of_another_week(ask_by_meaning) -> None:
    question = ask_by_meaning("what if there are no launches in week 50", "and in week 51?")
    assert question.change is not None
    assert (question.intent, question.change.kind) == (Intent.WHAT_IF, "cap")
    assert [week.isoformat() for week in question.entities.weeks] == ["2017-12-18"]
