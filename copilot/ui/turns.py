"""How a turn grows: each event of the service adds to it, and what it can be asked next is drawn from what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.conversation_context import Wish
from copilot.facts import Fact
from copilot.generators import PHRASES, writer_for
from copilot.questions import Intent, Question
from copilot.service import Collected, Finished, SentenceReady, Understood, Waiting
from copilot.ui import formats
from copilot.ui.asks import ask_again
from copilot.ui.state import Turn
from copilot.ui.understood import POSSIBLE_PRODUCT, answered_parts, read_parts
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.service import Copilot

N_CHOICES = 4


def advance(copilot: Copilot, turn: Turn, event: object, words: Words) -> Turn:
    """Return the turn after one event of the service."""
    match event:
        case Understood(question):
            parts = read_parts(copilot, question, words)
            return replace(turn, state="collecting", understood=question, parts=parts)
        case Waiting(place, behind):
            return replace(turn, state="waiting", place=place, behind=behind)
        case Collected(sheet):
            parts = answered_parts(copilot, sheet.question, turn.parts, words)
            told = replace(turn, state="writing", facts=sheet.facts, parts=parts, essential=sheet.essential)
            return replace(told, understood=told_anew(turn.understood, sheet.question))
        case SentenceReady(sentence):
            return replace(turn, state="writing", sentences=(*turn.sentences, sentence))
        case Finished(answer, unkept):
            told = replace(turn, facts=answer.facts, sentences=answer.sentences, plan_version=answer.plan_version)
            told = replace(told, writer=answer.writer, instead_of=answer.instead_of, failure=answer.failure)
            told = replace(told, wishes=open_wishes(copilot, answer.wishes, answer.facts, words.lang))
            if unkept:
                told = replace(told, unkept=words("chat.unkept", reason=unkept))
            told = writable(copilot, finished(told, answer.question, words), words)
            return replace(told, state="stopped" if answer.stopped else "done")
    return turn


def told_anew(understood: Question | None, question: Question) -> Question | None:
    """Return the question as it was echoed, at the length and in the variation that its facts settled."""
    return understood and replace(understood, length=question.length, variation=question.variation)


def open_wishes(copilot: Copilot, lengths: Sequence[Wish], facts: Sequence[Fact], lang: str) -> tuple[Wish, ...]:
    """Return how an answer can be asked once more; no facts have one length.

    Phrases never vary, so "again" is there only where a writer writes the language, also one that failed just now.
    """
    again: tuple[Wish, ...] = ("again",) if writer_for(copilot.writer, lang).name != PHRASES else ()
    return (*again, *lengths) if facts else ()


def finished(turn: Turn, question: Question, words: Words) -> Turn:
    """Complete an answered turn: the brief that it can download, and the products to choose from."""
    target = brief_target(question, turn.facts) if question.intent is Intent.BRIEF else ""
    possible = [fact for fact in turn.facts if fact.name == POSSIBLE_PRODUCT][:N_CHOICES]
    choices = tuple(ask_again(turn.question, fact.subject, fact.subject_label, words) for fact in possible)
    return replace(turn, state="done", brief_target=target, choices=choices)


def writable(copilot: Copilot, turn: Turn, words: Words) -> Turn:
    """Return a finished turn with the name of who can write the brief that it offers."""
    return replace(turn, brief_writer=copilot.brief_writer(words.lang)) if turn.brief_target else turn


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


def repeats_before(turns: Sequence[Turn], turn: Turn) -> bool:
    """Say whether a further variation came out in the words of the answer before it."""
    varied = turn.state == "done" and turn.understood is not None and turn.understood.variation > 0
    before = next((one for one in reversed(turns) if one is not turn and one.sentences), None)
    if not varied or before is None:
        return False
    return [one.text for one in before.sentences] == [one.text for one in turn.sentences]
