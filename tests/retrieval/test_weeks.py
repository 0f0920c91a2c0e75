from datetime import date, datetime

import pytest

from retrieval.weeks import format_week, parse_week, week_of, week_range

MONDAY = date(2017, 10, 9)  # Monday of 2017-W41


@pytest.mark.parametrize("day", [MONDAY, date(2017, 10, 15), datetime(2017, 10, 12, 23, 59)])
def test_week_of_is_the_monday(day):
    assert week_of(day) == MONDAY


def test_the_iso_year_differs_from_the_calendar_year_around_new_year():
    assert format_week(date(2018, 12, 31)) == "2019-W01"
    assert format_week(date(2017, 1, 1)) == "2016-W52"


@pytest.mark.parametrize("text", ["2017-W41", "2017W41", "2017-w41", " 2017-10-12 "])
def test_parse_week(text):
    assert parse_week(text) == MONDAY


@pytest.mark.parametrize("text", ["", "week 41", "2017-W54", "2017-13-01"])
def test_parse_week_refuses_what_is_no_week(text):
    with pytest.raises(ValueError):  # noqa: PT011
        parse_week(text)


def test_week_range_starts_with_the_week_of_the_day():
    assert week_range(date(2017, 10, 11), 3) == (MONDAY, date(2017, 10, 16), date(2017, 10, 23))
