"""Entities of an operator's message: products, weeks, placements, groups and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from copilot.catalogue_names import CatalogueNames, NamedSpan, words_of
from copilot.week_words import find_weeks

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.phrases import Phrases

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)?(?![\w])")
_QUOTED = re.compile(r"[\"“«]([^\"”»]{2,120})[\"”»]")
_BROAD_GROUPS = 6  # a word that fits more groups than this names none of them


@dataclass(frozen=True)
class Entities:
    """What a message names.

    Attributes:
        products: product ids, in the order they are named.
        weeks: Monday dates.
        placements: placement names as the plan spells them; several when a partial name fits several.
        groups: category groups as the planning problem spells them.
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
class Mention:
    """A stretch of the message and the kind of entity it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class ReadMessage:
    """A message with its entities.

    Attributes:
        entities: as far as the words decide them.
        same_title: ids that share a title that the message names, when there are several.
        unknown_id: a product number that the catalogue does not have.
        rest: the words that are neither entities nor words of questions: what may name a product or a group loosely.
        rest_in_catalogue: True when the catalogue has one of these words, up to a typing error.
    """

    entities: Entities
    same_title: tuple[str, ...] = ()
    unknown_id: str = ""
    rest: tuple[str, ...] = ()
    rest_in_catalogue: bool = False


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

    def __post_init__(self) -> None:
        self.question_words = _question_words(self.phrases)
        self.names = CatalogueNames.load(self.engine.workspace, self.question_words)

    def read(self, text: str) -> ReadMessage:
        """Return the entities of a message.

        Raises:
            UnknownWeek: a week or day that no calendar has.
        """
        spans: list[Mention] = []
        weeks, shift = self._weeks(text, spans)
        ids, unknown_id = self._ids(text, spans)
        products, same_title = self._titles(text, spans)
        placements = self._placements(text, spans)
        groups = self._groups(text, spans)
        numbers = self._numbers(text, spans)
        rest = self._rest(text, spans)
        entities = Entities(
            products=tuple(dict.fromkeys((*ids, *products))),
            weeks=weeks,
            placements=placements,
            groups=groups,
            numbers=numbers,
            text=_masked(text, spans),
            shift_weeks=shift,
        )
        return ReadMessage(entities, same_title, unknown_id, rest, any(map(self.names.knows, rest)))

    def loose_groups(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the groups that most of these words name in part: "snacks" -> every group with snacks in its name."""
        stem = self.phrases.lexicon.stem
        wanted = {stem(word) for word in words}
        last = {group: {stem(word) for word in words_of(group.rsplit(" > ", 1)[-1])} for group in self._all_groups()}
        common = [group for group, have in last.items() if wanted & have]
        if not common:
            first = [group for group in last if wanted & {stem(word) for word in words_of(group.split(" > ")[0])}]
            return tuple(first) if len(first) <= _BROAD_GROUPS else ()
        best = max(len(wanted & last[group]) for group in common)
        return tuple(group for group in common if len(wanted & last[group]) == best)[:_BROAD_GROUPS]

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
            if _free(match.start(), match.end(), spans) and any(char.isdigit() for char in written):
                if written in self.names.ids:
                    ids.append(written)
                else:
                    unknown = unknown or written
                spans.append(Mention(match.start(), match.start(1) + len(written), "PRODUCT"))
        for match in re.finditer(r"(?<![\w.-])[\w.-]*\d[\w.-]*", text):
            written = match[0].rstrip(".-")
            if len(written) >= 4 and written in self.names.ids and _free(match.start(), match.end(), spans):
                ids.append(written)
                spans.append(Mention(match.start(), match.start() + len(written), "PRODUCT"))
        return tuple(ids), unknown

    def _titles(self, text: str, spans: list[Mention]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        products, same_title = [], ()
        for found in self.names.find_titles(text):
            if not _free(found.start, found.end, spans) or self._is_other_name(text, found):
                continue
            spans.append(Mention(found.start, found.end, "PRODUCT"))
            if len(found.products) == 1:
                products.append(found.products[0])
            else:
                same_title = same_title or found.products
        return tuple(products), same_title

    def _is_other_name(self, text: str, found: NamedSpan) -> bool:
        """Say whether a title is only a part of a longer placement or group name in the message."""
        lowered = text.casefold()
        for name in (*self.engine.placements, *self._all_groups()):
            at = lowered.find(name.casefold())
            if at >= 0 and at <= found.start and found.end <= at + len(name) and len(name) > found.end - found.start:
                return True
        return False

    def _placements(self, text: str, spans: list[Mention]) -> tuple[str, ...]:
        whole = _whole_names(text, self.engine.placements, spans, "PLACEMENT")
        return whole or self._partial_placements(text, spans)

    def _partial_placements(self, text: str, spans: list[Mention]) -> tuple[str, ...]:
        """Return the placements that the longest run of words fits: "the end cap" fits every end cap."""
        noise = self.phrases.parsing["placement_noise"]
        assert isinstance(noise, Sequence)
        names = {name: _squeezed(words_of(name), noise) for name in self.engine.placements}
        tokens = [match for match in re.finditer(r"\w+", text) if _free(match.start(), match.end(), spans)]
        for size in range(min(5, len(tokens)), 0, -1):
            for i in range(len(tokens) - size + 1):
                run = _squeezed([match[0].casefold() for match in tokens[i : i + size]], noise)
                fits = [name for name, have in names.items() if run and _names_in_part(run, have, size)]
                if fits and not (size == 1 and run in self.question_words):
                    spans.append(Mention(tokens[i].start(), tokens[i + size - 1].end(), "PLACEMENT"))
                    return tuple(fits)
        return ()

    def _groups(self, text: str, spans: list[Mention]) -> tuple[str, ...]:
        groups = self._all_groups()
        whole = _whole_names(text, groups, spans, "GROUP")
        if whole:
            return whole
        by_last: dict[str, list[str]] = {}
        for group in groups:
            by_last.setdefault(group.rsplit(" > ", 1)[-1], []).append(group)
        named = _whole_names(text, tuple(by_last), spans, "GROUP")
        return tuple(group for name in named for group in by_last[name])

    def _numbers(self, text: str, spans: list[Mention]) -> tuple[float, ...]:
        numbers = []
        for match in _NUMBER.finditer(text):
            if _free(match.start(), match.end(), spans):
                numbers.append(float(match[0].replace(",", "")))
                spans.append(Mention(match.start(), match.end(), "NUMBER"))
        return tuple(numbers)

    def _rest(self, text: str, spans: list[Mention]) -> tuple[str, ...]:
        quoted = _QUOTED.search(text)
        if quoted and _free(quoted.start(), quoted.end(), spans):
            spans.append(Mention(quoted.start(), quoted.end(), "PRODUCT"))
            return words_of(quoted[1])
        words = []
        for match in re.finditer(r"[^\W_]+(?:'[^\W_]+)?", text.replace("’", "'")):
            word = match[0].casefold().removesuffix("'s")
            if _free(match.start(), match.end(), spans) and word not in self.question_words:
                words.append(word)
        return tuple(words)

    def _all_groups(self) -> tuple[str, ...]:
        """Return the groups of candidates, and those that only have past launches."""
        past = (one.group for one in self.engine.rhythm.groups)
        return tuple(dict.fromkeys((*self.engine.group_names(), *past)))


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


def _free(start: int, end: int, spans: Iterable[Mention]) -> bool:
    return not any(start < span.end and span.start < end for span in spans)


def _masked(text: str, spans: Sequence[Mention]) -> str:
    parts, at = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        parts += [text[at : span.start], span.kind]
        at = span.end
    return "".join([*parts, text[at:]])


def _whole_names(text: str, names: Sequence[str], spans: list[Mention], kind: str) -> tuple[str, ...]:
    found: list[tuple[int, str]] = []
    for name in sorted(names, key=len, reverse=True):
        pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if _free(match.start(), match.end(), spans):
                spans.append(Mention(match.start(), match.end(), kind))
                found.append((match.start(), name))
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def _squeezed(words: Iterable[str], noise: Sequence[str]) -> str:
    """Return words without the noise and without spaces: "end cap" and "endcap" become the same."""
    return "".join(word for word in words if word not in noise)


def _names_in_part(run: str, have: str, size: int) -> bool:
    long_enough = len(run) >= (5 if size == 1 else 6)
    return long_enough and run in have
