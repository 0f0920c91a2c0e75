"""Scenarios: named suppositions about the plan, branched from it or from each other, and compared side by side.

A scenario is a list of interventions and the plan solved under all of them. It begins with what stands in the current
plan, or with what its parent supposes, and lives on its own from then on. Nothing of it touches the plan until it is
adopted: its interventions then stand in place of all others, as a new version that can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from copilot.cleaning import clean_text
from copilot.errors import CopilotError, ScenarioRefused
from copilot.planning import OPERATOR, Planning
from copilot.records import Scenario, StoredPlan
from copilot.scenario_measures import Compared, Measures, mean_shares, measure
from copilot.standing import check_known
from ranking.errors import RankingError
from ranking.features import launch_placements
from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
from ranking.plan import Plan

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.store import Store

NAME_LIMIT = 80  # characters
MOST_COMPARED = 4
PLAN = "plan"  # no scenario's name: comparisons call the current plan so


class Scenarios:
    """Makes, changes, compares and adopts scenarios; what cannot hold changes nothing.

    Args:
        engine: solves plans.
        store: keeps scenarios.
        planning: makes an adopted scenario the plan.
    """

    def __init__(self, engine: Engine, store: Store, planning: Planning) -> None:
        self.engine = engine
        self.store = store
        self.planning = planning

    def all(self) -> tuple[Scenario, ...]:
        """Return every scenario, oldest first."""
        return self.store.scenarios.all()

    def get(self, name: str) -> Scenario:
        """Return one scenario. Raises UnknownScenario."""
        return self.store.scenarios.get(name)

    def create(self, name: str, parent: str = "") -> Scenario:
        """Begin a scenario with what stands in the current plan, or branch it from another one.

        Raises:
            ScenarioRefused: the name is none, too long or taken.
            UnknownScenario: there is no such parent.
            InfeasiblePlan: what the parent supposes can no longer hold.
        """
        clean = _checked_name(name)
        current = self.planning.current_plan()
        begun = self._fresh(self.get(parent)) if parent else None
        made = Scenario(
            name=clean,
            parent=begun.name if begun else "",
            plan_version=current.version,
            revision=0,
            interventions=begun.interventions if begun else current.plan.interventions,
            plan=begun.plan if begun else current.plan,
            fingerprint=self.engine.fingerprint,
            actor=OPERATOR,
            changed_at=datetime.now(UTC),
        )
        return self.store.scenarios.create(made)

    def add(self, name: str, item: Intervention, expected_revision: int) -> Scenario:
        """Add an intervention, in place of one about the same thing, and solve again.

        Raises:
            UnknownScenario, UnknownProduct, UnknownWeek, UnknownPlacement, UnknownGroup: nothing is written.
            StaleScenario: another change landed first; nothing is written.
            InfeasiblePlan: the interventions cannot all hold; it carries a minimal conflicting set, and nothing is
                written.
        """
        check_known(item, self.engine.problem)
        scenario = self.get(name)
        kept = tuple(old for old in scenario.interventions if _about(old) != _about(item))
        return self._change(scenario, (*kept, item), expected_revision, "scenario_add")

    def remove(self, name: str, number: int, expected_revision: int) -> Scenario:
        """Remove the intervention of this number, from 1. Raises ScenarioRefused for no such number, else as `add`."""
        scenario = self.get(name)
        n = len(scenario.interventions)
        if not 1 <= number <= n:
            raise ScenarioRefused(f"“{scenario.name}” has {n} interventions but no number {number}. Show it first.")
        kept = tuple(item for i, item in enumerate(scenario.interventions, start=1) if i != number)
        return self._change(scenario, kept, expected_revision, "scenario_remove")

    def delete(self, name: str, expected_revision: int) -> None:
        """Delete a scenario; those that were branched from it stay. Raises UnknownScenario or StaleScenario."""
        self.store.scenarios.delete(name, expected_revision, OPERATOR)

    def adopt(self, name: str, expected_revision: int, expected_version: int) -> StoredPlan:
        """Make a scenario's interventions what stands, as a new version of the plan.

        Raises:
            UnknownScenario, StaleScenario, StalePlan, InfeasiblePlan: nothing is written.
        """
        scenario = self.store.scenarios.seen(name, expected_revision)
        for item in scenario.interventions:
            check_known(item, self.engine.problem)
        return self.planning.adopt(scenario.name, scenario.interventions, expected_version)

    def compare(self, names: Sequence[str]) -> tuple[Compared, ...]:
        """Set scenarios beside the current plan, which comes first.

        Raises:
            ScenarioRefused: none, or more than four of them.
            UnknownScenario: there is no such scenario.
        """
        wanted = list({name.casefold(): name for name in names}.values())
        if not 1 <= len(wanted) <= MOST_COMPARED:
            raise ScenarioRefused(f"Choose 1 to {MOST_COMPARED} scenarios to set beside the plan, not {len(wanted)}.")
        current = self.planning.current_plan()
        scenarios = [self.get(name) for name in wanted]
        now = Compared("", None, current.plan, self._measure(current.plan))
        return (now, *(self._compared(item, current) for item in scenarios))

    @cached_property
    def reach(self) -> Mapping[str, float]:
        """Placement -> mean share of the audience, 0 to 1, that it reached in the launch weeks of past launches."""
        return mean_shares(launch_placements(self.engine.workspace))

    def _change(
        self, scenario: Scenario, interventions: tuple[Intervention, ...], expected_revision: int, action: str
    ) -> Scenario:
        plan = self.engine.solve(interventions)
        changed = replace(
            scenario,
            interventions=interventions,
            plan=plan,
            fingerprint=self.engine.fingerprint,
            revision=expected_revision,
            actor=OPERATOR,
        )
        return self.store.scenarios.change(changed, action)

    def _compared(self, scenario: Scenario, current: StoredPlan) -> Compared:
        try:
            fresh = self._fresh(scenario)
        except (CopilotError, RankingError) as error:
            return Compared(scenario.name, scenario, None, None, str(error))
        plan, base = fresh.plan, current.plan
        delta = plan.objective - base.objective
        bounds = (plan.objective - base.bound, plan.bound - base.objective)
        return Compared(scenario.name, fresh, plan, self._measure(plan), "", delta, *bounds)

    def _measure(self, plan: Plan) -> Measures:
        return measure(plan, self.engine.weeks, self.reach, self.engine.models.common_error)

    def _fresh(self, scenario: Scenario) -> Scenario:
        """Return the scenario with a plan of the present data and settings; solved again when it has another one's."""
        if scenario.fingerprint == self.engine.fingerprint:
            return scenario
        for item in scenario.interventions:
            check_known(item, self.engine.problem)
        return replace(scenario, plan=self.engine.solve(scenario.interventions), fingerprint=self.engine.fingerprint)


def _checked_name(name: str) -> str:
    clean = clean_text(name, NAME_LIMIT + 1)
    if not clean:
        raise ScenarioRefused("A scenario needs a name; give some words, such as “early mailers”.")
    if clean.casefold() == PLAN:
        raise ScenarioRefused(f"“{clean}” stands for the current plan itself. Choose another name.")
    if len(clean) > NAME_LIMIT:
        raise ScenarioRefused(f"The name has {len(name):,} characters; {NAME_LIMIT} are the limit. Shorten it.")
    return clean


def _about(item: Intervention) -> tuple[object, ...]:
    """What an intervention is about: of two about the same thing only one can be meant."""
    match item:
        case Lock():
            return ("lock", item.product_id)
        case Exclude():
            return ("exclude", item.product_id, item.week, item.placement)
        case CapLaunches():
            return ("cap", item.week, item.group)
        case SetCapacity():
            return ("capacity", item.week, item.placement)
        case ScaleForecast():
            return ("forecast", item.product_id)
        case ChangePrice():
            return ("price", item.product_id)
