from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ranking.errors import RankingError
from ranking.lift import PlacementLift
from ranking.momentum import Momentum
from ranking.problem import Slot
from ranking.ranker import PlacementFacts, SlotRanker, placement_facts
from retrieval.weeks import week_range

AS_OF = date(2017, 10, 9)
WEEKS = week_range(AS_OF, 4)
FRONT = PlacementLift("front page", 2.0, 1.8, 2.2, share=0.5, n_product_weeks=900)
CAP = PlacementLift("end cap", 1.1, 1.05, 1.15, share=0.02, n_product_weeks=900)
FACTS = PlacementFacts((FRONT, CAP), week1_share=0.4, reference_ratio=1.05)
MOMENTUM = Momentum(AS_OF, 0.5, {"Snacks": 0.2}, {"Snacks": 0.05}, 0.0, 0.1, None, None)
FORECASTS = pd.DataFrame(
    {
        "product_id": ["a", "b", "c"],
        "group": ["Snacks", "Snacks", "New"],
        "units": [10.0, 4.0, 0.0],
        "low": [3.0, 0.0, 0.0],
        "high": [25.0, 9.0, 0.0],
    }
)
SLOTS = tuple(Slot(week, placement, 2) for week in WEEKS for placement in ("front page", "end cap", "kiosk"))


@pytest.fixture
def ranker() -> SlotRanker:
    return SlotRanker(FORECASTS, FACTS, MOMENTUM, AS_OF, delay_per_week=0.01)


def test_one_value_by_hand(ranker: SlotRanker) -> None:
    parts = ranker.parts("a", WEEKS[2], "front page")
    assert parts.base_units == 10
    assert parts.placement_ratio == pytest.approx((1 + 0.4 * (2.0 - 1)) / 1.05)
    assert parts.momentum_ratio == pytest.approx(np.exp(0.2 * (0.5 + 0.25 + 0.125)))
    assert parts.delay_ratio == pytest.approx(0.99**2)
    assert parts.expected_units == pytest.approx(10 * 1.4 / 1.05 * np.exp(0.175))


def test_parts_multiply_back_to_the_table_exactly(ranker: SlotRanker) -> None:
    ids = ["c", "a", "b"]
    values = ranker.values(ids, SLOTS)
    lows, highs = ranker.intervals(ids, SLOTS)
    assert values.shape == lows.shape == highs.shape == (3, 12)
    for i, product_id in enumerate(ids):
        for j, slot in enumerate(SLOTS):
            parts = ranker.parts(product_id, slot.week, slot.placement)
            product = parts.base_units * parts.placement_ratio * parts.momentum_ratio
            assert parts.expected_units == product == values[i, j]
            assert (parts.low, parts.high) == (lows[i, j], highs[i, j])


def test_intervals_enclose_values_and_join_both_uncertainties(ranker: SlotRanker) -> None:
    values = ranker.values(["a", "b"], SLOTS)
    lows, highs = ranker.intervals(["a", "b"], SLOTS)
    assert (lows >= 0).all()
    assert (lows < values).all()
    assert (values < highs).all()
    # Log distances add in squares: forecast, placement (0.4 * 2 / 1.4 of the lift's), momentum.
    up = np.log1p(highs[0, 0]) - np.log1p(values[0, 0])
    forecast = np.log1p(25) - np.log1p(10)
    placement = 0.4 * 2 / 1.4 * np.log(2.2 / 1.8) / 2
    momentum = 1.2815515655 * 0.05 * 0.5
    assert up == pytest.approx(np.sqrt(forecast**2 + placement**2 + momentum**2))


def test_a_placement_without_a_lift_counts_as_none(ranker: SlotRanker) -> None:
    assert ranker.parts("a", AS_OF, "kiosk").placement_ratio == pytest.approx(1 / 1.05)


def test_a_stronger_placement_and_an_earlier_week_are_worth_more() -> None:
    flat = Momentum(AS_OF, 0.0, {}, {}, 0.0, 0.0, None, None)
    ranker = SlotRanker(FORECASTS, FACTS, flat, AS_OF)
    table = ranker.values(["a"], SLOTS).reshape(4, 3)
    assert (np.diff(table, axis=0) == 0).all()  # waiting sells as much
    assert (np.diff(table * np.reshape(ranker.weights(SLOTS), (4, 3)), axis=0) < 0).all()  # but counts for less
    assert (np.diff(table, axis=1) < 0).all()


def test_products_without_a_forecast_are_named(ranker: SlotRanker) -> None:
    with pytest.raises(RankingError, match="'zzz' has no forecast"):
        ranker.values(["a", "zzz"], SLOTS)
    assert ranker.values([], SLOTS).shape == (0, 12)
    assert ranker.values(["a"], []).shape == (1, 0)


def test_the_average_past_launch_has_the_placement_ratio_one() -> None:
    launches = pd.DataFrame(
        {"product_id": ["x", "y", "z"], "units_4w": [10.0, 30.0, np.nan], "week1_share": [0.4, 0.2, np.nan]}
    )
    shown = pd.DataFrame(
        {
            "product_id": ["x", "x", "y", "q"],
            "placement": ["front page", "end cap", "unknown", "front page"],
            "share": [0.25, 0.02, 1.0, 1.0],
        }
    )
    facts = placement_facts([FRONT, CAP], launches, shown)
    assert facts.week1_share == pytest.approx((4 + 6) / 40)
    # x: half the front page's usual share adds half of what it adds, the end cap adds 0.1; y and z: nothing known.
    own = [1 + 0.25 * (0.5 + 0.1), 1.0, 1.0]
    assert facts.reference_ratio == pytest.approx(np.mean(own))


def test_without_launches_or_lifts_placements_do_nothing() -> None:
    nobody = pd.DataFrame({"product_id": [], "units_4w": [], "week1_share": []})
    shown = pd.DataFrame({"product_id": [], "placement": [], "share": []})
    facts = placement_facts([], nobody, shown)
    assert (facts.week1_share, facts.reference_ratio) == (0.25, 1.0)
    assert SlotRanker(FORECASTS, facts, MOMENTUM, AS_OF).parts("a", AS_OF, "anything").placement_ratio == 1.0
