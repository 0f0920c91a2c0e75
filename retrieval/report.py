"""The data report: what an import took, set aside, switched off and noticed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

REPORT_NAME = "report.json"


@dataclass(frozen=True)
class DataReport:
    """What became of a source.

    rows: clean rows per table, those held out at or after `as_of` not counted.
    held_out: rows per table at or after `as_of`, which only the backtest reads.
    quarantined: table -> reason -> rows set aside.
    simulated: names of the tables that are simulated.
    switched_off: feature -> why it is off, in plain language.
    first_day, last_day: the first and the last day with an event before `as_of`.
    """

    source: str
    title: str
    licence: str
    as_of: date
    rows: Mapping[str, int]
    held_out: Mapping[str, int]
    quarantined: Mapping[str, Mapping[str, int]]
    simulated: tuple[str, ...]
    switched_off: Mapping[str, str]
    n_live: int
    n_candidates: int
    n_past_launches: int
    first_day: date
    last_day: date
    notes: tuple[str, ...] = ()

    @property
    def n_quarantined(self) -> int:
        return sum(sum(reasons.values()) for reasons in self.quarantined.values())

    def to_json(self) -> str:
        """JSON with dates as ISO text."""
        return json.dumps(asdict(self), default=str, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> DataReport:
        """The report that `to_json` wrote; a ValueError, KeyError or TypeError means that it is not one."""
        raw: dict[str, Any] = json.loads(text)
        for name in ("as_of", "first_day", "last_day"):
            raw[name] = date.fromisoformat(raw[name])
        for name in ("simulated", "notes"):
            raw[name] = tuple(raw[name])
        return cls(**{field.name: raw[field.name] for field in fields(cls)})
