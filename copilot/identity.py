"""Keeping what is worked out of an object that cannot be hashed: the same object, and no equal one, is the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Same(Generic[T]):
    """A key for `lru_cache` that holds an object, so that its identity stays its own while it is kept.

    Example: `_readers(Same(lexicon))` builds the readers of a lexicon once, although a lexicon holds dicts.
    """

    of: T

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.of is other.of

    def __hash__(self) -> int:
        return id(self.of)
