"""Mentions: stretches of a message that were recognised as entities, so that nothing is read twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

ASIDE = "ASIDE"
"""The kind of a stretch that talks of something else; it is left out where entities are replaced by their kind."""


@dataclass(frozen=True)
class Mention:
    """A stretch of the message, the kind of entity it is ("" while that is not decided), and what it names."""

    start: int
    end: int
    kind: str
    values: tuple[object, ...] = ()


def free(start: int, end: int, spans: Iterable[Mention]) -> bool:
    """Say whether no entity was found in this stretch yet."""
    return not any(start < span.end and span.start < end for span in spans)


def masked(text: str, spans: Sequence[Mention]) -> str:
    """Return the text with each entity replaced by its kind."""
    parts, at = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        if span.kind == ASIDE:
            parts, at = [*parts, text[at : span.start]], span.end
            continue
        before, after = text[at : span.start], text[span.end : span.end + 1]
        kind = f"{' ' * before[-1:].isalnum()}{span.kind}{' ' * after.isalnum()}" if span.kind else ""
        parts += [before, kind or text[span.start : span.end]]
        at = span.end
    return "".join([*parts, text[at:]])


def whole_names(
    text: str,
    names: Sequence[str],
    spans: list[Mention],
    kind: str,
    stands: Callable[[str, str, int], bool] = lambda *_: True,
) -> tuple[str, ...]:
    """Find names in full, the longest first where they overlap, add their mentions and return them in order.

    `stands` may refuse a name at the place where it ends.
    """
    found: list[tuple[int, str]] = []
    lowered = text.casefold()
    for name in sorted((one for one in names if one.casefold() in lowered), key=len, reverse=True):
        pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if free(match.start(), match.end(), spans) and stands(name, text, match.end()):
                spans.append(Mention(match.start(), match.end(), kind, (name,)))
                found.append((match.start(), name))
    return tuple(dict.fromkeys(name for _, name in sorted(found)))
