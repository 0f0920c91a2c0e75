"""What the store hands out: frozen records of plans, rules, talks and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ranking.interventions import Exclude, Lock
from ranking.plan import Plan


@dataclass(frozen=True)
class StoredPlan:
    """One version of the plan, with the fingerprint of the data and settings that it was made from."""

    version: int
    plan: Plan
    created_at: datetime
    fingerprint: str
    note: str


@dataclass(frozen=True)
class PlanSummary:
    """A stored plan without its launches."""

    version: int
    created_at: datetime
    fingerprint: str
    note: str
    objective: float
    gap: float
    status: str
    n_launches: int


@dataclass(frozen=True)
class StandingRule:
    """A lock or exclusion that stands, who asked for it and when."""

    rule: Lock | Exclude
    actor: str
    created_at: datetime


@dataclass(frozen=True)
class Thread:
    """A talk; its title is the first message's beginning."""

    thread_id: str
    lang: str
    created_at: datetime
    title: str
    n_messages: int


@dataclass(frozen=True)
class Message:
    """One message of a talk; the payload is JSON data."""

    role: str
    payload: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class AuditEntry:
    """Who did what, when."""

    at: datetime
    actor: str
    action: str
    details: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """Units that a launch sold in the four weeks from `week`."""

    product_id: str
    week: date
    units: float
