"""The wording of a message: chat spelling, and numbers and days in words, put plainly before anything is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot.phrases import Phrases

_TOKEN = re.compile(
    r"(?<!\w['’])(?<![\w.@/#&-])[^\W\d_]+(?:/[^\W_]+|\d)?(?!['’]\w)(?![\w@/&-])|(?<!\S)[$€£]+(?![^\s?!.,])"
)
_ALWAYS_SHORT = 2  # letters up to which a short form is one, whatever the catalogue holds
_LARGEST = 100  # of the numbers in words that are weeks, days or sizes


@dataclass(frozen=True)
class Wording:
    """Rewrites messages of one language.

    Args:
        phrases: for the table of short forms, the number words and the months.
        is_name: whether a word stands in the catalogue, and is no short form of another.
    """

    phrases: Phrases
    is_name: Callable[[str], bool]

    def plain(self, text: str) -> str:
        """Return a message in plain words.

        Example: "hw mny r in week forty four" -> "how many are in week 44"; "the sixth of November" -> "6 November".
        """
        for pattern, written in self._numbers:
            text = pattern.sub(written, text)
        return _TOKEN.sub(lambda match: self._meant(match[0]), text)

    def _meant(self, written: str) -> str:
        word = written.casefold()
        is_name = len(word) > _ALWAYS_SHORT and self.is_name(word)
        return written if word not in self._short_forms or is_name else self._short_forms[word]

    @cached_property
    def _short_forms(self) -> Mapping[str, str]:
        table = self.phrases.parsing.get("meant", {})
        assert isinstance(table, Mapping)
        return {str(word): str(meant) for word, meant in table.items()}

    @cached_property
    def _numbers(self) -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]:
        """Return the patterns of number words, and how what they find is written."""
        parsing, lexicon = self.phrases.parsing, self.phrases.lexicon
        if "after_week" not in parsing:
            return []
        cardinals = {word: int(value) for word, value in lexicon.numbers.items() if 2 <= value < _LARGEST}
        more = parsing.get("nth", {})
        assert isinstance(more, Mapping)
        ordinals = {word: int(value) for word, value in {**lexicon.ordinals, **more}.items()}
        tens, units = _among(cardinals, range(20, 100, 10)), _among(cardinals | {"one": 1}, range(1, 10))
        nths, late = _among(ordinals, range(1, 10)), _among(ordinals, range(11, 54))
        small, large = _among(cardinals | {"one": 1}, range(1, 13)), _among(cardinals, range(13, 100))
        days = rf"(\d{{1,2}}(?:st|nd|rd|th)|{_any(ordinals)})"
        months = "|".join(lexicon.months)

        def of(values: Mapping[str, int]) -> Callable[[re.Match[str]], str]:
            return lambda said: str(values[said[1].lower()])

        def both(first: Mapping[str, int], second: Mapping[str, int], ending: str) -> Callable[[re.Match[str]], str]:
            return lambda said: f"{first[said[1].lower()] + second[said[2].lower()]}{ending}"

        def day(said: str) -> str:
            return str(ordinals.get(said.lower(), re.sub(r"\D", "", said)))

        patterns: dict[str, Callable[[re.Match[str]], str]] = {
            rf"\b({_any(tens)})[ -]({_any(nths)})\b": both(tens, nths, "th"),
            rf"\b({_any(tens)})[ -]({_any(units)})\b": both(tens, units, ""),
            rf"{parsing['after_week']}({_any(large)})\b": of(large),
            rf"{parsing['after_week']}({_any(small)})\b{parsing['ends_week']}": of(small),
            rf"\b({_any(large)}){parsing['before_measure']}": of(large),
            rf"\b({_any(late)}){parsing['before_week']}": lambda said: f"{late[said[1].lower()]}th",
            rf"\b{days}(?: of)? ({months})\b": lambda said: f"{day(said[1])} {said[2]}",
            rf"\b({months}),? (?:the )?{days}{parsing['no_week']}": lambda said: f"{said[1]} {day(said[2])}",
        }
        return [(re.compile(pattern, re.IGNORECASE), written) for pattern, written in patterns.items()]


def _among(words: Mapping[str, int], values: range) -> dict[str, int]:
    return {word: value for word, value in words.items() if value in values}


def _any(words: Mapping[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True)) or r"(?!)"
