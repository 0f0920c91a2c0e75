"""Meaning of words that the catalogue lacks: whether they sound like goods, and which category they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from copilot.kernel_model import KernelModel
from copilot.segments import is_unspaced
from copilot.waiting_names import words_of
from retrieval.encoder import encode_cached

if TYPE_CHECKING:
    import numpy as np

    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from retrieval.cache import EmbeddingCache
    from retrieval.encoder import TextEncoder

LEAST = 0.025  # share of goods below which words are none; words like nothing have 0.03
SURELY = 0.6  # share of goods above which words are some
CERTAINLY = 0.9  # share of goods above which words name a product that the catalogue lacks, not a figure of speech
SAME_GROUP = 0.74  # cosine from which words name a category: "freezer" is Frozen, "wine" is no Grapes
_KEPT = 512  # words whose share is remembered
_STEP = 3  # about every third everyday word is enough to tell goods from
_GOODS, _WORDS = "goods", "words"


class GoodsSense:
    """Tells goods from other words, by the language's list of goods and its everyday words.

    Args:
        encoder: the text encoder of the workspace.
        phrases: the language's words.
        cache: keeps the embeddings between starts; None encodes them anew.
        surely: words that are goods, whatever they are like: those of a glossary.
    """

    def __init__(
        self,
        encoder: TextEncoder,
        phrases: Phrases,
        cache: EmbeddingCache | None = None,
        surely: frozenset[str] = frozenset(),
    ) -> None:
        self._encoder, self._cache = encoder, cache
        self._goods, self._surely = phrases.goods, surely
        everyday = sorted(filter(_is_sampled, set(str(phrases.parsing["everyday"]).split())))
        self._others = (*everyday, *phrases.no_goods)
        self.share = lru_cache(maxsize=_KEPT)(self._share)
        self._encoded = lru_cache(maxsize=1)(self._encode)  # the categories of a shop stay the same

    def settled(self, read: ReadMessage) -> ReadMessage:
        """Read words that nothing explains as a product's name, or as none, where they sound like either.

        Where they may be both, both readings stay.
        """
        if read.named or not read.strange or read.entities.groups or len(read.readings) < 2:
            return read
        share = self.share(" ".join(read.rest))
        if share is None or LEAST <= share <= SURELY:
            return read
        return replace(read, readings=read.readings[1:] if share > SURELY else read.readings[:1])

    def _share(self, words: str) -> float | None:
        """Return how surely some words are goods, 0..1, or None where neither a list nor the encoder can tell."""
        if self.surely(words):
            return 1.0
        if not self._goods or is_unspaced(words):
            return None
        shares = self._model.shares(self._encoder.encode([words]))[0]
        return float(shares[self._model.names.index(_GOODS)])

    def surely(self, words: str) -> bool:
        """Say whether a glossary gives all of some words for goods."""
        said = words_of(words)
        return bool(said) and self._surely.issuperset(said)

    def lists(self, word: str) -> bool:
        """Say whether the list of goods holds a word."""
        return word in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(words_of(" ".join(self._goods))) | self._surely

    def nearest_group(self, words: str, names: Sequence[str]) -> str | None:
        """Return the category's name that some words mean, such as "Candy" for "sweets"; None when none is near."""
        if not names or not self._goods or is_unspaced(words):
            return None
        likeness = self._encoder.encode([words])[0] @ self._encoded(tuple(names)).T  # (n_names,)
        best = int(likeness.argmax())
        return names[best] if likeness[best] >= SAME_GROUP else None

    def _encode(self, names: tuple[str, ...]) -> np.ndarray:
        return encode_cached(self._encoder, names, self._cache)

    @cached_property
    def _model(self) -> KernelModel:
        texts = [*self._goods, *self._others]
        names = [_GOODS] * len(self._goods) + [_WORDS] * len(self._others)
        return KernelModel(encode_cached(self._encoder, texts, self._cache), names)


def _is_sampled(word: str) -> bool:
    """Say whether an everyday word is one of those that goods are told from, whichever others there are.

    Of the three samples that this could be, it is one of the two that read the development questions best.
    """
    return crc32(word.encode()) % _STEP == 1
