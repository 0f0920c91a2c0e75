"""The ledger: decisions are priced when made, shown whether they stand, and set beside what was really sold."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from copilot.errors import UnknownProduct
from copilot.ledger import decided, settle, totals
from copilot.records import Decision, Outcome, Override, Place
from copilot.store import Store
from ranking.errors import InfeasiblePlan
from ranking.interventions import CapLaunches, Exclude, Lock
from ranking.plan import Launch, Plan

WEEK = date(2017, 10, 9)
NEXT = WEEK + timedelta(weeks=1)
LOCK = Decision("lock", "P1", "Chips", 1, Place(WEEK, "shelf"), Place(NEXT, "shelf"), -3.0, -3.1, -2.9, 10.0, 5.0, 20.0)
STANDS = (Lock("P1", NEXT, "shelf"),)


def override(decision: Decision = LOCK, version: int = 2) -> Override:
    return Override(decision, "ann", datetime(2017, 10, 9, tzinfo=UTC), version)


def launched(week: date | None = None, units: float = float("nan")) -> pd.DataFrame:
    rows = [("P1", week, units)] if week else []
    return pd.DataFrame(rows, columns=["product_id", "launch_week", "units_4w"]).set_index("product_id", drop=False)


def entry(launches, decision=LOCK, outcomes=(), standing=STANDS):
    (found,) = settle([override(decision)], launches, outcomes, standing)
    return found


def plan(objective: float, bound: float, week: date) -> Plan:
    launch = Launch("P1", "Chips", "Snacks", week, "shelf", 10.0, 5.0, 20.0)
    return Plan((launch,), objective, bound, 0.0, "optimal", 0.1, (), 1, 2)


def test_a_decision_is_priced_by_the_plans_before_and_after_it(small_stored):
    before = replace(small_stored, version=1, plan=plan(12.0, 12.5, WEEK))
    assert decided("lock", "P1", "Chips", before, plan(9.0, 9.25, NEXT)) == replace(
        LOCK, delta_units=-3.0, delta_low=-3.5, delta_high=-2.75
    )


def test_a_product_that_is_out_keeps_the_forecast_of_where_it_stood(small_stored):
    before = replace(small_stored, plan=plan(12.0, 12.0, WEEK))
    out = decided("exclude", "P1", "Chips", before, replace(plan(0.0, 0.0, WEEK), launches=()))
    assert (out.before, out.after, out.expected_units) == (Place(WEEK, "shelf"), None, 10.0)


@pytest.mark.parametrize(
    ("launches", "state", "units", "within"),
    [
        (launched(), "waiting", None, None),
        (launched(NEXT), "selling", None, None),
        (launched(NEXT, 12.0), "known", 12.0, True),
        (launched(NEXT, 21.0), "known", 21.0, False),
        (launched(NEXT, 0.0), "known", 0.0, False),
    ],
)
def test_an_outcome_is_told_once_it_is_known(launches, state, units, within):
    found = entry(launches)
    assert (found.state, found.units, found.within) == (state, units, within)


def test_a_launch_in_another_week_is_told(capsys):
    assert entry(launched(NEXT, 12.0)).as_decided is True
    assert entry(launched(WEEK, 12.0)).as_decided is False
    assert entry(launched()).as_decided is None


def test_what_operators_report_counts_where_the_data_has_no_outcome():
    report = [Outcome("P1", NEXT, 7.0), Outcome("P2", NEXT, 9.0)]
    assert entry(launched(), outcomes=report).units == 7.0
    assert entry(launched(NEXT), outcomes=report).units == 7.0
    assert entry(launched(NEXT, 12.0), outcomes=report).units == 12.0


@pytest.mark.parametrize(
    ("kind", "standing", "stands"),
    [
        ("lock", STANDS, True),
        ("lock", (), False),
        ("lock", (Lock("P1", WEEK, "shelf"),), False),
        ("unlock", (), True),
        ("unlock", STANDS, False),
        ("exclude", (Exclude("P1"),), True),
        ("exclude", STANDS, False),
    ],
)
def test_whether_a_decision_stands(kind, standing, stands):
    assert entry(launched(), replace(LOCK, kind=kind), standing=standing).stands is stands


def test_a_scenario_has_a_price_but_no_outcome_of_its_own():
    found = entry(launched(NEXT, 12.0), replace(LOCK, kind="adopt", product_id="", title="early"))
    assert (found.state, found.stands, found.units) == ("none", None, None)


def test_totals_count_what_stands_and_each_outcome_once():
    again = override(replace(LOCK, delta_units=-1.0, expected_units=8.0), 3)
    entries = settle([again, override()], launched(NEXT, 12.0), (), STANDS)
    found = totals(entries)
    assert (found.n, found.n_known, found.delta_units, found.expected_units, found.units) == (2, 1, -4.0, 8.0, 12.0)
    gone = totals(settle([override()], launched(), (), ()))
    assert (gone.delta_units, gone.n_known) == (0.0, 0)


def audited(folder):
    """Return what was done, newest first, as the database keeps it."""
    with sqlite3.connect(folder / "copilot.db") as connection:
        return [action for (action,) in connection.execute("SELECT action FROM audit ORDER BY id DESC")]


def test_the_store_keeps_a_decision_with_the_plan_or_not_at_all(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'copilot.db'}")
    store.save_plan(plan(12.0, 12.0, WEEK), "f", "first", None)
    limits = (CapLaunches(2, WEEK, "Snacks"), Lock("P1", NEXT, "shelf"))
    store.save_plan(plan(9.0, 9.0, NEXT), "f", "locked P1", 1, actor="ann", standing=limits, decision=LOCK)
    with pytest.raises(Exception, match="changed meanwhile"):
        store.save_plan(plan(9.0, 9.0, NEXT), "f", "locked P1", 1, decision=LOCK)
    (kept,) = store.overrides()
    assert (kept.decision, kept.actor, kept.version) == (LOCK, "ann", 2)
    assert {item.rule for item in store.rules()} == set(limits)
    assert audited(tmp_path)[:3] == ["plan", "lock", "cap"]
    store.save_plan(plan(9.0, 9.0, NEXT), "f", "free", 2, standing=())
    assert store.rules() == ()
    assert audited(tmp_path)[1] == "uncap"
    store.close()


def test_locking_unlocking_and_excluding_are_priced_and_undone(copilot):
    first = copilot.current_plan()
    launch = first.plan.launches[0]
    moved = copilot.lock(launch.product_id, launch.week + timedelta(weeks=2), launch.placement, first.version)
    copilot.restore(first.version, moved.version)
    (entry,) = copilot.ledger()
    made = entry.override.decision
    assert made.delta_units == pytest.approx(moved.plan.objective - first.plan.objective)
    assert made.delta_low <= made.delta_units <= made.delta_high
    assert made.before == Place(launch.week, launch.placement)
    assert made.expected_units == moved.plan.launch_of(launch.product_id).expected_units
    assert (entry.state, entry.stands, entry.override.version) == ("waiting", False, moved.version)

    out = copilot.exclude(launch.product_id, copilot.current_plan().version)
    assert out.plan.launch_of(launch.product_id) is None
    assert copilot.ledger()[0].stands
    with pytest.raises(UnknownProduct, match="no-such"):
        copilot.exclude("no-such", out.version)


def test_what_cannot_hold_leaves_no_trace_in_the_ledger(copilot):
    with pytest.raises(InfeasiblePlan):
        copilot.lock("no-such", WEEK, "shelf", copilot.current_plan().version)
    assert copilot.ledger() == ()
