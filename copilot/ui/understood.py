"""What was understood of a question, part by part, and the question again with one part corrected.

A product, week or placement comes with what it may be corrected to; the corrected question keeps all its other parts,
so it is asked as it was understood and not read anew.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.errors import OPERATOR_ERRORS, CopilotError
from copilot.questions import Question
from copilot.ui import formats
from copilot.ui.markup import plain
from copilot.ui.names import exact_name, telling_name
from copilot.ui.state import Option, Part, Turn
from copilot.ui.words import Words
from copilot.week_words import find_weeks
from retrieval.weeks import parse_week

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot.service import Copilot

POSSIBLE_PRODUCT = "possible_product"  # the name of the facts that list what an ambiguous name could mean
NEAREST = 3  # other products that a chip offers


def read_parts(copilot: Copilot, question: Question, words: Words, *, nearest: bool = True) -> tuple[Part, ...]:
    """Return the products, weeks, placements and categories of a question, each with what it may be corrected to.

    Without `nearest` a product offers only what its words could mean besides, which takes no search.
    """
    entities, engine = question.entities, copilot.engine
    weeks = [Option(formats.week(week), formats.week(week)) for week in engine.weeks]
    placements = [Option(placement, placement) for placement in engine.placements]
    products = [
        product_part(copilot, *one, question, words, nearest=nearest) for one in titles_of(copilot, entities.products)
    ]
    barred = set(entities.without)
    return (
        *products,
        *(
            Part("product", product_id, telling_name(product_id, title, engine.problem, words), barred=True)
            for product_id, title in titles_of(copilot, entities.products_left_out)
        ),
        *(_part("week", formats.week(week), weeks, barred=week in barred) for week in entities.weeks),
        *(_part("placement", one, placements, barred=one in barred) for one in entities.placements),
        *(_part("group", group, (), barred=group in barred) for group in entities.groups),
    )


def answered_parts(copilot: Copilot, question: Question, echoed: Sequence[Part], words: Words) -> tuple[Part, ...]:
    """Return the parts of a question as its facts answer it: with the products that the plan chose among several.

    Args:
        question: with those products, in the order that the answer speaks of them.
        echoed: the parts that the words alone told; one that is still meant is kept as it is.
    """
    known = {one.key: one for one in echoed if one.kind == "product" and not one.barred}
    products = [
        known.get(product_id) or product_part(copilot, product_id, title, question, words)
        for product_id, title in titles_of(copilot, question.entities.products)
    ]
    kept = [one for one in echoed if one.kind != "group" or one.key in question.entities.groups]
    return (*(products or known.values()), *(one for one in kept if one.kind != "product" or one.barred))


def product_part(
    copilot: Copilot, product_id: str, title: str, question: Question, words: Words, *, nearest: bool = True
) -> Part:
    """Return a product's part: its name, what else its words could mean and, if `nearest`, the products nearest."""
    problem = copilot.engine.problem
    namesakes = (one for ids in question.named if product_id in ids for one in ids)
    found = [one for one in dict.fromkeys((*question.ambiguous_products, *namesakes)) if one != product_id]
    if nearest and len(found) < NEAREST:
        found += [one for one in _nearest(copilot, product_id, title, question) if one not in found]
    others = titles_of(copilot, found[:NEAREST])
    options = tuple(Option(other, telling_name(other, name, problem, words)) for other, name in others)
    return Part("product", product_id, telling_name(product_id, title, problem, words), options)


def titles_of(copilot: Copilot, product_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return the titles of products; one that the catalogue no longer has is left out."""
    found = []
    for product_id in product_ids:
        try:
            found.append((product_id, plain(copilot.engine.product(product_id).title)))
        except CopilotError:
            continue
    return found


def _part(kind: str, key: str, options: Sequence[Option], *, barred: bool) -> Part:
    others = tuple(one for one in options if one.key != key)
    return Part(kind, key, plain(key), others, barred)  # pyright: ignore[reportArgumentType]


def _nearest(copilot: Copilot, product_id: str, title: str, question: Question) -> list[str]:
    """Return the products nearest to the words that meant one, of those that are as much on sale as it is."""
    try:
        status = copilot.engine.product(product_id).status
        hits = copilot.search(question.product_words or title, NEAREST + 1, status=status)
    except OPERATOR_ERRORS:  # the question is answered all the same
        return []
    return [hit.product_id for hit in hits if hit.product_id != product_id]


def correct(
    copilot: Copilot, turn: Turn, kind: str, key: str, chosen: str, words: Words
) -> tuple[str, Question] | None:
    """Return a turn's question with one part corrected, in words and as it is understood; None if none such is offered.

    Args:
        kind, key: the part to correct.
        chosen: the key of one of the options that it offers.
    """
    part = next((one for one in turn.parts if (one.kind, one.key) == (kind, key)), None)
    option = next((one for one in part.options if one.key == chosen), None) if part else None
    if part is None or option is None or turn.understood is None:
        return None
    text = _reworded(copilot, turn.question, part, option, words)
    question = replace(turn.understood, text=text, lang=words.lang, mended=False, wish="", variation=0, stopped=False)
    return text, _corrected(question, part, option)


def _corrected(question: Question, part: Part, option: Option) -> Question:
    found = question.entities
    if part.kind == "product":
        products = tuple(dict.fromkeys(option.key if one == part.key else one for one in found.products))
        named = tuple((option.key,) if part.key in ids else ids for ids in question.named)
        entities = replace(found, products=products or (option.key,))
        return replace(question, entities=entities, named=named, ambiguous_products=(), product_words="", exact=True)
    old, new = (part.key, option.key) if part.kind == "placement" else map(parse_week, (part.key, option.key))
    name = "weeks" if part.kind == "week" else "placements"

    def swapped(values: Sequence[object]) -> tuple[object, ...]:
        return tuple(dict.fromkeys(new if one == old else one for one in values))

    changed = {name: swapped(getattr(found, name)), "without": swapped(found.without)}
    return replace(question, entities=replace(found, **changed))  # pyright: ignore[reportArgumentType]


def _reworded(copilot: Copilot, text: str, part: Part, option: Option, words: Words) -> str:
    """Return the question with the part's words exchanged; where they are not found, with the correction behind it."""
    label = exact_name(option.key, option.label.removesuffix(f" #{option.key}"), words)
    label = label if part.kind == "product" else option.label
    for start, end in _mentions(copilot, text, part, words):
        return f"{text[:start]}{label}{text[end:]}"
    return words("ask.again", question=text.rstrip("?! .？！。"), product=label)


def _mentions(copilot: Copilot, text: str, part: Part, words: Words) -> list[tuple[int, int]]:
    """Return where a question names a part."""
    if part.kind == "week":
        phrases, engine = words.phrases, copilot.engine
        try:
            spans = find_weeks(text, engine.as_of, engine.weeks, phrases.parsing, phrases.lexicon)
        except CopilotError:
            spans = []
        return [(one.start, one.end) for one in spans if list(map(formats.week, one.weeks)) == [part.key]]
    number = re.escape(f"#{part.key}")
    title = re.escape(part.label.removesuffix(f" #{part.key}"))
    pattern = rf"{title}(?:\s*{number})?|{number}\b" if part.kind == "product" else title
    return [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]
