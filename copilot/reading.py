"""Reading a sentence: its segments (text up to a citation), their clauses, and the claims in each clause.

A segment ends at a citation, and what stands in it is said about the facts cited there. A clause ends at a comma,
semicolon, bracket, or a conjunction; numbers, names and direction words belong together within a clause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from copilot.chinese_tokens import scan_chinese
from copilot.factsheet import Fact, FactSheet
from copilot.lexicon import PHRASE_KINDS, Lexicon, Phrase
from copilot.phrases import Phrases
from copilot.tokens import Token, UnreadableSentence, scan

Role = Literal["value", "low", "high", "range", "level", "horizon"]

CLAUSE_WORDS = frozenset({"and", "but", "while", "wherea", "whereas", "or"})
HORIZON = {"weeks": 4.0, "days": 28.0}  # what "units" means everywhere: sold in the first four weeks
_SKIPPED_BEFORE_UNIT = 3  # words that may stand between a number and its noun: "3.2 fewer units"
_AFTER_OCCASIONS = frozenset({"in", "over", "recently", "last", "lately", "on", "during", "and"})
_STOPS_UNIT = frozenset({"in", "at", "for", "from", "of", "with", "on", "by", "per", "over", "is", "are", "than", "a"})


@dataclass(frozen=True)
class Number:
    """A number as it is written in a clause.

    Attributes:
        value, decimals, percent, signed: the number and how it is written.
        role: what it is said to be: a value, a lower or upper bound, one end of a range, the level of an interval, or
            the horizon of four weeks.
        unit: what the noun after it counts, or "".
        hedged: "about" or the like stands before it.
        of: "of" follows a percentage ("82% of the usual").
        partner: the other end of a range.
        at: position in the sentence.
    """

    value: float
    decimals: int
    role: Role
    unit: str
    at: int
    percent: bool = False
    signed: bool = False
    hedged: bool = False
    of: bool = False
    partner: Number | None = None


@dataclass(frozen=True)
class Clause:
    """A stretch of a segment without an inner break: its tokens and the numbers in them."""

    tokens: tuple[Token, ...]
    numbers: tuple[Number, ...]

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
        return any(self.stems[i : i + size] == phrase for i in range(len(self.stems) - size + 1))


def read_sentence(text: str, sheet: FactSheet, phrases: Phrases) -> tuple[Segment, ...]:
    """Return a sentence's segments.

    Raises:
        UnreadableSentence: it cites nothing or a fact that the sheet lacks, or holds what the scanner cannot read.
    """
    tokens = scan_chinese(text, sheet, phrases) if phrases.lexicon.unspaced else scan(text, sheet, phrases.lexicon)
    return tuple(_segment(body, facts, phrases) for body, facts in _split_at_citations(tokens, sheet))


def _split_at_citations(tokens: Sequence[Token], sheet: FactSheet) -> list[tuple[list[Token], tuple[Fact, ...]]]:
    """Pair each stretch of tokens with the facts of the citation that ends it.

    When the sentence opens with its citation, the citation speaks for what follows.
    """
    parts: list[tuple[list[Token], list[str]]] = [([], [])]
    for token in tokens:
        body, cited = parts[-1]
        if token.kind == "cite":
            cited.extend(sorted(token.facts, key=lambda fact_id: int(fact_id[1:])))
        elif cited and body and not _only_joins(token):
            parts.append(([token], []))
        elif not (cited and _only_joins(token)):
            body.append(token)
    if len(parts) > 1 and not parts[-1][1]:  # words after the last citation belong to it
        tail, _ = parts.pop()
        parts[-1][0].extend(tail)
    if not parts[-1][1]:
        raise UnreadableSentence("no_citation")
    return [(body, _cited_facts(cited, sheet)) for body, cited in parts]


def _only_joins(token: Token) -> bool:
    return token.kind == "break" or token.text.lower() == "and"


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
    tokens = _number_words(tokens, facts, lexicon)
    return Segment(facts, tuple(_clause(part, lexicon, facts) for part in _split_clauses(tokens)), stems)


def _phrase_table(facts: Sequence[Fact], phrases: Phrases) -> list[tuple[Phrase, str, frozenset[str]]]:
    """Return (phrase, kind, ids of facts that it states) in the order they are tried: the facts', the language's."""
    states: dict[Phrase, set[str]] = {}
    fixed: dict[Phrase, set[str]] = {}
    for fact in facts:
        spoken = phrases.facts[fact.name]
        for phrase in spoken.states_for(fact.value):
            states.setdefault(phrase, set()).add(fact.id)
        for phrase in spoken.fixed:
            fixed.setdefault(phrase, set()).add(fact.id)
    table = [(phrase, "state", frozenset(ids)) for phrase, ids in states.items()]
    table += [(phrase, "fixed", frozenset(ids)) for phrase, ids in fixed.items()]
    table += [(p, kind, frozenset()) for kind in PHRASE_KINDS for p in phrases.lexicon.phrases[kind]]
    order = {"state": 0, "fixed": 1}
    return sorted(table, key=lambda row: (order.get(row[1], 2), -len(row[0])))


def _mark_phrases(tokens: Sequence[Token], table: Sequence[tuple[Phrase, str, frozenset[str]]]) -> list[Token]:
    marked: list[Token] = []
    i = 0
    while i < len(tokens):
        run = _word_run(tokens, i)
        found = next((row for row in table if run[: len(row[0])] == row[0]), None) if run else None
        if found is None:
            marked.append(tokens[i])
            i += 1
            continue
        phrase, kind, facts = found
        words = " ".join(token.text for token in tokens[i : i + len(phrase)])
        marked.append(Token("mark", words, tokens[i].at, facts=facts, mark=kind))
        i += len(phrase)
    return marked


def _word_run(tokens: Sequence[Token], start: int) -> Phrase:
    run: list[str] = []
    for token in tokens[start : start + 8]:
        if token.kind != "word":
            break
        run.append(token.stem)
    return tuple(run)


def _number_words(tokens: Sequence[Token], facts: Sequence[Fact], lexicon: Lexicon) -> list[Token]:
    """Turn number words into numbers: "twenty-one", "double", and "one" or "no" before a unit noun."""
    out: list[Token] = []
    for i, token in enumerate(tokens):
        word = token.text.lower() if token.kind == "word" else ""
        if word in lexicon.numbers:
            out.append(_joined(out, token, lexicon.numbers[word]))
        elif word in lexicon.multiples:
            out.append(_multiple(token, lexicon.multiples[word]))
        elif word in lexicon.ordinals:
            out.append(replace(token, kind="number", number=lexicon.ordinals[word], mark="ordinal"))
        elif word in lexicon.small and _counts(tokens, i, facts, lexicon):
            out.append(replace(token, kind="number", number=lexicon.small[word]))
        else:
            out.append(token)
    return out


def _counts(tokens: Sequence[Token], i: int, facts: Sequence[Fact], lexicon: Lexicon) -> bool:
    """Say whether a small word counts what follows it: "one launch" of a fact that counts none is no number."""
    unit = _unit_after(tokens, i, lexicon)
    one_thing = unit in ("launches", "products") and lexicon.small[tokens[i].text.lower()] == 1
    return bool(unit) and not (one_thing and not any(fact.unit.startswith(unit) for fact in facts))


def _multiple(token: Token, value: float) -> Token:
    decimals = next(d for d in (0, 1, 2) if round(value, d) == value)
    return replace(token, kind="number", number=value, decimals=decimals, mark="ratio")


def _joined(out: list[Token], token: Token, value: float) -> Token:
    """Join a number word to the one before it: twenty + one, two + hundred, three + dozen."""
    before = out[-1] if out and out[-1].kind == "number" and not out[-1].text[-1].isdigit() else None
    if before is None or before.mark:
        return replace(token, kind="number", number=value)
    total = before.number * value if value in (12, 100, 1000) else before.number + value
    out.pop()
    return replace(token, kind="number", number=total, at=before.at, text=f"{before.text} {token.text}")


def _split_clauses(tokens: Sequence[Token]) -> list[list[Token]]:
    clauses: list[list[Token]] = [[]]
    for i, token in enumerate(tokens):
        ends = token.kind == "break" or (token.kind == "word" and token.text.lower() in CLAUSE_WORDS)
        if ends and not _joins_numbers(tokens, i):
            clauses.append([])
        else:
            clauses[-1].append(token)
    return [clause for clause in clauses if clause]


def _joins_numbers(tokens: Sequence[Token], i: int) -> bool:
    """Say whether the break or "and" at `i` joins the two ends of a range: `4-30`, `between 4 and 30 units`."""
    if not 0 < i < len(tokens) - 1 or tokens[i + 1].kind != "number":
        return False
    if tokens[i].kind == "break":
        return tokens[i].text in "–—-−" and tokens[i - 1].kind == "number"
    before = [token for token in tokens[max(0, i - 5) : i] if token.kind in ("number", "mark", "word")]
    opened = any(token.text.lower() == "between" for token in before)
    return tokens[i].text.lower() == "and" and opened and any(token.kind == "number" for token in before)


def _clause(tokens: Sequence[Token], lexicon: Lexicon, facts: Sequence[Fact]) -> Clause:
    numbers: list[Number] = []
    for i, token in enumerate(tokens):
        if token.kind == "number":
            numbers.append(_number(tokens, i, lexicon, facts))
    return Clause(tuple(tokens), tuple(_pair_ranges(numbers, tokens)))


def _number(tokens: Sequence[Token], i: int, lexicon: Lexicon, facts: Sequence[Fact]) -> Number:
    token = tokens[i]
    unit = token.mark or _unit_after(tokens, i, lexicon)
    after = tokens[i + 1].text.lower() if i + 1 < len(tokens) else ""
    return Number(
        value=token.number,
        decimals=token.decimals,
        role=_role(tokens, i, unit, facts, lexicon),
        unit=unit,
        at=token.at,
        percent=token.percent,
        signed=token.signed,
        hedged=i > 0 and "hedge" in lexicon.word_kinds(tokens[i - 1].stem),
        of=token.percent and after == "of",
    )


def _role(tokens: Sequence[Token], i: int, unit: str, facts: Sequence[Fact], lexicon: Lexicon) -> Role:
    token = tokens[i]
    if HORIZON.get(unit) == token.number and any(fact.unit == "units" for fact in facts):
        return "horizon"
    followed = i + 1 < len(tokens) and tokens[i + 1].mark == "interval"
    if token.percent and (followed or (token.number in interval_levels(facts) and _near(tokens, i, "interval", 3))):
        return "level"
    before = [found.mark for found in tokens[max(0, i - 2) : i]]
    if i > 1 and tokens[i - 1].mark == "than":  # "more than 12" is a bound
        kinds = lexicon.word_kinds(tokens[i - 2].stem)
        return "low" if "up" in kinds else "high" if "down" in kinds else "value"
    if "bound_low" in before:
        return "low"
    return "high" if "bound_high" in before else "value"


def interval_levels(facts: Sequence[Fact]) -> frozenset[float]:
    """Return the levels, in percent, of the intervals that the facts have."""
    return frozenset(100 * fact.spec.level for fact in facts if fact.interval and fact.spec.level)


def _near(tokens: Sequence[Token], i: int, mark: str, reach: int) -> bool:
    return any(token.mark == mark for token in tokens[max(0, i - reach) : i + reach + 1])


def _unit_after(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> str:
    """Return what the noun after a number counts: "3.2 fewer units" -> units; "" when no noun follows."""
    for token in tokens[i + 1 : i + 2 + _SKIPPED_BEFORE_UNIT]:
        word = token.text.lower()
        if word in lexicon.units:
            unit = lexicon.units[word]
            return "occasions" if unit == "ratio" and _counts_occasions(tokens, token) else unit
        if token.kind != "word" or word in _STOPS_UNIT:
            return ""
    return ""


def _counts_occasions(tokens: Sequence[Token], times: Token) -> bool:
    """Say whether "times" counts how often, as in "searched 12 times last week", rather than multiplies."""
    after = next((token for token in tokens if token.at > times.at), None)
    return (
        after is None
        or after.kind == "break"
        or after.mark == "per_week"
        or after.text.lower() == "a week"
        or after.text.lower() in _AFTER_OCCASIONS
    )


def _pair_ranges(numbers: Sequence[Number], tokens: Sequence[Token]) -> list[Number]:
    """Join `4 to 30`, `4-30` and `between 4 and 30` into ranges; each end knows the other."""
    paired = list(numbers)
    for k in range(len(paired) - 1):
        first, second = paired[k], paired[k + 1]
        if first.role in ("level", "horizon") or second.role in ("level", "horizon") or first.partner:
            continue
        between = [token.text.lower() for token in tokens if first.at < token.at < second.at]
        linked = [word for word in between if word in ("to", "and", "–", "—", "-", "−", "through")]
        fillers = [word for word in between if word not in linked]
        if len(linked) == 1 and len(fillers) <= 1:
            paired[k] = replace(first, role="range", unit=first.unit or second.unit, partner=second)
            paired[k + 1] = replace(second, role="range", unit=second.unit or first.unit, partner=first)
    return paired
