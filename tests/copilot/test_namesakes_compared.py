"""Two products of one title in one answer: each is told with its number, and the numbers cannot change places."""

from __future__ import annotations

import pytest

from copilot.facts import collect_facts
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.telling import written

PAIR = ("103", "104")  # both are called "Organic Vanilla Yogurt"


def compared(lang, engine, stored, pair=PAIR):
    named = tuple((one,) for one in pair)
    question = Question("compare", Intent.COMPARE, Entities(products=pair), 1.0, lang, named=named)
    sheet = collect_facts(question, engine, stored)
    return sheet, written(sheet, lang)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_of_a_title_are_told_with_their_numbers(lang, small_engine, small_stored):
    _, said = compared(lang, small_engine, small_stored)
    of_two = [one for one in said if one.text.count("Organic Vanilla Yogurt") == 2]
    assert of_two
    assert all("#103" in one.text and "#104" in one.text for one in of_two)


def test_the_numbers_of_two_that_share_a_title_cannot_change_places(small_engine, small_stored):
    sheet, said = compared("en", small_engine, small_stored)
    first = said[0].text
    swapped = first.replace("#103", "#1O3").replace("#104", "#103").replace("#1O3", "#104")
    assert verify_sentence(first, sheet, load_phrases("en")).ok
    assert not verify_sentence(swapped, sheet, load_phrases("en")).ok
    assert not verify_sentence(first.replace(" #104", ""), sheet, load_phrases("en")).ok


def test_a_second_product_of_a_title_of_its_own_needs_no_number(small_engine, small_stored):
    _, said = compared("en", small_engine, small_stored, ("101", "106"))
    assert "#" not in said[0].text.replace("[F1]", "")
