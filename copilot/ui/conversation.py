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

from copilot.answer import Sentence
from copilot.conversation_context import Wish
from copilot.errors import CopilotError, StoreError
from copilot.facts import Fact, FactSheet, Source
from copilot.generators import PHRASES
from copilot.questions import Intent, Question, question_from_json
from copilot.service import AnswerEvent, Collected, Finished, SentenceReady, Understood, Waiting
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


def ask(
    copilot: Copilot, message: str, thread: Thread, cancel: threading.Event, words: Words, wish: Wish = ""
) -> Iterator[Asking]:
    """Answer one message, yielding the thread after each event; the draft comes back when nothing was answered.

    Args:
        wish: asks the last question once more, in place of what the message says.
    """
    thread = caught_up(copilot, thread, words)
    text = message.strip()
    if not text or thread.busy:
        yield Asking(thread, message, words("chat.busy" if thread.busy else "chat.no_words"))
        return
    turn = Turn(text, writer=copilot.active_writer(words.lang).name)
    yield Asking(_with(thread, turn))
    try:
        thread, events, unkept = _begin(copilot, text, thread, cancel, words, wish)
        turn = replace(turn, unkept=unkept)
        for event in events:
            turn = advance(copilot, turn, event, words)
            yield Asking(_with(thread, turn))
    except Exception as error:  # noqa: BLE001 - as above
        failed = replace(turn, state="failed", problem=explain(error, words))
        yield Asking(_with(thread, failed), "" if turn.sentences or wish else text)
        return
    yield Asking(_with(thread, replace(turn, repeats=_repeats(thread.turns, turn))))


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


def _repeats(turns: Sequence[Turn], turn: Turn) -> bool:
    """Say whether a further variation came out in the words of the answer before it."""
    varied = turn.state == "done" and turn.understood is not None and turn.understood.variation > 0
    before = next((one for one in reversed(turns) if one is not turn and one.sentences), None)
    if not varied or before is None:
        return False
    return [one.text for one in before.sentences] == [one.text for one in turn.sentences]


def _begin(
    copilot: Copilot, text: str, thread: Thread, cancel: threading.Event, words: Words, wish: Wish
) -> tuple[Thread, Iterator[AnswerEvent], str]:
    """Begin an answer that the thread keeps; where nothing can be written, one that is only shown, and why."""
    try:
        kept = replace(thread, thread_id=thread.thread_id or copilot.store.new_thread(words.lang))
        events = copilot.ask(text, lang=words.lang, thread_id=kept.thread_id, cancel=cancel, wish=wish)
        return kept, chain((next(events),), events), ""
    except StoreError as error:
        log.warning("an answer is not kept: %s", error)
        events = copilot.ask(text, lang=words.lang, cancel=cancel, wish=wish)
        return thread, events, words("chat.unkept", reason=str(error))


def advance(copilot: Copilot, turn: Turn, event: object, words: Words) -> Turn:
    """Return the turn after one event of the service."""
    match event:
        case Understood(question):
            named = _names(copilot, question.entities.products, words)
            return replace(turn, state="collecting", understood=question, named=named)
        case Waiting(place, behind):
            return replace(turn, state="waiting", place=place, behind=behind)
        case Collected(sheet):
            named = turn.named or chosen_name(copilot, sheet, words)
            told = replace(turn, state="writing", facts=sheet.facts, named=named, essential=sheet.essential)
            return replace(told, understood=_told_anew(turn.understood, sheet.question))
        case SentenceReady(sentence):
            return replace(turn, state="writing", sentences=(*turn.sentences, sentence))
        case Finished(answer, unkept):
            told = replace(turn, facts=answer.facts, sentences=answer.sentences, plan_version=answer.plan_version)
            told = replace(told, writer=answer.writer, instead_of=answer.instead_of, failure=answer.failure)
            told = replace(told, wishes=_wishes(copilot, answer.wishes, answer.facts))
            if unkept:
                told = replace(told, unkept=words("chat.unkept", reason=unkept))
            return replace(finished(told, answer.question, words), state="stopped" if answer.stopped else "done")
    return turn


def _told_anew(understood: Question | None, question: Question) -> Question | None:
    """Return the question as it was echoed, at the length and in the variation that its facts settled."""
    return understood and replace(understood, length=question.length, variation=question.variation)


def _wishes(copilot: Copilot, lengths: Sequence[Wish], facts: Sequence[Fact]) -> tuple[Wish, ...]:
    """Return how an answer can be asked once more; phrases alone never vary, and no facts have one length."""
    again: tuple[Wish, ...] = ("again",) if copilot.writer.name != PHRASES else ()
    return (*again, *lengths) if facts else ()


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
            answered = _answered(copilot, turns[-1], message.payload, words)
            turns[-1] = replace(answered, repeats=_repeats(turns[:-1], answered))
    return tuple(turns)


def _answered(copilot: Copilot, turn: Turn, payload: Mapping[str, Any], words: Words) -> Turn:
    question = question_from_json(payload["question"], turn.question, words.lang)
    if "asked" in payload:
        question = _told_anew(question, question_from_json(payload["asked"], lang=words.lang)) or question
    facts = tuple(read_fact(copilot, item) for item in payload["facts"])
    restored = replace(
        turn,
        understood=question,
        named=_names(copilot, question.entities.products, words),
        sentences=tuple(read_sentence(item) for item in payload["sentences"]),
        facts=facts,
        plan_version=payload["plan"],
        writer=str(payload.get("writer", "")),
        instead_of=str(payload.get("instead_of", "")),
        failure=str(payload.get("failure", "")),
        wishes=_wishes(copilot, payload.get("wishes", ("shorter", "longer")), facts),
    )
    return replace(finished(restored, question, words), state="stopped" if payload.get("stopped") else "done")


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
