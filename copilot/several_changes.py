"""What a message supposes that cannot be solved as one change: several at once, all but what is named, open weeks.

"Drop A and make B 10% cheaper" names two changes, and a plan under one of them would answer another question. So would
a plan without candy answer "drop everything but candy". Such a message is told what can be supposed instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from copilot.changes import IMPOSSIBLE, Change, ChangeKind, read_change
from copilot.entities import Entities
from copilot.intents import Intent

if TYPE_CHECKING:
    from copilot.phrases import Phrases
    from copilot.questions import Question

_SUPPOSING = (Intent.WHAT_IF, Intent.WHAT_IF_MOVE)
_OBJECTS = ("PRODUCT", "PLACEMENT", "GROUP", "WEEK")  # what a clause is about is the first of these that it holds
_OF_SLOTS = frozenset({"PLACEMENT", "WEEK"})
_OF_ONE_PRODUCT = frozenset({"scale", "price"})


def as_one_change(question: Question, previous: Question | None, phrases: Phrases) -> Question:
    """Return the question, its change replaced by one of `IMPOSSIBLE` where it supposes what is no single change.

    A turn that "also" drops a product drops those of the question before with it.
    """
    patterns = phrases.parsing["change"]
    assert isinstance(patterns, Mapping)
    if _adds_to(question, previous, patterns):
        assert previous is not None
        repeats = question.change is None and bool(question.named)  # "and the cheese pizza too?"
        if not (_drops(previous) and (repeats or _drops(question))):
            return replace(question, change=Change("several_changes"), alternatives=())
        named = tuple(dict.fromkeys((*previous.named, *question.named)))
        products = tuple(dict.fromkeys((*previous.entities.products, *question.entities.products)))
        found = replace(question.entities, products=products)
        return replace(question, change=previous.change, named=named, entities=found)
    rests = all(re.search(str(patterns[one]), question.entities.text, re.IGNORECASE) for one in ("every_other", "none"))
    if question.intent is Intent.RHYTHM and rests:
        return replace(question, intent=Intent.WHAT_IF, change=Change("every_other"), alternatives=())
    kind = _unsolvable(question, patterns, phrases) if question.intent in _SUPPOSING else None
    return replace(question, change=Change(kind), alternatives=()) if kind else question


def _adds_to(question: Question, previous: Question | None, patterns: Mapping[str, object]) -> bool:
    """Say whether a change is to hold beside the one that the question before supposed."""
    supposes = question.change is not None or (question.intent is Intent.WHAT_IF and bool(question.named))
    if previous is None or not supposes or previous.intent not in _SUPPOSING:
        return False
    supposed = previous.intent is Intent.WHAT_IF_MOVE or previous.change is not None
    solved = previous.change is None or previous.change.kind not in IMPOSSIBLE
    also = re.search(str(patterns["also"]), question.entities.text, re.IGNORECASE) is not None
    return supposed and solved and also


def _drops(question: Question) -> bool:
    return question.change is not None and question.change.kind == "drop" and bool(question.named)


def _unsolvable(question: Question, patterns: Mapping[str, object], phrases: Phrases) -> ChangeKind | None:
    text, change = question.entities.text, question.change

    def says(name: str) -> bool:
        return re.search(str(patterns[name]), text, re.IGNORECASE) is not None

    if says("all_but"):
        return "all_but"
    if says("every_other"):
        return "every_other"
    if change is None and question.intent is Intent.WHAT_IF_MOVE and says("open_weeks"):
        return "open_weeks"
    of_several = len(set(question.named)) > 1 and change is not None and change.kind in _OF_ONE_PRODUCT
    if of_several or says("closes_and_reopens"):
        return "several_changes"
    return "several_changes" if _are_several(text, patterns, phrases) else None


def _are_several(text: str, patterns: Mapping[str, object], phrases: Phrases) -> bool:
    """Say whether the clauses of a message, its names replaced by what they are, suppose different things."""
    clauses = [clause for clause in re.split(str(patterns["clause_ends"]), text, flags=re.IGNORECASE) if clause]
    about = [frozenset(one for one in _OBJECTS if one in clause) for clause in clauses]
    changes = [_change_of(clause, names, phrases) for clause, names in zip(clauses, about, strict=True)]
    moves = [
        "PRODUCT" in names and bool(names & _OF_SLOTS) and change is None
        for names, change in zip(about, changes, strict=True)
    ]
    verb = re.search(str(patterns["moves"]), text, re.IGNORECASE) is not None
    if verb and sum(moves) > 1:
        return True
    supposed = {
        (change, next(one for one in _OBJECTS if one in names))
        for change, names in zip(changes, about, strict=True)
        if change is not None and names
    }
    if len(supposed) > 1:
        return True
    beside = ["PRODUCT" in names for change, names in zip(changes, about, strict=True) if change is None]
    of_no_product = any(thing != "PRODUCT" for _, thing in supposed)
    return bool(supposed) and ((verb and any(moves)) or (of_no_product and any(beside)))


def _change_of(clause: str, names: frozenset[str], phrases: Phrases) -> Change | None:
    """Return what a clause supposes, its numbers all taken for one."""
    found = Entities(
        products=("PRODUCT",) if "PRODUCT" in names else (),
        placements=("PLACEMENT",) if "PLACEMENT" in names else (),
        weeks=(date.min,) if "WEEK" in names else (),
    )
    numbered = clause.replace("NUMBER", "5")
    return read_change(numbered, found, phrases.parsing, phrases.lexicon, likely=True) if names else None
