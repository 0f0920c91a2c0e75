"""Turns: what a short message changes of the question before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.abstention import abstains
from copilot.chosen_products import settled
from copilot.conversation_context import read_wish, still_meant
from copilot.phrases import load_evaluation, load_phrases
from copilot.question import question_from_json
from copilot.question_shop import QuestionShop
from copilot.questions import Intent, QuestionParser
from copilot.turns import without_the_dismissed
from retrieval.encoder import HashingEncoder


@pytest.fixture(scope="module")
def shop():
    return QuestionShop(load_evaluation("shop.toml"), HashingEncoder(256))


@pytest.fixture(scope="module")
def talk(shop, phrases):
    parser = QuestionParser(HashingEncoder(256), shop, phrases)

    def asked(*texts):
        question = None
        for text in texts:
            question = settled(parser.parse(text, previous=question), shop.stored, shop)
        return question

    return asked


@pytest.mark.parametrize(
    ("before", "text", "number", "amount"),
    [
        ("What if the price of Dark Chocolate Bar falls by 10%?", "make it fifteen", 15.0, 0.85),
        ("What if the price of Peppermint Bark rises by 10%?", "and if it's 25 percent instead?", 25.0, 1.25),
        ("What if we cap candy at 1 launch per week?", "make it two", 2.0, 2.0),
        ("What if the price of Clementines rises by 10%?", "twenty-five percent", 25.0, 1.25),
    ],
)
def test_another_amount_keeps_what_was_supposed(talk, before, text, number, amount):
    first, found = talk(before), talk(before, text)
    assert found.intent is Intent.WHAT_IF
    assert found.entities.numbers == (number,)
    assert (found.entities.products, found.entities.groups) == (first.entities.products, first.entities.groups)
    assert found.change is not None
    assert first.change is not None
    assert (found.change.kind, found.change.amount) == (first.change.kind, pytest.approx(amount))


def test_a_number_after_no_change_is_no_amount(talk):
    assert talk("How many units will Blueberries sell?", "make it fifteen").change is None


def test_a_corrected_week_goes_before_the_one_that_is_denied(talk):
    found = talk("What is planned in week 45?", "not week 45, 46")
    assert (found.intent, found.entities.weeks) == (Intent.PLANNED, (date(2017, 11, 13),))
    kept = talk("What is planned in week 45?", "what is planned apart from week 44")
    assert kept.entities.without == (date(2017, 10, 30),)


def test_the_slot_picks_among_products_that_were_asked_back_about(talk, shop):
    asked = talk("What are the risks of Cards Seasonal?")
    assert abstains(asked, shop.stored, shop)
    picked = talk("What are the risks of Cards Seasonal?", "the one in week 45")
    assert (picked.intent, picked.entities.products) == (Intent.RISKS, ("996205",))


def test_the_other_one_is_the_product_that_was_not_meant(talk):
    compared = "Compare Green Tea and Chamomile Tea"
    found = talk(compared, "why is the second one in the plan?", "and why not the other one?")
    assert (found.intent, found.entities.products) == (Intent.WHY_NOT, ("978306",))
    alone = talk("Why is Blueberries in week 41?", "and why not the other one?")
    assert alone.entities.products in ((), ("882115",))


def test_launches_that_give_way_are_the_other_one(talk, shop, phrases):
    before = replace(talk("Why is Root Beer not in the plan?"), beside=("991016",))
    parser = QuestionParser(HashingEncoder(256), shop, phrases)
    found = settled(parser.parse("why not the other one?", previous=before), shop.stored, shop)
    assert found.intent in (Intent.WHY_HERE, Intent.WHY_NOT)
    assert found.entities.products == ("991016",)
    several = parser.parse("why not the other one?", previous=replace(before, beside=("991016", "951744")))
    assert several.ambiguous_products == ("991016", "951744")
    kept = question_from_json(before.to_record())
    assert kept.beside == ("991016",)


def test_the_other_of_a_shared_name_is_not_the_one_before(talk):
    before = "What is the margin of Sour Cream Potato Chips?"
    assert talk(before, "and the margin of the other potato chips").entities.products == ("940185",)


def test_those_two_are_the_last_two_products(talk):
    found = talk("How many units will Cold Brew Coffee sell?", "and pumpkin spice coffee?", "compare those two")
    assert set(found.entities.products) == {"970814", "970828"}
    assert found.intent is Intent.COMPARE


def test_one_product_is_compared_with_the_one_before(talk):
    before = "How many units will Vanilla Bean Ice Cream sell?"
    assert set(talk(before, "compare with salted caramel").entities.products) == {"921047", "921075"}
    assert len(talk("compare with salted caramel").named) == 1


@pytest.mark.parametrize(
    ("before", "text", "intent"),
    [
        ("Compare the current plan with the last scenario", "which is the better one", Intent.COMPARE_PLANS),
        ("How many launches per week in candy?", "why?", Intent.RHYTHM),
    ],
)
def test_what_is_of_no_product_goes_on_about_the_same(talk, before, text, intent):
    found = talk(before, text)
    assert found.intent is intent
    assert found.entities.groups == talk(before).entities.groups


def test_it_may_be_locked(talk):
    before = "When does Gingerbread Cookies launch?"
    assert talk(before, "is that fixed?").entities.products == ("962209",)
    assert talk(before, "which launches are locked?").entities.products == ()


def test_a_brief_of_a_week_is_of_no_product_before(talk):
    before = "Write a brief for Peppermint Bark"
    found = talk(before, "and a brief for the whole of week 48")
    assert (found.entities.weeks, found.entities.products) == ((date(2017, 11, 27),), ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("never mind the risks, what does it sell", "what does it sell"),
        ("forget candy, I meant cookies", "cookies"),
        ("not the cheese pizza, the pepperoni: how much", "the pepperoni: how much"),
        ("why not the cheese pizza, please", "why not the cheese pizza, please"),
        ("not planned, why?", "not planned, why?"),
    ],
)
def test_what_is_set_aside_is_not_asked(phrases, text, left):
    assert without_the_dismissed(text, phrases) == left


def test_never_mind_keeps_what_it_points_at(talk, phrases):
    before = talk("What are the risks of Ginger Ale?")
    assert still_meant("never mind, what does it sell?", before, phrases) is before
    assert still_meant("never mind, what is locked?", before, phrases) is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("would you mind giving me that in two sentences", "shorter"),
        ("pretty please a shorter answer, my phone's screen is tiny", "shorter"),
        ("let's keep it crisp please", "shorter"),
        ("one line is enough for me", "shorter"),
        ("could I trouble you for a bit more background on this", "longer"),
        ("walk me through that in detail would you", "longer"),
        ("that went over my head, could you put it differently", "again"),
        ("sorry I was on the phone, what was that?", "again"),
        ("make that a brief", ""),
        ("what about more launches", ""),
        ("which launches are too many", ""),
    ],
)
def test_wishes_in_chatty_words(phrases, text, wish):
    assert read_wish(text, phrases, lambda: True) == wish


def test_an_unknown_week_is_still_a_slot_to_move_to(talk, shop):
    found = talk("what if clementines launched in week 53")
    assert (found.intent, found.entities.unknown_weeks) == (Intent.WHAT_IF_MOVE, ("week 53",))
    assert abstains(found, shop.stored, shop)
    followed = talk("What is planned in week 52?", "and in week 53?")
    assert (followed.intent, followed.entities.weeks) == (Intent.PLANNED, ())
    assert abstains(followed, shop.stored, shop)
    assert question_from_json(found.to_record()).entities.unknown_weeks == ("week 53",)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("先不管风险，燕麦奶能卖多少？", "燕麦奶能卖多少？"),
        ("别管价格，为什么苹果在第45周", "为什么苹果在第45周"),
        ("不管理第45周，它不好吗", "不管理第45周，它不好吗"),
    ],
)
def test_what_is_set_aside_in_chinese_is_not_asked_about(text, left):
    assert without_the_dismissed(text, load_phrases("zh")) == left
