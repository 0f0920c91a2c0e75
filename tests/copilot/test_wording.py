"""Chat spelling, numbers in words, words run together or split, and names that the catalogue only nearly has."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.entities import EntityReader
from copilot.phrases import load_evaluation, load_phrases
from copilot.question_shop import QuestionShop
from copilot.waiting_names import same_word
from copilot.wording import Wording
from retrieval.encoder import HashingEncoder

W44, W47, W50 = date(2017, 10, 30), date(2017, 11, 20), date(2017, 12, 11)


@pytest.fixture(scope="module")
def reader():
    shop = QuestionShop(load_evaluation("shop.toml"), HashingEncoder())
    return EntityReader(shop, load_phrases("en"))  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="module")
def wording():
    return Wording(load_phrases("en"), {"veg"}.__contains__)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("hw mny r u sure abt", "how many are you sure about"),
        ("y no snacks w/o cards", "why no snacks without cards"),
        ("how much $$ frm it?", "how much dollars from it?"),
        ("veg box", "veg box"),  # the catalogue has the word as it stands
        ("in week forty four", "in week 44"),
        ("weeks forty four and fifty", "weeks 44 and 50"),
        ("the forty-seventh week", "the 47th week"),
        ("the fiftieth week", "the 50th week"),
        ("the sixth of november", "the 6 november"),
        ("November the sixth", "November 6"),
        ("twenty percent less", "20 percent less"),
        ("the first week of November", "the first week of November"),
        ("the top two launches", "the top two launches"),
        ("in that week two launches", "in that week two launches"),
    ],
)
def test_messages_are_put_plainly(wording, written, meant):
    assert wording.plain(written) == meant


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("no greentea?", ("978306",)),
        ("where are the stringlights", ("991030",)),
        ("turkeydogs not in", ("901390",)),
        ("units for ginger bread cookies", ("962209",)),
        ("xmas candy 12oz", ("951758",)),
        ("brief for the dark choc bar", ("951730",)),
        ("blueberries strawberries", ("882115",)),
    ],
)
def test_run_together_split_and_short_names_are_read(reader, text, products):
    read = reader.read(reader.mended(text))
    assert read.named[0] == products


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("what will the peppermint tea sell", ("peppermint", "tea")),
        ("how many units of almond milk will go", ("almond", "milk")),
        ("risks of the ginger beer", ("ginger", "beer")),
        ("similar launches to the rice milk", ("rice", "milk")),
        ("is the white chocolate bar planned", ("white", "chocolate", "bar")),
        ("who buys the iced coffee", ("iced", "coffee")),
    ],
)
def test_a_near_miss_is_no_product(reader, text, rest):
    read = reader.read(reader.mended(text))
    assert (read.named, read.entities.groups, read.rest) == ((), (), rest)


@pytest.mark.parametrize("text", ["the lock on the cold store is broken", "Bea asks what is planned"])
def test_an_adjective_or_a_name_of_a_person_names_no_product(reader, text):
    read = reader.read(reader.mended(text))
    assert (read.named, read.rest) == ((), ())


@pytest.mark.parametrize(
    ("text", "weeks"),
    [("W47 2017", (W47,)), ("week 50 of 2017", (W50,)), ("week forty four", (W44,)), ("W44/47", (W44, W47))],
)
def test_weeks_in_words_and_with_their_year(reader, text, weeks):
    assert reader.read(reader.mended(text)).entities.weeks == weeks


def test_goods_are_no_misspellings(reader):
    assert reader.mended("the risks of the matcha latte") == "the risks of the matcha latte"


def test_forms_of_a_word():
    assert same_word("cookie", "cookies")
    assert same_word("strawberry", "strawberries")
    assert same_word("bar", "bars")
    assert not same_word("bar", "bark")
    assert not same_word("bea", "bean")
