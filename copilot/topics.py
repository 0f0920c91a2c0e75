"""Topics: what a question speaks of beyond its intent, by the patterns of `intents.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot.product_facts import Bench
    from copilot.questions import Question


def weighs(bench: Bench, question: Question) -> bool:
    """Say whether a question sets what it names against each other: "compare week 41 with week 52"."""
    return re.search(str(bench.sources.phrases.parsing["weighs"]), question.text, re.IGNORECASE) is not None


def asks(bench: Bench, question: Question, topic: str) -> bool:
    """Say whether a question speaks of a topic, such as `week` or `least`."""
    patterns = bench.sources.phrases.parsing["topics"]
    assert isinstance(patterns, Mapping)
    return re.search(str(patterns[topic]), question.text, re.IGNORECASE) is not None
