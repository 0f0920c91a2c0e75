"""The catalogue's names as a message may spell them: exact titles, ids, and words with a typing error mended."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot.cleaning import clean_text
from copilot.segments import is_unspaced
from copilot.spelling import SHORTEST, Speller, edits
from copilot.waiting_names import WaitingNames, Words, covers, head_of, words_of

if TYPE_CHECKING:
    from retrieval.workspace import Workspace

__all__ = ["CatalogueNames", "NamedSpan", "Words", "covers", "head_of", "words_of"]

_WORD = re.compile(r"\w+")
_SHORTEST_PART = 3  # letters of a word that is run together with another
_TITLE_WORDS = 24  # longest title that is looked for in full


@dataclass(frozen=True)
class NamedSpan:
    """A stretch of the message that names products: their ids, several when they share a title."""

    start: int
    end: int
    products: tuple[str, ...]


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MOST_EDITS = 2  # of a word whose neighbours name a product with it


class CatalogueNames:
    """Titles and ids of all products, for matching in messages.

    Args:
        titles: product id -> title.
        common: words that alone do not make a name ("the", "week", ...).
        categories: category names; their words are known words too.
        waiting: id -> category of the candidates; a name means one of them before what is on sale.
    """

    def __init__(
        self,
        titles: Mapping[str, str],
        common: Iterable[str],
        categories: Iterable[str] = (),
        waiting: Mapping[str, str] | None = None,
    ) -> None:
        self.ids = frozenset(titles)
        self._waiting = frozenset(waiting or ())
        self.waiting = WaitingNames({one: titles[one] for one in waiting or {}}, waiting or {})
        self._titles = titles
        self._common = frozenset(common)
        self._by_words: dict[Words, list[str]] = {}
        self._by_head: dict[Words, list[str]] = {}
        self._words_of: dict[str, Words] = {}  # title -> words; many products share a title
        vocabulary = {word for category in categories for word in words_of(clean_text(category, 400))}
        for product_id, title in titles.items():
            words = self._words_of.get(title)
            if words is None:
                words = self._words_of[title] = words_of(clean_text(title, 400))
                vocabulary.update(words)
            if words:
                self._by_words.setdefault(words, []).append(product_id)
                self._by_head.setdefault(head_of(title), []).append(product_id)
        self._longest = min(_TITLE_WORDS, max(map(len, self._by_words), default=0))
        self._speller = Speller(vocabulary | {f"{word[:-3]}y" for word in vocabulary if word.endswith("ies")})
        self._known = frozenset(vocabulary)

    @classmethod
    def load(cls, workspace: Workspace, common: Iterable[str]) -> CatalogueNames:
        """Read the names of a workspace's catalogue."""
        rows = workspace.query("SELECT product_id, title FROM products ORDER BY product_id")
        categories = workspace.query("SELECT DISTINCT category FROM products WHERE category IS NOT NULL")
        waiting = workspace.query(
            "SELECT product_id, coalesce(category, '') AS category FROM products"
            " WHERE status = 'candidate' ORDER BY product_id"
        )
        titles = dict(zip(rows["product_id"], rows["title"], strict=True))
        return cls(
            titles,
            common,
            categories["category"],
            dict(zip(waiting["product_id"], waiting["category"], strict=True)),
        )

    def find_titles(self, text: str) -> list[NamedSpan]:
        """Return the full titles that stand in the text, longest first where they overlap.

        One of everyday words alone stands there where its words are written as names: "Party Seasonal".
        """
        tokens = [(match[0].casefold(), match.start(), match.end()) for match in _WORD.finditer(text)]
        found: list[NamedSpan] = []
        i = 0
        while i < len(tokens):
            written = [text[start:end] for _, start, end in tokens[i : i + self._longest]]
            size = self._title_at([word for word, _, _ in tokens[i : i + self._longest]], written)
            if size:
                words = tuple(word for word, _, _ in tokens[i : i + size])
                found.append(NamedSpan(tokens[i][1], tokens[i + size - 1][2], tuple(self._by_words[words])))
            i += max(size, 1)
        return found

    def any_waiting(self, product_ids: Iterable[str]) -> bool:
        """Say whether one of these products is a candidate."""
        return any(one in self._waiting for one in product_ids)

    def waiting_headed(self, words: Words) -> Words:
        """Return the candidates that are called so, up to what follows a comma or a number: "Blueberries, 4.4 oz"."""
        return self.waiting.headed(words)

    def waiting_named(self, words: Sequence[str]) -> Words:
        """Return the candidates that these words name: as their head, else within it, the title or the category."""
        return self.waiting.named(words)

    def of_size(self, products: Words, numbers: Collection[float]) -> Words:
        """Return those of some products whose titles hold one of the numbers: "Christmas Candy, 12 oz"."""
        sizes = {one: set(map(float, _NUMBER.findall(self._titles[one]))) for one in products if one in self._titles}
        return tuple(one for one, have in sizes.items() if have & set(numbers))

    def called_alike(self, product: str) -> Words:
        """Return all products that are called as this one, up to the size, with itself."""
        return tuple(self._by_head.get(head_of(self._titles[product]), ())) if product in self._titles else ()

    def of_the_same_name(self, product: str) -> Words:
        """Return the products that are called as this one, up to the size: candidates where it is one."""
        alike = self.called_alike(product)
        return tuple(one for one in alike if (one in self._waiting) == (product in self._waiting))

    def size_of(self, product: str) -> float | None:
        """Return the number that a title tells, as the size in "Christmas Candy, 12 oz"."""
        found = _NUMBER.search(self._titles.get(product, ""))
        return float(found[0]) if found else None

    def among(self, products: Words, words: Sequence[str]) -> Words:
        """Return those of some products whose titles hold every word."""
        return tuple(one for one in products if one in self._titles and covers(self._titles[one], words))

    def on_sale(self, words: Sequence[str]) -> Words:
        """Return the products on sale whose titles hold all these words."""
        live = (one for one in self._titles if one not in self._waiting)
        return tuple(one for one in live if covers(self._titles[one], words)) if words else ()

    def kin_of(self, product: str, words: Sequence[str]) -> Words:
        """Return the other products with these words in their titles that share most of a product's name.

        "The turkey ones" beside hot dogs are turkey hot dogs; candidates go before what is on sale.
        """
        name = set(head_of(self._titles.get(product, "")))
        shared: dict[str, int] = {}
        for one, title in self._titles.items():
            have = self._words_of[title]
            if one != product and name.intersection(have) and covers(title, words):
                shared[one] = len(name.intersection(head_of(title)))
        nearest = [one for one, n in shared.items() if n and n == max(shared.values())]
        # "Blue" beside strawberries: a word of its own category that begins so.
        nearest = nearest or self.waiting.begun_beside(product, words)
        return tuple(one for one in nearest if one in self._waiting) or tuple(nearest)

    def begun_or_run_together(self, words: Sequence[str]) -> Words:
        """Return the candidates that words mean which are cut short or run together: "clems", "blucorn"."""
        return self.waiting.begun("".join(words)) or self.waiting.run_together("".join(words))

    def may_end(self, words: Words) -> bool:
        """Say whether the name of a product, up to a comma or a number, may end with these words."""
        return self.waiting.ends(words) or words in self._by_head

    def together(self, words: Words) -> bool:
        """Say whether words of three letters or more, all of the catalogue, name a product together."""
        known = (self.has(word) or self.has(f"{word}s") for word in words)
        if not all(len(word) >= _SHORTEST_PART for word in words) or not all(known):
            return False
        return bool(self.waiting.within_head(words) or self.headed(words))

    def calls_so(self, words: Words) -> bool:
        """Say whether the catalogue has words as they are written: one anywhere, several together in a name."""
        return all(word in self._known for word in words) and (len(words) == 1 or self.together(words))

    def mended_beside(self, words: Sequence[str]) -> Words:
        """Return words with one that is badly misspelt as its neighbours tell: "aplle juice" is apple juice.

        The other words say which names it may be a part of; without such a word, they stay as they are.
        """
        unknown = [word for word in words if not self.knows(word)]
        others = [self.mend(word) for word in words if word not in unknown]
        if len(unknown) != 1 or not others:
            return tuple(words)
        named = self.waiting.named(others) or tuple(one for one, title in self._titles.items() if covers(title, others))
        titles = {word for one in named for word in self._words_of[self._titles[one]]}
        meant = [word for word in titles if _may_be_meant(unknown[0], word)]
        return tuple(meant[0] if word in unknown else word for word in words) if len(meant) == 1 else tuple(words)

    def headed(self, words: Words) -> Words:
        """Return the products that are called so, candidates or on sale, up to what follows a comma or a number."""
        return tuple(self._by_head.get(tuple(words), ()))

    def knows(self, word: str) -> bool:
        """Say whether a word, up to a typing error or a plural, stands in some title."""
        return self.mend(word) in self._known

    def has(self, word: str) -> bool:
        """Say whether a word stands in some title or category as it is written, or in the singular."""
        return not self._known.isdisjoint((word, word.removesuffix("s"), word.removesuffix("es")))

    @property
    def unspaced_words(self) -> frozenset[str]:
        """The words of titles and categories in a script without spaces."""
        return frozenset(word for word in self._known if is_unspaced(word))

    def mend(self, word: str) -> str:
        """Return the catalogue's word nearest a misspelt one, or the word itself when it is known or none is near."""
        if word in self._known or word in self._common:
            return word
        if word.endswith("ies") and f"{word[:-3]}y" in self._known:  # "candies" are no candles
            return f"{word[:-3]}y"
        return self._speller.nearest(word) or word

    def _title_at(self, words: list[str], written: list[str]) -> int:
        for size in range(len(words), 0, -1):
            run = tuple(words[:size])
            as_a_name = size > 1 and all(word[:1].isupper() for word in written[:size])
            says = as_a_name or any(word not in self._common and not word.isdigit() for word in run)
            if run in self._by_words and says:
                return size
        return 0


def _may_be_meant(written: str, word: str) -> bool:
    """Say whether a word may be written so badly: the same first letter, and two edits at most."""
    long_enough = min(len(written), len(word)) >= SHORTEST
    return long_enough and written[0] == word[0] and edits(written, word) <= _MOST_EDITS
