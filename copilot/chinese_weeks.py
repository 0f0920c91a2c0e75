"""Weeks in an operator's Chinese words: 第45周, 2017年第45周, 下周, 圣诞节前一周, 12月第一周, 晚两周.

The message has its numbers as digits and may have blanks around them (see `message_spacing`). The words stand in
`[parsing.weeks]` of `prompts/zh/intents.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from copilot.lexicon import Lexicon
from copilot.plan_clock import Clock, Span
from copilot.week_words import iso_days, iso_weeks, other_years
from retrieval.weeks import week_of

_MIDDLE = 15  # day of the month
_WEEKS_OF_A_MONTH = 4
_COUNTS = ("前", "头", "首", "每", "晚", "早")  # right before a bare "3 周", which then counts weeks and names none
_TOWARDS = ("到", "在", "进", "去", "至")  # right before a week that no plan needs to have: 放到39周
_MOST_WEEKS_COUNTED, _LAST_WEEK = 13, 53  # up to a quarter, "延长到 4 周" may count weeks
Words = Mapping[str, object]


def read_weeks(text: str, clock: Clock, parsing: Words, lexicon: Lexicon) -> Iterator[Span]:
    """Yield the weeks that a Chinese message names; where stretches overlap, the first one yielded counts."""
    words = parsing["weeks"]
    assert isinstance(words, Mapping)
    named = [
        *_parts_of_months(text, clock, words),
        *_days(text, clock, words),
        *iso_days(text, clock, parsing, lexicon),
    ]
    named += [*_year_weeks(text, clock, words), *iso_weeks(text, clock, parsing, lexicon)]
    named += [*_numbered(text, clock, words), *_relative(text, clock, words), *_holidays(text, clock, parsing, words)]
    yield from (Span(*match.span()) for match in re.finditer(str(words["whole_plan"]), text))
    yield from _anchored(text, [*named, *_months(text, clock, words)], words)
    yield from _parts_of_months(text, clock, words)
    yield from _shifts(text, words)
    yield from _several(text, clock, words)
    yield from named
    yield from _first_weeks(text, clock, words)
    yield from _in_weeks(text, clock, words)
    yield from _months(text, clock, words)
    yield from _bare(text, clock, words)
    yield from other_years(text, clock, str(parsing["year"]))


def _anchored(text: str, anchors: list[Span], words: Words) -> Iterator[Span]:
    """Weeks counted from another one: 圣诞节前两周, 第45周的前一周."""
    pattern = re.compile(str(words["from_anchor"]))
    for anchor in anchors:
        if anchor.weeks and (match := pattern.match(text, anchor.end)):
            steps = int(match[2] or 1) * (-1 if match[1] == "前" else 1)
            yield Span(anchor.start, match.end(), (anchor.weeks[0] + timedelta(weeks=steps),))


def _parts_of_months(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    """Weeks of a month: 12月第一周, 11月底, 11月上半月."""
    for match in re.finditer(str(words["month_week"]), text):
        nth = int(match[2]) if match[2] else (1 if match[3] else -1)
        year = _year_before(text, match.start(), clock, words)
        yield Span(match.start(), match.end(), (clock.week_of_month(year, int(match[1]), nth),))
    for match in re.finditer(str(words["month_part"]), text):
        month, part = int(match[1]), match[2]
        if not 1 <= month <= 12:
            continue
        year = _year_before(text, match.start(), clock, words)
        inside = tuple(week for week in clock.weeks_of(month) if year in (None, week.year))
        if part in _strings(words["begins"]):
            weeks: tuple[date, ...] = (clock.week_of_month(year, month, 1),)
        elif part in _strings(words["middle"]):
            weeks = (clock.day(year, month, _MIDDLE, match[0]),)
        elif part in _strings(words["ends"]):
            weeks = (clock.week_of_month(year, month, -1),)
        elif part in _strings(words["first_half"]):
            weeks = tuple(week for week in inside if week.day < _MIDDLE)
        else:
            weeks = tuple(week for week in inside if week.day + 6 > _MIDDLE)
        if weeks:
            yield Span(match.start(), match.end(), weeks)


def _shifts(text: str, words: Words) -> Iterator[Span]:
    """Weeks counted from a product's slot: 晚两周, 提前一周, 早一点."""
    for key, sign in (("later", 1), ("earlier", -1)):
        for match in re.finditer(str(words[key]), text):
            yield Span(match.start(), match.end(), shift=sign * int(match[1] or 1))


def _several(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    """Several numbered weeks: 第44周到第46周, 44、45周."""
    for match in re.finditer(str(words["several"]), text):
        first, last = int(match[1]), int(match[3])
        through = re.fullmatch(str(words["through"]), match[2]) is not None and 0 < last - first < 53
        numbers = range(first, last + 1) if through else (first, last)
        yield Span(match.start(), match.end(), tuple(dict.fromkeys(clock.week(number) for number in numbers)))


def _year_weeks(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    for match in re.finditer(str(words["year_week"]), text):
        yield Span(match.start(), match.end(), (clock.week(int(match[2]), int(match[1])),))


def _numbered(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    for match in re.finditer(str(words["numbered"]), text):
        yield Span(match.start(), match.end(), (clock.week(int(match[1])),))
    for match in re.finditer(r"\bw\s?(\d{1,2})\b", text, re.IGNORECASE):
        yield Span(match.start(), match.end(), (clock.week(int(match[1])),))


def _bare(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    """A number and 周 is a week where the plan has one of that number, or where something goes to it: 45周, not 3周."""
    numbers = {week.isocalendar().week for week in clock.plan_weeks}
    for match in re.finditer(str(words["bare"]), text):
        number, before = int(match[1]), text[: match.start()].rstrip()[-1:]
        goes_there = before in _TOWARDS and _MOST_WEEKS_COUNTED < number <= _LAST_WEEK
        if (number in numbers and before not in _COUNTS) or goes_there:
            yield Span(match.start(), match.end(), (clock.week(int(match[1])),))


def _relative(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    this_week = week_of(clock.as_of)
    named = {"this_week": this_week, "next_week": this_week + timedelta(weeks=1)}
    named |= {"last_week": this_week - timedelta(weeks=1), "week_after_next": this_week + timedelta(weeks=2)}
    if clock.plan_weeks:
        named |= {"first_of_plan": clock.plan_weeks[0], "last_of_plan": clock.plan_weeks[-1]}
    phrases = [(phrase, week) for key, week in named.items() for phrase in _strings(words[key])]
    taken: list[tuple[int, int]] = []
    for phrase, week in sorted(phrases, key=lambda one: -len(one[0])):  # 下下周 before 下周
        for match in re.finditer(re.escape(phrase), text):
            own = phrase in _strings(words["this_week"]) and re.search(str(words["its_own"]), text[: match.start()])
            if not own and not any(match.start() < end and start < match.end() for start, end in taken):
                taken.append(match.span())
                yield Span(match.start(), match.end(), (week,))


def _holidays(text: str, clock: Clock, parsing: Words, words: Words) -> Iterator[Span]:
    """A holiday names its week, one without a fixed date an unknown one, unless a noun follows that it belongs to."""
    fixed = parsing["holidays"]
    assert isinstance(fixed, Mapping)
    days = {**dict.fromkeys(_strings(words["moving"]), ""), **fixed}
    taken: list[tuple[int, int]] = []
    for name, day in sorted(days.items(), key=lambda one: -len(str(one[0]))):
        written = re.sub(r"(?<=\D)(?=\d)|(?<=\d)(?=\D)", r"\\s*", re.escape(str(name)))
        for match in re.finditer(rf"{written}(?:那)?(?:一)?(?:当)?(?:周|期间)?{words['not_a_name']}", text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            if not day:
                yield Span(match.start(), match.end(), unknown=True)
                continue
            month, number = map(int, str(day).split("-"))
            yield Span(match.start(), match.end(), (clock.day(None, month, number, str(name)),))


def _first_weeks(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    """Several weeks of the plan: its 前两周, its 最后三周, the 接下来两周."""
    for match in re.finditer(str(words["first_weeks"]), text):
        n = int(match[2])
        if match[1] in _strings(words["of_the_end"]):
            weeks = clock.plan_weeks[-n:]
        elif match[1] in _strings(words["of_the_start"]):
            weeks = clock.plan_weeks[:n] if n != _WEEKS_OF_A_MONTH else ()  # 前四周 is what every forecast is over
        else:
            weeks = tuple(week for week in clock.plan_weeks if week > clock.as_of)[:n]
        if weeks:
            yield Span(match.start(), match.end(), weeks)


def _in_weeks(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    for match in re.finditer(str(words["in_n"]), text):
        steps = int(match[1]) * (_WEEKS_OF_A_MONTH if match[2] == "月" else 1)
        yield Span(match.start(), match.end(), (week_of(clock.as_of) + timedelta(weeks=steps),))


def _days(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    for match in re.finditer(str(words["day"]), text):
        year = int(match[1]) if match[1] else None
        yield Span(match.start(), match.end(), (clock.day(year, int(match[2]), int(match[3]), match[0]),))


def _months(text: str, clock: Clock, words: Words) -> Iterator[Span]:
    """The plan's weeks of a month: 12月, 下个月."""
    for match in re.finditer(str(words["month"]), text):
        month = int(match[1])
        if 1 <= month <= 12:
            year = _year_before(text, match.start(), clock, words)
            weeks = tuple(week for week in clock.weeks_of(month) if year in (None, week.year))
            weeks = weeks or (clock.day(year, month, _MIDDLE, match[0]),)
            yield Span(match.start(), match.end(), weeks)
    for key, step in (("this_month", 0), ("next_month", 1)):
        month = (clock.as_of.month - 1 + step) % 12 + 1
        for phrase in _strings(words[key]):
            for match in re.finditer(re.escape(phrase), text):
                weeks = clock.weeks_of(month) or (clock.day(None, month, _MIDDLE, phrase),)
                yield Span(match.start(), match.end(), weeks)


def _year_before(text: str, start: int, clock: Clock, words: Words) -> int | None:
    """Return the year that stands before a month, as in 明年2月, or None."""
    years = words["years"]
    assert isinstance(years, Mapping)
    before = text[:start].rstrip().removesuffix("的").rstrip()
    return next((clock.as_of.year + int(step) for word, step in years.items() if before.endswith(str(word))), None)


def _strings(found: object) -> list[str]:
    assert isinstance(found, list)
    return [str(item) for item in found]
