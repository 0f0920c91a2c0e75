"""The plan's clock: by which a number, a day or a month in an operator's words becomes a week."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.errors import UnknownWeek
from retrieval.weeks import week_of


@dataclass(frozen=True)
class Span:
    """A stretch of the message and the weeks it names; `shift` is in weeks, relative to a product's slot.

    `unknown` says that no calendar has the week or day that stands there.
    """

    start: int
    end: int
    weeks: tuple[date, ...] = ()
    shift: int | None = None
    unknown: bool = False


@dataclass(frozen=True)
class Clock:
    """The day the data ends and the plan's weeks, by which a number, a day or a month becomes a week."""

    as_of: date
    plan_weeks: tuple[date, ...]

    def week(self, number: int, year: int | None = None) -> date:
        """Return the Monday of a numbered week."""
        if year is not None:
            return _iso_week(year, number)
        inside = [week for week in self.plan_weeks if week.isocalendar().week == number]
        if inside:
            return inside[0]
        anchor = self.plan_weeks[len(self.plan_weeks) // 2] if self.plan_weeks else self.as_of
        years = [anchor.isocalendar().year + step for step in (-1, 0, 1)]
        options = [week for year in years if (week := _iso_week_or_none(year, number)) is not None]
        if not options:
            lengths = ", ".join(f"{year} has {_weeks_in(year)} weeks" for year in years)
            raise _unknown(str(number), f"There is no week {number}: {lengths}. Ask about {self.range_text()}.")
        return min(options, key=lambda week: abs((week - anchor).days))

    def day(self, year: int | None, month: int, day: int, written: str) -> date:
        """Return the Monday of the week that holds a day; without a year, the nearest such day to the plan."""
        anchor = self.plan_weeks[0] if self.plan_weeks else self.as_of
        years = [year] if year else [anchor.year - 1, anchor.year, anchor.year + 1]
        options = [found for one in years if (found := _date_or_none(one, month, day)) is not None]
        if not options:
            raise _unknown(written, f"There is no day {written}. Ask about {self.range_text()}.")
        return week_of(min(options, key=lambda found: abs((found - anchor).days)))

    def week_of_month(self, year: int | None, month: int, nth: int) -> date:
        """Return the nth week of a month, counted from the first with most of its days in it; -1 holds its last day."""
        first = self.day(year, month, 1, "")
        if nth > 0:
            mostly_before = (first + timedelta(days=3)).month != month  # its Thursday, as ISO counts weeks of a year
            return first + timedelta(weeks=nth - 1 + mostly_before)
        the_first = first if first.day == 1 else first + timedelta(days=6)  # the week may begin in the month before
        return week_of(date(the_first.year, month, monthrange(the_first.year, month)[1]))

    def weeks_of(self, month: int) -> tuple[date, ...]:
        """Return the plan's weeks that begin in a month."""
        return tuple(week for week in self.plan_weeks if week.month == month)

    def range_text(self) -> str:
        return f"{self.plan_weeks[0]:%G-W%V} to {self.plan_weeks[-1]:%G-W%V}" if self.plan_weeks else "another week"


def _weeks_in(year: int) -> int:
    return date(year, 12, 28).isocalendar().week  # the 28th is always in the last ISO week


def _iso_week(year: int, number: int) -> date:
    week = _iso_week_or_none(year, number)
    if week is None:
        raise _unknown(str(number), f"{year} has no week {number}. Weeks are numbered as in {year}-W41.")
    return week


def _unknown(written: str, text: str) -> UnknownWeek:
    error = UnknownWeek(text)
    error.written = written
    return error


def _iso_week_or_none(year: int, number: int) -> date | None:
    try:
        return date.fromisocalendar(year, number, 1)
    except ValueError:
        return None


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
