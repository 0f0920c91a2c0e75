"""What a message adds to the one before, what it speaks against, and names that the catalogue knows only in part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.abstention import abstains
from copilot.changes import Change
from copilot.conversation_context import of_the_compared, of_those, read_wish, still_meant
from copilot.entities import Entities
from copilot.facts import collect_facts
from copilot.intents import Intent
from copilot.length import told_ids
from copilot.questions import question_from_json

W43, W44, W45, W46 = date(2017, 10, 23), date(2017, 10, 30), date(2017, 11, 6), date(2017, 11, 13)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("shorter", "shorter"),
        ("Shorter, please", "shorter"),
        ("can you summarise that in one sentence", "shorter"),
        ("tl;dr", "shorter"),
        ("more detail", "longer"),
        ("tell me more about it", "longer"),
        ("give me the full answer", "longer"),
        ("again", "again"),
        ("say that once more", "again"),
        ("more launches in week 44", ""),
        ("what is planned again in week 44", ""),
        ("short brief for week 44", ""),
        ("help", ""),
    ],
)
def test_wishes_are_messages_of_nothing_else(phrases, text, wish):
    assert read_wish(text, phrases) == wish


def test_a_wish_asks_the_question_before_once_more(parser):
    first = parser.parse("What if Potato Chips 9 Oz moved to week 44?")
    second = parser.parse("shorter", previous=first)
    assert second == replace(first, wish="shorter")
    third = parser.parse("again", previous=second)
    assert third == replace(first, wish="again", variation=1)
    assert parser.parse("again", previous=third).variation == 2


def test_a_stored_question_can_be_asked_again(parser):
    first = parser.parse("what if #101 sells 20% less, but not in week 44")
    first = replace(first, length="detailed", variation=2)
    restored = question_from_json(first.to_record())
    assert (restored.length, restored.variation) == ("detailed", 2)
    assert (restored.text, restored.change, restored.entities.without) == (first.text, first.change, (W44,))
    assert restored.entities.products == ("101",)


def test_shorter_and_longer_step_through_the_lengths_and_keep_every_fact(parser, small_engine, small_stored):
    question = parser.parse("Why is Potato Chips 9 Oz in week 41?")
    usual = collect_facts(question, small_engine, small_stored)
    short = collect_facts(replace(question, wish="shorter"), small_engine, small_stored)
    long = collect_facts(replace(question, wish="longer"), small_engine, small_stored)
    assert [sheet.question.length for sheet in (short, usual, long)] == ["short", "normal", "detailed"]
    assert short.facts == usual.facts == long.facts
    told = [set(told_ids(sheet, sheet.question.length)) for sheet in (short, usual, long)]
    assert told[0] < told[1] < told[2]
    back = collect_facts(replace(long.question, wish="shorter"), small_engine, small_stored)
    assert back.question.length == "normal"


@pytest.mark.parametrize(
    ("length", "wish", "line"), [("short", "shorter", "no_shorter"), ("detailed", "longer", "no_longer")]
)
def test_a_length_that_does_not_exist_is_said(parser, small_engine, small_stored, length, wish, line):
    question = replace(parser.parse("Why is Potato Chips 9 Oz in week 41?"), length=length, wish=wish)
    sheet = collect_facts(question, small_engine, small_stored)
    assert sheet.question.length == length
    assert sheet.messages[0].key == line


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("what is planned except yogurt", ("Grocery > Yogurt",)),
        ("everything apart from week 44", (W44,)),
        ("launches that are not at the front end cap", ("front end cap",)),
        ("potato chips in week 43 instead of week 41", (date(2017, 10, 9),)),
        ("what is planned in week 44", ()),
        ("what if we launch potato chips 72 count in week 44", ()),
        ("what if we launch organic milk 1 pint in week 44", ()),
        ("it cant be launched in week 44", (W44,)),
    ],
)
def test_what_a_message_speaks_against_is_told_apart(parser, text, without):
    assert parser.parse(text).entities.without == without


def test_a_part_is_told_without_what_it_excepts(parser, small_engine, small_stored):
    sheet = collect_facts(parser.parse("what is planned apart from week 41"), small_engine, small_stored)
    assert [message.key for message in sheet.messages] == ["without_parts"]
    assert {fact.week for fact in sheet.facts if fact.name == "expected_units"}.isdisjoint({date(2017, 10, 9)})
    assert "planned_count" not in {fact.name for fact in sheet.facts}


def test_a_move_goes_to_the_week_that_is_meant(parser, small_engine, small_stored):
    question = parser.parse("move cheese pizza to week 43 instead of week 46")
    assert question.intent is Intent.WHAT_IF_MOVE
    sheet = collect_facts(question, small_engine, small_stored)
    assert {fact.week for fact in sheet.facts if fact.name == "move_delta"} == {W43}


def test_a_launch_may_be_barred_from_a_week(parser):
    question = parser.parse("what if we launch cheese pizza but not in week 46")
    assert (question.intent, question.change) == (Intent.WHAT_IF, Change("drop"))
    assert (question.entities.products, question.entities.weeks) == (("106",), (W46,))


def test_every_product_that_is_named_is_kept(parser):
    assert parser.parse("forecasts for cheese pizza, green tea and almond cookies").entities.products == (
        "106",
        "107",
        "105",
    )


def test_an_unknown_word_beside_a_known_one_names_something_else(parser):
    question = parser.parse("forecast for the lobster pizza")
    assert question.entities.products == ()
    assert question.ambiguous_products
    assert not question.exact


def test_what_is_done_with_a_product_is_no_part_of_its_name(parser):
    assert parser.parse("what if we ditch cheese pizza").entities.products == ("106",)


def test_a_name_may_be_cut_short_beside_a_full_word(parser):
    assert parser.parse("forecast for tort chips").entities.products == ("102",)
    assert parser.parse("forecast for alm").entities.products == ()


def test_an_arrow_is_a_move(parser):
    question = parser.parse("cheese pizza -> week 44")
    assert (question.intent, question.entities.weeks) == (Intent.WHAT_IF_MOVE, (W44,))


def test_that_week_is_the_one_spoken_of(parser):
    first = parser.parse("What is planned in week 45?")
    assert parser.parse("what are the risks in that week", previous=first).entities.weeks == (W45,)


@pytest.mark.parametrize("text", ["leave that. What is locked?", "different topic, what did we lock so far"])
def test_another_topic_leaves_the_question_before(parser, phrases, text):
    first = parser.parse("forecast for cheese pizza")
    assert still_meant(text, first, phrases) is None
    assert still_meant("and if we leave that out", first, phrases) is first
    assert still_meant("drop it", first, phrases) is first


def test_those_are_the_launches_spoken_of(parser, phrases):
    first = parser.parse("What is planned in week 45?")
    asked = replace(first, text="what would all that sell", intent=Intent.FORECAST, entities=Entities())
    read = parser.read(asked.text)[1]
    meant = of_those(asked, read, first, phrases)
    assert (meant.entities.weeks, meant.of_launches) == ((W45,), True)
    alone = replace(asked, text="what would it sell")
    assert of_those(alone, read, first, phrases) is alone


def test_both_products_stay_when_something_else_is_asked_of_them(parser, phrases):
    first = parser.parse("Compare cheese pizza and green tea")
    asked = replace(
        first, text="which of the pair gets more searches", intent=Intent.SEARCH_DEMAND, entities=Entities()
    )
    read = parser.read(asked.text)[1]
    meant = of_the_compared(asked, read, first, phrases)
    assert meant is not None
    assert (meant.intent, meant.entities.products) == (Intent.SEARCH_DEMAND, first.entities.products)
    other = replace(asked, text="which one has more vitamins", intent=Intent.OUT_OF_SCOPE)
    assert of_the_compared(other, read, first, phrases) is None


def test_a_move_names_only_the_week_it_goes_to(parser):
    question = parser.parse("move cheese pizza to week 44 instead of week 46")
    assert (question.intent, question.entities.weeks) == (Intent.WHAT_IF_MOVE, (W44,))


def test_numbers_in_words_count_where_they_count_something(parser):
    assert parser.parse("what if the front end cap had two more slots").entities.numbers == (2.0,)
    assert parser.parse("what changed since v4").entities.numbers == (4.0,)
    assert parser.parse("which of the two is better").entities.numbers == ()


ASKS_BACK = {
    "out_of_scope", "ask_back_intent", "ask_back_product", "nearest_products", "unknown_product", "no_product",
    "unknown_week", "two_products",
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Why is Potato Chips 9 Oz in week 41?",
        "why is organic vanilla yogurt in the plan",
        "forecast for the lobster pizza",
        "forecast please",
        "what drives the score",
        "what drives the score of cheese pizza",
        "what are the risks of the plan",
        "how sure are you about it",
        "what could go wrong in week 44",
        "will it rain tomorrow",
        "what is planned in week 5",
        "compare cheese pizza and green tea",
        "compare cheese pizza and the lobster",
        "how many launches per week in snacks",
        "help",
        "is cheese pizza locked",
    ],
)
def test_abstention_is_what_the_answer_does(parser, small_engine, small_stored, text):
    question = parser.parse(text)
    keys = {message.key for message in collect_facts(question, small_engine, small_stored).messages}
    assert abstains(question, small_stored, small_engine) == bool(keys & ASKS_BACK), keys


@pytest.mark.parametrize(
    "text", ["what if potato chips 9 oz launches a week later", "what if yogurt 3 lb launches in week 43"]
)
def test_the_size_of_a_pack_is_no_number_of_launches(parser, text):
    question = parser.parse(text)
    assert (question.intent, question.change) == (Intent.WHAT_IF_MOVE, None)


def test_a_number_of_launches_stays_one(parser):
    change = parser.parse("what if there are at most 3 launches a week").change
    assert change is not None
    assert (change.kind, change.amount) == ("cap", 3)
