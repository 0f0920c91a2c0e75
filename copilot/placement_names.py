"""Placements in an operator's words: their full names, or the part of one that says which is meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from copilot.catalogue_names import words_of
from copilot.mentions import Mention, free, whole_names

_LONGEST = 5  # words of a part
_LETTERS_OF_ONE, _LETTERS = 5, 6  # that a part of one word, or of more, has at least


@dataclass(frozen=True)
class PlacementNames:
    """Finds placements.

    Args:
        names: of the calendar.
        noise: words that say nothing about which is meant.
        question_words: words that alone name none.
        others: words before a part of one word that make it no placement: "my aisle", "the freezer aisle".
    """

    names: Sequence[str]
    noise: Sequence[str]
    question_words: Collection[str]
    others: Collection[str] = ()

    def find(self, text: str, spans: list[Mention]) -> tuple[str, ...]:
        """Return the placements of a message, in full or in part, and add their mentions."""
        found = list(whole_names(text, self.names, spans, "PLACEMENT"))
        while fits := self._in_part(text, spans, found) or self._by_a_word(text, spans, found):
            found += fits
        return tuple(found)

    def _in_part(self, text: str, spans: list[Mention], found: Sequence[str]) -> tuple[str, ...]:
        """Return the placements that the longest run of words fits: "the end caps" fits every end cap.

        A run that fits what was found says no more: "the front page of the mailer" is no other mailer.
        """
        names = {name: [word for word in words_of(name) if word not in self.noise] for name in self.names}
        tokens = [match for match in re.finditer(r"\w+", text) if free(match.start(), match.end(), spans)]
        words = [_singular(match, text) for match in tokens]
        for size in range(min(_LONGEST, len(tokens)), 0, -1):
            for i in range(len(tokens) - size + 1):
                run = self._squeezed(words[i : i + size])
                fits = [name for name, have in names.items() if run and _names_in_part(run, have, size)]
                fits = fits or [name for name in self.names if _leaves_out(words[i : i + size], words_of(name))]
                stands_alone = size == 1 and (run in self.question_words or self._is_other(words[:i]))
                if fits and not stands_alone and not set(fits) & set(found):
                    spans.append(Mention(tokens[i].start(), tokens[i + size - 1].end(), "PLACEMENT", tuple(fits)))
                    return tuple(fits)
        return ()

    def _by_a_word(self, text: str, spans: list[Mention], found: Sequence[str]) -> tuple[str, ...]:
        """Return the placement that "the" and a word of its name alone mean: "the wrap"."""
        for match in re.finditer(r"(?<=\bthe )\w{3,}\b(?! (?:of|for|with)\b)", text, re.IGNORECASE):
            word = _singular(match, text)
            fits = [name for name in self.names if word in words_of(name)]
            says = word not in self.noise and word not in self.question_words
            if says and len(fits) == 1 and fits[0] not in found and free(match.start(), match.end(), spans):
                spans.append(Mention(match.start(), match.end(), "PLACEMENT", tuple(fits)))
                return tuple(fits)
        return ()

    def _is_other(self, before: Sequence[str]) -> bool:
        return bool(before) and before[-1] in self.others

    def _squeezed(self, words: Iterable[str]) -> str:
        """Return words without the noise and without spaces: "end cap" and "endcap" become the same."""
        return "".join(word for word in words if word not in self.noise)


def _singular(match: re.Match[str], text: str) -> str:
    """Return a word of a placement's name: "caps" is "cap", but "in-aisles" is one word of another name."""
    word = match[0].casefold()
    plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss") and text[: match.start()][-1:] != "-"
    return word.removesuffix("s") if plural else word


def _leaves_out(words: Sequence[str], name: Sequence[str]) -> bool:
    """Say whether words are a name with a word inside it left out: "front cap" for the front end cap."""
    if len(words) < 2 or len(words) >= len(name) or (words[0], words[-1]) != (name[0], name[-1]):
        return False
    left = iter(name)
    return all(word in left for word in words)


def _names_in_part(run: str, name: Sequence[str], size: int) -> bool:
    """Say whether a run is part of a name; one of several words is whole words of it.

    Else "the mailers in week 50" would be the one mailer whose next word begins with "in".
    """
    have = "".join(name)
    if len(run) < (_LETTERS_OF_ONE if size == 1 else _LETTERS) or run not in have:
        return False
    bounds = [len("".join(name[:i])) for i in range(len(name) + 1)]
    ends = {*bounds, *(end - 1 for end in bounds if have[end - 1 : end] == "s")}  # a run is without its plural
    return size == 1 or any(start + len(run) in ends for start in bounds if have.startswith(run, start))
