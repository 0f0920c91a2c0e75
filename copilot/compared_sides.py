"""The other side of a comparison, where it is told by what sets it apart: "the hot dogs against the turkey ones".

A message that weighs one product up against another often names the second by one word, by its size, or cut short. The
product that is named in full says which of the catalogue's products are its kin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from copilot.catalogue_names import CatalogueNames, words_of
from copilot.intents import MAY_INHERIT, Intent

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

_TWO = 2


def of_the_kin(
    question: Question, read: ReadMessage, previous: Question | None, names: CatalogueNames, phrases: Phrases
) -> Question:
    """Take the kin of the thread's product that one word tells apart: "and why did the green ones lose out?"."""
    sides, before = phrases.parsing.get("sides"), previous.entities.products if previous else ()
    found = question.entities
    names_other = len(read.named) > 1 or any(len(meant) == 1 for meant in read.named) or read.strange
    names_other = names_other or (found.products and found.products != before)
    if not isinstance(sides, dict) or len(before) != 1 or names_other or question.intent not in MAY_INHERIT:
        return question
    words = [words_of(next(filter(None, match.groups()))) for match in _find(sides["of_the_kin"], question.text)]
    meant = [kin for one in words if len(kin := names.kin_of(before[0], one)) == 1]
    shared = read.named[0] if read.named else ()
    if len(set(meant)) != 1 or (shared and meant[0][0] not in shared):
        return question
    return replace(
        question,
        entities=replace(found, products=meant[0]),
        named=(meant[0],),
        ambiguous_products=(),
        product_words="",
        beside=before,
    )


@dataclass(frozen=True)
class ComparedSides:
    """Finds the product that a comparison names beside another one.

    Args:
        names: of the catalogue.
        phrases: the language of the messages; one without `[parsing.sides]` tells no side by a word.
    """

    names: CatalogueNames
    phrases: Phrases

    def with_the_other(self, question: Question, read: ReadMessage) -> ReadMessage:
        """Return the message with the second product of a comparison that names only the first plainly."""
        sides = self.phrases.parsing.get("sides")
        swaps = question.change is not None and question.change.kind == "swap"
        if not (question.intent is Intent.COMPARE or swaps) or not isinstance(sides, dict):
            return read
        by_word = [words_of(next(filter(None, match.groups()))) for match in _find(sides["told_apart"], question.text)]
        named = _without_their_common_name(self._of_sizes(list(dict.fromkeys(read.named)), question))
        plain = next((meant[0] for meant in named if len(meant) == 1), "")
        read = read if tuple(named) == read.named else replace(read, named=tuple(named))
        if not named:
            pair = self._of_attributes(question, read, str(sides["pair"]))
            return replace(read, named=tuple(pair)) if pair else read
        if len(named) >= _TWO and (all(len(meant) == 1 for meant in named[:_TWO]) or not plain):
            return read
        if len(named) == 1 and len(named[0]) > 1:
            return read  # of one name that several share, slots and the plan decide
        others = [kin for words in by_word if (kin := self._kin(words, plain))]
        if len(named) >= _TWO:  # "the strawberry one" may be its own kin though another product is called so
            mended = [kin if set(meant) & set(kin) else meant for meant in named for kin in (others or [()])]
            return replace(read, named=tuple(dict.fromkeys(mended))[: len(named)])
        others += [meant for run in read.strange if (meant := self._loosely(run, str(sides["unmarked"])))]
        others += [meant for meant in (self._of_group(read), self._of_another_size(question, plain)) if meant]
        other = next((one for one in others if plain not in one), ())
        if not other:
            return read
        return replace(read, named=(named[0], other), strange=(), group_words=())

    def _kin(self, words: Sequence[str], product: str) -> tuple[str, ...]:
        """Return the products that have these words and share most of the name of a product, candidates first."""
        unmarked = [word for word in words if word not in self.phrases.lexicon.plain]
        told = [self.names.mend(word) for word in unmarked]
        kin = self.names.kin_of(product, told) if told else ()
        if not self.names.among((product,), told):
            return kin
        alike = self.names.called_alike(product)  # a word of their one name tells none of them from the others
        return tuple(one for one in kin if one not in alike)

    def _loosely(self, run: Sequence[str], unmarked: str) -> tuple[str, ...]:
        """Return what a stretch means that is cut short, run together, or says that it is the plain one."""
        kept = [word for word in run if word not in unmarked.split()]
        if len(kept) < len(run) and kept and (headed := self.names.waiting_headed(tuple(map(self.names.mend, kept)))):
            return headed
        return self.names.begun_or_run_together(run)

    def _of_group(self, read: ReadMessage) -> tuple[str, ...]:
        """Return the candidates that are called as a category is: "hot dogs or the cheese pizza"."""
        words = read.group_words
        runs = [words[i:j] for i in range(len(words)) for j in range(len(words), i, -1)]
        return next((headed for run in runs if (headed := self.names.waiting_headed(run))), ())

    def _of_another_size(self, question: Question, product: str) -> tuple[str, ...]:
        """Return the product of the same name in a size that the message tells: "against the smaller bag"."""
        own, alike = self.names.size_of(product), self.names.of_the_same_name(product)
        sizes = {one: size for one in alike if one != product and (size := self.names.size_of(one)) is not None}
        if told := [one for one, size in sizes.items() if size in question.entities.numbers]:
            return tuple(told)
        packs = self.phrases.parsing.get("packs")
        if own is None or not isinstance(packs, dict):
            return ()
        smaller, larger = (re.search(str(packs[kind]), question.text, re.IGNORECASE) for kind in ("smaller", "larger"))
        return tuple(one for one, size in sizes.items() if (smaller and size < own) or (larger and size > own))

    def _of_sizes(self, named: list[tuple[str, ...]], question: Question) -> list[tuple[str, ...]]:
        """Return the names, one that sizes share as the two that the message tells: "the 12 oz or the 24 oz"."""
        shared = [meant for meant in named if len(meant) > 1]
        for meant in shared:
            of_size = self.names.of_size(meant, question.entities.numbers)
            if len(of_size) == _TWO:
                ordered = sorted(of_size, key=lambda one: question.text.find(f"{self.names.size_of(one):g}"))
                return [(one,) for one in ordered]
        return named

    def _of_attributes(self, question: Question, read: ReadMessage, pair: str) -> list[tuple[str, ...]]:
        """Return the two of a category that are told apart by a word each: "both grapes, red and green"."""
        members = self.names.waiting_named(read.group_words) if read.group_words else ()
        for match in re.finditer(pair, question.text, re.IGNORECASE):
            both = [self.names.among(members, words_of(word)) for word in match.groups()]
            if all(len(one) == 1 for one in both) and both[0] != both[1]:
                return both
        return []


def _without_their_common_name(named: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the names without one that two of them share: "the two coffees, cold brew or pumpkin spice"."""
    plain = {meant for meant in named if len(meant) == 1}
    return [meant for meant in named if len(meant) == 1 or sum((one,) in plain for one in meant) < _TWO]


def _find(pattern: object, text: str) -> Sequence[re.Match[str]]:
    return list(re.finditer(str(pattern), text, re.IGNORECASE))
