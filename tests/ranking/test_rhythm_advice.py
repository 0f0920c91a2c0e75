"""Instant advice follows the solved rhythm, at fatigues that are not on its grid too."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.rhythm_advice import make_adviser
from ranking.rhythm_policy import GroupProblem, solve_group


@pytest.fixture(scope="module")
def adviser():
    """Launches that tire: the second of a week brings half, and a launch costs the next weeks' dearly."""
    values = np.array([[10.0, 5.0]] * 8)
    return make_adviser(solve_group(GroupProblem("g", values, 0.0, strength=0.5, crowding=0.1, decay=0.6)))


def test_it_does_what_the_solved_rhythm_does(adviser):
    assert adviser.agreement.share >= 0.97
    on_path = adviser.policy
    advised = [adviser.advise(w, f) for w, f in enumerate(on_path.fatigue.tolist())]
    assert np.mean(np.array(advised) == on_path.launches) >= 0.8


def test_tired_shoppers_are_given_fewer_launches(adviser):
    assert adviser.advise(2, 6.0) <= adviser.advise(2, 0.0)
    assert adviser.fatigue_after([2, 0]) == pytest.approx(0.6 * 0.6 * 2)


def test_without_anything_of_value_there_is_no_advice():
    policy = solve_group(GroupProblem("g", np.zeros((3, 2)), 0.0, strength=0.1, crowding=0.0, decay=0.5))
    assert make_adviser(policy) is None
