"""The first run: a page that shows how the build goes, until the calendar can open.

The build runs once, in a thread of its own, however many tabs look at it and whether or not they stay.

    first = FirstRun(lambda progress: build(settings, progress))
    page = build_first_run_ui(first)
    page.launch(prevent_thread_lock=True, ...)
    workspace = first.result()  # then close the page and launch the calendar on the same port; open tabs follow
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

import gradio as gr

from copilot.ui.handlers import explain
from copilot.ui.state import BuildStage, BuildStatus
from copilot.ui.theme import asset
from copilot.ui.views_first_run import first_run_html
from copilot.ui.words import Words, load_words
from retrieval.progress import Progress

T = TypeVar("T")

POLL_S = 0.5
LINGER_S = 1.5  # how long the page stays up after the build, so that every tab hears of its end


class FirstRun(Generic[T]):
    """Runs a build in the background and tells where it stands.

    Args:
        build: does the work and reports to the Progress that it is given.
    """

    def __init__(self, build: Callable[[Progress], T], lang: str = "en") -> None:
        self.words = load_words(lang)
        self._build = build
        self._stages: dict[str, BuildStage] = {}
        self._status = BuildStatus()
        self._result: T | None = None
        self._error: Exception | None = None
        self._guard = threading.Lock()
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="first-run", daemon=True)

    def start(self) -> None:
        """Begin the build; calling it again changes nothing."""
        with self._guard:
            if not self._thread.is_alive() and not self._status.finished and not self._status.problem:
                self._started = time.monotonic()
                self._thread.start()

    def status(self) -> BuildStatus:
        """Return where the build stands now."""
        with self._guard:
            running = not self._status.finished and not self._status.problem
            seconds = time.monotonic() - self._started if running else self._status.seconds
            return replace(self._status, stages=tuple(self._stages.values()), seconds=seconds)

    def result(self) -> T:
        """Wait for the end and return what was built. Raises whatever the build raised."""
        self.start()
        self._thread.join()
        if self._error is not None:
            raise self._error
        time.sleep(LINGER_S)
        return self._result  # type: ignore[return-value] - set when there is no error

    def report(self, stage: str, fraction: float | None = None, note: str = "") -> None:
        """Take a report of the build; a stage ends when the next one begins."""
        with self._guard:
            for name, other in self._stages.items():
                if name != stage and not other.done:
                    self._stages[name] = replace(other, fraction=1.0, done=True)
            self._stages[stage] = BuildStage(stage, fraction, note, done=fraction is not None and fraction >= 1)

    def _run(self) -> None:
        try:
            self._result = self._build(self.report)
        except Exception as error:  # noqa: BLE001 - told on the page, and raised again by `result`
            self._error = error
            self._settle(problem=explain(error, self.words))
        else:
            self._settle(finished=True)

    def _settle(self, *, finished: bool = False, problem: str = "") -> None:
        with self._guard:
            if finished:
                self._stages = {key: replace(stage, fraction=1.0, done=True) for key, stage in self._stages.items()}
            self._status = BuildStatus((), finished, problem, time.monotonic() - self._started)


def build_first_run_ui(first: FirstRun, lang: str = "en") -> gr.Blocks:
    """Build the progress page and begin the build. Launch it with `launch_options()`."""
    words = load_words(lang)
    first.start()
    with gr.Blocks(title=words("first_run.title"), analytics_enabled=False, fill_width=True) as blocks:
        with gr.Column(elem_id="lc-page"):
            shown = gr.HTML(
                _draw(first, words), elem_id="lc-first", apply_default_css=False, js_on_load=asset("first_run.js")
            )
        timer = gr.Timer(POLL_S)
        timer.tick(lambda: _draw(first, words), None, shown, show_progress="hidden", api_visibility="private")
    return blocks


def _draw(first: FirstRun, words: Words) -> str:
    return str(first_run_html(first.status(), words))
