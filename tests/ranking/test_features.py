from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from ranking.errors import NotEnoughData
from ranking.features import (
    FEATURE_COLUMNS,
    candidate_table,
    first_sale_day,
    launch_placements,
    past_launches,
    rhythm_group,
)

AS_OF = date(2024, 3, 4)
MakeHistory = Callable[..., Any]


def _old_sale() -> dict[str, object]:
    return {"product_id": "old", "ts": "2024-01-01 09:00"}


@pytest.fixture
def products() -> list[dict[str, object]]:
    return [
        {"product_id": "old", "launch_date": "2024-01-01"},
        {"product_id": "done", "launch_date": "2024-01-16", "category": "A > B > C", "price": 2.5},
        {"product_id": "young", "launch_date": "2024-02-20"},
        {"product_id": "next", "status": "candidate", "category": "Floral"},
    ]


def test_units_are_the_pieces_of_the_first_28_days(
    make_history: MakeHistory, products: list[dict[str, object]]
) -> None:
    sales = [
        ("2024-01-16 08:00", 3.0),  # the launch day
        ("2024-01-22 23:59", 1.0),  # the seventh day
        ("2024-01-23 00:00", 2.0),  # the second week
        ("2024-02-12 23:59", 4.0),  # the 28th day
        ("2024-02-13 00:00", 50.0),  # too late
    ]
    events = [_old_sale(), *({"product_id": "done", "ts": ts, "quantity": n} for ts, n in sales)]
    events.append({"product_id": "done", "ts": "2024-01-17", "type": "view", "quantity": 9.0})
    launches = past_launches(make_history(AS_OF, products, events))
    row = launches.set_index("product_id").loc["done"]
    assert row["units_4w"] == 10
    assert row["week1_share"] == pytest.approx(0.4)
    assert row["launch_date"] == date(2024, 1, 16)
    assert row["launch_week"] == date(2024, 1, 15)
    assert row["history_weeks"] == pytest.approx(15 / 7)
    assert row["group"] == "A > B"


def test_outcomes_are_known_only_when_four_weeks_ended_before_as_of(
    make_history: MakeHistory, products: list[dict[str, object]]
) -> None:
    launches = past_launches(make_history(AS_OF, products, [_old_sale()])).set_index("product_id")
    assert list(launches.index) == ["done", "young"]  # what sold on the first day, and what waits, is no past launch
    assert launches.loc["done", "units_4w"] == 0  # a launch that nobody bought did sell: nothing
    assert pd.isna(launches.loc["done", "week1_share"])
    assert pd.isna(launches.loc["young", "units_4w"])


def test_a_missing_quantity_counts_as_one_piece(make_history: MakeHistory, products: list[dict[str, object]]) -> None:
    events = [_old_sale(), {"product_id": "done", "ts": "2024-01-20", "quantity": None}]
    launches = past_launches(make_history(AS_OF, products, events))
    assert launches["units_4w"].iloc[0] == 1


def test_candidates_have_the_same_columns_and_the_history_of_as_of(
    make_history: MakeHistory, products: list[dict[str, object]]
) -> None:
    history = make_history(AS_OF, products, [_old_sale()])
    candidates = candidate_table(history)
    assert tuple(candidates.columns) == FEATURE_COLUMNS == tuple(past_launches(history).columns)
    assert candidates["product_id"].tolist() == ["next"]
    assert candidates["history_weeks"].iloc[0] == pytest.approx(9.0)
    assert candidates["launch_date"].iloc[0] is None
    assert pd.isna(candidates["units_4w"].iloc[0])


def test_history_starts_with_the_first_purchase_not_with_the_first_exposure(
    make_history: MakeHistory, products: list[dict[str, object]]
) -> None:
    exposure = {"product_id": "done", "ts": "2023-11-01", "type": "exposure"}
    assert first_sale_day(make_history(AS_OF, products, [exposure, _old_sale()])) == date(2024, 1, 1)
    with pytest.raises(NotEnoughData, match="no purchase"):
        first_sale_day(make_history(AS_OF, products, [exposure]))


def test_launch_placements_are_those_of_the_launch_week(
    make_history: MakeHistory, products: list[dict[str, object]]
) -> None:
    placements = pd.DataFrame(
        {
            "week": pd.to_datetime(["2024-01-15", "2024-01-22", "2024-01-15", "2024-02-19"]),
            "product_id": ["done", "done", "old", "young"],
            "placement": ["front page", "end cap", "front page", "end cap"],
            "share": [0.5, 0.4, 0.3, 0.0],
        }
    )
    history = make_history(AS_OF, products, [_old_sale()], placements=placements)
    shown = launch_placements(history)
    assert shown[["product_id", "placement", "share"]].to_numpy().tolist() == [["done", "front page", 0.5]]
    assert launch_placements(make_history(AS_OF, products, [_old_sale()])).empty


@pytest.mark.parametrize(
    ("category", "group"), [("A > B > C", "A > B"), ("A > B", "A > B"), ("Floral", "Floral"), ("A>B", "A>B")]
)
def test_rhythm_group_is_the_first_two_levels(category: str, group: str) -> None:
    assert rhythm_group(category) == group
