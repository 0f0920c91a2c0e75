"""Fact sheets to measure with: the facts that real questions about a workspace bring together, drawn with a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from copilot.changes import Change
from copilot.facts import collect_facts
from copilot.factsheet import FactSheet
from copilot.questions import Entities, Intent, Question
from copilot.service import Copilot
from ranking.plan import Launch


def drawn_sheets(copilot: Copilot, n_products: int = 6, seed: int = 0) -> list[FactSheet]:
    """Return the sheets of questions about launches, candidates without a slot, categories, weeks and the whole plan.

    The questions are made as understood, so the sheets do not depend on how messages are parsed.

    Args:
        n_products: launches, and as many candidates without a slot, to ask about; each takes a few re-solves.
    """
    stored = copilot.current_plan()
    rng = random.Random(seed)
    launches = list(stored.plan.launches)
    rng.shuffle(launches)
    planned = {launch.product_id for launch in launches}
    waiting = [product for product in copilot.engine.problem.product_ids if product not in planned]
    rng.shuffle(waiting)
    questions = [
        *(question for i in range(min(n_products, len(launches))) for question in _about_launch(launches, i)),
        *(_ask(intent, product) for product in waiting[:n_products] for intent in (Intent.WHY_NOT, Intent.FORECAST)),
        *_about_plan(copilot, launches[:n_products]),
    ]
    return [sheet for question in questions if (sheet := collect_facts(question, copilot.engine, stored)).facts]


def _about_launch(launches: list[Launch], i: int) -> Iterator[Question]:
    launch, other = launches[i], launches[(i + 1) % len(launches)]
    product = launch.product_id
    yield _ask(Intent.WHY_HERE, product)
    yield _ask(Intent.WHY_HERE, product, weeks=(launch.week,))
    yield _ask(Intent.FORECAST, product)
    yield _ask(Intent.SIMILAR, product)
    yield _ask(Intent.SEARCH_DEMAND, product)
    yield _ask(Intent.COMPARE, product, other.product_id)
    if i % 2 == 0:
        yield _ask(Intent.WHAT_IF_MOVE, product, weeks=(other.week,))
        yield _ask(Intent.WHAT_IF, product, change=Change("drop"))
    elif i % 4 == 1:
        yield _ask(Intent.WHAT_IF, product, change=Change("price", 0.9))
        yield _ask(Intent.WHAT_IF, product, change=Change("scale", 0.5))


def _about_plan(copilot: Copilot, launches: list[Launch]) -> Iterator[Question]:
    groups = sorted({launch.group for launch in launches})
    weeks = sorted({launch.week for launch in launches})
    for group in groups:
        yield _ask(Intent.RHYTHM, groups=(group,))
        yield _ask(Intent.PLANNED, groups=(group,))
        yield _ask(Intent.LEFT_OUT, groups=(group,))
        yield _ask(Intent.PRODUCT_SEARCH, product_words=group.rsplit(" > ", 1)[-1].lower())
    for week in weeks:
        yield _ask(Intent.PLANNED, weeks=(week,))
        yield _ask(Intent.EXTREMES, weeks=(week,))
        yield _ask(Intent.CONFIDENCE, weeks=(week,))
    yield _ask(Intent.RHYTHM)
    yield _ask(Intent.PLANNED)
    yield _ask(Intent.LEFT_OUT)
    yield _ask(Intent.LOCKS)
    for text in ("busiest week", "weakest launch", "strongest launch", "quietest week", "category with most launches"):
        yield _ask(Intent.EXTREMES, text=text)
    yield _ask(Intent.DATA)
    yield _ask(Intent.METHOD)
    yield from _about_live(copilot, launches)


def _about_live(copilot: Copilot, launches: list[Launch]) -> Iterator[Question]:
    """Questions about products that are on sale already: the launches' analogues."""
    for launch in launches:
        for analogue in copilot.engine.analogues(launch.product_id, 1):
            yield _ask(Intent.WHY_NOT, analogue.product_id)
            yield _ask(Intent.PAST_SALES, analogue.product_id)
            yield _ask(Intent.PAST_SALES, analogue.product_id, weeks=(launch.week - timedelta(weeks=60),))


def _ask(
    intent: Intent, *products: str, text: str = "", product_words: str = "", change: Change | None = None, **named
) -> Question:
    entities = Entities(products=products, **named)
    asked = text or " ".join((intent.value, *products)).replace("_", " ")
    alone = tuple((product,) for product in products)
    return Question(asked, intent, entities, 1.0, product_words=product_words, named=alone, change=change)
