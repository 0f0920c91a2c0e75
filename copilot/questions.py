"""Questions: an operator's message parsed into a closed intent and entities.

A message is put in plain words, its entities are replaced by their kind, and a model of the examples says how likely
each intent is, "out of scope" among them. The entities that an intent needs and the question before settle near
readings. A close race is unsure, and the answer asks back with the two likeliest readings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from copilot.catalogue_names import words_of
from copilot.category_reading import SHOWN_CANDIDATES
from copilot.changes import read_change
from copilot.character_intents import CharacterMatcher
from copilot.cleaning import clean_text
from copilot.compared_sides import of_the_kin
from copilot.conversation_context import (
    leaning,
    of_a_number,
    of_that_week,
    of_the_compared,
    of_the_shown,
    of_those,
    read_wish,
    still_meant,
    takes_up,
    wished,
    with_pronouns,
    with_the_one_before,
)
from copilot.elsewhere import speaks_of_elsewhere
from copilot.entities import Entities, EntityReader, ReadMessage
from copilot.errors import QuestionTooLong, UnsupportedLanguage
from copilot.goods_sense import SURELY, GoodsSense
from copilot.intents import FOLLOW_UP_LEAD, KINDS, Intent, IntentMatcher
from copilot.left_aside import as_a_list, without_their_names
from copilot.message_marks import is_of_another_script, without_marks
from copilot.message_spacing import says_only
from copilot.open_weeks import in_open_weeks
from copilot.phrases import load_phrases
from copilot.plan_words import by_words_of_the_plan
from copilot.product_reading import ProductReading
from copilot.question import UNSURE_MARGIN, Question, question_from_json
from copilot.restrictions import restricting, still_left_out
from copilot.settled_intents import (
    SURE,
    barred,
    by_its_parts,
    is_bare,
    names_of,
    side_by_side,
    weighed_up,
    with_the_other_kind,
    without_a_product,
    without_their_kind,
)
from copilot.settled_words import by_its_words
from copilot.several_changes import as_one_change
from copilot.shared_names import picked_by_a_word
from copilot.short_turns import of_the_same
from copilot.stray_words import StrayWords
from copilot.taught_intents import taught_for
from copilot.told_products import of_the_told
from copilot.trade_words import in_own_words
from copilot.turns import (
    as_before,
    asked_of_the_other,
    corrected,
    in_the_supposed_slot,
    is_of_no_other,
    narrowing,
    of_another_amount,
    of_another_part,
    of_the_other,
    of_the_shown_there,
    of_the_thread,
    of_these_two,
    other_than_the_one_before,
    with_those_beside,
    without_the_dismissed,
)
from copilot.whole_plan_words import by_words_of_the_whole
from retrieval.cache import EmbeddingCache

if TYPE_CHECKING:
    from copilot.conversation_context import Wish
    from copilot.engine import Engine
    from copilot.phrases import Phrases
    from retrieval.encoder import TextEncoder

__all__ = [
    "QUESTION_LIMIT",
    "SHOWN_CANDIDATES",
    "UNSURE_MARGIN",
    "Entities",
    "Intent",
    "Question",
    "QuestionParser",
    "question_from_json",
]

LEAST_OUT_OF_SCOPE = 0.5  # of its share: beside what the plan knows, declining takes a majority
LEAST_BESIDE_TWO = 0.6  # the same where two products are set beside each other
QUESTION_LIMIT = 2_000  # characters; a longer message is almost surely pasted by mistake


_ARROW = re.compile(r"\s*(?:->|=>|→)\s*")


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
    def products(self) -> ProductReading:
        """What decides which products a question is about."""
        return ProductReading(self.engine, self.reader, self.phrases, self.goods)

    @cached_property
    def goods(self) -> GoodsSense:
        """What tells goods that the catalogue lacks from other words."""
        glossary = self.reader.glossary
        told_in = self.phrases if self.phrases.goods else load_phrases(glossary.lang)
        return GoodsSense(self.encoder, told_in, self._cache, glossary.names)

    @cached_property
    def strays(self) -> StrayWords:
        """What takes words off a product's name that are none of it."""
        parsing = self.phrases.parsing
        sets = (frozenset(str(parsing.get(key, "")).split()) for key in ("attributes", "packaging", "praising"))
        return StrayWords(self.reader.names, self.goods, *sets)

    @cached_property
    def matcher(self) -> IntentMatcher:
        """What tells the intents of messages."""
        if self.phrases.lexicon.unspaced:  # the workspace's encoder may not know the language
            return CharacterMatcher(self.phrases)
        return IntentMatcher(
            self.encoder, self.phrases, self._cache, taught=taught_for(self.encoder, self.phrases.lang)
        )

    @cached_property
    def _cache(self) -> EmbeddingCache | None:
        folder = getattr(self.engine.workspace, "cache", None)  # a shop in memory has none
        return EmbeddingCache(folder) if folder else None

    def warm_up(self) -> None:
        """Encode the examples and goods and read the catalogue's names now, so that no question waits for it."""
        self.parse("help", self.phrases.lang)
        self.goods.share("help")

    def parse(self, text: str, lang: str = "en", previous: Question | None = None) -> Question:
        """Return the question that a message asks.

        `previous` is the question before it in the same conversation: "and in week 45?" then speaks of its product.

        Raises:
            QuestionTooLong: the message is over `QUESTION_LIMIT` characters.
            UnsupportedLanguage: the parser was made for another language.
        """
        if len(text) > QUESTION_LIMIT:
            raise QuestionTooLong(
                f"The message has {len(text):,} characters; the limit is {QUESTION_LIMIT:,}. Ask a shorter question."
            )
        if lang != self.phrases.lang:
            raise UnsupportedLanguage(f"This parser reads {self.phrases.lang!r}, not {lang!r}.")
        written = self._written(text)
        if not words_of(written):
            return Question("", Intent.HELP, Entities(), 1.0, lang)
        if self._is_courtesy(written):
            return Question(written, Intent.HELP, Entities(), 1.0, lang)
        if is_of_another_script(written, self.reader.names.knows):
            return Question(written, Intent.OUT_OF_SCOPE, Entities(), 1.0, lang)
        if previous is not None and (wish := self._wish(written, previous)):
            return wished(previous, wish)
        if picked := of_the_shown(written, previous, self.phrases):
            return picked
        if same := of_the_same(written, previous, self.phrases, self.reader.names):
            return same
        previous = still_meant(written, previous, self.phrases)
        written = without_the_dismissed(written, self.phrases)
        question, read = self._understood(written, previous)
        if changed := of_another_amount(question.text, read, previous, self.phrases):
            return changed
        if other := asked_of_the_other(question, read, previous, self.phrases):
            return other
        if is_of_no_other(question, read, previous, self.phrases):
            previous = None
        question = of_another_part(self._completed(question, read, previous), read, previous, self.phrases)
        return with_those_beside(question, previous)

    def _wish(self, written: str, previous: Question) -> Wish:
        if takes_up(written, previous, self.phrases):
            return "again"
        return read_wish(written, self.phrases, lambda: self._names_nothing(written))

    def _names_nothing(self, written: str) -> bool:
        found = self.reader.read(written)
        return not (found.named or found.unknown_id or any(kind in found.entities.text for kind in KINDS))

    def _understood(self, written: str, previous: Question | None) -> tuple[Question, ReadMessage]:
        """Return the likeliest reading of a message by itself, with what it names."""
        cleaned = self.reader.mended(written)
        read = self.strays.without(self.reader.read(cleaned))
        read = with_pronouns(self.goods.settled(read), previous, self.phrases)
        scores = self.matcher.scores(read, cleaned)
        scores = leaning(scores, read, cleaned, previous, self.phrases)
        ranked = self._ranked(scores, read, cleaned, alone=previous is None)
        intent, confidence = ranked[0]
        alternatives = tuple(ranked[:3])
        if previous is None and is_bare(read):
            intent, alternatives = Intent.PLANNED, ()
        # Of a language without blanks the examples cannot tell how many weeks from which week.
        of_a_shift = (Intent.PLANNED, Intent.WHAT_IF) if self.phrases.lexicon.unspaced else (Intent.PLANNED,)
        if previous is None and intent in of_a_shift and read.entities.shift_weeks is not None:
            intent = intent if read.entities.weeks else Intent.WHAT_IF_MOVE  # "two weeks later?", of whatever it is
        together = re.search(str(self.phrases.parsing["launches_together"]), cleaned, re.IGNORECASE) is not None
        question = Question(
            cleaned,
            intent,
            read.entities,
            confidence,
            self.phrases.lang,
            alternatives,
            named=read.named,
            of_launches=together and not read.entities.products,
            mended=cleaned != written,
            points_back=re.search(str(self.phrases.parsing["points_back"]), cleaned, re.IGNORECASE) is not None,
        )
        return question, read

    def _ranked(
        self, scores: dict[Intent, float], read: ReadMessage, cleaned: str, *, alone: bool
    ) -> list[tuple[Intent, float]]:
        """Return the intents with their confidence, best first.

        A message without one known word is out of scope; beside what is known, being so takes more than a weak lead.
        """
        strange = {word for run in read.strange for word in run}
        if alone and not read.named and set(words_of(cleaned)) <= strange:  # "Paris"
            scores = {**scores, Intent.OUT_OF_SCOPE: max(scores.values()) + FOLLOW_UP_LEAD}
        best_first = sorted(scores, key=lambda intent: -scores[intent])
        ranked = list(zip(best_first, _softmax([scores[intent] for intent in best_first]), strict=True))
        weak = ranked[0][0] is Intent.OUT_OF_SCOPE and ranked[0][1] < LEAST_OUT_OF_SCOPE
        weak = weak or (ranked[0][0] is Intent.OUT_OF_SCOPE and _sets_two_apart(ranked, read))
        parts = read.entities.placements or read.entities.groups
        known = bool(parts) or names_of(read) > bool(read.strange) or self.matcher.concerns(ranked[1][0], cleaned)
        return ranked[1:] if weak and known else ranked

    def _completed(self, question: Question, read: ReadMessage, previous: Question | None) -> Question:
        """Return the question with what the one before, the catalogue and its own parts say of it."""
        compared = of_the_compared(question, read, previous, self.phrases)
        compared = compared or of_the_told(question, read, previous, self.phrases)
        if compared is not None:
            return self._with_change(compared)
        question = of_the_other(corrected(question, previous), read, previous, self.phrases)
        question = as_before(of_these_two(question, read, previous, self.phrases), read, previous)
        question = by_its_parts(self._with_change(question), read, self.matcher.holds_cue)
        question = restricting(question, read, previous, self.phrases)
        question = with_the_other_kind(question, read, self.phrases, self.reader.names.waiting_named)
        question = without_their_kind(question)
        question = by_its_words(side_by_side(question, read, self.phrases), read, previous, self.phrases)
        question = by_words_of_the_plan(question, read, previous, self.phrases, self.engine.weeks)
        question = weighed_up(without_a_product(question, read, previous), read, self.phrases)
        question = by_words_of_the_whole(question, read, previous, self.phrases, self.engine.weeks)
        question = in_the_supposed_slot(of_that_week(question, previous, self.phrases), previous, self.phrases)
        question = of_a_number(question, read, previous, self.engine.weeks)
        question = of_those(question, read, previous, self.phrases)
        question = narrowing(of_the_shown_there(question, read, previous), read, previous, self.phrases)
        question, read = without_their_names(as_a_list(question, read, self.phrases), read, self.reader)
        question = still_left_out(barred(self.products.fill(question, read, previous)), previous)
        question = of_the_kin(question, read, previous, self.reader.names, self.phrases)
        question = picked_by_a_word(question, read, previous, self.reader.names)
        question = of_the_thread(other_than_the_one_before(question, previous, self.phrases), previous)
        question = in_open_weeks(question, read, self.phrases, self.engine.weeks)
        question = with_the_one_before(self._within_scope(question, read), read, previous, self.phrases)
        if question.intent is Intent.OUT_OF_SCOPE:
            return replace(
                question, entities=Entities(text=read.entities.text), ambiguous_products=(), product_words=""
            )
        return as_one_change(question, previous, self.phrases)

    def read(self, text: str) -> tuple[str, ReadMessage]:
        """Return a message as it is meant, and its entities, whatever it asks."""
        mended = self.reader.mended(self._written(text))
        return mended, self.reader.read(mended)

    def _written(self, text: str) -> str:
        plain = _ARROW.sub(str(self.phrases.parsing["arrow"]), without_marks(clean_text(text)))
        return in_own_words(plain, self.phrases.lang, self.reader.is_of_a_name)

    def _is_courtesy(self, text: str) -> bool:
        return says_only(text, str(self.phrases.parsing["courtesies"]), self.phrases.lexicon)

    def _within_scope(self, question: Question, read: ReadMessage) -> Question:
        """Take no message for the whole plan's overview when it holds words that nothing here knows.

        Beside words of the plan they are kept, so that the answer asks back about them; else it is out of scope.
        """
        found = question.entities
        if speaks_of_elsewhere(found.text, self.phrases, lambda text: self.matcher.holds_cue(question.intent, text)):
            return replace(question, intent=Intent.OUT_OF_SCOPE, entities=Entities(text=found.text), alternatives=())
        off_topic = re.search(str(self.phrases.parsing["off_topic"]), question.text, re.IGNORECASE) is not None
        if off_topic and not (found.products or found.weeks or found.placements or read.unknown_id):
            return replace(question, intent=Intent.OUT_OF_SCOPE, entities=Entities(text=found.text), alternatives=())
        narrowed = found.products or found.weeks or found.placements or found.groups or question.ambiguous_products
        if question.intent is not Intent.PLANNED or narrowed or not read.rest:
            return question
        asks = question.product_words or self.matcher.concerns(Intent.PLANNED, question.text)
        if not asks and (question.confidence < SURE or (self.goods.share(" ".join(read.rest)) or 0.0) <= SURELY):
            return replace(question, intent=Intent.OUT_OF_SCOPE, alternatives=())
        return replace(question, product_words=question.product_words or " ".join(read.rest), exact=False)

    def _with_change(self, question: Question) -> Question:
        """Read what a "what if" supposes; one that is spelled out decides how a message is read that may be another."""
        likely = question.intent in (Intent.WHAT_IF, Intent.WHAT_IF_MOVE)
        change = read_change(
            self.reader.plain(question.text),
            question.entities,
            self.phrases.parsing,
            self.phrases.lexicon,
            likely=likely,
        )
        if re.search(str(self.phrases.parsing.get("asks_why", "(?!)")), question.text):
            supposes = question.intent is Intent.WHAT_IF and bool(question.named)
            question = replace(question, intent=Intent.WHY_NOT, alternatives=()) if supposes else question
            if question.intent in (Intent.WHY_HERE, Intent.WHY_NOT):
                return question
        drops = change is not None and change.kind == "drop"
        sure, found = question.confidence >= SURE, question.entities
        slots = found.weeks or found.placements or found.unknown_weeks
        moves = question.intent is Intent.WHAT_IF_MOVE and drops and (found.shift_weeks is not None or (sure and slots))
        if change is None or moves or (sure and not likely):
            return question
        return replace(question, intent=Intent.WHAT_IF, change=change, alternatives=((Intent.WHAT_IF, 1.0),))


def _sets_two_apart(ranked: Sequence[tuple[Intent, float]], read: ReadMessage) -> bool:
    """Say whether a message names two products and nothing strange, and a comparison is its next reading."""
    two = len(set(read.named)) > 1 and not read.strange
    return two and ranked[1][0] is Intent.COMPARE and ranked[0][1] < LEAST_BESIDE_TWO


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    return [weight / sum(weights) for weight in weights]
