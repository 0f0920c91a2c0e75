"""Formats: weeks and table cells as the screen shows them; numbers are written by `Words.number`."""

from __future__ import annotations

from datetime import date, datetime

from retrieval.weeks import format_week


def week(value: date) -> str:
    """Return a week as `2017-W41`."""
    return format_week(value)


def short_week(value: date) -> str:
    """Return a week without its year, for columns that share one: `W41`."""
    return format_week(value)[5:]


def cell(value: object) -> str:
    """Return a table cell as text: numbers rounded, dates without midnight, nothing for what is missing."""
    if value is None or value != value:  # NaN and NaT differ from themselves
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if (value.hour or value.minute) else f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.3f}".rstrip("0")
    return str(value)
