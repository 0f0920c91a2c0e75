"""Rankings of weeks, placements or categories beyond the first: "the second busiest week", "rank the categories"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot.settled_words import says

if TYPE_CHECKING:
    from copilot.phrases import Phrases
    from copilot.question import Question

UP_TO_ONE = "ranked_up_to"
"""The message before a ranking that is told up to one place, which is what the turn after it is about."""

RANKED = 5  # parts of a ranking that is asked for without a number
RANKED_AT_MOST = 10


@dataclass(frozen=True)
class Places:
    """How many places of a ranking are told; `of_one` where only the last of them was asked for."""

    n: int
    of_one: bool = False


def places_asked(question: Question, phrases: Phrases) -> Places:
    """Return how far a ranking of weeks, placements or categories is told: its first alone, unless more is asked for.

    Example: "the third biggest category" -> 3 places, of which the last was asked for; "rank the weeks" -> 5.
    """
    words = phrases.parsing
    named = re.findall(str(words["nth_in_ranking"]), question.text, re.IGNORECASE)
    if named:
        digits = re.match(r"\d+", named[-1])
        places = str(words["places_in_list"]).split()
        return Places(int(digits[0]) if digits else places.index(named[-1].casefold()) + 1, of_one=True)
    if not says(question, "ranks_several", phrases):
        return Places(1)
    wanted = next((int(number) for number in question.entities.numbers if number.is_integer()), RANKED)
    return Places(max(1, min(wanted, RANKED_AT_MOST)))
