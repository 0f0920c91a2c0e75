"""The tables that the store keeps: one class per table, one row per record.

A table that a database lacks is created when it is opened, so a new one here needs no migration; a new column would.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import DateTime, Dialect, ForeignKey, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment; databases without time zones keep it as plain UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy's declaration


class PlanRow(Table):
    """One version of the plan; rows are only ever added."""

    __tablename__ = "plans"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    fingerprint: Mapped[str]
    note: Mapped[str]
    objective: Mapped[float]
    gap: Mapped[float]
    status: Mapped[str]
    n_launches: Mapped[int]
    plan_json: Mapped[str]


class RuleRow(Table):
    """A lock or exclusion; it stands until it is removed, and its history stays."""

    __tablename__ = "rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # lock, exclude
    product_id: Mapped[str] = mapped_column(index=True)
    week: Mapped[date | None]
    placement: Mapped[str | None]
    actor: Mapped[str]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]


class ThreadRow(Table):
    __tablename__ = "threads"
    id: Mapped[str] = mapped_column(primary_key=True)
    lang: Mapped[str]
    created_at: Mapped[datetime]


class MessageRow(Table):
    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("threads.id"), index=True)
    role: Mapped[str]
    payload_json: Mapped[str]
    created_at: Mapped[datetime]


class AuditRow(Table):
    """Who did what, when; rows are only ever added."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    details_json: Mapped[str]


class OutcomeRow(Table):
    """Units that a launched product really sold in the four weeks from `week`."""

    __tablename__ = "outcomes"
    __table_args__ = (UniqueConstraint("product_id", "week"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str]
    week: Mapped[date]
    units: Mapped[float]
    recorded_at: Mapped[datetime]


class LimitRow(Table):
    """A cap, a capacity or a share of a forecast that stands, as locks do in `rules`; its history stays."""

    __tablename__ = "limits"
    id: Mapped[int] = mapped_column(primary_key=True)
    intervention_json: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]


class OverrideRow(Table):
    """What a person decided against the plan, priced when it was decided; rows are only ever added."""

    __tablename__ = "overrides"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    version: Mapped[int]  # the plan that the decision made
    based_on: Mapped[int]  # the plan that it changed
    kind: Mapped[str]  # lock, unlock, exclude, adopt
    product_id: Mapped[str] = mapped_column(index=True)  # empty for a scenario
    title: Mapped[str]
    from_week: Mapped[date | None]
    from_placement: Mapped[str | None]
    to_week: Mapped[date | None]
    to_placement: Mapped[str | None]
    delta_units: Mapped[float]
    delta_low: Mapped[float]
    delta_high: Mapped[float]
    expected_units: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]


class ScenarioRow(Table):
    """A named supposition and the plan solved under it; a deleted one stays, without a claim to its name."""

    __tablename__ = "scenarios"
    __table_args__ = (UniqueConstraint("name_key", "revision"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)  # the name without case
    parent: Mapped[str]  # empty when it began from the plan
    plan_version: Mapped[int]  # the plan that was current when it began
    revision: Mapped[int]
    interventions_json: Mapped[str]
    plan_json: Mapped[str]
    fingerprint: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
