"""Rows of what stands, and of who did what: locks and exclusions in one table, caps and the like in another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from copilot.tables import AuditRow, LimitRow, RuleRow
from ranking.interventions import Exclude, Intervention, Lock, intervention_from_json, intervention_to_json


def standing_rows(session: Session) -> list[RuleRow | LimitRow]:
    """Return the rows of what stands: locks and exclusions, then the rest, each oldest first."""
    rules = session.scalars(select(RuleRow).where(RuleRow.removed_at.is_(None)).order_by(RuleRow.id))
    limits = session.scalars(select(LimitRow).where(LimitRow.removed_at.is_(None)).order_by(LimitRow.id))
    return [*rules, *limits]


def rule_of(row: RuleRow | LimitRow) -> Intervention:
    """Return what a row says."""
    if isinstance(row, LimitRow):
        return intervention_from_json(json.loads(row.intervention_json))
    made = Lock if row.kind == "lock" else Exclude
    return made(row.product_id, row.week, row.placement)


def let_stand(session: Session, standing: Sequence[Intervention], actor: str, now: datetime) -> None:
    """Let exactly these rules stand; those that stood already keep who asked for them."""
    rows = standing_rows(session)
    for row in rows:
        if rule_of(row) not in standing:
            remove_rule(session, row, actor, now)
    stood = {rule_of(row) for row in rows}
    for rule in dict.fromkeys(standing):
        if rule not in stood:
            add_rule(session, rule, actor, now)


def add_rule(session: Session, rule: Intervention, actor: str, now: datetime) -> None:
    """Let a rule stand from now on, with its audit entry."""
    flat = intervention_to_json(rule)
    kind, details = flat["kind"], {name: value for name, value in flat.items() if name != "kind"}
    made: dict[str, Any] = {"actor": actor, "created_at": now, "removed_at": None, "removed_by": None}
    if isinstance(rule, Lock | Exclude):
        row = RuleRow(kind=kind, product_id=rule.product_id, week=rule.week, placement=rule.placement, **made)
    else:
        row = LimitRow(intervention_json=dump(flat), **made)
    session.add(row)
    audit(session, actor, kind, details, now)


def remove_rule(session: Session, row: RuleRow | LimitRow, actor: str, now: datetime) -> None:
    """Let a rule stand no longer; its row stays, with who removed it."""
    row.removed_at, row.removed_by = now, actor
    if isinstance(row, LimitRow):
        flat = json.loads(row.intervention_json)
        audit(session, actor, f"un{flat['kind']}", {name: flat[name] for name in flat if name != "kind"}, now)
    else:
        audit(session, actor, f"un{row.kind}", {"product_id": row.product_id}, now)


def audit(session: Session, actor: str, action: str, details: Mapping[str, Any], now: datetime) -> None:
    """Add an entry to the audit log."""
    session.add(AuditRow(at=now, actor=actor, action=action, details_json=dump(details)))


def dump(data: Any) -> str:
    """Return JSON text; numbers that JSON lacks are refused."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False)
