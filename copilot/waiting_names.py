"""The candidates' names, indexed by their words, so that a few words of a message find the candidates they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from copilot.spelling import edits

Words = tuple[str, ...]
_WORD = re.compile(r"\w+")
_START = 3  # letters that two forms of a word share at least
_ENDING = 2  # letters by which two forms of a word may differ in length
_CUT = 4  # letters that a word which is cut short keeps at least: "clem"
_RUN = 6  # letters of two words that are run together, and how many of them may be wrong
_EDITS = 2


class WaitingNames:
    """Which candidates some words name: as the head of the title, within it, or in title and category.

    Args:
        titles: candidate's id -> title.
        categories: candidate's id -> category.
    Attributes:
        last_words: those that names end with, up to a comma or a number.
    """

    def __init__(self, titles: Mapping[str, str], categories: Mapping[str, str]) -> None:
        self._headed: dict[Words, list[str]] = {}
        for one, title in titles.items():
            self._headed.setdefault(head_of(title), []).append(one)
        self.last_words = frozenset(head[-1] for head in self._headed if head)
        self._squeezed = {"".join(words): found for words, found in self._headed.items() if len(words) > 1}
        self._order, self._categories = tuple(titles), categories
        self._heads = {one: head_of(title) for one, title in titles.items()}
        self._pairs: dict[str, set[str]] = {}
        for one, head in self._heads.items():
            for pair in pairwise(head):
                self._pairs.setdefault("".join(pair), set()).add(one)
        self._in_head = _WordIndex(self._heads)
        self._in_all = _WordIndex({one: words_of(f"{title} {categories[one]}") for one, title in titles.items()})

    def headed(self, words: Sequence[str]) -> Words:
        """Return the candidates that are called so, up to what follows a comma or a number: "Blueberries, 4.4 oz".

        One word may be several run together: "hotdogs", "hotdog".
        """
        found = self._headed.get(tuple(words), ())
        if len(words) > 1 and not found:  # "hot dog" is hot dogs before it is turkey hot dogs
            found = self._headed.get((*words[:-1], f"{words[-1]}s"), ())
        if found or len(words) != 1:
            return tuple(found)
        return tuple(self._squeezed.get(words[0]) or self._squeezed.get(f"{words[0]}s", ()))

    def named(self, words: Sequence[str]) -> Words:
        """Return the candidates that these words name: as their head, else within it, the title or the category.

        Of several words some may be cut short: "greek yog".
        """
        strict = self.headed(words) or self._in_head.holding(words) or self._in_all.holding(words)
        return strict or self._in_head.holding(words, cut_short=True)

    def begun(self, word: str) -> Words:
        """Return the candidates whose heads hold the one word that begins so: "clems" are clementines."""
        stem = word.removesuffix("s")
        return self._in_head.begun(stem) if len(stem) >= _CUT else ()

    def begun_beside(self, product: str, words: Sequence[str]) -> list[str]:
        """Return the other candidates of a product's category whose heads have words that begin so."""
        category = self._categories.get(product)
        return [
            one
            for one, head in self._heads.items()
            if one != product
            and self._categories[one] == category
            and all(len(word) >= _CUT and any(other.startswith(word) for other in head) for word in words)
        ]

    def run_together(self, word: str) -> Words:
        """Return the candidates with two neighbouring words that read so together, but for two letters at most."""
        if len(word) < _RUN:
            return ()
        found = {pair: ids for pair, ids in self._pairs.items() if pair[0] == word[0] and edits(word, pair) <= _EDITS}
        nearest = min((edits(word, pair) for pair in found), default=0)
        ids = {one for pair, some in found.items() for one in some if edits(word, pair) == nearest}
        return tuple(one for one in self._order if one in ids)

    def ends(self, words: Sequence[str]) -> bool:
        """Say whether a name may end with these words: with the last ones of a head, not with what stands before it."""
        n = len(words)
        return any(all(map(same_word, words, head[-n:])) for head in self._headed if len(head) >= n)

    def within_head(self, words: Sequence[str]) -> Words:
        """Return the candidates whose head holds these words."""
        return self._in_head.holding(words)


class _WordIndex:
    """Ids by the words of their texts, up to a plural or another short ending."""

    def __init__(self, texts: Mapping[str, Words]) -> None:
        self._order = {one: at for at, one in enumerate(texts)}
        self._ids: dict[str, set[str]] = {}
        self._by_start: dict[str, list[str]] = {}
        for one, words in texts.items():
            for word in words:
                if word not in self._ids:
                    self._by_start.setdefault(word[:_START], []).append(word)
                self._ids.setdefault(word, set()).add(one)

    def holding(self, words: Sequence[str], *, cut_short: bool = False) -> Words:
        """Return the ids whose texts hold every word, in their order; `cut_short` lets some words be beginnings."""
        sets = [self._with(word) for word in words]
        if cut_short and len(words) > 1 and any(sets):
            sets = [found or self._begun(word) for word, found in zip(words, sets, strict=True)]
        found = set.intersection(*sets) if sets else set()
        return tuple(sorted(found, key=self._order.__getitem__))

    def begun(self, start: str) -> Words:
        """Return the ids of the only word that begins so, in their order; none where several do."""
        words = [word for word in self._by_start.get(start[:_START], ()) if word.startswith(start)]
        forms = {word.removesuffix("s") for word in words}
        found = {one for word in words for one in self._ids[word]} if len(forms) == 1 else set()
        return tuple(sorted(found, key=self._order.__getitem__))

    def _begun(self, word: str) -> set[str]:
        near = (
            other for other in self._by_start.get(word[:_START], ()) if len(word) >= _START and other.startswith(word)
        )
        return {one for other in near for one in self._ids[other]}

    def _with(self, word: str) -> set[str]:
        near = (other for other in self._by_start.get(word[:_START], ()) if same_word(word, other))
        return {one for other in near for one in self._ids[other]}


def words_of(text: str) -> Words:
    """Return the words of a text in lower case, without punctuation."""
    return tuple(word.casefold() for word in _WORD.findall(text))


def head_of(title: str) -> Words:
    """Return the words of a title before its first comma or number: "Blueberries, 4.4 oz" -> blueberries."""
    return words_of(re.split(r"[,\d]", title, maxsplit=1)[0])


def covers(title: str, wanted: Iterable[str]) -> bool:
    """Say whether a title holds every wanted word, up to a plural or another short ending."""
    have = words_of(title)
    return all(any(same_word(word, other) for other in have) for word in wanted)


def same_word(a: str, b: str) -> bool:
    """Say whether two words are forms of one: equal, or one begins the other and is at most two letters shorter.

    Of a word of three letters only the plural is one: "bar" is no "bark".
    """
    short, long = sorted((a, b), key=len)
    if len(short) == _START:
        return long in (short, f"{short}s", f"{short}es")
    if short.endswith("y") and long == f"{short[:-1]}ies":
        return True
    return long == short or (len(short) > _START and long.startswith(short) and len(long) - len(short) <= _ENDING)
