"""Threads that come back: after a refresh, in a second window, or chosen from the list."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from copilot.answer import Sentence
from copilot.errors import CopilotError
from copilot.facts import Fact, Source
from copilot.questions import question_from_json
from copilot.ui.handlers import explain
from copilot.ui.markup import plain
from copilot.ui.state import Thread, Turn
from copilot.ui.turns import finished, open_wishes, repeats_before, writable
from copilot.ui.understood import read_parts, titles_of
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.service import Copilot
    from copilot.store import Message

log = logging.getLogger(__name__)

N_THREADS = 30


def thread_choices(copilot: Copilot, thread: Thread, words: Words) -> list[tuple[str, str]]:
    """Return (label, id) of the threads to choose from, newest first; a thread without a question yet stands first."""
    try:
        kept = [(plain(item.title) or item.thread_id, item.thread_id) for item in copilot.store.threads()[:N_THREADS]]
    except CopilotError as error:  # the thread on the screen goes on without the others
        log.warning("the list of threads cannot be read: %s", error)
        kept = []
    known = {thread_id for _, thread_id in kept}
    if thread.thread_id in known:
        return kept
    label = plain(thread.turns[0].question) if thread.turns else words("chat.title")
    return [(label, thread.thread_id or ""), *kept]


def restore(copilot: Copilot, thread_id: str | None, words: Words) -> Thread:
    """Read a thread back, after a refresh or when another one is chosen; one that is lost comes back empty."""
    if not thread_id:
        return Thread()
    try:
        messages = copilot.store.messages(thread_id)
        return Thread(thread_id, read_turns(copilot, messages, words)) if messages else Thread()
    except Exception as error:  # noqa: BLE001 - a damaged thread must not take the screen with it
        explain(error, words)
        return Thread()


def read_turns(copilot: Copilot, messages: Sequence[Message], words: Words) -> tuple[Turn, ...]:
    """Turn stored messages into turns: each question with the answer that follows it, if one does.

    Only the newest one's products offer their nearest ones: a search for each turn would hold up the page.
    """
    turns: list[Turn] = []
    for message in messages:
        if message.role == "operator":
            turns.append(Turn(str(message.payload.get("text", "")), state="stopped"))
        elif turns:
            newest = message is messages[-1]
            answered = _answered(copilot, turns[-1], message.payload, words, nearest=newest)
            turns[-1] = replace(answered, repeats=repeats_before(turns[:-1], answered))
    return tuple(turns)


def _answered(copilot: Copilot, turn: Turn, payload: Mapping[str, Any], words: Words, *, nearest: bool) -> Turn:
    question = question_from_json(payload.get("asked", payload["question"]), turn.question, words.lang)
    facts = tuple(read_fact(copilot, item) for item in payload["facts"])
    restored = replace(
        turn,
        understood=question,
        parts=read_parts(copilot, question, words, nearest=nearest),
        sentences=tuple(read_sentence(item) for item in payload["sentences"]),
        facts=facts,
        plan_version=payload["plan"],
        writer=str(payload.get("writer", "")),
        instead_of=str(payload.get("instead_of", "")),
        failure=str(payload.get("failure", "")),
        wishes=open_wishes(copilot, payload.get("wishes", ("shorter", "longer")), facts, words.lang),
    )
    told = writable(copilot, finished(restored, question, words), words)
    return replace(told, state="stopped" if payload.get("stopped") else "done")


def read_sentence(data: Mapping[str, Any]) -> Sentence:
    """Restore a sentence from `Sentence.to_json`."""
    return Sentence(
        data["text"],
        tuple(data["facts"]),
        data["verified"],
        data["origin"],
        data.get("rejected"),
        data.get("writer", ""),
    )


def read_fact(copilot: Copilot, data: Mapping[str, Any]) -> Fact:
    """Restore a fact from `Fact.to_json`; its subject's readable name is looked up when it was not kept."""
    source = dict(data["source"])
    subject = data["subject"]
    label = data.get("subject_label") or next((title for _, title in titles_of(copilot, (subject,))), subject)
    value = date.fromisoformat(data["value"]) if data["unit"] == "week" else data["value"]
    return Fact(
        id=data["id"],
        name=data["name"],
        subject=subject,
        subject_label=label,
        value=value,
        unit=data["unit"],
        interval=tuple(data["interval"]) if data["interval"] else None,
        source=Source(**{**source, "params": tuple(source["params"]), "columns": tuple(source["columns"])}),
        week=date.fromisoformat(data["week"]) if data.get("week") else None,
        placement=data.get("placement"),
        linked=tuple(data.get("linked", ())),
        other=data.get("other", ""),
        other_label=data.get("other_label", ""),
        other_week=date.fromisoformat(data["other_week"]) if data.get("other_week") else None,
    )
