from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ranking.rhythm import (
    CROWDING_FOUND,
    CROWDING_UNCLEAR,
    FEW_LAUNCHES,
    NO_CROWDING,
    Rhythm,
    estimate_rhythm,
    worthwhile_launches,
)
from retrieval.weeks import week_range

WEEKS = week_range(date(2023, 1, 2), 60)
FIRST, LAST = WEEKS[4], WEEKS[-1]


def _launches(elasticity: float, seed: int = 0, groups: int = 8) -> pd.DataFrame:
    """Launches at random; a residual is the crowd's effect, the group's level and noise."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(1.2, (groups, len(WEEKS)))
    rows = []
    for group, weekly in enumerate(counts):
        for number, launched in enumerate(weekly):
            crowd = weekly[max(number - 3, 0) : number + 1].sum()
            effect = elasticity * np.log(crowd) if crowd else 0.0
            rows += [(f"G{group}", WEEKS[number], 0.3 * group + effect + rng.normal(0, 0.5)) for _ in range(launched)]
    return pd.DataFrame(rows, columns=["group", "launch_week", "residual"])


def _table(rows: list[tuple[str, int, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["group", "launch_week", "residual"])
    return frame.assign(launch_week=[WEEKS[number] for number in frame["launch_week"]])


def test_crowding_that_exists_is_found() -> None:
    rhythm = estimate_rhythm(_launches(-0.6), FIRST, LAST)
    assert rhythm.pooled_low < -0.6 < rhythm.pooled_high < 0
    assert all(group.supported for group in rhythm.groups)
    assert {group.note_key for group in rhythm.groups} == {CROWDING_FOUND}
    assert np.mean([group.low < -0.6 < group.high for group in rhythm.groups]) > 0.6


def test_no_crowding_is_claimed_where_there_is_none() -> None:
    claimed = [
        group.supported for seed in range(6) for group in estimate_rhythm(_launches(0.0, seed), FIRST, LAST).groups
    ]
    assert np.mean(claimed) < 0.2


def test_launches_that_do_better_together_do_not_raise_the_recommendation() -> None:
    rhythm = estimate_rhythm(_launches(0.5), FIRST, LAST)
    assert {group.note_key for group in rhythm.groups} == {NO_CROWDING}
    for group in rhythm.groups:
        assert not group.supported
        assert group.recommended_per_week == group.busiest_per_week


def test_strong_crowding_lowers_the_recommendation_below_what_was_done() -> None:
    rhythm = estimate_rhythm(_launches(-1.5), FIRST, LAST)
    assert all(group.recommended_per_week <= group.busiest_per_week for group in rhythm.groups)
    assert any(group.recommended_per_week < group.busiest_per_week for group in rhythm.groups)


@pytest.mark.parametrize(
    ("elasticity", "crowd", "expected"),
    [
        (0.0, 0.0, 6),  # every launch adds as much as the first
        (-1.0, 0.0, 1),  # total(k) = k / k = 1: a second launch adds nothing
        (-0.5, 0.0, 1),  # total(k) = sqrt(k): the second adds 0.41
        (-0.4, 0.0, 2),  # total(k) = k ** 0.6: gains 1, 0.52, 0.42 ...
        (-0.5, 100.0, 6),  # a large usual crowd: one more hardly matters
        (0.8, 0.0, 6),  # never beyond what was done
    ],
)
def test_worthwhile_launches(elasticity: float, crowd: float, expected: int) -> None:
    assert worthwhile_launches(elasticity, crowd, most=6, least_gain=0.5) == expected


def test_what_was_done_is_counted_in_the_window_only() -> None:
    rows = [("A", 4, 0.1), ("A", 4, 0.2), ("A", 5, 0.0), ("A", 0, 9.9), ("B", 20, np.nan)]
    rhythm = estimate_rhythm(_table(rows), WEEKS[4], WEEKS[13])
    (only,) = rhythm.groups  # B launched later than the window
    assert (only.group, only.n_launches, only.mean_per_week) == ("A", 3, pytest.approx(0.3))
    assert only.busiest_per_week == 2  # 0 in eight weeks, then 1 and 2: the 90th percentile 1.1, rounded up
    assert (rhythm.n_weeks, rhythm.launches_per_week) == (10, pytest.approx(0.3))
    assert rhythm.group("B") is None


def test_a_group_with_few_launches_leans_on_the_others() -> None:
    launches = pd.concat([_launches(-0.6), _table([("Rare", 10, 0.0), ("Rare", 30, 0.1)])], ignore_index=True)
    rare = estimate_rhythm(launches, FIRST, LAST).group("Rare")
    assert rare is not None
    assert rare.note_key == FEW_LAUNCHES
    assert rare.recommended_per_week == 1
    assert rare.low < rare.crowding_elasticity < rare.high
    assert rare.crowding_elasticity == pytest.approx(-0.6, abs=0.2)


def test_without_outcomes_the_interval_is_wide_but_finite() -> None:
    rhythm = estimate_rhythm(_launches(-1.0).assign(residual=np.nan), FIRST, LAST)
    assert all(np.isfinite([group.low, group.high]).all() and group.low < 0 < group.high for group in rhythm.groups)
    assert not any(group.supported for group in rhythm.groups)
    json.dumps(rhythm.to_dict(), allow_nan=False)


def test_unclear_crowding_says_so() -> None:
    keys = {group.note_key for group in estimate_rhythm(_launches(0.0, seed=2), FIRST, LAST).groups}
    assert CROWDING_UNCLEAR in keys


def test_no_launch_in_the_window_means_no_caps() -> None:
    empty = estimate_rhythm(_table([("A", 0, 0.0)]), WEEKS[20], WEEKS[30])
    assert (empty.groups, empty.group_caps(), empty.weekly_cap()) == ((), {}, None)
    assert estimate_rhythm(_table([]), WEEKS[20], WEEKS[10]).groups == ()


def test_caps_leave_room_and_the_rhythm_survives_json() -> None:
    rhythm = estimate_rhythm(_launches(-0.6), FIRST, LAST)
    assert min(rhythm.group_caps().values()) >= 1
    assert rhythm.weekly_cap() == rhythm.recommended_per_week <= sum(rhythm.group_caps().values())
    assert Rhythm.from_dict(json.loads(json.dumps(rhythm.to_dict()))) == rhythm


def test_launches_per_week_are_right_when_weeks_pass_a_new_year() -> None:
    weeks = week_range(date(2023, 12, 18), 4)
    frame = pd.DataFrame({"group": "A", "launch_week": weeks, "residual": 0.0})
    rhythm = estimate_rhythm(frame, weeks[0], weeks[-1] + timedelta(weeks=4))
    assert rhythm.launches_per_week == pytest.approx(0.5)
