"""Lessons: the writer's own prompt for a sheet, and the answer that it should give."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from copilot.answers import Length, build_prompt, prompted_facts
from copilot.generators import Prompt
from copilot.phrases import load_phrases, load_toml
from copilot.questions import Intent
from copilot.teaching.grammar import Refusals, write_target
from copilot.teaching.sheets import DrawnSheet
from copilot.teaching.wording import load_wording

_LENGTHS: tuple[Length, ...] = ("normal", "short", "detailed")
_LENGTH_SHARES = (0.76, 0.12, 0.12)


@dataclass(frozen=True)
class Lesson:
    """One prompt as the writer meets it, and its target answer; `length` is that of the answer."""

    prompt: Prompt
    target: str
    intent: Intent
    shop: str
    length: Length


def write_lessons(
    drawn: Sequence[DrawnSheet], seed: int, *, per_sheet: int = 1
) -> tuple[list[Lesson], Refusals, Counter[str]]:
    """Write the lessons of some sheets, each sheet `per_sheet` times in other words.

    Returns:
        The lessons; what the verifier refused of their sentences; and the sheets left out because one of their facts
        could not be told, by intent.
    """
    phrases, wording, refusals = load_phrases("en"), load_wording("en"), Refusals()
    rules = taught_rules()
    lessons: dict[tuple[str, str], Lesson] = {}
    untold: Counter[str] = Counter()
    for number, one in enumerate(drawn):
        for turn in range(per_sheet):
            rng = random.Random(f"{seed}:{number}:{turn}")
            length = rng.choices(_LENGTHS, _LENGTH_SHARES)[0]
            facts = prompted_facts(one.sheet, phrases, length)
            sentences = write_target(one.sheet, facts, wording, phrases, rng, refusals)
            if not sentences:
                untold[one.sheet.question.intent.value] += 1
                continue
            prompt = replace(build_prompt(one.sheet, phrases, length), system=rules)
            lesson = Lesson(prompt, " ".join(sentences), one.sheet.question.intent, one.shop, length)
            lessons[prompt.user, lesson.target] = lesson
    return list(lessons.values()), refusals, untold


def taught_rules() -> str:
    """Return the one line that stands in the place of the rules for a writer that was taught them."""
    return load_toml("en", "teaching/words.toml")["rules"]
