"""Words beside a product's name that are none of it: "the gala apple grower", "salted caramel tub"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

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
        found = {run: named for run in read.strange if (named := self._named(run, kept[run]))}
        if not found:
            return read
        readings = tuple(dict.fromkeys(_masked(one, [kept[run] for run in found]) for one in read.readings[:1]))
        return replace(
            read,
            rest=tuple(word for run in found for word in kept[run]),
            rest_in_catalogue=True,
            named=(*read.named, *found.values()),
            strange=tuple(run for run in read.strange if run not in found),
            readings=readings,
        )

    def _named(self, run: Sequence[str], kept: Sequence[str]) -> tuple[str, ...]:
        """Return the candidates that a stretch names without its stray words; nothing where it has none."""
        if not kept or len(kept) == len(run):
            return ()
        mended = tuple(self.names.mend(word) for word in kept)
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
        if word in self.packaging:
            return False
        if word in self.attributes or self.names.knows(word) or self.goods.lists(word):
            return True
        share = self.goods.share(word)
        return share is None or share >= _LIKE_GOODS


def _masked(text: str, names: Sequence[Sequence[str]]) -> str:
    """Return a reading with these names masked too."""
    for words in names:
        pattern = r"\W+".join(map(re.escape, words))
        text = re.sub(rf"\b{pattern}\b", "PRODUCT", text, count=1, flags=re.IGNORECASE)
    return text
