"""Collectors that look over the whole plan: its extremes, what is locked, and how it is made."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from copilot.asked import part as part_named
from copilot.fact_collectors import add_delta
from copilot.factsheet import Fact
from copilot.plan_collectors import (
    Part,
    add_planned_count,
    add_planned_units,
    largest_first,
    list_launches,
    pieces_of,
    planned,
    say_left_out,
)
from copilot.plan_parts import KINDS, Kind, narrowed, parts_of, units_of
from copilot.planner_facts import add_dearest_rules
from copilot.product_facts import Bench, add_expected, add_lift, add_searches, add_slot, relative_width
from copilot.ranked_parts import UP_TO_ONE, Places, places_asked
from copilot.settled_words import says
from copilot.topics import asks
from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
from ranking.plan import Launch
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.engine import Product
    from copilot.questions import Question

LISTED = 3  # launches of a ranking that is not asked for a number
LISTED_AT_MOST = 10
_FIRST = Places(1)
DROPPED_WEIGHED = 3  # launches that the plan is solved without, those expected to sell least


def extremes(bench: Bench, question: Question) -> None:
    """Which launch, week, placement or category has most or least, in units or in launches."""
    if told := _why_so(bench, question):
        bench.sheet.say("why_part")
        planned(bench, told)
        return
    part = part_named(question).narrowed(bench.stored.plan.launches)
    launches = [launch for launch in bench.stored.plan.launches if part.holds(launch)]
    if not launches:
        bench.sheet.must_say(add_planned_count(bench, Part(part.weeks[:1], part.placements[:1], part.groups[:1])))
        return
    if says(question, "dearest", bench.sources.phrases):
        bench.sheet.say("dearest_places")
        bench.sheet.must_say(*add_dearest_rules(bench, LISTED))
        return
    say_left_out(bench, part)
    if says(question, "ranks_width", bench.sources.phrases):
        if len(launches) < len(bench.stored.plan.launches):
            bench.sheet.say("ranked_of_part", counted=False)
        _add_widest(bench, launches, surest=asks(bench, question, "surest"), n=_how_many(question))
        return
    if asks(bench, question, "searched"):
        _add_most_searched(bench, launches, least=asks(bench, question, "least"), n=_how_many(question))
        return
    _rank_by_size(bench, question, part, launches)


def _rank_by_size(bench: Bench, question: Question, part: Part, launches: Sequence[Launch]) -> None:
    """Tell which launches, weeks, placements or categories have most, least, or both, in units or in launches."""
    drops = says(question, "which_goes", bench.sources.phrases)
    least = drops or asks(bench, question, "least")
    kinds = kinds_asked(bench, question)
    counted = bool(kinds) and asks(bench, question, "launches") and not asks(bench, question, "units")
    if len(launches) < len(bench.stored.plan.launches):  # the strongest of a week is none of the plan
        bench.sheet.say("ranked_of_part", counted=counted)
    ends = (False, True) if says(question, "both_ends", bench.sources.phrases) else (least,)
    if not kinds:
        for end in ends:
            add_extreme_launches(bench, launches, end, _how_many(question))
        if drops:
            _add_drop_losses(bench, sorted(launches, key=largest_first, reverse=True)[:DROPPED_WEIGHED])
        return
    places = places_asked(question, bench.sources.phrases) if len(kinds) == 1 else Places(1)
    for kind in kinds:
        for end in ends:
            alone = len(kinds) == len(ends) == 1
            _add_extreme_parts(bench, kind, part, end, counted, alone=alone, places=places)


def _why_so(bench: Bench, question: Question) -> Part | None:
    """Return what a ranking before told as the first, where a turn asks why, else None."""
    why = str(bench.sources.phrases.parsing["asks_why_alone"])
    if not question.goes_back_to or not re.search(why, question.text, re.IGNORECASE):
        return None
    return told_part(question)


def told_part(question: Question) -> Part:
    """Return the week, placement or category that a ranking told as the first."""
    return Part(question.told_weeks[:1], question.told_placements[:1], question.told_groups[:1])


def kinds_asked(bench: Bench, question: Question) -> list[Kind]:
    """Return what is ranked: weeks, placements or categories, or none of them where it is launches.

    Where a message asks for several, "in which category, and in which week", each of them in its order.
    """
    topics = bench.sources.phrases.parsing["topics"]
    assert isinstance(topics, Mapping)
    asked = [match[0] for match in re.finditer(str(topics["which_parts"]), question.text, re.IGNORECASE)]
    each: list[Kind] = [one for said in asked for one in KINDS if asks(bench, replace(question, text=said), one)]
    kinds: list[Kind] = list(dict.fromkeys(each))
    if len(kinds) > 1:
        return kinds
    alone: list[Kind] = [one for one in KINDS if asks(bench, question, one)]
    return alone[:1]


def add_extreme_launches(bench: Bench, launches: Sequence[Launch], least: bool, n: int) -> None:
    """Add which of some launches is expected to sell most (or least), and those next to it, `n` in all."""
    ordered = sorted(launches, key=largest_first, reverse=least)
    first = ordered[0]
    source = bench.sources.plan([first.product_id])
    name = "least_units" if least else "most_units"
    units = float(first.expected_units)
    about = (first.product_id, first.title, units, source)
    there = {"week": first.week, "placement": first.placement, "interval": (float(first.low), float(first.high))}
    bench.sheet.must_say(bench.sheet.add(name, *about, **there))
    bench.sheet.must_say(*(add_expected(bench, launch) for launch in ordered[1:n]))


def _add_drop_losses(bench: Bench, launches: Sequence[Launch]) -> None:
    """Add what the plan loses without each of some launches, as its place goes to the next best."""
    for launch in launches:
        told = bench.engine.counterfactual(bench.stored, Exclude(launch.product_id))
        product = bench.engine.product(launch.product_id)
        bench.sheet.must_say(add_delta(bench, "drop_loss", product, told, explains=None, week=None, placement=None))


def _add_widest(bench: Bench, launches: Sequence[Launch], *, surest: bool, n: int) -> None:
    """Add the launch whose interval is widest (or narrowest) for what it is expected to sell, then those next to it.

    Larger forecasts err by more, so that this is how risky a launch is; the widest in units is told after it.
    """
    facts = []
    for kind, note, measure in (("interval", "relative_width", relative_width), ("units", "interval_width", _width)):
        ordered = sorted(launches, key=lambda one, by=measure: (-by(one), one.product_id), reverse=surest)
        first = ordered[0]
        about = (first.product_id, first.title, measure(first), bench.sources.planner(note, [first.product_id]))
        name = f"{'narrowest' if surest else 'widest'}_{kind}"
        facts.append(bench.sheet.add(name, *about, week=first.week, placement=first.placement))
        if kind == "interval":
            facts += [add_expected(bench, launch) for launch in ordered[:n]]
    bench.sheet.must_say(*facts)
    bench.sheet.say("how_sure", closing=True)


def _width(launch: Launch) -> float:
    return float(launch.high - launch.low)


def _add_most_searched(bench: Bench, launches: Sequence[Launch], *, least: bool, n: int) -> None:
    """Add how often shoppers search for the launches that are searched for most (or least) of a part of the plan."""
    if not bench.engine.workspace.has("queries"):
        bench.sheet.say("searches_off")
        return
    found = {one.product_id: bench.engine.search_demand(one.product_id) for one in launches}
    volumes = {one: demand.volume_per_week for one, demand in found.items() if demand is not None}
    known = {one: volume for one, volume in volumes.items() if math.isfinite(volume)}
    ordered = sorted(known, key=lambda one: (known[one] if least else -known[one], one))
    bench.sheet.say("ranked_by_searches", least=least)
    for one in ordered[:n]:
        bench.sheet.must_say(*add_searches(bench, bench.engine.product(one))[:1])


def _add_extreme_parts(
    bench: Bench, kind: Kind, part: Part, least: bool, counted: bool, *, alone: bool, places: Places = _FIRST
) -> None:
    """Add the week, placement or category with most or least of a part of the plan; a tie is told by its first one.

    `alone` where no other kind is asked for too: its launches are named, and what is said of ties leads the answer.
    Where more places than the first are asked for, those are told in their order instead.
    """
    parts = parts_of(bench, kind, part)
    sizes = {key: len(there) if counted else units_of(there) for key, there in parts.items()}
    value = min(sizes.values()) if least else max(sizes.values())
    tied = [key for key, size in sizes.items() if size == value]
    chosen = min(tied, key=str) if places.n > 1 else tied[0]
    there = parts[chosen]
    if len(tied) == len(sizes) > 1:
        bench.sheet.say("all_alike", closing=not alone, kind=kind)
        of_week = replace(part, weeks=(chosen,)) if isinstance(chosen, date) else part
        bench.sheet.must_say(*(add_planned_count(bench, piece) for piece in pieces_of(of_week)))
        return
    ranked = sorted(sizes, key=lambda key: (sizes[key] if least else -sizes[key], str(key)))[: places.n]
    rankable = not part.without and all(len(pieces_of(narrowed(part, kind, key))) == 1 for key in ranked)
    if places.n > 1:
        _say_places(bench, kind, places, len(sizes) if rankable else 1, least=least)
    name = ("fewest_launches" if least else "most_launches") if counted else ("least_units" if least else "most_units")
    label = format_week(chosen) if kind == "week" else str(chosen)  # pyright: ignore[reportArgumentType]
    source = bench.sources.plan([launch.product_id for launch in there])
    week, placement = (chosen if kind == "week" else None), (label if kind == "placement" else None)
    bench.sheet.must_say(
        bench.sheet.add(name, label, label, value, source, week=week, placement=placement)  # pyright: ignore[reportArgumentType]
    )
    if places.n > 1 and rankable:
        there_is = add_planned_count if counted else add_units_of
        bench.sheet.must_say(*(there_is(bench, narrowed(part, kind, key)) for key in ranked if key != chosen))
        return
    if len(tied) > 1:
        of_one = len(pieces_of(narrowed(part, kind, chosen))) == 1  # a count of several categories has no name
        bench.sheet.say("tied" if of_one else "tied_together", closing=not alone)
        add = add_planned_count if counted else add_planned_units
        others = tied[1:LISTED_AT_MOST] if of_one else []
        bench.sheet.must_say(*(add(bench, narrowed(part, kind, key)) for key in others))
    if alone:
        list_launches(bench, sorted(there, key=largest_first), LISTED, narrowed(part, kind, chosen))


def _say_places(bench: Bench, kind: Kind, places: Places, n_known: int, *, least: bool) -> None:
    """Say how far a ranking is told: up to the place asked for, or as far as there are such parts."""
    if n_known < (places.n if places.of_one else 2):
        bench.sheet.say("ranked_no_further", kind=kind, place=places.n, n=n_known)
    elif places.of_one:
        bench.sheet.say(UP_TO_ONE, kind=kind, place=places.n, least=least)
    else:
        bench.sheet.say("ranked_in_order", kind=kind, least=least)


def add_units_of(bench: Bench, part: Part) -> Fact:
    """Add what a part sells, or that it holds no launch."""
    held = any(map(part.holds, bench.stored.plan.launches))
    return add_planned_units(bench, part) if held else add_planned_count(bench, part)


def add_extreme_part(bench: Bench, kind: Kind, *, least: bool) -> None:
    """Add the week, placement or category whose launches are expected to sell most (or least) of the whole plan."""
    _add_extreme_parts(bench, kind, Part(), least, False, alone=False)


def placements(bench: Bench, names: Sequence[str]) -> None:
    """What placements went along with in the past, and what is planned there."""
    for name in names:
        bench.sheet.must_say(add_lift(bench, name), add_planned_count(bench, Part(placements=(name,))))


def locks(bench: Bench, product: Product | None) -> None:
    """Whether a product is locked, or which launches are."""
    rules = [rule for rule in bench.stored.plan.interventions if isinstance(rule, Lock)]
    if product is not None:
        rule = next((rule for rule in rules if rule.product_id == product.product_id), None)
        _add_lock(bench, product.product_id, product.title, rule)
        launch = bench.launch_of(product.product_id)
        bench.sheet.must_say(add_slot(bench, launch) if launch else None)
        return
    ids = [rule.product_id for rule in rules]
    bench.sheet.must_say(bench.sheet.add("locked_count", "plan", "plan", len(rules), bench.sources.plan(ids)))
    for rule in rules[:LISTED_AT_MOST]:
        _add_lock(bench, rule.product_id, bench.engine.product(rule.product_id).title, rule)
    barred = [rule for rule in bench.stored.plan.interventions if isinstance(rule, Exclude)]
    if barred:
        bench.sheet.say("excluded", products=", ".join(f"#{rule.product_id}" for rule in barred[:LISTED_AT_MOST]))
    for rule in bench.stored.plan.interventions[: len(rules) + len(barred) + LISTED_AT_MOST]:
        _say_standing(bench, rule)


def _say_standing(bench: Bench, rule: Intervention) -> None:
    """Say a rule that an adopted scenario left standing."""
    match rule:
        case CapLaunches(launches, week, group):
            week_said = format_week(week) if week else ""
            bench.sheet.say("standing_cap", launches=launches, week=week_said, group=group or "")
        case SetCapacity(week, placement, capacity):
            bench.sheet.say("standing_room", week=format_week(week), placement=placement, capacity=capacity)
        case ScaleForecast(product_id, factor):
            bench.sheet.say("standing_forecast", product=product_id, factor=f"{factor:g}")
        case ChangePrice(product_id, ratio):
            bench.sheet.say("standing_price", product=product_id, factor=f"{ratio:g}")


def _add_lock(bench: Bench, product_id: str, title: str, rule: Lock | None) -> None:
    source = bench.sources.plan([product_id])
    week, placement = (rule.week, rule.placement) if rule else (None, None)
    state = "locked" if rule else "free"
    bench.sheet.must_say(
        bench.sheet.add("lock_state", product_id, title, state, source, week=week, placement=placement)
    )


def method(bench: Bench, question: Question) -> None:
    """How what is asked about is computed, in the product's own words."""
    topics = ("worth", "interval", "rhythm", "search", "similar", "momentum", "lift", "checked", "plan", "forecast")
    asked = next((topic for topic in topics if asks(bench, question, topic)), "overview")
    bench.sheet.say(f"method_{asked}")


def _how_many(question: Question) -> int:
    wanted = next((int(number) for number in question.entities.numbers if number.is_integer()), LISTED)
    return max(1, min(wanted, LISTED_AT_MOST))
