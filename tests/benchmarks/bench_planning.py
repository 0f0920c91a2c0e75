"""How long planning takes and how tight its proof is, by the number of candidates.

The problems are those of `ranking.synthetic`.
Run: `python tests/benchmarks/bench_planning.py [SIZE ...]`; it prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from ranking.counterfactual import counterfactual, why_here, why_not
from ranking.plan import Plan
from ranking.planner import Planner
from ranking.synthetic import synthetic_problem

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


if __name__ == "__main__":
    print(json.dumps(run([int(size) for size in sys.argv[1:]] or SIZES), indent=1))
