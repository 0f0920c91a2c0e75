"""Intents: the closed set of what can be asked, and how likely each is for a message.

A model reads a message's embedding, its spelling, the cue words in it and the kinds of entities it names. It is fitted
in closed form on the examples of `prompts/`, once for a workspace. The on-board encoder was taught to tell intents as
well (`copilot.taught_intents`); then the two are averaged, since they err on different messages.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from copilot.catalogue_names import words_of
from copilot.entities import ReadMessage
from copilot.kernel_model import PENALTY, WIDTH, KernelModel, kept_model
from retrieval.encoder import HashingEncoder, encode_cached

if TYPE_CHECKING:
    from pathlib import Path

    from copilot.phrases import Phrases
    from copilot.taught_intents import TaughtIntents
    from retrieval.cache import EmbeddingCache
    from retrieval.encoder import TextEncoder

FOLLOW_UP_LEAD = 3.0  # log-odds towards the intent before, for a message that only adds an entity to it
_WEIGHT = 0.28  # of a cue or an entity beside an embedding of length 1
_SPELT, _BUCKETS = 0.5, 512  # of a message's hashed words and trigrams beside its embedding, and how many there are
_SECOND_CUE = 0.3
_FORMAT = 1  # raise it when a fitted model sees something else in the same examples
_SENTENCE_END = re.compile(r"(?<=[.!?;])[\"'”’)]*\s+|\n+|\s+[-–—]+\s+|[\"'”’],\s+")
_LEAST_WORDS = 3  # of a sentence that asks something
_PARTS = 2  # such sentences that are read by themselves
KINDS = ("PRODUCT", "WEEK", "PLACEMENT", "GROUP", "NUMBER")
"""What stands for an entity in a masked message."""


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
    RISKS = "risks"
    DRIVERS = "drivers"
    CHANGES = "changes"
    CONFIDENCE = "confidence"
    UNMET_DEMAND = "unmet_demand"
    AUDIENCE = "audience"
    COMPARE_PLANS = "compare_plans"
    DATA = "data"
    METHOD = "method"
    BRIEF = "brief"
    PRODUCT_SEARCH = "product_search"
    HELP = "help"
    OUT_OF_SCOPE = "out_of_scope"


ABOUT_A_PRODUCT = frozenset(
    {Intent.WHY_HERE, Intent.WHY_NOT, Intent.WHAT_IF_MOVE, Intent.FORECAST, Intent.SIMILAR, Intent.SEARCH_DEMAND}
    | {Intent.DRIVERS, Intent.AUDIENCE}
)
"""Intents that need a product."""

ABOUT_THE_PLAN = frozenset({Intent.RHYTHM, Intent.PLANNED, Intent.EXTREMES, Intent.LEFT_OUT})
"""Intents that a category's name narrows; the others take the same words for a product."""

SPEAKS_OF_NO_PRODUCT = frozenset(
    {Intent.HELP, Intent.OUT_OF_SCOPE, Intent.DATA, Intent.METHOD}
    | {Intent.CHANGES, Intent.COMPARE_PLANS, Intent.UNMET_DEMAND}
)
"""Intents that no product narrows."""

OF_A_PART_TOO = frozenset(
    {Intent.WHY_HERE, Intent.WHY_NOT, Intent.FORECAST, Intent.RISKS, Intent.CONFIDENCE, Intent.REVENUE}
)
"""Intents that speak of one product, or of the launches of a category together."""

MAY_INHERIT = ABOUT_A_PRODUCT | {
    Intent.BRIEF,
    Intent.PLANNED,
    Intent.WHAT_IF,
    Intent.PAST_SALES,
    Intent.REVENUE,
    Intent.LOCKS,
    Intent.RISKS,
    Intent.CONFIDENCE,
}
"""Intents that may be about the product of the question before."""


CueIndex = Mapping[str, Sequence[tuple[str, Intent]]]  # first word -> cues that begin with it


class IntentMatcher:
    """Log-probabilities of the intents for a message.

    Args:
        encoder: the text encoder of the workspace.
        phrases: the language's examples and cues.
        cache: keeps the examples' embeddings between starts; None encodes them anew.
        without: a family of phrasing that nothing is learned from, to see how it fares as a new way to ask.
        taught: what the encoder was taught, if anything.
    """

    def __init__(
        self,
        encoder: TextEncoder,
        phrases: Phrases,
        cache: EmbeddingCache | None = None,
        without: str = "",
        taught: TaughtIntents | None = None,
    ) -> None:
        self._encoder = encoder
        self._phrases = phrases
        mask = phrases.parsing["mask"]
        assert isinstance(mask, Mapping)
        self._mask = {str(kind): str(words) for kind, words in mask.items()}
        self._courtesies = re.compile(str(phrases.parsing["courteous"]), re.IGNORECASE)
        self._speaker = re.compile(str(phrases.parsing.get("speaker", "(?!)")), re.IGNORECASE)
        self._words = {Intent(name): words for name, words in phrases.intents.items()}
        self._cues = self._indexed({intent: words.cues for intent, words in self._words.items()})
        self._against = self._indexed({intent: words.against for intent, words in self._words.items()})
        self._spelling = HashingEncoder(_BUCKETS)
        self._domain = frozenset(str(phrases.parsing["domain"]).split())
        self._taught = taught
        self._fit(cache, without)

    def _fit(self, cache: EmbeddingCache | None, without: str) -> None:
        """Learn from the examples, or take what an earlier start learned from the same ones."""
        examples = [
            (intent, text)
            for intent, words in self._words.items()
            for text in (*words.examples, *(text for family, text in words.learned if family != without))
        ]
        kept = cache.path.with_name(f"intents-{self._key(examples)}.npz") if cache else None
        self._learn(kept, examples, cache)

    def _learn(self, kept: Path | None, examples: Sequence[tuple[Intent, str]], cache: EmbeddingCache | None) -> None:
        """Fit the model on the examples, unless it is kept."""

        def fit() -> KernelModel:
            seen = np.hstack(self._seen([text for _, text in examples], cache))
            return KernelModel(seen, [intent.value for intent, _ in examples])

        self._model = kept_model(kept, fit)

    def _seen(self, texts: Sequence[str], cache: EmbeddingCache | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the embeddings, (n_texts, dimension), and the features, (n_texts, n_features), of examples."""
        embeddings = encode_cached(self._encoder, [self.plain(text) for text in texts], cache)
        return embeddings, self.features(texts, texts)

    def _key(self, examples: Sequence[tuple[Intent, str]]) -> str:
        """Return a hash of all that a fitted model depends on."""
        numbers = (_FORMAT, _WEIGHT, _SPELT, _BUCKETS, _SECOND_CUE, WIDTH, PENALTY)
        words = (self._encoder.name, self._mask, self._cues, self._against, examples)
        return hashlib.sha256(json.dumps([numbers, words]).encode()).hexdigest()[:16]

    def scores(self, read: ReadMessage, text: str) -> dict[Intent, float]:
        """Return the log-probability of each intent, on average over the readings of the message."""
        masked = [variant for reading in read.readings for variant in self._variants(reading)]
        plain, features = [self.plain(one) for one in masked], self.features(masked, [text] * len(masked))
        return self._weighed(plain, features, read, text)

    def concerns(self, intent: Intent, text: str) -> bool:
        """Say whether a message holds a cue of an intent, or a word of the plan."""
        return self.holds_cue(intent, text) or bool(self._domain & set(words_of(text)))

    def holds_cue(self, intent: Intent, text: str) -> bool:
        """Say whether a message holds a cue of an intent."""
        return intent in self._held(self._cues, [self._padded(text)])

    def _variants(self, masked: str) -> tuple[str, ...]:
        """Return a masked message, without its courtesies and who is quoted, and the sentences that ask something."""
        bare = self._speaker.sub(" ", self._courtesies.sub(" ", masked))
        variants = (masked, bare, *self._asking(masked))
        return tuple(dict.fromkeys(one for one in variants if words_of(one))) or (masked,)

    def _asking(self, masked: str) -> list[str]:
        """Return what asks something among several sentences: with a question mark, else with a name."""
        parts = [part for part in _SENTENCE_END.split(masked) if len(words_of(part)) >= _LEAST_WORDS]
        if len(parts) < 2:
            return []
        asking = [part for part in parts if "?" in part]
        return (asking or [part for part in parts if any(kind in part for kind in KINDS)])[-_PARTS:]

    def plain(self, masked: str) -> str:
        """Return a masked message as it is encoded: with a word of everyday speech for each entity."""
        masked = re.sub(r"\b(PRODUCT|GROUP)(?:\W+\1)+\b", r"\1", masked)
        for kind, words in self._mask.items():
            masked = re.sub(rf"\b{kind}\b", words, masked)
        return masked.strip(" ?!.").lower()

    def features(self, masked: Sequence[str], written: Sequence[str]) -> np.ndarray:
        """Return (n_texts, n_features) float32: the spelling, the entities named, the cues of each intent."""
        rows = []
        for mask, text in zip(masked, written, strict=True):
            counts = [len(re.findall(rf"\b{kind}\b", mask)) for kind in KINDS]
            entities = [float(count > least) for count in counts for least in (0, 1)]
            bare = re.sub(rf"\b(?:{'|'.join(KINDS)})\b", " ", mask)
            texts = [self._padded(text), self._padded(bare)]
            rows.append([*entities, float("?" in mask), *self._cue_values(texts)])
        spelt = self._spelling.encode([self.plain(one) for one in masked])  # (n_texts, dimension)
        return np.hstack([_SPELT * spelt, _WEIGHT * np.array(rows, dtype=np.float32)])

    def _cue_values(self, texts: Sequence[str]) -> list[float]:
        """Return for each intent how strongly its cues speak for it, and whether anything speaks against it."""
        held, against = self._held(self._cues, texts), self._held(self._against, texts)
        pairs = ((self._strength(held.get(intent, ())), float(intent in against)) for intent in Intent)
        return [value for pair in pairs for value in pair]

    def _indexed(self, cues: Mapping[Intent, Sequence[str]]) -> CueIndex:
        """Return the cues by their first word, so that a text is only looked through for those that it may hold."""
        index: dict[str, list[tuple[str, Intent]]] = {}
        for intent, said in cues.items():
            for cue in map(self._padded, said):
                index.setdefault(self._first_word(cue), []).append((cue, intent))
        return index

    def _held(self, index: CueIndex, texts: Sequence[str]) -> dict[Intent, set[str]]:
        """Return the cues that any of the texts holds, by intent."""
        held: dict[Intent, set[str]] = {}
        for text in texts:
            for word in self._first_words(text):
                for cue, intent in index.get(word, ()):
                    if cue in text:
                        held.setdefault(intent, set()).add(cue)
        return held

    def _strength(self, found: Collection[str]) -> float:
        """Return how strongly cues speak for an intent: longer ones say more, a second one a little."""
        if not found:
            return 0.0
        longest = max(self._n_words(cue) for cue in found)
        return min(1.0, 0.5 + 0.25 * longest) + _SECOND_CUE * (len(found) > 1)

    def _first_word(self, cue: str) -> str:
        return next(iter(cue.split()), "")

    def _first_words(self, text: str) -> Collection[str]:
        """Return the words that a cue in this text may begin with."""
        return set(text.split())

    def _weighed(self, plain: Sequence[str], features: np.ndarray, read: ReadMessage, text: str) -> dict[Intent, float]:
        """Return the log-probability of each intent, on average over the variants of a message."""
        shares = self._model.shares(np.hstack([self._encoder.encode(plain), features])).mean(axis=0)
        if self._taught is not None:  # the two err on different messages
            shares = (shares + self._taught.shares(plain, features).mean(axis=0)) / 2
        return log_shares(self._model.names, shares)

    def _n_words(self, cue: str) -> float:
        return len(cue.split())

    def _padded(self, text: str) -> str:
        """Return the words of a text without apostrophes, between spaces, so that whole phrases can be looked for."""
        return f" {' '.join(words_of(text.replace('’', chr(39)).replace(chr(39), '')))} "


def log_shares(names: Sequence[str], shares: np.ndarray) -> dict[Intent, float]:
    """Return the logarithms of (n_intents,) shares by intent."""
    return {Intent(name): float(np.log(max(share, 1e-9))) for name, share in zip(names, shares, strict=True)}
