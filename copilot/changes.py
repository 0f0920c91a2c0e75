"""Changes: what a "what if" supposes beyond moving a launch, read from the words and turned into interventions.

A product is dropped, sells another share of its forecast or has another price; two products change places; a week, a
category or a slot takes another number of launches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, ScaleForecast, SetCapacity

if TYPE_CHECKING:
    from copilot.entities import Entities
    from copilot.lexicon import Lexicon
    from ranking.problem import PlanningProblem

SolvedKind = Literal["drop", "scale", "price", "swap", "cap", "capacity", "reopen"]
ImpossibleKind = Literal[
    "less_than_nothing",
    "part_of_a_launch",
    "price_in_money",
    "at_least",
    "all_but",
    "every_other",
    "open_weeks",
    "several_changes",
]
ChangeKind = SolvedKind | ImpossibleKind
IMPOSSIBLE: frozenset[ChangeKind] = frozenset(get_args(ImpossibleKind))
"""What cannot be supposed; the message of the same name says what can."""


_Number = Callable[[str], float | None]


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
    change = _of_slots(number, entities)
    if change is None and re.search(str(patterns["price"]), text, re.IGNORECASE):
        change = _of_price(number)
    change = change or _of_forecast(number) or _of_launches(number, entities)
    return _possible(change) if change else None


def _of_slots(number: _Number, entities: Entities) -> Change | None:
    if number("reopen") is not None and (entities.weeks or entities.placements):
        return Change("reopen")
    if not entities.placements:
        return None
    if number("closed") is not None:
        return Change("capacity", 0)
    for name in ("more_capacity", "capacity"):
        if (amount := number(name)) is not None:
            return Change("capacity", amount, added=name == "more_capacity")
    return None


def _of_price(number: _Number) -> Change | None:
    """Return what a price is multiplied by: "10% cheaper", "a discount of 10%", "half the price"."""
    for names, sign in ((("cheaper", "less"), -1), (("dearer", "more"), 1)):
        percents = [percent for name in names if (percent := number(name)) is not None]
        if percents:
            return Change("price", 1 + sign * percents[0] / 100)
    if (share := number("share")) is not None:
        return Change("price", share / 100)
    if (times := number("times")) is not None:
        return Change("price", times)
    return None if number("money") is None else Change("price_in_money")


def _of_forecast(number: _Number) -> Change | None:
    for name, sign in (("less", -1), ("more", 1)):
        if (percent := number(name)) is not None:
            return Change("scale", 1 + sign * percent / 100)
    if (percent := number("share")) is not None:
        return Change("scale", percent / 100)
    if (factor := number("times")) is not None:
        return Change("scale", factor)
    return None if number("no_sales") is None else Change("scale", 0)


def _of_launches(number: _Number, entities: Entities) -> Change | None:
    if number("at_least") is not None:
        return Change("at_least")
    if number("drop") is not None:
        return Change("drop")
    if number("none") is not None and not entities.products:
        return Change("cap", 0)
    if entities.weeks and not entities.products and (added := number("one_more")) is not None:
        return Change("cap", added, added=True)
    launches = number("cap")
    return None if launches is None else Change("cap", launches)


def _possible(change: Change) -> Change:
    if change.kind in ("scale", "price") and change.amount < 0:
        return Change("less_than_nothing")
    if change.kind in ("cap", "capacity") and change.amount != int(change.amount):
        return Change("part_of_a_launch")
    return change


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


def _number(match: re.Match[str], lexicon: Lexicon) -> float:
    written = next(filter(None, match.groups()), "1").casefold()
    if written[0].isdigit():
        fraction = re.match(r"\.\d+", match.string[match.end(match.lastindex or 0) :])
        return float(written + (fraction[0] if fraction else ""))
    known = {**lexicon.multiples, **lexicon.small, **lexicon.numbers}
    return float(known.get(written, 1))
