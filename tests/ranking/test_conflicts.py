from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ranking.errors import InfeasiblePlan
from ranking.interventions import CapLaunches, Exclude, Lock, SetCapacity
from ranking.planner import solve_plan

WEEK = date(2017, 10, 9)
NEXT = WEEK + timedelta(weeks=1)


def refusal(problem, interventions) -> InfeasiblePlan:
    with pytest.raises(InfeasiblePlan) as caught:
        solve_plan(problem, interventions)
    return caught.value


def test_two_locks_on_one_place(make_problem):
    problem = make_problem([[5, 5], [4, 4], [3, 3]])
    locks = (Lock("A", WEEK, "p0"), Lock("B", WEEK, "p0"))
    error = refusal(problem, [Lock("C"), *locks])
    assert error.conflicts == locks
    assert str(error) == (
        "These cannot all hold: Product A (A) locked to 2017-W41, p0; Product B (B) locked to 2017-W41, p0. "
        "The reason: the slot 2017-W41, p0 takes 1 launch. Remove or change one of them."
    )


def test_a_place_for_two_takes_both(make_problem):
    problem = make_problem([[5, 5], [4, 4]], capacity=2)
    assert solve_plan(problem, [Lock("A", WEEK, "p0"), Lock("B", WEEK, "p0")]).objective == 9


def test_a_lock_before_the_product_is_ready(make_problem):
    problem = make_problem([[5, 5]], ready=[WEEK + timedelta(days=2)])
    error = refusal(problem, [Lock("A", WEEK)])
    assert error.conflicts == (Lock("A", WEEK),)
    assert str(error).startswith(
        "This cannot hold: Product A (A) locked to 2017-W41. The reason: Product A (A) is ready "
    )
    assert "only on 2017-10-11" in str(error)


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (Lock("gone"), "Product gone is locked, but is no candidate: it was launched already or left the catalogue"),
        (Lock("A", date(2031, 1, 6)), "locked to 2031-W02, but the plan covers 2017-W41 to 2017-W42"),
        (Lock("A", None, "moon"), "locked to the placement moon; the plan's are: p0"),
    ],
    ids=str,
)
def test_a_lock_on_what_the_plan_does_not_have(make_problem, lock, said):
    error = refusal(make_problem([[5, 5]]), [Lock("A"), lock])
    assert error.conflicts == (lock,)
    assert said in str(error)
    assert str(error).endswith("Remove or change the lock.")


def test_a_lock_on_a_week_and_placement_that_never_meet(make_problem):
    problem = make_problem([[5, 5, 5, 5]], n_placements=2)
    problem = replace(
        problem, slots=problem.slots[:3], **{x: getattr(problem, x)[:, :3] for x in ("values", "lows", "highs")}
    )
    assert "2017-W42, p1, which the plan has no slot for" in str(refusal(problem, [Lock("A", NEXT, "p1")]))


def test_locks_that_contradict_each_other(make_problem):
    problem = make_problem([[5, 5]])
    assert "They contradict each other." in str(refusal(problem, [Lock("A", WEEK), Lock("A", NEXT)]))
    error = refusal(problem, [Exclude("A"), Lock("A", NEXT)])
    assert set(error.conflicts) == {Exclude("A"), Lock("A", NEXT)}
    assert "Product A (A) excluded from the plan; Product A (A) locked to 2017-W42" in str(error)


def test_the_rule_behind_a_conflict_is_named(make_problem):
    in_week = [Lock("A", WEEK), Lock("B", WEEK)]
    capped = make_problem([[5], [4]], capacity=3, group_caps={"g": 1})
    assert "The reason: g takes 1 launch per week." in str(refusal(capped, in_week))
    weekly = make_problem([[5], [4]], capacity=3, weekly_cap=1)
    assert "The reason: a week takes 1 launch." in str(refusal(weekly, in_week))
    closed = make_problem([[5], [4]], capacity=3, slot_groups=[["h"]])
    assert "The reason: the slot 2017-W41, p0 takes only h." in str(refusal(closed, in_week))


def test_caps_and_capacities_of_the_operator_are_part_of_the_conflict(make_problem):
    problem = make_problem([[5], [4]], capacity=3)
    cap, room = CapLaunches(0, WEEK, "g"), SetCapacity(WEEK, "p0", 0)
    error = refusal(problem, [Lock("A"), cap])
    assert error.conflicts == (Lock("A"), cap)
    assert "at most 0 launches of g in 2017-W41" in str(error)
    assert "0 launches in the slot 2017-W41, p0" in str(refusal(problem, [Lock("A"), room]))


def test_many_locks_on_too_few_places_give_a_set_that_is_one_too_many(make_problem):
    problem = make_problem([[5, 5]] * 6)
    error = refusal(problem, [Lock(product) for product in "ABCDEF"])
    assert len(error.conflicts) == 3  # two places in all


def test_a_capacity_that_the_operator_raised_is_no_part_of_the_conflict(make_problem):
    locks = (Lock("A"), Lock("B"))
    problem = make_problem([[5], [4]], capacity=0)
    error = refusal(problem, [*locks, SetCapacity(WEEK, "p0", 1)])
    assert error.conflicts == locks
    assert "the slot 2017-W41, p0 takes 1 launch." in str(error)
    assert solve_plan(problem, [*locks, SetCapacity(WEEK, "p0", 2)]).objective == 9


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_a_conflict_is_minimal(data, planning_cases, best_by_trying_everything):
    """Proved by trying everything: together infeasible, feasible without any one member."""
    problem, interventions = data.draw(planning_cases)
    assume(best_by_trying_everything(problem, interventions) is None)
    conflicts = refusal(problem, interventions).conflicts
    assert set(conflicts) <= set(interventions)
    room = {(slot.week, slot.placement): slot.capacity for slot in problem.slots}
    raised = [x for x in interventions if isinstance(x, SetCapacity) and x.capacity > room[x.week, x.placement]]
    assert best_by_trying_everything(problem, (*conflicts, *raised)) is None
    for member in conflicts:
        others = [item for item in conflicts if item != member]
        assert best_by_trying_everything(problem, (*others, *raised)) is not None
