"""Text is made safe before anything reads it."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.text import TEXT_LIMIT, clean_text, product_text


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT, "", "  \t\n", "\x00\x01"])
def test_missing_and_unprintable_values_are_empty(missing):
    assert clean_text(missing) == ""


def test_what_looks_like_a_missing_value_but_is_text_stays():
    assert [clean_text(word) for word in ("nan", "<NA>", "None", "0")] == ["nan", "<NA>", "None", "0"]
    assert clean_text(0) == "0"


def test_control_characters_and_line_breaks_become_one_space():
    assert clean_text(" Cafe\u0301\x00 latte\r\n\u202e12 oz\ufeff") == "Café latte 12 oz"


def test_a_lone_surrogate_can_be_written_as_utf8_afterwards():
    assert clean_text("ab\ud800cd").encode("utf-8") == b"ab cd"


def test_emoji_and_joined_scripts_are_kept():
    assert clean_text("👩‍🍳 کتاب‌ها") == "👩‍🍳 کتاب‌ها"


def test_a_huge_cell_is_cut():
    huge = "word " * 2_000_000
    assert len(clean_text(huge)) <= TEXT_LIMIT
    assert len(product_text(huge, huge, huge, huge)) <= TEXT_LIMIT


@settings(deadline=None)
@given(st.text(max_size=300), st.integers(1, 50))
def test_cleaning_twice_changes_nothing(text, limit):
    once = clean_text(text, limit)
    assert clean_text(once, limit) == once
    assert len(once) <= limit
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in once)


def test_product_text_is_title_brand_category_description():
    text = product_text("Kettle, 2 l", "Boils fast.", "Kitchen > Kettles", "Acme")
    assert text == "Kettle, 2 l Acme Kitchen > Kettles Boils fast."


def test_missing_fields_leave_no_trace():
    assert product_text("Kettle", None, float("nan"), "  ") == "Kettle"
    assert product_text(None) == ""
