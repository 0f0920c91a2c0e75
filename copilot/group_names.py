"""Category groups in an operator's words: the full path, any level of it, a department, or some of its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from copilot.catalogue_names import words_of

if TYPE_CHECKING:
    from copilot.lexicon import Lexicon

_BROAD = 6  # a word that fits more groups than this names none of them
_LIKE = 12  # the same beside a group that is called by the word itself, which is surely meant
_OBJECT = re.compile(
    r"\s+(?:the|an?|me|my|us|it|this|that|some|one|week|#|brief|document|launch (?:paper|brief))\b", re.I
)


class GroupNames:
    """The groups of a shop, and the departments above them: "Grocery" stands for every "Grocery > ...".

    Args:
        groups: full paths.
        lexicon: for the stems of their words.
        common: words of questions; a department called like one ("Produce") is a verb before an object.
        other_words: what else shoppers and shops call a category, to the words of its name.
        no_group: pattern of what is no group though one is called so: "each other".
    """

    def __init__(
        self,
        groups: Iterable[str],
        lexicon: Lexicon,
        common: Iterable[str],
        other_words: Mapping[str, str] | None = None,
        no_group: str = "(?!)",
    ) -> None:
        self._other_words = dict(other_words or {})
        self.groups = tuple(dict.fromkeys(groups))
        self._stem = lexicon.stem
        self._no_group = re.compile(no_group, re.IGNORECASE)
        self._common = frozenset(common)
        self.departments = tuple(dict.fromkeys(path for group in self.groups for path in _above(group)))
        self.paths = (*self.groups, *self.departments)
        self._short: dict[str, list[str]] = {}
        for path in self.departments:
            self._short.setdefault(path.rsplit(" > ", 1)[-1], []).append(path)
        for group in self.groups:
            self._short.setdefault(group.rsplit(" > ", 1)[-1], []).append(group)

    @property
    def names(self) -> tuple[str, ...]:
        """Every way to name a group in full, longest first: its path, or its last level."""
        return tuple(sorted({*self.paths, *self._short}, key=len, reverse=True))

    @property
    def last_levels(self) -> tuple[str, ...]:
        """The last level of each group and department."""
        return tuple(self._short)

    def called(self, name: str) -> tuple[str, ...]:
        """Return the groups of a name; a department holds its own groups, so they are not repeated."""
        found = [name] if name in self.paths else self._short.get(name, [])
        return tuple(one for one in found if not any(one.startswith(f"{other} > ") for other in found))

    def like(self, name: str) -> tuple[str, ...]:
        """Return the groups that have the word of a one-word name in theirs too: "snacks" may be bag snacks.

        None of them where the word fits too many.
        """
        words, called = words_of(name), self.called(name)
        if len(words) != 1 or name in self.groups:
            return ()
        stem = self._stem(words[0])
        others = [one for one in self.groups if stem in self._stems(one.rsplit(" > ", 1)[-1])]
        others = [one for one in others if not any(within(one, path) for path in called)]
        return tuple(others) if len(others) <= _LIKE else ()

    def stands(self, name: str, text: str, end: int) -> bool:
        """Say whether a name that ends here is one: "produce the brief" is no department, "each other" no group."""
        if any(match.start() < end <= match.end() for match in self._no_group.finditer(text)):
            return False
        if words_of(name) != (name.casefold(),) or name.casefold() not in self._common:
            return True
        return not _OBJECT.match(text, end)

    def loosely(self, words: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """Return the groups with most of these words in their last level, else the departments, and how many words.

        Example: ["snacks"] -> every group with "snacks" in its name, 1.
        """
        wanted = {self._stem(word) for word in words}
        for paths in (self.groups, self.departments):
            shared = {path: len(wanted & self._stems(path.rsplit(" > ", 1)[-1])) for path in paths}
            best = max(shared.values(), default=0)
            if best:
                return tuple(path for path in paths if shared[path] == best)[:_BROAD], best
        return (), 0

    def in_other_words(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the groups that words name as people also call them: "sweets" are candy, "fizzy pop" soft drinks."""
        said = " ".join(words)
        for other, meant in sorted(self._other_words.items(), key=lambda one: -len(one[0])):
            if re.search(rf"\b{re.escape(other)}s?\b", said):
                for name in meant.split("|"):
                    exact = [one for level in self._short if level.casefold() == name for one in self.called(level)]
                    groups, n_words = (tuple(exact), len(name.split())) if exact else self.loosely(name.split())
                    if n_words == len(name.split()):
                        return groups
        return ()

    def _stems(self, name: str) -> set[str]:
        """Return the stems of a name's words, without what it says that it is not: "Non-Dairy Beverages"."""
        words = words_of(name)
        return {self._stem(word) for before, word in zip(("", *words), words, strict=False) if before != "non"}


def within(group: str, path: str) -> bool:
    """Say whether a group is this one or lies below it."""
    return group == path or group.startswith(f"{path} > ")


def _above(group: str) -> list[str]:
    levels = group.split(" > ")
    return [" > ".join(levels[:depth]) for depth in range(1, len(levels))]
