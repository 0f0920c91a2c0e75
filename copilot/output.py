"""Output: what the commands print on stdout, as JSON, text or the rows of a table."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from copilot.cleaning import clean_text
from copilot.errors import OutputFailed
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.factsheet import Fact
    from ranking.plan import Plan


def plan_document(plan: Plan, version: int | None) -> dict[str, Any]:
    """Return the object that `plan --json` prints."""
    launches = [
        {
            "product_id": launch.product_id,
            "title": clean_text(launch.title),  # a terminal would obey what a title brings along
            "week": format_week(launch.week),
            "placement": clean_text(launch.placement),
            "expected_units": round(launch.expected_units, 2),
            "interval": [round(launch.low, 2), round(launch.high, 2)],
        }
        for launch in plan.launches
    ]
    names = ("units", "objective", "bound", "gap", "status")
    summary = {name: getattr(plan, name) for name in names}
    return {"version": version, **summary, "launches": launches}


def fact_rows(facts: Sequence[Fact], lang: str) -> list[dict[str, object]]:
    """Return the rows of the table under an answer."""
    from copilot.phrases import load_phrases

    phrases = load_phrases(lang)
    return [
        {
            "fact": fact.id,
            "what": fact.name.replace("_", " "),
            "about": fact.subject_label,
            "value": f"{phrases.value(fact)} {fact.unit.replace('_', ' ')}",
            "interval": " to ".join(phrases.bounds(fact) or ()),
        }
        for fact in facts
    ]


def print_json(document: Any, indent: int | None = None) -> None:
    """Print a document; weeks as `2017-W41`, other days as ISO dates."""
    print_text(json.dumps(document, ensure_ascii=False, indent=indent, default=_plain))


def print_text(text: str) -> None:
    """Print text as it is."""
    with to_stdout():
        sys.stdout.write(text + "\n")


@contextmanager
def to_stdout() -> Iterator[None]:
    """Write to stdout inside this block: all of it is there at the end, or the command ends in plain words.

    Raises:
        OutputFailed: what stdout leads to takes no more, such as a file on a full disk.
        SystemExit: whoever read it has gone; as customary, nothing is said then.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _leave_stdout()
        raise SystemExit(1) from None
    except OSError as error:
        _leave_stdout()
        raise OutputFailed.of("output_failed", reason=error.strerror or str(error)) from error


def _leave_stdout() -> None:
    """Lead stdout nowhere: what it still holds would fail once more at the process's end, in Python's own words."""
    with suppress(OSError):
        stdout = sys.stdout.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stdout)
        os.close(nowhere)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return format_week(value) if value.weekday() == 0 else value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"no JSON for {type(value).__name__}")
