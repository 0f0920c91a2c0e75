"""Cutting a stream into sentences: where a full stop ends one and where it does not."""

from __future__ import annotations

import pytest

from copilot.factsheet import Fact, FactSheet, Source
from copilot.questions import Entities, Intent, Question
from copilot.sentences import SentenceSplitter


def sheet_with(title: str) -> FactSheet:
    fact = Fact("F1", "expected_units", "1", title, 3.5, "units", None, Source("model"))
    return FactSheet(Question("?", Intent.FORECAST, Entities(), 1.0), (fact,), ("F1",))


def split(text: str, phrases, piece: int = 1, title: str = "Dr. Tea 2 Ltr. Set") -> list[str]:
    splitter = SentenceSplitter(sheet_with(title), phrases.lexicon)
    found = [one for i in range(0, len(text), piece) for one in splitter.feed(text[i : i + piece])]
    return found + splitter.flush()


CASES = {
    "decimals": ("It sells 3.5 units [F1]. Next one.", ["It sells 3.5 units [F1].", "Next one."]),
    "citation after the stop": ("It sells well. [F1] Next.", ["It sells well [F1].", "Next."]),
    "two citations after the stop": ("So it is. [F1] [F2][F3] Next.", ["So it is [F1] [F2][F3].", "Next."]),
    "abbreviations": ("It fits, e.g. tea vs. milk [F1]. Yes.", ["It fits, e.g. tea vs. milk [F1].", "Yes."]),
    "name with stops": ("Dr. Tea 2 Ltr. Set sells [F1]. Yes.", ["Dr. Tea 2 Ltr. Set sells [F1].", "Yes."]),
    "quotation": ("The search “a. b. c” rose [F1]. Yes.", ["The search “a. b. c” rose [F1].", "Yes."]),
    "initial": ("J. Doe sells [F1]. Yes.", ["J. Doe sells [F1].", "Yes."]),
    "list": ("1. One thing [F1].\n2. Two things [F2].\n- Three.", ["One thing [F1].", "Two things [F2].", "Three."]),
    "heading": ("The facts are:\n- One thing [F1]\n", ["One thing [F1]."]),
    "lines": ("One thing [F1]\nTwo things [F2]", ["One thing [F1].", "Two things [F2]."]),
    "no stop behind a bracket": ("It is (front page) [F1]\nNext.", ["It is (front page) [F1].", "Next."]),
    "stops on both sides": ("So it is. [F1]. Next.", ["So it is [F1].", "Next."]),
    "a question keeps its mark": ("Is it? [F1]\nYes, it is.", ["Is it [F1]?", "Yes, it is."]),
    "a citation inside": ("The [F1] rises", ["The [F1] rises"]),
    "emphasis": ("**One** thing [F1].", ["One thing [F1]."]),
    "week at the end": ("It is in week 43. It sells.", ["It is in week 43.", "It sells."]),
    "marks": ("Really? Yes! So.", ["Really?", "Yes!", "So."]),
    "nothing": (" \n\n ", []),
    "no stop": ("It sells", ["It sells"]),
    "unclosed quotation": ("A “b c. " + "x" * 200 + ". End.", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_sentences_are_cut_where_they_end(text, expected, phrases):
    for piece in (1, 2, 5, 1_000):
        found = split(text, phrases, piece)
        if expected is not None:
            assert found == expected, piece
    said, given = ("".join(part.split()).rstrip(".") for part in ("".join(found), text))
    assert said.replace("**", "")[-4:] == given[-4:] or not found


def test_nothing_waits_longer_than_it_must(phrases):
    splitter = SentenceSplitter(sheet_with("Tea"), phrases.lexicon)
    assert splitter.feed("It sells 3.5 units [F1]. ") == []
    assert splitter.feed("N") == ["It sells 3.5 units [F1]."]
