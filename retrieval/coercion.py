"""Coercion: bring a raw column to its kind. What cannot be brought there becomes null, and the contract says why.

Kinds: "text", "id", "number", "date" (midnight), "timestamp", "week" (midnight of the ISO week's Monday).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import pandas as pd

from retrieval.weeks import parse_week

_OFFSET = r"\d(?:Z|[+-]\d{2}:?\d{2})$"
_ISO_WEEK = r"\d{4}-?[Ww]\d{1,2}$"


def column_of(frame: pd.DataFrame, name: str) -> pd.Series:
    """One column as a Series; for pandas' stubs, `frame[name]` might be a DataFrame."""
    return cast("pd.Series", frame[name])


def coerce(values: pd.Series, kind: str) -> pd.Series:
    """Return `values` as `kind`, null where that is impossible."""
    return _COERCE[kind](values)


def is_blank(values: pd.Series) -> pd.Series:
    """Whether each present cell holds only white space."""
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return pd.Series(False, index=values.index)
    return values.astype("object").map(lambda cell: isinstance(cell, str) and not cell.strip()).astype(bool)


def as_id(values: pd.Series) -> pd.Series:
    """Ids as text: `7`, `7.0` and `" 7 "` are the same id; an empty text is no id."""
    if pd.api.types.is_float_dtype(values.dtype) and bool((values.isna() | (values % 1 == 0)).all()):
        values = values.astype("Int64")
    return as_text(values)


def as_text(values: pd.Series) -> pd.Series:
    """Text without white space at its ends; an empty one becomes null."""
    text = values if isinstance(values.dtype, pd.StringDtype) else _decode(values)
    text = text.astype("str").str.strip()
    return text.mask(text == "")


def _decode(values: pd.Series) -> pd.Series:
    """Cells of any type (bytes, numbers, lists) as text; bytes and surrogates that are not UTF-8 become null."""
    if values.dtype != object:
        return values.astype("str")
    return pd.Series([_decode_cell(cell) for cell in values], index=values.index, dtype="str")


def _decode_cell(cell: object) -> str | None:
    if cell is None or cell is pd.NA or cell is pd.NaT or cell != cell:
        return None
    try:
        text = cell.decode("utf-8") if isinstance(cell, bytes) else str(cell)
        text.encode("utf-8")
    except UnicodeError:
        return None
    return text


def _as_number(values: pd.Series) -> pd.Series:
    plain = values if pd.api.types.is_numeric_dtype(values.dtype) else as_text(values)
    number = cast("pd.Series", pd.to_numeric(plain, errors="coerce")).astype("float64")
    return number.mask(number.isin([float("inf"), float("-inf")]))


def _as_timestamp(values: pd.Series) -> pd.Series:
    """ISO 8601 only: 03/04/2017 means two days, so guessing would be wrong half the time. Offsets become UTC."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _without_zone(values)
    if pd.api.types.is_numeric_dtype(values.dtype):  # 20170104 would be read as nanoseconds
        return pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    text = as_text(values)
    text = text.mask(~text.str.match(r"\d{4}-\d{2}-\d{2}").fillna(False).astype(bool))
    has_offset = bool(text.str.contains(_OFFSET).fillna(False).any())
    return _without_zone(pd.to_datetime(text, format="ISO8601", errors="coerce", utc=has_offset))


def _without_zone(times: pd.Series) -> pd.Series:
    if times.dt.tz is not None:
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return times.astype("datetime64[us]")


def _as_date(values: pd.Series) -> pd.Series:
    return _as_timestamp(values).dt.normalize()


def _as_week(values: pd.Series) -> pd.Series:
    """The Monday of the week that holds the date; also reads `2017-W41`."""
    if not pd.api.types.is_datetime64_any_dtype(values.dtype) and not pd.api.types.is_numeric_dtype(values.dtype):
        text = as_text(values)
        weeks = text[text.str.match(_ISO_WEEK).fillna(False).astype(bool)]
        values = text.replace({week: _monday(week) for week in set(weeks)}) if len(weeks) else text
    days = _as_date(values)
    return days - pd.to_timedelta(days.dt.weekday, unit="D")


def _monday(week: str) -> str | None:
    try:
        return parse_week(week).isoformat()
    except ValueError:  # a week 54, say
        return None


_COERCE: Mapping[str, Callable[[pd.Series], pd.Series]] = {
    "text": as_text,
    "id": as_id,
    "number": _as_number,
    "date": _as_date,
    "timestamp": _as_timestamp,
    "week": _as_week,
}
