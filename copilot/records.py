"""What the store hands out: frozen records of plans, rules and talks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from ranking.interventions import Intervention
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
    """An intervention that stands, who asked for it and when."""

    rule: Intervention
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
class Outcome:
    """Units that a launch sold in the four weeks from `week`."""

    product_id: str
    week: date
    units: float


@dataclass(frozen=True)
class Place:
    """Where a launch stands: a week's Monday and a placement."""

    week: date
    placement: str


@dataclass(frozen=True)
class Decision:
    """What a person decided against the plan, priced at that moment.

    Attributes:
        product_id, title: what was moved; for an adopted scenario the id is empty and the title is its name.
        based_on: the plan's version before it.
        before, after: where the product stood before and after; None where it was not planned.
        delta_units: what the whole plan gains by it (below 0: what it costs), proven to lie in delta_low to delta_high.
        expected_units, low, high: the product's forecast, with its interval, where it now stands, or where it stood
            when it is out; None when it was never planned.
    """

    kind: Literal["lock", "unlock", "exclude", "adopt"]
    product_id: str
    title: str
    based_on: int
    before: Place | None
    after: Place | None
    delta_units: float
    delta_low: float
    delta_high: float
    expected_units: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Override:
    """A decision in the ledger: who made it, when, and the plan's version that it made."""

    decision: Decision
    actor: str
    at: datetime
    version: int


@dataclass(frozen=True)
class Scenario:
    """A named supposition: interventions, and the plan solved under all of them.

    Attributes:
        parent: the scenario that it was branched from; empty when it began from the plan.
        plan_version: the plan that was current when it began.
        revision: counts its changes; who changes it names the one that they saw.
        fingerprint: of the data and settings that `plan` was made from.
    """

    name: str
    parent: str
    plan_version: int
    revision: int
    interventions: tuple[Intervention, ...]
    plan: Plan
    fingerprint: str
    actor: str
    changed_at: datetime
