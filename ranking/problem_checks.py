"""Checks of a planning problem: NaN, negative numbers, mismatched shapes and senseless rules are refused at once.

Each message names the product, slot or rule and says what a sound value is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ranking.errors import InvalidProblem

if TYPE_CHECKING:
    from ranking.problem import LaunchPrices, PlanningProblem

MOST_UNITS = 1e12  # beyond this a forecast is a mistake, and sums lose whole units
TABLES = ("values", "lows", "highs", "worth", "ceilings", "costs")  # (n_candidates, n_slots) each
PER_CANDIDATE = ("titles", "groups", "ready", "categories", "brands")
_MAY_BE_EMPTY = ("categories", "brands")


def check_problem(problem: PlanningProblem) -> None:
    """Refuse an unsound problem.

    Raises:
        InvalidProblem: says which number or rule is wrong.
    """
    _check_lengths(problem)
    _check_slots_and_caps(problem)
    for name in TABLES:
        _check_numbers(problem, name)
    _check_slopes(problem)
    _check_rhythm(problem)
    _check_substitutes(problem)
    _check_money_and_shares(problem)


def _check_lengths(problem: PlanningProblem) -> None:
    n, m = problem.n_candidates, problem.n_slots
    for name in PER_CANDIDATE:
        found = len(getattr(problem, name))
        if found != n and not (name in _MAY_BE_EMPTY and found == 0):
            raise InvalidProblem(f"The plan has {n} candidates but {found} {name}; give one for each.")
    for name in TABLES:
        array = getattr(problem, name)
        if array is not None and array.shape != (n, m) and array.size + n * m > 0:
            raise InvalidProblem(
                f"The plan's {name} have shape {array.shape}, but it has {n} candidates and {m} slots."
            )
    repeated = _first_repeated(problem.product_ids)
    if repeated is not None:
        raise InvalidProblem(f"Product {repeated} is twice among the candidates; give each once.")


def _check_slots_and_caps(problem: PlanningProblem) -> None:
    repeated = _first_repeated([slot.label for slot in problem.slots])
    if repeated is not None:
        raise InvalidProblem(f"The slot {repeated} is given twice; add their capacities in one.")
    for slot in problem.slots:
        if slot.week.weekday() != 0:
            raise InvalidProblem(f"The slot {slot.placement} is dated {slot.week}, which is not a Monday.")
        _check_count(slot.capacity, f"The slot {slot.label} has capacity")
    for group, cap in problem.group_caps.items():
        _check_count(cap, f"The weekly cap of {group} is")
    for group, weeks in problem.spacing.items():
        _check_count(weeks, f"The spacing of {group} in weeks is")
    if problem.weekly_cap is not None:
        _check_count(problem.weekly_cap, "The cap of launches per week is")


def is_count(value: object) -> bool:
    """Say whether a value is a whole number, 0 or more."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) >= 0


def _check_count(value: object, what: str) -> None:
    if not is_count(value):
        raise InvalidProblem(f"{what} {value}; it must be a whole number, 0 or more.")


def _check_numbers(problem: PlanningProblem, name: str) -> None:
    array = getattr(problem, name)
    if array is None:
        return
    bad = ~np.isfinite(array) | (array < 0) | (array > MOST_UNITS)
    if not bad.any():
        return
    i, j = (int(x) for x in np.argwhere(bad)[0])
    what = "missing" if math.isnan(array[i, j]) else f"{array[i, j]:g}"
    raise InvalidProblem(
        f"Product {problem.product_ids[i]} ({problem.titles[i]}) has {name} {what} in slot {problem.slots[j].label}; "
        f"they must lie between 0 and {MOST_UNITS:g} ({int(bad.sum())} such cells)."
    )


def _check_slopes(problem: PlanningProblem) -> None:
    if problem.price_slopes is None:
        return
    slopes = np.asarray(problem.price_slopes, dtype=np.float64)
    if slopes.shape != (problem.n_candidates,) or not np.isfinite(slopes).all():
        raise InvalidProblem(f"The price slopes must be {problem.n_candidates} numbers, one for each candidate.")


def _check_rhythm(problem: PlanningProblem) -> None:
    for group, costs in problem.launch_costs.items():
        table = np.asarray(costs, dtype=np.float64)
        if table.ndim != 2 or table.shape[0] != len(problem.weeks):
            raise InvalidProblem(f"The launch costs of {group} need a row for each of {len(problem.weeks)} weeks.")
        if not np.isfinite(table).all() or (table < 0).any() or (np.diff(table, axis=1) < -1e-9).any():
            raise InvalidProblem(f"The launch costs of {group} must be numbers from 0 that do not fall with k.")
    if problem.prices is not None:
        _check_prices(problem, problem.prices)


def _check_prices(problem: PlanningProblem, prices: LaunchPrices) -> None:
    missing = set(problem.groups) - set(prices.names)
    if missing:
        raise InvalidProblem(f"The rhythm has no prices for the group {min(missing)}; price every group.")
    shape = len(prices.names), len(problem.weeks)
    for name, table in (("response", prices.response), ("cost", prices.cost)):
        if table.shape != shape or not np.isfinite(table).all() or (table < 0).any():
            raise InvalidProblem(f"The rhythm's {name} must be {shape} numbers from 0, and has shape {table.shape}.")


def _check_substitutes(problem: PlanningProblem) -> None:
    pairs = problem.substitutes
    if len({len(pairs.first), len(pairs.second), len(pairs.of_first), len(pairs.of_second)}) > 1:
        raise InvalidProblem("The substitutes' columns differ in length; give one of each per pair.")
    if not pairs.n_pairs:
        return
    known = (np.minimum(pairs.first, pairs.second) >= 0) & (
        np.maximum(pairs.first, pairs.second) < problem.n_candidates
    )
    lost = np.stack([pairs.of_first, pairs.of_second])
    sound = known & (pairs.first != pairs.second) & (np.isfinite(lost) & (lost >= 0)).all(axis=0)
    if not sound.all():
        raise InvalidProblem(
            f"{int((~sound).sum())} pairs of substitutes name no two candidates, or lose a number of units that is "
            "missing or below 0."
        )


def _check_money_and_shares(problem: PlanningProblem) -> None:
    if (problem.costs is None) != (problem.budget is None):
        raise InvalidProblem("A budget needs the launches' costs, and costs a budget; give both or none.")
    if problem.budget is not None and not (math.isfinite(problem.budget) and problem.budget >= 0):
        raise InvalidProblem(f"The budget is {problem.budget}; it must be a number from 0.")
    for wanted in problem.min_shares:
        if not 0 <= wanted.share <= 1:
            raise InvalidProblem(f"The least share of {wanted.name} is {wanted.share}; it must lie from 0 to 1.")


def _first_repeated(items: Sequence[str]) -> str | None:
    seen: set[str] = set()
    for item in items:
        if item in seen:
            return item
        seen.add(item)
    return None
