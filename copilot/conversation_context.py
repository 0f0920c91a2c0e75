"""The question before: what a short message adds to it, wishes for another length, and "the other one"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from copilot.catalogue_names import words_of
from copilot.intents import ABOUT_A_PRODUCT, FOLLOW_UP_LEAD, MAY_INHERIT, Intent
from copilot.message_spacing import says_only
from copilot.told_products import alone_after, why_of_two

if TYPE_CHECKING:
    from copilot.entities import ReadMessage
    from copilot.phrases import Phrases
    from copilot.questions import Question

Wish = Literal["", "shorter", "longer", "again"]
WISHES: tuple[Wish, ...] = ("shorter", "longer", "again")

WEIGHS_UP = frozenset(
    {Intent.COMPARE, Intent.EXTREMES, Intent.FORECAST, Intent.PLANNED, Intent.OUT_OF_SCOPE, Intent.PAST_SALES}
    | {
        Intent.DATA,
        Intent.METHOD,
        Intent.PRODUCT_SEARCH,
        Intent.HELP,
        Intent.RISKS,
        Intent.CONFIDENCE,
        Intent.COMPARE_PLANS,
    }
)
OF_LAUNCHES = frozenset(
    {Intent.FORECAST, Intent.RHYTHM, Intent.EXTREMES, Intent.RISKS, Intent.REVENUE, Intent.CONFIDENCE, Intent.PLANNED}
    | {Intent.LOCKS, Intent.LEFT_OUT, Intent.BRIEF}
)
"""Intents that may be about launches together."""


_PAIR = 2
_SHORT = 8  # words of a message that goes on about the launches before


def read_wish(text: str, phrases: Phrases, names_nothing: Callable[[], bool] = lambda: False) -> Wish:
    """Return how a message wants the answer before told anew: "shorter", "more detail", "again"; "" when it does not.

    A wish is a message of nothing else: "what is planned again in week 44" is a question. One that is spelled out may
    stand among other talk, where `names_nothing`: "my line broke up, could you say that once more".
    """
    patterns = phrases.parsing["wishes"]
    assert isinstance(patterns, Mapping)
    for wish in WISHES:
        said = patterns.get(f"{wish}_said")
        if said and re.search(str(said), text, re.IGNORECASE) and names_nothing():
            return wish
        left, n_found = re.subn(str(patterns[wish]), " ", text, flags=re.IGNORECASE)
        if n_found and says_only(left, str(patterns["fillers"]), phrases.lexicon):
            return wish
    return ""


def takes_up(text: str, previous: Question, phrases: Phrases) -> bool:
    """Say whether a message wants an answer that was stopped to go on: "continue"."""
    patterns = phrases.parsing["wishes"]
    assert isinstance(patterns, Mapping)
    left, n_found = re.subn(str(patterns["takes_up"]), " ", text, flags=re.IGNORECASE)
    return previous.stopped and n_found > 0 and says_only(left, str(patterns["fillers"]), phrases.lexicon)


def wished(previous: Question, wish: Wish) -> Question:
    """Return the question before as it is asked once more; "again" is its next variation, or the one that was stopped.

    Its length is settled with its facts, as only they tell whether a shorter or longer answer would say anything else.
    """
    is_next = wish == "again" and not previous.stopped
    return replace(previous, wish=wish, variation=previous.variation + is_next, mended=False, stopped=False)


def leaning(
    scores: dict[Intent, float], read: ReadMessage, text: str, previous: Question | None, phrases: Phrases
) -> dict[Intent, float]:
    """Lean towards the question before when a message only adds an entity to it: "and in week 45?"."""
    if previous is None or previous.intent in (Intent.HELP, Intent.OUT_OF_SCOPE) or not adds_only(read, text, phrases):
        return scores
    slots = read.entities.weeks or read.entities.placements or read.entities.unknown_weeks
    adds_slot = bool(slots or read.entities.shift_weeks is not None)
    continued = previous.intent
    about_one = continued in (Intent.WHY_HERE, Intent.FORECAST, Intent.SIMILAR, Intent.RISKS, Intent.DRIVERS)
    about_one = (about_one or continued is Intent.PLANNED) and bool(previous.entities.products)
    names_product = bool(read.entities.products or read.named)
    speaks_of_one = bool(previous.entities.products) or names_product or not previous.entities.weeks
    shifts = read.entities.shift_weeks is not None and speaks_of_one
    if shifts or (about_one and adds_slot and not names_product):
        continued = Intent.WHAT_IF_MOVE
    return {**scores, continued: max(scores.values()) + FOLLOW_UP_LEAD}


def with_pronouns(read: ReadMessage, previous: Question | None, phrases: Phrases) -> ReadMessage:
    """Read "its forecast" or "the latter" as a product where the question before was about one."""
    if previous is None or not previous.entities.products or read.named:
        return read
    refers = re.compile(str(phrases.parsing["refers"]), re.IGNORECASE)
    readings = [refers.sub(" PRODUCT " if phrases.lexicon.unspaced else "PRODUCT", one) for one in read.readings]
    return replace(read, readings=tuple(dict.fromkeys(readings)))


def with_the_one_before(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question:
    """Weigh the product of the question before up against the one product that a comparison names.

    Beside words that nothing explains it takes an "it": they may be the other product.
    """
    before = _spoken_of(previous) if previous else ()
    if previous is not None and previous.intent is Intent.COMPARE and (at := _replaced(question.text, phrases)):
        question = replace(question, intent=Intent.COMPARE, alternatives=())
        before = previous.entities.products[2 - at : 3 - at]
    if question.intent is not Intent.COMPARE or len(set(question.named)) != 1 or not before:
        return question
    refers = re.search(str(phrases.parsing["refers"]), question.text, re.IGNORECASE)
    if (refers is None and (read.strange or len(before) > 1)) or before in question.named:
        return question
    own = before if len(before) == 1 else ()
    found = replace(question.entities, products=(*own, *question.entities.products))
    return replace(question, named=(before, *question.named), entities=found)


def _spoken_of(previous: Question) -> tuple[str, ...]:
    """Return the product of a question, or those that its name could mean, which the answer asked back about."""
    return previous.entities.products[:1] or (previous.ambiguous_products if previous.exact else ())


def _replaced(text: str, phrases: Phrases) -> int:
    """Return which of two products a message replaces by another, 1 or 2; 0 when it replaces none."""
    keys = ("replaces_first", "replaces_second")
    said = (re.search(str(phrases.parsing.get(key, "(?!)")), text) is not None for key in keys)
    return next((at for at, found in enumerate(said, start=1) if found), 0)


def of_the_shown(text: str, previous: Question | None, phrases: Phrases) -> Question | None:
    """Read "the second one" or "2" as a pick among the products that the answer before asked back about, or None."""
    compares = previous is not None and previous.intent is Intent.COMPARE
    shown = previous.ambiguous_products if previous and (compares or not previous.entities.products) else ()
    match = re.search(str(phrases.parsing["picks"]), text, re.IGNORECASE)
    if previous is None or not shown or match is None:
        return None
    if not says_only(text.replace(match[0], " "), str(phrases.parsing["additions"]), phrases.lexicon):
        return None
    written = next(filter(None, match.groups())).casefold()
    words = str(phrases.parsing["places_in_list"]).split()
    place = int(written) if written.isdigit() else words.index(written) + 1
    if not 1 <= place <= len(shown):
        return None
    picked = (shown[place - 1],)
    named = tuple(picked if one == shown else one for one in previous.named)
    products = tuple(one[0] for one in named if len(one) == 1) if compares else picked
    return replace(
        previous,
        entities=replace(previous.entities, products=products),
        named=named,
        ambiguous_products=(),
        product_words="",
        exact=True,
        wish="",
        stopped=False,
    )


def adds_only(read: ReadMessage, text: str, phrases: Phrases) -> bool:
    """Say whether a message names something and says nothing else: "and for clementines?"."""
    masked = read.readings[-1] if read.readings else read.entities.text
    left, n_named = re.subn(r"\b(?:PRODUCT|WEEK|PLACEMENT|GROUP|NUMBER)\b", " ", masked)
    changed = n_named > 0 if phrases.lexicon.unspaced else masked != text  # blanks alone name nothing
    names = changed or read.entities.shift_weeks is not None
    return names and says_only(left, str(phrases.parsing["additions"]), phrases.lexicon)


def still_meant(text: str, previous: Question | None, phrases: Phrases) -> Question | None:
    """Return the question before, unless a message turns to something else: "leave that, what is locked?".

    "Never mind the risks, what does it sell?" still speaks of the same product.
    """
    pattern = phrases.parsing.get("new_topic")
    match = re.search(str(pattern), text, re.IGNORECASE) if pattern else None
    if match is None:
        return previous
    points_back = re.search(str(phrases.parsing["refers"]), text[match.end() :], re.IGNORECASE)
    return previous if points_back else None


def of_a_number(question: Question, read: ReadMessage, previous: Question | None, weeks: Sequence[date]) -> Question:
    """Take a number that is all a message adds for a week, where the question before named one: "I meant 46"."""
    found = question.entities
    if previous is None or not previous.entities.weeks or found.weeks or read.named or len(found.numbers) != 1:
        return question
    meant = tuple(week for week in weeks if week.isocalendar().week == found.numbers[0])
    if not meant or question.intent is not previous.intent:
        return question
    return replace(question, entities=replace(found, weeks=meant, numbers=()))


def of_those(question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases) -> Question:
    """Take "those" and "all that" for the launches of the question before: of its weeks, placements, categories."""
    pattern, found = phrases.parsing.get("of_those"), question.entities
    names = read.named or found.products or found.weeks or found.placements or found.groups or found.unknown_weeks
    if previous is None or not pattern or names or question.intent not in OF_LAUNCHES:
        return question
    before = previous.entities
    narrowed = before.weeks or before.placements or before.groups
    goes_on = phrases.parsing.get("goes_on")
    continues = len(words_of(question.text)) <= _SHORT and goes_on and re.search(str(goes_on), question.text, re.I)
    doubts = re.search(str(phrases.parsing.get("doubts", "(?!)")), question.text, re.IGNORECASE)
    says_those = continues or doubts or re.search(str(pattern), question.text, re.IGNORECASE)
    if before.products or not narrowed or not says_those:
        return question
    found = replace(found, weeks=before.weeks, placements=before.placements, groups=before.groups)
    return replace(question, entities=found, of_launches=True, points_back=False)


def of_that_week(question: Question, previous: Question | None, phrases: Phrases) -> Question:
    """Take "that week" for the week that the turn before asked about or told, and "the week after" for the next.

    After a move it is the week after the one that was supposed, and not after the product's own.
    """
    found, weeks = question.entities, (previous.entities.weeks or previous.told_weeks) if previous else ()
    if found.weeks or found.unknown_weeks or not weeks:
        return question
    if re.search(str(phrases.parsing["of_that_week"]), question.text, re.IGNORECASE):
        return replace(question, entities=replace(found, weeks=weeks))
    names = found.products or question.named
    about_one = names or (previous and previous.entities.products)
    moved_there = bool(previous and previous.intent is Intent.WHAT_IF_MOVE and previous.entities.weeks and not names)
    if found.shift_weeks is None or (about_one and not moved_there):
        return question
    shifted = max(weeks) if found.shift_weeks > 0 else min(weeks)
    moved = replace(found, weeks=(shifted + timedelta(weeks=found.shift_weeks),), shift_weeks=None)
    return replace(question, entities=moved)


def of_the_compared(
    question: Question, read: ReadMessage, previous: Question | None, phrases: Phrases
) -> Question | None:
    """Read "which one sells more?" and "the second one" as about the two products compared before, or None."""
    pair: Sequence[str] = previous.entities.products[:2] if previous and previous.intent is Intent.COMPARE else ()
    found = question.entities
    if previous is None or read.named or found.products or found.groups:
        return None
    if len(pair) < _PAIR:
        return _asked_back_again(question, previous, phrases)
    if _swaps(question, phrases) and not (found.weeks or found.placements):  # "and if they swapped weeks?"
        both, named = replace(found, products=tuple(pair)), tuple((one,) for one in pair)
        return replace(question, intent=Intent.WHAT_IF, entities=both, named=named, alternatives=())
    for key, product in zip(("of_first", "of_second"), pair, strict=True):
        if match := re.search(str(phrases.parsing[key]), question.text, re.IGNORECASE):
            if why_of_two(question, phrases):
                named = tuple((one,) for one in pair)
                found = replace(found, products=tuple(pair))
                return replace(question, intent=Intent.COMPARE, entities=found, named=named, alternatives=())
            left = question.text.replace(match[0], " ")
            alone = says_only(left, str(phrases.parsing["asks_alone"]), phrases.lexicon)
            asks = question.intent in MAY_INHERIT and not alone
            intent = question.intent if asks else alone_after(previous, phrases)
            other = tuple(one for one in pair if one != product)
            found = replace(found, products=(product,))
            return replace(question, intent=intent, entities=found, alternatives=(), beside=other)
    if (found.weeks or found.placements) and adds_only(read, question.text, phrases):  # "and in week 45?" of both
        both, named = replace(found, products=tuple(pair)), tuple((one,) for one in pair)
        return replace(question, intent=Intent.COMPARE, entities=both, named=named, alternatives=())
    match = re.search(str(phrases.parsing["of_both"]), question.text, re.IGNORECASE)
    if match is None or found.weeks or found.placements or question.of_launches:
        return None
    says_more = set(words_of(question.text.replace(match[0], " "))) - set(str(phrases.parsing["additions"]).split())
    if question.intent is Intent.OUT_OF_SCOPE and says_more:
        return None
    both = replace(found, products=tuple(pair))
    if question.intent in ABOUT_A_PRODUCT:
        return replace(question, entities=both)
    if question.intent is Intent.UNMET_DEMAND:  # is about no product
        return replace(question, intent=Intent.SEARCH_DEMAND, entities=both, alternatives=())
    if question.intent not in WEIGHS_UP:
        return None
    return replace(question, intent=Intent.COMPARE, entities=both, named=tuple((one,) for one in pair), alternatives=())


def _asked_back_again(question: Question, previous: Question, phrases: Phrases) -> Question | None:
    """Ask once more which products are compared, where "the first" of them is spoken of before that is known."""
    open_yet = previous.intent is Intent.COMPARE and bool(previous.ambiguous_products)
    keys = ("of_first", "of_second", "of_both")
    speaks = any(re.search(str(phrases.parsing[key]), question.text, re.IGNORECASE) for key in keys)
    speaks = speaks or _swaps(question, phrases)
    return replace(previous, text=question.text, wish="", stopped=False) if open_yet and speaks else None


def _swaps(question: Question, phrases: Phrases) -> bool:
    """Say whether a message supposes that two launches change places."""
    patterns = phrases.parsing["change"]
    assert isinstance(patterns, Mapping)
    return re.search(str(patterns["swap"]), question.text, re.IGNORECASE) is not None
