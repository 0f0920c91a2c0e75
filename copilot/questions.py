"""Questions: an operator's message parsed into a closed intent and entities.

A message is compared with the examples of each intent by the distance of their embeddings, after entities have been
replaced by their kind on both sides. Cue words and the entities that an intent needs adjust the score. A weak match is
out of scope; a close race is unsure, and the answer asks back with the two likeliest readings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from copilot.catalogue_names import covers, words_of
from copilot.cleaning import clean_text
from copilot.entities import Entities, EntityReader, ReadMessage
from copilot.errors import QuestionTooLong, UnsupportedLanguage
from copilot.intents import ABOUT_A_PRODUCT, CUE_BONUS, TEMPERATURE, Intent, IntentMatcher

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.phrases import Phrases
    from retrieval.encoder import TextEncoder

__all__ = ["QUESTION_LIMIT", "Entities", "Intent", "Question", "QuestionParser", "question_from_json"]

QUESTION_LIMIT = 2_000  # characters; a longer message is almost surely pasted by mistake
UNSURE_MARGIN = 0.15  # between the two likeliest readings; below it the answer asks back
SHOWN_CANDIDATES = 5  # products listed when a name is a toss-up


@dataclass(frozen=True)
class Question:
    """An operator's message as it was understood.

    Attributes:
        text: the message, cleaned of control characters.
        intent: the likeliest reading.
        entities: what the message names.
        confidence: 0..1, the share of evidence for `intent` among all intents.
        lang: the language that the answer is written in.
        alternatives: the likeliest intents with their confidence, best first (the first one is `intent`).
        ambiguous_products: ids that a named product could stand for; the plan may still decide among them.
        product_words: the words that name a product loosely, or search for one.
        exact: False when `ambiguous_products` are only the nearest products to `product_words`.
    """

    text: str
    intent: Intent
    entities: Entities
    confidence: float
    lang: str = "en"
    alternatives: tuple[tuple[Intent, float], ...] = ()
    ambiguous_products: tuple[str, ...] = ()
    product_words: str = ""
    exact: bool = True

    @property
    def unsure(self) -> bool:
        """Say whether the two likeliest readings are too close to choose between them."""
        return len(self.alternatives) > 1 and self.alternatives[0][1] - self.alternatives[1][1] < UNSURE_MARGIN

    def to_json(self) -> dict[str, object]:
        """Return the question as `ask --json` prints it."""
        entities = {
            "products": list(self.entities.products),
            "weeks": [week.isoformat() for week in self.entities.weeks],
            "placements": list(self.entities.placements),
            "groups": list(self.entities.groups),
            "numbers": list(self.entities.numbers),
        }
        return {"intent": self.intent.value, "entities": entities, "confidence": round(self.confidence, 3)}


def question_from_json(data: Mapping, text: str = "", lang: str = "en") -> Question:
    """Restore what a stored answer kept of its question, as the context of a follow-up."""
    found = data["entities"]
    entities = Entities(
        products=tuple(found["products"]),
        weeks=tuple(date.fromisoformat(week) for week in found["weeks"]),
        placements=tuple(found["placements"]),
        groups=tuple(found["groups"]),
        numbers=tuple(found["numbers"]),
    )
    return Question(text, Intent(data["intent"]), entities, float(data["confidence"]), lang)


@dataclass
class QuestionParser:
    """Parses messages of one language about one workspace; the examples are encoded once.

    Args:
        encoder: the text encoder of the workspace.
        engine: for the plan's weeks, placements, groups and the catalogue.
        phrases: the language's examples.
    """

    encoder: TextEncoder
    engine: Engine
    phrases: Phrases

    @cached_property
    def reader(self) -> EntityReader:
        """The entity reader over the workspace's catalogue."""
        return EntityReader(self.engine, self.phrases)

    @cached_property
    def matcher(self) -> IntentMatcher:
        """The intents' examples, encoded."""
        return IntentMatcher(self.encoder, self.phrases)

    def warm_up(self) -> None:
        """Encode the examples and read the catalogue's names now, so that the first question need not wait for it."""
        self.parse("help")

    def parse(self, text: str, lang: str = "en", previous: Question | None = None) -> Question:
        """Return the question that a message asks.

        `previous` is the question before it in the same conversation: "and in week 45?" then speaks of its product.

        Raises:
            QuestionTooLong: the message is over `QUESTION_LIMIT` characters.
            UnsupportedLanguage: the parser was made for another language.
            UnknownWeek: a week or day that no calendar has.
        """
        if len(text) > QUESTION_LIMIT:
            raise QuestionTooLong(
                f"The message has {len(text):,} characters; the limit is {QUESTION_LIMIT:,}. Ask a shorter question."
            )
        if lang != self.phrases.lang:
            raise UnsupportedLanguage(f"This parser reads {self.phrases.lang!r}, not {lang!r}.")
        cleaned = clean_text(text)
        read = self.reader.read(cleaned)
        scores = self.matcher.scores(read, cleaned)
        scores = _with_context(scores, read, cleaned, previous, self.phrases)
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        confidences = _softmax([score for _, score in ranked])
        alternatives = tuple((intent, share) for (intent, _), share in zip(ranked[:3], confidences, strict=False))
        question = Question(cleaned, ranked[0][0], read.entities, confidences[0], lang, alternatives)
        return self._with_products(question, read, previous)

    def _with_products(self, question: Question, read: ReadMessage, previous: Question | None) -> Question:
        """Fill in the products and groups that the words name loosely or that the conversation was about."""
        if read.unknown_id:
            return replace(question, product_words=f"#{read.unknown_id}", exact=False)
        if read.same_title:
            return replace(question, ambiguous_products=read.same_title)
        if question.intent is Intent.PRODUCT_SEARCH:
            return replace(question, product_words=" ".join(read.rest))
        if question.intent in (Intent.RHYTHM, Intent.PLANNED) and not question.entities.groups and read.rest:
            groups = self.reader.loose_groups(read.rest)
            if groups:
                return replace(question, entities=replace(question.entities, groups=groups))
            if question.intent is Intent.RHYTHM and read.rest_in_catalogue:
                return replace(question, product_words=" ".join(read.rest))
        if question.entities.products or question.intent in (Intent.HELP, Intent.OUT_OF_SCOPE, Intent.RHYTHM):
            return question
        if read.rest:
            return self._loosely_named(question, read.rest)
        inherited = previous.entities.products if previous and question.intent in _MAY_INHERIT else ()
        if inherited and not (question.intent is Intent.PLANNED and question.entities.weeks):
            return replace(question, entities=replace(question.entities, products=inherited))
        return question

    def _loosely_named(self, question: Question, rest: Sequence[str]) -> Question:
        """Search the catalogue for the words that are left: a name in part, or with a typing error."""
        wanted = [self.reader.names.mend(word) for word in rest]
        words = " ".join(wanted)
        hits = self.engine.search.search(words, k=2 * SHOWN_CANDIDATES)
        fitting = [hit.product_id for hit in hits if covers(f"{hit.title} {hit.category}", wanted)]
        if question.intent in (Intent.PLANNED, Intent.BRIEF) and not fitting:
            return question
        if len(fitting) == 1:
            return replace(question, entities=replace(question.entities, products=(fitting[0],)), product_words=words)
        nearest = fitting or [hit.product_id for hit in hits[:SHOWN_CANDIDATES]]
        return replace(question, ambiguous_products=tuple(nearest), product_words=words, exact=bool(fitting))


_MAY_INHERIT = ABOUT_A_PRODUCT | {Intent.BRIEF, Intent.PLANNED}


def _with_context(
    scores: dict[Intent, float], read: ReadMessage, text: str, previous: Question | None, phrases: Phrases
) -> dict[Intent, float]:
    """Lean towards the question before when a message only adds an entity to it: "and in week 45?"."""
    openers = phrases.parsing["follow_up"]
    assert isinstance(openers, Sequence)
    words = words_of(text)
    opens = any(words[: len(words_of(str(opener)))] == words_of(str(opener)) for opener in openers)
    if previous is None or previous.intent in (Intent.HELP, Intent.OUT_OF_SCOPE) or not opens or len(words) > 8:
        return scores
    adds_slot = bool(read.entities.weeks or read.entities.placements or read.entities.shift_weeks)
    continued = previous.intent
    if continued in (Intent.WHY_HERE, Intent.FORECAST, Intent.SIMILAR) and adds_slot and not read.entities.products:
        continued = Intent.WHAT_IF_MOVE
    return {**scores, continued: scores[continued] + 3 * CUE_BONUS}


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    weights = [math.exp((score - top) / TEMPERATURE) for score in scores]
    return [weight / sum(weights) for weight in weights]
