"""Clauses that talk of something else, adjectives beside names, categories in other words, and amounts."""

from __future__ import annotations

import pytest

from copilot.group_names import GroupNames
from copilot.phrases import load_evaluation
from copilot.question_shop import QuestionShop
from copilot.questions import QuestionParser
from retrieval.encoder import HashingEncoder


@pytest.fixture(scope="module")
def reader(phrases):
    encoder = HashingEncoder(256)
    return QuestionParser(encoder, QuestionShop(load_evaluation("shop.toml"), encoder), phrases).reader


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("My oven came in three pieces; cheer me up with the units of week 48", "cheer me up with the units of WEEK"),
        ("pass the mustard... Week 45 launches, how much money?", "WEEK launches, how much money?"),
        ("before the burrito goes cold, which launches has somebody locked", "which launches has somebody locked"),
        ("We lost three nil on Sunday. What are the risks of week 47?", "What are the risks of WEEK?"),
    ],
)
def test_a_clause_that_talks_of_something_else_is_left_out(reader, text, left):
    read = reader.read(text)
    assert read.readings[0].strip() == left
    assert read.entities.numbers == ()
    assert not read.rest


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("I tasted the tuna melts, will they sell?", "tasted"),  # "they" are what the talk is of
        ("my son loves the clementines, what are the risks", "my son loves"),  # it holds a product
        ("we only have room for 4, what changes in week 45?", "we only have room"),  # and here a number of the plan
        ("my boss asked about candy, how many launches a week are sensible?", "GROUP"),  # a category
        ("I was at the fair and had a sandwich", "at the fair"),  # nothing else asks
    ],
)
def test_what_names_something_or_is_meant_later_is_no_aside(reader, text, kept):
    assert kept in reader.read(text).readings[-1]


def test_asides_take_their_numbers_with_them_but_leave_the_names_of_the_talk(reader):
    assert reader.read("My tomatoes came 40 days late, so what is planned in week 44?").entities.numbers == ()
    assert reader.read("we only have room for 4, what changes in week 45?").entities.numbers == (4.0,)
    assert reader.read("my son loves the clementines, what are the risks").named == (("890402",),)


@pytest.mark.parametrize("text", ["our fresh-smelling pine wreath", "the stone-ground pine wreath"])
def test_joined_words_before_a_name_say_how_it_is(reader, text):
    assert reader.read(f"when does {text} launch?").named == (("991016",),)


def test_joined_words_that_tell_products_apart_stay(reader):
    assert reader.read("when does the sugar-free pine wreath launch?").named == ()


@pytest.mark.parametrize(
    ("words", "group"),
    [
        (("fizzy", "pop"), "Drinks > Soft Drinks"),
        (("sweets",), "Grocery > Candy"),
        (("beverages",), "Drinks"),
        (("biscuit",), "Grocery > Cookies"),
    ],
)
def test_a_category_goes_by_other_words_too(reader, words, group):
    assert reader.groups.in_other_words(words) == (group,)


def test_words_that_no_category_goes_by_name_none(reader):
    assert reader.groups.in_other_words(("tyres",)) == ()


@pytest.mark.parametrize(("text", "number"), [("half a dozen of the weakest launches", 6), ("a dozen launches", 12)])
def test_amounts_in_several_words_are_numbers(reader, text, number):
    assert reader.read(text).entities.numbers == (number,)


def test_a_couple_of_weeks_earlier_is_two(reader):
    assert reader.read("the string lights a couple of weeks earlier").entities.shift_weeks == -2


@pytest.mark.parametrize("text", ["Ms. Mint needs a hand", "Dr. Turkey asked", "Chip in Denver says no"])
def test_people_are_no_products(reader, text):
    assert not reader.read(text).named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("I had pizza for lunch and now I wonder: is the wreath risky?", (("991016",),)),
        ("my son loves the clementines, what are the risks of ginger ale?", (("984451",),)),
        ("torn between honeycrisp and gala and she hates indecision, who is stronger", (("870233",), ("870240",))),
    ],
)
def test_what_somebody_ate_or_likes_is_not_asked_about_where_something_else_is(reader, text, named):
    found = reader.read(text)
    assert (found.named, found.entities.groups) == (named, ())


def test_a_reported_question_ends_the_talk_before_it(reader):
    found = reader.read("my colleague ate a cookie and asked what is planned in week 47").entities
    assert (found.groups, len(found.weeks)) == ((), 1)


def test_spans_and_rates_are_no_weeks_and_those_of_a_month_are_counted(reader):
    assert reader.read("what does honeycrisp actually sell in four weeks").entities.weeks == ()
    assert reader.read("how many launches in one week is right for snacks").entities.weeks == ()
    assert len(reader.read("what is on in one week").entities.weeks) == 1
    december = reader.read("the first two weeks of december, how much do they sell").entities.weeks
    assert [week.isoformat() for week in december] == ["2017-12-04", "2017-12-11"]
    assert reader.read("cap candy at two a week").entities.numbers == (2.0,)


def test_a_word_of_several_categories_names_them_all_unless_they_are_many(reader):
    names = GroupNames(
        ["Deli > Snacks", "Grocery > Bag Snacks", "Grocery > Tea", *(f"Frozen > {i} Pies" for i in "abcdefghijklm")],
        reader.phrases.lexicon,
        (),
    )
    assert names.like("Snacks") == ("Grocery > Bag Snacks",)
    assert names.like("Tea") == names.like("Pies") == ()
