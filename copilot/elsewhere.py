"""Messages about what the plan is not: other shops, tills, staff, returns. A question beside such talk is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from copilot.intents import KINDS

if TYPE_CHECKING:
    from copilot.phrases import Phrases

_CLAUSE_END = re.compile(r"[,，。.;；:：?？!！~～\n]+")


def speaks_of_elsewhere(masked: str, phrases: Phrases, holds_cue: Callable[[str], bool]) -> bool:
    """Say whether a message speaks of what the plan is not about, and no other clause of it asks anything.

    Args:
        masked: the message with its entities masked.
        phrases: the language's words; one without `elsewhere` tells nothing.
        holds_cue: whether a text holds a cue of what the message seems to ask.
    """
    pattern = phrases.parsing.get("elsewhere")
    if not pattern:
        return False
    clauses = ["".join(clause.split()) for clause in _CLAUSE_END.split(masked)]
    others = [clause for clause in clauses if not re.search(str(pattern), clause, re.IGNORECASE)]
    asks = any(any(kind in clause for kind in KINDS) or holds_cue(clause) for clause in others)
    return len(others) < len(clauses) and not asks
