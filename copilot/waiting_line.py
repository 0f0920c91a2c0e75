"""The line: who asks for something that only so many can have at once waits in order, and sees the place in line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

_LOOK_S = 0.05  # how often one who waits looks at `cancel`, and at how many are served


class WaitingLine:
    """First come, first served: as many as there are places are served at once, the others wait in order.

    Args:
        places: says how many can be served now; looked at again and again, as a writer with many places may fail and
            leave one with a single place in its stead.

    Example: with one place and three tickets, the first is served, the second is next in line (1), the third is 2.
    """

    def __init__(self, places: Callable[[], int]) -> None:
        self._places = places
        self._tickets: list[Ticket] = []  # in the order of coming; those who are served stand first
        self._moved = threading.Condition()

    def join(self) -> Ticket:
        """Stand at the end of the line. Leave by the ticket, at best with `with`."""
        with self._moved:
            self._tickets.append(ticket := Ticket(self))
        return ticket

    def __len__(self) -> int:
        """How many are served or wait."""
        with self._moved:
            return len(self._tickets)

    def place_of(self, ticket: Ticket) -> int:
        """Return how far a ticket is from being served: 0 while it is, 1 when it is next."""
        with self._moved:
            return self._place_of(ticket)

    def wait_for_move(self, ticket: Ticket, seen: int) -> int:
        """Wait a moment for another place than the one seen, and return the place."""
        with self._moved:
            self._moved.wait_for(lambda: self._place_of(ticket) != seen, timeout=_LOOK_S)
            return self._place_of(ticket)

    def leave(self, ticket: Ticket) -> None:
        """Let all behind a ticket move up; leaving twice is leaving once."""
        with self._moved:
            if ticket in self._tickets:
                self._tickets.remove(ticket)
                self._moved.notify_all()

    def _place_of(self, ticket: Ticket) -> int:
        if ticket not in self._tickets or ticket.served:
            return 0
        place = max(0, self._tickets.index(ticket) + 1 - max(1, self._places()))
        ticket.served = not place
        return place


class Ticket:
    """A place in a line; `served` from the moment it is its turn."""

    def __init__(self, line: WaitingLine) -> None:
        self.served = False
        self._line = line

    def __enter__(self) -> Ticket:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def place(self) -> int:
        """0 while served, 1 when next."""
        return self._line.place_of(self)

    def leave(self) -> None:
        """Give the place up."""
        self._line.leave(self)

    def wait(self, cancel: threading.Event | None = None) -> Iterator[int]:
        """Yield the place in line, and each new one, until served (nothing is yielded for that) or cancelled."""
        place = self.place
        while place and not (cancel is not None and cancel.is_set()):
            yield place
            seen = place
            while place == seen and not (cancel is not None and cancel.is_set()):
                place = self._line.wait_for_move(self, seen)
