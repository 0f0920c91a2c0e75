"""Words beside a product's name that are none of it: "the gala apple grower", "salted caramel tub"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from copilot.catalogue_names import CatalogueNames
from copilot.goods_sense import GoodsSense
from copilot.read_message import ReadMessage

_LIKE_GOODS = 0.5  # share of goods from which a word may set another product apart: "tofu pizza" is no pizza


@dataclass(frozen=True)
class StrayWords:
    """Takes such words off the stretches that nothing explains, so that what is left may name a product.

    Args:
        names: of the catalogue.
        goods: tells words that sound like goods from others.
        attributes: words that set a product apart though they are no goods: "organic".
        packaging: words of goods that say only how something is packed: "tub".
        praising: attributes that may be mere praise before a whole name: "crunchy".
    """

    names: CatalogueNames
    goods: GoodsSense
    attributes: frozenset[str]
    packaging: Collection[str]
    praising: frozenset[str] = frozenset()

    def without(self, read: ReadMessage) -> ReadMessage:
        """Return the message with the products that its unexplained stretches name beside stray words."""
        kept = {run: self._whole_name(run) or self._kept(run) for run in read.strange}
        kept |= {run: run for run in read.strange if self._misspelt(run)}
        found = {run: {kept[run]: named} for run in read.strange if (named := self._named(run, kept[run]))}
        found |= {run: several for run in read.strange if run not in found and (several := self._several(run))}
        if not found:
            return read
        names = [name for several in found.values() for name in several]
        readings = tuple(dict.fromkeys(_masked(one, names) for one in read.readings[:1]))
        return replace(
            read,
            rest=tuple(word for name in names for word in name),
            rest_in_catalogue=True,
            named=(*read.named, *(named for several in found.values() for named in several.values())),
            strange=tuple(run for run in read.strange if run not in found),
            readings=readings,
        )

    def _named(self, run: Sequence[str], kept: Sequence[str]) -> tuple[str, ...]:
        """Return the candidates that a stretch names without its stray words; nothing where it has none."""
        return self._meant(kept) if kept and len(kept) < len(run) else self._misspelt(kept)

    def _misspelt(self, run: Sequence[str]) -> tuple[str, ...]:
        """Return the candidates that a name with one badly misspelt word means: "aplle juice"; goods are well spelt."""
        if any(self.goods.lists(word) and not self.names.knows(word) for word in run):
            return ()
        mended = self.names.mended_beside(run)
        return self._meant(mended) if mended != tuple(run) else ()

    def _several(self, run: Sequence[str]) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Return the names that stray words part, each with its candidates: "green tea outdoes chamomile" has two."""
        may_name = [self._may_name(word) for word in run]
        parts = [tuple(word for word, _ in group) for is_name, group in _runs(run, may_name) if is_name]
        found = {part: self._meant(part) for part in parts}
        return found if len(found) > 1 and all(found.values()) else {}

    def _meant(self, words: Sequence[str]) -> tuple[str, ...]:
        mended = tuple(self.names.mend(word) for word in words)
        return self.names.waiting_named(mended) or self.names.headed(mended)

    def _whole_name(self, run: Sequence[str]) -> tuple[str, ...]:
        """Return the whole name that a stretch ends with, unless what stands before may set another product apart."""
        for first in range(1, len(run) - 1):  # a whole name of two words or more
            name = tuple(run[first:])
            mended = tuple(self.names.mend(word) for word in name)
            if (self.names.waiting_headed(mended) or self.names.headed(mended)) and not any(
                word in self.attributes - self.praising or self.names.knows(word) or self.goods.lists(word)
                for word in run[:first]
            ):
                return name
        return ()

    def _kept(self, run: Sequence[str]) -> tuple[str, ...]:
        return tuple(word for word in run if self._may_name(word))

    def _may_name(self, word: str) -> bool:
        if word in self.packaging or (word in self.praising and not self.names.knows(word)):
            return False
        if word in self.attributes or self.names.knows(word) or self.goods.lists(word):
            return True
        share = self.goods.share(word)
        return share is None or share >= _LIKE_GOODS


def _runs(words: Sequence[str], marks: Sequence[bool]) -> Iterator[tuple[bool, Iterator[tuple[str, bool]]]]:
    """Return neighbouring words of the same mark together, with their mark."""
    return groupby(zip(words, marks, strict=True), key=itemgetter(1))


def _masked(text: str, names: Sequence[Sequence[str]]) -> str:
    """Return a reading with these names masked too."""
    for words in names:
        pattern = r"\W+".join(map(re.escape, words))
        text = re.sub(rf"\b{pattern}\b", "PRODUCT", text, count=1, flags=re.IGNORECASE)
    return text
