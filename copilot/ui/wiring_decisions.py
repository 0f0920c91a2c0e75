"""The wiring of the scenarios and the override ledger, as `wiring` is for the calendar and the chat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from copilot.ui import decisions
from copilot.ui.decisions import ScenarioBoard
from copilot.ui.handlers import Change, explain
from copilot.ui.views_ledger import ledger_html
from copilot.ui.views_scenarios import scenarios_html
from copilot.ui.wiring import PLANNING, QUIET, draw_change
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.service import Copilot
    from copilot.ui.layout import BoardParts, DecisionParts


def wire_decisions(board: BoardParts, parts: DecisionParts, copilot: Copilot, words: Words) -> None:
    """Wire the scenarios and the ledger."""

    def act(event: gr.EventData) -> Iterator[list[Any]]:
        request = decisions.read_request(event._data or {})
        for shown, change in decisions.act(copilot, request, words):
            yield draw_acted(shown, change, words)

    def look() -> str:
        entries, problem = decisions.open_ledger(copilot, words)
        return str(ledger_html(entries, problem, words))

    parts.scenarios.act(act, None, [parts.scenarios, *board.drawn], trigger_mode="multiple", **PLANNING)
    parts.overrides.look(look, None, parts.overrides, **QUIET)


def draw_acted(shown: ScenarioBoard | None, change: Change, words: Words) -> list[Any]:
    """Return a value for the scenarios and each of `BoardParts.drawn`; when a view fails, the line that says so."""
    try:
        drawn: Any = str(scenarios_html(shown, words)) if shown else gr.skip()
    except Exception as error:  # noqa: BLE001 - a view's bug must leave the screen as it was; `explain` logs it
        return [gr.skip(), *draw_change(Change.saying(explain(error, words)), words)]
    return [drawn, *draw_change(change, words)]
