"""Written briefs: each is written on a thread of its own, under a key that only the page that asked for it knows.

The page looks again and again, so nothing else on it waits; a brief that no page looks at any more is told by phrases
to its end, which frees the writer for others.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from copilot.brief_passages import TIME_LIMIT_S, BriefProgress
from copilot.ui.handlers import BriefFile, as_file, explain
from copilot.ui.markup import plain
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.brief_writing import Brief
    from copilot.service import Copilot

LEFT_S = 10.0  # a page that has not looked for so long is gone
KEPT_S = 300.0  # a finished brief waits so long for a page whose connection broke


class _Unwanted(threading.Event):
    """Set once the operator cancelled, or once the page stopped looking; the writer looks at it while it writes."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = time.monotonic()

    def is_set(self) -> bool:
        return super().is_set() or time.monotonic() - self.looked > LEFT_S


@dataclass
class _Job:
    """One brief while it is written; `file` is there when it is finished, `line` then says who wrote it."""

    file_format: str
    unwanted: _Unwanted = field(default_factory=_Unwanted)
    progress: BriefProgress = field(default_factory=lambda: BriefProgress("facts"))
    began: float = 0.0  # when the writer began
    file: BriefFile | None = None
    line: str = ""
    failed: bool = False

    def note(self, progress: BriefProgress) -> None:
        if progress.stage == "writing" and not self.began:
            self.began = time.monotonic()
        self.progress = progress


class WrittenBriefs:
    """The briefs that are being written for the pages of one language."""

    def __init__(self, copilot: Copilot, words: Words) -> None:
        self._copilot = copilot
        self._words = words
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}

    def begin(self, target: str, file_format: str) -> str:
        """Begin a brief and return its key."""
        key, job, now = secrets.token_urlsafe(16), _Job(file_format), time.monotonic()
        with self._lock:
            self._jobs = {old: one for old, one in self._jobs.items() if now - one.unwanted.looked < KEPT_S}
            self._jobs[key] = job
        threading.Thread(target=self._write, args=(job, target), name="brief", daemon=True).start()
        return key

    def look(self, key: str) -> dict[str, Any]:
        """Return where a brief stands, or its file: what the page shows, in the words of its language."""
        with self._lock:
            job = self._jobs.get(key)
        if job is None:
            return {"state": "gone", "line": self._words("brief.gone")}
        job.unwanted.looked = time.monotonic()
        if job.file is None:
            return {"state": "working", **self._standing(job)}
        return {"state": "failed" if job.failed else "done", "line": job.line, "file": list(job.file)}

    def cancel(self, key: str) -> None:
        """Let a brief go: the writer stops at its next word, and the page gets no file."""
        with self._lock:
            job = self._jobs.pop(key, None)
        if job is not None:
            job.unwanted.set()

    def _write(self, job: _Job, target: str) -> None:
        try:
            brief = self._copilot.brief(
                target, self._words.lang, written=True, cancel=job.unwanted, on_progress=job.note
            )
            job.failed = brief.writing is not None and bool(brief.writing.failure)
            job.line = self._who_wrote(brief)
            job.file = as_file(brief, job.file_format)
        except Exception as error:  # noqa: BLE001 - every failure becomes one line, bugs are logged in `explain`
            job.file = BriefFile("", "", explain(error, self._words), 0)

    def _standing(self, job: _Job) -> Mapping[str, object]:
        words, progress = self._words, job.progress
        if progress.stage != "writing":
            waiting = progress.stage == "waiting"
            line = words("chat.waiting_writer", place=progress.place) if waiting else words("brief.facts")
            return {"line": line, "clock": "", "share": 0.0}
        spent_s = min(time.monotonic() - job.began, TIME_LIMIT_S)
        clock = words("brief.clock", seconds=int(spent_s), limit=int(TIME_LIMIT_S))
        line = words("brief.writing", writer=self._copilot.brief_writer(words.lang), n=progress.sentences)
        return {"line": line, "clock": clock, "share": spent_s / TIME_LIMIT_S}

    def _who_wrote(self, brief: Brief) -> str:
        if brief.writing is None:
            return self._words("brief.in_phrases")
        return self._words("brief.saved", **{**vars(brief.writing), "failure": plain(brief.writing.failure)})
