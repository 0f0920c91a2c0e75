"""Launches, weeks, placements and categories whose expected units lie below or above a number: "below 5 units"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copilot.asked import is_named
from copilot.asked import part as part_named
from copilot.bounds import Bound, launch_bound, unit_bound
from copilot.intents import Intent
from copilot.overview_collectors import add_extreme_launches, add_units_of, kinds_asked
from copilot.plan_collectors import Part, add_planned_count, largest_first, name_first, pieces_of, say_left_out
from copilot.plan_parts import Kind, narrowed, parts_of, units_of
from copilot.product_facts import Bench

if TYPE_CHECKING:
    from copilot.questions import Question
    from ranking.plan import Launch

_OF_SEVERAL = frozenset({Intent.EXTREMES, Intent.PLANNED, Intent.FORECAST})
PARTS_LISTED = 12  # weeks, placements or categories within a bound that are told one by one


def tell_bounded(bench: Bench, question: Question) -> bool:
    """List what lies within a bound that a message tells, and say whether it tells one.

    Those are launches by their units, or weeks, placements or categories by their launches or units.
    """
    if question.intent not in _OF_SEVERAL or question.change is not None or is_named(question):
        return False
    part = part_named(question).narrowed(bench.stored.plan.launches)
    launches = [launch for launch in bench.stored.plan.launches if part.holds(launch)]
    kinds = kinds_asked(bench, question)
    if not launches or len(kinds) > 1:
        return False
    if kinds:
        return _tell_parts_within(bench, question, kinds[0], part)
    bound = unit_bound(bench, question)
    if bound is None:
        return False
    say_left_out(bench, part)
    # By what is shown of them: 4.96 is told as 5 units, which is not below 5.
    fitting = [launch for launch in launches if bound.holds(round(float(launch.expected_units), 1))]
    _list_within(bench, launches, sorted(fitting, key=largest_first, reverse=bound.from_below), bound)
    return True


def _tell_parts_within(bench: Bench, question: Question, kind: Kind, part: Part) -> bool:
    """List the weeks, placements or categories of a part of the plan within a bound, if a message tells one."""
    of_launches = launch_bound(bench, question)
    bound = of_launches or unit_bound(bench, question)
    if bound is None or part.without:
        return False
    parts = parts_of(bench, kind, part)
    sizes = {key: len(there) if of_launches else round(units_of(there), 1) for key, there in parts.items()}
    ordered = sorted(sizes, key=lambda key: (sizes[key] if bound.from_below else -sizes[key], str(key)))
    fitting = [key for key in ordered if bound.holds(sizes[key])]
    told = fitting[:PARTS_LISTED] or ordered[:1]
    about = {"kind": kind, "side": bound.kind, "amount": f"{bound.amount:g}", "counted": of_launches is not None}
    of_part = part != Part()
    if not fitting:
        bench.sheet.say("bounded_no_part", of_part=of_part, total=len(sizes), **about)
    else:
        counts = {"n": len(fitting), "total": len(sizes), "further": len(fitting) - len(told)}
        bench.sheet.say("bounded_parts", of_part=of_part, least=bound.from_below, **counts, **about)
    add = add_planned_count if of_launches else add_units_of
    for key in told:
        pieces = pieces_of(narrowed(part, kind, key))
        held = [piece for piece in pieces if any(map(piece.holds, parts[key]))]
        bench.sheet.must_say(*(add(bench, piece) for piece in held or pieces))
    return True


def _list_within(bench: Bench, launches: Sequence[Launch], fitting: Sequence[Launch], bound: Bound) -> None:
    """Name the first launches within a bound and count the others; without any, tell the launch nearest to it."""
    units = f"{bound.amount:g}"
    if not fitting:
        bench.sheet.say("bounded_none", side=bound.kind, units=units)
        if len(launches) < len(bench.stored.plan.launches):
            bench.sheet.say("ranked_of_part", counted=False)
        add_extreme_launches(bench, launches, bound.from_below, 1)
        return
    listed = name_first(bench, fitting)
    counts = {"n": len(fitting), "listed": listed, "further": len(fitting) - listed}
    least = bound.from_below
    bench.sheet.say("bounded_launches", side=bound.kind, units=units, least=least, closing=False, **counts)
