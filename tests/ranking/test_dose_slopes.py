from __future__ import annotations

import numpy as np
import pytest

from ranking.dose_slopes import UNKNOWN, Responses, fit_dose

NOTHING_HELD = np.zeros((4, 0))


def _responses(seed: int, strength: float, confounder: float = 0.0) -> tuple[Responses, np.ndarray, np.ndarray]:
    """Ten groups of 20 cells of 6 launches; the cell's level follows the dose, the held value moves both."""
    rng = np.random.default_rng(seed)
    cell = np.repeat(np.arange(200), 6)
    held = rng.normal(size=1_200)
    dose = np.maximum(rng.normal(size=1_200) + held + (cell % 3), 0)
    response = (cell % 3) + confounder * held - strength * dose + rng.normal(0, 0.5, 1_200)
    return Responses(response, cell // 20, cell, cell // 20, 10), dose, held[:, None]


def test_a_strength_is_found_within_cells_with_what_moves_both_held_fixed() -> None:
    rows, dose, held = _responses(0, 0.2, confounder=0.5)
    fit = fit_dose(rows, dose, held, 5, 0.1)
    estimate, variance = fit.slopes.of(None)
    assert estimate == pytest.approx(0.2, abs=3 * variance**0.5)
    assert variance**0.5 < 0.05
    assert fit.noise_sd == pytest.approx(0.5, rel=0.1)
    assert fit_dose(rows, dose, held[:, :0], 5, 0.1).slopes.of(None)[0] < 0.1  # held left out: half hidden


def test_by_hand() -> None:
    # Within the cells the doses are -1/2, 1/2 and the responses 1, -1 and 2, -2: the slope is (1 + 2) / 1 = 3.
    rows = Responses(np.array([1.0, -1.0, 2.0, -2.0]), np.zeros(4, int), np.array([0, 0, 1, 1]), np.arange(4), 1)
    fit = fit_dose(rows, np.array([0.0, 1.0, 0.0, 1.0]), NOTHING_HELD, 1, 0.1)
    assert fit.slopes.of(0)[0] == pytest.approx(3)
    assert fit.n_dosed.tolist() == [2]
    assert fit.slopes.newcomer > 0.1**2  # one group does not tell how much groups differ


def test_launches_that_move_together_count_for_less() -> None:
    rows, dose, held = _responses(1, 0.0)
    assert fit_dose(rows, dose, held, 5, 0.1).design_effect < 2.5
    twice = np.concatenate([np.arange(1_200)] * 2)
    doubled = Responses(rows.response[twice], rows.group[twice], rows.cell[twice], twice, 10)
    assert fit_dose(doubled, dose[twice], held[twice], 5, 0.1).design_effect == pytest.approx(2, abs=0.4)


def test_without_a_dose_nothing_is_known() -> None:
    rows = Responses(np.arange(4.0), np.zeros(4, int), np.zeros(4, int), np.zeros(4, int), 1)
    for dose in (np.zeros(4), np.ones(4)):
        fit = fit_dose(rows, dose, NOTHING_HELD, 1, 0.1)
        assert fit.slopes.own == []
        assert fit.slopes.of(0) == (0.0, UNKNOWN)
