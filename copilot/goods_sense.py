"""Goods or not: whether words that the catalogue lacks sound like something a shop sells, or like the question itself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from copilot.kernel_model import KernelModel
from retrieval.encoder import encode_cached

if TYPE_CHECKING:
    from copilot.phrases import Phrases
    from retrieval.cache import EmbeddingCache
    from retrieval.encoder import TextEncoder

_STEP = 3  # every third everyday word is enough to tell goods from
_GOODS, _WORDS = "goods", "words"


class GoodsSense:
    """Tells goods from other words, by the language's list of goods and its everyday words.

    Args:
        encoder: the text encoder of the workspace.
        phrases: the language's words.
        cache: keeps the embeddings between starts; None encodes them anew.
    """

    def __init__(self, encoder: TextEncoder, phrases: Phrases, cache: EmbeddingCache | None = None) -> None:
        self._encoder, self._cache = encoder, cache
        self._goods = phrases.goods
        everyday = sorted(set(str(phrases.parsing["everyday"]).split()))[::_STEP]
        self._others = (*everyday, *phrases.no_goods)

    def share(self, words: str) -> float | None:
        """Return how surely some words are goods, 0..1, or None where the language has no list of goods."""
        if not self._goods:
            return None
        shares = self._model.shares(self._encoder.encode([words]))[0]
        return float(shares[self._model.names.index(_GOODS)])

    @cached_property
    def _model(self) -> KernelModel:
        texts = [*self._goods, *self._others]
        names = [_GOODS] * len(self._goods) + [_WORDS] * len(self._others)
        return KernelModel(encode_cached(self._encoder, texts, self._cache), names)
