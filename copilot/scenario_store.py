"""Scenarios in the database: named suppositions with the plan solved under each; of two writers the second is told.

A change names the revision that it follows. When another one landed meanwhile nothing is written. A name is free again
once its scenario is deleted; revisions go on counting, so a change meant for the old scenario never meets the new one.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from copilot.database import Database
from copilot.errors import ScenarioRefused, StaleScenario, StoreError, UnknownScenario
from copilot.records import Scenario
from copilot.rule_rows import audit, dump
from copilot.tables import ScenarioRow
from ranking.interventions import intervention_from_json, intervention_to_json
from ranking.plan import plan_from_json


class ScenarioStore:
    """Reads and writes scenarios; every method raises StoreError when the database fails.

    Args:
        database: the store's own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Scenario, ...]:
        """Return every scenario, oldest first."""
        there = select(ScenarioRow).where(ScenarioRow.deleted_at.is_(None)).order_by(ScenarioRow.id)
        with self._database.read() as session:
            return tuple(_scenario(row) for row in session.scalars(there))

    def get(self, name: str) -> Scenario:
        """Return one scenario, whatever the case of its name. Raises UnknownScenario."""
        with self._database.read() as session:
            return _scenario(_row(session, name))

    def seen(self, name: str, expected_revision: int) -> Scenario:
        """Return one scenario, if it is as it was seen. Raises as `change` does."""
        with self._database.read() as session:
            return _scenario(_row(session, name, expected_revision))

    def create(self, scenario: Scenario) -> Scenario:
        """Keep a new scenario and return it with its revision. Raises ScenarioRefused when the name is taken."""
        with self._database.write() as session:
            if _find(session, scenario.name) is not None:
                raise ScenarioRefused(_taken(scenario.name))
            key = scenario.name.casefold()
            past = session.scalar(select(func.max(ScenarioRow.revision)).where(ScenarioRow.name_key == key))
            row = ScenarioRow(name=scenario.name, name_key=key, created_at=datetime.now(UTC), deleted_at=None)
            row.parent, row.plan_version = scenario.parent, scenario.plan_version
            _fill(row, scenario, (past or 0) + 1)
            session.add(row)
            try:
                session.flush()
            except IntegrityError as cause:  # databases without a write lock at the start of a transaction
                raise ScenarioRefused(_taken(scenario.name)) from cause
            audit(
                session, scenario.actor, "scenario", {"name": scenario.name, "parent": scenario.parent}, row.changed_at
            )
            return _scenario(row)

    def change(self, scenario: Scenario, action: str) -> Scenario:
        """Keep a scenario in place of the revision that it names, and return it with the next one.

        Args:
            action: what the audit log calls the change.
        Raises:
            UnknownScenario: it was deleted meanwhile.
            StaleScenario: another change landed first; nothing is written.
        """
        with self._database.write() as session:
            row = _row(session, scenario.name, scenario.revision)
            _fill(row, scenario, scenario.revision + 1)
            audit(session, scenario.actor, action, {"name": row.name, "revision": row.revision}, row.changed_at)
            return _scenario(row)

    def delete(self, name: str, expected_revision: int, actor: str) -> None:
        """Delete a scenario; those that were branched from it stay. Raises as `change` does."""
        with self._database.write() as session:
            row = _row(session, name, expected_revision)
            row.deleted_at = now = datetime.now(UTC)
            audit(session, actor, "scenario_delete", {"name": row.name, "revision": row.revision}, now)


def _find(session: Session, name: str) -> ScenarioRow | None:
    there = (ScenarioRow.name_key == name.casefold(), ScenarioRow.deleted_at.is_(None))
    return session.scalar(select(ScenarioRow).where(*there).with_for_update())  # SQLite locks the whole file instead


def _row(session: Session, name: str, expected_revision: int | None = None) -> ScenarioRow:
    row = _find(session, name)
    if row is None:
        raise UnknownScenario(f"There is no scenario “{name[:80]}”. List them, or create it first.")
    if expected_revision not in (None, row.revision):
        raise StaleScenario(
            f"The scenario “{row.name}” changed meanwhile: you saw revision {expected_revision}, now it is at "
            f"{row.revision}. Nothing was written; look and try again."
        )
    return row


def _fill(row: ScenarioRow, scenario: Scenario, revision: int) -> None:
    row.revision, row.changed_at, row.actor = revision, datetime.now(UTC), scenario.actor
    row.interventions_json = dump([intervention_to_json(item) for item in scenario.interventions])
    row.plan_json, row.fingerprint = dump(scenario.plan.to_json()), scenario.fingerprint


def _scenario(row: ScenarioRow) -> Scenario:
    try:
        interventions = tuple(intervention_from_json(item) for item in json.loads(row.interventions_json))
        plan = plan_from_json(json.loads(row.plan_json))
    except (ValueError, KeyError, TypeError) as cause:
        raise StoreError(f"The scenario “{row.name}” in the database is damaged ({cause}). Delete it.") from cause
    return Scenario(
        name=row.name,
        parent=row.parent,
        plan_version=row.plan_version,
        revision=row.revision,
        interventions=interventions,
        plan=plan,
        fingerprint=row.fingerprint,
        actor=row.actor,
        changed_at=row.changed_at,
    )


def _taken(name: str) -> str:
    return f"There is a scenario “{name[:80]}” already. Choose another name, or change that one."
