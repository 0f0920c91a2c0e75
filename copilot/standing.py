"""What stands, against the present problem: interventions that speak of products, weeks or slots which it lacks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from copilot.errors import CopilotError, UnknownGroup, UnknownPlacement, UnknownProduct, UnknownWeek
from ranking.interventions import CapLaunches, Intervention, Lock
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from ranking.problem import PlanningProblem

Rules = tuple[Intervention, ...]


def check_known(item: Intervention, problem: PlanningProblem) -> None:
    """Refuse an intervention on what the problem lacks.

    Raises:
        UnknownProduct, UnknownWeek, UnknownPlacement, UnknownGroup: with what there is instead.
    """
    product_id, week = getattr(item, "product_id", None), getattr(item, "week", None)
    placement = getattr(item, "placement", None)
    if product_id is not None and product_id not in problem.product_ids:
        raise UnknownProduct(
            f"Product {product_id[:80]} does not wait for its launch. Search for it by its name instead."
        )
    if week is not None and week not in problem.weeks:
        span = f"{format_week(problem.weeks[0])} to {format_week(problem.weeks[-1])}" if problem.weeks else "no week"
        raise UnknownWeek(f"The plan has no week {format_week(week)}; it goes from {span}.")
    if placement is not None and placement not in problem.placements:
        known = ", ".join(problem.placements) or "none"
        raise UnknownPlacement(f"There is no placement {placement[:80]}. The plan has: {known}.")
    if week and placement and not any((slot.week, slot.placement) == (week, placement) for slot in problem.slots):
        raise UnknownPlacement(f"The plan has no slot {format_week(week)}, {placement}. Choose another week.")
    if isinstance(item, CapLaunches) and item.group is not None and item.group not in problem.groups:
        raise UnknownGroup(f"No candidate is of {item.group[:80]}. Give a group as the calendar's filter names it.")


def split_known(rules: Iterable[Intervention], problem: PlanningProblem) -> tuple[Rules, Rules]:
    """Return the rules that the problem knows, and the others."""
    kept: list[Intervention] = []
    strange: list[Intervention] = []
    for rule in rules:
        (kept if _is_known(rule, problem) else strange).append(rule)
    return tuple(kept), tuple(strange)


def without_lock(rules: Rules, product_id: str) -> Rules:
    """Return the rules without this product's lock."""
    return tuple(rule for rule in rules if not (isinstance(rule, Lock) and rule.product_id == product_id))


def _is_known(item: Intervention, problem: PlanningProblem) -> bool:
    try:
        check_known(item, problem)
    except CopilotError:
        return False
    return True
