"""Speed of a writer: which keys come out, and what a silent writer gives; how fast is for the benchmarks."""

from __future__ import annotations

from copilot.generators import PhraseGenerator, Prompt, ScriptedGenerator
from copilot.writer_speed import measure_speed

PROMPT = Prompt("S", "Why?")


def test_it_counts_the_tokens_after_the_first_piece():
    counted = []

    def count(text: str) -> int:
        counted.append(text)
        return 2

    speed = measure_speed(ScriptedGenerator("One two three", piece=4), PROMPT, count)
    assert counted == ["two three"]
    assert speed["first_token_s"] is not None
    assert speed["tokens_per_s"] is not None


def test_a_writer_that_says_nothing_has_no_speed():
    speed = measure_speed(PhraseGenerator(), PROMPT, len)
    assert (speed["first_token_s"], speed["tokens_per_s"]) == (None, None)
