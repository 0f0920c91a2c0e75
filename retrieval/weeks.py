"""Weeks: the calendar's one unit of time, a Monday-dated ISO week shown as `2017-W41`."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_ISO_WEEK = re.compile(r"^(\d{4})-?W(\d{1,2})$", re.IGNORECASE)


def week_of(day: date | datetime) -> date:
    """Return the Monday of the ISO week that holds `day`."""
    plain = day.date() if isinstance(day, datetime) else day
    return plain - timedelta(days=plain.weekday())


def format_week(week: date) -> str:
    """Return `2017-W41` for the Monday 2017-10-09 (or any day of its week)."""
    year, number, _ = week.isocalendar()
    return f"{year}-W{number:02d}"


def parse_week(text: str) -> date:
    """Return the Monday of `2017-W41` (also `2017W41`) or of an ISO date such as `2017-10-09`.

    Raises:
        ValueError: the text is neither, or the year has no such week.
    """
    match = _ISO_WEEK.match(text.strip())
    if match:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    return week_of(date.fromisoformat(text.strip()))


def week_range(first: date, n_weeks: int) -> tuple[date, ...]:
    """Return `n_weeks` consecutive Mondays, starting with the week of `first`."""
    start = week_of(first)
    return tuple(start + timedelta(weeks=i) for i in range(n_weeks))
