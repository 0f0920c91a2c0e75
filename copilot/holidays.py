"""Holidays: launches of goods whose title or category names a day, planned after that day; told as a risk."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from dateutil.easter import easter

from copilot.cleaning import clean_label
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
    """A day of every year, and the words that say that a product is made for it; see `holidays.toml`."""

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

    def is_named_in(self, text: str) -> bool:
        """Say whether a title or a category's name holds one of the words, whole."""
        return any(re.search(_whole(word), text, re.IGNORECASE) for word in self.words)

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
    """Add that a launch comes after the day that its title or category names; None for the others, nearly all."""
    return next(iter(add_after_holidays(bench, [launch], 1)), None)


def add_after_holidays(bench: Bench, launches: Sequence[Launch], most: int) -> list[Fact]:
    """Add the first few launches that come after their day."""
    categories = _categories(bench, [launch.product_id for launch in launches])
    late: list[Fact] = []
    for launch in launches:
        made_for, named_by = named_day(launch.title, categories.get(launch.product_id, ""))
        day = made_for.passed_before(launch.week) if made_for else None
        if made_for and day:
            late.append(_add_late(bench, launch, made_for, day, named_by))
        if len(late) == most:
            break
    return late


def launches_made_for(bench: Bench, made_for: Holiday) -> list[Launch]:
    """Return the plan's launches whose title, or else their category, names a day, in the order of their weeks."""
    launches = bench.stored.plan.launches
    categories = _categories(bench, [launch.product_id for launch in launches])
    named = [one for one in launches if named_day(one.title, categories.get(one.product_id, ""))[0] == made_for]
    return sorted(named, key=lambda one: (one.week, -one.expected_units, one.product_id))


def named_day(title: str, category: str) -> tuple[Holiday | None, str]:
    """Return the day that goods are made for, and their category where it is the one to name it.

    A title that names a day speaks for itself, whatever its shelf. Example: "Easter Eggs" among Christmas goods.
    """
    for holiday in holidays():
        if holiday.is_named_in(title):
            return holiday, ""
    return next((one for one in holidays() if one.is_named_in(category)), None), category


def label_of(holiday: Holiday, lang: str) -> str:
    """Return what a day is called."""
    return str(load_toml(lang, FILE)[holiday.key]["label"])


def _add_late(bench: Bench, launch: Launch, made_for: Holiday, day: date, named_by: str) -> Fact:
    week, phrases = week_of(day), bench.sources.phrases
    label = label_of(made_for, phrases.lang)
    return bench.sheet.add(
        "after_holiday",
        launch.product_id,
        launch.title,
        (launch.week - week).days // 7,
        Source("model", note=phrases.note("holiday", day=str(day), category=clean_label(named_by))),
        week=launch.week,
        other=(made_for.key, label),
        other_week=week,
    )


def _categories(bench: Bench, product_ids: Sequence[str]) -> dict[str, str]:
    """Return the whole categories of products; a launch itself knows their first two levels only."""
    if not product_ids:
        return {}
    marks = ", ".join("?" * len(product_ids))
    rows = bench.engine.workspace.query(
        f"SELECT product_id, category FROM products WHERE product_id IN ({marks})", [*product_ids]
    )
    return dict(zip(rows["product_id"].astype(str), rows["category"].fillna("").astype(str), strict=True))


def _whole(word: str) -> str:
    """Return the pattern of a word or phrase, however it is hyphenated; Chinese has no word breaks."""
    if _HAN.search(word):
        return re.escape(word)
    spaced = r"[\s-]+".join(map(re.escape, word.split()))
    return rf"(?<!\w){spaced}(?!\w)"
