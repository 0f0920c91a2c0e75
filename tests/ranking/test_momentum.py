from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ranking.momentum import Momentum, damped_weeks, estimate_momentum, fit_slopes, group_weekly_units

AS_OF = date(2024, 6, 3)


def _weekly(slopes: list[float], n_weeks: int = 30, level: float = 400.0, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    time = np.arange(n_weeks)
    units = rng.poisson([level * np.exp(slope * (time - n_weeks)) for slope in slopes])
    weeks = pd.date_range(pd.Timestamp(AS_OF) - pd.Timedelta(weeks=n_weeks), periods=n_weeks, freq="7D")
    return pd.DataFrame(units.astype(float), index=[f"g{i}" for i in range(len(slopes))], columns=weeks)


def test_damped_weeks_by_hand() -> None:
    assert damped_weeks(0.5, 2) == 0.75
    assert damped_weeks(0.0, 9) == 0.0
    assert damped_weeks(0.7, 0) == 0.0


def test_slopes_are_found_and_shrunk() -> None:
    weekly = _weekly([0.08, -0.08, 0.0, 0.02, -0.02, 0.0])
    shrunk = fit_slopes(weekly.to_numpy()[:, -8:])
    assert shrunk.means == pytest.approx([0.08, -0.08, 0.0, 0.02, -0.02, 0.0], abs=0.03)
    assert np.ptp(shrunk.means) < 0.2


def test_lasting_trends_are_used_and_noise_is_not() -> None:
    trending = estimate_momentum(_weekly([0.08, -0.08, 0.05, -0.05, 0.0, 0.02]), AS_OF)
    assert trending.damping > 0
    assert trending.ratio("g0", AS_OF + timedelta(weeks=3)).low > 1 > trending.ratio("g1", AS_OF).high
    assert trending.error is not None
    assert trending.error_without is not None
    assert trending.error < trending.error_without
    flat = estimate_momentum(_weekly([0.0] * 12, seed=3), AS_OF)
    assert flat.ratio("g3", AS_OF + timedelta(weeks=11)).value == pytest.approx(1.0, abs=0.03)


def test_the_ratio_levels_off_and_its_interval_holds_it() -> None:
    momentum = Momentum(AS_OF, 0.5, {"g": 0.1}, {"g": 0.02}, -0.01, 0.05, None, None)
    first, later, last = (momentum.ratio("g", AS_OF + timedelta(weeks=w)) for w in (0, 1, 11))
    assert first.value == pytest.approx(np.exp(0.1 * 0.5))
    assert later.value == pytest.approx(np.exp(0.1 * 0.75))
    assert last.value == pytest.approx(np.exp(0.1), rel=1e-3)
    assert last.low < last.value < last.high
    assert last.high / last.low > first.high / first.low
    assert momentum.ratio("g", AS_OF - timedelta(weeks=1)).value == 1.0


def test_an_unknown_group_gets_the_pooled_trend() -> None:
    momentum = Momentum(AS_OF, 0.5, {"g": 0.1}, {"g": 0.02}, -0.01, 0.05, None, None)
    assert momentum.ratio("new", AS_OF).value == pytest.approx(np.exp(-0.005))
    assert momentum.log_sd("new", AS_OF) == pytest.approx(0.025)


def test_a_short_history_has_no_momentum() -> None:
    for weekly in (_weekly([0.1], n_weeks=5), pd.DataFrame()):
        momentum = estimate_momentum(weekly, AS_OF)
        assert momentum.ratio("g0", AS_OF + timedelta(weeks=5)) == momentum.ratio("other", AS_OF)
        assert momentum.ratio("g0", AS_OF).value == 1.0


def test_weekly_units_fill_gaps_and_leave_the_first_broken_week_out(make_history: Callable[..., Any]) -> None:
    products = [
        {"product_id": "a", "category": "A > B > C"},
        {"product_id": "b", "category": "A > B > D"},
        {"product_id": "c", "category": "E"},
    ]
    sales = [("a", "2024-05-10", 9.0), ("a", "2024-05-13", 2.0), ("b", "2024-05-19", 3.0), ("c", "2024-05-28", 4.0)]
    events = [{"product_id": p, "ts": ts, "quantity": n} for p, ts, n in sales]
    events.append({"product_id": "a", "ts": "2024-05-14", "type": "view", "quantity": 7.0})
    weekly = group_weekly_units(make_history(AS_OF, products, events))
    assert list(weekly.columns) == list(pd.to_datetime(["2024-05-13", "2024-05-20", "2024-05-27"]))
    assert weekly.loc["A > B"].tolist() == [5, 0, 0]
    assert weekly.loc["E"].tolist() == [0, 0, 4]
