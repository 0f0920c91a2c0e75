from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from ranking.problem import Slot
from ranking.slots import SHELF, default_slots
from retrieval.weeks import week_range

AS_OF = date(2024, 3, 4)
WEEKS = week_range(AS_OF, 3)
MakeHistory = Callable[..., Any]


def _shop(make_history: MakeHistory, launches: dict[str, str], **tables: pd.DataFrame) -> Any:
    products = [{"product_id": name, "launch_date": day} for name, day in launches.items()]
    return make_history(AS_OF, products, [{"product_id": "a", "ts": "2023-12-01"}], **tables)


def _placements(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["week", "product_id", "placement", "share"])
    return frame.assign(week=pd.to_datetime(frame["week"]))


def test_the_widest_reaching_placements_with_their_usual_number_of_launches(make_history: MakeHistory) -> None:
    launches = dict.fromkeys("abcde", "2024-01-02") | dict.fromkeys("fg", "2024-01-09")
    rows = [("2024-01-01", name, "end cap", 0.02) for name in "abcde"]
    rows += [("2024-01-08", "f", "end cap", 0.02), ("2024-01-08", "g", "end cap", 0.02)]
    rows += [("2024-01-01", "a", "front page", 0.9), ("2024-01-08", "f", "in-aisle", 0.01)]
    rows += [("2024-01-15", "a", "billboard", 1.0)]  # not its launch week
    slots = default_slots(_shop(make_history, launches, placements=_placements(rows)), WEEKS, n_placements=2)
    # The end cap saw 5 and 2 launches a week: usually 3.5, at most 3.
    assert slots == tuple(
        Slot(week, name, room) for week in WEEKS for name, room in [("front page", 1), ("end cap", 3)]
    )


def test_the_shops_own_slots_come_first(make_history: MakeHistory) -> None:
    table = pd.DataFrame(
        {
            "week": pd.to_datetime([WEEKS[1], WEEKS[0], WEEKS[0] - timedelta(weeks=9)]),
            "placement": ["banner", "front page", "front page"],
            "capacity": [2.0, 1.0, 1.0],
            "categories": [None, "A > B; C", None],
        }
    )
    slots = default_slots(_shop(make_history, {"a": "2024-01-02"}, slots=table), WEEKS)
    assert slots == (Slot(WEEKS[0], "front page", 1, ("A > B", "C")), Slot(WEEKS[1], "banner", 2))


@pytest.mark.parametrize(
    ("cell", "categories"), [('["A > B", "C; D"]', ("A > B", "C; D")), ("[broken", ("[broken",)), ("  ", ())]
)
def test_categories_of_a_slot(make_history: MakeHistory, cell: str, categories: tuple[str, ...]) -> None:
    table = pd.DataFrame({"week": [pd.Timestamp(AS_OF)], "placement": "x", "capacity": 1.0, "categories": cell})
    (slot,) = default_slots(_shop(make_history, {"a": "2024-01-02"}, slots=table), WEEKS)
    assert slot.categories == categories


def test_slots_of_other_weeks_only_are_no_calendar(make_history: MakeHistory) -> None:
    table = pd.DataFrame({"week": [pd.Timestamp("2023-01-02")], "placement": "x", "capacity": 1.0, "categories": None})
    slots = default_slots(_shop(make_history, {"a": "2024-01-02"}, slots=table), WEEKS)
    assert {slot.placement for slot in slots} == {SHELF}


def test_without_placements_there_is_a_shelf_for_the_usual_number_of_launches(make_history: MakeHistory) -> None:
    launches = dict.fromkeys("abcd", "2024-01-02") | {"e": "2024-01-09", "f": "2024-01-09"}
    assert default_slots(_shop(make_history, launches), WEEKS) == tuple(Slot(week, SHELF, 3) for week in WEEKS)
    many = {f"p{i}": "2024-01-02" for i in range(40)}
    assert default_slots(_shop(make_history, many), WEEKS)[0].capacity == 18
    assert default_slots(_shop(make_history, {"a": "2023-12-01"}), WEEKS)[0].capacity == 1
