"""Words of a script that is written without spaces: a run of Chinese characters cut into the longest known words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff〇"
UNSPACED_LANGUAGES = frozenset({"zh"})
RUN = re.compile(f"[{HAN}]+")
_UNKNOWN_COST = 4  # words that one unknown character costs as much as


class Segmenter:
    """Cuts runs of characters into known words; what no known word covers stays as it is.

    Args:
        words: the known words; a longer one is preferred to several short ones.
        patterns: further stretches that are known, such as numerals.

    Example: with the words 预计, 销量, 预计销量 and 件, "预计销量约件" is cut into 预计销量, 约 (unknown) and 件.
    """

    def __init__(self, words: Iterable[str], patterns: Sequence[re.Pattern[str]] = ()) -> None:
        self.words = frozenset(word for word in words if RUN.fullmatch(word))
        self._longest = max(map(len, self.words), default=1)
        self._patterns = tuple(patterns)

    def cut(self, run: str) -> list[tuple[str, bool]]:
        """Return the pieces of a run in order, each with whether it is known; unknown neighbours stay together."""
        best: list[tuple[int, int]] = [(0, 0)] * (len(run) + 1)  # at each position: cost to the end, size of the piece
        for at in range(len(run) - 1, -1, -1):
            options = [(1 + best[at + size][0], -size) for size in self._sizes(run, at)]
            options.append((_UNKNOWN_COST + best[at + 1][0], 0))
            cost, size = min(options)
            best[at] = (cost, -size)
        pieces: list[tuple[str, bool]] = []
        at = 0
        while at < len(run):
            size = best[at][1]
            piece, known = (run[at : at + size], True) if size else (run[at], False)
            if not known and pieces and not pieces[-1][1]:
                piece = pieces.pop()[0] + piece
                pieces.append((piece, False))
                at += 1
                continue
            pieces.append((piece, known))
            at += len(piece)
        return pieces

    def covers(self, text: str) -> bool:
        """Say whether known words make up all of a text; spaces and punctuation aside."""
        runs = RUN.findall(text)
        return bool(runs) and all(known for run in runs for _, known in self.cut(run))

    def _sizes(self, run: str, at: int) -> Iterator[int]:
        for size in range(min(self._longest, len(run) - at), 0, -1):
            if run[at : at + size] in self.words:
                yield size
        for pattern in self._patterns:
            if match := pattern.match(run, at):
                yield match.end() - at


def is_unspaced(text: str) -> bool:
    """Say whether a text holds characters of a script without spaces."""
    return RUN.search(text) is not None


def folded(text: str) -> str:
    """Return a text with full-width digits, letters and punctuation as plain ones: "２０％，" becomes "20%,"."""
    return unicodedata.normalize("NFKC", text).translate(_PUNCTUATION)


_PUNCTUATION = str.maketrans({"。": ".", "、": ",", "「": "“", "」": "”", "『": "“", "』": "”", "《": "“", "》": "”"})
