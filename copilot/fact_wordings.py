"""How the facts of one name are worded: what `phrases.toml` says of them, and the words of our own sentences.

A plain word that claims something may stand where our own sentences have it: `all` before "categories", `from` before a
week. So the pairs of words in those sentences are kept, besides the words that stand with the fact by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import jinja2

from copilot.lexicon import Lexicon, Phrase, longest_first

WEEK = "<week>"
"""Stands for a week or day in the pairs of words, as `NAME` does for a name."""
NAME = "<name>"
NUMBER = "<number>"
ITSELF = "{subject}"
"""Stands in `subjects` for the name of what the fact is told of."""

_JINJA = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_LITERAL = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_PIECE = re.compile(r"\{[{%].*?[%}]\}|[^\W\d_]+(?:['’][^\W\d_]+)?|[.,:;()]", re.DOTALL)
_FIRST_CITATION = re.compile(r"\{\{\s*a\.cite\s*\}\}")
_NAMES = ("title", "who", "name", "group", "placement", "other", "like", "id")
_NUMBERS = ("value", "units", "magnitude", "change", "count", "searches", "launches")
_BESIDE = " beside "
_SIGNS = {"down": -1, "flat": 0, "up": 1}  # as `fixed_of` names them


@dataclass(frozen=True)
class Need:
    """One of `words` must be said, if there are words of `beside` only beside one of those; `names` count as words.

    `names` holds "subject", "other" or "slot" where the name of the fact's subject, of its second product, or of its
    week or placement will do.
    """

    words: frozenset[str]
    beside: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True)
class FactPhrase:
    """How one fact name is spoken of; see the head of `phrases.toml`.

    Words and phrases are stems, but for `subjects`. `states_of` holds the stating phrases per value, where the value
    decides them; `fixed_of` those that may stand beside a value of that sign only; `own` the words that stand with the
    fact by themselves, rather than in a phrase; `happens` the phrases that tell it without its number; `pairs` the
    words that are neighbours in every way to tell it that the product has, and `wording` those words; `lowers`
    those that tell of less beside this fact; `sides` those beside its week and beside its other week; `not_after` the
    words, as written, after which the name of its "subject" or of the "other" does not stand; `rest_of` names the facts
    that count what a list of this one's kind leaves out together with what is on it.
    """

    label: str
    template: jinja2.Template
    about: tuple[Phrase, ...]
    known: frozenset[str]
    own: frozenset[str]
    states: tuple[Phrase, ...]
    states_of: Mapping[str, tuple[Phrase, ...]]
    fixed: tuple[Phrase, ...]
    happens: tuple[Phrase, ...]
    fixed_of: Mapping[int, tuple[Phrase, ...]]
    never: tuple[Phrase, ...]
    neutral: frozenset[str]
    lowers: tuple[Phrase, ...]
    pairs: frozenset[tuple[str, str]]
    bases: tuple[Phrase, ...]
    against: frozenset[str]
    weeks: frozenset[str]
    subjects: frozenset[str]
    other_after: tuple[Phrase, ...]
    not_after: Mapping[str, frozenset[str]]
    whole: frozenset[str]
    is_bound: bool
    is_cause: bool
    is_rest: bool
    rest_of: str
    is_one_of: bool
    is_period: bool
    of_kind: bool
    is_supposed: bool
    of_other_plan: bool
    is_ahead: bool
    is_association: bool
    is_dual: bool
    needs: tuple[Need, ...]
    sides: tuple[frozenset[str], ...] = ()

    @property
    def has_states(self) -> bool:
        """Say whether a phrase states the fact, rather than a number, a name or a date."""
        return bool(self.states or self.states_of)

    @property
    def spelled(self) -> frozenset[str]:
        """All words of its own, those that only stand beside a value of one sign among them."""
        return self.known.union(*(phrase for phrases in self.fixed_of.values() for phrase in phrases))

    def fixed_for(self, sign: int | None) -> tuple[Phrase, ...]:
        """Return the phrases that are taken as they stand beside a value of this sign."""
        return (*self.fixed, *self.fixed_of.get(sign, ())) if sign is not None else self.fixed

    @property
    def wording(self) -> frozenset[str]:
        """The words of our own sentences about the fact."""
        return frozenset(word for pair in self.pairs for word in pair)

    def states_for(self, value: object) -> tuple[Phrase, ...]:
        """Return the phrases that state this value; empty when a number or a date states it."""
        return self.states_of.get(str(value), self.states)


def fact_phrase(entry: Mapping, template: jinja2.Template, lexicon: Lexicon, told: Sequence[str]) -> FactPhrase:
    """Return how a fact is spoken of, from its entry in `phrases.toml` and the other templates that tell it."""
    about = _phrases(entry["about"], lexicon)
    states = _phrases(entry.get("states", ()), lexicon)
    states_of = {value: _phrases(items, lexicon) for value, items in entry.get("states_of", {}).items()}
    fixed = _phrases(entry.get("fixed", ()), lexicon)
    fixed_of = {_SIGNS[sign]: _phrases(items, lexicon) for sign, items in entry.get("fixed_of", {}).items()}
    neutral = frozenset(lexicon.stems(entry.get("neutral", "")))
    own = {*lexicon.stems(entry.get("also", "")), *(phrase[0] for phrase in about if len(phrase) == 1)}
    spoken = (*about, *states, *fixed, *(phrase for phrases in states_of.values() for phrase in phrases))
    return FactPhrase(
        label=entry["label"],
        template=template,
        about=about,
        known=frozenset(stem for phrase in spoken for stem in phrase) | own | neutral,
        own=frozenset(own) | neutral,
        states=states,
        states_of=states_of,
        fixed=fixed,
        happens=_phrases(entry.get("happens", ()), lexicon),
        fixed_of=fixed_of,
        never=_phrases(entry.get("never", ()), lexicon),
        neutral=neutral,
        lowers=_phrases(entry.get("lowers", ()), lexicon),
        pairs=frozenset(pair for text in (entry["text"], *told) for pair in _word_pairs(text, lexicon)),
        bases=_phrases(entry.get("bases", ()), lexicon),
        against=frozenset(lexicon.stems(entry.get("against", ""))),
        weeks=frozenset(lexicon.stems(entry.get("weeks", ""))),
        subjects=frozenset(entry.get("subjects", "").split()),
        other_after=_phrases(entry.get("other_after", ()), lexicon),
        not_after={whose: frozenset(words.split()) for whose, words in entry.get("not_after", {}).items()},
        whole=frozenset(lexicon.stems(entry.get("whole", ""))),
        is_cause=bool(entry.get("is_cause", False)),
        is_bound=bool(entry.get("is_bound", False)),
        is_rest=bool(entry.get("is_rest", False)),
        rest_of=str(entry.get("rest_of", "")),
        is_one_of=bool(entry.get("is_one_of", False)),
        is_period=bool(entry.get("is_period", False)),
        of_kind=bool(entry.get("of_kind", False)),
        is_supposed=bool(entry.get("is_supposed", False)),
        of_other_plan=bool(entry.get("of_other_plan", False)),
        is_ahead=bool(entry.get("is_ahead", False)),
        is_association=bool(entry.get("is_association", False)),
        is_dual=bool(entry.get("is_dual", False)),
        needs=tuple(_need(one, lexicon) for one in _listed(entry.get("needs", ()))),
        sides=tuple(frozenset(lexicon.stems(one)) for one in entry.get("sides", ())),
    )


def taught_wordings(facts: Mapping[str, Sequence[str]], joins: Iterable[Mapping]) -> dict[str, list[str]]:
    """Return the templates that tell each fact; of those that tell two, each part up to its citation."""
    told = {name: list(texts) for name, texts in facts.items()}
    for join in joins:
        for text in join["texts"]:
            first, _, second = _FIRST_CITATION.sub("\0", text, count=1).partition("\0")
            told.setdefault(join["first"], []).append(first)
            told.setdefault(join["second"], []).append(second)
    return told


def _need(text: str, lexicon: Lexicon) -> Need:
    words, _, beside = text.partition(_BESIDE)
    names = frozenset(word[1:-1] for word in words.split() if word.startswith("{"))
    plain = " ".join(word for word in words.split() if not word.startswith("{"))
    return Need(frozenset(lexicon.stems(plain)), frozenset(lexicon.stems(beside)), names)


def _listed(raw: str | Sequence[str]) -> Sequence[str]:
    return [raw] if isinstance(raw, str) else raw


def _word_pairs(text: str, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Yield the neighbours in a template, names and weeks by what they are; no pair spans a comma or a branch."""
    words: list[str] = [""]
    for piece in _PIECE.findall(text):
        if not piece.startswith("{"):
            words += lexicon.stems(piece) if piece[0].isalpha() else [""]
        elif piece.startswith("{{"):
            words += _filled_in(piece, lexicon)
    yield from pairwise((*words, ""))
    for piece in _JINJA.findall(text):  # what a condition chooses between: "launch" or "launches"
        for pair in _LITERAL.findall(piece):
            yield from pairwise(("", *lexicon.stems(" ".join(pair)), ""))


def _filled_in(piece: str, lexicon: Lexicon) -> list[str]:
    variable = piece.strip("{} ").split()[0].rpartition(".")[2].lower()
    if variable in ("it", "its"):
        return list(lexicon.stems(variable))
    kinds = {WEEK: ("week",), NAME: _NAMES, NUMBER: _NUMBERS}
    return [next((kind for kind, names in kinds.items() if variable in names), "")]


def _phrases(items: Sequence[str], lexicon: Lexicon) -> tuple[Phrase, ...]:
    return longest_first(lexicon.stems(item) for item in items)
