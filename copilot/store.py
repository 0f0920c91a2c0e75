"""The store: plans and their versions, what the operator decided, talks, outcomes, and who did what.

Plans are immutable: a change is a new version. A new version names the version that it follows, so that of two
operators who change one plan at once the second is told, and nothing of theirs is written.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from copilot.database import Database
from copilot.errors import NoPlan, StalePlan, StoreError
from copilot.override_rows import override_of, override_row
from copilot.records import (
    Decision,
    Message,
    Outcome,
    Override,
    PlanSummary,
    StandingRule,
    StoredPlan,
    Thread,
)
from copilot.rule_rows import audit, dump, let_stand, rule_of, standing_rows
from copilot.scenario_store import ScenarioStore
from copilot.tables import MessageRow, OutcomeRow, OverrideRow, PlanRow, ThreadRow
from ranking.interventions import Intervention, Lock
from ranking.plan import Plan, plan_from_json

TITLE_LENGTH = 80


class Store:
    """Everything that must outlive the process, in one database.

    Safe between threads and between processes. Every method either does its whole work or none of it.

    Args:
        url: an SQLAlchemy URL, such as `sqlite:////data/shop/copilot.db`; missing tables are created.
    Raises:
        StoreError: the database cannot be opened, read or written (by every method).
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.scenarios = ScenarioStore(self._database)

    def close(self) -> None:
        """Release the database's connections."""
        self._database.close()

    # Plans

    def save_plan(
        self,
        plan: Plan,
        fingerprint: str,
        note: str,
        expected_version: int | None,
        *,
        actor: str = "operator",
        standing: Sequence[Intervention] | None = None,
        decision: Decision | None = None,
    ) -> StoredPlan:
        """Keep a plan as the next version, with its audit entry.

        Args:
            expected_version: the version that this one follows; None when there is no plan yet.
            standing: when given, exactly these interventions stand from this version on, changed in the same step as
                the plan.
            decision: what a person decided, for the ledger, when this version comes of it.
        Raises:
            StalePlan: another version landed first; nothing is written.
        """
        now = datetime.now(UTC)
        with self._database.write() as session:
            latest = session.scalar(select(func.max(PlanRow.version)))
            if latest != expected_version:
                raise StalePlan(_stale(expected_version, latest))
            stored = StoredPlan((latest or 0) + 1, plan, now, fingerprint, note)
            session.add(_plan_row(stored))
            try:
                session.flush()
            except IntegrityError as cause:  # databases without a write lock at the start of a transaction
                raise StalePlan(_stale(expected_version, None)) from cause
            if standing is not None:
                let_stand(session, standing, actor, now)
            if decision is not None:
                session.add(override_row(decision, actor, now, stored.version))
            audit(session, actor, "plan", {"version": stored.version, "note": note}, now)
        return stored

    def latest_plan(self) -> StoredPlan | None:
        """Return the newest version, or None when nothing was planned yet."""
        with self._database.read() as session:
            row = session.scalar(select(PlanRow).order_by(PlanRow.version.desc()).limit(1))
            return None if row is None else _stored_plan(row)

    def plan(self, version: int) -> StoredPlan:
        """Return one version. Raises NoPlan when there is none of this number."""
        with self._database.read() as session:
            row = session.get(PlanRow, version)
            if row is None:
                latest = session.scalar(select(func.max(PlanRow.version)))
                raise NoPlan(f"There is no plan version {version}; the latest is {latest or 'none yet'}.")
            return _stored_plan(row)

    def plans(self) -> tuple[PlanSummary, ...]:
        """Return all versions without their launches, newest first."""
        columns = [getattr(PlanRow, name) for name in PlanSummary.__dataclass_fields__]
        with self._database.read() as session:
            return tuple(
                PlanSummary(*row) for row in session.execute(select(*columns).order_by(PlanRow.version.desc()))
            )

    def overrides(self) -> tuple[Override, ...]:
        """Return what people decided against the plan, newest first."""
        with self._database.read() as session:
            return tuple(
                override_of(row) for row in session.scalars(select(OverrideRow).order_by(OverrideRow.id.desc()))
            )

    # Standing rules

    def locks(self) -> tuple[Lock, ...]:
        """Return the locks that stand, oldest first."""
        return tuple(standing.rule for standing in self.rules() if isinstance(standing.rule, Lock))

    def rules(self) -> tuple[StandingRule, ...]:
        """Return what stands, locks and exclusions first, then caps and the like, with who asked for each."""
        with self._database.read() as session:
            return tuple(StandingRule(rule_of(row), row.actor, row.created_at) for row in standing_rows(session))

    # Talks

    def new_thread(self, lang: str) -> str:
        """Begin a talk and return its id."""
        thread_id = uuid.uuid4().hex
        with self._database.write() as session:
            session.add(ThreadRow(id=thread_id, lang=lang, created_at=datetime.now(UTC)))
        return thread_id

    def add_message(self, thread_id: str, role: str, payload: Mapping[str, Any]) -> None:
        """Add a message of JSON data to a talk. Raises StoreError when there is no such talk."""
        row = MessageRow(thread_id=thread_id, role=role, payload_json=dump(payload), created_at=datetime.now(UTC))
        with self._database.write() as session:
            session.add(row)

    def messages(self, thread_id: str) -> tuple[Message, ...]:
        """Return a talk's messages, oldest first."""
        with self._database.read() as session:
            rows = session.scalars(select(MessageRow).where(MessageRow.thread_id == thread_id).order_by(MessageRow.id))
            return tuple(Message(row.role, json.loads(row.payload_json), row.created_at) for row in rows)

    def threads(self) -> tuple[Thread, ...]:
        """Return all talks that have a message, newest first."""
        per_thread = select(MessageRow.thread_id, func.min(MessageRow.id).label("first"), func.count().label("n"))
        counted = per_thread.group_by(MessageRow.thread_id).subquery()
        query = (
            select(ThreadRow, MessageRow.payload_json, counted.c.n)
            .join(counted, counted.c.thread_id == ThreadRow.id)
            .join(MessageRow, MessageRow.id == counted.c.first)
            .order_by(ThreadRow.created_at.desc(), ThreadRow.id)
        )
        with self._database.read() as session:
            return tuple(
                Thread(row.id, row.lang, row.created_at, _title(payload_json), n)
                for row, payload_json, n in session.execute(query)
            )

    # Audit and outcomes

    def audit(self, actor: str, action: str, details: Mapping[str, Any] | None = None) -> None:
        """Record that somebody did something."""
        with self._database.write() as session:
            audit(session, actor, action, details or {}, datetime.now(UTC))

    def add_outcomes(self, outcomes: Sequence[Outcome]) -> dict[str, int]:
        """Keep real units, one figure per product and week; returns how many were added, changed and the same."""
        counts = {"added": 0, "changed": 0, "same": 0}
        now = datetime.now(UTC)
        with self._database.write() as session:
            known = {(row.product_id, row.week): row for row in session.scalars(select(OutcomeRow))}
            for item in outcomes:
                counts[_record(session, known, item, now)] += 1
        return counts

    def outcomes(self) -> tuple[Outcome, ...]:
        """Return the real units kept, by week and product."""
        with self._database.read() as session:
            rows = session.scalars(select(OutcomeRow).order_by(OutcomeRow.week, OutcomeRow.product_id))
            return tuple(Outcome(row.product_id, row.week, row.units) for row in rows)


def _plan_row(stored: StoredPlan) -> PlanRow:
    return PlanRow(
        version=stored.version,
        created_at=stored.created_at,
        fingerprint=stored.fingerprint,
        note=stored.note,
        objective=stored.plan.objective,
        gap=stored.plan.gap,
        status=stored.plan.status,
        n_launches=len(stored.plan.launches),
        plan_json=dump(stored.plan.to_json()),
    )


def _stored_plan(row: PlanRow) -> StoredPlan:
    try:
        plan = plan_from_json(json.loads(row.plan_json))
    except (ValueError, KeyError, TypeError) as cause:
        raise StoreError(f"Plan version {row.version} in the database is damaged ({cause}). Plan again.") from cause
    return StoredPlan(row.version, plan, row.created_at, row.fingerprint, row.note)


def _stale(expected: int | None, latest: int | None) -> str:
    seen = "no plan" if expected is None else f"version {expected}"
    now = "another one" if latest is None else f"version {latest}"
    return f"The plan changed meanwhile: you saw {seen}, now there is {now}. Nothing was written; look and try again."


def _record(session: Session, known: dict[tuple, OutcomeRow], item: Outcome, now: datetime) -> str:
    row = known.get((item.product_id, item.week))
    if row is None:
        row = OutcomeRow(product_id=item.product_id, week=item.week, units=item.units, recorded_at=now)
        known[item.product_id, item.week] = row
        session.add(row)
        return "added"
    if row.units == item.units:
        return "same"
    row.units, row.recorded_at = item.units, now
    return "changed"


def _title(payload_json: str) -> str:
    text = str(json.loads(payload_json).get("text", ""))
    return text if len(text) <= TITLE_LENGTH else text[: TITLE_LENGTH - 1] + "…"
