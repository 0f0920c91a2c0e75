"""Errors in an operator's language: by the key that an error carries, or else by its kind with its own text behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot.errors import CopilotError

if TYPE_CHECKING:
    from copilot.phrases import Phrases

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def error_line(error: Exception, phrases: Phrases) -> str:
    """Return the line that an operator reads about an error; in a language without words for it, its own text.

    Example: UnknownProduct in Chinese -> the words of `error.unknown_product`.
    """
    if isinstance(error, CopilotError) and error.key:
        return phrases.error(error.key, **error.values)
    kind = f"kind_{_CAPITAL.sub('_', type(error).__name__).lower()}"
    return phrases.error(kind, detail=str(error)) if f"error.{kind}" in phrases.messages else str(error)
