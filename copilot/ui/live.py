"""Live answers: each is made on a thread of its own, so that the pages that show it may come, go and come back.

A page follows an answer; a reload follows it again, and so does a second window on the same thread. An answer that no
page has followed for a while is stopped: nobody would read it, and others may be waiting in line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot.ui.conversation import Asking

GRACE_S = 5.0  # a reload takes this long at most
HEARTBEAT_S = 1.0  # a follower looks up this often, so that a page that went away is noticed


class LiveAnswer:
    """One answer while it is made; setting `cancel` stops it."""

    def __init__(self, grace_s: float) -> None:
        self.cancel = threading.Event()
        self._grace_s = grace_s
        self._changed = threading.Condition()
        self._states = 0
        self._latest: Asking | None = None
        self._ended = False
        self._followers = 0

    def follow(self, heartbeat_s: float = HEARTBEAT_S) -> Iterator[Asking | None]:
        """Yield the latest state whenever there is a new one, to the end; None now and then while there is none.

        A slow follower misses states in between, but never the last one.
        """
        seen = 0
        self._come()
        try:
            while True:
                with self._changed:
                    # Bound now: `seen` moves on, and the lambda is done with by then.
                    self._changed.wait_for(lambda seen=seen: self._states > seen or self._ended, timeout=heartbeat_s)
                    is_new, seen = self._states > seen, self._states
                    state, ended = self._latest, self._ended
                yield state if is_new else None
                if ended:
                    return
        finally:
            self._go()

    @property
    def latest(self) -> Asking | None:
        """The newest state; None before the first."""
        with self._changed:
            return self._latest

    def publish(self, state: Asking) -> None:
        """Show a new state to all followers."""
        with self._changed:
            self._latest, self._states = state, self._states + 1
            self._changed.notify_all()

    def end(self) -> None:
        """Say that the last state was published."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _come(self) -> None:
        with self._changed:
            self._followers += 1

    def _go(self) -> None:
        with self._changed:
            self._followers -= 1
            alone = not (self._followers or self._ended)
        if alone:
            timer = threading.Timer(self._grace_s, self._stop_if_alone)
            timer.daemon = True
            timer.start()

    def _stop_if_alone(self) -> None:
        with self._changed:
            if not self._followers:
                self.cancel.set()


class LiveAnswers:
    """All answers that are being made, by their thread; one at a time in each thread and in each session's new one.

    Args:
        grace_s: how long an answer is made that no page follows.
    """

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._lock = threading.Lock()
        self._by_key: dict[tuple[str, str], LiveAnswer] = {}

    def of_thread(self, thread_id: str | None) -> LiveAnswer | None:
        """Return the answer that is being made in a thread."""
        return self.of("", thread_id) if thread_id else None

    def of(self, session: str, thread_id: str | None) -> LiveAnswer | None:
        """Return the answer that is being made in a thread, or in a session's thread that has no id yet."""
        with self._lock:
            return self._by_key.get(_key(session, thread_id))

    def start(
        self, session: str, thread_id: str | None, run: Callable[[threading.Event], Iterator[Asking]]
    ) -> LiveAnswer | None:
        """Begin an answer, or return None while this thread's, or this session's new thread's, is being made.

        Args:
            run: makes the answer, looking at the event that stops it.
        """
        key = _key(session, thread_id)
        with self._lock:
            if key in self._by_key:
                return None
            answer = self._by_key[key] = LiveAnswer(self._grace_s)
        threading.Thread(target=self._make, args=(answer, run), name="answer", daemon=True).start()
        return answer

    def _make(self, answer: LiveAnswer, run: Callable[[threading.Event], Iterator[Asking]]) -> None:
        try:
            for state in run(answer.cancel):
                if state.thread.thread_id and not state.note:
                    with self._lock:
                        self._by_key[_key("", state.thread.thread_id)] = answer
                answer.publish(state)
        finally:
            with self._lock:
                self._by_key = {key: one for key, one in self._by_key.items() if one is not answer}
            answer.end()


def _key(session: str, thread_id: str | None) -> tuple[str, str]:
    return ("thread", thread_id) if thread_id else ("session", session)
