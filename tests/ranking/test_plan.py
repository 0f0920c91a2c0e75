import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ranking.errors import InvalidProblem
from ranking.interventions import (
    CapLaunches,
    ChangePrice,
    Exclude,
    Lock,
    ScaleForecast,
    SetCapacity,
    intervention_from_json,
    intervention_to_json,
)
from ranking.plan import Launch, Plan, plan_from_json
from ranking.problem import PlanningProblem, Slot, Substitutes

WEEK = date(2017, 10, 9)


@pytest.fixture
def problem() -> PlanningProblem:
    values = np.array([[3.0, 1.0], [2.0, 2.0]])
    return PlanningProblem(
        product_ids=("A", "B"),
        titles=("Chips", "Cola"),
        groups=("Snacks", "Drinks"),
        slots=(Slot(WEEK, "shelf", 1), Slot(WEEK, "front", 1)),
        values=values,
        lows=values / 2,
        highs=values * 2,
        ready=(None, WEEK),
        group_caps={"Snacks": 1},
        weekly_cap=2,
    )


@pytest.mark.parametrize("name", ["values", "lows", "highs"])
@pytest.mark.parametrize(
    ("bad", "said"), [(np.nan, "missing"), (-0.5, "-0.5"), (np.inf, "inf"), (1e13, "1e+13")], ids=str
)
def test_a_bad_number_names_the_product_and_the_slot(problem, name, bad, said):
    table = np.array(getattr(problem, name))
    table[1, 0] = bad
    with pytest.raises(InvalidProblem) as caught:
        replace(problem, **{name: table})
    for part in ("Product B (Cola)", name, said, "2017-W41, shelf"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": np.ones((2, 3))}, r"values have shape \(2, 3\), but it has 2 candidates and 2 slots"),
        ({"values": np.ones(4)}, r"values have shape \(4,\)"),
        ({"values": [["a", "b"], ["c", "d"]]}, "values are not a table of numbers"),
        ({"titles": ("Chips",)}, "2 candidates but 1 titles"),
        ({"ready": ()}, "2 candidates but 0 ready"),
        ({"categories": ("Snacks",)}, "2 candidates but 1 categories"),
        ({"product_ids": ("A", "A")}, "Product A is twice"),
        ({"slots": (Slot(WEEK, "shelf", 1), Slot(WEEK, "shelf", 2))}, "slot 2017-W41, shelf is given twice"),
        ({"slots": (Slot(WEEK, "shelf", 1), Slot(WEEK, "front", -1))}, "2017-W41, front has capacity -1"),
        ({"slots": (Slot(WEEK, "shelf", 1), Slot(WEEK, "front", 1.5))}, "front has capacity 1.5"),
        (
            {"slots": (Slot(WEEK, "shelf", 1), Slot(date(2017, 10, 10), "front", 1))},
            "2017-10-10, which is not a Monday",
        ),
        ({"group_caps": {"Snacks": -2}}, "weekly cap of Snacks is -2"),
        ({"weekly_cap": -1}, "cap of launches per week is -1"),
    ],
)
def test_a_malformed_problem_is_refused(problem, change, said):
    with pytest.raises(InvalidProblem, match=said):
        replace(problem, **change)


def test_a_sound_problem_is_accepted_and_cannot_be_changed(problem):
    assert (problem.n_candidates, problem.n_slots) == (2, 2)
    assert problem.weeks == (WEEK,)
    assert problem.placements == ("shelf", "front")
    with pytest.raises(ValueError, match="read-only"):
        problem.values[0, 0] = 9


def test_some_of_the_candidates_keep_their_own_rows_and_pairs(make_problem):
    whole = replace(
        make_problem([[1], [2], [3], [4]], groups=["a", "b", "c", "d"]),
        price_slopes=np.array([-1.0, -2.0, -3.0, -4.0]),
        substitutes=Substitutes(np.array([0, 1]), np.array([1, 3]), np.array([0.1, 0.2]), np.array([0.3, 0.4])),
    )
    part = whole.only([3, 1])
    assert (part.product_ids, part.groups) == (("D", "B"), ("d", "b"))
    assert part.values[:, 0].tolist() == [4, 2]
    assert part.price_slopes.tolist() == [-4, -2]
    pairs = part.substitutes
    assert [x.tolist() for x in (pairs.first, pairs.second, pairs.of_first)] == [[1], [0], [0.2]]


def test_the_callers_table_stays_the_callers(problem):
    table = np.ones((2, 2))
    replace(problem, values=table)
    table[0, 0] = 5  # not frozen by the problem


@pytest.mark.parametrize(
    ("allowed", "category", "admitted"),
    [
        ((), "Anything", True),
        (("Grocery",), "Grocery", True),
        (("Grocery",), "Grocery > Bag Snacks", True),
        (("Grocery",), "Grocery Plus > Bag Snacks", False),
        (("Grocery > Bag Snacks",), "Grocery", False),
        (("Meat", "Grocery"), "Grocery > Soup", True),
    ],
)
def test_a_slot_admits_its_categories_and_what_lies_below(allowed, category, admitted):
    assert Slot(WEEK, "shelf", 1, allowed).admits(category) is admitted


def test_a_plan_survives_json_exactly():
    launch = Launch("A", "Chips “hot”", "Snacks", WEEK, "shelf", 0.1 + 0.2, 5e-324, 1.7976931348623157e308)
    rules = (Lock("A"), Lock("A", WEEK, "shelf"), Exclude("B", WEEK), CapLaunches(1), SetCapacity(WEEK, "shelf", 0))
    plan = Plan((launch,), 0.1 + 0.2, 1 / 3, 1e-17, "feasible", 1.25, rules, 7, 9)
    assert plan_from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize(
    "item",
    [
        Lock("A"),
        Exclude("A", WEEK, "shelf"),
        CapLaunches(2, WEEK, "Snacks"),
        SetCapacity(WEEK, "shelf", 3),
        ScaleForecast("A", 0.5),
        ChangePrice("A", 0.9),
    ],
    ids=str,
)
def test_an_intervention_survives_json(item):
    assert intervention_from_json(json.loads(json.dumps(intervention_to_json(item)))) == item


def test_launches_are_found_by_product_week_and_slot():
    first = Launch("A", "Chips", "Snacks", WEEK, "shelf", 3.0, 1.0, 5.0)
    second = replace(first, product_id="B", placement="front")
    plan = Plan((first, second), 6.0, 6.0, 0.0, "optimal", 0.1, (), 2, 2)
    assert plan.launch_of("B") == second
    assert plan.launch_of("C") is None
    assert plan.launches_in(WEEK) == (first, second)
    assert plan.launches_in(WEEK, "front") == (second,)
