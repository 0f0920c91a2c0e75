"""Search demand of a category, and of words that fit several products: counted from the log, or what is missing."""

from __future__ import annotations

import pytest

from copilot.factsheet import FactSheet
from copilot.phrases import languages, load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import stated
from tests.copilot.telling import answered, essential

SNACKS, TEA = "Grocery > Bag Snacks", "Drinks > Tea"


@pytest.fixture(params=languages())
def told(request, small_engine, small_stored):
    def tell(groups=(), **more):
        found = Entities(groups=groups)
        question = Question("?", Intent.SEARCH_DEMAND, found, 1.0, request.param, **more)
        sheet, _ = answered(question, small_engine, small_stored)
        return sheet, essential(sheet)

    return tell


def test_a_categorys_searches_are_those_near_its_waiting_products_each_once(told, small_engine):
    _, facts = told((SNACKS,))
    # Both snacks have the same three searches near them: 120, 30 and 8.
    assert [(fact.name, fact.value) for fact in facts] == [
        ("category_searches", 158), ("searches_for", 120), ("searches_for", 30), ("searches_for", 8),
    ]  # fmt: skip
    assert facts[0].subject == SNACKS
    assert set(facts[0].source.params) == {"potato chips", "salty snacks", "chips"}
    assert facts[0].source.simulated


def test_a_category_without_searches_near_it_says_what_is_missing(told):
    sheet, facts = told((TEA,))  # its only product has no search near it
    assert not facts
    assert [message.key for message in sheet.messages] == ["no_category_searches"]


def test_words_that_fit_several_products_are_counted_before_asking_back(told, small_engine):
    sheet, facts = told(product_words="chips", ambiguous_products=("101", "102"), exact=True)
    rows = small_engine.workspace.query(
        "SELECT sum(count) AS n FROM queries WHERE query LIKE '%chips%'"
        " AND date > (SELECT max(date) FROM queries) - INTERVAL 56 DAY"
    )
    assert (facts[0].name, facts[0].value) == ("searches_with_words", int(rows["n"].iloc[0]))
    assert facts[0].value > 0
    assert {"searches_for", "possible_product"} <= {fact.name for fact in facts}
    assert [message.key for message in sheet.messages] == ["ask_back_search"]


def test_a_search_that_a_title_repeats_in_capitals_leaves_the_title_to_its_product():
    facts = (
        stated(1, "searches_for", 120, ("plan", "plan"), other_label="potato chips"),
        stated(2, "possible_product", "102", ("102", "Potato Chips"), numbered=True),
    )
    sheet, phrases = FactSheet(Question("?", Intent.SEARCH_DEMAND, Entities(), 1.0), facts, ("F2",)), load_phrases("en")
    assert verify_sentence("“Potato Chips” is product #102 [F2].", sheet, phrases).ok
    assert not verify_sentence("“Potato Chips” is product #101 [F2].", sheet, phrases).ok
