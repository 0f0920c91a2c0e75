"""The 0/1 solver in a process of its own, which can be stopped when HiGHS overruns its time limit.

One `SolverProcess` serves a whole application: it starts at the first solve, imports scipy once, takes one programme
at a time from any thread, and is started afresh after it had to be stopped. `python -m ranking.solver_process` is the
other end; both talk in pickles over the child's own pipes.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

from ranking.highs import NOTHING_FOUND, Programme, Solution, solve_programme

_GRACE_S = 1.0  # what HiGHS may take beyond its limit before it is stopped
_START_S = 20.0  # allowed to a fresh process for its imports
_log = logging.getLogger(__name__)


class SolverProcess:
    """A ProgrammeSolver that keeps its time limit, whatever HiGHS does. Close it, or use it as a context manager."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def __call__(self, programme: Programme, time_limit_s: float, mip_gap: float) -> Solution:
        """Solve; a solve that had to be stopped found nothing and proves nothing (bound infinite)."""
        with self._lock:
            try:
                child = self._running_child()
                return _ask(child, (programme, time_limit_s, mip_gap), time_limit_s + _GRACE_S)
            except (EOFError, OSError, pickle.UnpicklingError):
                _log.warning("The solver was stopped: it overran %.1f s, or died.", time_limit_s)
                self._stop()
                return NOTHING_FOUND

    def close(self) -> None:
        """Stop the process; a later solve starts another."""
        with self._lock:
            self._stop()

    def __enter__(self) -> SolverProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _running_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._stop()
            self._child = _start()
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _start() -> subprocess.Popen[bytes]:
    """Start the other end and wait until its imports are done, so that they do not count as solving."""
    root = str(Path(__file__).resolve().parent.parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "ranking.solver_process"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    _ask(child, None, _START_S)
    return child


def _ask(child: subprocess.Popen[bytes], request: object, limit_s: float) -> Solution:
    """Send a request and wait for its answer; past the limit the child is killed, which ends the wait (EOFError)."""
    assert child.stdin is not None
    assert child.stdout is not None
    stop = threading.Timer(limit_s, child.kill)
    stop.start()
    try:
        pickle.dump(request, child.stdin)
        child.stdin.flush()
        return pickle.load(child.stdout)
    finally:
        stop.cancel()


def serve() -> None:
    """Answer requests until the parent goes away. Whatever else writes to stdout goes to stderr instead."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(NOTHING_FOUND if request is None else solve_programme(*request), answers)
        answers.flush()


if __name__ == "__main__":
    serve()
