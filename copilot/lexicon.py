"""The verifier's dictionary: which words a language has for direction, cause, tense, numbers and units."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import Stemmer

from copilot.segments import is_unspaced

Phrase = tuple[str, ...]  # the stems of consecutive words

_TELLING = frozenset({"future", "past", "negation"})
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NAME = re.compile(r"\w[\w\s>&,.'’/()%+#-]*")  # a letter or digit first, few signs after
_STEMMING = threading.Lock()

WORD_KINDS = ("up", "down", "negation", "future", "past", "superlative", "hedge")
PHRASE_KINDS = (
    "flat",
    "cause_first",
    "effect_first",
    "bound_low",
    "bound_high",
    "interval",
    "per_week",
    "than",
    "relative",
    "boasts",
    "idioms",
)

COUNTED_BY_FACTS = frozenset({"units", "launches", "products", "weeks", "ratio"})  # nouns that need no topic


@dataclass(frozen=True)
class Lexicon:
    """One language's words, by what they claim; words and phrases are kept as stems.

    Attributes:
        language: the stemmer's name.
        plain: words that claim nothing.
        kinds: word stem -> the kinds of `WORD_KINDS` that it has.
        phrases: kind of `PHRASE_KINDS` -> its phrases, longest first.
        numbers, small, multiples, ordinals: number words (as written) -> value.
        zeros: words that say that there are none (as written), the number first -> the unit of what they count.
        fractions: words of a change (as written), after "by" -> the value in percent.
        units: unit noun (as written) -> what it counts.
        months: month names in order.
        thousands, decimal: the separators inside a number.
        relation: words after which a second product is named, as written.
        weekly: words that make a figure a weekly one, as written.
        per: words after which a rate's base stands, as written.
        places: words after which a place stands, as written.
        was: words that tell of what was, as written.
        past_moves: verbs that tell of an outcome unless one of `unreal` stands beside them, as written.
        irregular: irregular form -> the verb that it is a form of, as written: where that is known, so is the form.
        says: words that make a name read as a sentence of ours unless it stands in quotation marks, as written.
        abbreviations: words after which a full stop does not end a sentence.
        contractions: what is run together with an apostrophe, or its ending -> the words in full.
        unspaced: True for a script that is written without spaces between words.
        reading: how a sentence is put together -> the words that do so, as written; see `[reading]` in `words.toml`.
        guards: where plain words stand -> those that claim something there, as written; see `copilot.guards`.
        glosses: word -> the English function word that the reader of sentences looks for in its place.
    """

    language: str
    plain: frozenset[str]
    kinds: Mapping[str, frozenset[str]]
    phrases: Mapping[str, tuple[Phrase, ...]]
    numbers: Mapping[str, float]
    small: Mapping[str, float]
    multiples: Mapping[str, float]
    ordinals: Mapping[str, float]
    zeros: Mapping[str, str]
    fractions: Mapping[str, float]
    units: Mapping[str, str]
    months: tuple[str, ...]
    thousands: str
    decimal: str
    relation: frozenset[str]
    weekly: frozenset[str]
    per: frozenset[str]
    places: frozenset[str]
    was: frozenset[str]
    past_moves: frozenset[str]
    unreal: frozenset[str]
    irregular: Mapping[str, str]
    says: frozenset[str]
    abbreviations: frozenset[str]
    contractions: Mapping[str, str]
    reading: Mapping[str, frozenset[str]]
    unspaced: bool = False
    guards: Mapping[str, frozenset[str]] = field(default_factory=dict)
    glosses: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of the lexicon as it is written: what a text without spaces is cut into."""
        phrases = (word for found in self.phrases.values() for phrase in found for word in phrase)
        written = (self.numbers, self.small, self.multiples, self.ordinals, self.units, self.glosses, self.kinds)
        words = (word for table in written for word in table)
        return frozenset((*self.plain, *self.relation, *self.past_moves, *self.unreal, *self.was, *phrases, *words))

    @property
    def guards_places(self) -> bool:
        """Say whether plain words are guarded by where they stand; a language without spaces guards some everywhere."""
        return bool(self.guards) and not self.unspaced

    def stem(self, word: str) -> str:
        """Return a word's stem."""
        return _stem(self.language, word.lower())

    def stems(self, text: str) -> Phrase:
        """Return the stems of the words of a phrase."""
        return tuple(
            self.stem(part) for word in text.replace("-", " ").split() for part in spelt_out(word, self.contractions)
        )

    def word_kinds(self, stem: str) -> frozenset[str]:
        """Return what a word claims: a subset of `WORD_KINDS`."""
        return self.kinds.get(stem, frozenset())

    def knows(self, stem: str) -> bool:
        """Say whether the word may be used in any sentence."""
        return stem in self.plain or stem in self.kinds


def load_lexicon(data: Mapping[str, object]) -> Lexicon:
    """Return the lexicon that a `words.toml` describes.

    Raises:
        KeyError: the file lacks an entry; names it.
    """
    language = str(data["stemmer"])
    kinds: dict[str, set[str]] = {}
    for kind in WORD_KINDS:
        for word in _words(data[kind]):
            kinds.setdefault(_stem(language, word), set()).add(kind)
    contractions = {short: str(full) for short, full in _table(data.get("contractions", {})).items()}
    phrases = {kind: _phrases(language, data[kind], contractions) for kind in PHRASE_KINDS}
    units = {noun: counted for counted, nouns in _table(data["units"]).items() for noun in _words(nouns)}
    counted = [noun for noun, unit in units.items() if unit in COUNTED_BY_FACTS]
    return Lexicon(
        language=language,
        plain=frozenset(_stem(language, word) for word in (*_words(data["plain"]), *counted)),
        kinds={word: frozenset(found) for word, found in kinds.items()},
        phrases=phrases,
        numbers=_numbers(data["numbers"]),
        small=_numbers(data["small"]),
        multiples=_numbers(data["multiples"]),
        ordinals=_numbers(data["ordinals"]),
        zeros={word: str(unit) for word, unit in _table(data.get("zeros", {})).items()},
        fractions=_numbers(data.get("fractions", {})),
        units=units,
        months=tuple(_words(data["months"])),
        thousands=str(data["thousands"]),
        decimal=str(data["decimal"]),
        relation=frozenset(_words(data["relation"])),
        weekly=frozenset(_words(data["weekly"])),
        per=frozenset(_words(data["per"])),
        places=frozenset(_words(data["places"])),
        was=frozenset(_words(data["was"])),
        past_moves=frozenset(_words(data["past_moves"])),
        unreal=frozenset(_words(data["unreal"])),
        irregular={
            _stem(language, form): _stem(language, str(verb)) for form, verb in _table(data["irregular"]).items()
        },
        says=frozenset(_words(data["says"])),
        abbreviations=frozenset(_words(data["abbreviations"])),
        contractions=contractions,
        reading={role: frozenset(_words(words)) for role, words in _table(data["reading"]).items()},
        unspaced=bool(data.get("unspaced", False)),
        guards={place: frozenset(_words(words)) for place, words in _table(data.get("guards", {})).items()},
        glosses={word: str(gloss) for word, gloss in _table(data.get("glosses", {})).items()},
    )


def spelt_out(word: str, contractions: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words that one stands for: `didn't` -> did, not. A genitive stays as it is."""
    short = word.lower()
    if short in contractions:
        return tuple(contractions[short].split())
    endings = contractions if "'" in short else ()
    ending = next((end for end in endings if short.endswith(end) and len(end) < len(short)), None)
    return (word[: -len(ending)], *contractions[ending].split()) if ending else (word,)


def reads_as_name(name: str, lexicon: Lexicon) -> bool:
    """Say whether a name without quotation marks would be seen to be one.

    "Tea sells 999 units" would not, nor what holds signs that are rare in names.
    """
    if lexicon.unspaced and is_unspaced(name):
        return False  # nothing would tell it from the words around it
    words = [word.lower() for word in _WORD.findall(name.replace("’", "'"))]
    telling = any(word in lexicon.says or lexicon.word_kinds(lexicon.stem(word)) & _TELLING for word in words)
    return not telling and bool(_NAME.fullmatch(name)) and sum(char.isalpha() for char in name) >= 2


def longest_first(phrases: Iterable[Phrase]) -> tuple[Phrase, ...]:
    """Return the phrases without repetition, those of most words first."""
    return tuple(sorted(dict.fromkeys(phrases), key=lambda phrase: (-len(phrase), phrase)))


def _phrases(language: str, raw: object, contractions: Mapping[str, str]) -> tuple[Phrase, ...]:
    assert isinstance(raw, Sequence)
    return longest_first(
        tuple(_stem(language, part) for word in str(item).split() for part in spelt_out(word, contractions))
        for item in raw
    )


def _words(raw: object) -> list[str]:
    if isinstance(raw, str):
        return raw.split()
    assert isinstance(raw, Sequence)
    return [str(word) for word in raw]


def _table(raw: object) -> Mapping[str, object]:
    assert isinstance(raw, Mapping)
    return raw


def _numbers(raw: object) -> dict[str, float]:
    return {word: float(str(value)) for word, value in _table(raw).items()}


@lru_cache(maxsize=20_000)
def _stem(language: str, word: str) -> str:
    with _STEMMING:  # a stemmer object serves one thread at a time
        return _stemmer(language).stemWord(word.lower())


@lru_cache(maxsize=4)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language)
