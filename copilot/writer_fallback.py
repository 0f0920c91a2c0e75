"""The writer that never leaves an answer without one: when the first fails, a second takes over and says so."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

from copilot.error_lines import error_line
from copilot.errors import GeneratorError
from copilot.generators import (
    ENGLISH,
    Prompt,
    TextGenerator,
    active_name,
    handed_over,
    replies_at_once,
    writer_for,
    writing_name,
)
from copilot.phrases import load_phrases

_log = logging.getLogger(__name__)

REST_S = 60.0
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*(?=\s)|[。！？][”\"')\]]*|\n")


class FallbackGenerator:
    """Lets `primary` write, and `backup` when that fails before or during its reply.

    What reaches the reader stays readable: only whole sentences of the primary pass, and after a failure the backup's
    own reply starts on a new line. A primary that failed rests for `rest_s` seconds, so that a dead server does not
    cost every question its timeout.

    Args:
        languages: those that the primary writes. In one that the backup does not write, the phrases take over.
    """

    def __init__(
        self,
        primary: TextGenerator,
        backup: TextGenerator,
        *,
        languages: Sequence[str] = ENGLISH,
        rest_s: float = REST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.primary = primary
        self.backup = backup
        self.languages = tuple(languages)
        self._failed: GeneratorError | None = None
        self._rest_s = rest_s
        self._clock = clock
        self._rests_until = float("-inf")

    @property
    def name(self) -> str:
        """The primary's name; `active_name(stream, self)` tells who really wrote."""
        return self.primary.name

    def prepare(self) -> None:
        """Load the primary, and the backup when that fails."""
        try:
            self.primary.prepare()
        except GeneratorError as error:
            self.note_failure(error)
            self.backup.prepare()

    @property
    def last_failure(self) -> str:
        """Why the primary failed the last time, or "" when it last worked."""
        return self.failure_in("en")

    def failure_in(self, lang: str) -> str:
        """Return `last_failure` in a language, as far as it has words for it."""
        return error_line(self._failed, load_phrases(lang)) if self._failed else ""

    @property
    def writing_name(self) -> str:
        """The name of the writer that a question asked now would meet, as far as the last reply tells."""
        return writing_name(self.backup) if self._failed else writing_name(self.primary)

    @property
    def replies_at_once(self) -> int:
        """How many replies the writer that writes now can write at the same time."""
        return replies_at_once(self.backup if self._failed else self.primary)

    def stream(self, prompt: Prompt, *, cancel: threading.Event | None = None) -> Iterator[str]:
        """Stream the primary's reply, or the backup's."""
        return FallbackStream(self, prompt, cancel)

    def backup_for(self, lang: str) -> TextGenerator:
        """Return who takes over in a language."""
        return writer_for(self.backup, lang)

    @property
    def resting(self) -> bool:
        """Whether the primary failed so lately that it is not asked."""
        return self._clock() < self._rests_until

    def note_failure(self, error: GeneratorError) -> None:
        """Remember and log why the primary failed, and let it rest."""
        self._failed = error
        self._rests_until = self._clock() + self._rest_s
        _log.warning("%s does not write now, %s does: %s", self.primary.name, self.backup.name, error)

    def note_success(self) -> None:
        """Forget the last failure, and the rest after it."""
        self._failed = None
        self._rests_until = float("-inf")


class FallbackStream(Iterator[str]):
    """One reply of a FallbackGenerator, which knows who writes it."""

    def __init__(self, generator: FallbackGenerator, prompt: Prompt, cancel: threading.Event | None) -> None:
        self._generator = generator
        self._prompt = prompt
        self._cancel = cancel
        self._backup_stream: Iterator[str] | None = None
        self._failure = ""
        self._pieces = self._write()

    def __next__(self) -> str:
        return next(self._pieces)

    def close(self) -> None:
        """End the reply early."""
        self._pieces.close()

    @property
    def active_name(self) -> str:
        """The name of the writer of what comes now."""
        if self._backup_stream is None:
            return self._generator.primary.name
        return active_name(self._backup_stream, self._generator.backup_for(self._prompt.lang))

    @property
    def failure(self) -> str:
        """Why the primary does not write this reply, and its backup's backup neither; "" while the primary does."""
        if self._backup_stream is None:
            return ""
        return " ".join(filter(None, (self._failure, handed_over(self._backup_stream))))

    @property
    def _cancelled(self) -> bool:
        return self._cancel is not None and self._cancel.is_set()

    def _write(self) -> Generator[str]:
        if not self._generator.resting:
            wrote = False
            primary = self._generator.primary.stream(self._prompt, cancel=self._cancel)
            try:
                with closing(whole_sentences(primary)) as sentences:
                    for piece in sentences:
                        if not wrote:  # noted now, as a reader who has heard enough does not wait for the end
                            self._generator.note_success()
                        wrote = True
                        yield piece
            except GeneratorError as error:
                self._generator.note_failure(error)
                self._failure = error_line(error, load_phrases(self._prompt.lang))
                if wrote:
                    yield "\n"
            else:
                if not (wrote or self._cancelled):
                    self._generator.note_success()
                return
        else:
            self._failure = self._generator.failure_in(self._prompt.lang)
        backup = self._generator.backup_for(self._prompt.lang)
        self._backup_stream = backup.stream(self._prompt, cancel=self._cancel)
        yield from self._backup_stream


def whole_sentences(pieces: Iterator[str]) -> Generator[str]:
    """Pass text on up to its last sentence's end; the rest follows when more comes or when the pieces end well."""
    held = ""
    try:
        for piece in pieces:
            held += piece
            if ends := list(_SENTENCE_END.finditer(held)):
                cut = ends[-1].end()
                yield held[:cut]
                held = held[cut:]
        if held:
            yield held
    finally:
        if isinstance(pieces, Generator):  # a plain iterator has nothing to close
            pieces.close()
