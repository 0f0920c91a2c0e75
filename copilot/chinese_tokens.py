"""Tokens of a Chinese sentence: the same kinds as `tokens.scan` makes, so that one verifier checks both languages.

Chinese has no spaces, so words are the longest ones that the lexicon and the cited facts know. What remains is a
word that nobody knows, and a sentence with one does not pass. Words such as 至 and 和 stand in the text of their token
as the English function word that the reader looks for (`glosses` in `words.toml`); the stem stays the Chinese word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from copilot.chinese_numerals import NUMERAL, PERCENT, TENTHS, decimals_of, numeral_value, percent_value
from copilot.factsheet import FactSheet
from copilot.identity import Same
from copilot.lexicon import Lexicon, reads_as_name
from copilot.phrases import Phrases
from copilot.segments import RUN, Segmenter, folded, is_unspaced
from copilot.tokens import CITE, MARKED, Token, UnreadableSentence, sheet_names, unreadable_reason

_NUMBER_WORD = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = re.compile(rf"(?P<sign>[-−+]?)(?P<digits>{_NUMBER_WORD})\s*(?P<mark>%|万|亿)?")
_ISO_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})(?!\d)", re.IGNORECASE)
_YEAR_WEEK = re.compile(r"(\d{4})\s*年\s*第?\s*(\d{1,2})\s*(?:周|星期)")
_NTH_WEEK = re.compile(rf"第\s*(\d{{1,2}}|{NUMERAL.pattern})\s*(?:周|星期)")
_SHORT_WEEK = re.compile(r"w(\d{1,2})(?!\d)", re.IGNORECASE)
_ORDINAL = re.compile(rf"第\s*(\d+|{NUMERAL.pattern})(?!\s*(?:\d|版))")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
_DAY = re.compile(rf"(?:(\d{{4}})\s*年\s*)?(\d{{1,2}}|{NUMERAL.pattern})\s*月\s*(\d{{1,2}}|{NUMERAL.pattern})\s*[日号]")
_LATIN = re.compile(r"[^\W\d_\u3400-\u9fff〇]+(?:'[^\W\d_\u3400-\u9fff〇]+)?")
_INEXACT = re.compile(r"\s*[多余几来](?=[\s个件周次位款倍成对])")
_BREAKS = frozenset(",;:()–—-−")
_PUNCTUATION = frozenset(".\"“”‘’'&/+!?·")
_TIMES, _OF = "倍", "的"
_MYRIAD = {"万": 10_000.0, "亿": 100_000_000.0}
_REACH = 3  # tokens before a multiple in which a rise or fall makes it ambiguous: 增加两倍


def scan_chinese(text: str, sheet: FactSheet, phrases: Phrases) -> list[Token]:
    """Return the tokens of a Chinese sentence in order.

    Raises:
        UnreadableSentence: a link, markup, an unknown symbol, a broken citation, or a number that is not exact.
    """
    if invisible := next((char for char in text if unreadable_reason(char) == "invisible_character"), None):
        raise UnreadableSentence(unreadable_reason(invisible))
    text = folded(text)
    names = _names(Same(sheet), Same(phrases.lexicon))
    cited = frozenset(fact.name for fact in sheet if f"{fact.id}]" in text or f"{fact.id}," in text)
    segmenter = _segmenter(Same(phrases), cited)
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, size = _token_at(text, at, names, segmenter, phrases.lexicon)
        if token is not None:
            tokens.append(token)
        at += size
    _refuse_ambiguous(tokens, phrases.lexicon)
    return _with_of(tokens)


@lru_cache(maxsize=8)
def _names(sheet: Same[FactSheet], lexicon: Same[Lexicon]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple(item for item in sheet_names(sheet.of) if _is_plain_name(item[0], lexicon.of))


@lru_cache(maxsize=256)
def _segmenter(phrases: Same[Phrases], cited: frozenset[str]) -> Segmenter:
    """Return what cuts a text that cites facts of these names: the words of the language, and theirs."""
    own = (phrases.of.facts[name].spelled for name in cited)
    return Segmenter(phrases.of.lexicon.vocabulary.union(*own), (PERCENT, TENTHS, NUMERAL))


def _is_plain_name(name: str, lexicon: Lexicon) -> bool:
    return name[0] in MARKED or (not is_unspaced(name) and reads_as_name(name, lexicon))


def _token_at(
    text: str, at: int, names: Sequence[tuple[str, frozenset[str]]], segmenter: Segmenter, lexicon: Lexicon
) -> tuple[Token | None, int]:
    """Return the token at a position, None for mere punctuation, and its size."""
    if name := _name_at(text, at, names):
        return name, len(name.text)
    for token in _read(text, at):
        return token, len(token.text)
    if run := RUN.match(text, at):
        piece, known = segmenter.cut(run[0])[0]
        return _word(piece, at, lexicon) if known else Token("word", piece, at, stem=piece), len(piece)
    if latin := _LATIN.match(text, at):
        return Token("word", latin[0], at, stem=lexicon.stem(latin[0])), len(latin[0])
    if text[at] in _BREAKS:
        return Token("break", text[at], at), 1
    if text[at] in _PUNCTUATION:
        return None, 1
    raise UnreadableSentence(unreadable_reason(text[at]))


def _name_at(text: str, at: int, names: Sequence[tuple[str, frozenset[str]]]) -> Token | None:
    """Return the name of the sheet at a position; Latin letters and digits beside it would make it another name."""
    if at and _one_word(text[at - 1], text[at]):
        return None
    for name, facts in names:
        end = at + len(name)
        if text[at:end].lower() != name.lower() or (end < len(text) and _one_word(text[end - 1], text[end])):
            continue
        if name[0] in MARKED or sum(char.isalpha() for char in name) >= 2:
            return Token("name", text[at:end], at, facts=facts)
    return None


def _one_word(a: str, b: str) -> bool:
    return a.isalnum() and b.isalnum() and not (is_unspaced(a) or is_unspaced(b))


def _read(text: str, at: int) -> Iterator[Token]:
    """Yield what stands at a position, if it is no word: a citation, a week, a day or a number."""
    if match := CITE.match(text, at):
        yield Token("cite", match[0], at, facts=frozenset(re.findall(r"F\d+", match[0])))
    elif match := _ISO_WEEK.match(text, at) or _YEAR_WEEK.match(text, at):
        yield Token("week", match[0], at, week=(int(match[1]), int(match[2])))
    elif match := _NTH_WEEK.match(text, at) or _SHORT_WEEK.match(text, at):
        yield Token("week", match[0], at, week=(None, _count(match[1])))
    elif match := _ISO_DAY.match(text, at):
        yield _day(match[0], at, int(match[1]), int(match[2]), int(match[3]))
    elif match := _DAY.match(text, at):
        yield _day(match[0], at, int(match[1] or 4), _count(match[2]), _count(match[3]))  # year 4: none was written
    elif match := _ORDINAL.match(text, at):
        yield Token("number", match[0], at, number=float(_count(match[1])), mark="ordinal")
    elif match := PERCENT.match(text, at) or TENTHS.match(text, at):
        value = percent_value(match)
        decimals = len(match[0].partition("点")[2]) or len(match[0].partition(".")[2])
        yield _number(text, match[0], at, value, decimals, percent=True)
    elif (match := _NUMBER.match(text, at)) and (not match["sign"] or _sign_stands_alone(text, at)):
        yield _digits(text, match, at)


def _digits(text: str, match: re.Match[str], at: int) -> Token:
    written = match["digits"].replace(",", "")
    value, decimals = float(written), len(written.partition(".")[2])
    if scale := _MYRIAD.get(match["mark"] or ""):
        value, decimals = value * scale, decimals - len(str(int(scale))) + 1
    value = -value if match["sign"] in ("-", "−") else value
    signed, percent = bool(match["sign"]), match["mark"] == "%"
    return _number(text, match[0], at, value, decimals, percent=percent, signed=signed)


def _number(
    text: str, written: str, at: int, value: float, decimals: int, *, percent: bool = False, signed: bool = False
) -> Token:
    if _INEXACT.match(text, at + len(written)):
        raise UnreadableSentence("number:inexact")
    return Token("number", written, at, number=value, decimals=decimals, percent=percent, signed=signed)


def _sign_stands_alone(text: str, at: int) -> bool:
    return at == 0 or not (text[at - 1].isascii() and text[at - 1].isalnum())


def _word(piece: str, at: int, lexicon: Lexicon) -> Token:
    """Return a known piece as a word, or as the number that it says."""
    known = piece in lexicon.vocabulary
    if not known and NUMERAL.fullmatch(piece):
        return Token("number", piece, at, number=numeral_value(piece), decimals=decimals_of(piece))
    return Token("word", lexicon.glosses.get(piece, piece), at, stem=piece)


def _count(written: str) -> int:
    return int(written) if written.isdigit() else int(numeral_value(written))


def _day(written: str, at: int, year: int, month: int, day: int) -> Token:
    try:
        return Token("day", written, at, day=date(year, month, day))
    except ValueError as cause:
        raise UnreadableSentence(f"day:{written}") from cause


def _refuse_ambiguous(tokens: Sequence[Token], lexicon: Lexicon) -> None:
    """Refuse a multiple after a rise or fall: 增加两倍 is read as twice by some and as three times by others."""
    for i, token in enumerate(tokens):
        if token.stem != _TIMES or not i or tokens[i - 1].kind != "number":
            continue
        before = tokens[max(0, i - 1 - _REACH) : i - 1]
        if any(lexicon.word_kinds(one.stem) & {"up", "down"} for one in before if one.kind == "word"):
            raise UnreadableSentence("number:times")


def _with_of(tokens: list[Token]) -> list[Token]:
    """Say "82% of the usual" as English does: 通常的 82% has its 的 before the percentage."""
    out: list[Token] = []
    for token in tokens:
        of = token.percent and out and out[-1].stem == _OF
        if of:
            mark = out.pop()
            out += [token, replace(mark, text="of", at=token.at)]
        else:
            out.append(token)
    return out
