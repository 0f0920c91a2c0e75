"""Collectors about a rest: whether weeks can go without launches, what that costs, and what is known of fatigue.

One rule for answers and briefs: weeks can rest where a plan without launches in them keeps to all rules, and a rest is
advised only where the best such plan is proven to be worth more. Where it is proven to be worth less the rest has a
cost; else it does not matter, as far as can be proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from copilot.factsheet import Fact
from copilot.group_names import within
from copilot.part_totals import within_a_label
from copilot.plan_collectors import Part, add_planned_count, pieces_of
from copilot.planner_facts import add_fatigue, say_set_aside
from copilot.product_facts import Bench, add_expected
from copilot.settled_words import says
from copilot.short_turns import is_turn
from copilot.topics import asks
from ranking.interventions import CapLaunches
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.questions import Question
    from ranking.counterfactual import Counterfactual

WEEKS_WEIGHED = 3  # weeks that are re-solved one by one; each takes seconds
RESTS_SAID = 3  # weeks told where no number is asked for
WEEKS_OF_A_QUARTER = 13  # most weeks that are weighed where none is named


def asks_which_week(bench: Bench, question: Question) -> bool:
    """Say whether a question is which week could go without launches, or whether any should: it names none."""
    asked = question.goes_back_to if _asks_next(bench, question) else question.text
    return not question.entities.weeks and says(question, "which_rests", bench.sources.phrases, asked)


def _asks_next(bench: Bench, question: Question) -> bool:
    """Say whether a turn asks for the week next in order after the one told: "and the next best?"."""
    told = bool(question.goes_back_to and question.told_weeks)
    return told and is_turn("next_rest", question.text, bench.sources.phrases)


def asks_for_rest(bench: Bench, question: Question) -> bool:
    """Say whether a question about the rhythm is whether weeks of the plan can go without launches."""
    return bool(question.entities.weeks) and asks(bench, question, "rest")


def rest(bench: Bench, question: Question) -> None:
    """Whether the weeks can rest and what that costs, solved anew; then what moves, and what is known of fatigue.

    Weeks that are named as alternatives are weighed one by one, the cheapest first; else they rest together.
    """
    weeks, named = question.entities.weeks, Part(groups=question.entities.groups)
    named = named.narrowed(bench.stored.plan.launches)
    together = len(weeks) == 1 or not asks(bench, question, "either")
    asked = [weeks] if together else [(week,) for week in weeks[:WEEKS_WEIGHED]]
    found = [(rested, _solved(bench, rested, named.groups)) for rested in asked]
    name = "rest_advice" if asks(bench, question, "advice") else "rest_delta"
    found.sort(key=lambda one: (one[1].plan is None, -(one[1].delta_units or 0.0)))
    for rested, told in found:
        _tell(bench, name, Part(rested, groups=named.groups), told)
    if len(found) == 1:  # beside another week's, nobody could tell whose launches are counted
        _add_counts(bench, found[0][1])
    bench.sheet.must_say(*add_fatigue(bench, named.groups[0] if len(named.groups) == 1 else ""))


def which_week_rests(bench: Bench, question: Question) -> None:
    """Which week a rest costs least (or gains most), every week solved anew without launches; then the next ones."""
    named = Part(groups=question.entities.groups).narrowed(bench.stored.plan.launches)
    weeks = _lightest(bench, named)
    found = [(week, _solved(bench, (week,), named.groups)) for week in weeks]
    if not found:
        bench.sheet.must_say(add_planned_count(bench, Part(groups=named.groups[:1])))
        return
    possible = [(week, told) for week, told in found if told.delta_units is not None]
    if not possible:
        _tell(bench, "rest_delta", Part(weeks, groups=named.groups), found[0][1])
        return
    held = _held(bench, named)
    if empty := [week for week in bench.engine.weeks if not held[week]]:
        bench.sheet.say("weeks_empty", weeks=", ".join(map(format_week, empty)))
    if len(weeks) < len(bench.engine.weeks) - len(empty):
        bench.sheet.say("weeks_weighed", n=len(weeks))
    possible.sort(key=lambda one: (-float(one[1].delta_units or 0.0), one[0]))
    if _asks_next(bench, question):
        _tell_next(bench, question, named, possible)
        return
    wanted = next((int(one) for one in question.entities.numbers if one.is_integer()), RESTS_SAID)
    for at, (week, told) in enumerate(possible[: max(1, wanted)]):
        name = "other_rest" if at else "cheapest_rest"
        bench.sheet.must_say(add_rest(bench, name, Part((week,), groups=named.groups), told))
    _add_planned(bench, possible[0][0], named)
    bench.sheet.must_say(*add_fatigue(bench, named.groups[0] if len(named.groups) == 1 else ""))


def _tell_next(bench: Bench, question: Question, named: Part, ranked: Sequence[tuple[date, Counterfactual]]) -> None:
    """Tell the week that comes after the one told before, in the order of what a rest costs."""
    before = question.told_weeks[0]
    order = [week for week, _ in ranked]
    left = ranked[order.index(before) + 1 :] if before in order else ranked
    if not left:
        bench.sheet.say("no_next_rest", week=format_week(before))
        return
    bench.sheet.say("next_rest", week=format_week(before))
    bench.sheet.must_say(add_rest(bench, "other_rest", Part(left[0][:1], groups=named.groups), left[0][1]))
    _add_planned(bench, left[0][0], named)


def _add_planned(bench: Bench, week: date, named: Part) -> None:
    bench.sheet.must_say(*(add_planned_count(bench, piece) for piece in pieces_of(Part((week,), (), named.groups))))


def _lightest(bench: Bench, part: Part) -> tuple[date, ...]:
    """Return the weeks that are solved one by one: all with launches, of a long plan those that sell least."""
    held = _held(bench, part)
    full = [week for week in bench.engine.weeks if held[week]]
    return tuple(sorted(sorted(full, key=lambda week: held[week])[:WEEKS_OF_A_QUARTER]))


def _held(bench: Bench, part: Part) -> dict[date, float]:
    """Return what the launches of each week are expected to sell."""
    held = dict.fromkeys(bench.engine.weeks, 0.0)
    for launch in filter(part.holds, bench.stored.plan.launches):
        held[launch.week] += launch.expected_units
    return held


def _solved(bench: Bench, weeks: Sequence[date], names: Sequence[str]) -> Counterfactual:
    """Return the best plan with no launches of the categories (of any, without names) in these weeks."""
    groups = [one for one in bench.engine.group_names() if any(within(one, name) for name in names)]
    supposed = [CapLaunches(0, week, group) for week in weeks for group in groups or (None,)]
    return bench.engine.counterfactual(bench.stored, *supposed)


def _tell(bench: Bench, name: str, part: Part, told: Counterfactual) -> None:
    say_set_aside(bench, told)
    if len(part.weeks) > 1 or len(part.groups) > 1:
        weeks, groups = ", ".join(map(format_week, part.weeks)), ", ".join(part.groups)
        bench.sheet.say("supposed_cap", launches=0, groups=groups, weeks=weeks, each=False)
    fact = add_rest(bench, name, part, told)
    bench.sheet.must_say(fact)
    if fact.name == "rest_impossible":
        bench.sheet.say("change_impossible", closing=True, reason=told.reason)
        return
    for week in part.weeks:
        for group in part.groups or (None,):
            bench.sheet.must_say(add_planned_count(bench, Part((week,), groups=(group,) if group else ())))


def add_rest(bench: Bench, name: str, part: Part, told: Counterfactual) -> Fact:
    """Add what the best plan without launches in a part is worth against the plan, or that there is no such plan.

    The fact's sign is the verdict: above 0 a rest is advised, below 0 it has a cost, at 0 it does not matter.
    """
    subject = _label_of(part.groups)
    week = part.weeks[0] if len(part.weeks) == 1 else None
    source = bench.sources.solve(told, [launch.product_id for launch in (*told.displaced, *told.gained)])
    if told.delta_units is None or told.delta_low is None or told.delta_high is None:
        return bench.sheet.add("rest_impossible", subject, subject, "impossible", source, week=week)
    value, interval = float(told.delta_units), (float(told.delta_low), float(told.delta_high))
    return bench.sheet.add(name, subject, subject, value, source, interval=interval, week=week)


def _label_of(groups: Sequence[str]) -> str:
    """Return what several categories are called together, each by its own level; "season" for all of them."""
    if len(groups) < 2:
        return next(iter(groups), "season")
    return within_a_label(list(dict.fromkeys(name.rpartition(" > ")[2] for name in groups)))


def _add_counts(bench: Bench, told: Counterfactual) -> None:
    """Add how many launches go, move and come; the largest that goes is named where more is asked."""
    for name, ids in (
        ("dropped_count", [launch.product_id for launch in told.displaced]),
        ("moved_count", [after.product_id for _, after in told.moved]),
        ("entering_count", [launch.product_id for launch in told.gained]),
    ):
        if ids:
            bench.sheet.must_say(_add_count(bench, name, told, ids))
    for launch in sorted(told.displaced, key=lambda one: (-one.expected_units, one.product_id))[:1]:
        add_expected(bench, launch, name="displaced_units")


def _add_count(bench: Bench, name: str, told: Counterfactual, ids: Sequence[str]) -> Fact:
    return bench.sheet.add(name, "plan", "plan", len(ids), bench.sources.solve(told, ids))
