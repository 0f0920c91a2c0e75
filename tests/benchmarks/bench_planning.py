"""How long planning takes and how tight its proof is, by the number of candidates.

The problems are made as the ranker makes its values: a forecast per product x its group's seasonal factor in the week
x what the placement adds to the launch week, with forecasts spread like real launches (median near 3 units, a long
tail). With `noise`, each product has tastes of its own in every slot, which makes the linear relaxation fractional.
Run: `python tests/benchmarks/bench_planning.py [SIZE ...]`; it prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from ranking.counterfactual import counterfactual, why_here, why_not
from ranking.plan import Plan
from ranking.planner import Planner
from ranking.problem import PlanningProblem, Slot
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
SIZES = (200, 1_000, 1_800, 5_000)
N_QUESTIONS = 8


def run(sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Solve one problem per size and kind of values, ask `N_QUESTIONS` what-ifs of each, and return the figures.

    Returns:
        {"solve": [{"candidates", "slots", "values", "seconds", "cpu_s", "gap", "question_median_s", "question_max_s",
        "question_max_cpu_s"}, ...]}: seconds are wall time of one cold solve, cpu_s what it cost this process, which is
        the truer figure on a busy machine.
    """
    return {"solve": [_measure(size, noise) for noise in (0.0, 0.1) for size in sizes]}


def _measure(n_candidates: int, noise: float) -> dict[str, Any]:
    problem = synthetic_problem(n_candidates, noise=noise)
    planner = Planner(problem)
    started_s, started_cpu_s = time.monotonic(), time.process_time()
    plan = planner.solve()
    seconds, cpu_s = time.monotonic() - started_s, time.process_time() - started_cpu_s
    asked_s = _ask_what_if(planner, plan)
    return {
        "candidates": n_candidates,
        "slots": problem.n_slots,
        "values": "noisy" if noise else "as ranked",
        "seconds": round(seconds, 2),
        "cpu_s": round(cpu_s, 2),
        "gap": plan.gap,
        "question_median_s": round(float(np.median([wall_s for wall_s, _ in asked_s])), 2),
        "question_max_s": round(max(wall_s for wall_s, _ in asked_s), 2),
        "question_max_cpu_s": round(max(cpu_s for _, cpu_s in asked_s), 2),
    }


def _ask_what_if(planner: Planner, plan: Plan) -> list[tuple[float, float]]:
    """Wall and CPU seconds of each question: why here, why not that product, what if in another week, in turn."""
    problem, rng = planner.problem, np.random.default_rng(41)
    asked_s = []
    for k in range(N_QUESTIONS):
        launch = plan.launches[rng.integers(len(plan.launches))]
        outsider = problem.product_ids[rng.integers(problem.n_candidates)]
        week = problem.weeks[rng.integers(len(problem.weeks))]
        wish = (why_here(launch), why_not(outsider), why_not(launch.product_id, week))[k % 3]
        started_s, started_cpu_s = time.monotonic(), time.process_time()
        counterfactual(planner, plan, wish)
        asked_s.append((time.monotonic() - started_s, time.process_time() - started_cpu_s))
    return asked_s


def synthetic_problem(
    n_candidates: int,
    *,
    seed: int = 0,
    n_weeks: int = 12,
    capacity: int = 3,
    tie_units: bool = False,
    noise: float = 0.0,
) -> PlanningProblem:
    """Make a problem of `n_candidates` x (`n_weeks` x 6 placements).

    Args:
        tie_units: round the forecasts, so that many candidates tie.
        noise: standard deviation of the logarithm of each product's own taste in each slot.
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


if __name__ == "__main__":
    print(json.dumps(run([int(size) for size in sys.argv[1:]] or SIZES), indent=1))
