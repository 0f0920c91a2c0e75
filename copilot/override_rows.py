"""Rows of the override ledger, to and from the frozen records."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from copilot.records import Decision, Override, Place
from copilot.tables import OverrideRow

_SAME = ("kind", "product_id", "title", "based_on", "delta_units", "delta_low", "delta_high")
_FORECAST = ("expected_units", "low", "high")


def override_row(decision: Decision, actor: str, at: datetime, version: int) -> OverrideRow:
    """Return the row of a decision that made a plan version."""
    before, after = decision.before, decision.after
    return OverrideRow(
        at=at,
        actor=actor,
        version=version,
        from_week=before.week if before else None,
        from_placement=before.placement if before else None,
        to_week=after.week if after else None,
        to_placement=after.placement if after else None,
        **{name: getattr(decision, name) for name in (*_SAME, *_FORECAST)},
    )


def override_of(row: OverrideRow) -> Override:
    """Return the record of a row."""
    decision = Decision(
        before=_place(row.from_week, row.from_placement),
        after=_place(row.to_week, row.to_placement),
        **{name: getattr(row, name) for name in (*_SAME, *_FORECAST)},
    )
    return Override(decision, row.actor, row.at, row.version)


def _place(week: date | None, placement: str | None) -> Place | None:
    return None if week is None else Place(week, cast(str, placement))
