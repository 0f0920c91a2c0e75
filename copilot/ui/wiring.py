"""The screen's wiring: which handler each click calls, and which widgets draw what comes back. No logic of its own."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import escape

from copilot.conversation_context import WISHES, Wish
from copilot.ui import conversation, handlers
from copilot.ui.asks import first_questions
from copilot.ui.conversation import Asking
from copilot.ui.handlers import Change
from copilot.ui.live import GRACE_S, LiveAnswer, LiveAnswers
from copilot.ui.state import Board, Drawer, LaunchDrawer, Thread
from copilot.ui.views_calendar import calendar_html, empty_calendar_html, header_html, notices_html
from copilot.ui.views_chat import thread_html
from copilot.ui.views_drawer import SECTIONS, drawer_html, evidence_sections
from copilot.ui.views_toast import toast_html
from copilot.ui.words import Words

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from copilot.service import Copilot
    from copilot.ui.layout import BoardParts, ChatParts

N_ASKING = 32  # answers that pages follow at the same time; the service lets them wait in line
N_CHAT_PARTS = 10  # of `ChatParts.drawn`
N_BOARD_PARTS = 6 + 2 * len(SECTIONS)  # of `BoardParts.drawn`
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
PLANNING: dict[str, Any] = {"concurrency_id": "plan", "concurrency_limit": 1, **QUIET}
ASKING: dict[str, Any] = {"concurrency_id": "ask", "concurrency_limit": N_ASKING, **QUIET}


def wire_board(blocks: gr.Blocks, board: BoardParts, chat: ChatParts, copilot: Copilot, words: Words) -> None:
    """Wire the calendar, its drawer and the toast."""

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
    blocks.load(load, None, [*drawn, board.notices], **QUIET)
    board.ticker.tick(notices, board.notices, board.notices, **QUIET)
    board.ticker.tick(writer, [board.board_state, board.header], board.header, **QUIET)
    board.calendar.pick(pick, None, drawn, **latest)
    chat.conversation.cite(cite, [drawer, chat.thread_state], drawn, **latest)
    board.drawer.close(close, None, drawn, **QUIET)
    board.drawer.back(back, drawer, drawn, **QUIET)
    # Pressed again before the screen has settled, a press still counts: it says what it asks for.
    board.drawer.lock(lock, [board.board_state, drawer], drawn, trigger_mode="multiple", **PLANNING)
    board.toast.undo(undo, [board.board_state, drawer], drawn, **PLANNING)


def wire_chat(blocks: gr.Blocks, board: BoardParts, chat: ChatParts, copilot: Copilot, words: Words) -> None:
    """Wire the conversation: every way to ask runs the same stream, which a reload and a second window follow too."""
    live = LiveAnswers(GRACE_S)

    def answer(message: str, thread: Thread, request: gr.Request, wish: Wish = "") -> Iterator[list[Any]]:
        session = str(request.session_hash)
        thread = settled(thread, session)
        begun = live.start(
            session, thread.thread_id, lambda stop: conversation.ask(copilot, message, thread, stop, words, wish)
        )
        if begun is None:
            yield draw_asking(copilot, Asking(thread, message, words("chat.busy")), None, words, first=True)
        else:
            yield from followed(begun)

    def ask(message: str, thread: Thread, request: gr.Request) -> Iterator[list[Any]]:
        yield from answer(message, thread, request)

    def ask_choice(thread: Thread, request: gr.Request, event: gr.EventData) -> Iterator[list[Any]]:
        yield from answer(str(event.question), thread, request)

    def ask_once_more(thread: Thread, request: gr.Request, event: gr.EventData) -> Iterator[list[Any]]:
        wish = _wish(str(event.wish))
        yield from answer(words(f"chat.wish_{wish}"), thread, request, wish)

    def followed(begun: LiveAnswer) -> Iterator[list[Any]]:
        first = True
        for asking in begun.follow():
            if asking is None:
                yield [gr.skip()] * N_CHAT_PARTS
            else:
                yield draw_asking(copilot, asking, begun.cancel, words, first=first)
                first = False

    def settled(thread: Thread, session: str) -> Thread:
        """Return a thread whose answer ended unseen, such as while the computer slept, as it is kept."""
        lost = thread.busy and live.of(session, thread.thread_id) is None
        return conversation.ended(copilot, thread, words) if lost else thread

    def stop(cancel: threading.Event | None) -> Any:
        if cancel is not None:
            cancel.set()
        return gr.Button(words("chat.stopping"), interactive=False)

    def after_stop(thread: Thread, request: gr.Request) -> list[Any]:
        now = settled(thread, str(request.session_hash))
        if now is thread:  # its stream draws the end
            return [gr.skip()] * N_CHAT_PARTS
        return draw_asking(copilot, Asking(now), None, words, first=True)

    def show(thread_id: str | None) -> list[Any]:
        begun = live.of_thread(thread_id)
        if begun is not None and begun.latest is not None:  # `follow` goes on from here
            return draw_asking(copilot, begun.latest, begun.cancel, words, first=True)
        return draw_asking(copilot, Asking(conversation.restore(copilot, thread_id, words)), None, words, first=True)

    def follow(thread: Thread) -> Iterator[list[Any]]:
        """Follow the answer that is being made in this thread, begun before a reload or in another window."""
        yield [gr.skip()] * N_CHAT_PARTS  # what never yields would empty the widgets
        begun = live.of_thread(thread.thread_id)
        if begun is not None:
            yield from followed(begun)

    def begin() -> list[Any]:
        return show(None)

    thread = chat.thread_state
    blocks.load(show, chat.thread_key, chat.drawn, **QUIET).then(follow, thread, chat.drawn, **ASKING)
    gr.on([chat.box.submit, chat.send.click], ask, [chat.box, thread], chat.drawn, **ASKING)
    chat.conversation.ask(ask_choice, thread, chat.drawn, **ASKING)
    chat.conversation.wish(ask_once_more, thread, chat.drawn, **ASKING)
    board.drawer.ask(ask_choice, thread, chat.drawn, **ASKING)
    chat.stop.click(stop, chat.cancel_state, chat.stop, **QUIET).then(after_stop, thread, chat.drawn, **QUIET)
    chat.new_thread.click(begin, None, chat.drawn, **QUIET)
    chat.threads.input(show, chat.threads, chat.drawn, **QUIET).then(follow, thread, chat.drawn, **ASKING)


def _wish(name: str) -> Wish:
    """Return the wish that a button names; what no button names is asked again."""
    for wish in WISHES:
        if wish == name:
            return wish
    return "again"


def draw_change(change: Change, words: Words) -> list[Any]:
    """Return a value for each of `BoardParts.drawn`; when a view fails, only the line that says so."""
    try:
        return _change_values(change, words)
    except Exception as error:  # noqa: BLE001 - a view's bug must leave the screen as it was; `explain` logs it
        return _change_values(Change.saying(handlers.explain(error, words)), words)


def draw_asking(
    copilot: Copilot, asking: Asking, cancel: threading.Event | None, words: Words, *, first: bool
) -> list[Any]:
    """Return a value for each of `ChatParts.drawn`; the box is touched only to empty it or to give a draft back."""
    thread, busy, skip = asking.thread, asking.thread.busy, gr.skip()
    if asking.note:  # the question was not taken: whatever is running goes on drawing the rest
        return [skip, str(escape(asking.note)), skip, skip, asking.draft, *[skip] * (N_CHAT_PARTS - 5)]
    choices = () if thread.turns else first_questions(copilot, words)
    settled = first or not busy
    return [
        str(thread_html(thread, choices, words)),
        "",
        thread,
        thread.thread_id or "",
        asking.draft if first or asking.draft else skip,
        gr.Button(visible=not busy) if settled else skip,
        gr.Button(words("chat.stop"), visible=busy, interactive=True) if settled else skip,
        gr.Button(interactive=not busy) if settled else skip,
        _threads(copilot, thread, busy, words) if settled else skip,
        cancel if busy else None,
    ]


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


def _threads(copilot: Copilot, thread: Thread, busy: bool, words: Words) -> gr.Dropdown:
    choices = conversation.thread_choices(copilot, thread, words)
    return gr.Dropdown(choices=choices, value=thread.thread_id or "", interactive=not busy)
