"""A sentence about simulated facts says that they are: the answer adds the mark that its writer left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copilot.factsheet import FactSheet, Source
from copilot.origins import with_origin
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import stated

SEARCHES = replace(stated(1, "searches_per_week", 115.0), source=Source("rows", simulated=True))
FORECAST = stated(2, "expected_units", 6.7, interval=(2.4, 12.0))
SHEET = FactSheet(Question("why", Intent.WHY_HERE, Entities(), 1.0), (SEARCHES, FORECAST), ())


@pytest.mark.parametrize(
    ("lang", "said", "shown"),
    [
        (
            "en",
            "Searches that match “Steel Cut Oats” came to 115 per week recently [F1].",
            "Searches that match “Steel Cut Oats” came to 115 per week recently (simulated search log) [F1].",
        ),
        (
            "en",
            "Searches that match “Steel Cut Oats” came to 115 per week recently (simulated search log) [F1].",
            "Searches that match “Steel Cut Oats” came to 115 per week recently (simulated search log) [F1].",
        ),
        (
            "zh",
            "近期与“Steel Cut Oats”匹配的搜索为每周 115 次 [F1]。",
            "近期与“Steel Cut Oats”匹配的搜索为每周 115 次（模拟搜索日志） [F1]。",
        ),
    ],
)
def test_a_simulated_figure_is_called_so(lang: str, said: str, shown: str) -> None:
    phrases = load_phrases(lang)
    marked = with_origin(said, [SEARCHES], phrases)
    assert marked == shown
    assert verify_sentence(marked, SHEET, phrases).ok


def test_what_was_observed_gets_no_mark() -> None:
    said = "“Steel Cut Oats” should sell 6.7 units in its first four weeks (80% interval 2.4 to 12) [F2]."
    assert with_origin(said, [FORECAST], load_phrases("en")) == said
