"""Unmet demand: words that shoppers search for and no product has, as far as an operator could act on them.

A word counts when it was searched often enough, in more than one week, and is neither known to the shop (titles,
categories, brands, rows that the import set aside), nor near enough to a known one to be a slip of the finger, nor a
word of everyday speech.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from copilot.catalogue_names import words_of
from copilot.spelling import Speller

if TYPE_CHECKING:
    from copilot.phrases import Phrases
    from retrieval.workspace import Workspace

LEAST_SEARCHES, LEAST_WEEKS = 5, 2  # of a word in eight weeks; less may be one shopper's whim
SHORTEST = 4  # letters; shorter words say too little about a product
QUERIES_READ = 5_000  # the commonest ones
_LETTERS = "[^\\p{L}]+"
_KNOWN = (
    "SELECT DISTINCT unnest(regexp_split_to_array(lower(concat_ws(' ', title, category, brand)), ?)) AS word"
    " FROM products"
)
_SET_ASIDE = (
    "SELECT DISTINCT unnest(regexp_split_to_array(lower(concat_ws(' ', json_extract_string(record, '$.title'),"
    " json_extract_string(record, '$.category'))), ?)) AS word FROM quarantine WHERE \"table\" = 'products'"
)
_SEARCHED = (
    "WITH recent AS (SELECT query, date_trunc('week', date)::DATE AS week, sum(count) AS n FROM queries"
    " WHERE date > (SELECT max(date) FROM queries) - INTERVAL 56 DAY GROUP BY ALL),"
    " often AS (SELECT query FROM recent GROUP BY query ORDER BY sum(n) DESC, query LIMIT ?)"
    " SELECT query, week, CAST(n AS BIGINT) AS n FROM recent SEMI JOIN often USING (query) ORDER BY query, week"
)


@dataclass
class _Searched:
    """A word's searches by their query, and the weeks that had any."""

    queries: Counter[str] = field(default_factory=Counter)
    weeks: set[date] = field(default_factory=set)


@dataclass(frozen=True)
class UnmetWord:
    """A word that no product has, and how often each query with it was made in the last eight weeks."""

    word: str
    queries: Mapping[str, int]

    @property
    def searches(self) -> int:
        """How many searches held the word."""
        return sum(self.queries.values())


def unmet_words(workspace: Workspace, phrases: Phrases) -> list[UnmetWord]:
    """Return the words that shoppers search for and nothing in the shop has, the most searched first."""
    stem, known = phrases.lexicon.stem, _known_words(workspace)
    told = {stem(word) for word in known} | _everyday(phrases)
    speller = Speller(known)
    found: dict[str, _Searched] = {}
    rows = workspace.query(_SEARCHED, [QUERIES_READ])
    for query, week, n in zip(rows["query"], rows["week"], rows["n"], strict=True):
        for word in {word for word in words_of(str(query)) if len(word) >= SHORTEST and word.isalpha()}:
            one = found.setdefault(word, _Searched())
            one.queries[str(query)] += int(n)
            one.weeks.add(week)
    kept = [
        UnmetWord(word, dict(one.queries))
        for word, one in found.items()
        if one.queries.total() >= LEAST_SEARCHES
        and len(one.weeks) >= LEAST_WEEKS
        and stem(word) not in told
        and speller.nearest(word) is None
    ]
    return sorted(kept, key=lambda one: (-one.searches, one.word))


def _known_words(workspace: Workspace) -> set[str]:
    """Return every word of the catalogue, and of what the import set aside: the shop knows it and does not plan it."""
    words = _words(workspace.query(_KNOWN, [_LETTERS])["word"])
    return words | (_words(workspace.query(_SET_ASIDE, [_LETTERS])["word"]) if workspace.has("quarantine") else set())


def _words(cells: Iterable[object]) -> set[str]:
    return {str(word) for word in cells if word}


def _everyday(phrases: Phrases) -> set[str]:
    """Return words that name no goods: those of questions and plain speech, people, and a shop's own jargon."""
    spoken = f"{phrases.parsing['stopwords']} {phrases.parsing['everyday']} {' '.join(phrases.no_goods)}"
    stem = phrases.lexicon.stem
    return {*map(stem, words_of(spoken)), *phrases.lexicon.plain} - set(map(stem, words_of(" ".join(phrases.goods))))
