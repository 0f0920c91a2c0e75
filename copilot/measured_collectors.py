"""Collectors for a turn about a figure told before: whether it is a lot, and how sure what was supposed is.

A figure is set beside what the plan holds of its kind. Where nothing of its kind is known, the answer says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.asked import is_named, part, the_product
from copilot.data_collectors import add_accuracy
from copilot.overview_collectors import add_extreme_launches, add_extreme_part, told_part
from copilot.plan_collectors import Part, add_planned_count, add_planned_units, largest_first
from copilot.plan_parts import Kind
from copilot.planner_facts import add_plan_low, add_plan_worth
from copilot.product_facts import ANALOGUES, Bench, add_expected, add_forecast, add_medians
from copilot.questions import Intent
from copilot.rhythm_collectors import add_planned_per_week, rhythm
from copilot.settled_words import says
from copilot.short_turns import is_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from copilot.engine import Product
    from copilot.phrases import Phrases
    from copilot.questions import Question

_LISTED_BESIDE = 2  # launches of a category that a product is set beside
_SUPPOSES = frozenset({Intent.WHAT_IF, Intent.WHAT_IF_MOVE})
_OF_SALES = frozenset(
    {Intent.FORECAST, Intent.PLANNED, Intent.WHY_HERE, Intent.WHY_NOT, Intent.RISKS, Intent.CONFIDENCE}
    | {Intent.REVENUE, Intent.DRIVERS, Intent.EXTREMES}
)
"""Intents whose figures are what launches are expected to sell, or how many they are."""


def tell_measured(bench: Bench, question: Question, again: Callable[[], None]) -> bool:
    """Answer a turn about a figure told before, and say whether the question is one.

    Args:
        again: tells what was supposed once more, with its difference and what that is proven to lie in.
    """
    phrases, supposes = bench.sources.phrases, question.intent in _SUPPOSES
    if supposes and is_turn("doubted", question.text, phrases):
        _how_sure(bench, question, again)
        return True
    if not is_turn("judged", question.text, phrases):
        return False
    if supposes:
        bench.sheet.say("measured_change")
        again()
        bench.sheet.must_say(add_plan_worth(bench))
    elif is_named(question) or (question.intent is Intent.EXTREMES and question.told_products):
        _of_a_product(bench, question)
    elif question.intent is Intent.RHYTHM and not question.entities.weeks:
        rhythm(bench, question.entities.groups)
    elif question.intent in _OF_SALES | {Intent.RHYTHM}:
        _of_a_part(bench, told_part(question) if question.intent is Intent.EXTREMES else part(question))
    else:
        bench.sheet.say("no_measure")
    return True


def tell_beside_the_rest(bench: Bench, question: Question) -> bool:
    """Set one product beside a category or the other launches, and say whether the question compares it so."""
    if not is_beside_the_rest(question, bench.sources.phrases):
        return False
    product = the_product(bench, question)
    if product is None:
        return True
    if product.status != "candidate":
        bench.sheet.say("no_measure")
    elif question.entities.groups:
        _beside_a_category(bench, product, part(question))
    elif (launch := bench.launch_of(product.product_id)) and says(question, "its_category", bench.sources.phrases):
        _beside_a_category(bench, product, Part(groups=(launch.group,)))
    else:
        bench.sheet.say("beside_the_rest")
        _beside_the_plan(bench, product)
        whole = Part()
        bench.sheet.must_say(add_planned_count(bench, whole), add_planned_units(bench, whole))
    return True


def is_beside_the_rest(question: Question, phrases: Phrases) -> bool:
    """Say whether a comparison names one product, and beside it a category, the rest or the average."""
    alone = question.intent is Intent.COMPARE and len(question.named) == 1 and len(question.entities.products) == 1
    return alone and (bool(question.entities.groups) or says(question, "against_the_rest", phrases))


def _beside_a_category(bench: Bench, product: Product, asked: Part) -> None:
    """Tell what a product is expected to sell, and what a category's launches are, with its largest."""
    launch = bench.launch_of(product.product_id)
    bench.sheet.must_say(add_expected(bench, launch) if launch else add_forecast(bench, product))
    bench.sheet.must_say(add_planned_count(bench, asked), add_planned_units(bench, asked))
    within = sorted(filter(asked.holds, bench.stored.plan.launches), key=largest_first)
    others = [one for one in within if one.product_id != product.product_id]
    bench.sheet.must_say(*(add_expected(bench, one) for one in others[:_LISTED_BESIDE]))


def _how_sure(bench: Bench, question: Question, again: Callable[[], None]) -> None:
    """Tell what was supposed with its proven range, and how sure the forecasts are that it rests on."""
    again()
    if not any(fact.name.endswith("_delta") for fact in bench.sheet.build().facts):
        return  # it asked back what is supposed
    bench.sheet.say("sure_of_change")
    product = the_product(bench, question) if is_named(question) else None
    bench.sheet.must_say(add_forecast(bench, product) if product else None)
    bench.sheet.must_say(*add_accuracy(bench)[:1], *(() if product else (add_plan_low(bench), add_plan_worth(bench))))
    bench.sheet.say("how_sure", closing=True)


def _of_a_product(bench: Bench, question: Question) -> None:
    """Set what a product is expected to sell beside the plan's extremes and similar past launches."""
    if question.intent not in _OF_SALES:
        bench.sheet.say("no_measure")
        return
    named = is_named(question)
    product = the_product(bench, question) if named else bench.engine.product(question.told_products[0])
    if product is None:
        return
    if product.status != "candidate":
        bench.sheet.say("no_measure")
        return
    bench.sheet.say("measured_launch")
    _beside_the_plan(bench, product)


def _beside_the_plan(bench: Bench, product: Product) -> None:
    launch = bench.launch_of(product.product_id)
    own = add_expected(bench, launch) if launch else add_forecast(bench, product)
    bench.sheet.must_say(own)
    nearest = bench.engine.analogues(product.product_id, ANALOGUES)
    bench.sheet.must_say(*add_medians(bench, product, nearest, explains=own)[:1])
    ordered = sorted(bench.stored.plan.launches, key=largest_first)
    for other, least in ((ordered[0], False), (ordered[-1], True)) if ordered else ():
        if other.product_id != product.product_id:
            add_extreme_launches(bench, ordered, least=least, n=1)


def _of_a_part(bench: Bench, asked: Part) -> None:
    """Set a week, placement or category beside the ones with most and least."""
    asked = asked.narrowed(bench.stored.plan.launches)
    kinds: dict[Kind, Sequence[object]] = {"week": asked.weeks, "placement": asked.placements, "category": asked.groups}
    named: list[Kind] = [kind for kind, values in kinds.items() if values]
    if len(named) != 1 or len(kinds[named[0]]) != 1 or asked.without:
        bench.sheet.say("no_measure")
        return
    kind = named[0]
    bench.sheet.say("measured_part", kind=kind)
    bench.sheet.must_say(add_planned_count(bench, asked), add_planned_units(bench, asked))
    if kind == "week":
        bench.sheet.must_say(add_planned_per_week(bench, "season", bench.stored.plan.launches))
    for least in (False, True):
        add_extreme_part(bench, kind, least=least)
