"""The conversation: asking, and streaming verified sentences into the thread.

Plain functions and generators like those of `handlers`; none raises.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from copilot.cleaning import without_surrogates
from copilot.conversation_context import Wish
from copilot.errors import StoreError
from copilot.planning import OPERATOR
from copilot.service import AnswerEvent
from copilot.ui.handlers import explain, told
from copilot.ui.kept_threads import restore
from copilot.ui.state import Thread, Turn
from copilot.ui.turns import advance, repeats_before
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.questions import Question
    from copilot.service import Copilot

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asking:
    """The conversation while a question is answered.

    Attributes:
        draft: what the input box holds afterwards.
        note: a line under the conversation, when the question was not taken.
    """

    thread: Thread
    draft: str = ""
    note: str = ""


def ask(
    copilot: Copilot,
    message: str,
    thread: Thread,
    cancel: threading.Event,
    words: Words,
    wish: Wish = "",
    question: Question | None = None,
) -> Iterator[Asking]:
    """Answer one message, yielding the thread after each event; the draft comes back when nothing was answered.

    Args:
        wish: asks the last question once more, in place of what the message says.
        question: asked as it is, the message being its words.
    """
    thread = caught_up(copilot, thread, words)
    text = without_surrogates(message).strip()
    if not text or thread.busy:
        yield Asking(thread, message, words("chat.busy" if thread.busy else "chat.no_words"))
        return
    turn = Turn(text, writer=copilot.active_writer(words.lang).name)
    yield Asking(_with(thread, turn))
    try:
        asked = partial(copilot.ask, text, lang=words.lang, cancel=cancel, wish=wish, question=question)
        thread, events, unkept = _begin(copilot, thread, words, asked)
        turn = replace(turn, unkept=unkept)
        for event in events:
            turn = advance(copilot, turn, event, words)
            yield Asking(_with(thread, turn))
    except Exception as error:  # noqa: BLE001 - as above
        failed = replace(turn, state="failed", problem=explain(error, words))
        if not _is_kept(copilot, thread, text):
            failed = replace(failed, unkept=words("chat.not_kept"))
        yield Asking(_with(thread, failed), "" if turn.sentences or wish else text)
        return
    yield Asking(_with(thread, replace(turn, repeats=repeats_before(thread.turns, turn))))


def caught_up(copilot: Copilot, thread: Thread, words: Words) -> Thread:
    """Return the thread as it is kept, when another window has gone on with it meanwhile."""
    if thread.thread_id is None or thread.busy:
        return thread
    kept = restore(copilot, thread.thread_id, words)
    return kept if len(kept.turns) > len(thread.turns) else thread


def ended(copilot: Copilot, thread: Thread, words: Words) -> Thread:
    """Return a thread whose last answer is not being made any more: as it is kept, or stopped where it is not."""
    if thread.thread_id is not None:
        return restore(copilot, thread.thread_id, words)
    return replace(thread, turns=(*thread.turns[:-1], replace(thread.turns[-1], state="stopped")))


def _begin(
    copilot: Copilot, thread: Thread, words: Words, asked: Callable[..., Iterator[AnswerEvent]]
) -> tuple[Thread, Iterator[AnswerEvent], str]:
    """Begin an answer that the thread keeps; where nothing can be written, one that is only shown, and why."""
    try:
        kept = replace(thread, thread_id=thread.thread_id or copilot.store.new_thread(words.lang))
        events = asked(thread_id=kept.thread_id)
        return kept, chain((next(events),), events), ""
    except StoreError as error:
        log.warning("an answer is not kept: %s", error)
        return thread, asked(), words("chat.unkept", reason=told(error, words))


def _is_kept(copilot: Copilot, thread: Thread, text: str) -> bool:
    """Say whether a message comes back with its thread: one that is refused does not, one whose answer failed does."""
    try:
        kept = copilot.store.messages(thread.thread_id) if thread.thread_id else []
    except StoreError:
        return False
    return any(one.role == OPERATOR and one.payload.get("text") == text for one in kept[-1:])


def _with(thread: Thread, turn: Turn) -> Thread:
    """Return the thread with the turn as its last: appended when its question is new, replaced while it is answered."""
    kept = thread.turns[:-1] if thread.busy else thread.turns
    return replace(thread, turns=(*kept, turn))
