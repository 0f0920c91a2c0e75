"""What each intent sounds like in one language: examples, cues, and what was learned from the evaluation set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEARNED = "learned.toml"
"""Masked questions of the development families, by family and intent; `copilot.question_learning` writes it."""


@dataclass(frozen=True)
class IntentWords:
    """What one intent sounds like: example questions, cues (lower-case phrases), and what speaks against it.

    `learned` are masked questions with the family of phrasing that each comes from. They only teach which intent a
    message has: unlike those of the examples, their words may be part of a product's name.
    """

    examples: tuple[str, ...]
    cues: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    learned: tuple[tuple[str, str], ...] = ()


def read_intent_words(
    entries: Mapping[str, Mapping],
    more: Sequence[Mapping[str, Sequence[str]]],
    learned: Mapping[str, Mapping[str, Sequence[str]]],
) -> dict[str, IntentWords]:
    """Return the words of each intent, from its entry, further examples, and questions by family and intent."""
    return {
        name: IntentWords(
            examples=tuple(dict.fromkeys((*entry["examples"], *(text for one in more for text in one.get(name, ()))))),
            cues=tuple(entry.get("cues", ())),
            against=tuple(entry.get("against", ())),
            learned=tuple((family, text) for family, said in learned.items() for text in said.get(name, ())),
        )
        for name, entry in entries.items()
    }
