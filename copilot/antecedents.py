"""Antecedents: whom a reader takes "it" for at the start of a sentence, namely the product that the last one told of.

Each sentence is verified by itself, and cites who "it" is. A reader of the text has only what stands before. Where that
is another product, or one of two, the name takes the pronoun's place. "There" gives way likewise to the week or the
category that it stands for, where a reader would take it for the placement that was told last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from copilot.fact_wordings import ITSELF
from copilot.factsheet import WHOLE_SHOP, Fact
from copilot.phrases import Phrases

_NAME = re.compile(r"[“\"#]")


class Antecedents:
    """Follows which product an answer speaks of, in a language whose pronouns `words.toml` lists."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._told: frozenset[str] = frozenset()
        self._at_a_place = False

    def named(self, text: str, cited: Sequence[Fact]) -> str:
        """Return a sentence with its first pronoun named, where a reader would take that for another product.

        Example: after “Tea” was told of, "It should sell 5 units [F2]" of cake is "“Cake” should sell 5 units [F2]".
        """
        text = self._placed(text, cited)
        meant = self._products(cited)
        if len(meant) != 1 or not self._told or self._told == meant or self._pronoun is None:
            return text
        pronoun = self._pronoun.search(text)
        if pronoun is None or _NAME.search(text[: pronoun.start()]):
            return text
        fact = next(fact for fact in cited if fact.subject in meant)
        name = str(self._phrases.variables(fact)["title"])
        owner = f"{name}'s" if pronoun.group().lower() in self._phrases.lexicon.reading["its"] else name
        return f"{text[: pronoun.start()]}{owner}{text[pronoun.end() :]}"

    def heard(self, cited: Sequence[Fact]) -> None:
        """Take note of whom a sentence told of; one about the plan or a category leaves the product as it is."""
        self._told = self._products(cited) or self._told
        self._at_a_place = any(fact.placement for fact in cited)

    def _placed(self, text: str, cited: Sequence[Fact]) -> str:
        """Return a sentence with the week or category for its "there", where a placement stands right before it."""
        match = self._there.search(text) if self._there and self._at_a_place and len(cited) == 1 else None
        if match is None or cited[0].placement:
            return text
        told = self._phrases.variables(cited[0])
        where = self._phrases.message("there", week=told["week"], group=told["group"])
        return f"{text[: match.start(1)]}{where}{text[match.end(1) :]}" if where else text

    def _products(self, facts: Sequence[Fact]) -> frozenset[str]:
        own = (fact for fact in facts if ITSELF in self._phrases.facts[fact.name].subjects)
        return frozenset(fact.subject for fact in own if fact.subject not in WHOLE_SHOP and fact.subject_label)

    @cached_property
    def _there(self) -> re.Pattern[str] | None:
        reading = self._phrases.lexicon.reading
        before, there = (
            "|".join(map(re.escape, sorted(words))) for words in (reading["before_there"], reading["there"])
        )
        return re.compile(rf"\b(?:{before})\s+({there})\b", re.IGNORECASE) if there else None

    @cached_property
    def _pronoun(self) -> re.Pattern[str] | None:
        reading = self._phrases.lexicon.reading
        words = sorted(map(re.escape, reading["it"] | reading["its"]))
        return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) if words else None
