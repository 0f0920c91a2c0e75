"""What a message holds beside its words: markup, citations copied from an answer, and scripts that nobody reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from copilot.catalogue_names import words_of

_MARKS = re.compile(
    r"!\[[^\]]*\]\([^)]*\)"  # an image
    r"|\[(?:F\d+(?:, ?F\d+)*|\^[\w-]+)\]"  # citations and footnotes
    r"|</?[a-z][^<>]*>",  # a tag
    re.IGNORECASE,
)
_LINK = re.compile(r"\[([^\]]*)\]\((?:[a-z]+:|/|#)[^)]*\)", re.IGNORECASE)
_READ = ("LATIN", "CJK", "IDEOGRAPHIC", "FULLWIDTH")  # scripts, by how the names of their letters begin


def without_marks(text: str) -> str:
    """Return a message without images, tags and citations; of a link its words are left.

    A message of marks alone comes back as it is.
    Example: "![x](http://a/x.png) forecast for Tea [F9]" -> "forecast for Tea".
    """
    said = " ".join(_LINK.sub(r"\1", _MARKS.sub(" ", text)).split())
    return said if words_of(said) else text


def is_of_another_script(text: str, is_known: Callable[[str], object]) -> bool:
    """Say whether most letters of a message are of a script that no language of the screen has, such as Arabic.

    Args:
        is_known: whether the catalogue has a word; what a shop sells may be called in any script.
    """
    letters = [char for word in words_of(text) if not is_known(word) for char in word if char.isalpha()]
    strange = [char for char in letters if not unicodedata.name(char, "").startswith(_READ)]
    return 2 * len(strange) > len(letters)
