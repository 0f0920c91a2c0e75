"""Turns: what a short message changes of the question before it: its amount, its week, or which of its products.

"Make it fifteen" keeps what was supposed and changes how much, "not week 45, 46" corrects a week, "the one in week 45"
picks among the products that were asked back about, and "the other one" is the product that the turn before spoke of
beside its own: the other of a comparison, or the launch that an answer said would give way.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.catalogue_names import words_of
from copilot.conversation_context import adds_only
from copilot.intents import MAY_INHERIT, Intent

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.lexicon import Lexicon
    from copilot.phrases import Phrases
    from copilot.questions import Question

_RATIOS = ("scale", "price")  # changes whose amount is a factor, told as a percentage
_COUNTS = ("cap", "capacity")
_NARROWED = frozenset({Intent.PLANNED, Intent.FORECAST, Intent.REVENUE, Intent.RISKS, Intent.CONFIDENCE})
_SAID_AS_ONE = {Intent.COMPARE: Intent.COMPARE_PLANS, Intent.SEARCH_DEMAND: Intent.UNMET_DEMAND}
"""Of a product, to the same of no product: "which is the better one" after two plans were compared."""


def of_another_amount(text: str, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question | None:
    """Read "make it fifteen" or "and 25 percent?" as the change supposed before by another amount, or None."""
    if moved := _of_another_shift(text, read, previous, phrases):
        return moved
    before = previous.change if previous else None
    if previous is not None and previous.intent is Intent.EXTREMES and not read.named:  # "the top 3", "make it five"
        amount = _amount(text, read, phrases)
        found = replace(previous.entities, numbers=(amount,)) if amount else previous.entities
        return replace(previous, text=text, entities=found, wish="", stopped=False, mended=False) if amount else None
    if previous is None or before is None or before.kind not in (*_RATIOS, *_COUNTS) or read.named:
        return None
    amount = _amount(text, read, phrases)
    if amount is None:
        return None
    factor = 1 + (amount if before.amount > 1 else -amount) / 100
    change = replace(before, amount=max(0.0, factor) if before.kind in _RATIOS else amount)
    found = replace(previous.entities, numbers=(amount,))
    return replace(previous, text=text, entities=found, change=change, wish="", stopped=False, mended=False)


def of_another_part(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question:
    """Suppose the same of another week, placement or category: "and in week 51?" after "no launches in week 50"."""
    found, before = question.entities, previous.change if previous else None
    if previous is None or before is None or before.kind not in _COUNTS or read.named or question.change is not None:
        return question
    adds = found.weeks or found.placements or found.groups
    if not adds or previous.entities.products or not adds_only(read, question.text, phrases):
        return question
    kept = {
        name: getattr(found, name) or getattr(previous.entities, name) for name in ("weeks", "placements", "groups")
    }
    return replace(previous, text=question.text, entities=replace(previous.entities, **kept), wish="", stopped=False)


def _of_another_shift(text: str, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question | None:
    """Read "make it two" after "a week earlier" as two weeks earlier, or None."""
    shift = previous.entities.shift_weeks if previous and previous.intent is Intent.WHAT_IF_MOVE else None
    amount = _amount(text, read, phrases) if shift and not read.named else None
    if previous is None or not shift or not amount or amount != int(amount):
        return None
    found = replace(previous.entities, shift_weeks=int(amount) if shift > 0 else -int(amount), numbers=())
    return replace(previous, text=text, entities=found, wish="", stopped=False, mended=False)


def _amount(text: str, read: ReadMessage, phrases: Phrases) -> float | None:
    """Return the one number of a message that says nothing else, in digits or in words."""
    found = read.entities
    if found.weeks or found.placements or found.groups or found.shift_weeks is not None or read.unknown_id:
        return None
    if len(found.numbers) == 1:
        masked = replace(read, readings=(re.sub(r"%|\bper ?cent\b", " ", found.text),))
        return found.numbers[0] if adds_only(masked, text, phrases) else None
    words = [word for word in words_of(re.sub(r"%|\bper ?cent\b", " ", text)) if not _adds(word, phrases)]
    return None if found.numbers or not words else _in_words(words, phrases.lexicon)


def _adds(word: str, phrases: Phrases) -> bool:
    return word in str(phrases.parsing["additions"]).split() and word not in phrases.lexicon.numbers


def _in_words(words: list[str], lexicon: Lexicon) -> float | None:
    """Return the number that some words are: "fifteen", "twenty five"."""
    values = [{**lexicon.small, **lexicon.numbers}.get(word) for word in words]
    known = [float(value) for value in values if value is not None]
    if len(known) < len(values) or len(known) > 2:
        return None
    tens = len(known) == 1 or (known[0] % 10 == 0 and 0 < known[1] < 10)
    return sum(known) if tens else None


def corrected(question: Question, previous: Question | None) -> Question:
    """Take "not week 45, 46" for week 46 where the question before named week 45."""
    found = question.entities
    left = tuple(week for week in found.weeks if week not in found.without)
    denied = [week for week in found.weeks if week in found.without]
    if previous is None or not left or not denied or not set(denied) <= set(previous.entities.weeks):
        return question
    kept = tuple(one for one in found.without if one not in denied)
    return replace(question, entities=replace(found, weeks=left, without=kept))


def of_the_shown_there(question: Question, read: ReadMessage, previous: Question | None) -> Question:
    """Keep the products that were asked back about, where a message only names the slot of one: "the one in week 45".

    The plan decides which of them stands there.
    """
    shown = previous.ambiguous_products if previous and not previous.entities.products else ()
    found = question.entities
    names = read.named or found.products or found.groups or read.rest
    if previous is None or not shown or not previous.exact or names or question.intent is not previous.intent:
        return question
    if not (found.weeks or found.placements):
        return question
    return replace(question, ambiguous_products=shown, product_words=previous.product_words, of_launches=False)


def of_the_other(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question:
    """Take "the other one" for the product that the turn before spoke of beside its own; several stay open."""
    pattern, beside = phrases.parsing.get("the_other"), previous.beside if previous else ()
    found = question.entities
    names = read.named or found.products or found.groups or question.intent not in MAY_INHERIT
    if not pattern or not beside or names or not re.search(str(pattern), question.text, re.IGNORECASE):
        return question
    if len(beside) > 1:
        return replace(question, ambiguous_products=beside, product_words="", exact=True)
    return replace(question, entities=replace(found, products=beside))


def asked_of_the_other(
    question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases
) -> Question | None:
    """Read "why not the other one?" after a change as that change of the other product, or None.

    Of several that would give way it stays open which is meant. What would come in for a product that is left out is
    asked about as it is: the plan leaves it out already.
    """
    if previous is None or question.intent is not Intent.WHY_NOT or not _changes_one(previous):
        return None
    other = of_the_other(question, read, previous, phrases)
    if other is question:
        return None
    slots = {"weeks": question.entities.weeks, "placements": question.entities.placements}
    named = {kind: values for kind, values in slots.items() if values}
    found = replace(previous.entities, products=other.entities.products, **named)
    return replace(
        previous,
        text=question.text,
        entities=found,
        named=(),
        ambiguous_products=other.ambiguous_products,
        product_words="",
        exact=True,
        beside=previous.entities.products,
        wish="",
        stopped=False,
        mended=False,
        variation=0,
    )


def _changes_one(previous: Question) -> bool:
    supposes = previous.intent in (Intent.WHAT_IF_MOVE, Intent.WHAT_IF) and bool(previous.entities.products)
    return supposes and (previous.change is None or previous.change.kind != "drop")


def is_of_no_other(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> bool:
    """Say whether a message asks why not "the other one" where the change before spoke of one product only."""
    pattern = phrases.parsing.get("the_other")
    if previous is None or previous.intent not in (Intent.WHAT_IF_MOVE, Intent.WHAT_IF) or previous.beside:
        return False
    names = read.named or read.rest or question.entities.groups or question.intent is not Intent.WHY_NOT
    return bool(pattern) and not names and re.search(str(pattern), question.text, re.IGNORECASE) is not None


def other_than_the_one_before(question: Question, previous: Question | None, phrases: Phrases) -> Question:
    """Take "the other potato chips" for those that share the name and are not the product of the turn before."""
    pattern, before = phrases.parsing.get("another_of"), previous.entities.products[:1] if previous else ()
    left = tuple(one for one in question.ambiguous_products if one not in before)
    fewer = 0 < len(left) < len(question.ambiguous_products) and question.exact
    if not pattern or not fewer or not re.search(str(pattern), question.text, re.IGNORECASE):
        return question
    return replace(question, ambiguous_products=left)


def in_the_supposed_slot(question: Question, previous: Question | None, phrases: Phrases) -> Question:
    """Take "what does it sell then?" after a move for the slot that was supposed."""
    found = question.entities
    moved = previous is not None and previous.intent is Intent.WHAT_IF_MOVE
    names = found.weeks or found.placements or found.shift_weeks is not None or found.groups
    if previous is None or not moved or question.intent is not Intent.FORECAST or names:
        return question
    before, own = previous.entities, found.products or previous.entities.products
    says_then = re.search(str(phrases.parsing["in_that_case"]), question.text, re.IGNORECASE) is not None
    if not says_then or own[:1] != before.products[:1]:
        return question
    slot = {"weeks": before.weeks, "placements": before.placements, "shift_weeks": before.shift_weeks}
    return replace(question, entities=replace(found, products=own[:1], **slot))


def without_the_dismissed(text: str, phrases: Phrases) -> str:
    """Return a message without what it sets aside: "never mind the risks, what does it sell" asks about no risks."""
    pattern = phrases.parsing.get("dismissed")
    left = re.sub(str(pattern), "", text, count=1, flags=re.IGNORECASE) if pattern else text
    return left if words_of(left) else text


def of_these_two(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question:
    """Weigh up the product of the turn before and the one before it: "put those two side by side"."""
    pattern = phrases.parsing.get("these_two")
    pair = (*previous.beside, *previous.entities.products[:1]) if previous else ()
    compares = question.intent in (Intent.COMPARE, Intent.COMPARE_PLANS)
    names = read.named or question.entities.products or question.entities.numbers or not compares
    if not pattern or len(set(pair)) != 2 or names or not re.search(str(pattern), question.text, re.IGNORECASE):
        return question
    found = replace(question.entities, products=pair)
    return replace(
        question, intent=Intent.COMPARE, named=tuple((one,) for one in pair), entities=found, alternatives=()
    )


def of_the_thread(question: Question, previous: Question | None) -> Question:
    """Take the product that the thread is about for a name that it shares: "how many of the chips then"."""
    before = previous.entities.products if previous else ()
    found = question.entities
    names_slot = found.weeks or found.placements or found.products
    if (
        len(before) != 1
        or names_slot
        or not question.exact
        or question.intent in (Intent.COMPARE, Intent.PRODUCT_SEARCH)
    ):
        return question
    if before[0] not in question.ambiguous_products:
        return question
    return replace(question, entities=replace(found, products=before), named=(before,), ambiguous_products=())


def narrowing(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question:
    """Keep the weeks of the question before where a message only adds a placement or category to what it asks."""
    found = question.entities
    before = previous.entities if previous else None
    if before is None or previous is None or question.intent is not previous.intent:
        return question
    if question.intent not in _NARROWED:
        return question
    names = found.products or found.weeks or found.unknown_weeks or before.products or read.named
    adds = (found.placements and not before.placements) or (found.groups and not before.groups)
    if names or not before.weeks or not adds or not adds_only(read, question.text, phrases):
        return question
    together = question.of_launches or question.intent is not Intent.PLANNED
    return replace(question, entities=replace(found, weeks=before.weeks), of_launches=together)


def with_those_beside(question: Question, previous: Question | None) -> Question:
    """Keep in mind which product the turn before was about, for "the other one" and "those two"."""
    before = previous.entities.products[:1] if previous else ()
    own = question.entities.products
    speaks_of_one = len(own) == 1 or (not own and bool(question.ambiguous_products))
    if previous is None or question.beside or not before or question.intent is Intent.COMPARE or not speaks_of_one:
        return question
    return replace(question, beside=previous.beside if own == before else before)


def as_before(question: Question, read: ReadMessage, previous: Question | None) -> Question:
    """Go on about what is of no product, where a message needs one that neither it nor the question before names.

    "How many look for that" after searches without a product is about these searches, "why that few?" about a rhythm.
    """
    found = question.entities
    names = read.named or read.rest or read.group_words or read.unknown_id or found.products
    if previous is None or names or previous.entities.products or found.weeks or found.placements:
        return question
    asks_why = question.intent in (Intent.WHY_HERE, Intent.WHY_NOT) and previous.intent is Intent.RHYTHM
    if asks_why or previous.intent is _SAID_AS_ONE.get(question.intent):
        return replace(previous, text=question.text, wish="", mended=question.mended, stopped=False)
    return question
