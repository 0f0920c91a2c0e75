"""Changes: what a "what if" supposes beyond moving a launch, read from the words and turned into interventions.

A product is dropped, sells another share of its forecast or has another price; two products change places; a week, a
category or a slot takes another number of launches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, ScaleForecast, SetCapacity

if TYPE_CHECKING:
    from copilot.entities import Entities
    from copilot.lexicon import Lexicon
    from ranking.problem import PlanningProblem

ChangeKind = Literal["drop", "scale", "price", "swap", "cap", "capacity", "reopen"]


@dataclass(frozen=True)
class Change:
    """What is supposed: `amount` is a factor of forecast or price, a number of launches, or those added somewhere."""

    kind: ChangeKind
    amount: float = 0.0
    added: bool = False


def read_change(
    text: str, entities: Entities, words: Mapping[str, object], lexicon: Lexicon, *, likely: bool = False
) -> Change | None:
    """Return the change that a message supposes, or None.

    Args:
        words: holds the patterns `change`, whose number is the first group that is filled, and `pack_size`, no amount.
        likely: the message was read as a "what if" already, so that it needs no "if".
    """
    text = re.sub(str(words["pack_size"]), " ", text, flags=re.IGNORECASE)
    patterns = words["change"]
    assert isinstance(patterns, Mapping)

    def number(name: str) -> float | None:
        match = re.search(str(patterns[name]), text, re.IGNORECASE)
        return None if match is None else _number(match, lexicon)

    if number("swap") is not None:
        return Change("swap")
    if not (likely or re.search(str(patterns["supposed"]), text, re.IGNORECASE)):
        return None
    if number("reopen") is not None and (entities.weeks or entities.placements):
        return Change("reopen")
    if entities.placements:
        if number("closed") is not None:
            return Change("capacity", 0)
        for name in ("more_capacity", "capacity"):
            if (amount := number(name)) is not None:
                return Change("capacity", amount, added=name == "more_capacity")
    if re.search(str(patterns["price"]), text, re.IGNORECASE) and (ratio := _price_ratio(number)) is not None:
        return Change("price", ratio)
    for name, sign in (("less", -1), ("more", 1)):
        if (percent := number(name)) is not None:
            return Change("scale", max(0.0, 1 + sign * percent / 100))
    if (percent := number("share")) is not None:
        return Change("scale", percent / 100)
    if (factor := number("times")) is not None:
        return Change("scale", factor)
    if number("drop") is not None:
        return Change("drop")
    if number("none") is not None and not entities.products:
        return Change("cap", 0)
    if entities.weeks and not entities.products and (added := number("one_more")) is not None:
        return Change("cap", added, added=True)
    launches = number("cap")
    return None if launches is None else Change("cap", launches)


def interventions(
    change: Change, product_id: str, entities: Entities, groups: tuple[str, ...], problem: PlanningProblem
) -> tuple[Intervention, ...]:
    """Return a change as the planner takes it; empty when it lacks its product or its placement.

    Args:
        groups: the planner's groups that the message names; a cap holds for each of them.
    """
    weeks = entities.weeks or (None,)
    if change.kind == "scale":
        return (ScaleForecast(product_id, change.amount),) if product_id else ()
    if change.kind == "price":
        return (ChangePrice(product_id, change.amount),) if product_id and change.amount > 0 else ()
    if change.kind == "drop" and product_id:
        placement = entities.placements[0] if len(entities.placements) == 1 else None
        return tuple(Exclude(product_id, week, placement) for week in weeks)
    if entities.placements:
        return tuple(
            SetCapacity(slot.week, slot.placement, int(change.amount) + slot.capacity * change.added)
            for slot in problem.slots
            if slot.placement in entities.placements and (not entities.weeks or slot.week in entities.weeks)
        )
    if change.kind == "capacity" or (change.kind == "drop" and not (entities.weeks or groups)):
        return ()
    return tuple(CapLaunches(int(change.amount), week, group) for week in weeks for group in groups or (None,))


def _price_ratio(number: Callable[[str], float | None]) -> float | None:
    """Return what a price is multiplied by: "10% cheaper", "a discount of 10%", "half the price"."""
    for names, sign in ((("cheaper", "less"), -1), (("dearer", "more"), 1)):
        percents = [percent for name in names if (percent := number(name)) is not None]
        if percents:
            return max(0.0, 1 + sign * percents[0] / 100)
    share = number("share")
    return number("times") if share is None else share / 100


def _number(match: re.Match[str], lexicon: Lexicon) -> float:
    written = next(filter(None, match.groups()), "1").casefold()
    if written[0].isdigit():
        return float(written)
    known = {**lexicon.multiples, **lexicon.small, **lexicon.numbers}
    return float(known.get(written, 1))
