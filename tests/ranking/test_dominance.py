from datetime import date, timedelta

import numpy as np

from ranking.assignment import build_model
from ranking.dominance import prune_dominated
from ranking.interventions import Exclude, Lock

WEEK = date(2017, 10, 9)


def kept(problem, interventions=()) -> str:
    return "".join(np.array(sorted(problem.product_ids))[prune_dominated(build_model(problem, interventions))])


def ladder(make_problem, n=12, **rules):
    """Products A, B, C ... in falling order of worth: each dominates all that follow."""
    return make_problem(np.arange(n, 0, -1.0)[:, None] * np.array([2.0, 1.0]), n_placements=2, **rules)


def test_as_many_are_kept_as_could_be_launched_with_pivots_to_spare(make_problem):
    problem = ladder(make_problem, group_caps={"g": 1})  # one place: 4 pivots and 1 are looked at, the others dominated
    assert kept(problem) == "ABCDE"


def test_nobody_is_dropped_when_all_could_be_launched(make_problem):
    assert kept(ladder(make_problem, capacity=6)) == "ABCDEFGHIJKL"


def test_a_locked_product_is_kept(make_problem):
    assert kept(ladder(make_problem, group_caps={"g": 1}), [Lock("L")]) == "ABCDEL"


def test_an_excluded_product_dominates_nobody_where_it_may_not_launch(make_problem):
    problem = make_problem([[9.0]] * 5 + [[1.0]], group_caps={"g": 1})
    assert kept(problem) == "ABCDE"
    everyone_else_out = [Exclude(product) for product in "ABCDE"]
    assert "F" in kept(problem, everyone_else_out)


def test_a_product_ready_later_does_not_dominate_one_ready_now(make_problem):
    later = WEEK + timedelta(weeks=1)
    problem = make_problem([[9.0, 9.0]] * 6 + [[1.0, 1.0]], ready=[later] * 6 + [None], group_caps={"g": 1})
    assert "G" in kept(problem)


def test_groups_are_pruned_apart(make_problem):
    problem = make_problem([[9.0]] * 6 + [[1.0]], groups=["g"] * 6 + ["h"], capacity=1)
    assert kept(problem) == "ABCDEG"
