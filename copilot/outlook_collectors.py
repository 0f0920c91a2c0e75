"""Collectors about what may come otherwise: risks, how sure the numbers are, and what drives a product's score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.asked import is_about_the_whole, is_named, part, the_product
from copilot.catalogue_collectors import add_live
from copilot.data_collectors import add_accuracy, add_past_launches, say_simulated
from copilot.fact_collectors import add_not_planned
from copilot.holidays import add_after_holiday, add_after_holidays
from copilot.plan_collectors import (
    PIECES_SAID,
    add_plan_gap,
    add_planned_count,
    add_planned_units,
    largest_first,
    pieces_of,
)
from copilot.planner_facts import add_fatigue, add_flip, add_plan_low, add_plan_worth, add_rhythm_effect
from copilot.product_facts import (
    ANALOGUES,
    Bench,
    add_analogue,
    add_expected,
    add_forecast,
    add_medians,
    add_reasons,
    add_slot,
    add_stock,
)
from copilot.settled_words import says
from ranking.interventions import Exclude

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot.engine import Analogue, Product
    from copilot.factsheet import Fact
    from copilot.plan_collectors import Part
    from copilot.questions import Question
    from ranking.plan import Launch

RISKIEST_SAID = 3  # launches that may fall short most
LATE_SAID = 5  # launches that come after the day that they are made for


def risks(bench: Bench, question: Question) -> None:
    """What may go wrong with a product, a part of the plan, or all of it."""
    if is_named(question) or not is_about_the_whole(question):
        product = the_product(bench, question)
        if product is not None and says(question, "cannibal", bench.sources.phrases):
            _among_its_like(bench, product)
        elif product is not None:
            _product_risks(bench, product)
        return
    _part_risks(bench, part(question))


def _product_risks(bench: Bench, product: Product) -> None:
    """How low it may sell, the worst of its like, how little would flip the choice, and what its stock allows."""
    if product.status != "candidate":
        add_live(bench, product)
        return
    launch = bench.launch_of(product.product_id)
    expected = _add_numbers(bench, product, launch)
    bench.sheet.must_say(add_after_holiday(bench, launch) if launch else None)
    nearest = bench.engine.analogues(product.product_id, ANALOGUES)
    worst = min(nearest, key=lambda one: one.units_4w, default=None)
    if worst is not None:
        bench.sheet.say("risk_analogues")
        bench.sheet.must_say(add_analogue(bench, product, worst, explains=expected))
    else:
        bench.sheet.say("no_analogues")
    if launch is not None:
        told = bench.engine.counterfactual(bench.stored, Exclude(product.product_id, launch.week, launch.placement))
        bench.sheet.must_say(add_flip(bench, product, told), add_rhythm_effect(bench, launch))
    bench.sheet.must_say(add_stock(bench, product))
    bench.sheet.say("how_sure", closing=True)


def _among_its_like(bench: Bench, product: Product) -> None:
    """What a product and the other launches of its category do to each other, and what that is known from."""
    if product.status != "candidate":
        add_live(bench, product)
        return
    launch = bench.launch_of(product.product_id)
    bench.sheet.must_say(add_rhythm_effect(bench, launch) if launch else None)
    bench.sheet.must_say(*add_fatigue(bench, product.group))
    _add_numbers(bench, product, launch)


def _part_risks(bench: Bench, asked: Part) -> None:
    """Which launches may fall short most, how low the whole may end, and what the data cannot tell."""
    asked = asked.narrowed(bench.stored.plan.launches)
    launches = [launch for launch in bench.stored.plan.launches if asked.holds(launch)]
    whole = not (asked.weeks or asked.placements or asked.groups)
    if says(bench.sheet.question, "too_late", bench.sources.phrases):
        late = add_after_holidays(bench, sorted(launches, key=largest_first), LATE_SAID)
        bench.sheet.must_say(*late)
        if not late:
            bench.sheet.say("none_late")
        return
    if whole:
        bench.sheet.must_say(add_plan_low(bench), add_plan_worth(bench))
    elif len(asked.weeks) <= 1 and len(asked.placements) <= 1 and len(asked.groups) <= 1:
        bench.sheet.must_say(add_planned_count(bench, asked))
    bench.sheet.must_say(*add_after_holidays(bench, sorted(launches, key=largest_first), LATE_SAID))
    if launches:
        bench.sheet.say("risk_shortfall")
        shortest = sorted(launches, key=lambda one: (one.low - one.expected_units, one.product_id))
        bench.sheet.must_say(*(add_expected(bench, launch) for launch in shortest[:RISKIEST_SAID]))
    for fact in add_fatigue(bench, asked.groups[0] if len(asked.groups) == 1 else ""):
        if fact.name == "fatigue_unsupported":
            bench.sheet.must_say(fact)
    if bench.engine.report.simulated:
        say_simulated(bench, closing=True)


def confidence(bench: Bench, question: Question) -> None:
    """How sure a product's forecast is, or the plan, and what that rests on."""
    if is_named(question) or not is_about_the_whole(question):
        product = the_product(bench, question)
        if product is not None:
            _product_confidence(bench, product)
        return
    asked = part(question).narrowed(bench.stored.plan.launches)
    if says(question, "names_rhythm", bench.sources.phrases):
        bench.sheet.say("sure_of_rhythm")
        bench.sheet.must_say(*add_fatigue(bench, asked.groups[0] if len(asked.groups) == 1 else ""))
        return
    if (asked.weeks or asked.placements or asked.groups) and not asked.without:
        launches = sorted(filter(asked.holds, bench.stored.plan.launches), key=largest_first)
        for piece in pieces_of(asked)[:PIECES_SAID]:
            add = add_planned_units if any(map(piece.holds, launches)) else add_planned_count
            bench.sheet.must_say(add(bench, piece))
        bench.sheet.must_say(*(add_expected(bench, launch) for launch in launches[:RISKIEST_SAID]))
    else:
        bench.sheet.must_say(*add_accuracy(bench), add_plan_gap(bench))
        bench.sheet.must_say(add_plan_low(bench), add_plan_worth(bench), add_past_launches(bench))
    bench.sheet.say("how_sure", closing=True)


def _product_confidence(bench: Bench, product: Product) -> None:
    if product.status != "candidate":
        add_live(bench, product)
        bench.sheet.say("no_prediction")
        return
    expected = _add_numbers(bench, product, bench.launch_of(product.product_id))
    nearest = bench.engine.analogues(product.product_id, ANALOGUES)
    bench.sheet.must_say(*add_medians(bench, product, nearest, explains=expected))
    bench.sheet.must_say(*_add_spread(bench, product, nearest, expected), *add_accuracy(bench)[:1])
    bench.sheet.say("how_sure", closing=True)


def drivers(bench: Bench, question: Question) -> None:
    """Which factors make up a product's expected units, the strongest first."""
    product = the_product(bench, question)
    if product is None:
        return
    if product.status != "candidate":
        add_live(bench, product)
        return
    launch = bench.launch_of(product.product_id)
    expected = _add_numbers(bench, product, launch)
    if launch is not None and expected is not None:
        bench.sheet.must_say(*add_reasons(bench, launch, expected), add_rhythm_effect(bench, launch))
    else:
        bench.sheet.say("drivers_without_slot")
        bench.sheet.must_say(add_not_planned(bench, product))
    alone = add_forecast(bench, product, explains=expected)
    nearest = bench.engine.analogues(product.product_id, ANALOGUES)
    bench.sheet.must_say(alone, *add_medians(bench, product, nearest, explains=alone))
    bench.sheet.must_say(*(add_analogue(bench, product, one, explains=alone) for one in nearest[:1]))


def _add_numbers(bench: Bench, product: Product, launch: Launch | None) -> Fact | None:
    """Add what is expected of a product, in its slot or before any, as the answer's first fact."""
    if launch is None:
        fact = add_forecast(bench, product)
        bench.sheet.must_say(fact)
        return fact
    slot = add_slot(bench, launch)
    fact = add_expected(bench, launch, explains=slot)
    bench.sheet.must_say(fact)
    return fact


def _add_spread(bench: Bench, product: Product, nearest: Sequence[Analogue], expected: Fact | None) -> list[Fact]:
    """Add the past launches like a product that sold least and most."""
    if len(nearest) < 2:
        return []
    ordered = sorted(nearest, key=lambda one: one.units_4w)
    return [add_analogue(bench, product, one, explains=expected) for one in (ordered[0], ordered[-1])]
