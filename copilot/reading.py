"""Reading a sentence: its segments (text up to a citation), their clauses, and the claims in each clause.

A segment ends at a citation, and what stands in it is said about the facts cited there. A clause ends at a comma,
semicolon, bracket, or a conjunction; numbers, names and direction words belong together within a clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from copilot.chinese_tokens import scan_chinese
from copilot.factsheet import Fact, FactSheet
from copilot.identity import Same
from copilot.lexicon import PHRASE_KINDS, Lexicon, Phrase
from copilot.phrases import Phrases
from copilot.tokens import Token, UnreadableSentence, scan
from copilot.written_numbers import Number, number_words, read_numbers

BRACKET = "("


@dataclass(frozen=True)
class Clause:
    """A stretch of a segment without an inner break: its tokens, the numbers in them and what break opens it."""

    tokens: tuple[Token, ...]
    numbers: tuple[Number, ...]
    opening: str = ""

    def marks(self, kind: str) -> tuple[Token, ...]:
        """Return the phrases of one kind."""
        return tuple(token for token in self.tokens if token.kind == "mark" and token.mark == kind)

    @property
    def words(self) -> tuple[Token, ...]:
        return tuple(token for token in self.tokens if token.kind == "word")

    @property
    def mentions(self) -> tuple[Token, ...]:
        """Names, weeks and days."""
        return tuple(token for token in self.tokens if token.kind in ("name", "week", "day"))


@dataclass(frozen=True)
class Segment:
    """Text up to a citation and the facts cited there; `stems` are all its words in order."""

    facts: tuple[Fact, ...]
    clauses: tuple[Clause, ...]
    stems: Phrase

    def holds(self, phrase: Phrase) -> bool:
        """Say whether the words of `phrase` stand in the segment, one after the other."""
        size = len(phrase)
        if phrase[0] not in self._stem_set:
            return False
        return size == 1 or any(self.stems[i : i + size] == phrase for i in range(len(self.stems) - size + 1))

    @cached_property
    def _stem_set(self) -> frozenset[str]:
        return frozenset(self.stems)


def read_sentence(text: str, sheet: FactSheet, phrases: Phrases) -> tuple[Segment, ...]:
    """Return a sentence's segments.

    Raises:
        UnreadableSentence: it cites nothing or a fact that the sheet lacks, or holds what the scanner cannot read.
    """
    tokens = scan_chinese(text, sheet, phrases) if phrases.lexicon.unspaced else scan(text, sheet, phrases.lexicon)
    return tuple(_segment(body, facts, phrases) for body, facts in _split_at_citations(tokens, sheet, phrases.lexicon))


def _split_at_citations(
    tokens: Sequence[Token], sheet: FactSheet, lexicon: Lexicon
) -> list[tuple[list[Token], tuple[Fact, ...]]]:
    """Pair each stretch of tokens with the facts of the citation that ends it.

    When the sentence opens with its citation, the citation speaks for what follows.
    """
    parts: list[tuple[list[Token], list[str]]] = [([], [])]
    for token in tokens:
        body, cited = parts[-1]
        if token.kind == "cite":
            cited.extend(sorted(token.facts, key=lambda fact_id: int(fact_id[1:])))
        elif cited and body and not _only_joins(token, lexicon):
            parts.append(([token], []))
        elif not (cited and _only_joins(token, lexicon)):
            body.append(token)
    if len(parts) > 1 and not parts[-1][1]:  # words after the last citation belong to it
        tail, _ = parts.pop()
        parts[-1][0].extend(tail)
    if not parts[-1][1]:
        raise UnreadableSentence("no_citation")
    return [(body, _cited_facts(cited, sheet)) for body, cited in parts]


def _only_joins(token: Token, lexicon: Lexicon) -> bool:
    return token.kind == "break" or token.text.lower() in lexicon.reading["joins"]


def _cited_facts(ids: Sequence[str], sheet: FactSheet) -> tuple[Fact, ...]:
    facts = []
    for fact_id in dict.fromkeys(ids):
        fact = sheet.get(fact_id)
        if fact is None:
            raise UnreadableSentence(f"unknown_citation:{fact_id}")
        facts.append(fact)
    return tuple(facts)


def _segment(body: Sequence[Token], facts: tuple[Fact, ...], phrases: Phrases) -> Segment:
    stems = tuple(token.stem for token in body if token.kind == "word")
    lexicon = phrases.lexicon
    tokens = _mark_phrases(body, _phrase_table(facts, phrases))
    tokens = number_words(tokens, facts, lexicon)
    clauses = tuple(_clause(part, opening, lexicon, facts) for opening, part in _split_clauses(tokens, lexicon))
    return Segment(facts, clauses, stems)


@dataclass(frozen=True)
class _Mark:
    """A phrase that is read as one token: its kind, and the ids of the facts that it states."""

    phrase: Phrase
    kind: str
    facts: frozenset[str] = frozenset()


_MarksByStart = Mapping[str, Sequence[_Mark]]  # first stem -> the phrases with it, in the order they are tried


def _phrase_table(facts: Sequence[Fact], phrases: Phrases) -> tuple[_MarksByStart, ...]:
    """Return the phrases in the order they are tried: those that state the facts, their fixed ones, the language's."""
    states: dict[Phrase, set[str]] = {}
    fixed: dict[Phrase, set[str]] = {}
    for fact in facts:
        spoken = phrases.facts[fact.name]
        for phrase in spoken.states_for(fact.value):
            states.setdefault(phrase, set()).add(fact.id)
        for phrase in spoken.fixed_for(fact.sign):
            fixed.setdefault(phrase, set()).add(fact.id)
    told = [
        _by_start(_Mark(p, kind, frozenset(ids)) for p, ids in found.items())
        for kind, found in (("state", states), ("fixed", fixed))
    ]
    return (*told, _language_marks(Same(phrases.lexicon)))


@lru_cache(maxsize=4)
def _language_marks(lexicon: Same[Lexicon]) -> _MarksByStart:
    return _by_start(_Mark(phrase, kind) for kind in PHRASE_KINDS for phrase in lexicon.of.phrases[kind])


def _by_start(marks: Iterable[_Mark]) -> _MarksByStart:
    """Return the phrases by their first stem, longest first."""
    found: dict[str, list[_Mark]] = {}
    for mark in sorted(marks, key=lambda mark: -len(mark.phrase)):
        found.setdefault(mark.phrase[0], []).append(mark)
    return found


def _mark_phrases(tokens: Sequence[Token], table: Sequence[_MarksByStart]) -> list[Token]:
    marked: list[Token] = []
    i = 0
    while i < len(tokens):
        found = _mark_at(tokens, i, table) if tokens[i].kind == "word" else None
        if found is None:
            marked.append(tokens[i])
            i += 1
            continue
        size = len(found.phrase)
        words = " ".join(token.text for token in tokens[i : i + size])
        marked.append(Token("mark", words, tokens[i].at, facts=found.facts, mark=found.kind))
        i += size
    return marked


def _mark_at(tokens: Sequence[Token], i: int, table: Sequence[_MarksByStart]) -> _Mark | None:
    marks = [mark for by_start in table for mark in by_start.get(tokens[i].stem, ())]
    run = _word_run(tokens, i) if marks else ()
    return next((mark for mark in marks if run[: len(mark.phrase)] == mark.phrase), None)


def _word_run(tokens: Sequence[Token], start: int) -> Phrase:
    run: list[str] = []
    for token in tokens[start : start + 8]:
        if token.kind != "word":
            break
        run.append(token.stem)
    return tuple(run)


def _split_clauses(tokens: Sequence[Token], lexicon: Lexicon) -> list[tuple[str, list[Token]]]:
    """Return the clauses, each with the break or word that it opens with."""
    clauses: list[tuple[str, list[Token]]] = [("", [])]
    for i, token in enumerate(tokens):
        ends = token.kind == "break" or (token.kind == "word" and token.text.lower() in lexicon.reading["clauses"])
        if ends and not _joins_numbers(tokens, i, lexicon):
            clauses.append((token.text, []))
        else:
            clauses[-1][1].append(token)
    return [(opening, clause) for opening, clause in clauses if clause]


def _joins_numbers(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> bool:
    """Say whether the break or "and" at `i` joins the two ends of a range: `4-30`, `between 4 and 30 units`."""
    if not 0 < i < len(tokens) - 1 or tokens[i + 1].kind != "number":
        return False
    if tokens[i].kind == "break":
        return tokens[i].text in "–—-−" and tokens[i - 1].kind == "number"
    before = [token for token in tokens[max(0, i - 5) : i] if token.kind in ("number", "mark", "word")]
    opened = any(token.text.lower() in lexicon.reading["opens_range"] for token in before)
    joins = tokens[i].text.lower() in lexicon.reading["joins"]
    return joins and opened and any(token.kind == "number" for token in before)


def _clause(tokens: Sequence[Token], opening: str, lexicon: Lexicon, facts: Sequence[Fact]) -> Clause:
    return Clause(tuple(tokens), tuple(read_numbers(tokens, lexicon, facts)), opening)
