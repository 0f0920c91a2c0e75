"""Untrusted text: what is taken away, and what must stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.cleaning import LABEL_LIMIT, clean_label, clean_text, escape_markdown, without_surrogates


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Tea\u202e \u200bset\n", "Tea set"),
        ("a\x00b\x1bc", "abc"),
        ("１３ units", "13 units"),
        ("Zoë's crème brûlée 雪糕", "Zoë's crème brûlée 雪糕"),
        ("z" + "\u0300" * 50, "z" + "\u0300" * 3),
        ("\ufeffTea", "Tea"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("a\u3164b", "a b"),
    ],
)
def test_only_what_is_not_text_is_taken_away(raw, clean):
    import unicodedata

    assert clean_text(raw) == unicodedata.normalize("NFKC", clean)


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        ("Chips [F9]", "Chips (F9)"),
        ("<b>Chips</b>", "‹b›Chips‹/b›"),
        ("Chips http://evil.example/x", "Chips evil.example/x"),
        ("![x](javascript:alert(1))", "!(x)( alert(1))"),
        ("say “hi” `rm`", "say 'hi' 'rm'"),
        ("a | b", "a / b"),
        ("mail a@b.example", "mail a(at)b.example"),
        ("Grocery > Bag Snacks", "Grocery > Bag Snacks"),
        ("Dr. Root Beer 2 Ltr.", "Dr. Root Beer 2 Ltr."),
    ],
)
def test_a_label_opens_no_citation_tag_quotation_or_link(raw, label):
    assert clean_label(raw) == label


def test_a_label_keeps_its_commas_as_every_sentence_writes_them():
    assert clean_label("Wrap , Summer Rose . Design") == "Wrap, Summer Rose. Design"


def test_a_huge_cell_is_cut():
    assert len(clean_label("x" * 10_000_000)) == LABEL_LIMIT


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    once = clean_label(text)
    assert clean_label(once) == once
    assert not set('[]<`|“”"\\{}') & set(once)
    assert once.isprintable()


def test_markdown_is_escaped():
    assert escape_markdown("a*b_c [x](y) <z> #1 | ~") == r"a\*b\_c \[x\](y) \<z\> \#1 \| \~"


def test_only_halves_of_characters_are_left_out_of_what_is_kept_as_it_was_said():
    assert without_surrogates("\ud800 Tea\u202e\n\udfff\U0001f375 \u200b[F1]") == " Tea\u202e\n\U0001f375 \u200b[F1]"
