"""The evaluation set of understanding: its families, its fixed shop, and the shares counted from readings."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from copilot.intents import Intent
from copilot.phrases import load_evaluation, load_phrases
from copilot.question_evaluation import (
    LEFT_OUT,
    Expected,
    Reading,
    RememberingEncoder,
    evaluate_understanding,
    load_questions,
    read_all,
    read_as_new,
    summary,
)
from copilot.question_shop import QuestionShop
from copilot.waiting_names import words_of
from retrieval.encoder import HashingEncoder


@pytest.fixture(scope="module")
def shop():
    return QuestionShop(load_evaluation("shop.toml"), HashingEncoder())


def test_the_set_is_large_and_some_of_its_families_are_left_out():
    questions = load_questions()
    families = {one.family: one.split for one in questions}
    assert len(questions) >= 450
    assert Counter(families.values())[LEFT_OUT] >= 8
    assert min(Counter(one.family for one in questions).values()) >= 25
    assert {one.intent for one in questions if one.split == LEFT_OUT} == {intent.value for intent in Intent}


def test_no_question_that_is_left_out_is_an_example():
    intents = load_phrases("en").intents.values()
    known = {words_of(text) for words in intents for text in words.examples}
    known |= {words_of(text) for words in intents for _, text in words.learned}
    asked = [one for one in load_questions() if one.split == LEFT_OUT and words_of(one.text)]
    assert sum(words_of(one.text) in known for one in asked) == 0


def test_a_development_family_can_be_read_as_if_it_were_new():
    some = [one for one in load_questions() if one.family == "typos"][:6]
    encoder = RememberingEncoder(HashingEncoder())
    assert [one.expected for one in read_as_new(some, encoder)] == some
    assert encoder.encode(["a b", "a b"]).shape == (2, encoder.dimension)


def test_what_the_set_names_is_in_the_shop(shop):
    ids = set(shop.workspace.query("SELECT product_id FROM products")["product_id"])
    categories = {*shop.group_names(), *shop.workspace.query("SELECT category FROM products")["category"]}
    groups = {*categories, *(name.split(" > ")[0] for name in categories)}
    known = {"products": ids, "placements": set(shop.placements), "groups": groups}
    for one in load_questions():
        for kind, value in one.named:
            assert kind not in known or value in known[kind], one.text


def test_the_shop_is_a_catalogue_with_a_plan(shop):
    assert (shop.weeks[0], len(shop.weeks)) == (date(2017, 10, 9), 12)
    assert len(shop.problem.product_ids) == 40
    assert {launch.product_id for launch in shop.stored.plan.launches} < set(shop.problem.product_ids)
    assert shop.search.search("ginger ale", k=1)[0].product_id == "984451"


def reading(intent, read, named=(), found=(), abstains=False, abstained=False):
    expected = Expected("f", LEFT_OUT, "?", intent, frozenset(named), abstains)
    return Reading(expected, read, frozenset(found), abstained)


def test_shares_are_counted_over_readings():
    told = summary(
        [
            reading("forecast", "forecast", [("products", "1")], [("products", "1")]),
            reading("why_here", "why_not", [("products", "1"), ("weeks", "w")], [("products", "2")], abstained=True),
            reading("out_of_scope", "out_of_scope", abstains=True, abstained=True),
            reading("planned", "planned", abstains=True),
        ]
    )
    assert told["intent_accuracy"] == 0.75
    assert told["entity_f1"] == pytest.approx(2 * 1 / (2 + 3))
    assert (told["abstention_precision"], told["abstention_recall"]) == (0.5, 0.5)


def test_each_question_is_read_alike_every_time():
    some = load_questions()[:12]
    first, second = (read_all(some, HashingEncoder()) for _ in range(2))
    assert first == second


@pytest.mark.slow
@pytest.mark.timeout(1200)  # it reads some 1,200 questions, which a busy machine does slowly
def test_the_real_encoder_understands_the_families_left_out():
    from retrieval.encoder import SentenceTransformerEncoder

    told = evaluate_understanding(SentenceTransformerEncoder())
    assert told["intent_accuracy"] >= 0.9
    assert told["entity_f1"] >= 0.9
    assert told["abstention_precision"] >= 0.75
    assert told["abstention_recall"] >= 0.85
    assert sum(told["understanding"]["confusions"].values()) == len(told["understanding"]["misread"])
