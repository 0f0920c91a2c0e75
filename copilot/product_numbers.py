"""Product numbers in an operator's words: `#123`, `product 123`, or a bare number that the catalogue has."""

from __future__ import annotations

import re
from collections.abc import Collection

from copilot.mentions import Mention, free

_LEAST = 4  # characters of a bare number that names a product when the catalogue has it
_WITH_A_DIGIT = re.compile(r"(?<![\w.-])[\w.-]*\d[\w.-]*")
_LONG_NUMBER = re.compile(r"(?<![\w.,#])\d{5,}(?![\w.,%])")  # so many digits are meant as a product's number


def product_numbers(
    text: str, announced: re.Pattern[str], known: Collection[str], spans: list[Mention]
) -> tuple[tuple[str, ...], str]:
    """Return the known numbers in order, and the first unknown one or "", and add their mentions.

    Args:
        text: the message.
        announced: what says that a number follows, whatever it holds, with the number as its group: `#`, "product".
        known: the catalogue's ids.
        spans: the entities found so far.
    """
    ids, unknown = [], ""
    for match in announced.finditer(text):
        written = match[1].rstrip(".-")
        if free(match.start(), match.end(), spans) and any(char.isdigit() for char in written):
            if written in known:
                ids.append(written)
            else:
                unknown = unknown or written
            spans.append(Mention(match.start(), match.start(1) + len(written), "PRODUCT"))
    for match in _WITH_A_DIGIT.finditer(text):
        written = match[0].rstrip(".-")
        if len(written) >= _LEAST and written in known and free(match.start(), match.end(), spans):
            ids.append(written)
            spans.append(Mention(match.start(), match.start() + len(written), "PRODUCT"))
    for match in _LONG_NUMBER.finditer(text):
        if free(match.start(), match.end(), spans):
            unknown = unknown or match[0]
            spans.append(Mention(match.start(), match.end(), "PRODUCT"))
    return tuple(ids), unknown
