"""Sentences out of a stream of text: where one ends, and which citations still belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from copilot.factsheet import FactSheet
from copilot.lexicon import Lexicon
from copilot.tokens import fact_names

_CITES_NEXT = re.compile(r"\s*(?:\[\s*F\d+(?:\s*[,;、，]\s*F\d+)*\s*\][.。\s]*)+")
_CITE_OPENS = re.compile(r"\s*(?:\[[^\]\n]{0,40})?$")  # nothing yet, or a citation that is still being written
_LIST_MARKER = re.compile(r"^\s*(?:[-*•>#]+|\(?\d{1,2}[.)])\s+")
_CITES_AT_END = re.compile(r"([.!?。！？]?)\s*((?:\[\s*F\d+(?:\s*[,;、，]\s*F\d+)*\s*\]\s*)+)[.!?。！？]?$")
_LAST_WORD = re.compile(r"([\w.]+)$")
_WIDE_STOPS = "。！？"
_QUOTE_REACH = 160  # characters; a quotation mark that never closes must not swallow the rest


class SentenceSplitter:
    """Cuts a stream of pieces into sentences.

    A full stop does not end a sentence inside a number, a name of the sheet or a quotation, after an abbreviation or an
    initial, or in a list marker; citations that follow it still belong to the sentence.

    Example: "Dr. Tea sells 3.5 units. [F1] It" -> "Dr. Tea sells 3.5 units [F1].", and "It" waits.
    """

    def __init__(self, sheet: FactSheet, lexicon: Lexicon) -> None:
        self._names = sorted({name for fact in sheet.facts for name in fact_names(fact) if "." in name})
        self._lexicon = lexicon
        self._buffer = ""

    def feed(self, piece: str) -> list[str]:
        """Take a piece of text and return the sentences that it completes."""
        self._buffer += piece
        sentences: list[str] = []
        while (end := self._end()) is not None:
            sentences.append(self._buffer[:end])
            self._buffer = self._buffer[end:]
        return list(tidied(sentences, wide=self._lexicon.unspaced))

    def flush(self) -> list[str]:
        """Return what is left: a last sentence, whole or cut off."""
        rest, self._buffer = self._buffer, ""
        return list(tidied([rest], wide=self._lexicon.unspaced))

    def _end(self) -> int | None:
        """Return where the first sentence of the buffer ends, or None while that cannot be told yet."""
        for match in re.finditer(r"[.!?]+|[。！？]+|\n", self._buffer):
            if match[0] == "\n" and not self._buffer[: match.start()].strip():
                continue
            if match[0] != "\n" and not self._is_stop(match.start(), match.end()):
                continue
            following = self._buffer[match.end() :]
            if _CITE_OPENS.match(following):
                return None
            cites = _CITES_NEXT.match(following)
            if cites and _CITE_OPENS.match(following[cites.end() :]):
                return None  # another citation may follow
            return match.end() + (cites.end() if cites else 0)
        return None

    def _is_stop(self, at: int, end: int) -> bool:
        text = self._buffer
        if text[at] in _WIDE_STOPS:
            return not (self._in_quotation(at) or self._in_name(at))
        if end < len(text) and not (text[end].isspace() or text[end] in '["”)'):
            return False
        before = text[:at]
        word = _LAST_WORD.search(before)
        last = word[1].lower() if word else ""
        if last in self._lexicon.abbreviations or (len(last) == 1 and last.isalpha()):
            return False
        if last.isdigit() and not before[: -len(last)].strip(" \n-*("):
            return False  # "1." opens a list item
        return not (self._in_quotation(at) or self._in_name(at))

    def _in_quotation(self, at: int) -> bool:
        nearby = self._buffer[max(0, at - _QUOTE_REACH) : at]
        return nearby.rfind("“") > nearby.rfind("”")

    def _in_name(self, at: int) -> bool:
        """Say whether a name of the sheet, complete or still being written, covers this position."""
        for name in self._names:
            for start in range(max(0, at - len(name) + 1), at + 1):
                written = self._buffer[start : start + len(name)]
                if start + len(written) > at + 1 and name.startswith(written):
                    return True
        return False


def tidied(sentences: Iterable[str], *, wide: bool = False) -> Iterable[str]:
    """Yield sentences without list markers and emphasis, citations at the end before the full stop, as in phrases.

    What says nothing is left out: empty lines, and headings such as "The facts are:". `wide` says that the language
    has full-width stops.
    """
    for sentence in sentences:
        line = _LIST_MARKER.sub("", " ".join(sentence.split()).replace("**", ""))
        cited = _CITES_AT_END.search(line)
        line = f"{line[: cited.start()]} {cited[2].strip()}{_stop(cited[1], wide)}".strip() if cited else line.strip()
        if any(char.isalnum() for char in line) and not line.endswith(":"):
            yield line


def _stop(written: str, wide: bool) -> str:
    """Return the stop behind a sentence's citations: its own question mark, or a full stop of the language."""
    asks = written in ("?", "？")
    return ("？" if asks else "。") if wide else ("?" if asks else ".")
