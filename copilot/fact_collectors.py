"""Collectors about one product: what an answer to each kind of question about it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from copilot.catalogue_collectors import add_live
from copilot.catalogue_names import head_of
from copilot.decided_rules import closed_by, reopened
from copilot.factsheet import Fact
from copilot.holidays import add_after_holiday
from copilot.planner_facts import (
    add_binding,
    add_binding_after,
    add_flip,
    add_rhythm_effect,
    say_set_aside,
    say_supposed_of,
)
from copilot.product_facts import (
    ANALOGUES,
    Bench,
    add_analogue,
    add_expected,
    add_forecast,
    add_medians,
    add_reasons,
    add_searches,
    add_slot,
    add_word_searches,
)
from ranking.interventions import Exclude, Lock
from ranking.plan import Launch

if TYPE_CHECKING:
    from copilot.engine import Product
    from ranking.counterfactual import Counterfactual

ANALOGUES_SAID = 2  # past launches named in an answer that is about something else
DISPLACED_SAID = 2  # displaced launches named
QUERIES_SAID = 3  # searches named


@dataclass(frozen=True)
class SlotAsked:
    """The slot that a question asks about, as far as it names one."""

    week: date | None = None
    placement: str | None = None

    def differs_from(self, launch: Launch) -> bool:
        """Say whether a launch stands elsewhere."""
        return self.week not in (None, launch.week) or self.placement not in (None, launch.placement)


def why_here(bench: Bench, product: Product, launch: Launch) -> None:
    """Why a planned product has its slot: what it brings there, what speaks for it, and what goes without it."""
    slot = add_slot(bench, launch)
    expected = add_expected(bench, launch, explains=slot)
    told = bench.engine.counterfactual(bench.stored, Exclude(launch.product_id, launch.week, launch.placement))
    say_set_aside(bench, told)
    say_supposed_of(bench, product)
    loss = add_delta(bench, "slot_loss", product, told, explains=slot, week=launch.week, placement=launch.placement)
    bench.sheet.must_say(slot, add_after_holiday(bench, launch), expected)
    reasons = add_reasons(bench, launch, expected)[:2]
    instead = add_next_best(bench, product, told)
    if loss is not None and loss.sign == 0:  # no reason weighs more than that another plan would do as well
        bench.sheet.must_say(loss, instead)
        bench.sheet.say("slot_tie", closing=True)
    bench.sheet.must_say(*reasons)
    _add_product_evidence(bench, product, expected)
    bench.sheet.must_say(loss, instead, add_binding(bench, launch))
    bench.sheet.must_say(add_flip(bench, product, told))
    add_rhythm_effect(bench, launch)


def why_not(
    bench: Bench, product: Product, asked: SlotAsked, *, evidence: bool = True, told: Counterfactual | None = None
) -> None:
    """Why a product is not in the plan, or not where it was asked about: what forcing it in would change.

    `evidence` adds its forecast, past launches like it, and its searches. `told` is the solve with it there, if made.
    """
    if product.status != "candidate":
        add_live(bench, product)
        return
    launch = bench.launch_of(product.product_id)
    stands = add_slot(bench, launch) if launch else add_not_planned(bench, product)
    bench.sheet.must_say(stands)
    if launch and not asked.differs_from(launch):
        bench.sheet.must_say(add_expected(bench, launch, explains=stands))
        return
    name = "move_delta" if launch and _is_slot(asked) else "force_delta"
    add_change(bench, product, asked, stands, name, told=told)
    if evidence:
        _add_product_evidence(bench, product, stands=None)


def what_if_move(bench: Bench, product: Product, asked: SlotAsked) -> None:
    """What moving a product to another week or placement would change."""
    if product.status != "candidate":
        add_live(bench, product)
        return
    launch = bench.launch_of(product.product_id)
    stands = None if launch else add_not_planned(bench, product)
    bench.sheet.must_say(stands)
    add_change(bench, product, asked, stands, "move_delta", compared_with=launch)


def forecast(bench: Bench, product: Product, asked: SlotAsked | None = None) -> None:
    """What a product is expected to sell, in the slot asked about or its own, and what that rests on."""
    if product.status != "candidate":
        add_live(bench, product)
        bench.sheet.say("no_prediction")
        return
    say_supposed_of(bench, product)
    launch = bench.launch_of(product.product_id)
    if asked is not None and (there := launch_at(bench, product, asked, launch)) is not None:
        bench.sheet.must_say(add_expected(bench, there))
    expected = add_expected(bench, launch) if launch else None
    bench.sheet.must_say(expected)
    alone = add_forecast(bench, product, explains=expected)
    bench.sheet.must_say(alone)
    if launch and expected:
        bench.sheet.must_say(*add_reasons(bench, launch, expected, lift=False)[:1])
    nearest = bench.engine.analogues(product.product_id, ANALOGUES)
    bench.sheet.must_say(*add_medians(bench, product, nearest, explains=alone))
    bench.sheet.must_say(*(add_analogue(bench, product, one, explains=alone) for one in nearest[:ANALOGUES_SAID]))


def launch_at(bench: Bench, product: Product, asked: SlotAsked, launch: Launch | None) -> Launch | None:
    """Return the product as if it were launched in the slot asked about; None where it stands or without a slot."""
    week = asked.week or (launch.week if launch else None)
    placement = asked.placement or (launch.placement if launch else None)
    if asked == SlotAsked() or week is None or placement is None or (launch and not asked.differs_from(launch)):
        return None
    problem = bench.engine.problem
    slots = [i for i, slot in enumerate(problem.slots) if (slot.week, slot.placement) == (week, placement)]
    if not slots or product.product_id not in problem.product_ids:
        return None
    row, column = problem.product_ids.index(product.product_id), slots[0]
    value, low, high = (float(x[row, column]) for x in (problem.values, problem.lows, problem.highs))
    return Launch(product.product_id, product.title, product.group, week, placement, value, low, high)


def similar(bench: Bench, product: Product) -> None:
    """Which past launches are nearest a product, and what they sold."""
    nearest = bench.engine.analogues(product.product_id, ANALOGUES)
    if not nearest:
        bench.sheet.say("no_analogues")
        return
    bench.sheet.must_say(*(add_analogue(bench, product, one) for one in nearest))
    bench.sheet.must_say(*add_medians(bench, product, nearest))
    if product.status == "candidate":
        bench.sheet.must_say(add_forecast(bench, product))


def search_demand(bench: Bench, product: Product, words: Sequence[str] = (), *, trend_first: bool = False) -> None:
    """How often shoppers search for what a product is, in its own words first, and whether that rises.

    `words` are those of the question that name it; without them those of its title before the size. `trend_first` is
    for "did searches go up?".
    """
    if not bench.engine.workspace.has("queries"):
        bench.sheet.say("searches_off")
        return
    exact = add_word_searches(bench, product, words or head_of(product.title), QUERIES_SAID)
    near = add_searches(bench, product, QUERIES_SAID, told=[fact.other_label for fact in exact[1:]])
    if not near:
        bench.sheet.say("no_searches")
    bench.sheet.must_say(*(fact for fact in near[1:2] if trend_first and fact.name == "search_trend"))
    bench.sheet.must_say(exact[0], *near[:2], *exact[1:], *near[2:])


def _add_product_evidence(bench: Bench, product: Product, stands: Fact | None) -> None:
    """Add what the forecast rests on: past launches like the product; and its searches, which are said beside it."""
    alone = add_forecast(bench, product, explains=stands)
    nearest = bench.engine.analogues(product.product_id, ANALOGUES)
    said = [add_analogue(bench, product, one, explains=alone) for one in nearest[:ANALOGUES_SAID]]
    bench.sheet.must_say(alone if stands is None else None, *said[:1])
    bench.sheet.must_say(*add_searches(bench, product)[:1])


def add_change(
    bench: Bench,
    product: Product,
    asked: SlotAsked,
    stands: Fact | None,
    name: str,
    compared_with: Launch | None = None,
    told: Counterfactual | None = None,
) -> None:
    """Re-solve with the product locked to the slot asked about, and add what that changes.

    `compared_with` is where it stands now, said before where it would stand; `told` is that solve, where it is made.
    """
    told = told or solved_there(bench, product, asked)
    say_set_aside(bench, told)
    if told.plan is None:
        bench.sheet.must_say(add_impossible(bench, product, asked, told))
        return
    delta = add_delta(bench, name, product, told, explains=stands, week=asked.week, placement=asked.placement)
    bench.sheet.must_say(delta, add_flip(bench, product, told) if name == "force_delta" else None)
    if compared_with:
        slot = add_slot(bench, compared_with)
        bench.sheet.must_say(slot, add_expected(bench, compared_with, explains=slot))
    there = told.plan.launch_of(product.product_id)
    if there is not None:
        if not (asked.week and asked.placement):
            bench.sheet.must_say(add_place(bench, "forced_slot", there, told))
        bench.sheet.must_say(add_expected(bench, there, explains=delta))
    for launch in [one for one in told.displaced if one.product_id != product.product_id][:DISPLACED_SAID]:
        bench.sheet.must_say(add_expected(bench, launch, explains=delta, name="displaced_units"))
    if told.verdict == "loss":
        bench.sheet.must_say(add_binding_after(bench, told))
    others = [after for _, after in told.moved if after.product_id != product.product_id]
    if others:
        source = bench.sources.solve(told, [launch.product_id for launch in others])
        bench.sheet.add("moved_count", product.product_id, product.title, len(others), source, explains=delta)


def solved_there(bench: Bench, product: Product, asked: SlotAsked) -> Counterfactual:
    """Solve with a product locked to a slot; where the operator closed that slot, with the closing undone."""
    closed = closed_by(bench.stored.plan, asked.week, asked.placement, product.group)
    undone = reopened(bench.engine.problem, closed)
    return bench.engine.counterfactual(bench.stored, *undone, Lock(product.product_id, asked.week, asked.placement))


def add_delta(
    bench: Bench,
    name: str,
    product: Product,
    told: Counterfactual,
    *,
    explains: Fact | None,
    week: date | None,
    placement: str | None,
) -> Fact | None:
    """Add the difference that a re-solve found, as measured; one that is not proven either way is told as a tie."""
    if told.delta_units is None or told.delta_low is None or told.delta_high is None:
        return None
    ids = [product.product_id, *(launch.product_id for launch in (*told.displaced, *told.gained))]
    return bench.sheet.add(
        name,
        product.product_id,
        product.title,
        float(told.delta_units),
        bench.sources.solve(told, ids),
        interval=(float(told.delta_low), float(told.delta_high)),
        explains=explains,
        week=week,
        placement=placement,
    )


def add_next_best(bench: Bench, product: Product, told: Counterfactual) -> Fact | None:
    """Add where the product goes when its slot is barred, or that it goes nowhere."""
    if told.plan is None:
        return None
    there = told.plan.launch_of(product.product_id)
    if there is not None:
        return add_place(bench, "next_best_slot", there, told)
    source = bench.sources.solve(told, [product.product_id])
    return bench.sheet.add("left_out", product.product_id, product.title, "left out", source)


def add_place(bench: Bench, name: str, launch: Launch, told: Counterfactual) -> Fact:
    """Add where a product would stand in a re-solved plan."""
    source = bench.sources.solve(told, [launch.product_id])
    return bench.sheet.add(
        name, launch.product_id, launch.title, launch.week, source, week=launch.week, placement=launch.placement
    )


def add_impossible(bench: Bench, product: Product, asked: SlotAsked, told: Counterfactual) -> Fact:
    """Add that no plan can place a product where it is asked about."""
    source = bench.sources.solve(told, [product.product_id])
    return bench.sheet.add(
        "cannot_plan",
        product.product_id,
        product.title,
        "impossible",
        source,
        week=asked.week,
        placement=asked.placement,
    )


def add_not_planned(bench: Bench, product: Product) -> Fact:
    """Add that the plan leaves a product out."""
    source = bench.sources.plan([product.product_id])
    return bench.sheet.add("not_planned", product.product_id, product.title, bench.stored.version, source)


def _is_slot(asked: SlotAsked) -> bool:
    return asked.week is not None or asked.placement is not None
