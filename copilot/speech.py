"""What of a message names nothing: people who are quoted or asked for, and figures of speech ("small potatoes")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot.mentions import Mention

if TYPE_CHECKING:
    from copilot.phrases import Phrases


class Speech:
    """Finds people and figures of speech in messages of one language."""

    def __init__(self, phrases: Phrases) -> None:
        parsing = phrases.parsing
        figures = str(parsing.get("figures_of_speech", "")).replace("\n", "")
        patterns = [str(parsing[key]) for key in ("speaker", "people") if key in parsing]
        patterns += [rf"\b(?:{figures})\b"] if figures else []
        self._patterns = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]

    def find(self, text: str) -> list[Mention]:
        """Return where such words stand; they name nothing."""
        found = (match for pattern in self._patterns for match in pattern.finditer(text))
        return [Mention(match.start(), match.end(), "") for match in found]
