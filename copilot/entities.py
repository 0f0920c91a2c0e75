"""Entities of an operator's message: products, weeks, placements, groups and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from copilot.catalogue_names import CatalogueNames, NamedSpan, words_of
from copilot.group_names import GroupNames
from copilot.mentions import Mention, free, masked, whole_names
from copilot.spelling import Speller, edits
from copilot.week_words import find_weeks

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.phrases import Phrases

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)?(?![\w])")
_QUOTED = re.compile(r"[\"“«]([^\"”»]{2,120})[\"”»]")
_LETTERS = re.compile(r"(?<![\w'’.@/-])[^\W\d_]{4,}(?![\w'’@/-])")  # whole words; no part of a number, name or address
_LONG_NUMBER = re.compile(r"(?<![\w.,#])\d{5,}(?![\w.,%])")  # so many digits are meant as a product's number


@dataclass(frozen=True)
class Entities:
    """What a message names.

    Attributes:
        products: product ids, in the order they are named.
        weeks: Monday dates.
        placements: placement names as the plan spells them; several when a partial name fits several.
        groups: category groups as the planning problem spells them, or the departments above them.
        numbers: the remaining numbers.
        text: the message with each entity replaced by its kind (`PRODUCT`, `WEEK`, ...): what intents are matched on.
        shift_weeks: "a week later" = 1, "two weeks earlier" = -2, relative to the product's slot.
    """

    products: tuple[str, ...] = ()
    weeks: tuple[date, ...] = ()
    placements: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    text: str = ""
    shift_weeks: int | None = None


@dataclass(frozen=True)
class ReadMessage:
    """A message with its entities.

    Attributes:
        entities: as far as the words decide them.
        same_title: ids that a title of the message could mean, when there are several.
        unknown_id: a product number that the catalogue does not have.
        rest: the words that are neither entities nor words of questions: what may name a product or a group loosely.
        rest_in_catalogue: True when the catalogue has one of these words, up to a typing error.
        group_words: the words that name the groups.
        named: for each name in the message, in order, the ids that it could mean.
    """

    entities: Entities
    same_title: tuple[str, ...] = ()
    unknown_id: str = ""
    rest: tuple[str, ...] = ()
    rest_in_catalogue: bool = False
    group_words: tuple[str, ...] = ()
    named: tuple[tuple[str, ...], ...] = ()


@dataclass
class EntityReader:
    """Finds the entities of messages about one workspace.

    Args:
        engine: for the plan's weeks, placements, groups and catalogue.
        phrases: the language of the messages.
    """

    engine: Engine
    phrases: Phrases
    names: CatalogueNames = field(init=False)
    groups: GroupNames = field(init=False)

    def __post_init__(self) -> None:
        self.question_words = _question_words(self.phrases)
        self.names = CatalogueNames.load(self.engine.workspace, self.question_words)
        past = (one.group for one in self.engine.rhythm.groups)
        self.groups = GroupNames((*self.engine.group_names(), *past), self.phrases.lexicon, self.question_words)

    def read(self, text: str) -> ReadMessage:
        """Return the entities of a message.

        Raises:
            UnknownWeek: a week or day that no calendar has.
        """
        spans: list[Mention] = []
        weeks, shift = self._weeks(text, spans)
        ids, unknown_id = self._ids(text, spans)
        titles = self._titles(text, spans)
        products = tuple(meant[0] for meant in titles.values() if len(meant) == 1)
        same_title = next((meant for meant in titles.values() if len(meant) > 1), ())
        placements = self._placements(text, spans)
        groups, group_words = self._groups(text, spans)
        numbers = self._numbers(text, spans)
        runs = self._rest(text, spans)
        rest = tuple(word for run in runs.values() for word in run)
        entities = Entities(
            products=tuple(dict.fromkeys((*ids, *products))),
            weeks=weeks,
            placements=placements,
            groups=groups,
            numbers=numbers,
            text=masked(text, spans),
            shift_weeks=shift,
        )
        in_catalogue = any(map(self.names.knows, rest))
        named = self._named(ids, titles, runs)
        return ReadMessage(entities, same_title, unknown_id, rest, in_catalogue, group_words, named)

    def mended(self, text: str) -> str:
        """Return the text with misspelt words as they are meant: words of questions first, then the catalogue's.

        Example: "is serch demand for ice creem going up" -> "is search demand for ice cream going up".
        """
        quoted = [Mention(match.start(), match.end(), "QUOTED") for match in _QUOTED.finditer(text)]
        return _LETTERS.sub(
            lambda match: self._mended(match[0]) if free(match.start(), match.end(), quoted) else match[0], text
        )

    def _mended(self, written: str) -> str:
        word = written.casefold()
        if word in self._spoken or self._is_question_word(word) or self.names.has(word):
            return written
        meant, name = self._speller.nearest(word), self.names.mend(word)
        if meant is None or (name != word and edits(word, name) < edits(word, meant)):
            return written if name == word else name
        return meant

    @cached_property
    def _speller(self) -> Speller:
        return Speller(self._asking)

    @cached_property
    def _asking(self) -> frozenset[str]:
        """Words that an operator asks with, as they are written."""
        examples = [one for words in self.phrases.intents.values() for one in (*words.examples, *words.cues)]
        holidays = self.phrases.parsing["holidays"]
        assert isinstance(holidays, Mapping)
        own = [str(self.phrases.parsing["stopwords"]), *self.phrases.lexicon.months, *map(str, holidays)]
        return frozenset(words_of(" ".join([*examples, *own, *self.engine.placements])))

    @cached_property
    def _spoken(self) -> frozenset[str]:
        """Words that are no misspelling, whatever they are near to."""
        groups = words_of(" ".join(self.groups.names))
        months = (month[:3] for month in self.phrases.lexicon.months)
        return self._asking | frozenset(groups) | frozenset(months)

    def loose_groups(self, words: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """Return the groups that most of these words name in part, a typing error aside, and how many words do."""
        return self.groups.loosely([self.names.mend(word) for word in words])

    def _weeks(self, text: str, spans: list[Mention]) -> tuple[tuple[date, ...], int | None]:
        found = find_weeks(text, self.engine.as_of, self.engine.weeks, self.phrases.parsing, self.phrases.lexicon)
        spans += [Mention(span.start, span.end, "WEEK") for span in found]
        shift = next((span.shift for span in found if span.shift is not None), None)
        return tuple(dict.fromkeys(week for span in found for week in span.weeks)), shift

    def _ids(self, text: str, spans: list[Mention]) -> tuple[tuple[str, ...], str]:
        """Product numbers: `#123` and `product 123` whatever they hold, other words with a digit when the id exists."""
        ids, unknown = [], ""
        pattern = re.compile(str(self.phrases.parsing["product_number"]), re.IGNORECASE)
        for match in pattern.finditer(text):
            written = match[1].rstrip(".-")
            if free(match.start(), match.end(), spans) and any(char.isdigit() for char in written):
                if written in self.names.ids:
                    ids.append(written)
                else:
                    unknown = unknown or written
                spans.append(Mention(match.start(), match.start(1) + len(written), "PRODUCT"))
        for match in re.finditer(r"(?<![\w.-])[\w.-]*\d[\w.-]*", text):
            written = match[0].rstrip(".-")
            if len(written) >= 4 and written in self.names.ids and free(match.start(), match.end(), spans):
                ids.append(written)
                spans.append(Mention(match.start(), match.start() + len(written), "PRODUCT"))
        for match in _LONG_NUMBER.finditer(text):
            if free(match.start(), match.end(), spans):
                unknown = unknown or match[0]
                spans.append(Mention(match.start(), match.end(), "PRODUCT"))
        return tuple(ids), unknown

    def _titles(self, text: str, spans: list[Mention]) -> dict[int, tuple[str, ...]]:
        """Return, by position, what each full title could mean.

        One of products on sale may also mean a candidate that is called so up to its size; those come first.
        """
        titles = {}
        for found in self.names.find_titles(text):
            if not free(found.start, found.end, spans) or self._is_other_name(text, found):
                continue
            spans.append(Mention(found.start, found.end, "PRODUCT"))
            titles[found.start] = found.products
            if not self.names.any_waiting(found.products):
                head = words_of(text[found.start : found.end])
                titles[found.start] = (*self.names.waiting_headed(head), *found.products)
        return titles

    def _is_other_name(self, text: str, found: NamedSpan) -> bool:
        """Say whether a title is only a part of a placement or group name, or is one and nothing that waits is."""
        lowered = text.casefold()
        waits = self.names.any_waiting(found.products)
        for name in (*self.engine.placements, *self.groups.names):
            at = lowered.find(name.casefold())
            inside = at >= 0 and at <= found.start and found.end <= at + len(name)
            if inside and (len(name) > found.end - found.start or not waits):
                return True
        return False

    def _placements(self, text: str, spans: list[Mention]) -> tuple[str, ...]:
        found = list(whole_names(text, self.engine.placements, spans, "PLACEMENT"))
        while fits := self._partial_placements(text, spans, found):
            found += fits
        return tuple(found)

    def _partial_placements(self, text: str, spans: list[Mention], found: Sequence[str]) -> tuple[str, ...]:
        """Return the placements that the longest run of words fits: "the end caps" fits every end cap.

        A run that fits what was found says no more: "the front page of the mailer" is no other mailer.
        """
        noise = self.phrases.parsing["placement_noise"]
        assert isinstance(noise, Sequence)
        names = {name: _squeezed(words_of(name), noise) for name in self.engine.placements}
        tokens = [match for match in re.finditer(r"\w+", text) if free(match.start(), match.end(), spans)]
        words = [_singular(match, text) for match in tokens]
        for size in range(min(5, len(tokens)), 0, -1):
            for i in range(len(tokens) - size + 1):
                run = _squeezed(words[i : i + size], noise)
                fits = [name for name, have in names.items() if run and _names_in_part(run, have, size)]
                if fits and not (size == 1 and run in self.question_words) and not set(fits) & set(found):
                    spans.append(Mention(tokens[i].start(), tokens[i + size - 1].end(), "PLACEMENT"))
                    return tuple(fits)
        return ()

    def _groups(self, text: str, spans: list[Mention]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the groups that are named in full, and the words that do."""
        before = len(spans)
        named = whole_names(text, self.groups.names, spans, "GROUP", self.groups.stands)
        words = tuple(word for span in spans[before:] for word in words_of(text[span.start : span.end]))
        return tuple(dict.fromkeys(group for name in named for group in self.groups.called(name))), words

    def _numbers(self, text: str, spans: list[Mention]) -> tuple[float, ...]:
        numbers = []
        for match in _NUMBER.finditer(text):
            if free(match.start(), match.end(), spans):
                numbers.append(float(match[0].replace(",", "")))
                spans.append(Mention(match.start(), match.end(), "NUMBER"))
        return tuple(numbers)

    def _rest(self, text: str, spans: list[Mention]) -> dict[int, tuple[str, ...]]:
        """Return the words that are left, in runs without another word between them, by position."""
        quoted = _QUOTED.search(text)
        if quoted and free(quoted.start(), quoted.end(), spans):
            spans.append(Mention(quoted.start(), quoted.end(), "PRODUCT"))
            return {quoted.start(): words_of(quoted[1])}
        runs: dict[int, tuple[str, ...]] = {}
        start = None
        for match in re.finditer(r"[^\W_]+(?:'[^\W_]+)?", text.replace("’", "'")):
            word = match[0].casefold().removesuffix("'s")
            if not free(match.start(), match.end(), spans) or self._is_question_word(word):
                start = None
                continue
            start = match.start() if start is None else start
            runs[start] = (*runs.get(start, ()), word)
        return runs

    def _named(
        self, ids: Sequence[str], titles: dict[int, tuple[str, ...]], runs: dict[int, tuple[str, ...]]
    ) -> tuple[tuple[str, ...], ...]:
        loose = {at: self.names.waiting_named([self.names.mend(word) for word in run]) for at, run in runs.items()}
        in_order = [meant for _, meant in sorted({**loose, **titles}.items()) if meant]
        return (*((one,) for one in ids), *in_order)

    def _is_question_word(self, word: str) -> bool:
        """Say whether a word, or a form of it, belongs to questions: "sells" is one as "sell" is."""
        return word in self.question_words or self.phrases.lexicon.stem(word) in self._question_stems

    @cached_property
    def _question_stems(self) -> frozenset[str]:
        return frozenset(map(self.phrases.lexicon.stem, self.question_words))


def _question_words(phrases: Phrases) -> frozenset[str]:
    """Return the words that questions are made of: those of the language's examples, and its plain words."""
    examples = [
        example
        for intent, words in phrases.intents.items()
        if intent not in ("product_search", "out_of_scope")
        for example in (*words.examples, *words.cues)
    ]
    own = str(phrases.parsing["stopwords"])
    stems = phrases.lexicon.plain | frozenset(phrases.lexicon.kinds) | frozenset(phrases.lexicon.units)
    return frozenset(words_of(" ".join(examples)) + words_of(own) + tuple(own.split())) | stems


def _squeezed(words: Iterable[str], noise: Sequence[str]) -> str:
    """Return words without the noise and without spaces: "end cap" and "endcap" become the same."""
    return "".join(word for word in words if word not in noise)


def _singular(match: re.Match[str], text: str) -> str:
    """Return a word of a placement's name: "caps" is "cap", but "in-aisles" is one word of another name."""
    word = match[0].casefold()
    plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss") and text[: match.start()][-1:] != "-"
    return word.removesuffix("s") if plural else word


def _names_in_part(run: str, have: str, size: int) -> bool:
    long_enough = len(run) >= (5 if size == 1 else 6)
    return long_enough and run in have
