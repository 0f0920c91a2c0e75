"""Synthetic planning problems, of any size, to measure the planner by: nothing in them comes from a shop.

The values are made as the ranker makes them: a forecast per product x its group's seasonal factor in the week x what
the placement adds to the launch week, with forecasts spread like real launches (median near 3 units, a long tail). With
`noise`, each product has tastes of its own in every slot, which makes the linear relaxation fractional.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from ranking.problem import NO_SUBSTITUTES, PlanningProblem, Slot, Substitutes
from retrieval.weeks import week_range

FIRST_WEEK = date(2017, 10, 9)
PLACEMENTS = (
    "shelf",
    "front end cap",
    "mid-aisle end cap",
    "rear end cap",
    "mailer interior page",
    "mailer front page",
)
_NEIGHBOURS = 5  # substitutes that a candidate has on average, in its own group
_TAKEN = (0.05, 0.3)  # share of the lesser one's units that two substitutes lose side by side


def synthetic_problem(
    n_candidates: int,
    *,
    seed: int = 0,
    n_weeks: int = 12,
    capacity: int = 3,
    tie_units: bool = False,
    noise: float = 0.0,
    substitutes: bool = False,
    rhythm: bool = False,
) -> PlanningProblem:
    """Make a problem of `n_candidates` x (`n_weeks` x 6 placements); equal arguments give equal problems.

    Args:
        tie_units: round the forecasts, so that many candidates tie.
        noise: standard deviation of the logarithm of each product's own taste in each slot.
        substitutes: let products of one group take sales from each other.
        rhythm: let the second and third launch of a group and week cost the others units.
    """
    rng = np.random.default_rng(seed)
    weeks = week_range(FIRST_WEEK, n_weeks)
    slots = tuple(Slot(week, placement, capacity) for week in weeks for placement in PLACEMENTS)
    n_groups = max(3, min(120, n_candidates // 15))
    group_of = np.minimum(rng.zipf(1.4, n_candidates) - 1, n_groups - 1)
    base = rng.lognormal(mean=np.log(3.0), sigma=1.1, size=n_candidates)
    base = np.round(base) if tie_units else base
    values = base[:, None] * _slot_factors(rng, n_groups, weeks, len(PLACEMENTS))[group_of]
    values = values * np.exp(noise * np.random.default_rng(seed + 1).normal(size=values.shape))
    return PlanningProblem(
        product_ids=tuple(f"P{i:05d}" for i in range(n_candidates)),
        titles=tuple(f"Product {i}" for i in range(n_candidates)),
        groups=tuple(f"Group {g}" for g in group_of),
        slots=slots,
        values=values,
        lows=values * 0.4,
        highs=values * 2.2,
        ready=tuple(_ready_date(rng, weeks) for _ in range(n_candidates)),
        group_caps={f"Group {g}": int(rng.integers(1, 4)) for g in range(n_groups)},
        weekly_cap=max(1, int(0.9 * capacity * len(PLACEMENTS))),
        launch_costs=_launch_costs(group_of, values, n_weeks) if rhythm else {},
        substitutes=_substitutes(group_of, base, seed + 2) if substitutes else NO_SUBSTITUTES,
        price_slopes=np.random.default_rng(seed + 3).uniform(-2.5, 0.0, n_candidates),
    )


def _slot_factors(rng: np.random.Generator, n_groups: int, weeks: tuple[date, ...], n_placements: int) -> np.ndarray:
    """Group x slot factors: a random seasonal walk times the placement's lift times the cost of waiting."""
    season = np.exp(np.cumsum(rng.normal(0, 0.05, (n_groups, len(weeks))), axis=1))
    lift = np.sort(rng.uniform(1.0, 2.5, n_placements))
    week1_share = rng.uniform(0.15, 0.4, n_groups)
    placement = 1 + week1_share[:, None] * (lift - 1)
    delay = 0.99 ** np.arange(len(weeks))
    return (season * delay)[:, :, None].repeat(n_placements, axis=2).reshape(n_groups, -1) * np.tile(
        placement, (1, len(weeks))
    )


def _ready_date(rng: np.random.Generator, weeks: tuple[date, ...]) -> date | None:
    if rng.random() < 0.7:
        return None
    return weeks[0] + timedelta(days=int(rng.integers(0, 7 * len(weeks))))


def _launch_costs(group_of: np.ndarray, values: np.ndarray, n_weeks: int) -> dict[str, np.ndarray]:
    """Group -> (n_weeks, 3): each further launch of a week costs a tenth of the group's mean launch more."""
    steps = 0.1 * np.arange(3)
    return {f"Group {g}": np.tile(values[group_of == g].mean() * steps, (n_weeks, 1)) for g in np.unique(group_of)}


def _substitutes(group_of: np.ndarray, base: np.ndarray, seed: int) -> Substitutes:
    """Random pairs within groups, and what each pair loses: a share of the lesser one's forecast."""
    rng = np.random.default_rng(seed)
    pairs = set()
    for group in np.unique(group_of):
        members = np.flatnonzero(group_of == group)
        drawn = rng.integers(len(members), size=(len(members) * _NEIGHBOURS // 2, 2))
        pairs |= {(int(min(a, b)), int(max(a, b))) for a, b in members[drawn] if a != b}
    first, second = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
    lost = rng.uniform(*_TAKEN, len(first)) * np.minimum(base[first], base[second])
    return Substitutes(first, second, lost / 2, lost / 2)
