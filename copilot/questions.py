"""Questions: an operator's message parsed into a closed intent and entities.

A message is compared with the examples of each intent by the distance of their embeddings, after entities have been
replaced by their kind on both sides. Cue words and the entities that an intent needs adjust the score. A weak match is
out of scope; a close race is unsure, and the answer asks back with the two likeliest readings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from copilot.catalogue_names import covers, words_of
from copilot.changes import Change, read_change
from copilot.cleaning import clean_text
from copilot.entities import Entities, EntityReader, ReadMessage
from copilot.errors import QuestionTooLong, UnsupportedLanguage
from copilot.intents import (
    ABOUT_A_PRODUCT,
    ABOUT_THE_PLAN,
    CUE_BONUS,
    SPEAKS_OF_NO_PRODUCT,
    TEMPERATURE,
    Intent,
    IntentMatcher,
)

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
        text: the message, cleaned of control characters, with typing errors mended.
        intent: the likeliest reading.
        entities: what the message names.
        confidence: 0..1, the share of evidence for `intent` among all intents.
        lang: the language that the answer is written in.
        alternatives: the likeliest intents with their confidence, best first (the first one is `intent`).
        ambiguous_products: ids that a named product could stand for; the plan may still decide among them.
        product_words: the words that name a product loosely, or search for one.
        exact: False when `ambiguous_products` are only the nearest products to `product_words`.
        named: for each name in the message, the ids that it could mean.
        of_launches: True when the message speaks of launches together rather than of one product.
        change: what a "what if" supposes beyond a move.
        mended: True when typing errors were mended, so that the answer says how it read the message.
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
    named: tuple[tuple[str, ...], ...] = ()
    of_launches: bool = False
    change: Change | None = None
    mended: bool = False

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
        written = clean_text(text)
        if not words_of(written):
            return Question("", Intent.HELP, Entities(), 1.0, lang)
        if self._is_courtesy(written):
            return Question(written, Intent.HELP, Entities(), 1.0, lang)
        cleaned = self.reader.mended(written)
        read = self.reader.read(cleaned)
        scores = self.matcher.scores(read, cleaned)
        scores = _with_context(scores, read, cleaned, previous, self.phrases)
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        confidences = _softmax([score for _, score in ranked])
        alternatives = tuple((intent, share) for (intent, _), share in zip(ranked[:3], confidences, strict=False))
        intent = ranked[0][0]
        if previous is None and _is_bare(read):
            intent, alternatives = Intent.PLANNED, ()
        together = re.search(str(self.phrases.parsing["launches_together"]), cleaned, re.IGNORECASE) is not None
        question = Question(
            cleaned,
            intent,
            read.entities,
            confidences[0],
            lang,
            alternatives,
            named=read.named,
            of_launches=together and not read.entities.products,
            mended=cleaned != written,
        )
        compared = self._of_the_compared(question, read, previous)
        if compared is not None:
            return compared
        return self._within_scope(self._with_products(self._with_change(question), read, previous), read)

    def _of_the_compared(self, question: Question, read: ReadMessage, previous: Question | None) -> Question | None:
        """Read "which one sells more?" and "the second one" as about the two products compared before, or None."""
        pair = previous.entities.products[:2] if previous and previous.intent is Intent.COMPARE else ()
        found = question.entities
        if len(pair) < 2 or read.rest or found.products or found.groups or question.of_launches:
            return None
        for key, product in zip(("of_first", "of_second"), pair, strict=True):
            if match := re.search(str(self.phrases.parsing[key]), question.text, re.IGNORECASE):
                alone = not set(words_of(question.text.replace(match[0], " "))) - _FILLERS
                intent = question.intent if question.intent in _MAY_INHERIT and not alone else Intent.PLANNED
                one = replace(found, products=(product,))
                return self._with_change(replace(question, intent=intent, entities=one, alternatives=()))
        weighs = question.intent in _WEIGHS_UP and not (found.weeks or found.placements)
        if not (weighs and re.search(str(self.phrases.parsing["of_both"]), question.text, re.IGNORECASE)):
            return None
        named = tuple((one,) for one in pair)
        both = replace(found, products=pair)
        return replace(question, intent=Intent.COMPARE, entities=both, named=named, alternatives=())

    def _is_courtesy(self, text: str) -> bool:
        return set(words_of(text)) <= set(str(self.phrases.parsing["courtesies"]).split())

    def _within_scope(self, question: Question, read: ReadMessage) -> Question:
        """Take no message for the whole plan's overview when it holds words that nothing here knows.

        Beside words of the plan they are kept, so that the answer asks back about them; else it is out of scope.
        """
        found = question.entities
        off_topic = re.search(str(self.phrases.parsing["off_topic"]), question.text, re.IGNORECASE) is not None
        if off_topic and not (found.products or found.weeks or found.placements or read.unknown_id):
            return replace(question, intent=Intent.OUT_OF_SCOPE, entities=Entities(text=found.text), alternatives=())
        narrowed = found.products or found.weeks or found.placements or found.groups or question.ambiguous_products
        if question.intent is not Intent.PLANNED or narrowed or not read.rest:
            return question
        if not (question.product_words or self.matcher.concerns(Intent.PLANNED, question.text)):
            return replace(question, intent=Intent.OUT_OF_SCOPE, alternatives=())
        return replace(question, product_words=question.product_words or " ".join(read.rest), exact=False)

    def _with_change(self, question: Question) -> Question:
        """Read what a "what if" supposes; one that is spelled out decides how the message is read."""
        likely = question.intent in (Intent.WHAT_IF, Intent.WHAT_IF_MOVE)
        change = read_change(
            question.text, question.entities, self.phrases.parsing, self.phrases.lexicon, likely=likely
        )
        moves = question.intent is Intent.WHAT_IF_MOVE and change is not None and change.kind == "drop"
        if change is None or (moves and question.entities.shift_weeks is not None):
            return question
        return replace(question, intent=Intent.WHAT_IF, change=change, alternatives=((Intent.WHAT_IF, 1.0),))

    def _with_products(self, question: Question, read: ReadMessage, previous: Question | None) -> Question:
        """Fill in the products and groups that the words name loosely or that the conversation was about."""
        found = question.entities
        weighs = re.search(str(self.phrases.parsing["weighs"]), question.text, re.IGNORECASE) is not None
        if weighs and found.text.count("PLACEMENT") > 1 and not (found.products or read.named or question.change):
            return replace(question, intent=Intent.WHY_HERE, alternatives=())  # it tells what each of them brought
        if question.intent is Intent.PRODUCT_SEARCH and not (read.unknown_id or read.same_title):
            return replace(question, product_words=" ".join(read.rest))
        if question.intent in SPEAKS_OF_NO_PRODUCT:
            return question
        if read.unknown_id:
            return replace(question, product_words=f"#{read.unknown_id}", exact=False)
        if read.same_title:
            return replace(question, ambiguous_products=read.same_title)
        if found.products:
            return question
        if self._names_groups(question, read) or self._is_category(question, read.rest):
            return self._in_groups(question, read.rest)
        if found.groups and not read.rest and question.intent in ABOUT_A_PRODUCT and not question.of_launches:
            meant = self.reader.names.waiting_named(read.group_words)
            return replace(question, ambiguous_products=meant, product_words=" ".join(read.group_words))
        if read.rest:
            return self._loosely_named(question, read.rest)
        return self._inherited(question, previous)

    def _names_groups(self, question: Question, read: ReadMessage) -> bool:
        """Say whether the words that are left name categories rather than a product."""
        about_one = question.intent in ABOUT_A_PRODUCT | {Intent.PAST_SALES, Intent.COMPARE, Intent.LOCKS}
        if not read.rest or question.entities.groups or (about_one and not question.of_launches):
            return question.of_launches or question.intent in ABOUT_THE_PLAN - {Intent.PLANNED}
        groups, n_words = self.reader.loose_groups(read.rest)
        one_product = question.intent not in ABOUT_THE_PLAN - {Intent.PLANNED} and not question.of_launches
        product = one_product and self.reader.names.waiting_named([self.reader.names.mend(w) for w in read.rest])
        return not one_product or (bool(groups) and (n_words == len(read.rest) or not product))

    def _is_category(self, question: Question, rest: Sequence[str]) -> bool:
        """Say whether words that would name a product name a whole category, and too many products to ask back."""
        if question.intent not in (Intent.WHY_HERE, Intent.WHY_NOT, Intent.FORECAST) or not rest:
            return False
        wanted = tuple(self.reader.names.mend(word) for word in rest)
        headed = self.reader.names.waiting_headed(wanted)
        many = len(self.reader.names.waiting_named(wanted)) > SHOWN_CANDIDATES
        return many and not headed and self.reader.loose_groups(rest)[1] == len(rest)

    def _in_groups(self, question: Question, rest: Sequence[str]) -> Question:
        if question.entities.groups or not rest:
            return question
        groups, n_words = self.reader.loose_groups(rest)
        if groups and 2 * n_words >= len(rest):
            return replace(question, entities=replace(question.entities, groups=groups))
        known = any(map(self.reader.names.knows, rest))
        return replace(question, product_words=" ".join(rest)) if known else question

    def _inherited(self, question: Question, previous: Question | None) -> Question:
        """Take the product of the question before, where this one can be about it."""
        products = previous.entities.products if previous and question.intent in _MAY_INHERIT else ()
        about_the_plan = question.of_launches or (question.intent is Intent.PLANNED and question.entities.weeks)
        if not products or about_the_plan or (question.change and question.change.kind in ("cap", "capacity")):
            return question
        return replace(question, entities=replace(question.entities, products=products[:1]))

    def _loosely_named(self, question: Question, rest: Sequence[str]) -> Question:
        """Find the products that the words name in part, or with a typing error: candidates before what is on sale."""
        wanted = [self.reader.names.mend(word) for word in rest]
        words = " ".join(wanted)
        hits = self.engine.search.search(words, k=2 * SHOWN_CANDIDATES)
        fitting = self.reader.names.waiting_named(wanted)
        fitting = fitting or tuple(hit.product_id for hit in hits if covers(f"{hit.title} {hit.category}", wanted))
        if question.intent in (Intent.PLANNED, Intent.BRIEF) and not fitting:
            known = self.reader.names.knows
            return replace(question, product_words=words if all(map(known, rest)) else "", exact=False)
        if len(fitting) == 1:
            return replace(question, entities=replace(question.entities, products=(fitting[0],)), product_words=words)
        nearest = fitting or tuple(hit.product_id for hit in hits[:SHOWN_CANDIDATES])
        return replace(question, ambiguous_products=nearest, product_words=words, exact=bool(fitting))


_MAY_INHERIT = ABOUT_A_PRODUCT | {
    Intent.BRIEF,
    Intent.PLANNED,
    Intent.WHAT_IF,
    Intent.PAST_SALES,
    Intent.REVENUE,
    Intent.LOCKS,
}
_WEIGHS_UP = frozenset(
    {Intent.COMPARE, Intent.EXTREMES, Intent.FORECAST, Intent.PLANNED, Intent.OUT_OF_SCOPE, Intent.PAST_SALES}
    | {Intent.PRODUCT_SEARCH, Intent.HELP}
)
_FILLERS = frozenset({"and", "what", "how", "about", "one", "s", "is"})


def _is_bare(read: ReadMessage) -> bool:
    """Say whether a message only names something: "red grapes", "week 44"."""
    left = re.sub(r"\b(?:PRODUCT|WEEK|PLACEMENT|GROUP)\b", " ", read.entities.text)
    return (left != read.entities.text and not words_of(left)) or (bool(read.rest) and words_of(left) == read.rest)


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
    about_one = continued in (Intent.WHY_HERE, Intent.FORECAST, Intent.SIMILAR)
    about_one = about_one or (continued is Intent.PLANNED and bool(previous.entities.products))
    if about_one and adds_slot and not read.entities.products:
        continued = Intent.WHAT_IF_MOVE
    return {**scores, continued: scores[continued] + 3 * CUE_BONUS}


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    weights = [math.exp((score - top) / TEMPERATURE) for score in scores]
    return [weight / sum(weights) for weight in weights]
