"""Short turns: another size, both, overall, and whether what is searched for grows."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.changes import Change
from copilot.facts import collect_facts
from copilot.intents import Intent
from copilot.question import question_from_json


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


@pytest.mark.parametrize(
    ("lang", "asked", "turn"),
    [
        ("en", "which is the weakest week?", "rest it"),
        ("en", "which is the weakest week?", "what if we rest it?"),
        ("en", "which is the weakest week?", "what if there were no launches that week"),
        ("zh", "哪一周最弱？", "让它休息"),
        ("zh", "哪一周最弱？", "如果那周不上新呢？"),
        ("zh", "哪一周最弱？", "如果跳过那周呢？"),
    ],
)
def test_the_week_that_an_answer_told_can_rest(
    parsers, small_engine, small_stored, lang: str, asked: str, turn: str
) -> None:
    """The second turn after it, what that costs, is the same supposition; the week survives being stored."""
    parser = parsers[lang]
    told = collect_facts(parser.parse(asked, lang), small_engine, small_stored)
    kept = question_from_json(told.question.to_record(), lang=lang)
    weakest = next(fact.week for fact in told if fact.name == "least_units")
    question = parser.parse(turn, lang, kept)
    assert (question.intent, question.change) == (Intent.WHAT_IF, Change("cap", 0))
    assert question.entities.weeks == kept.told_weeks == (weakest,)
    cost = parser.parse({"en": "what would that cost?", "zh": "那会损失多少？"}[lang], lang, question)
    assert (cost.intent, cost.change, cost.entities.weeks) == (question.intent, question.change, (weakest,))


def test_that_week_is_the_one_that_the_answer_told(parser, small_engine, small_stored) -> None:
    told = collect_facts(parser.parse("which is the weakest week?"), small_engine, small_stored).question
    assert parser.parse("what is planned in that week?", previous=told).entities.weeks == told.told_weeks != ()


def test_a_launch_that_ranks_first_tells_no_week(parser, small_engine, small_stored) -> None:
    assert collect_facts(parser.parse("which launch sells most?"), small_engine, small_stored).question.told_weeks == ()


@pytest.mark.parametrize(
    ("lang", "before", "turn"),
    [
        ("en", "What is planned in week 45?", "should we rest it?"),
        ("en", "What is planned in week 45?", "can it rest?"),
        ("zh", "第45周安排了什么？", "该让它休息吗"),
    ],
)
def test_whether_a_week_should_rest_asks_for_advice(ask, lang: str, before: str, turn: str) -> None:
    question = ask(before, turn, lang=lang)
    assert (question.intent, question.entities.weeks) == (Intent.RHYTHM, (date(2017, 11, 6),))


def test_skipping_a_product_leaves_it_out_and_rests_no_week(ask) -> None:
    question = ask("Why is the peppermint bark in week 48?", "skip it")
    assert (question.change, question.entities.products) == (Change("drop"), ("951744",))


def test_a_cost_after_nothing_supposed_is_no_supposition(ask) -> None:
    assert ask("Why is the peppermint bark in week 48?", "what would that cost?").change is None


@pytest.mark.parametrize(
    ("lang", "before", "sure", "narrowed"),
    [
        ("en", "What is planned in week 45?", "how sure are you?", "only the front end cap"),
        ("zh", "第45周安排了什么？", "你有多大把握？", "只看前端架"),
    ],
)
def test_how_sure_is_of_the_launches_before_and_so_is_what_narrows_it(ask, lang, before, sure, narrowed) -> None:
    question = ask(before, sure, lang=lang)
    assert (question.intent, question.entities.weeks) == (Intent.CONFIDENCE, (date(2017, 11, 6),))
    further = ask(before, sure, narrowed, lang=lang)
    assert (further.intent, further.entities.weeks) == (Intent.CONFIDENCE, question.entities.weeks)
    assert further.entities.placements == ("front end cap",)


@pytest.mark.parametrize(
    ("lang", "before", "turn"),
    [
        ("en", "What is planned in week 45?", "how sure are you of the plan?"),
        ("zh", "第45周安排了什么？", "计划有多可靠？"),
    ],
)
def test_how_sure_the_plan_is_leaves_the_week(ask, lang: str, before: str, turn: str) -> None:
    assert ask(before, turn, lang=lang).entities.weeks == ()
