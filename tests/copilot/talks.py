"""Talks about the fixed shop of the evaluation: a question after those before it, as the plan settles them."""

from __future__ import annotations

from collections.abc import Callable

from copilot.chosen_products import settled
from copilot.phrases import Phrases, load_evaluation
from copilot.question_shop import QuestionShop
from copilot.questions import Question, QuestionParser
from retrieval.encoder import TextEncoder


def talks(encoder: TextEncoder, phrases: Phrases) -> Callable[..., Question]:
    """Return what reads a talk's messages one after the other and gives the last question."""
    shop = QuestionShop(load_evaluation("shop.toml"), encoder)
    parser = QuestionParser(encoder, shop, phrases)  # pyright: ignore[reportArgumentType]

    def last(*turns: str) -> Question:
        question = None
        for text in turns:
            question = settled(parser.parse(text, phrases.lang, question), shop.stored, shop)  # pyright: ignore[reportArgumentType]
        assert question is not None
        return question

    return last
