"""The terminal: progress bars, notes and tables on stderr and stdout, so that commands stay free of formatting."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from copilot.output import to_stdout

_notes = Console(stderr=True, highlight=False, soft_wrap=True)


def say(line: str) -> None:
    """Write one line to stderr."""
    _notes.print(Text(line))


def table(rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as a table to stdout; a list says nothing when it is empty."""
    if not rows:
        return
    console = Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 160)
    shown = Table(box=None, pad_edge=False)
    for column in rows[0]:
        shown.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        shown.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    with to_stdout():
        console.print(shown)


class BuildProgress:
    """One bar per build stage on stderr; a Progress callable inside a `with` block."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<14}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=_notes,
        )
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> BuildProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._finish_all()
        self._bars.stop()

    def __call__(self, stage: str, fraction: float | None = None, note: str = "") -> None:
        if stage not in self._tasks:
            self._finish_all()
            if not _notes.is_terminal:  # a log file gets one line a stage instead of bars
                say(f"{stage}{': ' if note else ''}{note}")
            self._tasks[stage] = self._bars.add_task(stage, total=None if fraction is None else 1.0, note=note)
        task = self._tasks[stage]
        total = None if fraction is None else 1.0
        self._bars.update(task, total=total, completed=fraction or 0.0, note=note)  # type: ignore[arg-type]

    def _finish_all(self) -> None:
        for task in self._tasks.values():
            self._bars.update(task, total=1.0, completed=1.0)  # type: ignore[arg-type]
