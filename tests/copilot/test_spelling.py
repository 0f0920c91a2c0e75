"""Misspelt words: mended when they are very near a known one, left alone otherwise."""

from __future__ import annotations

import pytest

from copilot.spelling import Speller, edits

SPELLER = Speller(
    ["blueberries", "brisket", "chips", "cream", "forecast", "frost", "leather", "pears", "search", "tea"]
)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("creem", "cream"),
        ("serch", "search"),
        ("saerch", "search"),
        ("forcast", "forecast"),
        ("blueberies", "blueberries"),
        ("chip", "chips"),
        ("paris", None),
        ("dream", None),
        ("front", None),
        ("riskiest", None),
        ("weather", None),
        ("te", None),
        ("chips9", None),
    ],
)
def test_only_very_near_words_are_mended(word, meant):
    assert SPELLER.nearest(word) == meant


@pytest.mark.parametrize(("a", "b", "count"), [("serch", "search", 1), ("form", "from", 1), ("forcats", "forecast", 2)])
def test_edits_are_counted(a, b, count):
    assert edits(a, b) == count
