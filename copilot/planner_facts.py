"""Facts of the planner and the rhythm: what a full slot is worth, what would flip a choice, how tired a group's
shoppers are, and how sure all that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from copilot.decided_rules import Closing, closed_by, told_rule
from copilot.factsheet import Fact
from copilot.product_facts import Bench, has_weight
from ranking.fatigue_model import GroupFatigue
from ranking.interventions import CapLaunches, ChangePrice, Intervention, Lock, ScaleForecast, SetCapacity
from ranking.rhythm_stability import rhythm_stability
from ranking.risk import plan_quantile

if TYPE_CHECKING:
    from copilot.engine import Product
    from ranking.counterfactual import Counterfactual
    from ranking.plan import Launch
    from ranking.rows import Rule

LOW_LEVEL = 0.1  # the plan's quantile that is told
PRIOR_DECIDES = 0.5  # share of an estimate from which on it is told to rest mostly on the prior
LARGEST_LOG = 5.0  # an estimate that leaves more than this open says nothing that could be told
PRICED = {  # kind of rule -> fact
    "slot": "slot_price",
    "group": "group_price",
    "week": "week_price",
    "spacing": "spacing_price",
    "budget": "budget_price",
}


def add_rhythm_effect(bench: Bench, launch: Launch) -> Fact | None:
    """Add how much less (or more) a launch counts for what it and its group's launches do to each other."""
    problem = bench.engine.problem
    if launch.product_id not in problem.product_ids:
        return None
    row = problem.product_ids.index(launch.product_id)
    at = ((slot.week, slot.placement) == (launch.week, launch.placement) for slot in problem.slots)
    column = next((number for number, here in enumerate(at) if here), None)
    if column is None or problem.face_worth[row, column] <= 0:
        return None
    ratio = float(problem.net_worth[row, column] / problem.face_worth[row, column])
    if not has_weight(ratio):
        return None
    source = bench.sources.fatigue(launch.group)
    return bench.sheet.add("rhythm_effect", launch.product_id, launch.title, ratio, source, week=launch.week)


def add_binding(bench: Bench, launch: Launch) -> Fact | None:
    """Add the dearest rule that a launch takes a place under: what one more place there would gain the plan at most."""
    rules = bench.engine.binding(bench.stored)
    return _add_dearest(bench, [one for one in rules if _touches(one[0], launch)], [launch.product_id])


def add_binding_after(bench: Bench, told: Counterfactual) -> Fact | None:
    """Add the dearest rule that binds the plan under a change, of those that the change speaks of."""
    rules = [one for one in told.binding if any(_speaks_of(item, one[0], told) for item in told.interventions)]
    return _add_dearest(bench, rules, [])


def _speaks_of(item: Intervention, rule: Rule, told: Counterfactual) -> bool:
    """Say whether an intervention sets a rule, or moves a product to a place under it."""
    match item:
        case CapLaunches(0):
            return False  # one more than none is worth what the change costs, and that is told
        case CapLaunches(_, week, group):
            return rule.kind in ("week", "group") and week in (None, rule.week) and rule.name == (group or "")
        case SetCapacity(week, placement):
            return (rule.kind, rule.week, rule.placement) == ("slot", week, placement)
        case _:
            there = told.plan.launch_of(item.product_id) if told.plan else None
            return there is not None and _touches(rule, there)


def say_supposed_of(bench: Bench, product: Product) -> None:
    """Say which price or forecast of a product stands in the plan, as its figures rest on it."""
    for item in bench.stored.plan.interventions:
        if isinstance(item, ScaleForecast) and item.product_id == product.product_id:
            bench.sheet.say("standing_forecast", product=product.product_id, factor=f"{item.factor:g}")
        if isinstance(item, ChangePrice) and item.product_id == product.product_id:
            bench.sheet.say("standing_price", product=product.product_id, factor=f"{item.ratio:g}")


def say_set_aside(bench: Bench, told: Counterfactual) -> None:
    """Say which of the operator's own decisions the question supposes undone."""
    for item in told.set_aside:
        what = told_rule(bench.sources.phrases, bench.engine.problem, item)
        bench.sheet.say("set_aside", what=what, locked=isinstance(item, Lock))


def closing_rules(bench: Bench, weeks: Sequence[date], placements: Sequence[str]) -> tuple[Closing, ...]:
    """Return the decisions of the operator that close some weeks and placements."""
    slots = [(week, placement) for week in weeks or (None,) for placement in placements or (None,)]
    found = [rule for week, placement in slots for rule in closed_by(bench.stored.plan, week, placement)]
    return tuple(dict.fromkeys(found))


def say_closed(bench: Bench, rules: Sequence[Closing], *, closing: bool = False) -> None:
    """Say which decisions of the operator close what is asked about."""
    for rule in rules:
        what = told_rule(bench.sources.phrases, bench.engine.problem, rule)
        bench.sheet.say("closed_by_hand", closing=closing, what=what)


def _add_dearest(bench: Bench, rules: Sequence[tuple[Rule, float]], product_ids: Sequence[str]) -> Fact | None:
    found = next(((rule, price) for rule, price in rules if rule.kind in PRICED), None)
    if found is None:
        return None
    return _add_price(bench, *found, product_ids)


def _add_price(bench: Bench, rule: Rule, price: float, product_ids: Sequence[str]) -> Fact:
    subject = {"slot": rule.placement, "group": rule.name, "spacing": rule.name}.get(rule.kind, "plan")
    source = bench.sources.planner("place_price", product_ids)
    slot = {"week": rule.week, "placement": rule.placement or None}
    return bench.sheet.add(PRICED[rule.kind], subject, subject, float(price), source, **slot)


def add_dearest_rules(bench: Bench, n: int) -> list[Fact]:
    """Add where one more place would bring the plan most; what is closed by hand is no such place."""
    closed = {(item.week, item.group or "") for item in _closings(bench)}
    rules = [
        (rule, price)
        for rule, price in bench.engine.binding(bench.stored)
        if rule.kind in PRICED and not (rule.kind in ("week", "group") and (rule.week, rule.name) in closed)
    ]
    return [_add_price(bench, rule, price, []) for rule, price in rules[:n]]


def _closings(bench: Bench) -> list[CapLaunches]:
    rules = bench.stored.plan.interventions
    return [item for item in rules if isinstance(item, CapLaunches) and item.launches == 0]


def _touches(rule: Rule, launch: Launch) -> bool:
    """Say whether a launch takes a place under a rule; a spacing's window begins in its week."""
    if rule.kind == "spacing":
        return rule.name == launch.group and rule.week is not None and rule.week <= launch.week
    if rule.kind == "budget":
        return True
    return rule.week == launch.week and rule.placement in ("", launch.placement) and rule.name in ("", launch.group)


def add_flip(bench: Bench, product: Product, told: Counterfactual) -> Fact | None:
    """Add the smallest change of what a launch is worth that would flip the choice; none for a tie or a gain."""
    if told.plan is None or told.verdict != "loss":
        return None
    source = bench.sources.solve(told, [product.product_id])
    return bench.sheet.add("flip_units", product.product_id, product.title, float(told.flip_units), source)


def add_plan_low(bench: Bench) -> Fact:
    """Add what the plan is worth in one of ten draws of the forecasts, or less."""
    common = bench.engine.models.common_error
    low = plan_quantile(bench.stored.plan, LOW_LEVEL, common=common)
    source = bench.sources.planner("plan_low", [], common=f"{common:.1%}")
    return bench.sheet.add("plan_low", "plan", "plan", float(low), source)


def add_plan_worth(bench: Bench) -> Fact:
    """Add what the plan is worth as forecast, to set its low case against; each says where the low case lies."""
    bench.sheet.say("low_case", closing=True)
    return bench.sheet.add("plan_worth", "plan", "plan", float(bench.stored.plan.objective), bench.sources.plan())


def add_fatigue(bench: Bench, group: str) -> list[Fact]:
    """Add what a recent launch of a group does to its next one; where the data cannot tell, that and what would."""
    model = bench.engine.models.fatigue
    found = model.group(group) if group else model.pooled
    effect, about = found.strength, (group or "season", group or "season")
    source = bench.sources.fatigue(group)
    left = model.decay  # of one launch, when the next week starts
    ratios = [float(np.exp(-strength * left)) for strength in (effect.mean, effect.high, effect.low)]
    facts = [_add_unshown(bench, about, found)] if found.test_key is not None else []
    if found.test_group_weeks:
        facts.append(bench.sheet.add("fatigue_test", *about, int(found.test_group_weeks), source))
    supposed = bench.sheet.add("fatigue_effect", *about, ratios[0], source, interval=(ratios[1], ratios[2]))
    return [*facts, supposed, *_add_basis(bench, found, supposed)]


def _add_basis(bench: Bench, found: GroupFatigue, supposed: Fact) -> list[Fact]:
    """Add whether what the plan supposes rests on the shop's own launches or on the prior, and what those alone say.

    Of a category without launches of its own, the model knows no more than of the average one: the season's is told.
    """
    effect, about = found.strength, (found.group or "season", found.group or "season")
    source, left = bench.sources.fatigue(found.group), bench.engine.models.fatigue.decay
    basis = "prior" if effect.prior_weight >= PRIOR_DECIDES else "own launches" if effect.estimate > 0 else "no loss"
    facts = [bench.sheet.add("fatigue_basis", *about, basis, source, explains=supposed)]
    alone = (effect.estimate, effect.estimate_high, effect.estimate_low)
    if found.n_cells and all(abs(strength) * left <= LARGEST_LOG for strength in alone):
        ratios = [float(np.exp(-strength * left)) for strength in alone]
        interval = (ratios[1], ratios[2])
        facts.append(bench.sheet.add("fatigue_data", *about, ratios[0], source, interval=interval, explains=facts[0]))
        facts.append(bench.sheet.add("fatigue_weeks", *about, int(found.n_cells), source, explains=facts[-1]))
    return facts


def add_solved_rhythm(bench: Bench, group: str, week: date) -> list[Fact]:
    """Add how many launches of a group the rhythm solved for it alone has in a week, and how many draws agree."""
    policy = bench.engine.season.groups.get(group)
    if policy is None or week not in bench.engine.weeks:
        return []
    at = bench.engine.weeks.index(week)
    source = bench.sources.fatigue(group)
    solved = bench.sheet.add("solved_per_week", group, group, int(policy.launches[at]), source, week=week)
    stability = rhythm_stability([policy.problem], bench.engine.models.fatigue)[group]
    share = float(stability.agreement[at])
    stable = bench.sheet.add("rhythm_stability", group, group, share, source, week=week, explains=solved)
    return [solved, stable, *_add_advice(bench, group, at)]


def _add_advice(bench: Bench, group: str, at: int) -> list[Fact]:
    """Add what the group's rhythm advises in week number `at` after what the plan launches before it."""
    adviser, weeks = bench.engine.adviser(group), bench.engine.weeks
    if adviser is None:
        return []
    launched = [sum(x.group == group for x in bench.stored.plan.launches_in(week)) for week in weeks[:at]]
    advised = adviser.advise(at, adviser.fatigue_after(launched))
    source = bench.sources.advice(group, adviser.agreement.share)
    return [bench.sheet.add("advised_per_week", group, group, advised, source, week=weeks[at])]


def _add_unshown(bench: Bench, about: tuple[str, str], found: GroupFatigue) -> Fact:
    source = bench.sources.fatigue("" if about[0] == "season" else about[0])
    return bench.sheet.add("fatigue_unsupported", *about, found.note_key.replace("_", " "), source)
