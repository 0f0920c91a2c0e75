"""Intents of a script without spaces: read by the characters of a message, as no encoder at hand knows the language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from copilot.catalogue_names import words_of
from copilot.character_encoder import CharacterEncoder
from copilot.intents import Intent, IntentMatcher, log_shares
from copilot.phrases import load_phrases

if TYPE_CHECKING:
    from pathlib import Path

    from copilot.phrases import Phrases
    from copilot.read_message import ReadMessage
    from retrieval.cache import EmbeddingCache

_PENALTY = 10.0  # inverse strength of the model's L2 penalty
_TOLERANCE = 1e-3  # of the fit's gradient; a finer one changes no reading
_CHARACTERS_OF_A_WORD = 2  # about
_FLOOR_SHARE = 0.2  # of the typical similarity among the examples themselves; below it nothing matches
_FAR = 3.0  # log-odds by which a message that is like nothing is out of scope


class CharacterMatcher(IntentMatcher):
    """Log-probabilities of the intents from character n-grams and cues, by a linear model.

    Args:
        phrases: the language's examples and cues.
        without: a family of phrasing that nothing is learned from, to see how it fares as a new way to ask.
    """

    def __init__(self, phrases: Phrases, without: str = "") -> None:
        examples = [text for words in phrases.intents.values() for text in words.examples]
        super().__init__(CharacterEncoder([masked_words(text, phrases) for text in examples]), phrases, without=without)

    def concerns(self, intent: Intent, text: str) -> bool:
        """Say whether a message holds a cue of an intent, or a word of the plan."""
        return self.holds_cue(intent, text) or any(word in text for word in self._domain)

    def _learn(self, kept: Path | None, examples: Sequence[tuple[Intent, str]], cache: EmbeddingCache | None) -> None:
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        embeddings, features = self._seen([text for _, text in examples], cache)
        intents = [intent for intent, _ in examples]
        self._linear = LogisticRegression(C=_PENALTY, max_iter=200, tol=_TOLERANCE)
        with threadpool_limits(1):  # the matrices are too small to share between threads
            # One value in two hundred is not 0, so that sparse rows are fitted several times as fast.
            self._linear.fit(csr_matrix(np.hstack([embeddings, features])), [intent.value for intent in intents])
        self._names = [str(name) for name in self._linear.classes_]
        # How many examples an intent has says nothing about how often it is asked, which characters alone would follow.
        counts = np.array([sum(intent == name for intent in intents) for name in self._names])
        self._evened = np.median(counts) / counts
        self._known = csr_matrix(embeddings[[intent is not Intent.OUT_OF_SCOPE for intent in intents]])
        among = (self._known @ self._known.T).toarray()
        np.fill_diagonal(among, -1.0)
        self._floor = _FLOOR_SHARE * float(np.median(among.max(axis=1)))

    def _weighed(self, plain: Sequence[str], features: np.ndarray, read: ReadMessage, text: str) -> dict[Intent, float]:
        embeddings = self._encoder.encode(plain)
        shares = self._linear.predict_proba(np.hstack([embeddings, features]))
        scores = log_shares(self._names, shares.mean(axis=0) * self._evened)
        nearest = float((self._known @ embeddings.T).max())
        if nearest < self._floor and not self._concerns_the_plan(read, text):
            scores[Intent.OUT_OF_SCOPE] = max(scores.values()) + _FAR
        return scores

    def _concerns_the_plan(self, read: ReadMessage, text: str) -> bool:
        """Say whether a message that is like no example still names something of the plan or holds a cue."""
        found = read.entities
        named = found.products or found.weeks or found.placements or found.groups or read.rest_in_catalogue
        return bool(named) or any(self.concerns(intent, text) for intent in Intent if intent is not Intent.OUT_OF_SCOPE)

    def _variants(self, masked: str) -> tuple[str, ...]:
        """Return a masked message, and without its courtesies."""
        bare = self._courtesies.sub(" ", masked)
        return tuple(dict.fromkeys((masked, bare))) if words_of(bare) else (masked,)

    def plain(self, masked: str) -> str:
        """Return a masked message without what stands for entities."""
        return masked_words(masked, self._phrases)

    def _n_words(self, cue: str) -> float:
        return len(cue) / _CHARACTERS_OF_A_WORD

    def _first_word(self, cue: str) -> str:
        return ""  # no word can be told from the next, so a text is looked through for every cue

    def _first_words(self, text: str) -> tuple[str, ...]:
        return ("",)

    def _padded(self, text: str) -> str:
        """Return a text without what is no word: a phrase is looked for anywhere."""
        return "".join(words_of(text))


def masked_words(masked: str, phrases: Phrases) -> str:
    """Return a masked message as it is encoded: each kind of entity as the words that stand for it."""
    mask = phrases.parsing["mask"]
    assert isinstance(mask, Mapping)
    masked = re.sub(r"\b(PRODUCT|GROUP)(?:\W+\1)+\b", r"\1", masked)
    for kind, words in mask.items():
        masked = re.sub(rf"\b{kind}\b", str(words), masked)
    plain = masked.strip(" ?!.").lower()
    if not phrases.lexicon.unspaced:
        return plain
    return _alike(phrases.lang).sub(lambda match: _same_words(phrases.lang).get(match[0], match[0]), plain)


@lru_cache(maxsize=4)
def _same_words(lang: str) -> dict[str, str]:
    """Return the words that say the same as another one -> that one."""
    table = load_phrases(lang).parsing["same"]
    assert isinstance(table, Mapping)
    return {str(other): str(word) for word, others in table.items() for other in others}


@lru_cache(maxsize=4)
def _alike(lang: str) -> re.Pattern[str]:
    words = sorted({*_same_words(lang), *_same_words(lang).values()}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))
