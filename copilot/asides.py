"""Asides of a message: clauses that talk of something else beside what is asked.

"My oven came in three pieces; how many units in week 48?" asks nothing about ovens or pieces. An aside is a clause that
talks (a pronoun with a verb, or "before the burrito goes cold") and holds no entity and no word of the plan, beside
another clause that asks; goods that somebody ate ("I had pizza for lunch") are no entity of the plan.
Where the message then says "it" or "them", the talk is what is meant: it has no asides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from copilot.catalogue_names import Words, words_of
from copilot.mentions import ASIDE, Mention, free

if TYPE_CHECKING:
    from copilot.phrases import Phrases

_LEAST_WORDS = 3  # of a clause that talks
_LONGEST = 5  # words of a product's name
_PART = re.compile(r"\b(?:WEEK|PLACEMENT|GROUP)\b")  # a part of the plan, masked


class Asides:
    """Finds the asides of messages in one language; a language without the patterns has none."""

    def __init__(self, phrases: Phrases) -> None:
        parsing = phrases.parsing
        found = parsing.get("asides", {})
        assert isinstance(found, Mapping)
        self._patterns = {str(key): re.compile(str(value), re.IGNORECASE) for key, value in found.items()}
        self._domain = frozenset(str(parsing["domain"]).split())
        self._together = re.compile(str(parsing["launches_together"]), re.IGNORECASE)

    def find(
        self, text: str, spans: Sequence[Mention], groups: Sequence[str], is_product: Callable[[Words], object]
    ) -> list[Mention]:
        """Return where asides stand.

        Args:
            text: the message.
            spans: the entities found so far.
            groups: names of categories, which no aside holds.
            is_product: whether words are the whole name of a product, which no aside holds either.
        """
        if not self._patterns:
            return []
        clauses = self._clauses(text)
        talk = [one for one in clauses if free(*one, spans)]
        named = [one for one in clauses if one not in talk or _names(text[slice(*one)], groups, is_product)]
        asides = [
            one
            for one in talk
            if self._talks(text[slice(*one)])
            and (one not in named or (self._is_anecdote(text[slice(*one)], is_product) and named != [one]))
        ]
        asking = [one for one in clauses if one not in asides and self._asks(text[slice(*one)], one, spans)]
        rest = "".join(text[slice(*one)] for one in clauses if one not in asides)
        if not asides or not asking or self._patterns["refers"].search(rest):
            return []
        return [Mention(start, end, ASIDE) for start, end in asides]

    def stands_apart(self, masked: str, words: Words) -> bool:
        """Say whether words stand in a clause that talks, while another one names a part of the plan, or all of it.

        "Finance is on me like butter on toast. The margin of WEEK?" asks about no toast.
        """
        if not self._patterns:
            return False
        run = r"\W+".join(map(re.escape, words))
        said = re.compile(rf"\b{run}\b", re.IGNORECASE)
        clauses = [masked[slice(*one)] for one in self._clauses(masked)]
        holding = [clause for clause in clauses if said.search(clause)]
        rest = " ".join(clause for clause in clauses if clause not in holding)
        only_talk = bool(holding) and all(map(self._is_talk, holding))
        names = _PART.search(rest) or self._together.search(rest)
        return only_talk and names is not None and not self._patterns["refers"].search(rest)

    def _is_talk(self, clause: str) -> bool:
        """Say whether a masked clause of some length names nothing, asks nothing and says nothing of the plan."""
        words = words_of(clause)
        speaks_of_plan = not self._domain.isdisjoint(words) or self._patterns["plans"].search(clause)
        names = _PART.search(clause) or "PRODUCT" in clause
        asks = clause.rstrip().endswith("?") or re.match(rf"\W*{self._patterns['asks'].pattern}", clause, re.IGNORECASE)
        return len(words) >= _LEAST_WORDS and not (speaks_of_plan or names or asks)

    def _clauses(self, text: str) -> list[tuple[int, int]]:
        clauses, at = [], 0
        for match in self._patterns["breaks"].finditer(text):
            clauses.append((at, match.end()))
            at = match.end()
        return [one for one in (*clauses, (at, len(text))) if words_of(text[slice(*one)])]

    def _talks(self, said: str) -> bool:
        words = words_of(said)
        speaks_of_plan = not self._domain.isdisjoint(words) or self._patterns["plans"].search(said)
        if speaks_of_plan or self._patterns["asks"].search(said):
            return False
        bare = self._patterns["alone"].search(said) is not None
        return bare or (len(words) >= _LEAST_WORDS and self._patterns["talks"].search(said) is not None)

    def _is_anecdote(self, said: str, is_product: Callable[[Words], object]) -> bool:
        """Say whether a clause talks of eating, drinking or liking: what is named after that is no part of the plan.

        Where no other clause names anything, it is what the question is about.
        """
        pattern = self._patterns.get("anecdote")
        match = pattern.search(said) if pattern else None
        return match is not None and not _holds(words_of(said[: match.start()]), is_product)

    def _asks(self, said: str, clause: tuple[int, int], spans: Sequence[Mention]) -> bool:
        names = not free(*clause, spans) or not self._domain.isdisjoint(words_of(said))
        return names or self._patterns["asks"].search(said) is not None


def _names(said: str, groups: Sequence[str], is_product: Callable[[Words], object]) -> bool:
    lowered = said.casefold()
    names_group = any(re.search(rf"\b{re.escape(name.casefold())}\b", lowered) for name in groups)
    return names_group or _holds(words_of(said), is_product)


def _holds(words: Words, is_product: Callable[[Words], object]) -> bool:
    runs = (words[i:j] for i in range(len(words)) for j in range(i + 1, min(i + _LONGEST, len(words)) + 1))
    return any(is_product(run) for run in runs)
