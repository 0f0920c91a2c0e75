"""Falsehoods: false sentences that people wrote about stored fact sheets; how many does the verifier catch?

`prompts/<lang>/evaluation/falsehoods.jsonl` has a head, then one sheet a line with its sentences by what is wrong with
them: the subject, the scope, the time, a relation, a base, a bound, the tense, a cause, what is joined. A sheet's
`part` says who wrote them and when: see `PARTS`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
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
PARTS = (ANOTHER_HAND, REVIEWER, *BY_THE_AUTHOR)
"""A reviewer, to get through, and a second one; who mended the verifier, with them in view, and once it was mended."""

_FILE = "evaluation/falsehoods.jsonl"


@dataclass(frozen=True)
class Falsehood:
    """A false sentence about a sheet's facts; `kind` says what is wrong with it, `part` who wrote it."""

    text: str
    kind: str
    sheet: FactSheet
    part: str = ANOTHER_HAND


def load_falsehoods(lang: str = "en") -> list[Falsehood]:
    """Return the false sentences of a language; none where it has no such file."""
    if not has_prompts(lang, _FILE):
        return []
    _, *rows = (json.loads(line) for line in read_prompts(lang, _FILE).splitlines())
    return [one for row in rows for one in _of_sheet(row)]


def _of_sheet(row: Mapping[str, Any]) -> list[Falsehood]:
    facts = tuple(fact_from_json(one) for one in row["facts"])
    question = Question(row["question"], Intent(row["intent"]), Entities(), 1.0)
    sheet = FactSheet(question, facts, ())
    part = row.get("part", ANOTHER_HAND)
    return [Falsehood(text, kind, sheet, part) for kind, texts in row["false"].items() for text in texts]


def evaluate_falsehoods(phrases: Phrases, part: str = ANOTHER_HAND) -> dict[str, Any]:
    """Measure how many of the false sentences of one of `PARTS` the verifier refuses.

    Returns:
        share caught, n, by_kind (n and share), and the texts of those that passed; {} where the language has none.
    """
    written = [one for one in load_falsehoods(phrases.lang) if one.part == part]
    if not written:
        return {}
    passed = [one for one in written if verify_sentence(one.text, one.sheet, phrases).ok]
    counts, missed = Counter(one.kind for one in written), Counter(one.kind for one in passed)
    return {
        "share": round(1 - len(passed) / len(written), 4),
        "n": len(written),
        "by_kind": {kind: {"n": n, "share": round(1 - missed[kind] / n, 4)} for kind, n in sorted(counts.items())},
        "passed": [{"kind": one.kind, "text": one.text} for one in passed],
    }
