"""Spacing of Chinese briefs: no blank between a Chinese character and a letter, a digit or another Chinese character.

Sentences of answers keep theirs, as the check of a sentence reads its words by them; a document is set without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from copilot.segments import HAN

_CHINESE = rf"[{HAN}，。；：、？！（）]"
_BEFORE, _AFTER = r"[0-9A-Za-z%\]]", r"(?:-?[0-9A-Za-z]|\\#)"  # no mark of a list or a heading
_BLANK = re.compile(rf"(?<={_CHINESE}) (?=\*{{0,2}}(?:{_CHINESE}|{_AFTER}))|(?<={_BEFORE}) (?=\*{{0,2}}{_CHINESE})")
_BEFORE_QUOTE = re.compile(rf"(?<=[0-9A-Za-z%{HAN}，。；：、]) $")
_KEPT = r"^```[\s\S]*?^```$|`[^`\n]*`|“[^”\n]*”|^> .*$|^- \[ \] |^\|(?: ---)+.*$"


def without_blanks(text: str, names: Iterable[str] = ()) -> str:
    """Return Markdown without the blanks that Chinese does not set.

    Args:
        names: stand as they are, as do quotations, code and charts.
    Example: "于 2017-W41 在 rear end cap 上新" -> "于2017-W41在rear end cap上新".
    """
    own = sorted((re.escape(name) for name in set(names) if _BLANK.search(name)), key=len, reverse=True)
    kept = re.compile("|".join([*own, _KEPT]), re.MULTILINE)
    pieces, start = [], 0
    for found in kept.finditer(text):
        before = _BLANK.sub("", text[start : found.start()])
        pieces += [_BEFORE_QUOTE.sub("", before) if found[0].startswith("“") else before, found[0]]
        start = found.end()
    return "".join([*pieces, _BLANK.sub("", text[start:])])
