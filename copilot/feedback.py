"""Feedback: what launches really sold, read from an operator's file and set beside what was planned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from copilot.errors import FeedbackError
from copilot.records import Outcome
from ranking.plan import Plan
from retrieval.errors import RetrievalError
from retrieval.sources.readers import read_batches
from retrieval.weeks import format_week, parse_week

COLUMNS = ("product_id", "week", "units")


@dataclass(frozen=True)
class ComparedOutcome:
    """An outcome beside the plan's expectation; `expected` is None for a product that the plan leaves out."""

    outcome: Outcome
    expected: float | None
    within: bool | None

    def as_row(self) -> dict[str, object]:
        """Return the row that the command line prints."""
        return {
            "product_id": self.outcome.product_id,
            "week": format_week(self.outcome.week),
            "units": self.outcome.units,
            "expected": None if self.expected is None else round(self.expected, 1),
            "within interval": {None: "not planned", True: "yes", False: "no"}[self.within],
        }


def read_outcomes(path: Path) -> tuple[Outcome, ...]:
    """Read product_id, week and units from a CSV, Parquet or Excel file.

    Raises:
        FeedbackError: the file is no such table, a column is missing, or a row is unusable (names the first one).
    """
    try:
        frame = pd.concat(read_batches(path), ignore_index=True)
    except FileNotFoundError as error:
        raise FeedbackError(f"There is no file {path}; give the path of a table with {', '.join(COLUMNS)}.") from error
    except RetrievalError as error:
        raise FeedbackError(str(error)) from error
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise FeedbackError(f"{path.name} lacks the columns {', '.join(missing)}; it needs {', '.join(COLUMNS)}.")
    rows = frame[list(COLUMNS)].itertuples(index=False)
    return tuple(_outcome(path.name, line, row) for line, row in enumerate(rows, start=2))


def compare(outcomes: tuple[Outcome, ...], plan: Plan) -> tuple[ComparedOutcome, ...]:
    """Set each outcome beside the plan's expectation for that product."""
    launches = {launch.product_id: launch for launch in plan.launches}
    compared = []
    for outcome in outcomes:
        launch = launches.get(outcome.product_id)
        within = None if launch is None else launch.low <= outcome.units <= launch.high
        compared.append(ComparedOutcome(outcome, launch.expected_units if launch else None, within))
    return tuple(compared)


def _outcome(name: str, line: int, row: tuple[object, ...]) -> Outcome:
    product_id, week, units = row
    try:
        number = float(str(units))
        monday = parse_week(str(week)[:10])
    except ValueError as error:
        raise FeedbackError(f"{name}, line {line}: {error}. Give a week such as 2017-W41 and a number.") from error
    if pd.isna(number) or number < 0:
        raise FeedbackError(f"{name}, line {line}: units are {units}; they must be 0 or more.")
    return Outcome(str(product_id), monday, number)
