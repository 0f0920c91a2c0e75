"""The operator's rules become the planner's: by category, department, brand and placement; a wrong name is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copilot.engine import Engine, PlanningSettings
from copilot.errors import SettingsError
from ranking.planner import solve_plan


@pytest.fixture
def opened(engine: Engine):
    """Make an engine over the same shop under other settings."""

    def open_(**rules: object) -> Engine:
        return Engine(engine.workspace, engine.search, replace(PlanningSettings(), **rules))

    return open_


def test_spacing_names_a_department_or_all(opened, engine):
    groups = sorted(set(engine.problem.groups))
    department = groups[0].split(" > ")[0]
    problem = opened(spacing={"*": 2, department: 3}).problem
    for group in groups:
        assert problem.spacing[group] == (3 if group.startswith(department) else 2)
    weeks: dict[str, list[int]] = {}
    for launch in solve_plan(problem).launches:
        weeks.setdefault(launch.group, []).append(launch.week.toordinal() // 7)
    for group, launched in weeks.items():
        assert (np.diff(sorted(launched)) >= problem.spacing[group]).all()


def test_a_budget_limits_what_placements_cost(opened, engine):
    placement = engine.placements[0]
    plan = solve_plan(opened(placement_costs={placement: 100.0}, budget=250.0).problem)
    assert sum(launch.placement == placement for launch in plan.launches) <= 2


def test_least_shares_speak_of_categories_and_brands(opened, engine):
    group = engine.problem.groups[0]
    problem = opened(least_shares={group: 0.2}).problem
    assert [(one.kind, one.name, one.share) for one in problem.min_shares] == [("group", group, 0.2)]


@pytest.mark.parametrize(
    ("rules", "setting"),
    [
        ({"spacing": {"Umbrellas": 2}}, "COPILOT_SPACING"),
        ({"least_shares": {"brand:Nobody": 0.2}}, "COPILOT_LEAST_SHARES"),
        ({"placement_costs": {"the moon": 1.0}, "budget": 5.0}, "COPILOT_PLACEMENT_COSTS"),
    ],
)
def test_a_rule_about_nothing_is_told(opened, rules, setting):
    with pytest.raises(SettingsError, match=setting):
        _ = opened(**rules).problem


def test_a_launch_is_worth_no_more_than_its_stock(opened, engine, monkeypatch):
    query = engine.workspace.query

    def scarce(sql, params=()):
        table = query(sql, params)
        return table.assign(stock_units=[2.0, *[np.nan] * (len(table) - 1)]) if "candidate" in sql else table

    monkeypatch.setattr(engine.workspace, "query", scarce)
    problem = opened().candidates_and_slots
    assert problem.values[0].max() > 2.0
    assert 1.8 < problem.face_worth[0].max() <= 2.0  # later units count for a little less
    assert problem.face_worth[1:].max() > 2.0


def test_another_rule_makes_the_plan_stale(opened, engine):
    assert opened(caution=0.5).fingerprint != engine.fingerprint
    assert opened(time_limit_s=5.0).fingerprint == engine.fingerprint


def test_a_horizon_past_the_data_is_planned_with_finite_forecasts(opened):
    year = opened(weeks=52)
    assert len(year.weeks) == 52
    assert np.isfinite(year.problem.net_worth).all()
    plan = solve_plan(year.problem, time_limit_s=60.0)
    assert plan.launches
    assert plan.gap <= 1e-3
