"""Starts the web app: settings, workspace, copilot, screen, launch.

Run `python app.py` or `launch-copilot serve`. On the first run the screen shows the build's progress.
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any

from retrieval.quiet import quiet_environment

quiet_environment()  # before the libraries that read it are imported

from copilot.console import BuildProgress, say
from copilot.errors import OPERATOR_ERRORS
from copilot.phrases import languages
from copilot.port import check_port
from copilot.service import Copilot
from copilot.settings import Settings, load_settings
from copilot.start import build, is_built, open_copilot, open_workspace
from copilot.ui import FirstRun, build_first_run_ui, build_ui, launch_options
from retrieval.progress import Progress, silent

TARGET_GAP = 1e-3  # a stored plan that proves less than this was cut short, and is searched for again


def main() -> int:
    """Serve with the settings of the environment; exit code 1 and one line on an operator's error."""
    try:
        settings = load_settings()
        logging.basicConfig(level=settings.log_level, stream=sys.stderr)
        return serve(settings)
    except OPERATOR_ERRORS as error:
        say(f"error: {error}")
        return 1


def serve(settings: Settings) -> int:
    """Serve until interrupted; when nothing is built yet, serve the build's progress first.

    Raises:
        PortTaken: another program listens on the port; said before any other work.
    """
    check_port(settings.host, settings.port)
    say(f"launch-copilot: http://{settings.host}:{settings.port} (Ctrl+C stops it)")
    copilot = open_built(settings) if is_built(settings) else first_run(settings)
    screen = build_ui(copilot, settings.lang)
    try:
        screen.launch(prevent_thread_lock=True, **_address(settings), **launch_options())
        # What the first question needs loads while the operator looks around; one that comes earlier waits for it.
        threading.Thread(target=warm_up, args=[copilot, settings.lang], name="warm-up", daemon=True).start()
        screen.block_thread()
    finally:
        copilot.close()
    return 0


def open_built(settings: Settings, progress: Progress = silent) -> Copilot:
    """Open the built workspace and its plan, solving a new one when its data or settings changed."""
    progress("plan", None, "choosing launches")
    copilot = open_copilot(settings, open_workspace(settings))
    if copilot.current_plan().plan.gap > TARGET_GAP:
        copilot.replan("the last search ran out of time")
    return copilot


def first_run(settings: Settings) -> Copilot:
    """Build the workspace while a page and the terminal show how far it is."""
    with BuildProgress() as bars:

        def build_all(page: Progress) -> Copilot:
            progress = both(page, bars)
            build(settings, progress).close()
            copilot = open_built(settings, progress)
            progress("writer", None, "preparing the language model")
            warm_up(copilot, settings.lang)
            return copilot

        first = FirstRun(build_all, settings.lang)
        page = build_first_run_ui(first, settings.lang)
        page.launch(prevent_thread_lock=True, **_address(settings), **launch_options())
        try:
            return first.result()
        finally:
            page.close(verbose=False)


def warm_up(copilot: Copilot, lang: str) -> None:
    """Load what the first question needs in any language, this one first.

    Without a writer the phrases still answer, so a failure is only logged.
    """
    try:
        copilot.prepare(lang)
        for other in languages():
            copilot.parser(other).warm_up()
    except OPERATOR_ERRORS as error:
        logging.getLogger(__name__).warning("not ready for questions, or only with phrases: %s", error)


def both(one: Progress, other: Progress) -> Progress:
    """Return a Progress that tells two listeners."""

    def tell(stage: str, fraction: float | None = None, note: str = "") -> None:
        one(stage, fraction, note)
        other(stage, fraction, note)

    return tell


def _address(settings: Settings) -> dict[str, Any]:
    return {"server_name": settings.host, "server_port": settings.port, "share": False, "quiet": True}


if __name__ == "__main__":
    sys.exit(main())
