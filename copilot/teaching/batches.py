"""Batches: lessons as tokens, drawn in a seeded order in which those of like length come together."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.generators import Prompt
from copilot.teaching.lessons import Lesson
from copilot.writer_prompt import render_chat

_POOL = 12  # batches' worth of lessons that are sorted by length together: more is faster, and less at random


@dataclass(frozen=True)
class Tokens:
    """One lesson as tokens: the prompt's, then the answer's with its end; learned from `n_prompt` on."""

    ids: tuple[int, ...]
    n_prompt: int


def tokenised(lessons: Sequence[Lesson], tokenizer: Any) -> list[Tokens]:
    """Return lessons as tokens, as the writer reads and writes them."""
    return [_tokens(lesson.prompt, lesson.target, tokenizer) for lesson in lessons]


def _tokens(prompt: Prompt, target: str, tokenizer: Any) -> Tokens:
    asked = tokenizer(render_chat(prompt, tokenizer), add_special_tokens=False)["input_ids"]
    answered = tokenizer(target, add_special_tokens=False)["input_ids"]
    return Tokens((*asked, *answered, tokenizer.eos_token_id), len(asked))


def batches(lessons: Sequence[Tokens], n_steps: int, size: int, seed: int) -> Iterator[list[Tokens]]:
    """Yield `n_steps` batches of `size`: every lesson once before any comes again, lessons of like length together."""
    rng = random.Random(seed)
    n_done = 0
    while n_done < n_steps:
        order = list(lessons)
        rng.shuffle(order)
        made: list[list[Tokens]] = []
        for start in range(0, len(order), size * _POOL):
            pool = sorted(order[start : start + size * _POOL], key=lambda one: len(one.ids))
            part = [pool[i : i + size] for i in range(0, len(pool), size)]
            rng.shuffle(part)
            made += part
        for batch in made[: n_steps - n_done]:
            n_done += 1
            yield batch
