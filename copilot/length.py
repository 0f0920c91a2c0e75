"""Length: an answer told once more, shorter or with more detail, from the same facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from copilot.conversation_context import Wish
    from copilot.factsheet import FactSheet
    from copilot.question import Question

Length = Literal["short", "normal", "detailed"]
LENGTHS: tuple[Length, ...] = ("short", "normal", "detailed")

REST = "more_launches"  # the fact that counts the launches which are not named
SHORT_FACTS = 3  # of a short answer, at most
_STEPS: dict[Wish, int] = {"shorter": -1, "longer": 1}
_AT_THE_END = {"shorter": "no_shorter", "longer": "no_longer"}


def told_ids(sheet: FactSheet, length: Length) -> tuple[str, ...]:
    """Return the ids of the facts that an answer of this length must tell, in order of weight.

    They are the essential ones; the first few for a short answer, at least one less than usual, and all facts after
    them for a detailed one. A sheet without essential facts tells all it has.
    """
    essential = sheet.essential
    if essential and length == "short":
        return essential[: max(1, min(SHORT_FACTS, len(essential) - 1))]
    if essential and length == "normal":
        return essential
    return (*essential, *(fact.id for fact in sheet.facts if fact.id not in essential))


def of_length(sheet: FactSheet, length: Length) -> FactSheet:
    """Return the sheet as it is told at a length; every fact stays true and cited.

    A short one keeps only the facts that it tells, with what they refer back to, and no closing line.
    """
    if length == "normal" or not sheet.essential:
        return sheet
    ids = told_ids(sheet, length)
    if length == "detailed":
        return replace(sheet, essential=ids)
    referred = {name for fact in sheet.facts if fact.id in ids for name in fact.spec.after}
    facts = tuple(fact for fact in sheet.facts if fact.id in ids or fact.name in referred)
    messages = tuple(message for message in sheet.messages if not message.closing)
    return replace(sheet, facts=facts, essential=ids, messages=messages)


def wants_detail(question: Question) -> bool:
    """Say whether a question is told in detail, or will be once its wish is granted."""
    if question.length == "detailed":
        return question.wish != "shorter"
    return question.length == "normal" and question.wish == "longer"


def other_length(sheet: FactSheet, length: Length, wish: Wish) -> Length | None:
    """Return the next length in the wished direction that tells other facts than `length` does; None without one."""
    step = _STEPS.get(wish, 0)
    at = LENGTHS.index(length)
    further: Sequence[Length] = LENGTHS[at + 1 :] if step > 0 else LENGTHS[:at][::-1] if step else ()
    now = set(told_ids(sheet, length))
    counts_rest = any(fact.name == REST for fact in sheet.facts)  # in detail they are named

    def tells_others(one: Length) -> bool:
        return (counts_rest and "detailed" in (one, length)) or set(told_ids(sheet, one)) != now

    return next(filter(tells_others, further), None)


def wishes_open(sheet: FactSheet) -> tuple[Wish, ...]:
    """Return which of "shorter" and "longer" would tell other facts than this answer does."""
    return tuple(wish for wish in _STEPS if other_length(sheet, sheet.question.length, wish) is not None)


def at_wished_length(sheet: FactSheet) -> FactSheet:
    """Return the sheet with its question at the length that was wished; where there is none, with a line to say so."""
    from copilot.factsheet import Message  # late: the sheet's module knows questions, which know lengths

    question = sheet.question
    if question.wish not in _STEPS or not sheet.facts:
        return sheet
    wished = other_length(sheet, question.length, question.wish)
    if wished is None:
        return replace(sheet, messages=(Message(_AT_THE_END[question.wish]), *sheet.messages))
    return replace(sheet, question=replace(question, length=wished))
