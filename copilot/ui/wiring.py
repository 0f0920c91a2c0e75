"""The board's wiring: which handler each click calls, and which widgets draw what comes back. No logic of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from copilot.ui import handlers
from copilot.ui.handlers import Change
from copilot.ui.state import Board, Drawer, LaunchDrawer, Thread
from copilot.ui.views_calendar import calendar_html, empty_calendar_html
from copilot.ui.views_drawer import SECTIONS, drawer_html, evidence_sections
from copilot.ui.views_header import header_html, notices_html
from copilot.ui.views_toast import toast_html
from copilot.ui.words import Words

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from copilot.service import Copilot
    from copilot.ui.layout import BoardParts, ChatParts

N_BOARD_PARTS = 6 + 2 * len(SECTIONS)  # of `BoardParts.drawn`
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
PLANNING: dict[str, Any] = {"concurrency_id": "plan", "concurrency_limit": 1, **QUIET}


def wire_board(blocks: gr.Blocks, board: BoardParts, chat: ChatParts, copilot: Copilot, words: Words) -> None:
    """Wire the calendar, its drawer and the toast."""
    _wire_loading(blocks, board, copilot, words)
    _wire_drawer(board, chat, copilot, words)


def _wire_loading(blocks: gr.Blocks, board: BoardParts, copilot: Copilot, words: Words) -> None:
    """Draw the board when the page loads, and keep its header and notices up to date."""

    def load() -> list[Any]:
        change = handlers.load_board(copilot, words)
        header, calendar, *others = draw_change(change, words)
        if change.board is None and change.toast is not None:  # the reason stays where the plan would be
            calendar = str(empty_calendar_html(change.toast.text, words))
        return [header, calendar, *others, notices(None)]

    def notices(shown: str | None) -> Any:
        now = str(notices_html(handlers.open_notices(copilot, words), words))
        return gr.skip() if now == shown else now  # what is drawn again would come back after it was hidden

    def writer(plan: Board | None, shown: str | None) -> Any:
        """Name another writer in the header; compared as text, so that a header which is behind catches up."""
        now = plan and str(header_html(replace(plan, writer=copilot.active_writer(words.lang)), words))
        return gr.skip() if now is None or now == shown else now

    blocks.load(load, None, [*board.drawn, board.notices], **QUIET)
    board.ticker.tick(notices, board.notices, board.notices, **QUIET)
    board.ticker.tick(writer, [board.board_state, board.header], board.header, **QUIET)


def _wire_drawer(board: BoardParts, chat: ChatParts, copilot: Copilot, words: Words) -> None:
    """Open and close the drawer from the calendar and the chat; lock, and undo."""

    def pick(event: gr.EventData) -> list[Any]:
        return draw_change(handlers.open_launch(copilot, str(event.product_id), words), words)

    def cite(drawer: Drawer | None, thread: Thread, event: gr.EventData) -> list[Any]:
        change = handlers.open_fact(copilot, thread, int(event.turn), str(event.fact), drawer, words)
        return draw_change(change, words)

    def close() -> list[Any]:
        return draw_change(Change(), words)

    def back(drawer: Drawer | None) -> list[Any]:
        return draw_change(Change(drawer=handlers.go_back(drawer)), words)

    def lock(shown: Board, drawer: Drawer | None, event: gr.EventData) -> Iterator[list[Any]]:
        yield [gr.skip()] * N_BOARD_PARTS  # a press that changes nothing yields nothing more, which would empty all
        for change in handlers.set_lock(copilot, shown, drawer, str(event.wish) == "lock", words):
            yield draw_change(change, words)

    def undo(shown: Board, drawer: Drawer | None, event: gr.EventData) -> Iterator[list[Any]]:
        for change in handlers.undo(copilot, shown, drawer, int(event.version), words):
            yield draw_change(change, words)

    drawn, drawer = board.drawn, board.drawer_state
    latest = {"trigger_mode": "always_last", **QUIET}  # of many quick clicks, the last one counts
    board.calendar.pick(pick, None, drawn, **latest)
    chat.conversation.cite(cite, [drawer, chat.thread_state], drawn, **latest)
    board.drawer.close(close, None, drawn, **QUIET)
    board.drawer.back(back, drawer, drawn, **QUIET)
    # Pressed again before the screen has settled, a press still counts: it says what it asks for.
    board.drawer.lock(lock, [board.board_state, drawer], drawn, trigger_mode="multiple", **PLANNING)
    board.toast.undo(undo, [board.board_state, drawer], drawn, **PLANNING)


def draw_change(change: Change, words: Words) -> list[Any]:
    """Return a value for each of `BoardParts.drawn`; when a view fails, only the line that says so."""
    try:
        return _change_values(change, words)
    except Exception as error:  # noqa: BLE001 - a view's bug must leave the screen as it was; `explain` logs it
        return _change_values(Change.saying(handlers.explain(error, words)), words)


def _change_values(change: Change, words: Words) -> list[Any]:
    board, drawer, skip = change.board, change.drawer, gr.skip()
    toast = str(toast_html(change.toast, secrets.token_hex(4), words)) if change.toast else skip
    if change.only_toast:
        return [skip] * (N_BOARD_PARTS - 1) + [toast]
    notes: list[Any] = [skip] * len(SECTIONS)
    plots: list[Any] = [skip] * len(SECTIONS)
    if isinstance(drawer, LaunchDrawer):
        headings, figures = evidence_sections(drawer, words)
        notes, plots = [str(heading) for heading in headings], [_plot(figure) for figure in figures]
    return [
        str(header_html(board, words)) if board else skip,
        str(calendar_html(board, words)) if board else skip,
        board if board else skip,
        str(drawer_html(drawer, words)),
        drawer,
        *notes,
        *plots,
        toast,
    ]


def _plot(figure: go.Figure | None) -> gr.Plot:
    return gr.Plot(value=figure, visible=figure is not None)
