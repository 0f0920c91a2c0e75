"""Counterfactuals against solves from scratch: right ones agree, and a wrong one is caught."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ranking.agreement import (
    KINDS,
    check_counterfactual,
    counterfactual_agreement,
    policy_agreement,
    random_interventions,
)
from ranking.counterfactual import counterfactual, why_here
from ranking.planner import Planner
from ranking.policy_network import DistilConfig
from ranking.synthetic import synthetic_problem
from retrieval.sources.simulated import simulated_shop


@pytest.fixture
def problem():
    return synthetic_problem(12, n_weeks=2, capacity=1, substitutes=True, rhythm=True)


def test_every_kind_agrees_with_a_solve_from_scratch(problem):
    found = counterfactual_agreement(problem, 2 * len(KINDS))
    assert found["share"] == 1.0
    assert set(found["by_kind"]) == set(KINDS)


def test_a_wrong_counterfactual_is_caught(make_problem):
    problem = make_problem([[10, 4], [3, 2]])
    planner = Planner(problem)
    plan = planner.solve()
    told = counterfactual(planner, plan, why_here(plan.launches[0]))
    assert check_counterfactual("exclude", told, problem, plan).agrees
    wrong = replace(told, delta_low=-4.0, delta_high=-4.0, delta_units=-4.0)
    assert not check_counterfactual("exclude", wrong, problem, plan).agrees
    assert not check_counterfactual("exclude", replace(told, verdict="gain"), problem, plan).agrees
    assert not check_counterfactual(
        "exclude", replace(told, delta_low=None, verdict="infeasible"), problem, plan
    ).agrees


def test_equal_seeds_ask_equal_questions(problem):
    plan = Planner(problem).solve()
    asked = [random_interventions("swap", problem, plan, np.random.default_rng(1)) for _ in range(2)]
    assert asked[0] == asked[1]


def test_the_network_learns_a_market_that_tires():
    config = DistilConfig(n_states=3_000, epochs=40)
    found = policy_agreement(simulated_shop(0, n_products=200, n_weeks=40), n_groups=1, config=config)
    assert found["share"] >= 0.95
    assert len(found["disagreements"]) <= found["n_disagreements"]
