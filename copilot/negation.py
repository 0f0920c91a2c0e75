"""What stands after a negation: right behind it, or further on in the list of names that it begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from copilot.catalogue_names import words_of

_WORDS_OF_A_NAME = 4  # in a list of names, a longer one is no name


def stands_negated(before: str, parsing: Mapping[str, object], is_name: Callable[[Sequence[str]], bool]) -> bool:
    """Say whether what follows a text stands after a negation, right behind it or further on in its list of names.

    Example: of "everything except donuts, cards and pizza" what follows "except donuts, cards and " does.
    """
    if re.search(str(parsing.get("inverted", "(?!)")), before, re.IGNORECASE):
        return False  # "why didn't the sushi make it" is about the sushi
    if re.search(str(parsing["negated"]), before, re.IGNORECASE):
        return True
    joined = re.search(str(parsing["list_joins"]), before, re.IGNORECASE)
    if joined is None:
        return False
    before = before[: joined.start()]
    starts = [match.start() for match in re.finditer(r"\S+", before)][-_WORDS_OF_A_NAME:]
    return any(is_name(words_of(before[at:])) and stands_negated(before[:at], parsing, is_name) for at in starts)
