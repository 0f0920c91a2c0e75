"""Prices sharpened by a linear programme: valid for the whole problem, and never worse than before."""

from __future__ import annotations

import pytest

from ranking.highs import Deadline, Effort, solve_programme
from ranking.model import build_model
from ranking.planner import Planner, solve_plan
from ranking.relaxation import relax
from ranking.sharpening import sharpen
from ranking.synthetic import synthetic_problem

NOISY = synthetic_problem(120, n_weeks=6, noise=0.1)


def test_the_bound_falls_and_still_covers_the_best_plan():
    model = build_model(NOISY, ()).scaled(10.0)
    before = relax(model, Deadline.after(10.0))
    after = sharpen(model, before, Effort(Deadline.after(10.0), solve_programme))
    assert after.bound <= before.bound
    assert after.bound * 10.0 >= solve_plan(NOISY).objective - 1e-6
    assert (after.loss >= -1e-9).all()


def test_with_no_time_left_the_prices_stay():
    model = build_model(NOISY, ()).scaled(10.0)
    before = relax(model, Deadline.after(10.0))
    assert sharpen(model, before, Effort(Deadline.after(-1.0), solve_programme)) is before


@pytest.mark.parametrize("n_candidates", [200, 1_000])
def test_noisy_values_are_proven_too(n_candidates):
    assert Planner(synthetic_problem(n_candidates, noise=0.1)).solve(time_limit_s=120.0, mip_gap=1e-3).gap <= 1e-3
