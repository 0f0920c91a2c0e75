"""Holidays: launches of goods whose title names a day, planned after that day has passed; told as a risk."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from dateutil.easter import easter

from copilot.factsheet import Fact, Source
from copilot.phrases import languages, load_toml
from retrieval.weeks import week_of

if TYPE_CHECKING:
    from copilot.product_facts import Bench
    from ranking.plan import Launch

FILE = "holidays.toml"
PASSED = timedelta(weeks=26)  # a day longer ago than this is nearer to its next time
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Holiday:
    """A day of every year, and the words of a title that say that a product is made for it; see `holidays.toml`."""

    key: str
    words: tuple[str, ...]
    rule: Mapping[str, object]

    def day(self, year: int) -> date:
        """Return its day in a year."""
        if "day" in self.rule:
            month, day = map(int, str(self.rule["day"]).split("-"))
            return date(year, month, day)
        if "nth" in self.rule:
            n, weekday, month = (int(number) for number in self.rule["nth"])  # pyright: ignore[reportGeneralTypeIssues]
            first = date(year, month, 1)
            return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
        return easter(year) + timedelta(days=int(str(self.rule["easter"])))

    def is_named_in(self, title: str) -> bool:
        """Say whether a title holds one of the words, whole."""
        return any(re.search(_whole(word), title, re.IGNORECASE) for word in self.words)

    def passed_before(self, week: date) -> date | None:
        """Return its latest day that leaves a week nothing to sell before it; None where the next one is nearer."""
        latest = max(day for year in (week.year - 1, week.year) if (day := self.day(year)) <= week)
        return latest if week - latest <= PASSED else None


@lru_cache(maxsize=1)
def holidays() -> tuple[Holiday, ...]:
    """Return the calendar; titles may be in any of the languages."""
    tables = [load_toml(lang, FILE) for lang in languages()]
    rules = load_toml("en", FILE)
    return tuple(Holiday(key, tuple(word for one in tables for word in one[key]["words"]), rules[key]) for key in rules)


def add_after_holiday(bench: Bench, launch: Launch) -> Fact | None:
    """Add that a launch comes after the day that its title names; None for the others, nearly all."""
    for holiday in holidays():
        day = holiday.passed_before(launch.week) if holiday.is_named_in(launch.title) else None
        if day is None:
            continue
        week = week_of(day)
        source = Source("model", note=bench.sources.phrases.note("holiday", day=str(day)))
        label = load_toml(bench.sources.phrases.lang, FILE)[holiday.key]["label"]
        return bench.sheet.add(
            "after_holiday",
            launch.product_id,
            launch.title,
            (launch.week - week).days // 7,
            source,
            week=launch.week,
            other=(holiday.key, label),
            other_week=week,
        )
    return None


def add_after_holidays(bench: Bench, launches: Sequence[Launch], most: int) -> list[Fact]:
    """Add the first few launches that come after their day."""
    found = (add_after_holiday(bench, launch) for launch in launches)
    late: list[Fact] = []
    for fact in found:
        if fact is not None:
            late.append(fact)
        if len(late) == most:
            break
    return late


def _whole(word: str) -> str:
    """Return the pattern of a word or phrase, however it is hyphenated; Chinese has no word breaks."""
    if _HAN.search(word):
        return re.escape(word)
    spaced = r"[\s-]+".join(map(re.escape, word.split()))
    return rf"(?<!\w){spaced}(?!\w)"
