"""Evaluation of understanding: intents, entities and abstention on questions about the fixed shop.

The questions stand in families of phrasing; those left out of development say how a new way to ask fares.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from copilot.abstention import abstains
from copilot.character_intents import CharacterMatcher
from copilot.chosen_products import settled
from copilot.errors import OPERATOR_ERRORS
from copilot.intents import IntentMatcher
from copilot.phrases import load_evaluation, load_phrases
from copilot.question_shop import QuestionShop
from copilot.questions import Question, QuestionParser
from retrieval.progress import Progress, silent

if TYPE_CHECKING:
    from retrieval.encoder import TextEncoder

DEVELOPMENT, LEFT_OUT = "development", "left out"
_FILES = ("questions.toml", "questions_left_out.toml")
KINDS = ("products", "weeks", "placements", "groups", "numbers")
Named = frozenset[tuple[str, object]]  # (kind, value)


@dataclass(frozen=True)
class Expected:
    """One question of the set: its family, what it asks and names, whether no answer is right, the turns before it."""

    family: str
    split: str
    text: str
    intent: str
    named: Named
    abstains: bool
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What was understood of one question."""

    expected: Expected
    intent: str
    named: Named
    abstained: bool

    @property
    def right(self) -> bool:
        """Say whether the intent is the expected one."""
        return self.intent == self.expected.intent


def evaluate_understanding(encoder: TextEncoder, lang: str = "en") -> dict[str, Any]:
    """Read every question of the set and count what was understood.

    Returns:
        intent_accuracy, entity_f1, abstention_precision, abstention_recall over the families left out, and
        understanding: the same by intent, family and kind, and what was confused.
    """
    left_out = read_all([one for one in load_questions(lang) if one.split == LEFT_OUT], encoder, lang)
    return summary(left_out) | {"understanding": _details(left_out)}


def load_questions(lang: str = "en") -> tuple[Expected, ...]:
    """Return the questions of the set, in order."""
    return tuple(
        _expected(family, row)
        for name in _FILES
        for family in load_evaluation(name, lang)["families"]
        for row in family["questions"]
    )


def read_all(questions: Sequence[Expected], encoder: TextEncoder, lang: str = "en") -> list[Reading]:
    """Parse the questions about the fixed shop, each after the one before it where it has one."""
    shop, parser = _shop(encoder, lang)
    return [_read(parser, shop, one, lang) for one in questions]


def read_as_new(questions: Sequence[Expected], encoder: TextEncoder, lang: str = "en") -> list[Reading]:
    """Parse questions as `read_all` does, each family as if it were a new way to ask: nothing is learned from it."""
    shop, parser = _shop(encoder, lang)
    readings: list[Reading] = []
    for family, group in _grouped(questions, lambda one: one.family):
        unspaced = parser.phrases.lexicon.unspaced
        parser.matcher = (
            CharacterMatcher(parser.phrases, without=family)
            if unspaced
            else IntentMatcher(encoder, parser.phrases, without=family)
        )
        readings += [_read(parser, shop, one, lang) for one in group]
    return readings


def _shop(encoder: TextEncoder, lang: str) -> tuple[QuestionShop, QuestionParser]:
    shop = QuestionShop(load_evaluation("shop.toml"), encoder)  # one shop for all languages
    return shop, QuestionParser(encoder, shop, load_phrases(lang))  # pyright: ignore[reportArgumentType]


class RememberingEncoder:
    """An encoder that encodes each text once, for the many models that see the same examples."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder, self._known = encoder, dict[str, np.ndarray]()
        self.name, self.dimension = encoder.name, encoder.dimension

    def encode(self, texts: Sequence[str], progress: Progress = silent) -> np.ndarray:
        """Return (n_texts, dimension) float32, as the encoder does."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, self._encoder.encode(new, progress), strict=True))
        return np.array([self._known[text] for text in texts], np.float32).reshape(len(texts), self.dimension)


def _read(parser: QuestionParser, shop: QuestionShop, one: Expected, lang: str) -> Reading:
    def parse(text: str, previous: Question | None = None) -> Question:
        return settled(parser.parse(text, lang, previous), shop.stored, shop)  # pyright: ignore[reportArgumentType]

    try:
        previous = None
        for text in one.after:
            previous = parse(text, previous)
        question = parse(one.text, previous)
    except OPERATOR_ERRORS:  # such as a week that no calendar has: the operator is told
        return Reading(one, "", frozenset(), True)
    abstained = abstains(question, shop.stored, shop)  # pyright: ignore[reportArgumentType]
    return Reading(one, question.intent.value, _named(question), abstained)


def summary(readings: Sequence[Reading]) -> dict[str, float]:
    """Return the shares over some readings."""
    abstained = [one for one in readings if one.abstained]
    should = [one for one in readings if one.expected.abstains]
    both = sum(one.expected.abstains for one in abstained)
    return {
        "n_understood": len(readings),
        "intent_accuracy": _share(sum(one.right for one in readings), len(readings)),
        "entity_f1": _f1(readings),
        "abstention_precision": _share(both, len(abstained)),
        "abstention_recall": _share(both, len(should)),
    }


def _details(readings: Sequence[Reading]) -> dict[str, Any]:
    confused = Counter(f"{one.expected.intent} read as {one.intent or 'nothing'}" for one in readings if not one.right)
    return {
        "by_family": {name: summary(group) for name, group in _grouped(readings, lambda one: one.expected.family)},
        "by_intent": {
            name: _share(sum(one.right for one in group), len(group))
            for name, group in _grouped(readings, lambda one: one.expected.intent)
        },
        "entity_f1_by_kind": {kind: _f1(readings, kind) for kind in (*KINDS, "shift_weeks", "wish")},
        "confusions": dict(confused.most_common()),
        "misread": [
            {"text": one.expected.text, "expected": one.expected.intent, "read": one.intent}
            for one in readings
            if not one.right
        ],
    }


def _expected(family: Mapping[str, Any], row: Mapping[str, Any]) -> Expected:
    named = {(kind, _value(kind, item)) for kind in KINDS for item in row.get(kind, ())}
    named |= {(kind, row[kind]) for kind in ("shift_weeks", "wish") if kind in row}
    return Expected(
        family=family["name"],
        split=family["split"],
        text=row["text"],
        intent=row["intent"],
        named=frozenset(named),
        abstains=bool(row.get("abstains", False)),
        after=(after,) if isinstance(after := row.get("after", ()), str) else tuple(after),
    )


def _named(question: Question) -> Named:
    found = question.entities
    named: set[tuple[str, object]] = {(kind, item) for kind in KINDS for item in getattr(found, kind)}
    if found.shift_weeks is not None:
        named.add(("shift_weeks", found.shift_weeks))
    if question.wish:
        named.add(("wish", question.wish))
    return frozenset(named)


def _value(kind: str, item: object) -> object:
    return date.fromisoformat(str(item)) if kind == "weeks" else item


def _f1(readings: Iterable[Reading], kind: str = "") -> float:
    """Return the F1 over all entities, or those of one kind."""
    hits = found = wanted = 0
    for one in readings:
        have = {item for item in one.named if kind in ("", item[0])}
        want = {item for item in one.expected.named if kind in ("", item[0])}
        hits, found, wanted = hits + len(have & want), found + len(have), wanted + len(want)
    return _share(2 * hits, found + wanted)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _grouped(items: Sequence[Any], key: Any) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for one in items:
        groups[key(one)].append(one)
    return sorted(groups.items())
