from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ranking.lift import LiftConfig, PlacementLift, estimate_lifts, fit_conditional_poisson
from ranking.lift import _panel as product_weeks
from ranking.shrinkage import Z_SCORE

TRUTH = np.array([1.2, 0.5, 0.0])  # what the reached part of the audience buys more, per placement


def _panel(seed: int, n_products: int = 120, n_weeks: int = 30, overdispersion: float = 0.0):
    """units, shares, control, product of a market in which shares add TRUTH and the control acts with exponent 0.7."""
    rng = np.random.default_rng(seed)
    product = np.repeat(np.arange(n_products), n_weeks)
    control = np.tile(rng.normal(5, 0.3, n_weeks), n_products)
    placed = rng.integers(-6, 3, len(product))  # a third of the weeks in one of three placements
    share = rng.uniform(0.1, 1, len(product))
    shares = np.where(placed[:, None] == np.arange(3), share[:, None], 0.0)
    level = np.exp(rng.normal(1, 0.5, n_products))[product]
    mean = level * (1 + shares @ TRUTH) * np.exp(0.7 * (control - 5))
    if overdispersion:
        mean = mean * rng.gamma(1 / overdispersion, overdispersion, len(product))
    return rng.poisson(mean).astype(float), shares, control, product


def test_known_effects_lie_in_the_intervals_as_often_as_promised() -> None:
    hits = []
    for seed in range(1000, 1060):
        fit = fit_conditional_poisson(*_panel(seed, overdispersion=0.3))
        assert fit.converged
        spread = Z_SCORE * np.sqrt(np.diag(fit.covariance))
        hits.append(np.abs(fit.coefficients - np.append(TRUTH, 0.7)) <= spread)
    assert 0.72 < np.mean(hits) < 0.88


def test_product_levels_do_not_matter() -> None:
    units, shares, control, product = _panel(1)
    fit = fit_conditional_poisson(units, shares, control, product)
    # Multiplying a product's sales and its level changes its weight, not its shape: doubled rows count twice.
    twice = fit_conditional_poisson(2 * units, shares, control, product)
    assert twice.coefficients == pytest.approx(fit.coefficients, abs=1e-6)


def test_one_product_by_hand() -> None:
    # Sold 10 a week without and 30 with the placement at share 1, no control: the ratio is 3, delta 2.
    units, shares = np.array([10.0, 30.0, 10.0, 30.0]), np.array([[0.0], [1.0], [0.0], [1.0]])
    fit = fit_conditional_poisson(units, shares, np.zeros(4), np.zeros(4))
    assert fit.coefficients == pytest.approx([2.0, 0.0], abs=1e-6)
    half = fit_conditional_poisson(units, shares / 2, np.zeros(4), np.zeros(4))
    assert half.coefficients[0] == pytest.approx(4.0, abs=1e-6)


def test_a_placement_that_stops_all_sales_does_not_break_the_fit() -> None:
    units, shares = np.array([10.0, 0.0, 10.0, 0.0]), np.array([[0.0], [1.0], [0.0], [1.0]])
    fit = fit_conditional_poisson(units, shares, np.zeros(4), np.zeros(4))
    assert np.isfinite(fit.coefficients).all()
    assert fit.coefficients[0] < -0.9


def test_clustering_widens_errors_when_weeks_of_a_product_move_together() -> None:
    rng = np.random.default_rng(5)
    units, shares, control, product = _panel(5, n_products=80)
    taste = rng.uniform(0, 2, 80)[product]  # every product reacts to placements in its own way
    units = rng.poisson(20 * (1 + taste * (shares @ TRUTH)))
    fit = fit_conditional_poisson(units.astype(float), shares, control, product)
    naive = 1 / np.sqrt((units[:, None] * shares**2 / (1 + shares @ TRUTH)[:, None] ** 2).sum(axis=0))
    assert np.sqrt(np.diag(fit.covariance))[0] > 1.5 * naive[0]


@pytest.fixture
def shop(make_history: Callable[..., Any]) -> Any:
    """40 products over 30 weeks, one launched in between; the front page adds 150% at a share of 1."""
    rng = np.random.default_rng(8)
    weeks = [date(2023, 1, 2) + timedelta(weeks=i) for i in range(30)]
    products = [{"product_id": f"p{i}", "launch_date": weeks[0]} for i in range(40)]
    products[0] = {"product_id": "p0", "launch_date": weeks[10]}
    events, placed = [], []
    for i in range(40):
        for number, week in enumerate(weeks):
            if i == 0 and number < 10:
                continue
            front, cap = rng.random() < 0.2, rng.random() < 0.2
            share = rng.uniform(0.4, 1.0)
            units = rng.poisson(8 * (1 + 1.5 * share * front))
            if units:
                events.append({"product_id": f"p{i}", "ts": f"{week} 10:00", "quantity": float(units)})
            placed += [(week, f"p{i}", "front page", share)] * front + [(week, f"p{i}", "end cap", 0.5)] * cap
    placed.append((weeks[3], "p1", "billboard", 1.0))
    table = pd.DataFrame(placed, columns=["week", "product_id", "placement", "share"])
    table["week"] = pd.to_datetime(table["week"])
    return make_history(weeks[-1] + timedelta(weeks=1), products, events, placements=table)


def test_lifts_of_a_small_shop(shop: Any) -> None:
    lifts = {lift.placement: lift for lift in estimate_lifts(shop)}
    assert list(lifts) == ["front page", "end cap"]  # strongest first; one week on a billboard says nothing
    front = lifts["front page"]
    truth = 1 + 1.5 * front.share
    assert front.low < front.lift_ratio < front.high
    assert front.lift_ratio == pytest.approx(truth, rel=0.1)
    assert front.share == pytest.approx(0.7, abs=0.05)
    assert lifts["end cap"].low < 1.06
    assert lifts["end cap"].lift_ratio == pytest.approx(1.0, abs=0.1)


def test_the_weeks_after_a_launch_stay_out(shop: Any) -> None:
    rows = product_weeks(shop, LiftConfig())
    assert rows.loc[rows["product_id"] == "p0", "week"].min() == pd.Timestamp("2023-04-10")  # launched 2023-03-13
    assert rows.loc[rows["product_id"] == "p1", "week"].min() == pd.Timestamp("2023-01-02")


def test_without_placements_there_is_no_lift(make_history: Callable[..., Any]) -> None:
    history = make_history(
        date(2024, 1, 1), [{"product_id": "a", "launch_date": "2023-01-02"}], [{"product_id": "a", "ts": "2023-01-02"}]
    )
    assert estimate_lifts(history) == ()


def test_another_share_scales_what_the_placement_adds() -> None:
    lift = PlacementLift("front page", 2.0, 1.8, 2.2, share=0.5, n_product_weeks=100)
    assert lift.at_share(0.25) == pytest.approx(1.5)
    assert lift.at_share(0.5) == pytest.approx(2.0)
    assert lift.log_sd == pytest.approx(np.log(2.2 / 1.8) / 2 / 1.2816, rel=1e-3)
