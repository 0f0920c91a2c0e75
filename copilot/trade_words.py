"""English words of the trade inside messages of another script, read as that language's own: "W45 的 total margin"."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from copilot.phrases import has_prompts, load_toml
from copilot.segments import is_unspaced

_FILE = "trade_words.toml"
_LATIN_RUN = re.compile(r"(?<![\w#@./-])[A-Za-z][A-Za-z-]*(?: [A-Za-z][A-Za-z-]*)*(?![\w@/-])", re.ASCII)


def in_own_words(text: str, lang: str, is_name: Callable[[str], bool]) -> str:
    """Return a message with the trade's English words as the language's own; one without its script stays.

    Args:
        lang: the language of the message; one without such words changes nothing.
        is_name: whether a word is one of the shop's names, which then goes on with the words around it.

    Beside other Latin words one with a capital letter stays: an "Advent Calendar" is no calendar.

    Example: "W45 的 total margin 多少" -> "W45 的 总毛利 多少".
    """
    words = _own_words(lang)
    if not words or not is_unspaced(text):
        return text
    return _LATIN_RUN.sub(lambda match: _told(match[0], words, is_name), text)


def _told(run: str, words: Mapping[str, str], is_name: Callable[[str], bool]) -> str:
    if (whole := words.get(run.casefold())) is not None:
        return whole
    pieces, at, parts = run.split(), 0, []
    if any(map(is_name, _shared(pieces, words))):
        return run
    while at < len(pieces):
        size = next((n for n in range(len(pieces) - at, 0, -1) if " ".join(pieces[at : at + n]) in words), 0)
        parts.append(words[" ".join(pieces[at : at + size])] if size else pieces[at])
        at += size or 1
    return " ".join(parts)


def _shared(pieces: Collection[str], words: Mapping[str, str]) -> list[str]:
    """Return the words of a run that the trade has too, where they may belong to a name beside them."""
    trade = {word for phrase in words for word in phrase.split()}
    return [piece.casefold() for piece in pieces if piece.casefold() in trade]


@lru_cache(maxsize=4)
def _own_words(lang: str) -> dict[str, str]:
    """Return the trade's English words -> the language's own."""
    if not has_prompts(lang, _FILE):
        return {}
    return {other: own for own, others in load_toml(lang, _FILE)["words"].items() for other in others}
