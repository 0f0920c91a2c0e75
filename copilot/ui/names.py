"""Names of products where the screen must tell two apart: the title, and the id behind it where titles repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from copilot.generators import PHRASES
from copilot.ui.markup import plain
from copilot.ui.words import Words

if TYPE_CHECKING:
    from ranking.problem import PlanningProblem


def repeated(titles: Iterable[str]) -> frozenset[str]:
    """Return the titles, as the screen shows them, that more than one product has."""
    counts = Counter(plain(title) for title in titles)
    return frozenset(title for title, n in counts.items() if n > 1)


def exact_name(product_id: str, title: str, words: Words) -> str:
    """Return a product's title with its id: "Cards Seasonal #857"."""
    return words("ask.exact", product=plain(title), product_id=product_id)


def telling_name(product_id: str, title: str, problem: PlanningProblem, words: Words) -> str:
    """Return a product's title, with its id where another candidate has the same."""
    shown, candidates = plain(title), zip(problem.product_ids, problem.titles, strict=True)
    alike = any(other != product_id and plain(name) == shown for other, name in candidates)
    return exact_name(product_id, title, words) if alike else shown


def writer_name(name: str, words: Words) -> str:
    """Return a writer's name as the screen shows it; phrases alone are no writer."""
    return words("header.phrases") if name == PHRASES else name
