"""Intents: the closed set of what can be asked, and how near a message is to the examples of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from copilot.catalogue_names import words_of
from copilot.entities import ReadMessage

if TYPE_CHECKING:
    from copilot.phrases import Phrases
    from retrieval.encoder import TextEncoder

TEMPERATURE = 0.06  # of the softmax over intent scores: a lead of 0.06 means e times as likely
CUE_BONUS = 0.10  # for the first cue of an intent, and half of that for the second
_AGAINST = 0.16  # for a phrase that speaks against an intent, such as "not" against "why here"
_ENTITY_BONUS = 0.06  # for naming what the intent is about, or against it for lacking it
_SECOND_READING = 0.04  # what a reading of loose words as a product or group is worth less than the words themselves
_FLOOR_SHARE = 0.72  # of the typical similarity among the examples themselves; below it nothing matches


class Intent(StrEnum):
    """The closed set of what the copilot can be asked."""

    WHY_HERE = "why_here"
    WHY_NOT = "why_not"
    WHAT_IF_MOVE = "what_if_move"
    FORECAST = "forecast"
    SIMILAR = "similar"
    SEARCH_DEMAND = "search_demand"
    RHYTHM = "rhythm"
    PLANNED = "planned"
    WHAT_IF = "what_if"
    EXTREMES = "extremes"
    LEFT_OUT = "left_out"
    COMPARE = "compare"
    PAST_SALES = "past_sales"
    REVENUE = "revenue"
    LOCKS = "locks"
    DATA = "data"
    METHOD = "method"
    BRIEF = "brief"
    PRODUCT_SEARCH = "product_search"
    HELP = "help"
    OUT_OF_SCOPE = "out_of_scope"


ABOUT_A_PRODUCT = frozenset(
    {Intent.WHY_HERE, Intent.WHY_NOT, Intent.WHAT_IF_MOVE, Intent.FORECAST, Intent.SIMILAR, Intent.SEARCH_DEMAND}
)


ABOUT_THE_PLAN = frozenset({Intent.RHYTHM, Intent.PLANNED, Intent.EXTREMES, Intent.LEFT_OUT})
"""Intents that a category's name narrows; the others take the same words for a product."""

SPEAKS_OF_NO_PRODUCT = frozenset({Intent.HELP, Intent.OUT_OF_SCOPE, Intent.DATA, Intent.METHOD})


class IntentMatcher:
    """Scores of the intents for a message, from the distance to their examples."""

    def __init__(self, encoder: TextEncoder, phrases: Phrases) -> None:
        self._encoder = encoder
        mask = phrases.parsing["mask"]
        assert isinstance(mask, Mapping)
        self._mask = {str(kind): str(words) for kind, words in mask.items()}
        self._examples = [(Intent(name), text) for name, words in phrases.intents.items() for text in words.examples]
        self._words = {Intent(name): words for name, words in phrases.intents.items()}
        self._cues = {intent: [_padded(cue) for cue in words.cues] for intent, words in self._words.items()}
        self._against = {intent: [_padded(cue) for cue in words.against] for intent, words in self._words.items()}
        self._domain = frozenset(str(phrases.parsing["domain"]).split())
        self._embeddings = encoder.encode([self._plain(text) for _, text in self._examples])  # (n_examples, dimension)
        self._rows = {intent: [i for i, (one, _) in enumerate(self._examples) if one is intent] for intent in Intent}
        self._floor = self._weakest_similarity()

    def scores(self, read: ReadMessage, text: str) -> dict[Intent, float]:
        """Return a score for each intent; a message that is like no example scores highest for OUT_OF_SCOPE."""
        variants = self._variants(read)
        similarity = self._encoder.encode(variants) @ self._embeddings.T  # (n_variants, n_examples)
        similarity[1:] -= _SECOND_READING
        similarity = similarity.max(axis=0)
        scores = {intent: _nearest(similarity[rows]) for intent, rows in self._rows.items()}
        bare = re.sub(rf"\b(?:{'|'.join(self._mask)})\b", " ", read.entities.text)
        texts = [_padded(text), _padded(bare)]
        cued = {intent: self._cue_score(intent, texts) for intent in Intent}
        best = max(scores.values())
        for intent in Intent:
            scores[intent] += cued[intent] + _entity_score(intent, read)
        if best < self._floor and not self._concerns_the_plan(read, text, cued):
            scores[Intent.OUT_OF_SCOPE] = max(scores.values()) + 3 * TEMPERATURE
        return scores

    def concerns(self, intent: Intent, text: str) -> bool:
        """Say whether a message holds a cue of an intent, or a word of the plan."""
        return self._cue_score(intent, [_padded(text)]) > 0 or bool(self._domain & set(words_of(text)))

    def _concerns_the_plan(self, read: ReadMessage, text: str, cued: Mapping[Intent, float]) -> bool:
        """Say whether a message that is like no example still names something of the plan or holds a cue."""
        found = read.entities
        named = found.products or found.weeks or found.placements or found.groups or read.rest_in_catalogue
        has_cue = any(score > 0 for intent, score in cued.items() if intent is not Intent.OUT_OF_SCOPE)
        return bool(named) or has_cue or bool(self._domain & set(words_of(text)))

    def _variants(self, read: ReadMessage) -> list[str]:
        """Return readings of the message: as it is masked, and with the words left over read as a product or group."""
        masked = read.entities.text
        variants = [self._plain(masked)]
        if read.rest_in_catalogue:
            for kind in ("PRODUCT", "GROUP"):
                swapped = masked
                for word in read.rest:
                    swapped = re.sub(rf"\b{re.escape(word)}(?:['’]s)?\b", kind, swapped, flags=re.IGNORECASE)
                variants.append(self._plain(re.sub(rf"\b{kind}(?:\W+{kind})+\b", kind, swapped)))
        return list(dict.fromkeys(variants))

    def _plain(self, masked: str) -> str:
        for kind, words in self._mask.items():
            masked = re.sub(rf"\b{kind}\b", words, masked)
        return masked.strip(" ?!.").lower()

    def _cue_score(self, intent: Intent, texts: Sequence[str]) -> float:
        """Return the bonus for the longest cue in the message (longer ones say more), less what speaks against."""
        found = [cue for cue in self._cues[intent] if any(cue in text for text in texts)]
        against = _AGAINST * any(phrase in text for phrase in self._against[intent] for text in texts)
        if not found:
            return -against - CUE_BONUS * self._words[intent].needs_cue
        longest = max(len(cue.split()) for cue in found)
        return CUE_BONUS * min(1.0, 0.5 + 0.25 * longest) + 0.5 * CUE_BONUS * (len(found) > 1) - against

    def _weakest_similarity(self) -> float:
        """Return the similarity below which a message is like no example, from the examples among themselves."""
        among = self._embeddings @ self._embeddings.T
        np.fill_diagonal(among, -1.0)
        scope = [i for i, (intent, _) in enumerate(self._examples) if intent is not Intent.OUT_OF_SCOPE]
        nearest = np.sort(among[np.ix_(scope, scope)].max(axis=1))
        return _FLOOR_SHARE * float(np.median(nearest))


def _padded(text: str) -> str:
    """Return the words of a text without apostrophes, between spaces, so that whole phrases can be looked for."""
    return f" {' '.join(words_of(text.replace('’', chr(39)).replace(chr(39), '')))} "


def _nearest(similarity: np.ndarray) -> float:
    """Return how near an intent's examples are: mostly the nearest one, partly the nearest three."""
    top = np.sort(similarity)[::-1][:3]
    return float(0.65 * top[0] + 0.35 * top.mean()) if top.size else 0.0


def _entity_score(intent: Intent, read: ReadMessage) -> float:
    """Return how well the named entities fit the intent."""
    found = read.entities
    has_product = bool(found.products or read.same_title or read.unknown_id)
    if intent in ABOUT_A_PRODUCT:
        score = _ENTITY_BONUS if has_product else (0.0 if read.rest else -_ENTITY_BONUS)
        moves = bool(found.weeks or found.placements or found.shift_weeks)
        if intent is Intent.WHAT_IF_MOVE:
            score += 0.5 * _ENTITY_BONUS if moves else -_ENTITY_BONUS
        return score
    if intent is Intent.COMPARE:
        return 2 * _ENTITY_BONUS if len(found.products) > 1 else -_ENTITY_BONUS
    if intent in (Intent.RHYTHM, Intent.EXTREMES, Intent.LEFT_OUT):
        return -_ENTITY_BONUS if has_product else (0.5 * _ENTITY_BONUS if found.groups else 0.0)
    if intent is Intent.PLANNED:
        return 0.5 * _ENTITY_BONUS if (found.weeks or found.placements or found.groups) and not has_product else 0.0
    if intent in SPEAKS_OF_NO_PRODUCT:
        return -_ENTITY_BONUS if has_product or found.weeks or found.placements else 0.0
    return 0.0
