"""Products found by words: one of each title, the planned one first, and nothing where nothing is like them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from copilot.facts import collect_facts
from copilot.questions import Entities, Intent, Question
from retrieval.search import Hit


@dataclass
class Finds:
    """Stands in for the catalogue search: finds these hits whatever is looked for."""

    hits: tuple[Hit, ...]

    def search(self, query, k=10, *, status=None):
        return list(self.hits[:k])


def hit(product_id, title, category, dense, lexical, status="live"):
    return Hit(product_id, title, category, status, 1.0, dense, lexical)


@pytest.fixture
def found(small_engine, small_stored, monkeypatch):
    def find(words, *hits, lang="en"):
        monkeypatch.setattr(small_engine, "search", Finds(hits))
        question = Question(words, Intent.PRODUCT_SEARCH, Entities(), 1.0, lang, product_words=words)
        return collect_facts(question, small_engine, small_stored)

    return find


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_nothing_resembles_is_not_answered_by_the_least_unlike(found, lang):
    sheet = found("surfboards", hit("206", "Milk 1 Gal", "Dairy > Milk", 0.4, None), lang=lang)
    assert [message.key for message in sheet.messages] == ["no_matches"]
    assert sheet.facts == ()


def test_products_with_some_of_the_words_are_told_to_be_the_nearest(found):
    sheet = found("oat milk", hit("206", "Milk 1 Gal", "Dairy > Milk", 0.6, 2.0))
    assert [message.key for message in sheet.messages] == ["nearest_found"]
    assert [fact.subject for fact in sheet] == ["206"]


def test_a_word_of_the_category_counts_and_meaning_alone_is_said_to_be_near(found):
    assert found("dairy milk", hit("206", "Milk 1 Gal", "Dairy > Milk", 0.6, 2.0)).messages == ()
    assert [m.key for m in found("cows", hit("206", "Milk 1 Gal", "Dairy > Milk", 0.6, None)).messages] == [
        "nearest_found"
    ]


def test_of_one_title_the_planned_product_is_listed(found, small_stored):
    planned = small_stored.plan.launch_of("101") is not None
    title, category = "Potato Chips 9 Oz", "Grocery > Bag Snacks"
    sheet = found(
        "potato chips", hit("900", title, category, 0.9, 3.0), hit("101", title, category, 0.8, 3.0, "candidate")
    )
    assert planned
    assert [fact.subject for fact in sheet if fact.name == "search_hit"] == ["101"]


def test_a_chinese_good_alone_that_the_shop_lacks_is_asked_back_by_its_english_name(parsers):
    parser = parsers["zh"]
    assert parser.parse("圣诞树", lang="zh").product_words == "christmas tree"
    assert parser.parse("你好", lang="zh").intent is Intent.HELP
