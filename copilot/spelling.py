"""Spelling: the word that a misspelt one stands for, when it is very near; else none, so that the answer asks back."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

SHORTEST = 4  # letters; shorter words are too easily mistaken for one another
_SHORT = 6  # letters; up to here one edit, beyond it two
_LEAST_SHARE = 0.8  # of the letters of both words that they share in order
_VOWELS = frozenset("aeiouy")


class Speller:
    """Mends words towards a vocabulary: same first letter, one edit in short words, two in longer ones.

    Example: Speller(["cream", "pears"]).nearest("creem") -> "cream"; "paris" and "dream" have none.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for word in sorted(set(words)):
            if len(word) >= SHORTEST and word.isalpha():
                self._by_start.setdefault((word[0], len(word)), []).append(word)

    def nearest(self, word: str) -> str | None:
        """Return the word that is misspelt here, or None when none is near enough."""
        if len(word) < SHORTEST or not word.isalpha():
            return None
        limit = 1 if len(word) <= _SHORT else 2
        lengths = range(len(word) - limit, len(word) + limit + 1)
        options = [other for length in lengths for other in self._by_start.get((word[0], length), ())]
        near = [(edits(word, other), -_share(word, other), other) for other in options if _may_be(word, other)]
        return min((one for one in near if one[0] <= limit), default=(0, 0.0, None))[2]


def edits(a: str, b: str) -> int:
    """Count the letters to add, leave out, replace or swap with the next (optimal string alignment distance).

    Example: "serch" and "search" -> 1; "forcats" and "forecast" -> 2.
    """
    rows = [list(range(len(b) + 1))]
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def _may_be(word: str, other: str) -> bool:
    """Refuse words that share too few letters, and short ones with another consonant: "front" is not "frost"."""
    if _share(word, other) < _LEAST_SHARE and sorted(word) != sorted(other):
        return False
    replaced = [(a, b) for a, b in zip(word, other, strict=False) if a != b] if len(word) == len(other) else []
    other_sound = len(replaced) == 1 and not (set(replaced[0]) <= _VOWELS and len(word) > SHORTEST)
    return len(word) >= _SHORT or not other_sound


def _share(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio()
