"""Held-out outcomes moved to other slots, by hand, and the comparison on the small shop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ranking.comparison import Outcomes, as_soon_as_ready, compare_with_done, known_candidates, read_outcomes
from ranking.errors import NotEnoughData
from ranking.lift import PlacementLift
from ranking.planner import solve_plan


def test_outcomes_move_by_lift_and_level(make_problem):
    problem = make_problem([[1.0, 1.0, 1.0, 1.0]], n_placements=2)
    outcomes = Outcomes(
        product_ids=("A",),
        sold=np.array([10.0]),
        week=np.array([0]),
        group=np.array([0]),
        shares=np.array([[0.25]]),
        lifts=(PlacementLift("p0", 3.0, 2.5, 3.5, share=0.5, n_product_weeks=40),),
        first_week_share=0.5,
        level=np.array([[1.0, 2.0]]),
    )
    # Shown to a quarter: lift 1 + 4 x 0.25 = 2, reach 1.5. In p0 at its mean share: lift 3, reach 2. In p1: reach 1.
    lift = np.array([3.0])
    assert outcomes.ratios(np.array([0]), problem, lift)[0] == pytest.approx(2 / 1.5)
    assert outcomes.ratios(np.array([1]), problem, lift)[0] == pytest.approx(1 / 1.5)
    assert outcomes.ratios(np.array([2]), problem, lift)[0] == pytest.approx(2 * 2 / 1.5)
    assert outcomes.ratios(np.array([-1]), problem, lift)[0] == 0


def test_as_soon_as_ready_knows_no_forecast(make_problem):
    problem = make_problem([[1, 1], [9, 9], [5, 5]])
    assert as_soon_as_ready(problem).tolist() == [0, 1, -1]


def test_the_small_shop_is_compared_with_what_was_done(engine):
    problem = known_candidates(engine.problem, engine.workspace)
    assert 0 < problem.n_candidates <= engine.problem.n_candidates
    found = compare_with_done(problem, solve_plan(problem, time_limit_s=5.0, mip_gap=1e-3), engine.workspace)
    policies = found["policies"]
    assert set(policies) == {"plan", "greedy", "as_soon_as_ready"}
    assert policies["plan"]["moved"]["low"] <= policies["plan"]["moved"]["high"]
    assert set(found["plan_over"]) == {"greedy", "as_soon_as_ready", "retailer_average"}
    assert "No product was launched twice" in found["limits"]


def test_launches_before_the_plan_s_first_week_are_left_out(engine):
    """Between a mid-week `as_of` and the next Monday nothing could be planned, so nothing there is compared."""
    weeks = engine.problem.weeks
    later = [j for j, slot in enumerate(engine.problem.slots) if slot.week > weeks[0]]
    tables = {name: getattr(engine.problem, name)[:, later] for name in ("values", "lows", "highs", "worth")}
    late = replace(
        engine.problem, slots=[engine.problem.slots[j] for j in later], prices=None, launch_costs={}, **tables
    )
    every, few = (known_candidates(problem, engine.workspace) for problem in (engine.problem, late))
    assert few.n_candidates < every.n_candidates
    assert (read_outcomes(few, engine.workspace).week >= 0).all()


def test_too_few_outcomes_are_said(make_problem, engine):
    with pytest.raises(NotEnoughData, match="complete weeks"):
        known_candidates(make_problem([[1.0]]), engine.workspace)
