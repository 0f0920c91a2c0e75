"""The yearly wave: found where it is, none where there is noise or too little data."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from ranking.seasonality import Season, _fit, estimate_season

FIRST = date(2024, 1, 1)


def test_a_wave_is_found_and_noise_is_not():
    angle = 2 * np.pi * np.arange(52) / 52
    rng = np.random.default_rng(0)
    logs = np.stack([3 + 0.3 * np.cos(angle) - 0.2 * np.sin(angle), np.zeros(52)]) + rng.normal(0, 0.05, (2, 52))
    waves, sds = _fit(logs)
    assert waves[0] == pytest.approx([0.3, -0.2], abs=0.03)
    assert np.abs(waves[1]).max() < 0.02
    assert (sds > 0).all()


def test_a_launch_is_carried_by_its_four_weeks():
    season = Season(FIRST, {"g": (0.4, 0.0)}, {"g": 0.1})
    expected = np.exp(0.4 * np.cos(2 * np.pi * np.arange(4) / 52)).mean()
    found = season.ratio("g", FIRST + timedelta(weeks=52))
    assert found.value == pytest.approx(expected)
    assert found.low < found.value < found.high
    assert season.ratio("another", FIRST).value == 1


def test_less_than_a_year_has_no_season(engine):
    assert estimate_season(engine.workspace) is None
