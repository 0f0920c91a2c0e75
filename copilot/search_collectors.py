"""Collectors about what shoppers search for: by the words of a question, of a category, or of one product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot import fact_collectors as about_product
from copilot.asked import is_about_a_category, is_named, the_product
from copilot.catalogue_collectors import list_possible
from copilot.chosen_products import choose_product
from copilot.group_names import within
from copilot.product_facts import Bench, add_asked_words, add_commonest_searches, add_searches
from copilot.questions import SHOWN_CANDIDATES
from copilot.told_apart import ProductName
from copilot.topics import asks

if TYPE_CHECKING:
    from copilot.factsheet import Fact
    from copilot.questions import Question
    from retrieval.demand import QueryMatch

PAIR = 2
GROUPS_SAID = 3  # categories answered for
OVERALL_SAID = 5  # searches named of the whole log
QUERIES_SAID = 3  # searches named of each
PRODUCTS_ASKED = 60  # products of a category whose searches are gathered


def search_demand(bench: Bench, question: Question) -> None:
    """How much shoppers search for a product, for a category's products, or with words that fit several products."""
    if not bench.engine.workspace.has("queries"):
        bench.sheet.say("searches_off")
        return
    if is_about_a_category(question):
        for group in question.entities.groups[:GROUPS_SAID]:
            _tell_category(bench, group)
        return
    if question.of_launches and not is_named(question) and not question.points_back:
        bench.sheet.must_say(*add_commonest_searches(bench, OVERALL_SAID))
        return
    if len(question.entities.products) == PAIR:
        _tell_pair(bench, question.entities.products)
        return
    words = question.product_words.split()
    possible = choose_product(question, bench.stored, bench.engine).still_possible
    if words and question.exact and len(possible) > 1:
        bench.sheet.must_say(*add_asked_words(bench, ("plan", "plan"), words, "searches_for", QUERIES_SAID))
        list_possible(bench, possible, SHOWN_CANDIDATES)
        bench.sheet.say("ask_back_search", closing=True)
        return
    if (product := the_product(bench, question)) is not None:
        about_product.search_demand(bench, product, words, trend_first=asks(bench, question, "trend"))


def _tell_pair(bench: Bench, pair: tuple[str, ...]) -> None:
    """Tell the search demand of two products that are set against each other, the higher first."""
    products = [bench.engine.product(one) for one in pair]
    bench.sheet.speak_of(*map(ProductName.of, products))
    told = [(product, add_searches(bench, product)) for product in products]
    for product, _ in (one for one in told if not one[1]):
        bench.sheet.say("no_searches_of", title=ProductName.of(product))
    found = sorted((facts for _, facts in told if facts), key=lambda facts: -float(facts[0].value))  # pyright: ignore[reportArgumentType]
    bench.sheet.must_say(*(facts[0] for facts in found), *(fact for facts in found for fact in facts[1:]))


def _tell_category(bench: Bench, group: str) -> None:
    """Say how many searches are near the category's waiting products, with the commonest, or what is missing."""
    found = _searches_near(bench, group)
    if not found:
        bench.sheet.say("no_category_searches", name=group)
        return
    simulated = "queries" in bench.engine.report.simulated
    total = sum(one.count for one in found.values())
    source = bench.sources.near_category(tuple(found), simulated)
    bench.sheet.must_say(bench.sheet.add("category_searches", group, group, int(total), source))
    commonest = sorted(found.values(), key=lambda one: (-one.count, one.query))[:QUERIES_SAID]
    bench.sheet.must_say(*(_add_query(bench, one, simulated) for one in commonest))


def _searches_near(bench: Bench, group: str) -> dict[str, QueryMatch]:
    """Return the searches that were made near products of a category that wait, each once."""
    problem = bench.engine.problem
    rows = zip(problem.product_ids, problem.groups, strict=True)
    waiting = [product_id for product_id, own in rows if within(own, group)]
    demands = filter(None, (bench.engine.search_demand(one) for one in waiting[:PRODUCTS_ASKED]))
    return {match.query: match for one in demands for match in one.queries if match.count > 0}


def _add_query(bench: Bench, match: QueryMatch, simulated: bool) -> Fact:
    source = bench.sources.words([match.query], simulated)
    return bench.sheet.add("searches_for", "plan", "plan", int(match.count), source, other=("", match.query))
