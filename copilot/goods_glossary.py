"""What goods are called in the operator's language, in the words of a catalogue in another: 希腊酸奶 is greek yogurt.

The language's `glossary.toml` holds merchandisers' words, no shop's titles. Of several English names the catalogue
decides; a word that stands in one of its titles already is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from copilot.phrases import has_prompts, load_toml
from copilot.waiting_names import words_of

_FILE = "glossary.toml"
Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class GoodsGlossary:
    """Words for goods, each with its names in the catalogue's language, the likeliest first.

    Attributes:
        goods: words for what is sold, and for categories of it.
        traits: words that tell kinds of goods apart, before them: 有机 organic.
        packs: words before goods that say nothing where the catalogue does not know them: 袋装 bag.
        between: words between a trait and the goods that say nothing: 味.
        lang: the language of the names.
    """

    goods: Names = field(default_factory=dict)
    traits: Names = field(default_factory=dict)
    packs: Names = field(default_factory=dict)
    between: frozenset[str] = frozenset()
    lang: str = "en"  # of the names

    def of_a_catalogue(self, own: Iterable[str], has: Callable[[str], bool]) -> GoodsGlossary:
        """Return the glossary for a catalogue: one name for each word, none for what its own titles hold.

        Args:
            own: words of its titles in the operator's script.
            has: whether the catalogue has a name.
        """
        titles = "\n".join(own)

        def chosen(names: Names) -> Names:
            free = {word: alike for word, alike in names.items() if word not in titles}
            return {word: (next(filter(has, alike), alike[0]),) for word, alike in free.items()}

        packs = {word: tuple(filter(has, alike))[:1] for word, alike in self.packs.items() if word not in titles}
        return GoodsGlossary(chosen(self.goods), chosen(self.traits), packs, self.between)

    @property
    def words(self) -> frozenset[str]:
        """Every word that a message is to be cut at."""
        return frozenset(self.goods) | frozenset(self.traits) | frozenset(self.packs) | self.between

    @property
    def names(self) -> frozenset[str]:
        """Every word of the names."""
        tables = (self.goods, self.traits, self.packs)
        return frozenset(words_of(" ".join(name for table in tables for alike in table.values() for name in alike)))

    def named(self, pieces: Sequence[str]) -> list[str | None]:
        """Return what each piece of a run is called; "" for what says nothing, None for what is no word for goods.

        Example: 草莓 味 酸奶 卖 -> strawberries, "", yogurt, None.
        """
        found: list[str | None] = []
        leads = False  # whether goods follow
        for piece in reversed(pieces):
            if piece in self.goods:
                found.append(self.goods[piece][0])
                leads = True
            elif leads and piece in self.traits:
                found.append(self.traits[piece][0])
            elif leads and piece in self.packs:
                found.append("".join(self.packs[piece]))
            elif leads and piece in self.between:
                found.append("")
            else:
                found.append(None)
                leads = False
        found.reverse()
        for at, piece in enumerate(pieces):  # a name begins with no such word: the 的 of "前端架的酸奶" is none of it
            if piece in self.between and (at == 0 or found[at - 1] is None):
                found[at] = None
        return found


@lru_cache(maxsize=4)
def load_glossary(lang: str) -> GoodsGlossary:
    """Return the glossary of a language; an empty one where it has none."""
    if not has_prompts(lang, _FILE):
        return GoodsGlossary()
    table = load_toml(lang, _FILE)
    goods = _entries(table["groups"]) | _entries(table["goods"])
    traits, packs, between = _entries(table["traits"]), _entries(table["packs"]), frozenset(table["between"].split())
    alike = [frozenset(group) for group in str(table.get("sounds", "")).split()]
    written = {*goods, *traits, *packs, *between}
    return GoodsGlossary(
        _misspelt(goods, alike, written) | goods, _misspelt(traits, alike, written) | traits, packs, between
    )


def _misspelt(names: Names, alike: Sequence[frozenset[str]], written: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return words with one character that sounds like the right one, and what they mean: 蓝梅 for 蓝莓."""
    found: dict[str, tuple[str, ...]] = {}
    for word, meant in names.items():
        for at, right in enumerate(word if len(word) > 1 else ""):
            for other in sorted(other for group in alike if right in group for other in group - {right}):
                found.setdefault(f"{word[:at]}{other}{word[at + 1 :]}", meant)
    return {word: meant for word, meant in found.items() if word not in written}


def _entries(text: str) -> dict[str, tuple[str, ...]]:
    """Return the entries of a block: "草莓: strawberries; 礼盒 礼品盒: gift box|gift set;"."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in filter(None, map(str.strip, re.split(r"[;\n]", text))):
        words, names = entry.split(":")
        for word in words.split():
            found.setdefault(word, tuple(name.strip() for name in names.split("|")))
    return found
