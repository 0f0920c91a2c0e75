"""Sentences that people wrote about stored fact sheets: how many of the false ones does the verifier catch?

`prompts/<lang>/evaluation/falsehoods.jsonl` has a head, then one sheet a line with its sentences by what is wrong with
them: the subject, the scope, the time, a relation, a base, a bound, the tense, a cause, what is joined. A sheet's
`part` says who wrote them and when: see `PARTS`. `fresh.jsonl` has true sentences too, by how they are built.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from copilot.entities import Entities
from copilot.factsheet import FactSheet
from copilot.phrases import Phrases, has_prompts, read_prompts
from copilot.questions import Intent, Question
from copilot.teaching.sheets import fact_from_json
from copilot.verifier import verify_sentence

ANOTHER_HAND = "another hand"
REVIEWER = "reviewer"
BY_THE_AUTHOR = ("author", "afterwards")
FRESH, BLIND = "fresh", "blind"
PARTS = (ANOTHER_HAND, REVIEWER, *BY_THE_AUTHOR, FRESH, BLIND)
"""A reviewer, to get through, and a second one; who mended the verifier, with them in view, and once it was mended; and
one who knew nothing of it, true sentences too: a half that was looked at while mending and one that was not."""

_FILES = ("evaluation/falsehoods.jsonl", "evaluation/fresh.jsonl")


@dataclass(frozen=True)
class Written:
    """A sentence about a sheet's facts; `kind` says what is wrong with a false one, `part` who wrote it."""

    text: str
    kind: str
    sheet: FactSheet
    part: str = ANOTHER_HAND
    is_true: bool = False


def load_written(lang: str = "en") -> list[Written]:
    """Return the sentences of a language that people wrote; none where it has no such file."""
    found = []
    for name in _FILES:
        if has_prompts(lang, name):
            _, *rows = (json.loads(line) for line in read_prompts(lang, name).splitlines())
            found += [one for row in rows for one in _of_sheet(row)]
    return found


def _of_sheet(row: Mapping[str, Any]) -> Iterator[Written]:
    facts = tuple(fact_from_json(one) for one in row["facts"])
    question = Question(row["question"], Intent(row["intent"]), Entities(), 1.0)
    sheet, part = FactSheet(question, facts, ()), row.get("part", ANOTHER_HAND)
    for is_true, key in ((True, "true"), (False, "false")):
        for kind, texts in row.get(key, {}).items():
            yield from (Written(text, kind, sheet, part, is_true) for text in texts)


def evaluate_falsehoods(phrases: Phrases, part: str = ANOTHER_HAND) -> dict[str, Any]:
    """Measure how many of the false sentences of one of `PARTS` the verifier refuses.

    Returns:
        share caught, n, by_kind (n and share), and the texts of those that passed, but of `BLIND`, which nobody looks
        at; {} where the language has none.
    """
    return _judged(phrases, part, is_true=False)


def evaluate_truths(phrases: Phrases, part: str = FRESH) -> dict[str, Any]:
    """Measure how many of the true sentences of one of `PARTS` the verifier passes.

    Returns:
        share passed, n, by_kind (n and share), and the texts that were refused; {} where the language has none.
    """
    return _judged(phrases, part, is_true=True)


def _judged(phrases: Phrases, part: str, *, is_true: bool) -> dict[str, Any]:
    written = [one for one in load_written(phrases.lang) if (one.part, one.is_true) == (part, is_true)]
    if not written:
        return {}
    wrong = [one for one in written if verify_sentence(one.text, one.sheet, phrases).ok != is_true]
    counts, missed = Counter(one.kind for one in written), Counter(one.kind for one in wrong)
    found: dict[str, Any] = {
        "share": round(1 - len(wrong) / len(written), 4),
        "n": len(written),
        "by_kind": {kind: {"n": n, "share": round(1 - missed[kind] / n, 4)} for kind, n in sorted(counts.items())},
    }
    texts = [{"kind": one.kind, "text": one.text} for one in wrong]
    return found if part == BLIND else found | {"refused" if is_true else "passed": texts}
