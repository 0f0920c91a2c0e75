"""The conversation: asking, streaming verified sentences into the thread, and bringing a thread back after a refresh.

Plain functions and generators like those of `handlers`; none raises.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

from copilot.answers import Sentence
from copilot.errors import CopilotError, StoreError
from copilot.facts import Fact, FactSheet, Source
from copilot.questions import Intent, Question, question_from_json
from copilot.service import AnswerEvent, Collected, Finished, SentenceReady, Understood
from copilot.ui import formats
from copilot.ui.asks import ask_again
from copilot.ui.handlers import explain
from copilot.ui.markup import plain
from copilot.ui.names import telling_name
from copilot.ui.state import Thread, Turn
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.service import Copilot
    from copilot.store import Message

log = logging.getLogger(__name__)

POSSIBLE_PRODUCT = "possible_product"  # the name of the facts that list what an ambiguous name could mean
N_CHOICES = 4
N_THREADS = 30


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


def ask(copilot: Copilot, message: str, thread: Thread, cancel: threading.Event, words: Words) -> Iterator[Asking]:
    """Answer one message, yielding the thread after each event; the draft comes back when nothing was answered."""
    text = message.strip()
    if not text or thread.busy:
        yield Asking(thread, message, words("chat.busy" if thread.busy else "chat.no_words"))
        return
    turn = Turn(text, writer=copilot.writer.name)
    yield Asking(_with(thread, turn))
    try:
        thread, events, unkept = _begin(copilot, text, thread, cancel, words)
        turn = replace(turn, unkept=unkept)
        for event in events:
            turn = advance(copilot, turn, event, words)
            yield Asking(_with(thread, turn))
    except Exception as error:  # noqa: BLE001 - as above
        failed = replace(turn, state="failed", problem=explain(error, words))
        yield Asking(_with(thread, failed), "" if turn.sentences else text)
        return
    yield Asking(_with(thread, replace(turn, state="stopped" if cancel.is_set() else "done")))


def _begin(
    copilot: Copilot, text: str, thread: Thread, cancel: threading.Event, words: Words
) -> tuple[Thread, Iterator[AnswerEvent], str]:
    """Begin an answer that the thread keeps; where nothing can be written, one that is only shown, and why."""
    try:
        kept = replace(thread, thread_id=thread.thread_id or copilot.store.new_thread(words.lang))
        events = copilot.ask(text, lang=words.lang, thread_id=kept.thread_id, cancel=cancel)
        return kept, chain((next(events),), events), ""
    except StoreError as error:
        log.warning("an answer is not kept: %s", error)
        events = copilot.ask(text, lang=words.lang, cancel=cancel)
        return thread, events, words("chat.unkept", reason=str(error))


def advance(copilot: Copilot, turn: Turn, event: object, words: Words) -> Turn:
    """Return the turn after one event of the service."""
    match event:
        case Understood(question):
            named = _names(copilot, question.entities.products, words)
            return replace(turn, state="collecting", understood=question, named=named)
        case Collected(sheet):
            named = turn.named or chosen_name(copilot, sheet, words)
            return replace(turn, state="writing", facts=sheet.facts, named=named)
        case SentenceReady(sentence):
            return replace(turn, sentences=(*turn.sentences, sentence))
        case Finished(answer):
            told = replace(turn, facts=answer.facts, sentences=answer.sentences, plan_version=answer.plan_version)
            told = replace(told, writer=answer.writer)
            return finished(told, answer.question, words)
    return turn


def chosen_name(copilot: Copilot, sheet: FactSheet, words: Words) -> tuple[str, ...]:
    """Return the name of the product that the plan decided on, when the words alone could mean several."""
    asked_back = any(fact.name == POSSIBLE_PRODUCT for fact in sheet)
    spoken_of = [fact for fact in sheet if fact.subject in sheet.question.ambiguous_products]
    if asked_back or not spoken_of:
        return ()
    chosen = spoken_of[0]
    return (telling_name(chosen.subject, chosen.subject_label, copilot.engine.problem, words),)


def finished(turn: Turn, question: Question, words: Words) -> Turn:
    """Complete an answered turn: the brief that it can download, and the products to choose from."""
    target = brief_target(question, turn.facts) if question.intent is Intent.BRIEF else ""
    possible = [fact for fact in turn.facts if fact.name == POSSIBLE_PRODUCT][:N_CHOICES]
    choices = tuple(ask_again(turn.question, fact.subject, fact.subject_label, words) for fact in possible)
    return replace(turn, state="done", brief_target=target, choices=choices)


def brief_target(question: Question, facts: Sequence[Fact]) -> str:
    """Return what a brief was asked for: a product's id, a week, or the season's rhythm; nothing while that is open."""
    first = {fact.name: fact.subject for fact in reversed(facts)}
    if question.entities.products:
        return question.entities.products[0]
    if POSSIBLE_PRODUCT in first:
        return ""
    if "recommended_per_week" in first:
        return "rhythm"
    if question.entities.weeks and "planned_count" in first:
        return formats.week(question.entities.weeks[0])
    return first.get("launch_slot", first.get("not_planned", ""))


def _with(thread: Thread, turn: Turn) -> Thread:
    """Return the thread with the turn as its last: appended when its question is new, replaced while it is answered."""
    kept = thread.turns[:-1] if thread.busy else thread.turns
    return replace(thread, turns=(*kept, turn))


def _titles(copilot: Copilot, product_ids: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the titles of products; one that the catalogue no longer has is left out."""
    found = []
    for product_id in product_ids:
        try:
            found.append((product_id, plain(copilot.engine.product(product_id).title)))
        except CopilotError:
            continue
    return found


def _names(copilot: Copilot, product_ids: tuple[str, ...], words: Words) -> tuple[str, ...]:
    problem = copilot.engine.problem
    return tuple(telling_name(*found, problem, words) for found in _titles(copilot, product_ids))


# Threads that come back


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
    """Turn stored messages into turns: each question with the answer that follows it, if one does."""
    turns: list[Turn] = []
    for message in messages:
        if message.role == "operator":
            turns.append(Turn(str(message.payload.get("text", "")), state="stopped"))
        elif turns:
            turns[-1] = _answered(copilot, turns[-1], message.payload, words)
    return tuple(turns)


def _answered(copilot: Copilot, turn: Turn, payload: Mapping[str, Any], words: Words) -> Turn:
    question = question_from_json(payload["question"], turn.question, words.lang)
    facts = tuple(read_fact(copilot, item) for item in payload["facts"])
    restored = replace(
        turn,
        understood=question,
        named=_names(copilot, question.entities.products, words),
        sentences=tuple(read_sentence(item) for item in payload["sentences"]),
        facts=facts,
        plan_version=payload["plan"],
        writer=str(payload.get("writer", "")),
    )
    return finished(restored, question, words)


def read_sentence(data: Mapping[str, Any]) -> Sentence:
    """Restore a sentence from `Sentence.to_json`."""
    return Sentence(data["text"], tuple(data["facts"]), data["verified"], data["origin"], data.get("rejected"))


def read_fact(copilot: Copilot, data: Mapping[str, Any]) -> Fact:
    """Restore a fact from `Fact.to_json`; its subject's readable name is looked up when it was not kept."""
    source = dict(data["source"])
    subject = data["subject"]
    label = data.get("subject_label") or next((title for _, title in _titles(copilot, (subject,))), subject)
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
    )
