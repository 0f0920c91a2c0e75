"""Reading which products, or else which categories, a question is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from copilot.catalogue_names import covers
from copilot.category_reading import ABOUT_ONE, SHOWN_CANDIDATES, CategoryReading, caps
from copilot.compared_sides import ComparedSides
from copilot.goods_sense import CERTAINLY
from copilot.intents import (
    ABOUT_A_PRODUCT,
    ABOUT_THE_PLAN,
    MAY_INHERIT,
    OF_A_PART_TOO,
    SPEAKS_OF_NO_PRODUCT,
    Intent,
)
from copilot.segments import is_unspaced
from copilot.shared_names import SharedNames

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.entities import EntityReader, ReadMessage
    from copilot.goods_sense import GoodsSense
    from copilot.phrases import Phrases
    from copilot.questions import Question

TAKES_NO_GROUP = ABOUT_A_PRODUCT | {Intent.BRIEF, Intent.COMPARE, Intent.LOCKS, Intent.PAST_SALES}
"""Intents to which a category says nothing more beside a product: "the pizza with pepperoni"."""

_OF_A_SLOT = frozenset({Intent.RISKS, Intent.CONFIDENCE, Intent.REVENUE, Intent.BRIEF, Intent.LOCKS})
"""Intents that are about a week, a placement or a category as readily as about a product."""

_BOUNDS = {"smaller": min, "larger": max}
_ROOT = 3  # letters that the forms of such a word share: froze, frozen
LEAST_LIKENESS = 0.3  # cosine to the nearest product, from which words that nobody knows may name one


@dataclass(frozen=True)
class ProductReading:
    """Fills in a question's products and categories.

    Args:
        engine: for the catalogue search.
        reader: for the names of products and categories.
        phrases: the language of the messages.
        goods: tells a product that the catalogue lacks from other words.
    """

    engine: Engine
    reader: EntityReader
    phrases: Phrases
    goods: GoodsSense

    @cached_property
    def sides(self) -> ComparedSides:
        """What finds the second product of a comparison."""
        return ComparedSides(self.reader.names, self.phrases)

    @cached_property
    def categories(self) -> CategoryReading:
        """What tells categories from products."""
        return CategoryReading(self.reader, self.phrases, self.goods)

    def fill(self, question: Question, read: ReadMessage, previous: Question | None) -> Question:
        """Return the question with what its words name loosely, or what the conversation was about."""
        return SharedNames(self.reader.names, self.phrases).narrowed(self._filled(question, read, previous), read)

    def _names_either(self, question: Question) -> bool:
        """Say whether a message asks for one of two: "what sells better, candy or cards?"."""
        topics = self.phrases.parsing["topics"]
        assert isinstance(topics, Mapping)
        return re.search(str(topics["either"]), question.text, re.IGNORECASE) is not None

    def _filled(self, question: Question, read: ReadMessage, previous: Question | None) -> Question:
        found = question.entities
        weighs = re.search(str(self.phrases.parsing["weighs"]), question.text, re.IGNORECASE) is not None
        nameless = not (found.products or read.named or read.rest or read.group_words or question.change)
        of_plans = re.search(str(self.phrases.parsing["names_plans"]), question.text, re.IGNORECASE) is not None
        sets_two = question.intent is Intent.COMPARE or (question.intent is Intent.COMPARE_PLANS and not of_plans)
        if weighs and nameless and sets_two and len(found.weeks) > 1:
            return replace(question, intent=Intent.PLANNED, alternatives=())
        if sets_two and (weighs or self._names_either(question)) and (both := self.categories.compared(question, read)):
            found = replace(found, groups=both)
            return replace(question, intent=Intent.PLANNED, entities=found, of_launches=True, alternatives=())
        if kind := self.categories.capped(question):
            return replace(question, entities=replace(found, groups=kind))
        changed = self.categories.of_a_change(question, read)
        if caps(changed) and changed is not question:
            return changed
        question = changed
        if weighs and found.text.count("PLACEMENT") > 1 and not (found.products or read.named or question.change):
            return replace(question, intent=Intent.WHY_HERE, alternatives=())  # it tells what each of them brought
        if question.intent is Intent.PRODUCT_SEARCH and not (read.unknown_id or read.same_title):
            return replace(question, product_words=" ".join(read.rest))
        if question.intent in SPEAKS_OF_NO_PRODUCT:
            return question
        if read.unknown_id:
            return replace(question, product_words=f"#{read.unknown_id}", exact=False)
        if word := self._locking_word(question):
            others = tuple(one for one in found.groups if word[:_ROOT].casefold() not in one.casefold())
            question = replace(question, entities=replace(found, groups=others))
            read, found = replace(read, group_words=(), rest=()), question.entities
        if self.categories.are_named(question, read):
            return self.categories.taken(question, read.rest)
        if (
            found.groups
            and not found.products
            and self.categories.says_none(question)
            and self.categories.of_whole(question)
        ):
            return question  # "nothing from frozen foods" is about no dog food
        both = self.sides.with_the_other(question, read)
        both = self._with_the_searched(question, both)
        if both is not read:
            question, read = replace(question, named=both.named), both
        if read.named:
            if read.group_words and (headed := self.reader.names.waiting_headed(read.group_words)):
                named = (*read.named, headed)
                question = replace(question, entities=replace(found, groups=()), named=named)
                return self._with_named(question, replace(read, named=named))
            return self._with_named(question, read)
        together = question.of_launches and not _changes_one(question)
        if found.groups and not together and question.intent not in ABOUT_THE_PLAN:
            question = self._product_of_group(question, read)
        open_yet = not (question.ambiguous_products or question.entities.products or caps(question))
        ends_on_that = str(self.phrases.parsing.get("ends_on_that", "(?!)"))
        refers = question.points_back or re.search(ends_on_that, question.text, re.IGNORECASE)
        of_the_one_before = bool(refers) and bool(self._before(question, previous))
        if read.rest and open_yet and not (of_the_one_before or self._is_aside(question, read)):
            for words in self._each_name(read):
                stranger = self._with_strangers(question, words)
                if stranger is not question:
                    return stranger
        return self._inherited(question, previous)

    def _locking_word(self, question: Question) -> str:
        """Return the word of a category's name that is what was done to a slot: "which launches are frozen by hand"."""
        pattern = self.phrases.parsing.get("locked_in_other_words")
        if question.intent is not Intent.LOCKS or not pattern:
            return ""
        match = re.search(str(pattern), question.text, re.IGNORECASE)
        return match[1] if match else ""

    def _each_name(self, read: ReadMessage) -> Sequence[Sequence[str]]:
        """Return what may be the name of a product: a name is one stretch, so of several the likeliest goes first."""
        if len(read.strange) < 2 or len(read.rest) != sum(map(len, read.strange)):
            return [read.rest]
        return sorted(read.strange, key=lambda run: -(self.goods.share(" ".join(run)) or 0.0))

    def _with_named(self, question: Question, read: ReadMessage) -> Question:
        """Take the products that are named, each once; a name that several share stays open when none other is plain.

        Of several that share a name, the one of a size that the message tells is meant: "the christmas candy, 12 oz".
        """
        numbers = question.entities.numbers
        of_size = [self._of_size(question.text, meant, numbers) if len(meant) > 1 else () for meant in read.named]
        named = [one if len(one) == 1 else meant for one, meant in zip(of_size, read.named, strict=True)]
        if named != list(read.named):
            question = replace(question, entities=replace(question.entities, numbers=()), named=tuple(named))
        plain = tuple(dict.fromkeys(meant[0] for meant in named if len(meant) == 1))
        shared = next((meant for meant in named if len(meant) > 1), ())
        question = replace(question, product_words=" ".join(read.rest))
        if plain:
            groups = () if question.intent in TAKES_NO_GROUP else question.entities.groups
            return replace(question, entities=replace(question.entities, products=plain, groups=groups))
        return replace(question, ambiguous_products=shared)

    def _with_the_searched(self, question: Question, read: ReadMessage) -> ReadMessage:
        """Return the message with the other side of a comparison that is named by words within a title only."""
        if question.intent is not Intent.COMPARE or len(set(read.named)) != 1 or not read.strange:
            return read
        run = read.strange[0]
        meant = self._fitting([self.reader.names.mend(word) for word in run])
        if not meant or meant in read.named:
            return read
        text, first = question.text.casefold(), question.entities.text.find("PRODUCT")
        leads = 0 <= text.find(" ".join(run)) < (first if first >= 0 else len(text))
        return replace(read, named=(meant, *read.named) if leads else (*read.named, meant), strange=read.strange[1:])

    def _fitting(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Return the candidates that words name, or else what the search finds with all of them."""
        fitting = self.reader.names.waiting_named(wanted)
        hits = () if fitting else self.engine.search.search(" ".join(wanted), k=2 * SHOWN_CANDIDATES)
        return fitting or tuple(hit.product_id for hit in hits if covers(f"{hit.title} {hit.category}", wanted))

    def _of_size(self, text: str, meant: Sequence[str], numbers: Sequence[float]) -> tuple[str, ...]:
        """Return those of some products that are of a size which the message tells, in numbers or as "the big bag"."""
        names, packs = self.reader.names, self.phrases.parsing.get("packs")
        if (found := names.of_size(tuple(meant), numbers)) or not isinstance(packs, Mapping):
            return found
        sizes = {one: size for one in meant if (size := names.size_of(one)) is not None}
        told = [bound for kind, bound in _BOUNDS.items() if re.search(str(packs[kind]), text, re.IGNORECASE)]
        if len(told) == 1 and len(set(sizes.values())) == len(meant):  # "the small bag next to the big one" tells none
            return (told[0](sizes, key=sizes.__getitem__),)
        return ()

    def _product_of_group(self, question: Question, read: ReadMessage) -> Question:
        """Take a category's name for a product that is called so, or for one of its few products.

        "Hot dogs" may be both; what speaks of launches together means the category.
        """
        found, names = question.entities, self.reader.names
        if self.categories.of_whole(question):
            return question
        one_of = re.search(str(self.phrases.parsing.get("one_of_group", "(?!)")), found.text)  # "the apples one"
        if one_of and (them := names.waiting_named(read.group_words)):
            return _meaning(replace(question, entities=replace(found, groups=())), them, read.group_words)
        strange = tuple(word for run in read.strange for word in run)
        beside = rf"\b{re.escape(strange[-1])}\W+{re.escape(read.group_words[0])}\b" if strange else "(?!)"
        if re.search(beside, question.text, re.IGNORECASE):
            words = (*strange, *read.group_words)
            mended = names.mended_beside(words)
            if mended != words and (meant := names.waiting_named(mended) or names.headed(mended)):  # "aplle juice"
                return _meaning(replace(question, entities=replace(found, groups=())), meant, mended)
            if groups := self.reader.groups.in_other_words(words):
                return replace(question, entities=replace(found, groups=groups), of_launches=True)
            return self._with_strangers(replace(question, entities=replace(found, groups=())), words)
        if question.intent in (Intent.WHY_NOT, Intent.WHY_HERE) and self.categories.says_none(question):
            return question
        headed = names.waiting_headed(read.group_words)
        if headed and not caps(question):
            return _meaning(replace(question, entities=replace(found, groups=())), headed, read.group_words)
        if found.groups and all(group in self.reader.groups.departments for group in found.groups):
            return question  # "frozen" is no product, though some are called frozen
        members = names.waiting_named(read.group_words)
        few = 0 < len(members) <= SHOWN_CANDIDATES and len(found.groups) == 1
        if question.intent in ABOUT_A_PRODUCT and (few or question.intent not in OF_A_PART_TOO):
            return _meaning(replace(question, entities=replace(found, groups=())), members, read.group_words)
        return question

    def _with_strangers(self, question: Question, rest: Sequence[str]) -> Question:
        """Find what is on sale under words that no candidate has, or keep the words, so that the answer asks back."""
        names = self.reader.names
        rest = rest if any(map(self.goods.lists, rest)) else names.mended_beside(rest)
        wanted = [names.mend(word) for word in rest]
        words = " ".join(wanted)
        hits = self.engine.search.search(words, k=2 * SHOWN_CANDIDATES)
        fitting = names.waiting_named(wanted)
        fitting = fitting or tuple(hit.product_id for hit in hits if covers(f"{hit.title} {hit.category}", wanted))
        if not fitting and any(is_unspaced(word) and not names.knows(word) for word in rest):
            # An encoder of another language has nothing to say about them; where a product is needed they name one.
            return (
                replace(question, product_words=words, exact=False) if question.intent in ABOUT_A_PRODUCT else question
            )
        if not fitting and not self._is_like_a_product(rest, hits):
            return question
        if question.intent is Intent.PLANNED and not fitting:  # what is in scope decides later about unknown words
            kept = all(map(names.knows, rest)) or (self.goods.share(words) or 0.0) > CERTAINLY
            return replace(question, product_words=words if kept else "", exact=False)
        if fitting:
            return _meaning(question, fitting, wanted)
        nearest = tuple(hit.product_id for hit in hits[:SHOWN_CANDIDATES])
        return replace(question, ambiguous_products=nearest, product_words=words, exact=False)

    def _is_like_a_product(self, rest: Sequence[str], hits: Sequence) -> bool:
        """Say whether words sound like goods, or else, beside words of the catalogue, are near some product in meaning.

        Where neither is known, they are taken to name one.
        """
        words = " ".join(rest)
        if self.goods.surely(words):
            return True
        known = any(map(self.reader.names.has, rest))  # beside the catalogue's words they are a kind of these
        share = None if known else self.goods.share(words)
        if share is not None:
            return share > CERTAINLY
        likeness = [hit.dense_score for hit in hits if hit.dense_score is not None]
        return not likeness or max(likeness) >= LEAST_LIKENESS

    def _is_aside(self, question: Question, read: ReadMessage) -> bool:
        """Say whether unknown words stand beside launches that are asked about anyway, of a week or a category.

        They do, too, where they only talk, in a clause of their own, and the question is about that part of the plan.
        """
        found = question.entities
        names_part = bool(found.weeks or found.placements or found.groups)
        may_be_aside = question.intent in _OF_A_SLOT | {Intent.PLANNED} and not question.points_back
        if (names_part or question.of_launches) and may_be_aside:
            apart = [self.reader.stands_apart(found.text, run) for run in read.strange]
            if apart and all(apart):
                return True
        part = question.of_launches and names_part
        said = "|".join(re.escape(run[-1]) for run in read.strange)
        return bool(part and said) and not re.search(rf"\b(?:{said})\W+launch", question.text, re.IGNORECASE)

    @staticmethod
    def _before(question: Question, previous: Question | None) -> Sequence[str]:
        """Return the products of the question before, where this one may be about them."""
        return previous.entities.products if previous and question.intent in MAY_INHERIT else ()

    def _inherited(self, question: Question, previous: Question | None) -> Question:
        """Take the product of the question before, where this one can be about it."""
        products = self._before(question, previous)
        found = question.entities
        of_a_part = question.intent in (Intent.PLANNED, Intent.RISKS, Intent.CONFIDENCE, Intent.REVENUE, Intent.BRIEF)
        together = question.of_launches and question.intent not in ABOUT_ONE
        asked_of_all = question.intent is Intent.LOCKS and not question.points_back
        supposes_nothing = question.intent is Intent.WHAT_IF and question.change is None and not question.points_back
        in_a_slot = of_a_part and bool(found.weeks or found.placements or found.unknown_weeks)
        if question.points_back and (question.change is not None or question.intent is Intent.LOCKS):
            together = False  # "drop it, what is left of the plan then", "is it locked in the plan"
        about_the_plan = together or asked_of_all or supposes_nothing or in_a_slot or found.groups
        if not products or found.products or about_the_plan or caps(question) or question.ambiguous_products:
            return question
        return replace(question, entities=replace(found, products=products[:1]))


def _changes_one(question: Question) -> bool:
    """Say whether a question supposes something of one product: "what does the plan lose if we drop the hot dogs"."""
    return question.change is not None and question.change.kind in ("drop", "scale", "price")


def _meaning(question: Question, products: Sequence[str], words: Sequence[str]) -> Question:
    """Return the question about what some words mean: one product, or several that it stays open among."""
    said = " ".join(words)
    if len(products) == 1:
        return replace(question, entities=replace(question.entities, products=tuple(products)), product_words=said)
    return replace(question, ambiguous_products=tuple(products), product_words=said)
