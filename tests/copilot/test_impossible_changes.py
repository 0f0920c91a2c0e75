"""What cannot be supposed is said, with what can; it is never rounded to something that can."""

from __future__ import annotations

import pytest

from copilot.changes import IMPOSSIBLE, Change, read_change
from copilot.entities import Entities
from copilot.phrases import languages, load_phrases


def read(lang, text, **found):
    phrases = load_phrases(lang)
    return read_change(text, Entities(**found), phrases.parsing, phrases.lexicon, likely=True)


@pytest.mark.parametrize(
    ("lang", "text", "found", "change"),
    [
        ("en", "what if it sold 200% less", {}, Change("less_than_nothing")),
        ("en", "what if it was 150% cheaper", {}, Change("less_than_nothing")),
        ("en", "what if it sold 100% less", {}, Change("scale", 0)),
        ("en", "what if nobody buys it", {}, Change("scale", 0)),
        ("en", "what if it cost 2 dollars", {}, Change("price_in_money")),
        ("en", "what if it cost $2.50", {}, Change("price_in_money")),
        ("en", "what if it cost 2 times as much", {}, Change("price", 2)),
        ("en", "what if it cost 20% more", {}, Change("price", 1.2)),
        ("en", "what if at most 2.5 launches a week", {}, Change("part_of_a_launch")),
        ("en", "what if at most 2 launches a week.", {}, Change("cap", 2)),
        ("en", "what if PLACEMENT takes 1.5 launches", {"placements": ("in-aisle",)}, Change("part_of_a_launch")),
        ("zh", "如果它少卖 200%会怎样", {}, Change("less_than_nothing")),
        ("zh", "如果它卖不出去会怎样", {}, Change("scale", 0)),
        ("zh", "如果它的价格是 2 元会怎样", {}, Change("price_in_money")),
        ("zh", "如果每周最多 2.5 个会怎样", {}, Change("part_of_a_launch")),
    ],
)
def test_an_impossible_change_is_known_as_such(lang, text, found, change):
    assert read(lang, text, **found) == change


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("kind", sorted(IMPOSSIBLE))
def test_every_impossible_change_says_what_can_be_supposed(lang, kind):
    assert load_phrases(lang).message(kind)
