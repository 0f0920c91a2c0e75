"""Reading which categories a message names, in full, in part or in words of its own: "the whole freezer", "sweets"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from copilot.changes import Change
from copilot.intents import ABOUT_A_PRODUCT, ABOUT_THE_PLAN, OF_A_PART_TOO, Intent
from copilot.negation import stands_negated
from copilot.settled_words import says

if TYPE_CHECKING:
    from copilot.entities import EntityReader, ReadMessage
    from copilot.goods_sense import GoodsSense
    from copilot.phrases import Phrases
    from copilot.questions import Question

ABOUT_ONE = ABOUT_A_PRODUCT - OF_A_PART_TOO  # "launches like that" are no launches of the plan
SPEAKS_OF_GROUPS = OF_A_PART_TOO | {Intent.WHAT_IF, Intent.PAST_SALES, Intent.LOCKS, Intent.BRIEF}
"""Intents that may speak of a category in words of its own, such as "sweets" for candy."""
_TWO = 2
SHOWN_CANDIDATES = 5  # products listed when a name is a toss-up


@dataclass(frozen=True)
class CategoryReading:
    """Tells the words that mean categories from those that mean a product, and takes them.

    Args:
        reader: for the names of products and categories.
        phrases: the language of the messages.
        goods: finds a category by the meaning of words.
    """

    reader: EntityReader
    phrases: Phrases
    goods: GoodsSense

    def are_named(self, question: Question, read: ReadMessage) -> bool:
        """Say whether the words that are left name categories rather than a product."""
        if question.intent in ABOUT_THE_PLAN - {Intent.PLANNED}:
            return not read.named or not self._is_plain(read)
        if not read.rest or (question.entities.groups and question.intent is not Intent.PLANNED):
            return False
        groups, n_words = self._loosely(read.rest)
        together = question.of_launches and question.intent not in ABOUT_ONE
        if together or question.intent is Intent.PLANNED:
            return bool(groups) and (n_words == len(read.rest) or not read.named)
        if question.intent in OF_A_PART_TOO | {Intent.AUDIENCE} and self._is_category(read.rest):
            return True
        if question.intent in (Intent.WHY_NOT, Intent.WHY_HERE) and self.says_none(question):
            return bool(groups) and n_words == len(read.rest)
        named = self.reader.names.waiting_named([self.reader.names.mend(word) for word in read.rest])
        meant = bool(groups) and n_words == len(read.rest) and not (read.named or named)
        return meant and question.intent in SPEAKS_OF_GROUPS

    def capped(self, question: Question) -> tuple[str, ...]:
        """Return the categories that a limit or a bound names in words of theirs: "2 seasonal launches"."""
        drops = question.change is not None and question.change.kind == "drop"
        bounds = question.change is None and says(question, "bounds_parts", self.phrases)
        name = "kind_dropped" if drops else "kind_bounded" if bounds else "kind_capped"
        pattern = self.phrases.parsing.get(name)
        if not pattern or not (drops or bounds or caps(question)) or question.entities.groups:
            return ()
        match = re.search(str(pattern), self.reader.plain(question.text), re.IGNORECASE)
        words = tuple(next(filter(None, match.groups())).casefold().split()) if match else ()
        groups, n_words = self.reader.loose_groups(words) if words else ((), 0)
        if drops and len(self.reader.names.waiting_named(words)) <= SHOWN_CANDIDATES:
            return ()  # it may be one of them
        return groups if n_words == len(words) else ()

    def compared(self, question: Question, read: ReadMessage) -> tuple[str, ...]:
        """Return the categories that are weighed against each other by words that many products share."""
        words = [word for word in read.rest if word not in self.reader.question_words]
        named = question.entities.groups if read.group_words else ()
        if not words or len(words) + bool(named) != _TWO or any(len(meant) == 1 for meant in read.named):
            return ()
        found = [self.reader.loose_groups((word,))[0] for word in words] + ([named] if named else [])
        names = self.reader.names
        many = all(len(names.waiting_named((names.mend(word),))) > SHOWN_CANDIDATES for word in words)
        apart = all(found) and not set(found[0]) & set(found[1])
        return tuple(dict.fromkeys((*found[0], *found[1]))) if many and apart else ()

    def of_a_change(self, question: Question, read: ReadMessage) -> Question:
        """Return a limit, or a drop, of what only a category's words can mean: "only 2 candies per week".

        A limit never holds for products of one name, which stay so that the answer can say so. What is dropped may be
        one product, unless too many share the words to ask back about them.
        """
        change = question.change
        numbers = {str(word) for word in read.rest if word.isdigit()}
        words = tuple(word for word in read.rest if word not in numbers)
        limits = change is not None and change.kind == "cap"
        drops = change is not None and change.kind == "drop"
        if not (limits or drops) or question.entities.groups or question.entities.products or not read.named:
            return question
        groups, n_words = self._loosely(words) if words else ((), 0)
        whole = bool(groups) and n_words == len(words)
        if whole and (limits or self._is_category(words)):
            found = replace(question.entities, groups=groups, numbers=())
            change = Change("cap", change.amount if limits and change else 0)
            return replace(question, entities=found, change=change, named=(), of_launches=True)
        if limits and change and not change.amount:  # "what if we launch no donuts"
            return replace(question, change=Change("drop"))
        if limits:
            return replace(question, named=read.named, ambiguous_products=(), exact=False)
        return question

    def of_whole(self, question: Question) -> bool:
        """Say whether a category is named as a whole: "the ice cream section", "how many units of ice cream"."""
        patterns = (self.phrases.parsing.get(key, "(?!)") for key in ("whole_group", "amount_of_group"))
        return any(re.search(str(pattern), question.entities.text) for pattern in patterns)

    def says_none(self, question: Question) -> bool:
        """Say whether a message is about there being nothing of a kind: "why is nothing from dairy planned"."""
        return re.search(str(self.phrases.parsing.get("none_of", "(?!)")), question.text, re.IGNORECASE) is not None

    def _loosely(self, rest: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """Return the categories that words name, in part or, where no product has the words, by their meaning."""
        found = self.reader.loose_groups(rest)
        content = [word for word in rest if word not in self.reader.question_words]  # "the whole freezer"
        if found[0] or any(map(self.reader.names.knows, content)):
            return found
        groups = self.reader.groups
        if by_word := groups.in_other_words(rest) or groups.in_other_words(content):
            return by_word, len(rest)
        meant = self.goods.nearest_group(" ".join(rest), groups.last_levels)
        return (groups.called(meant), len(rest)) if meant else found

    @staticmethod
    def _is_plain(read: ReadMessage) -> bool:
        return any(len(meant) == 1 for meant in read.named)

    def _is_category(self, rest: Sequence[str]) -> bool:
        """Say whether words that would name a product name a whole category, and too many products to ask back."""
        names = self.reader.names
        wanted = tuple(names.mend(word) for word in rest)
        many = len(names.waiting_named(wanted)) > SHOWN_CANDIDATES
        return many and not names.waiting_headed(wanted) and self.reader.loose_groups(rest)[1] == len(rest)

    def taken(self, question: Question, rest: Sequence[str]) -> Question:
        """Return the question with the categories that words name; those in a department that it names go first."""
        if not rest:
            return question
        groups, n_words = self._loosely(rest)
        if above := question.entities.groups:
            within = tuple(one for one in groups if any(one.startswith(f"{name} > ") for name in above))
            listed = groups if n_words == len(rest) and self._is_listed_with_a_group(question, rest) else ()
            found = within or tuple(dict.fromkeys((*above, *listed)))
            return replace(question, entities=replace(question.entities, groups=found))
        if groups and 2 * n_words >= len(rest):
            without = (*question.entities.without, *(groups if self._is_barred(question, rest) else ()))
            return replace(question, entities=replace(question.entities, groups=groups, without=without))
        known = any(map(self.reader.names.knows, rest))
        return replace(question, product_words=" ".join(rest)) if known else question

    def _is_listed_with_a_group(self, question: Question, words: Sequence[str]) -> bool:
        """Say whether words stand in one list with a category that is named in full: "candy and GROUP"."""
        text, joins = question.entities.text, str(self.phrases.parsing["list_joins"])
        start, last = text.casefold().find(words[0]), text.casefold().rfind(words[-1])
        if start < 0:
            return False
        after = text[last + len(words[-1]) :].partition("GROUP")
        return bool((after[1] and re.fullmatch(joins, after[0])) or re.search(rf"GROUP{joins}", text[:start]))

    def _is_barred(self, question: Question, words: Sequence[str]) -> bool:
        """Say whether words stand after a negation: "everything except candy", but not "why not candy"."""
        if question.intent is Intent.WHY_NOT:
            return False
        text, parsing = self.reader.plain(question.text), self.phrases.parsing
        start, last = text.casefold().find(words[0]), text.casefold().rfind(words[-1])
        if start < 0:
            return False
        if re.match(str(parsing["negated_after"]), text[last + len(words[-1]) :], re.IGNORECASE):
            return True
        return stands_negated(text[:start], parsing, self.reader.is_listed)


def caps(question: Question) -> bool:
    """Say whether a question supposes another number of launches, for which no product is needed."""
    return question.change is not None and question.change.kind in ("cap", "capacity")
