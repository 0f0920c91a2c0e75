"""Collectors about what nothing here can tell: stock that no data hold, odds beside the interval, ready days, holidays.

Each says first what is not known, then the nearest thing that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.asked import is_named, the_product
from copilot.catalogue_collectors import add_live
from copilot.fact_collectors import add_not_planned
from copilot.holidays import add_after_holiday, label_of, named_day
from copilot.intents import Intent
from copilot.product_facts import Bench, add_expected, add_forecast, add_slot, add_stock
from copilot.settled_words import says
from copilot.told_apart import ProductName
from retrieval.weeks import week_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot.engine import Product
    from copilot.factsheet import Fact
    from copilot.questions import Question

_MAY_BE_UNTOLD = frozenset(
    {Intent.FORECAST, Intent.DATA, Intent.PRODUCT_SEARCH, Intent.PAST_SALES, Intent.OUT_OF_SCOPE, Intent.PLANNED}
    | {Intent.EXTREMES, Intent.AUDIENCE, Intent.RHYTHM}
)
"""Intents that such a question is read as."""


def tell_untold(bench: Bench, question: Question) -> bool:
    """Answer a question about what is not known, and say whether it was one; without a product only stock is one."""
    may_be = question.intent in _MAY_BE_UNTOLD | {Intent.HELP, Intent.METHOD}
    if not is_named(question) and may_be and (key := _unknown_in_all(bench, question)):
        bench.sheet.say(key, title="")
        return True
    topic = next((one for one in _TOPICS if says(question, one, bench.sources.phrases)), None)
    if topic is None or question.intent not in _MAY_BE_UNTOLD:
        return False
    if not is_named(question):
        if topic == "stock":
            bench.sheet.say("no_stock", title="")
        return topic == "stock"
    product = the_product(bench, question)
    if product is None:
        return True
    if product.status != "candidate":
        add_live(bench, product)
        return True
    _TOPICS[topic](bench, product)
    return True


def _unknown_in_all(bench: Bench, question: Question) -> str:
    """Return the line that says what nothing here knows of the whole shop: its brands or its stock; "" if neither."""
    lines = {"brands": "no_brands", "stock_in_all": "no_stock"}
    return next((line for one, line in lines.items() if says(question, one, bench.sources.phrases)), "")


def _stock(bench: Bench, product: Product) -> None:
    held = add_stock(bench, product)
    if held is None:
        bench.sheet.say("no_stock", title=ProductName.of(product))
    bench.sheet.must_say(held, *_expected(bench, product))


def _chance(bench: Bench, product: Product) -> None:
    bench.sheet.say("no_chance")
    bench.sheet.must_say(*_expected(bench, product))


def _ready(bench: Bench, product: Product) -> None:
    ready = product.ready_date
    if ready is None:
        bench.sheet.say("no_ready_day", title=ProductName.of(product))
    else:
        week, source = week_of(ready), bench.sources.product(product.product_id)
        bench.sheet.must_say(bench.sheet.add("ready_week", product.product_id, product.title, week, source, week=week))
    bench.sheet.must_say(_stands(bench, product))


def _holiday(bench: Bench, product: Product) -> None:
    launch = bench.launch_of(product.product_id)
    late = add_after_holiday(bench, launch) if launch else None
    named, _ = named_day(product.title, product.category)
    if late is None and named is not None:
        bench.sheet.say(
            "before_its_day", title=ProductName.of(product), day=label_of(named, bench.sources.phrases.lang)
        )
    elif late is None:
        bench.sheet.say("names_no_day", title=ProductName.of(product))
    bench.sheet.must_say(late, _stands(bench, product))


def _stands(bench: Bench, product: Product) -> Fact:
    launch = bench.launch_of(product.product_id)
    return add_slot(bench, launch) if launch else add_not_planned(bench, product)


def _expected(bench: Bench, product: Product) -> list[Fact | None]:
    """Add where a product stands and what it is expected to sell there, or its forecast before any slot."""
    launch = bench.launch_of(product.product_id)
    if launch is None:
        return [add_forecast(bench, product), add_not_planned(bench, product)]
    return [add_expected(bench, launch)]


_TOPICS: dict[str, Callable[[Bench, Product], None]] = {
    "stock": _stock,
    "chance": _chance,
    "ready": _ready,
    "holiday": _holiday,
}
