"""Tokens of a sentence: citations, names of the sheet, weeks, days, numbers, words and breaks.

The scanner takes the names that the sheet knows first, so that digits or words inside a name are never read as claims.
Whatever it cannot read makes the sentence unreadable: what cannot be read cannot be checked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from copilot.factsheet import WHOLE_SHOP, Fact, FactSheet
from copilot.identity import Same
from copilot.lexicon import Lexicon, reads_as_name, spelt_out

TokenKind = Literal["cite", "name", "week", "day", "number", "word", "break", "mark"]


@dataclass(frozen=True)
class Token:
    """One piece of a sentence.

    Attributes:
        kind: what it is; only the fields of that kind are filled.
        text: as written.
        facts: cite: the cited ids; name: ids of the facts that own the name; mark: ids of the facts it states.
        stem: word: its stem.
        week: week: (ISO year or None, week number).
        day: day: the date.
        number, decimals, percent, signed: number: its value and how it is written.
        mark: mark: the kind of phrase it stands for.
        at: position in the sentence.
    """

    kind: TokenKind
    text: str
    at: int
    facts: frozenset[str] = frozenset()
    stem: str = ""
    week: tuple[int | None, int] = (None, 0)
    day: date = date.min
    number: float = 0.0
    decimals: int = 0
    percent: bool = False
    signed: bool = False
    mark: str = ""

    def adjoins(self, following: Token) -> bool:
        """Say whether only a blank stands between this token and the following one."""
        return self.at + len(self.text) + 1 == following.at


class UnreadableSentence(ValueError):
    """The sentence holds something that the verifier cannot read; `reason` says what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


MARKED = '“"#'  # a name that opens with one of these is seen to be a name
CITE = re.compile(r"\[\s*F\d{1,3}(?:\s*[,;]\s*F\d{1,3})*\s*\]")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\b")
_ISO_WEEK = re.compile(r"(?:week\s+)?(\d{4})-?w(\d{1,2})\b", re.IGNORECASE)
_WEEK = re.compile(r"(?:weeks?\s+(?:number\s+|no\.\s+)?|w)(\d{1,2})\b(?!\s*%|[.,]\d)", re.IGNORECASE)
_NTH_WEEK = re.compile(r"(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)\s+week\b", re.IGNORECASE)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_PUNCTUATION = frozenset(".\"“”‘’'&/+")
_BREAKS = frozenset(",;:()–—-−")


def scan(text: str, sheet: FactSheet, lexicon: Lexicon) -> list[Token]:
    """Return the tokens of a sentence in order.

    Raises:
        UnreadableSentence: a link, markup, an invisible character, an unknown symbol or a broken citation.
    """
    names, readers = _names_by_start(Same(sheet), Same(lexicon)), _readers(Same(lexicon))
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        here = names.get(text[at].lower(), ())
        token = _name_at(text, at, here, lexicon) or next((t for read in readers if (t := read(text, at))), None)
        if token is None:
            raise UnreadableSentence(unreadable_reason(text[at]))
        if token.kind != "break" or token.text in _BREAKS:
            tokens += _in_full(token, lexicon)
        at += len(token.text)
    return tokens


def sheet_names(sheet: FactSheet) -> list[tuple[str, frozenset[str]]]:
    """Return every name on the sheet with the ids of the facts that own it, longest first."""
    owners: dict[str, set[str]] = {}
    for fact in sheet.facts:
        for name in fact_names(fact):
            owners.setdefault(name, set()).add(fact.id)
    return sorted(((name, frozenset(ids)) for name, ids in owners.items()), key=lambda item: -len(item[0]))


@lru_cache(maxsize=8)
def _names_by_start(sheet: Same[FactSheet], lexicon: Same[Lexicon]) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Return the names that can be told from plain text, longest first, by the letter or mark they start with."""
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for name, facts in sheet_names(sheet.of):
        if _tells_apart(name) and (name[0] in MARKED or reads_as_name(name, lexicon.of)):
            found.setdefault(name[0].lower(), []).append((name, facts))
    return found


def fact_names(fact: Fact) -> Iterator[str]:
    """Yield the names that belong to a fact: its subject, its second product, its placement, a group's last level.

    A name counts when it is quoted; unquoted too when it has a letter and is not the start of a longer word.
    """
    subject = "" if fact.subject in WHOLE_SHOP else fact.subject_label
    for label in (subject, fact.other_label, fact.placement or ""):
        if label:
            yield label
            yield f"“{label}”"
            yield f'"{label}"'
    if " > " in subject:
        yield subject.rsplit(" > ", 1)[1]
    if subject:
        yield f"#{fact.subject}"
    if fact.other_numbered:
        yield f"#{fact.other}"


def _in_full(token: Token, lexicon: Lexicon) -> list[Token]:
    """Return the words that a word run together stands for: "we've" is "we have"."""
    words = spelt_out(token.text.replace("’", "'"), lexicon.contractions) if token.kind == "word" else ()
    if len(words) < 2:
        return [token]
    return [Token("word", word, token.at + i, stem=lexicon.stem(word)) for i, word in enumerate(words)]


def _name_at(text: str, at: int, names: Sequence[tuple[str, frozenset[str]]], lexicon: Lexicon) -> Token | None:
    if at and text[at - 1].isalnum() and text[at].isalnum():
        return None
    written, owners = "", frozenset[str]()
    for name, facts in names:  # longest first
        if written and len(name) < len(written):
            break
        end = at + len(name)
        if text[at:end].lower() != name.lower() or not _ends_well(text, end):
            continue
        if text[at:end] == name or not _is_plain_word(name, lexicon):
            written, owners = text[at:end], owners | facts  # a search may differ from a title by its capitals alone
    return Token("name", written, at, facts=owners) if written else None


def _is_plain_word(name: str, lexicon: Lexicon) -> bool:
    """Say whether a name is also a word of ours, as the category "Other" is: then only its capitals tell them apart."""
    return name.isalpha() and lexicon.knows(lexicon.stem(name))


def _ends_well(text: str, end: int) -> bool:
    return not (text[end - 1].isalnum() and text[end : end + 1].isalnum())


def _tells_apart(name: str) -> bool:
    """Say whether a name can be told from a plain number: `12` cannot, `“12”` can."""
    return name[0] in MARKED or sum(char.isalpha() for char in name) >= 2


@lru_cache(maxsize=4)
def _readers(of: Same[Lexicon]) -> tuple:
    """Return what reads each kind of token; each takes the text and a position, and returns a token or None."""
    lexicon = of.of
    months = "|".join(lexicon.months + tuple(month[:3] for month in lexicon.months))
    day_first = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+({months})\b\.?(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
    month_first = re.compile(rf"({months})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
    thousands, decimal = re.escape(lexicon.thousands), re.escape(lexicon.decimal)
    number = re.compile(
        rf"[-−+]?(?:\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{decimal}\d+)?(\s*%|\s+percent\b|\s+per cent\b)?", re.ASCII
    )

    def cite(text: str, at: int) -> Token | None:
        match = CITE.match(text, at)
        return Token("cite", match[0], at, facts=frozenset(re.findall(r"F\d+", match[0]))) if match else None

    def week(text: str, at: int) -> Token | None:
        if match := _ISO_WEEK.match(text, at):
            return Token("week", match[0], at, week=(int(match[1]), int(match[2])))
        match = _WEEK.match(text, at) or _NTH_WEEK.match(text, at)
        return Token("week", match[0], at, week=(None, int(match[1]))) if match else None

    def day(text: str, at: int) -> Token | None:
        if match := _ISO_DAY.match(text, at):
            return _day(match[0], at, int(match[1]), int(match[2]), int(match[3]))
        if match := day_first.match(text, at):
            return _day(match[0], at, int(match[3] or 0), _month(match[2], lexicon), int(match[1]))
        if match := month_first.match(text, at):
            return _day(match[0], at, int(match[3] or 0), _month(match[1], lexicon), int(match[2]))
        return None

    def plain_number(text: str, at: int) -> Token | None:
        match = number.match(text, at)
        if match is None or _ORDINAL.match(text, at):
            return None
        return _number(match[0], at, lexicon) if _sign_stands_alone(text, at) else None

    def word(text: str, at: int) -> Token | None:
        match = _WORD.match(text, at)
        if match is None:
            return None
        word = match[0].replace("’", "'")
        return Token("word", word, at, stem=lexicon.stem(word[:-2] if word.lower().endswith("'s") else word))

    def mark(text: str, at: int) -> Token | None:
        if text[at] not in _BREAKS and text[at] not in _PUNCTUATION:
            return None
        joins = text[at] == "-" and 0 < at < len(text) - 1 and text[at - 1].isalpha() and text[at + 1].isalpha()
        return Token("break", "." if joins else text[at], at)

    return cite, day, week, plain_number, word, mark


def _sign_stands_alone(text: str, at: int) -> bool:
    """Say whether a leading sign belongs to the number: in `4-30` it does not."""
    return text[at].isdigit() or at == 0 or text[at - 1] in ' (“"'


def _number(written: str, at: int, lexicon: Lexicon) -> Token:
    percent = not written[-1].isdigit()
    digits = re.match(r"[-−+]?[\d.,]+", written)
    assert digits is not None
    plain = digits[0].replace(lexicon.thousands, "").replace(lexicon.decimal, ".").replace("−", "-")
    decimals = len(plain.partition(".")[2])
    return Token(
        "number", written, at, number=float(plain), decimals=decimals, percent=percent, signed=written[0] in "-−+"
    )


def _day(written: str, at: int, year: int, month: int, day: int) -> Token:
    try:
        return Token("day", written, at, day=date(year or 4, month, day))  # year 4: the year was not written
    except ValueError as cause:
        raise UnreadableSentence(f"day:{written}") from cause


def _month(name: str, lexicon: Lexicon) -> int:
    return 1 + next(i for i, month in enumerate(lexicon.months) if month.startswith(name.lower()[:3]))


def unreadable_reason(char: str) -> str:
    """Name why a character cannot be read."""
    if char in "<>":
        return "markup"
    if char in "[]":
        return "citation"
    if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn", "Cs"):
        return "invisible_character"
    return f"symbol:{char}"
