"""Relay: text from the thread that writes to the reader who waits, so that neither can hang the other.

The reader may be slow, stop early or vanish: the writer goes on at its own pace and stops at its next look. The writer
may fail: the reader hears of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Executor
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Protocol

_LOOK_S = 0.05  # how often a waiting reader looks at `cancel`

Put = Callable[[str], None]
Stopped = Callable[[], bool]


class Write(Protocol):
    """The writer's work: `put` each piece, and return soon after `stopped()` turns true. Raises GeneratorError."""

    def __call__(self, put: Put, stopped: Stopped) -> None: ...


def relay(write: Write, executor: Executor, *, cancel: threading.Event | None = None) -> Generator[str]:
    """Run `write` on the executor and yield what it puts, until it ends, fails or is cancelled.

    Args:
        executor: its order is the queue of waiting replies; a reply that is cancelled while it waits never starts.
        cancel: ends the stream within a twentieth of a second, whatever the writer does.
    Raises:
        GeneratorError: the writer's own.
    """
    pieces: SimpleQueue[str | None] = SimpleQueue()
    stop = threading.Event()
    future = executor.submit(write, pieces.put, stop.is_set)
    future.add_done_callback(lambda _: pieces.put(None))  # comes last, also after a failure or a cancelled wait
    try:
        while (piece := _next_piece(pieces, cancel)) is not None:
            yield piece
        if cancel is None or not cancel.is_set():
            future.result()
    finally:
        stop.set()
        future.cancel()


def _next_piece(pieces: SimpleQueue[str | None], cancel: threading.Event | None) -> str | None:
    """Wait for a piece; None when there is no more or the reader cancelled."""
    while cancel is None or not cancel.is_set():
        with suppress(Empty):
            return pieces.get(timeout=_LOOK_S)
    return None
