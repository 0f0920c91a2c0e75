"""Commands on what people decide: the override ledger."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from copilot.arguments import add_command, add_json_flag
from copilot.console import say, table
from copilot.output import print_json
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.ledger import LedgerEntry, LedgerTotals
    from copilot.records import Place
    from copilot.service import Copilot

Run = Callable[[argparse.Namespace, "Copilot"], int]


def add_decision_commands(commands: Any, opened: Callable[[Run], Callable[..., int]]) -> None:
    """Add the commands.

    Args:
        opened: makes a command of a function that works on the opened service.
    """
    ledger = add_command(commands, "ledger", opened(run_ledger), "list what people decided against the plan")
    add_json_flag(ledger)


def run_ledger(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Print what people decided, its price, and how it turned out."""
    from copilot.ledger import totals

    entries = copilot.ledger()
    summary = totals(entries)
    if arguments.json:
        print_json({"overrides": [entry.to_json() for entry in entries], "totals": asdict(summary)})
        return 0
    table([_ledger_row(entry) for entry in entries])
    say(_summary(summary))
    return 0


def _summary(summary: LedgerTotals) -> str:
    return _words(
        "ledger_summary" if summary.n else "ledger_empty",
        n=summary.n,
        value=f"{summary.delta_units:+.2f}",
        count=summary.n_known,
        sold=f"{summary.units:g}",
        expected=f"{summary.expected_units:.1f}",
    )


def _ledger_row(entry: LedgerEntry) -> dict[str, object]:
    made = entry.override.decision
    expected = None if made.expected_units is None else f"{made.expected_units:.1f} ({made.low:.1f} to {made.high:.1f})"
    sold = f"{entry.units:g}" if entry.units is not None else _words(f"ledger_{entry.state}")
    return {
        "when": f"{entry.override.at:%Y-%m-%d %H:%M}",
        "who": entry.override.actor,
        "what": f"{made.kind} {made.title}",
        "from": _slot(made.before),
        "to": _slot(made.after),
        "plan": f"v{entry.override.version}",
        "units": f"{made.delta_units:+.2f} ({made.delta_low:+.2f} to {made.delta_high:+.2f})",
        "expected": expected,
        "sold": sold,
        "stands": {True: "yes", False: "no", None: ""}[entry.stands],
    }


def _words(key: str, **values: object) -> str:
    from copilot.phrases import load_phrases

    return load_phrases("en").message(key, **values)


def _slot(place: Place | None) -> str:
    return "" if place is None else f"{format_week(place.week)}, {place.placement}"
