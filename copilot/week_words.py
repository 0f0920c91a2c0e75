"""Weeks in an operator's words: `week 43`, `W43`, `2017-W43`, `the 43rd week`, `23 October`, `next week`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from copilot.errors import UnknownWeek
from copilot.lexicon import Lexicon
from copilot.plan_clock import Clock, Span
from retrieval.weeks import week_of

_ISO_WEEK = re.compile(r"\b(?:week\s+)?(\d{4})[-\s]?w(?:eek\s*)?(\d{1,2})\b", re.IGNORECASE)
_WEEK_OF_YEAR = re.compile(
    r"\b(?:weeks?|wks?|kw|w)\s?(\d{1,2})(?:\s*[,/-]|\s+of|\s+in)?\s?((?:19|20)\d{2})\b", re.IGNORECASE
)
_SHORT_WEEK = re.compile(r"\bw\s?(\d{1,2})\b", re.IGNORECASE)
_VERBS_TOO = ("march", "may")  # months that are verbs as well
_WEEKS_OF_A_MONTH = 4
_MIDDLE = 15  # day of the month
_ISO_DAY = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")


def find_weeks(
    text: str, as_of: date, plan_weeks: Sequence[date], words: Mapping[str, object], lexicon: Lexicon
) -> list[Span]:
    """Return the weeks that a message names, in order, without overlaps.

    A number without a year is read as the plan's week of that number, or else the nearest one to the plan. A week or
    day that no calendar has is a span without weeks that says so.
    """
    clock = Clock(as_of, tuple(plan_weeks))
    found: list[Span] = []
    from copilot.chinese_weeks import read_weeks  # it reads with this module's clock

    readers = (
        (read_weeks,)
        if lexicon.unspaced
        else (*_COUNTED, _shifts, iso_weeks, _days, _numbered, _relative, _months, _years)
    )
    for reader in readers:
        for span in _read(reader, text, clock, words, lexicon):
            if not any(span.start < other.end and other.start < span.end for other in found):
                found.append(span)
    return sorted(found, key=lambda span: span.start)


Reader = Callable[[str, Clock, Mapping[str, object], Lexicon], Iterator[Span]]


def _read(reader: Reader, text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> list[Span]:
    """Return what a reader finds, up to a week or day that no calendar has."""
    found: list[Span] = []
    try:
        for span in reader(text, clock, words, lexicon):
            found.append(span)
    except UnknownWeek as unknown:
        after = words.get("after_number", "")
        pattern = rf"(?:{words['before_number']})?{re.escape(unknown.written)}(?!\d)(?:{after})?"
        match = re.search(pattern, text, re.IGNORECASE)
        found += [Span(match.start(), match.end(), unknown=True)] if match else []
    return found


def _anchored(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    """Weeks counted from another one: "two weeks before christmas", "the week after week 44"."""
    for match in re.finditer(str(words["weeks_from"]), text, re.IGNORECASE):
        steps = _count(match[1] or "", lexicon, words) * _weeks_each(match[0], words)
        sign = -1 if match[2].lower() in _strings(words["before"]) else 1
        rest = text[match.end() :]
        for reader in (_weeks_of_a_month, iso_weeks, _numbered, _relative, _days):
            anchor = next((span for span in reader(rest, clock, words, lexicon) if span.start == 0), None)
            if anchor is not None and anchor.weeks:
                week = anchor.weeks[0] + timedelta(weeks=sign * steps)
                yield Span(match.start(), match.end() + anchor.end, (week,))
                break


def _weeks_of_a_month(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    """One week of a month: "the first week of December" is the first with most days in it."""
    months = "|".join(lexicon.months + tuple(month[:3] for month in lexicon.months))
    pattern = rf"{words['week_of_month']}({months})\b\.?(?:,? (\d{{4}}))?"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        month = 1 + next(i for i, name in enumerate(lexicon.months) if name.startswith(match[2].lower()[:3]))
        nth = int(lexicon.ordinals.get(match[1].lower(), _leading_number(match[1])))
        year = int(match[3]) if match[3] else None
        yield Span(match.start(), match.end(), (clock.week_of_month(year, month, nth),))


def _leading_number(written: str) -> int:
    """Return the number of "2nd"; the first is 1, and the last -1."""
    digits = re.match(r"\d+", written)
    return int(digits[0]) if digits else (1 if written.lower() == "first" else -1)


def _shifts(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    """Weeks counted from a product's slot: "two weeks later", "delayed by a week", "sooner"."""
    for key, sign in (("weeks_later", 1), ("weeks_earlier", -1)):
        for match in re.finditer(str(words[key]), text, re.IGNORECASE):
            steps = _count(next(filter(None, match.groups()), ""), lexicon, words)
            yield Span(match.start(), match.end(), shift=sign * steps * _weeks_each(match[0], words))
    for match in re.finditer(str(words["by_weeks"]), text, re.IGNORECASE):
        sooner = any(re.search(rf"\b{word}", text, re.IGNORECASE) for word in _strings(words["sooner"]))
        steps = _count(match[1], lexicon, words) * _weeks_each(match[0], words)
        yield Span(match.start(), match.end(), shift=-steps if sooner else steps)


def iso_weeks(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    """Yield weeks such as `2017-W41`."""
    for match in _ISO_WEEK.finditer(text):
        yield Span(match.start(), match.end(), (clock.week(int(match[2]), int(match[1])),))
    for match in _WEEK_OF_YEAR.finditer(text):
        yield Span(match.start(), match.end(), (clock.week(int(match[1]), int(match[2])),))


def iso_days(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    """Yield the weeks of days such as `2017-10-23`."""
    for match in _ISO_DAY.finditer(text):
        week = clock.day(int(match[1]), int(match[2]), int(match[3]), match[0])
        yield Span(match.start(), match.end(), (week,))


def _days(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    yield from iso_days(text, clock, words, lexicon)
    months = "|".join(lexicon.months + tuple(month[:3] for month in lexicon.months))
    first = rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{months})\b\.?(?:,? (?P<y>\d{{4}}))?"
    second = rf"\b(?P<m>{months})\b\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y>\d{{4}}))?"
    for pattern in (first, second):
        for match in re.finditer(pattern, text, re.IGNORECASE):
            month = 1 + next(i for i, name in enumerate(lexicon.months) if name.startswith(match["m"].lower()[:3]))
            year = int(match["y"]) if match["y"] else None
            yield Span(match.start(), match.end(), (clock.day(year, month, int(match["d"]), match[0]),))


def _numbered(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    for match in re.finditer(str(words["nth_week"]), text, re.IGNORECASE):
        yield Span(match.start(), match.end(), (clock.week(int(match[1])),))
    more = re.compile(str(words["more_weeks"]), re.IGNORECASE)
    for pattern in (re.compile(str(words["week_number"]), re.IGNORECASE), _SHORT_WEEK):
        for match in pattern.finditer(text):
            first, end = int(match[1]), match.end()
            weeks = [clock.week(first)]
            while following := more.match(text, end):
                between = re.search(str(words["between"]), text[: match.start()], re.IGNORECASE) is not None
                through = between or re.search(str(words["through"]), following[0], re.IGNORECASE) is not None
                last = int(following[1])
                weeks += _through(clock, first, last) if through else [clock.week(last)]
                first, end = last, following.end()
            yield Span(match.start(), end, tuple(dict.fromkeys(weeks)))
    for match in re.finditer(str(words["bare_week"]), text, re.IGNORECASE):
        meant = tuple(week for week in clock.plan_weeks if week.isocalendar().week == int(match[1]))
        if meant:
            yield Span(match.start(1), match.end(1), meant)


def _through(clock: Clock, first: int, last: int) -> list[date]:
    """Return the weeks after one of a number up to another, which may be of the next year: "weeks 51 to 2"."""
    if first < last:
        return [clock.week(number) for number in range(first + 1, last + 1)]
    start, end = clock.week(first), clock.week(last)
    turned = [start + timedelta(weeks=n) for n in range(1, (end - start).days // 7 + 1)]  # some years have a week 53
    return turned or [end]


def _relative(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    this_week = week_of(clock.as_of)
    named = {"this_week": this_week, "next_week": this_week + timedelta(weeks=1)}
    named |= {"last_week": this_week - timedelta(weeks=1), "week_after_next": this_week + timedelta(weeks=2)}
    if clock.plan_weeks:
        named |= {"first_of_plan": clock.plan_weeks[0], "last_of_plan": clock.plan_weeks[-1]}
    phrases = [(phrase, week) for key, week in named.items() for phrase in _strings(words[key])]
    for phrase, week in sorted(phrases, key=lambda one: -len(one[0])):  # "the last week" before "last week"
        for match in re.finditer(rf"\b{re.escape(phrase)}\b(?!{words['of_a_year']})", text, re.IGNORECASE):
            yield Span(match.start(), match.end(), (week,))
    spans = [match.span() for match in re.finditer(str(words["no_week_ahead"]), text, re.IGNORECASE)]
    for match in re.finditer(str(words["in_n_weeks"]), text, re.IGNORECASE):
        if any(start <= match.start() < end for start, end in spans):
            continue
        counted, unit = match[1] or match[3] or "", (match[2] or match[4]).lower()
        steps = _count(counted, lexicon, words) * (_WEEKS_OF_A_MONTH if unit == "month" else _weeks_each(unit, words))
        yield Span(match.start(), match.end(), (this_week + timedelta(weeks=steps),))
    yield from _holidays(text, clock, words)


def _holidays(text: str, clock: Clock, words: Mapping[str, object]) -> Iterator[Span]:
    """A holiday names its week, unless a noun follows that it belongs to: "christmas candy"."""
    days = words["holidays"]
    assert isinstance(days, Mapping)
    for name, day in days.items():
        pattern = rf"\b(?:the )?(?:week of )?{re.escape(name)}{words['not_a_name']}"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            month, number = map(int, str(day).split("-"))
            yield Span(match.start(), match.end(), (clock.day(None, month, number, name),))


def _months(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    """The plan's weeks of a month: "in November", "December", "next month"."""
    named = "|".join(lexicon.months)
    plain = "|".join(month for month in lexicon.months if month not in _VERBS_TOO)
    pattern = rf"\b(?:(?:in|during|for|of|this|next|all|whole)\s+({named})|({plain}))\b(?!\s*\d)"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        group = 1 if match[1] else 2
        month = 1 + lexicon.months.index(match[group].lower())
        yield Span(
            match.start(group), match.end(group), clock.weeks_of(month) or (clock.day(None, month, 15, match[0]),)
        )
    for key, step in (("this_month", 0), ("next_month", 1)):
        month = (clock.as_of.month - 1 + step) % 12 + 1
        for phrase in _strings(words[key]):
            for match in re.finditer(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE):
                yield Span(match.start(), match.end(), clock.weeks_of(month) or (clock.day(None, month, 15, phrase),))


def _years(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    yield from other_years(text, clock, str(words["year"]))


def other_years(text: str, clock: Clock, pattern: str) -> Iterator[Span]:
    """Yield the years that a message names and that the plan has no week of: "any launches in 2018"."""
    planned = {year for week in clock.plan_weeks for year in (week.year, week.isocalendar().year)}
    for match in re.finditer(pattern, text, re.IGNORECASE):
        group = next(i for i, written in enumerate(match.groups(), start=1) if written)
        if planned and int(match[group]) not in planned:
            yield Span(match.start(group), match.end(group), unknown=True)


def _parts_of_a_month(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    """Parts of a month: "mid-November" is the week of its 15th, "the end of November" that of its last day."""
    months = "|".join(lexicon.months + tuple(month[:3] for month in lexicon.months))
    for match in re.finditer(rf"{words['part_of_month']}({months})\b", text, re.IGNORECASE):
        month = 1 + next(i for i, name in enumerate(lexicon.months) if name.startswith(match[2].lower()[:3]))
        part, inside = match[1].lower(), clock.weeks_of(month)
        if part in _strings(words["begins"]):
            weeks: tuple[date, ...] = (clock.week_of_month(None, month, 1),)
        elif part in _strings(words["middle"]):
            weeks = (clock.day(None, month, 15, match[0]),)
        elif part in _strings(words["ends"]):
            weeks = (clock.week_of_month(None, month, -1),)
        elif part in _strings(words["first_half"]):
            weeks = tuple(week for week in inside if week.day < _MIDDLE)
        elif part in _strings(words["second_half"]):
            weeks = tuple(week for week in inside if week.day + 6 > _MIDDLE)
        else:
            weeks = tuple(week for week in inside if week >= week_of(clock.as_of))
        if weeks:
            yield Span(match.start(), match.end(), weeks)


def _several(text: str, clock: Clock, words: Mapping[str, object], lexicon: Lexicon) -> Iterator[Span]:
    """Several weeks at once: the plan's "first two weeks", those of a month, "the next two weeks"."""
    month = re.compile(rf"\s+(?:of|in) ({'|'.join(lexicon.months)})\b", re.IGNORECASE)
    for match in re.finditer(str(words["first_weeks"]), text, re.IGNORECASE):
        n = _count(match[2], lexicon, words)
        if of_month := month.match(text, match.end()):
            inside = clock.weeks_of(1 + lexicon.months.index(of_month[1].lower()))
            part = inside[-n:] if match[1].lower() in ("last", "final", "closing") else inside[:n]
            if part:
                yield Span(match.start(), of_month.end(), part)
                continue
        if match[1].lower() in ("first", "opening"):
            weeks = clock.plan_weeks[:n]
        elif match[1].lower() in ("last", "final", "closing"):
            weeks = clock.plan_weeks[-n:]
        else:
            weeks = tuple(week for week in clock.plan_weeks if week > clock.as_of)[:n]
        if weeks:
            yield Span(match.start(), match.end(), weeks)


_COUNTED = (_anchored, _weeks_of_a_month, _parts_of_a_month, _several)


def _weeks_each(written: str, words: Mapping[str, object]) -> int:
    """Return how many weeks a unit is: two for a fortnight."""
    return 2 if str(words["fortnight"]) in written.lower() else 1


def _strings(found: object) -> list[str]:
    assert isinstance(found, Sequence)
    return [str(item) for item in found]


def _count(written: str, lexicon: Lexicon, words: Mapping[str, object]) -> int:
    if written.isdigit():
        return int(written)
    amounts = dict(words.get("amounts", {}))  # pyright: ignore[reportCallIssue, reportArgumentType]
    return int({**lexicon.small, **lexicon.numbers, **amounts}.get(written.lower(), 1))
