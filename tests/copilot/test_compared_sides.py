"""The second product of a comparison, told by one word, by its size, cut short or run together."""

from __future__ import annotations

import pytest

from copilot.intents import Intent


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("if you could only keep one of them, honeycrisps or clems?", {"870233", "890402"}),
        ("oatmlk n coldbrew, wich is stronger", {"933638", "970814"}),
        ("blucorn vs pretzl bites", {"940213", "940227"}),
        ("blue vs strawberries", {"882115", "882130"}),
        ("are the plain hot dogs really ahead of the turkey ones?", {"901377", "901390"}),
        ("red grapes or the green, which shifts more?", {"861001", "861014"}),
        ("how does the honey greek yogurt stack up to the strawberry one", {"933610", "933624"}),
        ("is gala a stronger story than the other apples", {"870240", "870233"}),
        ("green tea vs the black one that is on the shelf already", {"978306", "800133"}),
        ("hot dogs or cheese pizza, who pulls more units?", {"901377", "915508"}),
        ("they make both grapes, red and green. Which one has the better outlook?", {"861001", "861014"}),
        ("xmas candy 12oz vs 24oz", {"951758", "951772"}),
        ("the 24 oz assorted christmas candy against the smaller bag, who wins", {"951758", "951772"}),
        ("which christmas candy does better, the 12 oz or the 24 oz", {"951758", "951772"}),
        ("the two pizzas that made the plan, which of them pulls in more?", {"915508", "915522"}),
    ],
)
def test_the_second_side_is_found(ask_by_meaning, text: str, products: set[str]) -> None:
    question = ask_by_meaning(text)
    assert question.intent is Intent.COMPARE
    assert set(question.entities.products) == products


@pytest.mark.parametrize("text", ["compare blueberries and kombucha", "blueberries versus the imported ones"])
def test_what_the_shop_lacks_is_no_side(ask_by_meaning, text: str) -> None:
    assert len(set(ask_by_meaning(text).entities.products)) < 2
