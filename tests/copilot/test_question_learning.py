"""What understanding learns from the evaluation set: development families only, masked as messages are."""

from __future__ import annotations

from copilot.phrases import load_phrases, load_toml
from copilot.question_evaluation import DEVELOPMENT, LEFT_OUT, load_questions
from copilot.question_learning import learned_text, masked_questions


def test_the_file_is_what_the_development_families_give():
    assert load_toml("en", "learned.toml") == dict(masked_questions())


def test_no_family_that_is_left_out_is_learned_from():
    families = {
        split: {one.family for one in load_questions() if one.split == split} for split in (DEVELOPMENT, LEFT_OUT)
    }
    learned = {family for words in load_phrases("en").intents.values() for family, _ in words.learned}
    assert learned <= families[DEVELOPMENT]
    assert not learned & families[LEFT_OUT]


def test_the_file_is_written_as_toml():
    text = learned_text({"one": {"help": ['say "hi"', "what is PRODUCT"], "data": []}})
    assert text.endswith('[one]\nhelp = [\n  "say \\"hi\\"",\n  "what is PRODUCT",\n]\n')
