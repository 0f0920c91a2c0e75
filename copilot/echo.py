"""What was understood of a question, in one line: its intent and what it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copilot.cleaning import clean_label
from copilot.errors import UnknownProduct
from copilot.phrases import load_phrases
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.phrases import Phrases
    from copilot.question import Question


NUMBERED_AT_MOST = 5  # products left out that are told by their numbers


def understood_line(question: Question, engine: Engine) -> str:
    """Return the line in the question's language. Example: "Understood as: what is planned · 2017-W43"."""
    phrases, entities = load_phrases(question.lang), question.entities
    parts = [
        *(_product(engine, product_id) for product_id in entities.products),
        *(_shown(one, True, phrases) for one in _left_out(engine, entities.products_left_out)),
        *(_shown(format_week(one), one in entities.without, phrases) for one in entities.weeks),
        *(
            _shown(clean_label(one), one in entities.without, phrases)
            for one in (*entities.placements, *entities.groups)
        ),
    ]
    return phrases.message("echo", intent=phrases.label(f"intent.{question.intent.value}"), parts=parts)


def _shown(name: str, barred: bool, phrases: Phrases) -> str:
    """Return a part's name; behind a "not" where the question speaks against it."""
    return phrases.message("echo_barred", part=name) if barred else name


def _left_out(engine: Engine, product_ids: Sequence[str]) -> list[str]:
    """Return the products that are left out; where they are many, each title once."""
    named = [_product(engine, one) for one in product_ids]
    if len(named) <= NUMBERED_AT_MOST:
        return named
    return list(dict.fromkeys(name.rpartition(" #")[0] or name for name in named))


def _product(engine: Engine, product_id: str) -> str:
    """Return a product's title with its number, as titles repeat; one that left the catalogue has only its number."""
    try:
        return f"{clean_label(engine.product(product_id).title)} #{product_id}"
    except UnknownProduct:
        return f"#{product_id}"
