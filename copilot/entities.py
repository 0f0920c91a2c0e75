"""Entities of an operator's message: products, weeks, placements, groups and numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from copilot.asides import Asides
from copilot.catalogue_names import CatalogueNames, NamedSpan, Words, words_of
from copilot.goods_glossary import load_glossary
from copilot.group_names import GroupNames
from copilot.loose_names import LooseName, LooseNames
from copilot.mending import QUOTED, Mender
from copilot.mentions import Mention, free, masked, whole_names
from copilot.message_spacing import MessageSpacing
from copilot.negation import stands_negated
from copilot.placement_names import PlacementNames
from copilot.product_numbers import product_numbers
from copilot.read_message import Entities, ReadMessage
from copilot.segments import is_unspaced
from copilot.speech import Speech
from copilot.week_words import find_weeks

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.phrases import Phrases

__all__ = ["Entities", "EntityReader", "ReadMessage"]

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)?(?![\w])")
_SHORT_CODE = 4  # characters; "v4", "24", "w45" are no names


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
        self._everyday = self.question_words | frozenset(str(self.phrases.parsing["everyday"]).split())
        self.names = CatalogueNames.load(self.engine.workspace, self._everyday)
        parsing = self.phrases.parsing
        verbs = frozenset(str(parsing["before_verbs"]).split()), tuple(map(str, parsing["verb_endings"]))  # pyright: ignore[reportArgumentType]
        attributes = frozenset(str(parsing.get("attributes", "")).split())
        apart = frozenset(str(parsing.get("telling_apart", "")).split())
        self._loose = LooseNames(self.names, self._is_everyday, self._is_function, attributes, *verbs, apart)
        self._numbered = re.compile(str(parsing["product_number"]), re.IGNORECASE)
        self._speech = Speech(self.phrases)
        self._asides = Asides(self.phrases)
        noise = tuple(map(str, parsing["placement_noise"]))  # pyright: ignore[reportArgumentType]
        self._placements = PlacementNames(
            self.engine.placements, noise, self.question_words, str(parsing.get("before_no_placement", "")).split()
        )
        past = (one.group for one in self.engine.rhythm.groups)
        other_words = parsing.get("other_words", {})
        assert isinstance(other_words, Mapping)
        groups = (*self.engine.group_names(), *past)
        no_group = str(parsing.get("no_group", "(?!)"))
        self.groups = GroupNames(groups, self.phrases.lexicon, self.question_words, other_words, no_group)
        unspaced = self.phrases.lexicon.unspaced
        own = self.names.unspaced_words if unspaced else frozenset()
        self.glossary = load_glossary(self.phrases.lang).of_a_catalogue(own, self._has_called)
        self._spacing = MessageSpacing(self.phrases, own, self.glossary) if unspaced else None
        self._mender = Mender(self.phrases, self.names, self.engine.placements, self.groups.names, self._is_everyday)

    def is_of_a_name(self, word: str) -> bool:
        """Say whether a word stands in a name of the catalogue, a placement or a category."""
        return self.names.has(word) or word in self._words_of_parts

    @cached_property
    def _words_of_parts(self) -> frozenset[str]:
        return frozenset(words_of(" ".join((*self.engine.placements, *self.groups.names))))

    def _has_called(self, name: str) -> bool:
        """Say whether a category or a product of the catalogue is called so."""
        return any(name == one.casefold() for one in self.groups.names) or self.names.calls_so(words_of(name))

    def read(self, text: str) -> ReadMessage:
        """Return the entities of a message."""
        text = self.plain(text)
        spans = self._speech.find(text)
        weeks, shift, unknown_weeks = self._weeks(text, spans)
        ids, unknown_id = product_numbers(text, self._numbered, self.names.ids, spans)
        titles = self._titles(text, spans)
        products = tuple(meant[0] for meant in titles.values() if len(meant) == 1)
        same_title = next((meant for meant in titles.values() if len(meant) > 1), ())
        placements = self._placements.find(text, spans)
        spans += self._asides.find(text, spans, self.groups.names, self._is_name)
        beyond = self._beyond_groups(text, spans)
        groups, group_words, like_named = self._groups(text, spans)
        loose = [*beyond, *self._loosely(text, spans)]
        numbers = self._numbers(text, spans)
        known, strange = self._known_and_strange(loose, spans)
        rest = tuple(word for one in (known or strange) for word in one.words)
        entities = Entities(
            products=tuple(dict.fromkeys((*ids, *products))),
            weeks=weeks,
            placements=placements,
            groups=_narrowest((*groups, *like_named)),
            numbers=numbers,
            text=masked(text, spans),
            shift_weeks=shift,
            without=self._without(text, spans),
            unknown_weeks=unknown_weeks,
            like_named=like_named,
        )
        in_order = sorted({**{one.start: one.products for one in known}, **titles}.items())
        return ReadMessage(
            entities,
            same_title,
            unknown_id,
            rest,
            any(map(self.names.knows, rest)),
            group_words,
            # "Blueberries #17214322" is one name, and its number decides.
            named=(*((one,) for one in ids), *(meant for _, meant in in_order if not set(meant) & set(ids))),
            strange=tuple(one.written for one in strange),
            readings=self._readings(text, spans, known, strange),
            left_aside=self._left_aside(text, spans, {**{one.start: one.products for one in known}, **titles}),
        )

    def _known_and_strange(
        self, loose: Sequence[LooseName], spans: Sequence[Mention]
    ) -> tuple[list[LooseName], list[LooseName]]:
        """Return the loose names that mean products, and those that nothing here knows, in the message's order."""
        in_order = sorted(loose, key=lambda one: one.start)
        known, strange = [one for one in in_order if one.products], [one for one in in_order if not one.products]
        names = known or any(span.kind for span in spans)
        if self._spacing and names:  # beside a name, characters that no word covers are no second name
            strange = [one for one in strange if not all(map(is_unspaced, one.words))]
        return known, strange

    def _readings(
        self, text: str, spans: Sequence[Mention], known: Sequence[LooseName], strange: Sequence[LooseName]
    ) -> tuple[str, ...]:
        """Return the masked message, once for each way to read it.

        A loose name is a product, and a category too where its words name one; words that nobody knows are themselves
        or a product; a category's name is that, and a product too where one is called so.
        """
        starts = {one.start for one in (known or strange)}
        words = [one.words for one in known] + [words_of(text[s.start : s.end]) for s in spans if s.kind == "GROUP"]
        kinds = {"PRODUCT"} if known or not any(span.kind == "GROUP" for span in spans) else set()
        kinds |= {"PRODUCT"} if any(map(self.names.waiting_headed, words)) else set()
        kinds |= {"GROUP"} if any(self.groups.loosely(one)[1] == len(one) for one in words) else set()
        readings = [] if known else [masked(text, spans)]
        for kind in sorted(kinds, reverse=True):
            read = [
                replace(span, kind=kind) if span.start in starts or span.kind == "GROUP" else span for span in spans
            ]
            readings.append(masked(text, read))
        return tuple(dict.fromkeys(readings))

    def _beyond_groups(self, text: str, spans: list[Mention]) -> list[LooseName]:
        """Return the loose names that say more than a category does: "vanilla ice cream" or "rice milk"."""
        groups = [set(words_of(name)) for name in self.groups.names]
        found = [one for one in self._loose.find(text, spans) if one.products or one.near]
        found = [one for one in found if not any(set(one.words) <= name for name in groups)]
        spans += [Mention(one.start, one.end, "") for one in found]
        return found

    def _loosely(self, text: str, spans: list[Mention]) -> list[LooseName]:
        found = self._quoted(text, spans)
        spans += [Mention(one.start, one.end, "") for one in found]
        found += self._loose.find(text, spans)
        spans += [Mention(one.start, one.end, "") for one in found]
        return found

    def _is_name(self, words: Words) -> bool:
        """Say whether words name a product, in full or in part, and are none of everyday speech."""
        return not all(map(self._is_everyday, words)) and bool(self.names.waiting_named(words))

    def _without(self, text: str, spans: Sequence[Mention]) -> tuple[object, ...]:
        """Return the weeks, placements and groups that stand after a negation: "except candy", "not in week 45"."""
        against = (span.values for span in spans if span.values and self._is_negated(text, span))
        return tuple(dict.fromkeys(value for values in against for value in values))

    def _left_aside(
        self, text: str, spans: Sequence[Mention], names: Mapping[int, tuple[str, ...]]
    ) -> tuple[tuple[Words, tuple[str, ...]], ...]:
        """Return the product names that stand after a negation, as "donuts" or with a word before: "seasonal cards"."""
        found = []
        for span in (one for one in spans if one.start in names):
            words, ids = words_of(text[span.start : span.end]), names[span.start]
            beside = "" if self._is_negated(text, span) else self._negated_beside(text[: span.start], words, ids)
            if beside is not None:
                found.append(((*words_of(beside), *words), ids))
        return tuple(found)

    def _negated_beside(self, before: str, words: Words, ids: Sequence[str]) -> str | None:
        """Return the one word of names between a negation and these words; "not only cards" has none, for instance."""
        match = re.search(r"(\w+)\s+$", before)
        word = match[1].casefold() if match and self._spacing is None else ""
        restricts = re.search(str(self.phrases.parsing["restricts"]), word) is not None
        if match is None or not word or restricts or not self.is_of_a_name(word):
            return None
        if self._is_function(word) and not set(self.names.waiting_named((word, *words))).intersection(ids):
            return None
        return match[1] if stands_negated(before[: match.start()], self.phrases.parsing, self.is_listed) else None

    def _is_negated(self, text: str, span: Mention) -> bool:
        parsing = self.phrases.parsing
        if re.match(str(parsing["negated_after"]), text[span.end :], re.IGNORECASE):
            return True
        if span.kind in ("WEEK", "PLACEMENT"):  # "except donuts, week 43" is about the week
            return re.search(str(parsing["negated"]), text[: span.start], re.IGNORECASE) is not None
        return stands_negated(text[: span.start], parsing, self.is_listed)

    def is_listed(self, words: Sequence[str]) -> bool:
        """Say whether words are a name as it stands in a list: a category's, or a product's."""
        return bool(words) and (self.loose_groups(words)[1] == len(words) or bool(self.names.waiting_named(words)))

    def _quoted(self, text: str, spans: Sequence[Mention]) -> list[LooseName]:
        """Return what stands in quotation marks as one name, unless it is a sentence that someone said."""
        match = QUOTED.search(text)
        if match is None or not free(match.start(), match.end(), spans):
            return []
        words = words_of(match[1])
        products = self.names.waiting_named(words)
        if not products and any(map(self._is_function, words)):
            return []
        return [LooseName(match.start(), match.end(), words, words, products)]

    def plain(self, text: str) -> str:
        """Return a message as names are looked for in it: one of an unspaced script with blanks and digits."""
        return self._spacing.spaced(text) if self._spacing else text

    def mended(self, text: str) -> str:
        """Return the text with misspelt words as they are meant: words of questions first, then the catalogue's."""
        return self._mender.mended(text)

    def loose_groups(self, words: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """Return the groups that most of these words name in part, a typing error aside, and how many words do."""
        return self.groups.loosely([self.names.mend(word) for word in words])

    def stands_apart(self, masked: str, words: Sequence[str]) -> bool:
        """Say whether words of a masked message only talk, while another clause names a part of the plan."""
        return self._asides.stands_apart(masked, tuple(words))

    def _weeks(self, text: str, spans: list[Mention]) -> tuple[tuple[date, ...], int | None, tuple[str, ...]]:
        found = find_weeks(text, self.engine.as_of, self.engine.weeks, self.phrases.parsing, self.phrases.lexicon)
        spans += [Mention(span.start, span.end, "WEEK", span.weeks) for span in found]
        shift = next((span.shift for span in found if span.shift is not None), None)
        unknown = tuple(text[span.start : span.end] for span in found if span.unknown)
        return tuple(dict.fromkeys(week for span in found for week in span.weeks)), shift, unknown

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

    def _groups(self, text: str, spans: list[Mention]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return the groups that are named in full, the words that do, and the groups that have such a word too."""
        before = len(spans)
        named = whole_names(text, self.groups.names, spans, "GROUP", self.groups.stands)
        words = tuple(word for span in spans[before:] for word in words_of(text[span.start : span.end]))
        for at, span in enumerate(spans[before:], start=before):
            called = tuple(group for name in span.values for group in self.groups.called(str(name)))
            spans[at] = replace(span, values=called)
        called = tuple(dict.fromkeys(group for name in named for group in self.groups.called(name)))
        # "Frozen" beside "seafood" says which seafood is meant, so words share their groups only where one is named.
        alike = self.groups.like(named[0]) if len(named) == 1 else ()
        return called, words, tuple(one for one in alike if one not in called)

    def _numbers(self, text: str, spans: list[Mention]) -> tuple[float, ...]:
        """Return the numbers that are left: digits, words that count something, and versions."""
        words, lexicon = self.phrases.parsing, self.phrases.lexicon
        amounts = dict(words.get("amounts", {}))  # pyright: ignore[reportCallIssue, reportArgumentType]
        value = {**lexicon.numbers, **lexicon.small, **amounts}
        numbers: dict[int, float] = {}
        for pattern in (_NUMBER, re.compile(str(words["version"]), re.I), re.compile(str(words["counted"]), re.I)):
            for match in pattern.finditer(text):
                if free(match.start(), match.end(), spans):
                    written = next(filter(None, match.groups()), match[0]).lower()
                    numbers[match.start()] = value[written] if written in value else float(written.replace(",", ""))
                    spans.append(Mention(match.start(), match.end(), "NUMBER"))
        return tuple(number for _, number in sorted(numbers.items()))

    def _is_everyday(self, word: str) -> bool:
        """Say whether a word alone names no product: a word of questions, a number, or one of everyday speech."""
        if is_unspaced(word):
            lone = len(word) == 1 and not self.names.has(word)  # a character that no word covers
            return lone or (self._spacing is not None and self._spacing.covers(word))
        numbered = len(word) <= _SHORT_CODE and any(letter.isdigit() for letter in word)
        if word in self._everyday or numbered or len(word) == 1:
            return True
        ends_name = word in self.names.waiting.last_words  # "lights" may be string lights, "light" is none
        return not ends_name and self.phrases.lexicon.stem(word) in self._everyday_stems

    def _is_function(self, word: str) -> bool:
        """Say whether a name neither begins nor ends with a word: "the", "of", "is"."""
        if is_unspaced(word):
            return self._spacing is not None and self._spacing.covers(word)
        own = str(self.phrases.parsing.get("ends_no_name", "")).split()
        return word in own or self.phrases.lexicon.stem(word) in self.phrases.lexicon.plain

    @cached_property
    def _everyday_stems(self) -> frozenset[str]:
        # A colour before a name belongs to it; its plural is a fruit: "orange", but "oranges".
        attributes = set(str(self.phrases.parsing.get("attributes", "")).split())
        return frozenset(map(self.phrases.lexicon.stem, self._everyday - attributes))


def _narrowest(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the groups without those that hold another of them: "frozen pizza" is pizza."""
    return tuple(one for one in groups if not any(other.startswith(f"{one} > ") for other in groups))


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
