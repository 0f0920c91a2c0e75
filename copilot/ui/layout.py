"""The screen's layout: which widget stands where. What they do is in `wiring`, what they show in the views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from copilot.ui import handlers
from copilot.ui.state import Thread
from copilot.ui.theme import asset
from copilot.ui.views_brief import brief_card_html
from copilot.ui.views_calendar import empty_calendar_html
from copilot.ui.views_drawer import CLOSED, SECTIONS
from copilot.ui.views_header import header_html, notices_html, tabs_html
from copilot.ui.views_ledger import ledger_html, pages_html
from copilot.ui.views_plots import empty_figure
from copilot.ui.views_scenarios import scenarios_html
from copilot.ui.wiring import wire_board
from copilot.ui.wiring_chat import wire_chat
from copilot.ui.wiring_decisions import wire_decisions
from copilot.ui.words import Words, languages, load_words
from copilot.ui.written_briefs import WrittenBriefs

if TYPE_CHECKING:
    from copilot.service import Copilot

STORAGE_KEY = "launch-copilot-thread"
STORAGE_SECRET = "no secret: it lets a browser read its thread's id again after the app restarts"
NOTICES_S = 5.0  # how long a new notice, such as a writer that fails, takes at most to appear
N_AT_ONCE = 8  # clicks of all operators that are worked on at the same time


@dataclass(frozen=True)
class BoardParts:
    """The widgets of the calendar and its drawer, and the session's state beside them."""

    header: gr.HTML
    notices: gr.HTML
    calendar: gr.HTML
    drawer: gr.HTML
    sections: tuple[gr.HTML, ...]
    plots: tuple[gr.Plot, ...]
    toast: gr.HTML
    ticker: gr.Timer
    board_state: gr.State
    drawer_state: gr.State

    @property
    def drawn(self) -> list[Any]:
        """What an action redraws, in the order of `wiring.draw_change`."""
        shown = [self.header, self.calendar, self.board_state, self.drawer, self.drawer_state]
        return [*shown, *self.sections, *self.plots, self.toast]


@dataclass(frozen=True)
class DecisionParts:
    """The widgets of the scenarios and of the override ledger."""

    scenarios: gr.HTML
    overrides: gr.HTML


@dataclass(frozen=True)
class ChatParts:
    """The widgets of the conversation, and the session's state beside them."""

    threads: gr.Dropdown
    new_thread: gr.Button
    conversation: gr.HTML
    note: gr.HTML
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    thread_state: gr.State
    cancel_state: gr.State
    thread_key: gr.BrowserState

    @property
    def drawn(self) -> list[Any]:
        """What a question redraws, in the order of `wiring_chat.draw_asking`."""
        shown = [self.conversation, self.note, self.thread_state, self.thread_key, self.box, self.send, self.stop]
        return [*shown, self.new_thread, self.threads, self.cancel_state]


def build_ui(copilot: Copilot, lang: str = "en") -> gr.Blocks:
    """Build the screen over a service, in `lang` at `/` and in each other language at its own path, such as `/zh`.

    Launch it with `launch_options()`.
    """
    words = load_words(lang)
    with gr.Blocks(title=words("page_title"), analytics_enabled=False, fill_width=True) as blocks:
        _build_page(blocks, copilot, words)
    for other in languages():
        if other != lang:
            with blocks.route(load_words(other)("header.own_name"), f"/{other}", show_in_navbar=False):
                _build_page(blocks, copilot, load_words(other))
    return blocks.queue(default_concurrency_limit=N_AT_ONCE)


def _build_page(blocks: gr.Blocks, copilot: Copilot, words: Words) -> None:
    board, decisions, chat = _place(copilot, words)
    wire_board(blocks, board, chat, copilot, words)
    wire_decisions(board, decisions, copilot, words)
    wire_chat(blocks, board, chat, copilot, words)


def _place(copilot: Copilot, words: Words) -> tuple[BoardParts, DecisionParts, ChatParts]:
    with gr.Column(elem_id="lc-page"):
        # What stands above the calendar has its height before the plan is read, so that nothing moves then.
        header = _html(header_html(handlers.load_board(copilot, words).board, words, waiting=True), "lc-header")
        notices = _html(notices_html(handlers.open_notices(copilot, words), words), "lc-notices")
        _html(tabs_html(words), "lc-tabs")
        with gr.Row(elem_id="lc-main"):
            with gr.Column(elem_id="lc-board", elem_classes="lc-card"):
                loading = empty_calendar_html(words("calendar.loading"), words)
                _html(pages_html(words), "lc-pages")
                calendar = _html(loading, "lc-calendar", "calendar.js", elem_classes="lc-fill")
                decisions = _place_decisions(words)
            with gr.Column(elem_id="lc-drawer", elem_classes="lc-card"):
                drawer = _html(CLOSED, "lc-drawer-head", "drawer.js")
                sections, plots = _place_evidence()
            with gr.Column(elem_id="lc-chat", elem_classes="lc-card"):
                chat = _place_chat(copilot, words)
        toast = _html("", "lc-toast", "toast.js")
        _html(brief_card_html(words), "lc-brief", "brief.js", server_functions=_brief_servers(copilot, words))
    states = (gr.State(None), gr.State(None))
    ticker = gr.Timer(NOTICES_S)
    board = BoardParts(header, notices, calendar, drawer, sections, plots, toast, ticker, *states)
    return board, decisions, chat


def _place_decisions(words: Words) -> DecisionParts:
    """Place the scenarios and the ledger where the calendar stands; the style sheet shows one of the three."""
    scenarios = _html(scenarios_html(None, words), "lc-scenarios", "scenarios.js", elem_classes="lc-fill")
    overrides = _html(ledger_html(None, "", words), "lc-overrides", "ledger.js", elem_classes="lc-fill")
    return DecisionParts(scenarios, overrides)


def _place_evidence() -> tuple[tuple[gr.HTML, ...], tuple[gr.Plot, ...]]:
    """Place the evidence's headings and plots; the style sheet shows them when the drawer holds a launch.

    They start with an empty figure, so that the browser fetches the plotting library before the first click.
    """
    sections, plots, nothing_yet = [], [], empty_figure()
    bare: dict[str, Any] = {"show_label": False, "container": False, "elem_classes": "lc-plot"}
    with gr.Column(elem_id="lc-evidence"):
        for key in SECTIONS:
            sections.append(_html("", f"lc-section-{key}"))
            plots.append(gr.Plot(nothing_yet, elem_id=f"lc-plot-{key}", **bare))
    return tuple(sections), tuple(plots)


def _place_chat(copilot: Copilot, words: Words) -> ChatParts:
    bare: dict[str, Any] = {"show_label": False, "container": False, "scale": 1}
    with gr.Row(elem_id="lc-chat-bar"):
        threads = gr.Dropdown(label=words("chat.threads"), elem_id="lc-threads", filterable=False, **bare)
        new_thread = gr.Button(words("chat.new"), elem_id="lc-new", size="sm", scale=0, min_width=96)
    shown = _html("", "lc-thread", "chat.js", elem_classes="lc-fill")
    note = _html("", "lc-note")
    with gr.Row(elem_id="lc-ask"):
        hint = words("chat.placeholder")
        box = gr.Textbox(label=words("chat.input"), placeholder=hint, max_lines=5, elem_id="lc-box", **bare)
        send = gr.Button(words("chat.send"), variant="primary", elem_id="lc-send", scale=0, min_width=72)
        stop = gr.Button(words("chat.stop"), elem_id="lc-stop", scale=0, min_width=72, visible="hidden")
    states = (gr.State(Thread()), gr.State(None))
    key = gr.BrowserState("", storage_key=STORAGE_KEY, secret=STORAGE_SECRET)
    return ChatParts(threads, new_thread, shown, note, box, send, stop, *states, key)


def _html(value: str, elem_id: str, script: str = "", **more: Any) -> gr.HTML:
    """Place a view. The template stays `${value}`, which Gradio fills in as it is; a `{{value}}` would be compiled."""
    on_load = asset(script) if script else None
    return gr.HTML(str(value), elem_id=elem_id, apply_default_css=False, js_on_load=on_load, **more)


def _brief_servers(copilot: Copilot, words: Words) -> list[Callable[..., Any]]:
    """Return the functions that the page calls, by these names, to save a brief as a file or to have it written."""
    writing = WrittenBriefs(copilot, words)

    def brief_md(target: str) -> list[str | int]:
        return list(handlers.brief_file(copilot, str(target), words))

    def brief_docx(target: str) -> list[str | int]:
        return list(handlers.brief_file(copilot, str(target), words, "docx"))

    def brief_begin(wish: Mapping[str, object]) -> str:
        return writing.begin(str(wish["target"]), str(wish["format"]))

    def brief_look(key: str) -> dict[str, Any]:
        return writing.look(str(key))

    def brief_cancel(key: str) -> None:
        writing.cancel(str(key))

    return [brief_md, brief_docx, brief_begin, brief_look, brief_cancel]
