"""Writers: whatever turns a prompt into a stream of text, and the choice among them.

A writer promises no truth: `answers` verifies each sentence that comes out of one before an operator sees it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from copilot.errors import GeneratorError

ONBOARD = "onboard"
PHRASES = "phrases"
ENGLISH = ("en",)


@dataclass(frozen=True)
class Prompt:
    """What a writer is asked.

    Attributes:
        system: the rules; never cut.
        user: the question and the fact sheet. When a prompt is too long, whole lines are dropped from the end, but for
            the last one; so the question comes first and the facts follow in order of weight.
        max_new_tokens: the most tokens to write.
        seed: of the sampler, for a writer that samples.
        temperature: 0 always takes the likeliest token, above it tokens are drawn with the seed; the writer's own
            when None (the on-board writer's is 0).
        examples: solved (user, assistant) turns shown before the question; dropped first when there is no room.
        lang: the language of the reply.
    """

    system: str
    user: str
    max_new_tokens: int = 256
    seed: int = 0
    temperature: float | None = None
    examples: tuple[tuple[str, str], ...] = ()
    lang: str = "en"

    @property
    def turns(self) -> list[dict[str, str]]:
        """The prompt as chat messages with the keys `role` and `content`."""
        messages = [{"role": "system", "content": self.system}] if self.system else []
        for question, answer in self.examples:
            messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        return [*messages, {"role": "user", "content": self.user}]


class TextGenerator(Protocol):
    """A writer.

    `stream` yields pieces of text; joined, they are the whole reply. Setting `cancel`, or closing the stream, ends it
    early without an error. Whatever else goes wrong raises GeneratorError. One that writes more than English says so in
    an attribute `languages`.
    """

    @property
    def name(self) -> str:
        """The writer in a few words, as answers record it and the screen shows it."""
        ...

    def prepare(self) -> None:
        """Load what `stream` needs, so that the first reply need not wait for it. Raises GeneratorError."""
        ...

    def stream(self, prompt: Prompt, *, cancel: threading.Event | None = None) -> Iterator[str]: ...


def failure_in(writer: TextGenerator, lang: str) -> str:
    """Return why a writer that has a backup failed the last time, in a language; "" when it works or has none."""
    told = getattr(writer, "failure_in", None)
    return told(lang) if told else ""


def open_generator(
    writer: str = ONBOARD,
    *,
    cache: Path,
    threads: int | None = None,
    url: str = "",
    model: str = "",
    api_key: str = "",
    timeout_s: float = 60.0,
    languages: Sequence[str] = ENGLISH,
) -> TextGenerator:
    """Open the writer that an operator configured. A server and another model fall back to the on-board one.

    Args:
        writer: `onboard` (SmolLM2), `phrases` (no LLM), or the id or folder of a Hugging Face causal LM. Only an id
            that is named here may be looked up at the hub. Beside a `url`, it is the server's backup.
        cache: folder for converted weights.
        threads: CPU threads for a local model; torch's own choice when None.
        url: base URL of an OpenAI-compatible server, with its `model`, `api_key` (may be empty) and `timeout_s`.
        languages: those that the server's model, or else the named one, writes; the on-board one writes English.
    Raises:
        GeneratorError: the configuration cannot work, such as a URL without a model; nothing was loaded yet.
    """
    local = _open_local(writer, cache, threads, languages)
    if not url:
        return local
    # Imported late: the backends bring torch and the client, which the phrases-only writer does without.
    from copilot.writer_fallback import FallbackGenerator
    from copilot.writer_openai import OpenAIGenerator

    server = OpenAIGenerator(url, model, api_key=api_key, timeout_s=timeout_s)
    return FallbackGenerator(server, local, languages=languages)


def _open_local(writer: str, cache: Path, threads: int | None, languages: Sequence[str]) -> TextGenerator:
    if writer == PHRASES:
        return PhraseGenerator()
    from copilot.writer_adapter import shipped_adapter
    from copilot.writer_fallback import FallbackGenerator
    from copilot.writer_transformers import TransformersGenerator

    onboard = TransformersGenerator(cache=cache, adapter=shipped_adapter(), threads=threads)
    if writer == ONBOARD:
        return onboard
    return FallbackGenerator(TransformersGenerator(writer, cache=cache, threads=threads), onboard, languages=languages)


def replies_at_once(generator: TextGenerator) -> int:
    """Return how many replies a writer can write at the same time; one that does not say writes one."""
    return getattr(generator, "replies_at_once", 1)


def handed_over(stream: Iterator[str]) -> str:
    """Return why `stream` is written by a backup; "" while the configured writer writes it."""
    return getattr(stream, "failure", "")


def writing_name(generator: TextGenerator) -> str:
    """Name the writer that writes now: the backup's while the configured one fails."""
    return getattr(generator, "writing_name", generator.name)


def active_name(stream: Iterator[str], generator: TextGenerator) -> str:
    """Name the writer of what `stream` yields now: the backup when `generator` had to switch, else `generator`."""
    return getattr(stream, "active_name", generator.name)


def writer_for(generator: TextGenerator, lang: str) -> TextGenerator:
    """Return the writer of answers in a language: the configured one if it writes it, else the facts' own phrases."""
    return generator if lang in getattr(generator, "languages", ENGLISH) else PhraseGenerator()


class PhraseGenerator:
    """Writes nothing, so that every fact is told by its own phrase: the answer without any LLM."""

    name = PHRASES
    replies_at_once = 1_000  # it takes no time

    def prepare(self) -> None:
        """Need nothing."""

    def stream(self, prompt: Prompt, *, cancel: threading.Event | None = None) -> Iterator[str]:
        """Yield nothing."""
        return iter(())


class ScriptedGenerator:
    """Replays a script; for tests of everything that listens to a writer.

    Args:
        script: the reply to every prompt; or replies in turn, of which the last one stays; or replies by a text that
            the prompt's user part contains (first match; nothing is written without one).
        piece: characters in a piece.
        fail_after: raise GeneratorError after this many pieces of every reply.
        replies_at_once: how many chats it writes for at the same time.

    Example: ScriptedGenerator("One [F1]. Two [F2].", fail_after=1) yields "One [F1]" and fails.
    """

    def __init__(
        self,
        script: str | Sequence[str] | Mapping[str, str],
        *,
        piece: int = 8,
        fail_after: int | None = None,
        name: str = "scripted",
        replies_at_once: int = 1,
        languages: Sequence[str] = ENGLISH,
    ) -> None:
        self.name = name
        self.replies_at_once = replies_at_once
        self.languages = tuple(languages)
        self.prompts: list[Prompt] = []  # what it was asked, for the test to look at
        self._script = [script] if isinstance(script, str) else script
        self._piece = piece
        self._fail_after = fail_after

    def prepare(self) -> None:
        """Need nothing."""

    def stream(self, prompt: Prompt, *, cancel: threading.Event | None = None) -> Iterator[str]:
        """Yield the next reply of the script in pieces."""
        self.prompts.append(prompt)
        reply = self._reply(prompt)
        starts = range(0, len(reply), self._piece)
        for count, start in enumerate(starts):
            if cancel is not None and cancel.is_set():
                return
            if count == self._fail_after:
                break
            yield reply[start : start + self._piece]
        if self._fail_after is not None and self._fail_after <= len(starts):
            raise GeneratorError(f"The scripted writer failed after {self._fail_after} pieces, as it was told to.")

    def _reply(self, prompt: Prompt) -> str:
        if isinstance(self._script, Mapping):
            return next((reply for key, reply in self._script.items() if key in prompt.user), "")
        return self._script[min(len(self.prompts), len(self._script)) - 1]
