"""Collectors about shoppers: who bought things like a product, and which searches no product answers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from copilot.asked import is_about_a_category, is_named, the_product
from copilot.product_facts import ANALOGUES, Bench, add_word_searches
from copilot.settled_words import says
from copilot.unmet_demand import unmet_words
from copilot.waiting_names import head_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot.engine import Product
    from copilot.factsheet import Fact
    from copilot.questions import Question

RECENT = timedelta(weeks=26)  # purchases that tell who buys a category now
GROUPS_SAID = 3  # categories whose buyers are told where none is named
UNMET_SAID = 5  # words named


def audience(bench: Bench, question: Question) -> None:
    """Which share of the shoppers bought from a product's category, and things most like it; or from categories."""
    if is_about_a_category(question):
        buyers = (_add_category_buyers(bench, group) for group in question.entities.groups)
        largest = sorted(filter(None, buyers), key=lambda fact: -float(fact.value))  # pyright: ignore[reportArgumentType]
        bench.sheet.must_say(*largest)
        bench.sheet.say("audience_limits", closing=True)
        return
    if question.of_launches and not is_named(question) and says(question, "customers", bench.sources.phrases):
        counts = Counter(launch.group for launch in bench.stored.plan.launches)
        most = sorted(counts, key=lambda group: (-counts[group], group))[:GROUPS_SAID]
        bench.sheet.say("customers_by_category")
        bench.sheet.must_say(*(_add_category_buyers(bench, group) for group in most))
        bench.sheet.say("audience_limits", closing=True)
        return
    product = the_product(bench, question)
    if product is None:
        return
    if product.group:
        bench.sheet.must_say(_add_category_buyers(bench, product.group))
    nearest = [one.product_id for one in bench.engine.analogues(product.product_id, ANALOGUES)]
    if nearest:
        bench.sheet.must_say(_add_analogue_buyers(bench, product, nearest))
    if bench.engine.workspace.has("queries"):
        add_word_searches(bench, product, head_of(product.title), 1)
    bench.sheet.say("audience_limits", closing=True)


def _add_category_buyers(bench: Bench, group: str) -> Fact | None:
    since = bench.engine.as_of - RECENT
    rows = bench.engine.workspace.query(
        "SELECT count(DISTINCT e.user_id) FILTER (WHERE p.category = ? OR starts_with(p.category, ?)) AS n,"
        " count(DISTINCT e.user_id) AS shoppers FROM events e JOIN products p USING (product_id)"
        " WHERE e.type = 'purchase' AND e.ts >= ? AND e.ts < ?",
        [group, f"{group} > ", since, bench.engine.as_of],
    )
    n, shoppers = int(rows["n"].iloc[0]), int(rows["shoppers"].iloc[0])
    if not shoppers:
        return None
    source = bench.sources.buyers_of_group(group, since)
    return bench.sheet.add("category_buyers", group, group, n / shoppers, source)


def _add_analogue_buyers(bench: Bench, product: Product, ids: Sequence[str]) -> Fact | None:
    marks = ", ".join("?" * len(ids))
    rows = bench.engine.workspace.query(
        f"SELECT count(DISTINCT user_id) FILTER (WHERE product_id IN ({marks})) AS n,"
        " count(DISTINCT user_id) AS shoppers FROM events WHERE type = 'purchase' AND ts < ?",
        [*ids, bench.engine.as_of],
    )
    n, shoppers = int(rows["n"].iloc[0]), int(rows["shoppers"].iloc[0])
    if not shoppers:
        return None
    source = bench.sources.buyers_of(ids)
    return bench.sheet.add("analogue_buyers", product.product_id, product.title, n / shoppers, source)


def unmet_demand(bench: Bench, question: Question) -> None:
    """Which words shoppers searched for in the last eight weeks and no product has, the most searched first."""
    if not bench.engine.workspace.has("queries"):
        bench.sheet.say("searches_off")
        return
    simulated = "queries" in bench.engine.report.simulated
    found = unmet_words(bench.engine.workspace, bench.sources.phrases)
    queries = {query: n for one in found for query, n in one.queries.items()}  # one may hold several of the words
    source = bench.sources.unanswered(tuple(queries), simulated)
    bench.sheet.must_say(bench.sheet.add("unmet_searches", "plan", "plan", sum(queries.values()), source))
    for one in found[:UNMET_SAID]:
        source = bench.sources.unanswered(tuple(one.queries), simulated)
        bench.sheet.must_say(bench.sheet.add("unmet_words", "plan", "plan", one.searches, source, other=("", one.word)))
    if simulated:
        bench.sheet.say("unmet_simulated", closing=True)
