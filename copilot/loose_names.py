"""Loose names: the stretches of a message that name a product in part ("the pepperoni one"), and words nobody knows.

The catalogue decides: a stretch is a name when some product holds all its words, up to a typing error. Everyday words
alone are no name, though they may be a part of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.catalogue_names import CatalogueNames, Words
from copilot.mentions import Mention, free
from copilot.segments import is_unspaced

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_JOINS = re.compile(r"[\s'’-]*|,\s*(?=\d)")  # what may stand between two words of one name
_LONGEST = 6  # words of a loose name


@dataclass(frozen=True)
class LooseName:
    """A stretch that names products loosely, or that nothing explains.

    Attributes:
        start, end: where it stands.
        words: its words, mended.
        written: its words as they stand.
        products: what it could mean, candidates before what is on sale; empty when the catalogue has no such product.
        near: True when the catalogue has no such product, but others whose names share its words: "almond milk".
    """

    start: int
    end: int
    words: Words
    written: Words
    products: tuple[str, ...] = ()
    near: bool = False


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    word: str
    hyphen: bool = False  # right after it


@dataclass(frozen=True)
class LooseNames:
    """Finds loose names.

    Args:
        names: the catalogue's names.
        is_everyday: whether a word alone names nothing.
        is_function: whether a word neither begins nor ends a name ("the", "of").
        attributes: everyday words that belong to the name after them: "white" chocolate.
        before_verbs, verb_endings: what an unknown verb beside a name follows, or how it ends.
        telling_apart: words after a hyphen that tell products apart: sugar-"free".
    """

    names: CatalogueNames
    is_everyday: Callable[[str], bool]
    is_function: Callable[[str], bool]
    attributes: frozenset[str] = frozenset()
    before_verbs: frozenset[str] = frozenset()
    verb_endings: tuple[str, ...] = ()
    telling_apart: frozenset[str] = frozenset()

    def find(self, text: str, spans: Sequence[Mention]) -> tuple[LooseName, ...]:
        """Return the loose names among what no entity claims, in order, and the words that nothing explains."""
        found: list[LooseName] = []
        for tokens in _stretches(text, spans, self.names.has):
            claimed = self._named(tokens)
            found += self._with_strangers(tokens, claimed)
        return tuple(found)

    def _named(self, tokens: Sequence[_Token]) -> list[tuple[int, int]]:
        """Return (first, last + 1) of the tokens of each name, the longest first where they overlap."""
        claimed: list[tuple[int, int]] = []
        for size in range(min(_LONGEST, len(tokens)), 0, -1):
            for i in range(len(tokens) - size + 1):
                taken = any(i < last and first < i + size for first, last in claimed)
                if not taken and self._meant(tokens[i : i + size]):
                    claimed.append((i, i + size))
        return sorted(claimed)

    def _meant(self, tokens: Sequence[_Token]) -> tuple[str, ...]:
        words = [token.word for token in tokens]
        if all(map(self.is_everyday, words)):
            return ()
        mended = tuple(map(self._mended, words))
        if len(words) > 1 and (whole := self.names.waiting_headed(mended) or self.names.headed(mended)):
            return whole
        if self.is_function(words[0]) or self.is_function(words[-1]):
            return ()
        return self.names.waiting_named(mended) or self.names.headed(mended)

    def _mended(self, word: str) -> str:
        return word if self.is_everyday(word) else self.names.mend(word)

    def _with_strangers(self, tokens: Sequence[_Token], claimed: Sequence[tuple[int, int]]) -> list[LooseName]:
        """Join names with the strange words beside them: of "chocolate chips", a shop may know the chips only."""
        named = {i: part for part in claimed for i in range(*part)}
        kept = [
            i in named or not (self.is_everyday(token.word) or self._is_verb(tokens, i, named))
            for i, token in enumerate(tokens)
        ]
        for i in range(len(tokens) - 2, -1, -1):
            kept[i] = kept[i] or (tokens[i].word in self.attributes and kept[i + 1])
        for i in range(
            len(tokens) - 2
        ):  # "fresh-smelling pine wreath" is one, "sugar-free pine wreath" another product
            if self._is_compound(tokens[i], tokens[i + 1]) and not {i, i + 1} & set(named):
                kept[i] = kept[i + 1] = tokens[i + 1].word in self.telling_apart
        found, i = [], 0
        while i < len(tokens):
            if not kept[i]:
                i += 1
                continue
            first = i
            while i < len(tokens) and kept[i] and not (i > first and self._begins_another(i, named, tokens)):
                i += 1
            found.append(self._name(tokens[first:i], near=any(at in named for at in range(first, i))))
        return found

    def _is_compound(self, first: _Token, second: _Token) -> bool:
        """Say whether two words are joined by a hyphen and no product's name has the second."""
        return second.start == first.end + 1 and first.hyphen and not self.names.has(second.word)

    def _is_verb(self, tokens: Sequence[_Token], i: int, named: dict[int, tuple[int, int]]) -> bool:
        """Say whether an unknown word is what is done with the name after it, or what the name before it does."""
        word = tokens[i].word
        if self.names.has(word) or not (self.before_verbs or self.verb_endings):  # a language without such verbs
            return False
        if i - 1 in named:
            return word.endswith(self.verb_endings) if self.verb_endings else False
        leads = i == 0 or tokens[i - 1].word in self.before_verbs
        return i + 1 in named and leads

    def _begins_another(self, i: int, named: dict[int, tuple[int, int]], tokens: Sequence[_Token]) -> bool:
        """Say whether a name begins right after another one: "blueberries strawberries" are two.

        What a name cannot end with belongs to the next one: "almond milk" is no almond biscotti.
        """
        if not (i in named and i - 1 in named and named[i] != named[i - 1]):
            return False
        before = [tokens[at].word for at in range(*named[i - 1])]
        alone = len(before) == 1 or len(range(*named[i])) == 1
        return not alone or self.names.may_end(tuple(map(self._mended, before)))

    def _name(self, tokens: Sequence[_Token], *, near: bool) -> LooseName:
        written = tuple(token.word for token in tokens)
        words = tuple(map(self._mended, written))
        products = self._meant(tokens)
        return LooseName(tokens[0].start, tokens[-1].end, words, written, products, near and not products)


def _stretches(text: str, spans: Sequence[Mention], has: Callable[[str], bool]) -> list[list[_Token]]:
    """Return the free words in stretches without punctuation or an entity between them.

    Beside Latin words, a word of an unspaced script is no part of a name unless the catalogue has it.
    """
    stretches: list[list[_Token]] = []
    end = -1
    for match in _TOKEN.finditer(text):
        if not free(match.start(), match.end(), spans):
            continue
        word = match[0].casefold().replace("’", "'").split("'")[0]
        token = _Token(match.start(), match.end(), word, text[match.end() : match.end() + 1] == "-")
        between = _JOINS.match(text, end) if stretches else None
        joined = between is not None and between.end() == match.start()
        if joined and is_unspaced(before := stretches[-1][-1].word) != is_unspaced(word):
            joined = has(before) and has(word)
        if joined:
            stretches[-1].append(token)
        else:
            stretches.append([token])
        end = match.end()
    return stretches
