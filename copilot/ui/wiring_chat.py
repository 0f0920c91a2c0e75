"""The conversation's wiring: every way to ask runs the same stream, which a reload and a second window follow too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import escape

from copilot.conversation_context import WISHES, Wish
from copilot.ui import conversation, kept_threads
from copilot.ui.asks import first_questions
from copilot.ui.conversation import Asking
from copilot.ui.live import GRACE_S, LiveAnswer, LiveAnswers
from copilot.ui.state import Thread
from copilot.ui.understood import correct
from copilot.ui.views_chat import thread_html
from copilot.ui.wiring import QUIET
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.questions import Question
    from copilot.service import Copilot
    from copilot.ui.layout import BoardParts, ChatParts

N_ASKING = 32  # answers that pages follow at the same time; the service lets them wait in line
N_CHAT_PARTS = 10  # of `ChatParts.drawn`
BOX = 4  # its place among them
HIDDEN: Any = "hidden"  # there, unseen: a button that is put in when first shown can miss what is said to it meanwhile
ASKING: dict[str, Any] = {"concurrency_id": "ask", "concurrency_limit": N_ASKING, **QUIET}


def wire_chat(blocks: gr.Blocks, board: BoardParts, chat: ChatParts, copilot: Copilot, words: Words) -> None:
    """Wire the conversation."""
    live = LiveAnswers(GRACE_S)
    _wire_questions(Questions(copilot, words, live), board, chat)
    _wire_threads(Threads(copilot, words, live), blocks, chat)


def _wire_questions(questions: Questions, board: BoardParts, chat: ChatParts) -> None:
    thread = chat.thread_state
    gr.on([chat.box.submit, chat.send.click], questions.ask, [chat.box, thread], chat.drawn, **ASKING)
    chat.conversation.ask(questions.ask_choice, thread, chat.drawn, **ASKING)
    chat.conversation.wish(questions.ask_once_more, thread, chat.drawn, **ASKING)
    chat.conversation.correct(questions.ask_corrected, thread, chat.drawn, **ASKING)
    board.drawer.ask(questions.ask_choice, thread, chat.drawn, **ASKING)
    stopped = chat.stop.click(questions.stop, chat.cancel_state, chat.stop, **QUIET)
    stopped.then(questions.after_stop, thread, chat.drawn, **QUIET)


def _wire_threads(threads: Threads, blocks: gr.Blocks, chat: ChatParts) -> None:
    thread = chat.thread_state
    blocks.load(threads.load, chat.thread_key, chat.drawn, **QUIET).then(threads.follow, thread, chat.drawn, **ASKING)
    chosen = chat.threads.input(threads.show, chat.threads, chat.drawn, **QUIET)
    chosen.then(threads.follow, thread, chat.drawn, **ASKING)
    chat.new_thread.click(threads.begin, None, chat.drawn, **QUIET)


@dataclass(frozen=True)
class Questions:
    """The ways to ask, and to stop an answer."""

    copilot: Copilot
    words: Words
    live: LiveAnswers

    def ask(self, message: str, thread: Thread, request: gr.Request) -> Iterator[list[Any]]:
        yield from self._answer(message, thread, request, from_box=True)

    def ask_choice(self, thread: Thread, request: gr.Request, event: gr.EventData) -> Iterator[list[Any]]:
        yield from self._answer(str(event.question), thread, request)

    def ask_once_more(self, thread: Thread, request: gr.Request, event: gr.EventData) -> Iterator[list[Any]]:
        wish = _wish(str(event.wish))
        yield from self._answer(self.words(f"chat.wish_{wish}"), thread, request, wish)

    def ask_corrected(self, thread: Thread, request: gr.Request, event: gr.EventData) -> Iterator[list[Any]]:
        """Ask a turn's question again with one part of it corrected."""
        number = int(event.turn)
        turn = thread.turns[number] if 0 <= number < len(thread.turns) else None
        kind, key, chosen = str(event.kind), str(event.key), str(event.chosen)
        corrected = correct(self.copilot, turn, kind, key, chosen, self.words) if turn else None
        if corrected is None:  # the page offers no such thing
            yield [gr.skip()] * N_CHAT_PARTS
        else:
            message, question = corrected
            yield from self._answer(message, thread, request, question=question)

    def _answer(
        self,
        message: str,
        thread: Thread,
        request: gr.Request,
        wish: Wish = "",
        question: Question | None = None,
        *,
        from_box: bool = False,
    ) -> Iterator[list[Any]]:
        session = str(request.session_hash)
        thread = self._settled(thread, session)
        begun = self.live.start(
            session,
            thread.thread_id,
            lambda stop: conversation.ask(self.copilot, message, thread, stop, self.words, wish, question),
        )
        if begun is None:
            asking = Asking(thread, message, self.words("chat.busy"))
            yield draw_asking(self.copilot, asking, None, self.words, first=True)
        else:
            yield from draw_followed(self.copilot, begun, self.words, from_box=from_box)

    def stop(self, cancel: threading.Event | None) -> Any:
        if cancel is not None:
            cancel.set()
        return gr.Button(self.words("chat.stopping"), interactive=False)

    def after_stop(self, thread: Thread, request: gr.Request) -> list[Any]:
        now = self._settled(thread, str(request.session_hash))
        if now is thread:  # its stream draws the end
            return [gr.skip()] * N_CHAT_PARTS
        return draw_asking(self.copilot, Asking(now), None, self.words, first=True)

    def _settled(self, thread: Thread, session: str) -> Thread:
        """Return a thread whose answer ended unseen, such as while the computer slept, as it is kept."""
        lost = thread.busy and self.live.of(session, thread.thread_id) is None
        return conversation.ended(self.copilot, thread, self.words) if lost else thread


@dataclass(frozen=True)
class Threads:
    """Showing a thread, following the answer that is being made in it, and beginning a new one."""

    copilot: Copilot
    words: Words
    live: LiveAnswers

    def load(self, thread_id: str | None, request: gr.Request) -> list[Any]:
        """Show the thread that the browser kept, unless a question was asked before the page had come wholly."""
        drawn = self.show(thread_id)
        asked = self.live.of(str(request.session_hash), None) is not None
        return [gr.skip()] * N_CHAT_PARTS if asked else drawn

    def show(self, thread_id: str | None) -> list[Any]:
        begun = self.live.of_thread(thread_id)
        if begun is not None and begun.latest is not None:  # `follow` goes on from here
            return draw_asking(self.copilot, begun.latest, begun.cancel, self.words, first=True)
        kept = kept_threads.restore(self.copilot, thread_id, self.words)
        return draw_asking(self.copilot, Asking(kept), None, self.words, first=True)

    def follow(self, thread: Thread) -> Iterator[list[Any]]:
        """Follow the answer that is being made in this thread, begun before a reload or in another window."""
        yield [gr.skip()] * N_CHAT_PARTS  # what never yields would empty the widgets
        begun = self.live.of_thread(thread.thread_id)
        if begun is not None:
            yield from draw_followed(self.copilot, begun, self.words)

    def begin(self) -> list[Any]:
        return self.show(None)


def _wish(name: str) -> Wish:
    """Return the wish that a button names; what no button names is asked again."""
    for wish in WISHES:
        if wish == name:
            return wish
    return "again"


def draw_followed(copilot: Copilot, begun: LiveAnswer, words: Words, *, from_box: bool = False) -> Iterator[list[Any]]:
    """Draw an answer while it is made, to its end; a question that came from the box empties it."""
    first = True
    for asking in begun.follow():
        if asking is None:
            yield [gr.skip()] * N_CHAT_PARTS
        else:
            drawn = draw_asking(copilot, asking, begun.cancel, words, first=first)
            if first and from_box:
                drawn[BOX] = asking.draft
            yield drawn
            first = False


def draw_asking(
    copilot: Copilot, asking: Asking, cancel: threading.Event | None, words: Words, *, first: bool
) -> list[Any]:
    """Return a value for each of `ChatParts.drawn`; the box is touched only to give a draft back."""
    thread, busy, skip = asking.thread, asking.thread.busy, gr.skip()
    if asking.note:  # the question was not taken: whatever is running goes on drawing the rest
        return [skip, str(escape(asking.note)), skip, skip, asking.draft, *[skip] * (N_CHAT_PARTS - BOX - 1)]
    choices = () if thread.turns else first_questions(copilot, words)
    settled = first or not busy
    return [
        str(thread_html(thread, choices, words)),
        "",
        thread,
        thread.thread_id or "",
        asking.draft or skip,
        gr.Button(visible=HIDDEN if busy else True) if settled else skip,
        gr.Button(words("chat.stop"), visible=True if busy else HIDDEN, interactive=True) if settled else skip,
        gr.Button(interactive=not busy) if settled else skip,
        _threads(copilot, thread, busy, words) if settled else skip,
        cancel if busy else None,
    ]


def _threads(copilot: Copilot, thread: Thread, busy: bool, words: Words) -> gr.Dropdown:
    choices = kept_threads.thread_choices(copilot, thread, words)
    return gr.Dropdown(choices=choices, value=thread.thread_id or "", interactive=not busy)
