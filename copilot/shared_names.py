"""Names that several products share: what else a message says decides which of them is meant.

A number that fits ("both coffees"), a word that one of them alone has ("the grapes crowd, red ones"), whether it is on
sale or waits for its launch, and whether it has a slot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from copilot.catalogue_names import CatalogueNames, words_of
from copilot.intents import Intent

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question


@dataclass(frozen=True)
class SharedNames:
    """Narrows down what a name that several products share may mean, without the plan.

    Args:
        names: of the catalogue.
        phrases: the language of the messages; one without `[parsing.shared]` narrows nothing.
    """

    names: CatalogueNames
    phrases: Phrases

    def narrowed(self, question: Question, read: ReadMessage) -> Question:
        """Return the question with the products that the message tells apart, and with the standing it speaks of."""
        patterns = self.phrases.parsing.get("shared")
        if not isinstance(patterns, Mapping):
            return question
        question = replace(question, standing=_standing(question.text, patterns))
        possible = question.ambiguous_products
        if len(possible) < 2 or not question.exact or question.entities.products:
            return question
        if question.intent is Intent.PAST_SALES or _says(question.text, patterns["on_sale"]):
            # What shoppers have bought so far is on sale; a candidate of the same name has sold nothing yet.
            sold = self.names.on_sale(words_of(question.product_words)) or self.names.on_sale(read.group_words)
            possible = sold or possible
        if len(possible) > 1:
            possible = self._by_words(possible, question) or possible
        if (
            len(possible) > 1
            and question.intent is not Intent.COMPARE
            and self._all_of_them(question.text, patterns, len(possible))
        ):
            return replace(question, entities=replace(question.entities, products=possible), ambiguous_products=())
        if len(possible) == 1:
            found = replace(question.entities, products=tuple(possible))
            return replace(question, entities=found, named=(tuple(possible),), ambiguous_products=())
        return replace(question, ambiguous_products=tuple(possible))

    def _by_words(self, possible: Sequence[str], question: Question) -> tuple[str, ...]:
        """Return the only product that has all the words by which the message tells some products from others."""
        said = set(words_of(question.entities.text)) - self.phrases.lexicon.plain
        telling = [word for word in said if 0 < len(self.names.among(tuple(possible), (word,))) < len(possible)]
        fitting = self.names.among(tuple(possible), telling) if telling else ()
        return fitting if len(fitting) == 1 else ()

    @staticmethod
    def _all_of_them(text: str, patterns: Mapping, n: int) -> bool:
        """Say whether a message speaks of as many products as share the name: "both christmas candies"."""
        counts = patterns["counts"]
        return 1 < n < len(counts) + 2 and _says(text, counts[n - 2])


def picked_by_a_word(
    question: Question, read: ReadMessage, previous: Question | None, names: CatalogueNames
) -> Question:
    """Take the one of the products asked back about that has the words of a short message: "the green ones"."""
    shown = previous.ambiguous_products if previous and not previous.entities.products else ()
    found = question.entities
    if previous is None or len(shown) < 2 or found.weeks or found.placements or found.products:
        return question
    words = [word for word in words_of(question.text) if names.has(word) and names.among(shown, (word,))]
    fitting = names.among(shown, words) if words and len(words_of(question.text)) <= _SHORT else ()
    if len(fitting) != 1:
        return question
    found = replace(previous.entities, products=fitting)
    return replace(
        previous,
        text=question.text,
        entities=found,
        ambiguous_products=(),
        product_words="",
        exact=True,
        wish="",
        stopped=False,
    )


_SHORT = 6  # words of a message that only picks


def _standing(text: str, patterns: Mapping) -> str:
    """Return whether a message speaks of a product with a slot, or of one without."""
    return next((one for one in ("left", "planned") if _says(text, patterns[one])), "")


def _says(text: str, pattern: object) -> bool:
    return re.search(str(pattern), text, re.IGNORECASE) is not None
