from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ranking.cannibalisation import estimate_cannibalisation
from ranking.effect_table import effect_table
from ranking.exposure import estimate_exposure
from ranking.fatigue import estimate_fatigue
from retrieval.weeks import week_range

WEEKS = week_range(date(2023, 1, 2), 60)


@pytest.fixture(scope="module")
def launches() -> pd.DataFrame:
    """Launches of 8 groups; in the least observed one alone, each other launch of the week costs a lot."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(8), np.arange(8, 0, -1) * 20)
    week = rng.integers(len(WEEKS), size=len(group))
    frame = pd.DataFrame({"group": [f"G{g}" for g in group], "launch_week": [WEEKS[t] for t in week]})
    others = frame.groupby(["group", "launch_week"])["group"].transform("size") - 1
    residual = rng.normal(0, 0.1, len(group)) - 2.0 * others * (group == 7)
    return frame.assign(residual=residual, own=0.0, pressure=0.0)


def test_the_table_holds_each_effects_average_its_most_observed_groups_and_what_is_shown(
    launches: pd.DataFrame,
) -> None:
    fatigue = estimate_fatigue(launches, WEEKS[0], WEEKS[-1])
    pairs = estimate_cannibalisation(launches, np.eye(4)[np.arange(len(launches)) % 4], WEEKS[0], WEEKS[-1])
    exposure = estimate_exposure(launches, fatigue.decay, WEEKS[0], WEEKS[-1])
    table = effect_table(fatigue, pairs, exposure, most_groups=2)
    effects = ["fatigue", "crowding", "same_text", "near_text", "exposure"]
    assert list(dict.fromkeys(row.effect for row in table)) == effects
    for effect in effects:
        rows = [row for row in table if row.effect == effect]
        assert rows[0].group == ""
        assert len(rows) >= 3
        assert all(row.shown for row in rows[3:])
    assert fatigue.group("G7").crowding.shown
    assert [row.group for row in table if row.effect == "crowding" and row.shown] == ["G7"]
    for row in table:
        assert row.estimate_low < row.estimate < row.estimate_high
        assert (row.test is None) == (row.shown or row.effect == "crowding") == (row.test_size is None)
    json.dumps([asdict(row) for row in table], allow_nan=False)
