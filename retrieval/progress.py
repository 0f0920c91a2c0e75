"""Progress: how long work tells its caller where it stands, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives a stage's name, the share done (0..1, None when unknown) and a short note."""

    def __call__(self, stage: str, fraction: float | None = None, note: str = "") -> None: ...


def silent(stage: str, fraction: float | None = None, note: str = "") -> None:
    """A Progress that listens to nothing."""
