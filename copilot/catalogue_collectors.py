"""Collectors about the catalogue: products found by words, those a name could stand for, and what was sold of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from copilot.catalogue_names import covers, words_of
from copilot.factsheet import Fact
from copilot.product_facts import Bench, add_slot
from copilot.segments import is_unspaced
from retrieval.weeks import week_of

if TYPE_CHECKING:
    from copilot.engine import Product
    from retrieval.search import Hit

HITS_SAID = 5  # products listed by a search
HITS_READ = 30  # products that a search reads, as many bear one title
LEAST_LIKE = 0.5  # cosine from which a product without a word of the search is like it


def find_products(bench: Bench, words: str, groups: Sequence[str]) -> None:
    """Which products match some words, whether they wait or are on sale, and where the waiting ones are planned."""
    query = " ".join(part for part in (words, *groups) if part)
    hits = _of_each_title(bench, bench.engine.search.search(query, k=HITS_READ))[:HITS_SAID]
    if not any(_is_like(hit) for hit in hits):
        bench.sheet.say("no_matches", name=query)
        return
    told_apart = not any(map(is_unspaced, query.split()))  # words of another script stand in no title
    if told_apart and not any(covers(f"{hit.title} {hit.category}", words_of(query)) for hit in hits):
        bench.sheet.say("nearest_found", name=query)
    for hit in hits:
        unsold = hit.status == "live" and first_sale(bench, hit.product_id) is None
        source = bench.sources.product(hit.product_id)
        value = "other" if unsold else hit.status
        bench.sheet.must_say(bench.sheet.add("search_hit", hit.product_id, hit.title, value, source))
    for hit in hits:
        launch = bench.launch_of(hit.product_id)
        if launch:
            add_slot(bench, launch)


def _of_each_title(bench: Bench, hits: Sequence[Hit]) -> list[Hit]:
    """Return one product of each title, in the order of the hits: a planned one first, then one that waits."""
    found: dict[str, Hit] = {}
    for hit in hits:
        if hit.title not in found or _weight(bench, hit) > _weight(bench, found[hit.title]):
            found[hit.title] = hit
    return list(found.values())


def _weight(bench: Bench, hit: Hit) -> tuple[bool, bool]:
    return bench.launch_of(hit.product_id) is not None, hit.status == "candidate"


def _is_like(hit: Hit) -> bool:
    """Say whether a product shares a word with the search, or is near it in meaning."""
    return bool(hit.lexical_score) or (hit.dense_score or 0.0) >= LEAST_LIKE


def list_possible(bench: Bench, product_ids: Sequence[str], limit: int) -> None:
    """List the products that a name could stand for, by their numbers, and say how many more there are."""
    for product_id in product_ids[:limit]:
        product = bench.engine.product(product_id)
        launch = bench.launch_of(product_id)
        fact = bench.sheet.add(
            "possible_product",
            product_id,
            product.title,
            product_id,
            bench.sources.product(product_id),
            week=launch.week if launch else None,
            placement=launch.placement if launch else None,
        )
        bench.sheet.must_say(fact)
    if len(product_ids) > limit:
        add_more(bench, product_ids[limit:])


def add_more(bench: Bench, product_ids: Sequence[str]) -> None:
    """Say how many products a list leaves out."""
    source = bench.sources.plan(product_ids)
    bench.sheet.must_say(bench.sheet.add("more_products", "plan", "plan", len(product_ids), source))


def add_live(bench: Bench, product: Product) -> Fact:
    """Say that a product is no candidate: on sale since its first purchase, or never recognised as a launch."""
    sold = first_sale(bench, product.product_id)
    about = (product.product_id, product.title)
    if sold is None:
        source = bench.sources.product(product.product_id)
        fact = bench.sheet.add("not_candidate", *about, "no candidate", source)
    else:
        week, _ = sold
        fact = bench.sheet.add("already_live", *about, week, bench.sources.purchases(product.product_id), week=week)
    bench.sheet.must_say(fact)
    return fact


def past_sales(bench: Bench, product: Product) -> None:
    """What was sold of a product so far, which may be nothing."""
    sold = first_sale(bench, product.product_id)
    end = week_of(bench.engine.report.last_day)
    source = bench.sources.purchases(product.product_id)
    units = sold[1] if sold else 0
    bench.sheet.must_say(bench.sheet.add("sold_units", product.product_id, product.title, units, source, week=end))


def add_waiting(bench: Bench, product: Product) -> list[Fact]:
    """Add that a product waits for its launch; and how many others bear its name, with what these sold.

    The catalogue has an entry for each make and size, so what a shopper knows under that name may be on sale for years.
    """
    about = (product.product_id, product.title)
    facts = [bench.sheet.add("search_hit", *about, product.status, bench.sources.product(product.product_id))]
    source = bench.sources.namesakes(product)
    alike = bench.engine.workspace.query(
        f"SELECT count(*) AS n FROM products WHERE {source.where}", list(source.params)
    )
    if n := int(alike["n"].iloc[0]):
        facts.append(bench.sheet.add("namesakes", *about, n, source))
    source, end = bench.sources.namesakes_sold(product), week_of(bench.engine.report.last_day)
    rows = bench.engine.workspace.query(
        f"SELECT coalesce(sum(quantity), 0) AS units FROM events WHERE {source.where}", list(source.params)
    )
    if units := float(rows["units"].iloc[0]):
        facts.append(bench.sheet.add("namesakes_sold", *about, units, source, week=end))
    return facts


def first_sale(bench: Bench, product_id: str) -> tuple[date, float] | None:
    """Return the week of the first purchase before the plan's day and the units bought until then, or None."""
    rows = bench.engine.workspace.query(
        "SELECT min(ts) AS first, sum(quantity) AS units FROM events"
        " WHERE type = 'purchase' AND product_id = ? AND ts < ?",
        [product_id, bench.engine.as_of],
    )
    first = rows["first"].iloc[0]
    return None if first is None or first != first else (week_of(first.date()), float(rows["units"].iloc[0]))
