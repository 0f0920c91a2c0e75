"""Collectors that set two things side by side: the plan under another rule or forecast, and two products."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from copilot.catalogue_collectors import add_live
from copilot.fact_collectors import DISPLACED_SAID, SlotAsked, launch_at
from copilot.fact_names import TIE_TOLERANCE
from copilot.planner_facts import add_binding_after, say_set_aside
from copilot.product_facts import (
    ANALOGUES,
    Bench,
    add_expected,
    add_forecast,
    add_medians,
    add_searches,
    add_slot,
    relative_width,
)
from copilot.settled_words import says
from copilot.told_apart import ProductName
from ranking.counterfactual import swap
from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, ScaleForecast, SetCapacity
from retrieval.weeks import format_week

CATEGORIES_SAID = 3  # that a change names one by one

if TYPE_CHECKING:
    from copilot.engine import Product
    from copilot.factsheet import Fact
    from ranking.counterfactual import Counterfactual


def what_if(
    bench: Bench, supposed: Sequence[Intervention], product: Product | None, others: Sequence[Product] = ()
) -> None:
    """What the best plan under a change sells more or less, and which launches go and come."""
    if isinstance(supposed[0], ChangePrice) and bench.engine.problem.price_slopes is None:
        bench.sheet.say("price_unknown")
        return
    _say_supposed(bench, supposed, product, others)
    if isinstance(supposed[0], ChangePrice) and product is not None:
        bench.sheet.must_say(_add_price_effect(bench, product, supposed[0]))
        bench.sheet.say("price_caveat", closing=True)
        tell_change(bench, supposed, product, ends=_price_ends(bench, product, supposed[0]))
        return
    tell_change(bench, supposed, product)


def drop_all(bench: Bench, ids: Sequence[str]) -> None:
    """What the best plan sells less when no candidate of one name is launched."""
    bench.sheet.say("supposed_drop_all", name=shared_title(bench, ids))
    tell_change(bench, [Exclude(one) for one in ids], None)


def shared_title(bench: Bench, ids: Sequence[str]) -> str:
    """Return what products of one name are called: what their titles begin with in common, up to a comma."""
    titles = [bench.engine.product(one).title for one in ids]
    columns = zip(*(title.split(", ") for title in titles), strict=False)  # as many as the shortest has
    in_common = takewhile(lambda parts: len(set(parts)) == 1, columns)
    return ", ".join(parts[0] for parts in in_common) or min(titles, key=lambda title: (len(title), title))


def swap_places(bench: Bench, first: Product, second: Product) -> None:
    """What the best plan sells more or less when two launches change places."""
    for product in (first, second):
        if bench.launch_of(product.product_id) is None:
            bench.sheet.say("swap_unplanned", title=ProductName.of(product))
            return
    bench.sheet.say("supposed_swap", title=ProductName.of(first), other=ProductName.of(second))
    tell_change(bench, swap(bench.stored.plan, first.product_id, second.product_id), None)


def tell_change(
    bench: Bench,
    supposed: Sequence[Intervention],
    product: Product | None,
    *,
    undoes: bool = False,
    ends: Sequence[Intervention] = (),
) -> None:
    """Tell what the best plan under a change is worth and which launches go and come.

    `undoes` where the decision that the change sets aside is told already. `ends` are the change at both ends of the
    interval of its effect: the plan is solved at each, so that its worth has an interval too.
    """
    told = bench.engine.counterfactual(bench.stored, *supposed)
    if not undoes:
        say_set_aside(bench, told)
    if told.plan is None:
        bench.sheet.say("change_impossible", reason=told.reason)
        return
    _add_delta(bench, told, [bench.engine.counterfactual(bench.stored, one) for one in ends])
    taken_out = {item.product_id for item in supposed if isinstance(item, Exclude)} | {product and product.product_id}
    gone = [launch for launch in told.displaced if launch.product_id not in taken_out]
    for launches, name in ((gone, "displaced_units"), (told.gained, "gained_units")):
        largest = sorted(launches, key=lambda launch: -launch.expected_units)
        bench.sheet.must_say(*(add_expected(bench, launch, name=name) for launch in largest[:DISPLACED_SAID]))
        further = [launch.product_id for launch in largest[DISPLACED_SAID:]]
        if further:
            source = bench.sources.solve(told, further)
            more = name.replace("_units", "")
            bench.sheet.must_say(bench.sheet.add(f"more_{more}", "plan", "plan", len(further), source))
    bench.sheet.must_say(add_binding_after(bench, told))
    if told.moved:
        source = bench.sources.solve(told, [after.product_id for _, after in told.moved])
        bench.sheet.must_say(bench.sheet.add("moved_count", "plan", "plan", len(told.moved), source))


def _add_delta(bench: Bench, told: Counterfactual, ends: Sequence[Counterfactual] = ()) -> None:
    if told.delta_units is None or told.delta_low is None or told.delta_high is None:
        return
    ids = [launch.product_id for launch in (*told.displaced, *told.gained)]
    interval = (float(told.delta_low), float(told.delta_high))
    source = bench.sources.solve(told, ids)
    lows = [one.delta_low for one in ends if one.delta_low is not None]
    highs = [one.delta_high for one in ends if one.delta_high is not None]
    name = "price_delta" if lows and highs else "change_delta"
    interval = (float(min((interval[0], *lows))), float(max((interval[1], *highs))))
    delta = bench.sheet.add(name, "plan", "plan", float(told.delta_units), source, interval=interval)
    bench.sheet.must_say(delta)


def _say_supposed(
    bench: Bench, supposed: Sequence[Intervention], product: Product | None, others: Sequence[Product]
) -> None:
    """Say what is supposed, so that the operator sees how it was read."""
    title = ProductName.of(product) if product else ""
    match supposed[0]:
        case Exclude() if others:
            titles = tuple(ProductName.of(one) for one in (product, *others) if one)
            bench.sheet.say("supposed_drops", titles=titles)
        case Exclude(_, week, placement):
            named = format_week(week) if week else ""
            bench.sheet.say("supposed_drop", title=title, week=named, placement=placement or "")
        case ScaleForecast(_, factor):
            bench.sheet.say("supposed_scale", title=title, factor=f"{factor:g}")
        case ChangePrice(_, ratio):
            bench.sheet.say("supposed_price", title=title, factor=f"{ratio:g}")
        case CapLaunches(launches, week):
            caps = [item for item in supposed if isinstance(item, CapLaunches)]
            groups = _categories_said(bench, list(dict.fromkeys(item.group for item in caps if item.group)))
            weeks = ", ".join(dict.fromkeys(format_week(item.week) for item in caps if item.week))
            each = len({item.group for item in caps}) > 1
            bench.sheet.say("supposed_cap", launches=launches, groups=groups, weeks=weeks, each=each)
        case SetCapacity(week, placement, capacity):
            shown, more = format_week(week), sum(isinstance(item, SetCapacity) for item in supposed[1:])
            bench.sheet.say("supposed_capacity", placement=placement, week=shown, capacity=capacity, more=more)


def _categories_said(bench: Bench, groups: Sequence[str]) -> str:
    """Return the names of a few categories; of many, how many they are and of which departments."""
    if len(groups) <= CATEGORIES_SAID:
        return ", ".join(groups)
    departments = ", ".join(dict.fromkeys(group.partition(" > ")[0] for group in groups))
    return bench.sources.phrases.message("categories_of", n=len(groups), names=departments)


def _price_ends(bench: Bench, product: Product, item: ChangePrice) -> tuple[Intervention, ...]:
    """Return what a price does to a product's sales at both ends of its interval; none where a rule of it stands."""
    response = bench.engine.models.price_response
    standing = {getattr(rule, "product_id", "") for rule in bench.stored.plan.interventions}
    if response is None or product.product_id in standing:
        return ()
    slope = response.slope(product.group)
    return tuple(ScaleForecast(product.product_id, float(item.ratio**end)) for end in (slope.low, slope.high))


def _add_price_effect(bench: Bench, product: Product, item: ChangePrice) -> Fact | None:
    """Add how many times its forecast a product sells at a price, by the slope of its category."""
    response = bench.engine.models.price_response
    if response is None:
        return None
    slope = response.slope(product.group)
    times, *ends = (float(item.ratio**value) for value in (slope.value, slope.low, slope.high))
    source = bench.sources.price(product.group, slope.n_products)
    interval = (min(ends), max(ends))
    return bench.sheet.add("price_effect", product.product_id, product.title, times, source, interval=interval)


def compare(bench: Bench, first: Product, second: Product, asked: Sequence[SlotAsked]) -> None:
    """Two products' forecasts, the difference, and their slots; first what each sells in the slot asked of it."""
    for product, there in zip((first, second), asked, strict=True):
        launch = bench.launch_of(product.product_id)
        elsewhere = launch_at(bench, product, there, launch)
        stands = launch if launch is not None and there != SlotAsked() else None
        bench.sheet.must_say(add_expected(bench, found) if (found := elsewhere or stands) is not None else None)
    forecasts = [bench.engine.forecast(one.product_id) for one in (first, second)]
    if says(bench.sheet.question, "weighs_risk", bench.sources.phrases):
        bench.sheet.must_say(_add_less_certain(bench, first, second))
    if forecasts[0] is not None and forecasts[1] is not None:
        bench.sheet.must_say(
            bench.sheet.add(
                "units_difference",
                first.product_id,
                first.title,
                float(forecasts[0].units - forecasts[1].units),
                bench.sources.forecast(first.product_id, ()),
                other=(second.product_id, second.title),
            )
        )
    for product in (first, second):  # before the slots, so that a short answer tells of both
        if product.status == "candidate":
            bench.sheet.must_say(add_forecast(bench, product))
        else:
            add_live(bench, product)
            bench.sheet.say("no_prediction", closing=True)
    if says(bench.sheet.question, "why_better", bench.sources.phrases):
        for product in (first, second):
            nearest = bench.engine.analogues(product.product_id, ANALOGUES)
            bench.sheet.must_say(*add_medians(bench, product, nearest)[:1], *add_searches(bench, product)[:1])
    bench.sheet.must_say(_add_overlap(bench, first, second))
    for product in (first, second):
        launch = bench.launch_of(product.product_id)
        bench.sheet.must_say(add_slot(bench, launch) if launch else None)


def _add_less_certain(bench: Bench, first: Product, second: Product) -> Fact | None:
    """Add which of two products is less certain for its size: by the launches where both are planned, else before."""
    launches = [bench.launch_of(one.product_id) for one in (first, second)]
    found = launches if all(launches) else [bench.engine.forecast(one.product_id) for one in (first, second)]
    if found[0] is None or found[1] is None:
        return None
    widths = [relative_width(one) for one in found if one is not None]
    if min(widths) <= 0:
        return None
    wider, other = (first, second) if widths[0] >= widths[1] else (second, first)
    ratio = max(widths) / min(widths)
    if ratio < 1 + TIE_TOLERANCE:
        bench.sheet.say("as_certain", title=ProductName.of(first), other=ProductName.of(second))
        return None
    bench.sheet.say("riskier_measure", closing=True, planned=all(launches))
    source = bench.sources.planner("relative_width", [first.product_id, second.product_id])
    about = (wider.product_id, wider.title, ratio, source)
    return bench.sheet.add("less_certain", *about, other=(other.product_id, other.title))


def _add_overlap(bench: Bench, first: Product, second: Product) -> Fact | None:
    """Add how far the intervals of two forecasts overlap: there the forecasts do not tell which one sells more."""
    forecasts = [bench.engine.forecast(one.product_id) for one in (first, second)]
    found = [one for one in forecasts if one is not None]
    if len(found) < 2:
        return None
    shared = float(min(one.high for one in found) - max(one.low for one in found))
    if shared <= 0:
        return None
    source = bench.sources.planner("forecast_overlap", [first.product_id, second.product_id])
    other = (second.product_id, second.title)
    return bench.sheet.add("forecast_overlap", first.product_id, first.title, shared, source, other=other)
