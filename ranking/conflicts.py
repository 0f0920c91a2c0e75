"""Locks that cannot hold: where locked products go, or which locks conflict and why, in the operator's words.

Only locks can make a plan infeasible, since leaving a product out is always allowed. A conflict is reported as a
minimal set: together its members cannot hold, and without any one of them the others can. Deletion filtering finds it:
leave out one member after the other, and put it back only when the rest could then hold. As fewer demands are never
harder to meet, each member kept was necessary (Chinneck, Feasibility and Infeasibility in Optimization, 2008).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ranking.errors import InfeasiblePlan, PlannerTimeout
from ranking.highs import Deadline, Effort
from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
from ranking.model import PlanModel, build_model
from ranking.problem import NO_SUBSTITUTES, PlanningProblem
from ranking.programme import programme_of
from ranking.rounding import fill, keeps_rules
from retrieval.weeks import format_week

_UNLIMITED = 10**6
_MOST_NAMED = 3
_EXPLAIN_S = 10.0
Limit = tuple[str, Callable[[PlanningProblem], PlanningProblem]]  # what it says, and the problem without it


def place_locked(
    problem: PlanningProblem, interventions: Sequence[Intervention], model: PlanModel, effort: Effort
) -> np.ndarray:
    """Return one column of the model for each locked candidate; no locks give none.

    Raises:
        InfeasiblePlan: a lock names a product, week or placement that the plan lacks, or locks conflict.
        PlannerTimeout: neither a placing nor a proof that there is none was found in time.
    """
    _check_names(problem, interventions)
    placed = _place(model, effort)
    if placed is None:
        # That they conflict is proven; saying why may take its own time.
        raise _conflict(problem, interventions, replace(effort, deadline=Deadline.after(_EXPLAIN_S)))
    return placed


def _conflict(problem: PlanningProblem, interventions: Sequence[Intervention], effort: Effort) -> InfeasiblePlan:
    try:
        conflict = minimal_conflict(problem, interventions, effort)
        roomier = _with_raised_capacities(problem, interventions)
        return InfeasiblePlan(_explain(roomier, conflict, _raising(problem, interventions), effort), conflict)
    except PlannerTimeout:  # no smaller set was proven in time, so all that may be part of it is named
        known = set(problem.product_ids)
        conflict = tuple(x for x in dict.fromkeys(interventions) if _demands(problem, x, known))
        what = "; ".join(describe(problem, item) for item in conflict[:_MOST_NAMED])
        more = f" and {len(conflict) - _MOST_NAMED} more" if len(conflict) > _MOST_NAMED else ""
        reason = f"These cannot all hold: {what}{more}. Which of them conflict was not found in time."
        return InfeasiblePlan(f"{reason} Remove or change some of them.", conflict)


def minimal_conflict(
    problem: PlanningProblem, interventions: Sequence[Intervention], effort: Effort
) -> tuple[Intervention, ...]:
    """Return interventions that cannot all hold, though without any one of them the others can.

    What the operator allows beyond the problem demands nothing, so it stays throughout. Of several caps or capacities
    for the same thing only the last counts.
    """
    allowed, latest = _raising(problem, interventions), _latest(interventions)
    problem = _only_locked(_with_raised_capacities(problem, interventions), interventions)
    known = set(problem.product_ids)
    core = [x for x in latest if x not in allowed and _demands(problem, x, known)]
    for item in tuple(core):
        rest = [x for x in core if x is not item]
        if not _can_hold(problem, [*allowed, *rest], effort):
            core = rest
    return tuple(core)


def _latest(interventions: Sequence[Intervention]) -> list[Intervention]:
    """The interventions, each once, without caps and capacities that a later one for the same thing replaces."""
    scope = {
        x: (type(x), x.week, getattr(x, "group", None), getattr(x, "placement", None))
        for x in interventions
        if isinstance(x, (CapLaunches, SetCapacity))
    }
    last = {about: x for x, about in scope.items()}
    return [x for x in dict.fromkeys(interventions) if x not in scope or last[scope[x]] == x]


def _raising(problem: PlanningProblem, interventions: Sequence[Intervention]) -> list[Intervention]:
    """The caps that allow more than the problem's own."""
    found: list[Intervention] = []
    for item in _latest(interventions):
        if isinstance(item, CapLaunches):
            own = problem.weekly_cap if item.group is None else problem.group_caps.get(item.group)
            found += [item] if own is not None and item.launches >= own else []
    return found


def describe(problem: PlanningProblem, item: Intervention) -> str:
    """Say an intervention in the operator's words."""
    match item:
        case Lock():
            return f"{_name(problem, item.product_id)} locked {_where(item)}"
        case Exclude():
            return f"{_name(problem, item.product_id)} excluded {_where(item)}"
        case CapLaunches():
            whose = f"of {item.group} " if item.group else ""
            return f"at most {_launches(item.launches)} {whose}{_in_week(item)}"
        case SetCapacity():
            return f"{_launches(item.capacity)} in the slot {format_week(item.week)}, {item.placement}"
        case ScaleForecast():
            return f"{_name(problem, item.product_id)} at {item.factor:g} times its forecast"
        case ChangePrice():
            return f"{_name(problem, item.product_id)} at {item.ratio:g} times its price"


def _place(model: PlanModel, effort: Effort) -> np.ndarray | None:
    """Return columns that hold every lock, or None when there are none.

    Least shares may need other launches beside the locked ones, so with such rules every candidate may help.
    """
    if not model.must.any():
        return np.empty(0, np.int64)
    if len(model.homeless):
        return None
    locked = np.flatnonzero(model.must[model.candidate])
    n_choices = np.bincount(model.owner, minlength=len(model.starts))[model.owner]
    fewest_choices_first = locked[np.lexsort((-model.scores[locked], n_choices[locked]))]
    placed = fill(model, fewest_choices_first)
    if keeps_rules(model, placed):
        return placed
    columns = np.arange(model.n_columns) if model.problem.min_shares else locked
    found = effort.solve(programme_of(model.with_scores(np.zeros(model.n_columns)), columns))
    if found.infeasible:
        return None
    if found.chosen is None:
        raise PlannerTimeout(f"The {int(model.must.sum())} locked products could not be placed in time; allow more.")
    return columns[found.chosen]


def _demands(problem: PlanningProblem, item: Intervention, locked: set[str]) -> bool:
    """Say whether an intervention can stand in the way of locks: deleting it never makes them harder to keep."""
    match item:
        case Lock() | Exclude():
            return item.product_id in locked
        case CapLaunches():
            return True
        case ScaleForecast() | ChangePrice():
            return False
        case SetCapacity():
            return any(
                slot.week == item.week and slot.placement == item.placement and item.capacity < slot.capacity
                for slot in problem.slots
            )


def _with_raised_capacities(problem: PlanningProblem, interventions: Sequence[Intervention]) -> PlanningProblem:
    """The problem with room for what the operator allows beyond it; of several capacities the last one counts."""
    wanted = {(x.week, x.placement): x.capacity for x in interventions if isinstance(x, SetCapacity)}
    slots = [
        replace(slot, capacity=max(slot.capacity, wanted.get((slot.week, slot.placement), 0))) for slot in problem.slots
    ]
    return replace(problem, slots=tuple(slots))


def _can_hold(problem: PlanningProblem, interventions: Sequence[Intervention], effort: Effort) -> bool:
    return _place(build_model(problem, interventions), effort) is not None


def _check_names(problem: PlanningProblem, interventions: Sequence[Intervention]) -> None:
    """Refuse the first lock that names what the plan does not have."""
    known = set(problem.product_ids)
    slots = {(slot.week, slot.placement) for slot in problem.slots}
    for lock in (item for item in interventions if isinstance(item, Lock)):
        name = _name(problem, lock.product_id)
        if lock.product_id not in known:
            reason = f"{name} is locked, but is no candidate: it was launched already or left the catalogue."
        elif lock.week is not None and lock.week.weekday() != 0:
            reason = f"{name} is locked to {lock.week}, which is not a Monday; a week is named by its Monday."
        elif lock.week is not None and lock.week not in problem.weeks:
            reason = f"{name} is locked to {format_week(lock.week)}, but the plan covers {_horizon(problem)}."
        elif lock.placement is not None and lock.placement not in problem.placements:
            known_placements = ", ".join(problem.placements) or "none"
            reason = f"{name} is locked to the placement {lock.placement}; the plan's are: {known_placements}."
        elif lock.week and lock.placement and (lock.week, lock.placement) not in slots:
            reason = f"{name} is locked to {format_week(lock.week)}, {lock.placement}, which the plan has no slot for."
        else:
            continue
        raise InfeasiblePlan(f"{reason} Remove or change the lock.", (lock,))


def _only_locked(problem: PlanningProblem, interventions: Sequence[Intervention]) -> PlanningProblem:
    """The problem for its locked products alone: no other product can stand in their way.

    With least shares others can help, so all stay.
    """
    problem = replace(problem, substitutes=NO_SUBSTITUTES)
    if problem.min_shares:
        return problem
    locked = {item.product_id for item in interventions if isinstance(item, Lock)}
    return problem.only([i for i, product_id in enumerate(problem.product_ids) if product_id in locked])


def _explain(
    problem: PlanningProblem, conflict: Sequence[Intervention], allowed: Sequence[Intervention], effort: Effort
) -> str:
    what = "; ".join(describe(problem, item) for item in conflict)
    opening = "These cannot all hold" if len(conflict) > 1 else "This cannot hold"
    ending = "Remove or change one of them." if len(conflict) > 1 else "Remove or change it."
    rules = _needed_rules(_only_locked(problem, conflict), [*allowed, *conflict], effort)
    why = "; ".join(rules[:_MOST_NAMED]) if len(rules) <= _MOST_NAMED else f"{len(rules)} limits, such as {rules[0]}"
    return f"{opening}: {what}. {f'The reason: {why}.' if why else 'They contradict each other.'} {ending}"


def _needed_rules(problem: PlanningProblem, conflict: Sequence[Intervention], effort: Effort) -> list[str]:
    """The problem's own rules without which the conflict would dissolve, by the same deletion filtering."""
    needed = []
    for says, without in _rules(problem):
        relaxed = without(problem)
        if _can_hold(relaxed, conflict, effort):
            needed.append(says)
        else:
            problem = relaxed
    return needed


def _rules(problem: PlanningProblem) -> list[Limit]:
    rules = _limits_on_groups(problem)
    if problem.weekly_cap is not None:
        rules.append((f"a week takes {_launches(problem.weekly_cap)}", lambda p: replace(p, weekly_cap=None)))
    if problem.budget is not None:
        rules.append((f"the budget is {problem.budget:,.2f}", lambda p: replace(p, budget=None, costs=None)))
    for wanted in problem.min_shares:
        says = f"at least {wanted.share:.0%} of the launches must be of {wanted.name}"
        rules.append((says, lambda p, w=wanted: replace(p, min_shares=[x for x in p.min_shares if x != w])))
    for i, ready in enumerate(problem.ready):
        if ready is not None:
            name = _name(problem, problem.product_ids[i])
            rules.append((f"{name} is ready only on {ready}", lambda p, i=i: _without_ready(p, i)))
    for j, slot in enumerate(problem.slots):
        if slot.categories:
            says = f"the slot {slot.label} takes only {', '.join(slot.categories)}"
            rules.append((says, lambda p, j=j: _with_slot(p, j, categories=())))
        says = f"the slot {slot.label} takes {_launches(slot.capacity)}"
        rules.append((says, lambda p, j=j: _with_slot(p, j, capacity=_UNLIMITED)))
    return rules


def _limits_on_groups(problem: PlanningProblem) -> list[Limit]:
    limits: list[Limit] = []
    for name, says in (
        ("group_caps", lambda group, cap: f"{group} takes {_launches(cap)} per week"),
        (
            "launch_costs",
            lambda group, costs: f"the rhythm of {group} ends at {_launches(np.shape(costs)[1])} per week",
        ),
        ("spacing", lambda group, weeks: f"launches of {group} stand {weeks} weeks apart"),
    ):
        for group, value in getattr(problem, name).items():
            if group in problem.groups:
                limits.append((says(group, value), lambda p, n=name, g=group: _without_group(p, n, g)))
    return limits


def _without_group(problem: PlanningProblem, name: str, group: str) -> PlanningProblem:
    kept = {g: value for g, value in getattr(problem, name).items() if g != group}
    return replace(problem, **{name: kept})


def _without_ready(problem: PlanningProblem, i: int) -> PlanningProblem:
    return replace(problem, ready=(*problem.ready[:i], None, *problem.ready[i + 1 :]))


def _with_slot(problem: PlanningProblem, j: int, **changes: object) -> PlanningProblem:
    changed = replace(problem.slots[j], **changes)  # pyright: ignore[reportArgumentType]
    return replace(problem, slots=(*problem.slots[:j], changed, *problem.slots[j + 1 :]))


def _name(problem: PlanningProblem, product_id: str) -> str:
    if product_id in problem.product_ids:
        return f"{problem.titles[problem.product_ids.index(product_id)]} ({product_id})"
    return f"Product {product_id}"


def _where(item: Lock | Exclude) -> str:
    parts = [format_week(item.week)] if item.week else []
    parts += [item.placement] if item.placement else []
    if not parts:
        return "into the plan" if isinstance(item, Lock) else "from the plan"
    return f"{'to' if isinstance(item, Lock) else 'from'} {', '.join(parts)}"


def _in_week(item: CapLaunches) -> str:
    return f"in {format_week(item.week)}" if item.week else "in each week"


def _launches(count: int) -> str:
    return f"{count} launch" if count == 1 else f"{count} launches"


def _horizon(problem: PlanningProblem) -> str:
    weeks = problem.weeks
    return f"{format_week(weeks[0])} to {format_week(weeks[-1])}" if weeks else "no week"
