"""Words beside a name that are none of it, and words that only speak."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from copilot.phrases import load_evaluation
from copilot.question_shop import QuestionShop
from copilot.questions import QuestionParser
from copilot.speech import Speech
from copilot.stray_words import StrayWords
from retrieval.encoder import HashingEncoder

SHARES = {"grower": 0.1, "supplier": 0.05, "tofu": 0.9}  # of goods in a word's sense


@pytest.fixture(scope="module")
def parser(phrases):
    encoder = HashingEncoder(256)
    return QuestionParser(encoder, QuestionShop(load_evaluation("shop.toml"), encoder), phrases)


@pytest.fixture
def strays(parser):
    goods = SimpleNamespace(share=lambda word: SHARES.get(word, 0.0), lists={"rice", "tofu"}.__contains__)
    return StrayWords(parser.reader.names, goods, frozenset({"organic"}), frozenset({"tub"}))


def read_with(strays, parser, run):
    """Return the reading of a message whose unexplained stretch is `run`."""
    read = parser.reader.read("why is that in week 43")
    reading = " ".join(("why is the", *run, "in WEEK"))
    return strays.without(replace(read, named=(), strange=(run,), rest=run, readings=(reading,)))


@pytest.mark.parametrize("run", ["gala apples grower", "gala apples tub", "supplier gala apples"])
def test_a_product_is_named_beside_words_that_are_no_goods(strays, parser, run):
    read = read_with(strays, parser, tuple(run.split()))
    assert read.named == (("870240",),)
    assert read.strange == ()
    assert "PRODUCT" in read.readings[0]


@pytest.mark.parametrize("run", ["tofu gala apples", "organic gala apples", "rice gala apples"])
def test_goods_and_attributes_set_another_product_apart(strays, parser, run):
    read = read_with(strays, parser, tuple(run.split()))
    assert read.named == ()
    assert read.strange == (tuple(run.split()),)


def test_who_is_quoted_and_figures_of_speech_name_nothing(phrases):
    speech = Speech(phrases)
    for text, said in (
        ("That launch is small potatoes, no?", "small potatoes"),
        ("My boss says drop the pizza", "My boss says"),
    ):
        found = [text[one.start : one.end] for one in speech.find(text)]
        assert said in [one.strip(" ,") for one in found]
    assert not speech.find("Are the potatoes small?")
