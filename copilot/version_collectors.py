"""Collectors about versions of the plan: what changed since an earlier one, and what scenarios would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.decided_rules import told_rule
from copilot.plan_collectors import LAUNCHES_SAID, add_plan_gap, largest_first
from copilot.planner_facts import add_plan_low
from copilot.product_facts import Bench, add_expected, add_slot
from ranking.interventions import Exclude

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot.questions import Question
    from copilot.records import StoredPlan
    from ranking.plan import Launch

MOVED_SAID = 3  # launches named that stand elsewhere now
RULES_SAID = 6  # decisions named


def changes(bench: Bench, question: Question) -> None:
    """What a version of the plan changed against an earlier one: launches that came, went and moved, and the worth.

    Without numbers these are the current version and the one before it.
    """
    versions = [int(number) for number in question.entities.numbers if float(number).is_integer()]
    if bench.archive is None:
        bench.sheet.say("no_earlier_version", version=bench.stored.version)
        return
    earlier, later = bench.archive.pair(versions, bench.stored)
    if earlier is None:
        bench.sheet.say("no_earlier_version", version=later.version)
        return
    bench.sheet.say("versions_compared", earlier=earlier.version, later=later.version, note=later.note)
    _say_decisions(bench, earlier, later)
    _add_differences(bench, earlier, later)


def _add_differences(bench: Bench, earlier: StoredPlan, later: StoredPlan) -> None:
    before = {launch.product_id: launch for launch in earlier.plan.launches}
    after = {launch.product_id: launch for launch in later.plan.launches}
    came = sorted((after[one] for one in after.keys() - before.keys()), key=largest_first)
    went = sorted((before[one] for one in before.keys() - after.keys()), key=largest_first)
    moved = sorted(
        (after[one] for one in after.keys() & before.keys() if _moved(before[one], after[one])), key=largest_first
    )
    if not (came or went or moved):
        bench.sheet.say("nothing_changed")
    if earlier.fingerprint == later.fingerprint:  # else the data or settings differ, and so does what a unit is worth
        delta = float(later.plan.objective - earlier.plan.objective)
        bench.sheet.must_say(bench.sheet.add("worth_change", "plan", "plan", delta, bench.sources.plan()))
    else:
        bench.sheet.say("other_data", closing=True)
    _add_group(bench, "added_count", came, later is bench.stored or later.version == bench.stored.version)
    _add_group(bench, "removed_count", went, False)
    _add_went(bench, went, later)
    _add_group(bench, "shifted_count", moved, later.version == bench.stored.version)


def _add_group(bench: Bench, name: str, launches: list[Launch], current: bool) -> None:
    """Add how many launches came, went or moved; those of the current plan are named, where they stand now."""
    source = bench.sources.plan([launch.product_id for launch in launches[:LAUNCHES_SAID]])
    bench.sheet.must_say(bench.sheet.add(name, "plan", "plan", len(launches), source))
    for launch in launches[:MOVED_SAID] if current else ():
        bench.sheet.must_say(add_slot(bench, launch) if name == "shifted_count" else add_expected(bench, launch))


def _say_decisions(bench: Bench, earlier: StoredPlan, later: StoredPlan) -> None:
    """Say what was decided by hand between two versions, and what stands no longer: the cause of what changed."""
    pairs = (("decided_since", later.plan, earlier.plan), ("undone_since", earlier.plan, later.plan))
    for key, here, there in pairs:
        rules = [rule for rule in here.interventions if rule not in there.interventions][:RULES_SAID]
        if rules:
            told = (told_rule(bench.sources.phrases, bench.engine.problem, rule) for rule in rules)
            bench.sheet.say(key, what="; ".join(told))


def _add_went(bench: Bench, went: Sequence[Launch], later: StoredPlan) -> None:
    """Name the launches that went: first those that the operator excluded, with that cause, then the largest others."""
    barred = {
        rule.product_id
        for rule in later.plan.interventions
        if isinstance(rule, Exclude) and rule.week is None and rule.placement is None
    }
    excluded = [launch for launch in went if launch.product_id in barred]
    others = [launch for launch in went if launch.product_id not in barred]
    for name, launches in (("excluded_launch", excluded[:LAUNCHES_SAID]), ("removed_launch", others[:MOVED_SAID])):
        for launch in launches:
            about = (launch.product_id, launch.title, float(launch.expected_units))
            there = {"week": launch.week, "placement": launch.placement, "interval": (launch.low, launch.high)}
            bench.sheet.must_say(bench.sheet.add(name, *about, bench.sources.plan([launch.product_id]), **there))


def _moved(before: Launch, after: Launch) -> bool:
    return (before.week, before.placement) != (after.week, after.placement)


def compare_plans(bench: Bench, question: Question) -> None:
    """What each scenario would be worth against the current plan; without a scenario, the version before it."""
    compared = bench.archive.scenarios() if bench.archive is not None else ()
    if question.entities.numbers or not compared:
        if not compared and not question.entities.numbers:
            bench.sheet.say("no_scenarios")
        changes(bench, question)
        return
    for one in compared:
        if one.plan is None or one.delta_units is None or one.delta_low is None or one.delta_high is None:
            bench.sheet.say("scenario_fails", name=one.name, reason=one.problem)
            continue
        interval = (float(one.delta_low), float(one.delta_high))
        source = bench.sources.scenario(one.name, one.plan)
        fact = bench.sheet.add("scenario_delta", one.name, one.name, float(one.delta_units), source, interval=interval)
        bench.sheet.must_say(fact)
    bench.sheet.must_say(add_plan_gap(bench), add_plan_low(bench))
