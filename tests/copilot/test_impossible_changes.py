"""What cannot be supposed is said, with what can; it is never rounded to something that can."""

from __future__ import annotations

import pytest

from copilot.changes import IMPOSSIBLE, Change, read_change
from copilot.entities import Entities
from copilot.intents import Intent
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
        ("en", "what if no more than 10 launches per week", {}, Change("cap", 10)),
        ("en", "what if no fewer than 3 launches per week", {}, Change("at_least")),
        ("en", "what if it is 30% off", {}, Change("price", 0.7)),
        ("en", "what if its forecast is 30% off", {}, Change("scale", 0.7)),
        ("zh", "如果它少卖 200%会怎样", {}, Change("less_than_nothing")),
        ("zh", "如果它卖不出去会怎样", {}, Change("scale", 0)),
        ("zh", "如果它的价格是 2 元会怎样", {}, Change("price_in_money")),
        ("zh", "如果每周最多 2.5 个会怎样", {}, Change("part_of_a_launch")),
    ],
)
def test_an_impossible_change_is_known_as_such(lang, text, found, change):
    assert read(lang, text, **found) == change


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What if #101 is dropped and #102 is 10% cheaper?", "several_changes"),
        ("move #101 to week 43 and #102 to week 44", "several_changes"),
        ("what if we skip week 44 and drop #101", "several_changes"),
        ("what if #101 and #102 are both 10% cheaper", "several_changes"),
        ("what if we close in-aisle in week 43, and reopen it in week 44", "several_changes"),
        ("what if #101 moves to week 44 and #102 is dropped", "several_changes"),
        ("what if we drop everything but yogurt", "all_but"),
        ("what would it cost to rest every other week?", "every_other"),
        ("what if #101 cannot launch before week 44", "open_weeks"),
        ("what if we drop #101 and #102", "drop"),
        ("what if we drop #101, what would the plan lose?", "drop"),
        ("what if #101 sells 10% less", "scale"),
    ],
)
def test_what_is_no_single_change_is_known_as_such(parser, text, kind):
    change = parser.parse(text).change
    assert change is not None
    assert change.kind == kind


@pytest.mark.parametrize(
    ("first", "then", "kind"),
    [
        ("what if we drop #101", "and if we also drop #102?", "drop"),
        ("what if we drop #101", "and #102 too?", "drop"),
        ("what if we drop #101", "also close in-aisle in week 43", "several_changes"),
        ("what if #101 moves to week 44?", "and if we also drop #102?", "several_changes"),
    ],
)
def test_a_turn_that_adds_a_change_keeps_the_one_before(parser, first, then, kind):
    before = parser.parse(first)
    question = parser.parse(then, "en", before)
    assert question.change is not None
    assert question.change.kind == kind
    assert kind != "drop" or question.named == (("101",), ("102",))


@pytest.mark.parametrize("text", ["could #101 wait until week 44?", "what if we move #101 a week after week 43"])
def test_a_move_to_a_week_stays_one(parser, text):
    question = parser.parse(text)
    assert question.intent is Intent.WHAT_IF_MOVE
    assert question.change is None


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("kind", sorted(IMPOSSIBLE))
def test_every_impossible_change_says_what_can_be_supposed(lang, kind):
    assert load_phrases(lang).message(kind)
