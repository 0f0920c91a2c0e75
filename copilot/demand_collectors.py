"""Collectors about shoppers: who bought things like a product, and which searches no product answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from copilot.asked import the_product
from copilot.catalogue_names import words_of
from copilot.product_facts import ANALOGUES, Bench, add_word_searches
from copilot.waiting_names import head_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot.engine import Product
    from copilot.factsheet import Fact
    from copilot.questions import Question

RECENT = timedelta(weeks=26)  # purchases that tell who buys a category now
UNMET_SAID = 5  # searches named
LEAST_SEARCHED = 2  # times; a single search may be a slip of the finger
QUERIES_READ = 5_000  # the commonest ones
WORD = 3  # letters; shorter words say too little about a product


def audience(bench: Bench, question: Question) -> None:
    """Which share of the shoppers bought from a product's category, and things most like it."""
    product = the_product(bench, question)
    if product is None:
        return
    if product.group:
        bench.sheet.must_say(_add_category_buyers(bench, product))
    nearest = [one.product_id for one in bench.engine.analogues(product.product_id, ANALOGUES)]
    if nearest:
        bench.sheet.must_say(_add_analogue_buyers(bench, product, nearest))
    if bench.engine.workspace.has("queries"):
        add_word_searches(bench, product, head_of(product.title), 1)
    bench.sheet.say("audience_limits", closing=True)


def _add_category_buyers(bench: Bench, product: Product) -> Fact | None:
    since = bench.engine.as_of - RECENT
    rows = bench.engine.workspace.query(
        "SELECT count(DISTINCT e.user_id) FILTER (WHERE p.category = ? OR starts_with(p.category, ?)) AS n,"
        " count(DISTINCT e.user_id) AS shoppers FROM events e JOIN products p USING (product_id)"
        " WHERE e.type = 'purchase' AND e.ts >= ? AND e.ts < ?",
        [product.group, f"{product.group} > ", since, bench.engine.as_of],
    )
    n, shoppers = int(rows["n"].iloc[0]), int(rows["shoppers"].iloc[0])
    if not shoppers:
        return None
    source = bench.sources.buyers_of_group(product.group, since)
    return bench.sheet.add("category_buyers", product.group, product.group, n / shoppers, source)


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
    """Which searches of the last eight weeks hold a word that no product has, the commonest first."""
    if not bench.engine.workspace.has("queries"):
        bench.sheet.say("searches_off")
        return
    simulated = "queries" in bench.engine.report.simulated
    found = _unanswered(bench)
    total = sum(count for _, count in found)
    source = bench.sources.unanswered([query for query, _ in found], simulated)
    bench.sheet.must_say(bench.sheet.add("unmet_searches", "plan", "plan", int(total), source))
    for query, count in found[:UNMET_SAID]:
        source = bench.sources.unanswered([query], simulated)
        bench.sheet.must_say(bench.sheet.add("unmet_words", "plan", "plan", int(count), source, other=("", query)))
    if simulated:
        bench.sheet.say("unmet_simulated", closing=True)


def _unanswered(bench: Bench) -> list[tuple[str, int]]:
    """Return the searches with a word that stands in no title and no category, and how often each was made."""
    workspace, stem = bench.engine.workspace, bench.sources.phrases.lexicon.stem
    rows = workspace.query(
        "SELECT query, CAST(sum(count) AS BIGINT) AS n FROM queries"
        " WHERE date > (SELECT max(date) FROM queries) - INTERVAL 56 DAY"
        f" GROUP BY query HAVING sum(count) >= {LEAST_SEARCHED} ORDER BY n DESC, query LIMIT {QUERIES_READ}"
    )
    texts = workspace.query(
        "SELECT DISTINCT unnest(regexp_split_to_array(lower(title || ' ' || coalesce(category, '')), '[^a-z0-9]+'))"
        " AS word FROM products"
    )
    known = {stem(word) for word in texts["word"] if word}
    pairs = ((str(query), int(n)) for query, n in zip(rows["query"], rows["n"], strict=True))
    return [
        (query, n)
        for query, n in pairs
        if any(len(word) >= WORD and not word.isdigit() and stem(word) not in known for word in words_of(query))
    ]
