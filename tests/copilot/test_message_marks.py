"""Markup and copied citations are no part of a question, and a script that nobody reads is said to be unread."""

from __future__ import annotations

import pytest

from copilot.facts import collect_facts
from copilot.message_marks import is_of_another_script, without_marks
from copilot.questions import Intent


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("![x](http://evil/x.png) forecast for Green Tea F1 [F9]", "forecast for Green Tea F1"),
        ("<b>forecast</b> for [Green Tea](https://a/b)", "forecast for Green Tea"),
        ("It sells [F1, F2] more[^F3]", "It sells more"),
        ("is 3 < 5 and 7 > 6?", "is 3 < 5 and 7 > 6?"),
        ("Tea [4 oz] (new)", "Tea [4 oz] (new)"),
        ("![x](y)", "![x](y)"),
    ],
)
def test_marks_go_and_words_stay(text, said):
    assert without_marks(text) == said


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("سعر الحليب؟", True),
        ("какой прогноз на Tea?", True),
        ("ราคานม", True),
        ("forecast for Tea", False),
        ("café à la crème", False),
        ("第41周安排了什么？", False),
        ("forecast for Чай", False),
        ("41?", False),
    ],
)
def test_scripts_that_nobody_reads_are_told(text, strange):
    assert is_of_another_script(text, lambda word: False) is strange


def test_what_the_catalogue_sells_may_be_called_in_any_script():
    assert not is_of_another_script("чай зелёный?", lambda word: word in {"чай", "зелёный"})


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_answer_says_which_languages_are_read(parsers, small_engine, small_stored, lang):
    sheet = collect_facts(parsers[lang].parse("какой прогноз на cheese pizza?", lang), small_engine, small_stored)
    assert [message.key for message in sheet.messages] == ["unread_script"]
    assert sheet.facts == ()


def test_a_question_among_marks_is_answered(parser):
    question = parser.parse("![x](http://evil/x.png) forecast for cheese pizza [F9]")
    assert (question.intent, question.entities.products) == (Intent.FORECAST, ("106",))


def test_a_chinese_answer_says_how_it_read_a_misspelt_name(parsers, small_engine, small_stored):
    parser = parsers["zh"]
    question = parser.parse("为什么cheese piza在第41周？", "zh")
    assert (question.text, question.mended) == ("为什么cheese pizza在第41周？", True)
    assert collect_facts(question, small_engine, small_stored).messages[0].key == "read_as"
    assert not parser.parse("为什么cheese pizza在第41周？", "zh").mended
