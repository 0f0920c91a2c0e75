"""Planning: what the operator decides about plans, and the problem that it makes of the candidates.

The rules of a shop (spacing, least shares, what a placement costs) name categories as operators do: a full path, or a
department, which stands for every category below it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from copilot.errors import SettingsError
from copilot.group_names import within
from ranking.features import rhythm_group
from ranking.models import Models
from ranking.price_response import PriceResponse
from ranking.problem import MinShare, PlanningProblem, Slot
from ranking.problem_checks import MOST_UNITS
from ranking.risk import certain_units
from ranking.slots import default_slots
from retrieval.workspace import Workspace

_EVERY = "*"  # in `spacing`: all categories


@dataclass(frozen=True)
class PlanningSettings:
    """What the operator decides about the plan; part of its fingerprint.

    Attributes:
        weeks: weeks in the calendar.
        delay_per_week: share by which a unit sold one week later counts for less.
        time_limit_s: seconds the optimiser may take for one plan.
        caution: from 0 (expected units) to 1 (each launch at the mean of the worse half of its own forecast draws).
        spacing: category or department -> weeks, at most one launch of a category in so many weeks; "*" for all.
        least_shares: category or "brand:NAME" -> least share of all launches.
        placement_costs: placement -> money that a launch there costs, 0 for others.
        budget: money that all launches may cost together; None for no limit.
    """

    weeks: int = 12
    delay_per_week: float = 0.01
    time_limit_s: float = 30.0
    caution: float = 0.0
    spacing: Mapping[str, int] = field(default_factory=dict)
    least_shares: Mapping[str, float] = field(default_factory=dict)
    placement_costs: Mapping[str, float] = field(default_factory=dict)
    budget: float | None = None

    @property
    def decisive(self) -> dict[str, object]:
        """What another plan would come of: all but the time limit."""
        return {name: value for name, value in asdict(self).items() if name != "time_limit_s"}


def open_problem(
    workspace: Workspace, models: Models, settings: PlanningSettings, weeks: Sequence[date]
) -> PlanningProblem:
    """Return the candidates that have a forecast, the slots, and the shop's rules; the rhythm's prices come later.

    A launch is worth what can be sold of it: its expected units, at most its stock.

    Raises:
        SettingsError: a rule names no category, brand or placement that there is.
    """
    ranker, rhythm = models.ranker(settings.delay_per_week), models.rhythm
    table = workspace.query("SELECT * FROM products WHERE status = 'candidate' ORDER BY product_id")
    table = table[table["product_id"].isin(ranker.product_ids)]
    candidates, slots = tuple(table["product_id"]), default_slots(workspace, tuple(weeks))
    values = ranker.values(candidates, slots)
    lows, highs = ranker.intervals(candidates, slots)
    weights = np.array(ranker.weights(slots))
    categories = tuple(text_of(category) for category in table["category"])
    groups = tuple(rhythm_group(category) for category in categories)
    brands = tuple(text_of(brand) for brand in table["brand"])
    return PlanningProblem(
        product_ids=candidates,
        titles=tuple(table["title"]),
        groups=groups,
        slots=slots,
        values=values,
        worth=certain_units(values, lows, highs, settings.caution) * weights,
        ceilings=_ceilings(table["stock_units"], weights),
        price_slopes=_price_slopes(models.price_response, groups),
        lows=lows,
        highs=highs,
        ready=tuple(day_of(day) for day in table["ready_date"]),
        group_caps=rhythm.group_caps(),
        weekly_cap=rhythm.weekly_cap(),
        categories=categories,
        brands=brands,
        spacing=_spacing(settings, groups),
        min_shares=_least_shares(settings, groups, brands),
        costs=_costs(settings, slots, len(candidates)),
        budget=settings.budget,
    )


def _ceilings(stock: Any, weights: np.ndarray) -> np.ndarray | None:
    """(n_candidates, n_slots) what selling all of the stock is worth; None where no stock is known."""
    if pd.isna(stock).all():
        return None
    units = np.array([MOST_UNITS if pd.isna(cell) else float(cell) for cell in stock])
    return units[:, None] * weights


def _price_slopes(response: PriceResponse | None, groups: Sequence[str]) -> np.ndarray | None:
    return None if response is None else np.array([response.slope(group).value for group in groups])


def text_of(cell: Any) -> str:
    """Return a table's cell as text, empty where it is missing."""
    return "" if pd.isna(cell) else str(cell)


def day_of(cell: Any) -> date | None:
    """Return a table's cell as a day, None where it is missing."""
    if pd.isna(cell):
        return None
    return cell.date() if isinstance(cell, datetime) else cell  # a pandas Timestamp is a datetime


def _spacing(settings: PlanningSettings, groups: Sequence[str]) -> dict[str, int]:
    """Group -> weeks; of rules that hold for a group the one that names it most closely counts."""
    known = sorted(set(groups))
    found: dict[str, int] = {}
    for name, weeks in sorted(settings.spacing.items(), key=lambda item: (item[0] != _EVERY, len(item[0]))):
        held = [group for group in known if name == _EVERY or within(group, name)]
        if known and not held:
            raise _unknown("COPILOT_SPACING", name, known)
        found |= dict.fromkeys(held, weeks)
    return found


def _least_shares(settings: PlanningSettings, groups: Sequence[str], brands: Sequence[str]) -> tuple[MinShare, ...]:
    found = []
    for name, share in settings.least_shares.items():
        kind, called = ("brand", name.removeprefix("brand:")) if name.startswith("brand:") else ("group", name)
        known = sorted(set(brands if kind == "brand" else groups))
        if known and called not in known:
            raise _unknown("COPILOT_LEAST_SHARES", called, known)
        found.append(MinShare(kind, called, share))
    return tuple(found)


def _costs(settings: PlanningSettings, slots: Sequence[Slot], n_candidates: int) -> np.ndarray | None:
    """(n_candidates, n_slots) money, None without a budget."""
    placements = sorted({slot.placement for slot in slots})
    for name in settings.placement_costs:
        if placements and name not in placements:
            raise _unknown("COPILOT_PLACEMENT_COSTS", name, placements)
    if settings.budget is None:
        return None
    row = [float(settings.placement_costs.get(slot.placement, 0.0)) for slot in slots]
    return np.tile(np.array(row), (n_candidates, 1))


def _unknown(setting: str, name: str, known: Sequence[str]) -> SettingsError:
    some = ", ".join(known[:5]) + (" ..." if len(known) > 5 else "")
    return SettingsError(f"{setting} names {name!r}, which no candidate or slot has; there are: {some}.")
