"""Which searched words count as unmet demand: those that an operator could act on, and no junk."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas as pd
import pytest

from copilot.phrases import load_phrases
from copilot.unmet_demand import unmet_words

LAST = date(2017, 10, 2)


class Log:
    """A catalogue of three products, and a search log set by hand."""

    def __init__(self, searches, set_aside=()):
        self._connection = duckdb.connect()
        products = pd.DataFrame(
            [("Potato Chips", "Snacks", "Frito Lay"), ("Green Tea", "Drinks", "Tetley"), ("Yogurt", "Dairy", None)],
            columns=["title", "category", "brand"],
        )
        rows = [(pd.Timestamp(LAST) - timedelta(weeks=ago), query, n) for query, ago, n in searches]
        quarantine = pd.DataFrame(
            [("products", f'{{"title": null, "category": "{words}"}}') for words in set_aside] or [("events", "{}")],
            columns=["table", "record"],
        )
        frames = {
            "products": products,
            "queries": pd.DataFrame(rows, columns=["date", "query", "count"]),
            "quarantine": quarantine,
        }
        for name, frame in frames.items():
            self._connection.register("frame", frame)
            self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")

    def query(self, sql, params=()):
        return self._connection.cursor().execute(sql, list(params)).df()

    def has(self, table):
        return table == "quarantine"


@pytest.fixture
def found():
    def find(*searches, set_aside=()):
        words = unmet_words(Log(searches, set_aside), load_phrases("en"))
        return [(one.word, one.searches) for one in words]

    return find


def test_words_that_no_product_has_come_by_how_often_they_were_searched(found):
    words = found(("kombucha", 0, 4), ("kombucha tea", 1, 3), ("halloumi", 1, 20), ("halloumi", 2, 1))
    assert words == [("halloumi", 21), ("kombucha", 7)]


@pytest.mark.parametrize(
    "junk",
    ["chips", "potatos chip", "potatoe", "lay", "tetley tea", "7up 24", "the best please", "show me something", "oz"],
)
def test_known_words_brands_misspellings_numbers_and_plain_speech_are_no_unmet_demand(found, junk):
    assert found((junk, 0, 30), (junk, 1, 30)) == []


def test_a_word_searched_seldom_or_in_one_week_only_is_left_out(found):
    assert found(("halloumi", 0, 2), ("halloumi", 1, 2)) == []
    assert found(("halloumi", 0, 90)) == []
    assert found(("halloumi", 9, 50), ("halloumi", 10, 50), ("tea", 0, 1)) == []  # before the last eight weeks


def test_what_the_import_set_aside_is_known_to_the_shop(found):
    searches = (("transmission fluid", 0, 9), ("transmission fluid", 1, 9))
    assert ("transmission", 18) in found(*searches)
    assert found(*searches, set_aside=["Transmission > Fluid"]) == []
