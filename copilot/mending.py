"""Mending: the words of a message as they are meant: short forms, words run together or split, and misspelt ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from copilot.catalogue_names import CatalogueNames, words_of
from copilot.mentions import Mention, free
from copilot.segments import is_unspaced
from copilot.spelling import Speller, edits
from copilot.wording import Wording

if TYPE_CHECKING:
    from copilot.phrases import Phrases

QUOTED = re.compile(r"[\"“«]([^\"”»]{2,120})[\"”»]")
_LETTERS = re.compile(  # whole words; no part of a number, name or address
    r"(?<!\w['’])(?<![\w.@/-])[^\W\d_]{4,}(?!['’]\w)(?![\w@/-])"
)
_LATIN = re.compile(r"(?<![\w.@/'’-])[A-Za-z]{4,}(?![\w@/'’-])", re.ASCII)  # names among characters without spaces
_SPLIT = re.compile(r"(?<![\w'’-])([^\W\d_]{3,})[ -](?=([^\W\d_]{3,})(?![\w-]))")
_MEASURE = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?)(oz|lbs?|ct|count|in|l|liters?|litres?|gal|ml|kg|g|pk|packs?)\b", re.IGNORECASE
)
_PART, _RUN_TOGETHER = 2, 5  # letters of a part, and of a word, that may be two words run together
_OFTEN = 4  # examples that hold a word before misspelt ones are mended to it


class Mender:
    """Mends words of questions first, then the catalogue's.

    Args:
        phrases: the language's words.
        names: the catalogue's names.
        placements, groups: the plan's names, whose words are no misspellings.
        is_everyday: whether a word, or a form of it, is one of questions or of everyday speech.
    """

    def __init__(
        self,
        phrases: Phrases,
        names: CatalogueNames,
        placements: Iterable[str],
        groups: Iterable[str],
        is_everyday: Callable[[str], bool],
    ) -> None:
        self._phrases, self._names, self._is_everyday = phrases, names, is_everyday
        self._placements, self._groups = tuple(placements), tuple(groups)
        self._wording = Wording(phrases, names.has)

    def mended(self, text: str) -> str:
        """Return the text with misspelt words as they are meant; what is quoted stays.

        Example: "is serch demand for icecreem going up" -> "is search demand for ice cream going up".
        """
        text = self._in_words_of_the_catalogue(_MEASURE.sub(r"\1 \2", self._wording.plain(text)))
        text = _SPLIT.sub(lambda match: match[1] if self._is_one_word(match[1], match[2]) else match[0], text)
        quoted = [Mention(match.start(), match.end(), "QUOTED") for match in QUOTED.finditer(text)]
        words = _LATIN if is_unspaced(text) else _LETTERS
        return words.sub(
            lambda match: self._mended(match[0]) if free(match.start(), match.end(), quoted) else match[0], text
        )

    def _in_words_of_the_catalogue(self, text: str) -> str:
        """Return the text with goods as the catalogue calls them: "gingerbread biscuits" are gingerbread cookies."""
        for pattern, meant in self._same_goods:
            text = pattern.sub(lambda match, meant=meant: self._as_called(match, meant), text)
        return text

    def _as_called(self, match: re.Match[str], meant: str) -> str:
        """Return the catalogue's name, unless a name before sets the goods apart: "dog biscuits" are no cookies."""
        before = words_of(match.string[: match.start()])[-1:]
        alone = (
            not before or match.string[match.start() - 1 : match.start()] not in " -" or self._is_everyday(before[0])
        )
        return meant if alone or self._names.waiting_named((*before, *words_of(meant))) else match[0]

    @cached_property
    def _same_goods(self) -> list[tuple[re.Pattern[str], str]]:
        """Names of the same goods that the catalogue lacks, and one that it has for each."""
        found = []
        for line in self._phrases.parsing.get("same_goods", ()):  # pyright: ignore[reportGeneralTypeIssues]
            alike = [words_of(name) for name in str(line).split("|")]
            meant = next((words for words in alike if self._names.calls_so(words)), ())
            others = [words for words in alike if meant and not self._names.calls_so(words)]
            found += [(re.compile(rf"\b{'[ -]'.join(words)}\b", re.IGNORECASE), " ".join(meant)) for words in others]
        return found

    def _mended(self, written: str) -> str:
        word = written.casefold()
        if is_unspaced(word):
            return written  # a wrong character is no misspelling that letters tell
        if word in self._spoken or self._is_everyday(word) or self._names.has(word):
            return written
        if parts := self._parts(word):
            return parts
        meant, name = self._speller.nearest(word), self._names.mend(word)
        if meant is None or (name != word and edits(word, name) < edits(word, meant)):
            return written if name == word else name
        return meant

    def _parts(self, word: str) -> str:
        """Return the two words of the catalogue or of questions that are run together here: "greentea", "sofar"."""
        if len(word) < _RUN_TOGETHER:
            return ""
        splits = [(word[:at], word[at:]) for at in range(_PART, len(word) - _PART + 1)]
        named = next((pair for pair in splits if self._names.together(pair)), ())
        return " ".join(named or self._run_together.get(word, ()))

    def _is_one_word(self, first: str, second: str) -> bool:
        """Say whether two words are one that the catalogue knows: "ginger bread", but not those of a "rear end cap"."""
        apart = f"{first} {second}".casefold()
        if any(apart in name.casefold() for name in (*self._placements, *self._groups)):
            return False
        joined, pair = f"{first}{second}".casefold(), (first.casefold(), second.casefold())
        return self._names.has(joined) and not self._names.together(pair)

    @cached_property
    def _run_together(self) -> dict[str, tuple[str, str]]:
        """Words that follow one another in questions, by both run together."""
        asked = [words_of(one) for words in self._phrases.intents.values() for one in (*words.examples, *words.cues)]
        pairs = (pair for words in asked for pair in pairwise(words) if min(map(len, pair)) >= _PART)
        return {"".join(pair): pair for pair in pairs}

    @cached_property
    def _speller(self) -> Speller:
        return Speller(self._asking)

    @cached_property
    def _asking(self) -> frozenset[str]:
        """Words that an operator asks with, as they are written."""
        intents = self._phrases.intents.values()
        often = Counter(word for words in intents for one in words.examples for word in set(words_of(one)))
        examples = [word for word, n in often.items() if n >= _OFTEN]  # a rare word is as likely meant as a rare name
        examples += [cue for words in intents for cue in words.cues]
        holidays = self._phrases.parsing["holidays"]
        assert isinstance(holidays, Mapping)
        own = [str(self._phrases.parsing["stopwords"]), *self._phrases.lexicon.months, *map(str, holidays)]
        return frozenset(words_of(" ".join([*examples, *own, *self._placements])))

    @cached_property
    def _spoken(self) -> frozenset[str]:
        """Words that are no misspelling, whatever they are near to."""
        groups = words_of(" ".join(self._groups))
        months = (month[:3] for month in self._phrases.lexicon.months)
        goods = words_of(" ".join(self._phrases.goods))
        plurals = (f"{word}s" for word in words_of(" ".join(self._placements)))  # "the mailers" are all of them
        return self._asking | frozenset(plurals) | frozenset(groups) | frozenset(months) | frozenset(goods)
