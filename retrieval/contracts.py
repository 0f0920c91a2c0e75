"""Contracts: what each table of a source must look like, and the one place where rows are checked.

Rows are coerced to the contract's types first (so that `"12.50"` and `12.5` mean the same price) and then checked
against the table's pandera schema. A row that breaks the contract is set aside with its reasons; it is never dropped
silently. Past this point code may trust the clean tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from retrieval.coercion import coerce, column_of, is_blank
from retrieval.errors import MissingColumn
from retrieval.quarantine import ROW, SET_ASIDE, quarantine_rows

EVENT_TYPES = ("view", "click", "cart", "purchase", "review", "exposure")
MARKET_KINDS = ("trend", "competitor_launch", "competitor_price")
MAX_TEXT = (
    20_000  # characters in a description or attributes; a longer cell is an accident, such as a 10 MB export slip
)
MAX_TITLE = 500
MAX_ID = 200
EARLIEST, LATEST = pd.Timestamp("1970-01-01"), pd.Timestamp("2100-01-01")


@dataclass(frozen=True)
class Column:
    """One column: its kind decides coercion and the type in Parquet; `checks` say what its values must satisfy."""

    name: str
    kind: str  # as in retrieval.coercion
    required: bool = True
    checks: tuple[pa.Check, ...] = ()


@dataclass(frozen=True)
class TableContract:
    """One table: its columns, the key that must be unique, and whether a source must have it."""

    name: str
    required: bool
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()

    @property
    def required_columns(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)

    @property
    def optional_columns(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if not c.required)

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema of the coerced table: all columns present, optional values may be null."""
        columns = {
            c.name: pa.Column(None, checks=list(c.checks), nullable=not c.required, required=True) for c in self.columns
        }
        return pa.DataFrameSchema(columns, name=self.name)


@dataclass(frozen=True)
class Validated:
    """`clean` has every contract column (coerced) plus `row`; `quarantine` has table, row, reason, record (JSON)."""

    clean: pd.DataFrame
    quarantine: pd.DataFrame


def _check(test: Callable[[pd.Series], pd.Series], reason: str) -> pa.Check:
    return pa.Check(test, error=reason, ignore_na=True)


def _text(limit: int) -> tuple[pa.Check, ...]:
    return (_check(lambda s: s.str.len() <= limit, f"is longer than {limit:,} characters"),)


def _one_of(values: tuple[str, ...]) -> tuple[pa.Check, ...]:
    return (_check(lambda s: s.isin(values), f"is none of {', '.join(values)}"),)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


_NOT_NEGATIVE = (_check(lambda s: s >= 0, "is negative"),)
_POSITIVE = (_check(lambda s: s > 0, "is not above zero"),)
_SHARE = (_check(lambda s: (s >= 0) & (s <= 1), "is not between 0 and 1"),)
_RATING = (_check(lambda s: (s >= 0) & (s <= 5), "is not between 0 and 5"),)
_IN_RANGE = (_check(lambda s: (s >= EARLIEST) & (s < LATEST), "is not between the years 1970 and 2099"),)
_JSON = (*_text(MAX_TEXT), _check(lambda s: s.map(_is_object).astype(bool), "is not a JSON object"))
_WHOLE = (_check(lambda s: (s >= 1) & (s % 1 == 0), "is not a whole number of at least 1"),)
_ID = _text(MAX_ID)
_NAME = _text(MAX_TITLE)

_CONTRACTS = (
    TableContract(
        "products",
        required=True,
        unique=("product_id",),
        columns=(
            Column("product_id", "id", checks=_ID),
            Column("title", "text", checks=_NAME),
            Column("description", "text", required=False, checks=_text(MAX_TEXT)),
            Column("category", "text", checks=_NAME),
            Column("brand", "text", required=False, checks=_NAME),
            Column("price", "number", required=False, checks=_NOT_NEGATIVE),
            Column("unit_margin", "number", required=False),
            Column("attributes", "text", required=False, checks=_JSON),
            Column("launch_date", "date", required=False, checks=_IN_RANGE),
            Column("ready_date", "date", required=False, checks=_IN_RANGE),
            Column("stock_units", "number", required=False, checks=_NOT_NEGATIVE),
        ),
    ),
    TableContract(
        "events",
        required=True,
        columns=(
            Column("user_id", "id", checks=_ID),
            Column("product_id", "id", checks=_ID),
            Column("ts", "timestamp", checks=_IN_RANGE),
            Column("type", "text", checks=_one_of(EVENT_TYPES)),
            Column("quantity", "number", required=False, checks=_POSITIVE),
            Column("value", "number", required=False, checks=_NOT_NEGATIVE),
            Column("rating", "number", required=False, checks=_RATING),
            Column("placement", "text", required=False, checks=_NAME),
        ),
    ),
    TableContract(
        "queries",
        required=False,
        columns=(
            Column("date", "date", checks=_IN_RANGE),
            Column("query", "text", checks=_NAME),
            Column("count", "number", checks=_NOT_NEGATIVE),
            Column("clicked_product_id", "id", required=False, checks=_ID),
        ),
    ),
    TableContract(
        "placements",
        required=False,
        unique=("week", "product_id", "placement"),
        columns=(
            Column("week", "week", checks=_IN_RANGE),
            Column("product_id", "id", checks=_ID),
            Column("placement", "text", checks=_NAME),
            Column("share", "number", checks=_SHARE),
        ),
    ),
    TableContract(
        "market",
        required=False,
        columns=(
            Column("date", "date", checks=_IN_RANGE),
            Column("kind", "text", checks=_one_of(MARKET_KINDS)),
            Column("subject", "text", checks=_NAME),
            Column("value", "number"),
            Column("note", "text", required=False, checks=_text(MAX_TEXT)),
        ),
    ),
    TableContract(
        "slots",
        required=False,
        unique=("week", "placement"),
        columns=(
            Column("week", "week", checks=_IN_RANGE),
            Column("placement", "text", checks=_NAME),
            Column("capacity", "number", checks=_WHOLE),
            Column("categories", "text", required=False, checks=_text(MAX_TEXT)),
        ),
    ),
)
TABLES: Mapping[str, TableContract] = {contract.name: contract for contract in _CONTRACTS}


def validate(table: str, frame: pd.DataFrame, first_row: int = 0) -> Validated:
    """Coerce `frame` to the contract of `table` and set aside every row that breaks it.

    Args:
        table: a name in TABLES.
        frame: raw rows; unknown columns are ignored, missing optional ones become null.
        first_row: the number of the frame's first row within its table, for batches.
    Returns:
        Validated; a row with several faults is set aside once, its reasons joined by "; ".
    Raises:
        MissingColumn: a required column is absent.
    Example: a products row with price "-3" -> quarantine, reason "price is negative".
    """
    contract = TABLES[table]
    require_columns(contract, frame)
    raw = frame.reset_index(drop=True)
    coerced, reasons = _coerce(contract, raw)
    _collect(reasons, _schema_failures(contract, coerced))
    _collect(reasons, _duplicates(contract, coerced, bad=set(reasons)))
    if SET_ASIDE in raw:
        marked = raw[SET_ASIDE].dropna()
        reasons.update({int(str(row)): [str(reason)] for row, reason in marked.items()})
    coerced[ROW] = range(first_row, first_row + len(coerced))
    keep = ~coerced.index.isin(list(reasons))
    clean = coerced.loc[keep].reset_index(drop=True)
    bad = sorted(reasons)
    texts = ["; ".join(dict.fromkeys(reasons[row])) for row in bad]
    return Validated(clean, quarantine_rows(table, raw.loc[bad], [first_row + row for row in bad], texts))


def require_columns(contract: TableContract, frame: pd.DataFrame) -> None:
    """Raise MissingColumn, naming what is missing and what is there, unless all required columns are present."""
    missing = [name for name in contract.required_columns if name not in frame.columns]
    if missing:
        present = ", ".join(str(c)[:60] for c in list(frame.columns)[:30]) or "none"
        raise MissingColumn(
            f"Table {contract.name!r} lacks the required column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
            f"It has: {present}. Rename or add the column and import again."
        )


def _without_tags(category: pd.Series) -> pd.Series:
    """Drop HTML tags, whose `>` would part a level in two; a text of nothing but tags stays."""
    plain = category.str.replace(r"</?[A-Za-z][^<>]*>", "", regex=True).str.strip()
    return plain.where(plain != "", category)


def _coerce(contract: TableContract, raw: pd.DataFrame) -> tuple[pd.DataFrame, dict[int, list[str]]]:
    """Bring every column to its kind; a value that cannot be brought there becomes a reason against its row."""
    columns: dict[str, pd.Series] = {}
    reasons: dict[int, list[str]] = {}
    for column in contract.columns:
        if column.name not in raw:
            columns[column.name] = coerce(pd.Series(pd.NA, index=raw.index, dtype="str"), column.kind)
            continue
        source = column_of(raw, column.name)
        value = coerce(source, column.kind)
        if column.name == "category":
            value = _without_tags(value).str.replace(r"\s*>\s*", " > ", regex=True)
        lost = source.loc[value.isna().to_numpy()]
        empty = lost.isna() | is_blank(lost)
        if column.required:
            _collect(reasons, {int(row): [f"{column.name} is empty"] for row in lost.index[empty.to_numpy()]})
        unreadable = f"{column.name} {_NOT_A[column.kind]}"
        _collect(reasons, {int(row): [unreadable] for row in lost.index[~empty.to_numpy()]})
        columns[column.name] = value
    return pd.DataFrame(columns, index=raw.index), reasons


_NOT_A = {
    "text": "is not UTF-8 text",
    "id": "is not UTF-8 text",
    "number": "is not a number",
    "date": "is not an ISO date such as 2017-10-09",
    "week": "is not a week such as 2017-W41 or 2017-10-09",
    "timestamp": "is not an ISO time such as 2017-10-09T14:30:00",
}


def _schema_failures(contract: TableContract, coerced: pd.DataFrame) -> dict[int, list[str]]:
    """Rows that fail a pandera check, with `column reason` for each; nulls were judged during coercion."""
    schema = contract.schema
    try:
        schema.validate(coerced, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
    else:
        return {}
    failures: dict[int, list[str]] = {}
    for column, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
        if check != "not_nullable":
            failures.setdefault(int(index), []).append(f"{column} {check}")
    return failures


def _duplicates(contract: TableContract, coerced: pd.DataFrame, bad: set[int]) -> dict[int, list[str]]:
    """Rows whose unique key an earlier sound row of this frame already has."""
    if not contract.unique:
        return {}
    sound = coerced.loc[~coerced.index.isin(list(bad)), list(contract.unique)]
    repeated = sound.index[sound.duplicated(keep="first")]
    return {int(i): [duplicate_reason(contract)] for i in repeated}


def duplicate_reason(contract: TableContract) -> str:
    """The reason given to a row whose unique key was seen before."""
    return f"{' + '.join(contract.unique)} occurs twice; the first row was kept"


def _collect(reasons: dict[int, list[str]], more: Mapping[int, list[str]]) -> None:
    for row, texts in more.items():
        reasons.setdefault(row, []).extend(texts)
