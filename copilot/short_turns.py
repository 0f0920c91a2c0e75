"""Short turns: messages that ask the question before about another size, about both, about all, or whether it grows.

"And the smaller one", "the 12 oz one", "both candies", "and overall?" and "is that going up?" say nothing else, so that
what was asked before is asked once more. "What would that cost?" is what was supposed before, and "what if we rest it?"
supposes no launches in the week that was asked about or told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.changes import Change
from copilot.conversation_context import OF_LAUNCHES
from copilot.entities import Entities
from copilot.intents import Intent
from copilot.message_spacing import says_only
from copilot.settled_words import says
from copilot.told_products import why_the_told

if TYPE_CHECKING:
    from copilot.catalogue_names import CatalogueNames
    from copilot.phrases import Phrases
    from copilot.questions import Question

_PAIR = 2
_SUPPOSES = frozenset({Intent.WHAT_IF, Intent.WHAT_IF_MOVE})
_NOT_MEASURED = frozenset({Intent.HELP, Intent.OUT_OF_SCOPE, Intent.METHOD, Intent.DATA, Intent.LOCKS, Intent.BRIEF})
"""Intents whose answers tell no figure that could be a lot."""

_RESTS = {"rests": Intent.WHAT_IF, "may_rest": Intent.RHYTHM}
"""Short turns about a week without launches, and what they ask."""


def of_the_same(text: str, previous: Question | None, phrases: Phrases, names: CatalogueNames) -> Question | None:
    """Return the question before as a short message asks it anew, or None where it says anything else."""
    patterns = phrases.parsing.get("short_turns")
    if previous is None or not isinstance(patterns, Mapping):
        return None
    if why := why_the_told(text, previous, phrases):
        return why
    for kind, pattern in patterns.items():
        match = _said_alone(text, str(pattern), phrases)
        goes_on = _GOES_ON.get(kind)
        if match is None or (goes_on and not goes_on(previous, phrases)):
            continue
        if goes_on:
            return _of_what_was_told(text, previous)
        if kind == "both":
            return _of_both(text, previous)
        if kind == "overall":
            return _of_all(text, previous)
        if kind == "turned":
            return _turned(match[0], previous, str(pattern))
        if kind == "nth":
            return _of_a_place(text, previous)
        if kind == "judged":
            return _of_what_was_told(text, previous) if previous.intent not in _NOT_MEASURED else None
        if kind == "doubted":
            return _of_what_was_told(text, previous) if previous.intent in _SUPPOSES else None
        if kind == "grows":
            return _once_more(text, previous) if previous.intent is Intent.SEARCH_DEMAND else None
        if kind == "costs":
            return _once_more(text, previous) if previous.intent in _SUPPOSES else None
        if kind in _RESTS:
            return _of_a_rest(text, previous, _RESTS[kind])
        return _of_a_size(text, previous, names, kind, match)
    return None


def is_turn(kind: str, text: str, phrases: Phrases) -> bool:
    """Say whether a message is a short turn of a kind and nothing else: "is that a lot?"."""
    patterns = phrases.parsing.get("short_turns")
    return isinstance(patterns, Mapping) and _said_alone(text, str(patterns.get(kind, "(?!)")), phrases) is not None


def _said_alone(text: str, pattern: str, phrases: Phrases) -> re.Match[str] | None:
    match = re.search(pattern, text, re.IGNORECASE)
    left = text.replace(match[0], " ", 1) if match else text
    return match if match and says_only(left, str(phrases.parsing["additions"]), phrases.lexicon) else None


def _told_span(previous: Question, phrases: Phrases) -> bool:
    """Say whether the answer before told when the plan starts and ends."""
    asked = says(previous, "plan_span", phrases, previous.goes_back_to or previous.text)
    return asked and previous.intent is Intent.PLANNED and not previous.entities.weeks


def _drops(previous: Question, phrases: Phrases) -> bool:
    """Say whether a product was supposed to be left out, or the answer before ranked what that costs."""
    ranks = previous.intent is Intent.EXTREMES and bool(previous.told_products)
    ranks = ranks and any(says(previous, one, phrases) for one in ("drop_costs", "which_goes"))
    return ranks or (previous.intent is Intent.WHAT_IF and previous.change == Change("drop"))


def _ranked_rests(previous: Question, phrases: Phrases) -> bool:
    """Say whether the answer before told which week is the cheapest to rest, or the next one after it."""
    asked = says(previous, "which_rests", phrases, previous.goes_back_to or previous.text)
    return asked and previous.intent is Intent.RHYTHM and len(previous.told_weeks) == 1


_GOES_ON = {"next_rest": _ranked_rests, "replaced": _drops, "other_end": _told_span}
"""Short turns that go on about what the answer before told, and what that answer has to be."""


def _of_a_size(
    text: str, previous: Question, names: CatalogueNames, kind: str, match: re.Match[str]
) -> Question | None:
    """Take the smaller, the larger or the one of a size among products of the same name."""
    before = previous.entities.products[:1]
    shown = names.of_the_same_name(before[0]) if before else previous.ambiguous_products if previous.exact else ()
    sizes = {one: size for one in shown if (size := names.size_of(one)) is not None}
    if kind == "of_size":
        meant = [one for one, size in sizes.items() if size == float(match[1])]
    elif before:
        own = sizes.get(before[0])
        meant = [
            one for one, size in sizes.items() if own is not None and (size < own if kind == "smaller" else size > own)
        ]
    else:
        bound = (min if kind == "smaller" else max)(sizes.values(), default=None)
        meant = [one for one, size in sizes.items() if size == bound]
    if len(meant) != 1 or len(sizes) < _PAIR:
        return None
    if previous.intent is Intent.WHY_HERE:  # each stands in a slot of its own
        previous = replace(previous, entities=replace(previous.entities, weeks=(), placements=()))
    return _once_more(text, previous, tuple(meant))


def _of_what_was_told(text: str, previous: Question) -> Question:
    """Ask about the figure told before; what was asked back about stays open."""
    before = previous.goes_back_to or previous.text
    return replace(previous, text=text, goes_back_to=before, wish="", stopped=False, mended=False, variation=0)


def _turned(said: str, previous: Question, pattern: str) -> Question | None:
    """Ask a ranking for its other end: "and the fewest?" after which category has the most launches."""
    before = previous.goes_back_to or previous.text
    if previous.intent is not Intent.EXTREMES or not re.search(pattern, before, re.IGNORECASE):
        return None
    turned = re.sub(pattern, said, before, count=1, flags=re.IGNORECASE)
    return replace(_once_more(turned, previous), goes_back_to="")


def _of_a_place(text: str, previous: Question) -> Question | None:
    """Ask a ranking of weeks, placements or categories for a place further down: "and the second?"."""
    told = previous.told_weeks or previous.told_placements or previous.told_groups
    if previous.intent is not Intent.EXTREMES or not told:
        return None
    before = previous.goes_back_to or previous.text
    return replace(_once_more(f"{before} {text}", previous), goes_back_to="")


def _of_both(text: str, previous: Question) -> Question | None:
    """Set the two products that were asked back about beside each other."""
    pair = previous.ambiguous_products if previous.exact and not previous.entities.products else ()
    if len(pair) != _PAIR:
        return None
    both = replace(previous, intent=Intent.COMPARE, named=tuple((one,) for one in pair), alternatives=())
    return _once_more(text, both, pair)


def _of_all(text: str, previous: Question) -> Question | None:
    """Ask about the whole plan what was asked about a part of it or about one product."""
    found = previous.entities
    if previous.intent not in OF_LAUNCHES or not (found.products or found.weeks or found.placements or found.groups):
        return None
    whole = replace(found, products=(), weeks=(), placements=(), groups=(), without=(), like_named=(), shift_weeks=None)
    asked = replace(previous, entities=whole, of_launches=True, named=(), points_back=False)
    return _once_more(text, asked)


def _of_a_rest(text: str, previous: Question, intent: Intent) -> Question | None:
    """Suppose no launches in the one week that the question before was about or its answer told, or ask for advice."""
    found = previous.entities
    weeks = found.weeks or previous.told_weeks
    names_one = found.products or previous.ambiguous_products or previous.product_words
    if names_one or len(weeks) != 1:
        return None
    change = Change("cap", 0) if intent is Intent.WHAT_IF else None
    rested = replace(previous, intent=intent, change=change, of_launches=True, named=(), points_back=False)
    return _once_more(text, replace(rested, entities=Entities(weeks=weeks, text="WEEK"), alternatives=()))


def _once_more(text: str, question: Question, products: tuple[str, ...] | None = None) -> Question:
    before = question.entities.products
    found = question.entities if products is None else replace(question.entities, products=products, numbers=())
    question = replace(question, text=text, entities=found, ambiguous_products=(), product_words="", exact=True)
    beside = before if products and len(products) == 1 else question.beside
    return replace(question, wish="", stopped=False, mended=False, variation=0, beside=beside)
