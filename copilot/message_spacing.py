"""Messages of a language without spaces, made readable for what looks for words: blanks around what may be a name.

Known words stay together. What no known word covers stands apart, since it may be a name; so do Latin letters, digits
and titles of the catalogue. Numbers in words become digits (三成 is 30%, 两周 is 2 周), and Chinese words for
placements, categories and goods become the names that the calendar and the catalogue have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from copilot.chinese_numerals import NUMERAL, PERCENT, TENTHS, numeral_value, percent_value
from copilot.goods_glossary import GoodsGlossary
from copilot.phrases import load_phrases
from copilot.segments import HAN, RUN, Segmenter, folded
from copilot.waiting_names import words_of

if TYPE_CHECKING:
    from copilot.lexicon import Lexicon
    from copilot.phrases import Phrases

_ONE_WEEK = re.compile(r"(?:晚|早|迟|提前|推|延后?|后移|前移|往[前后]\w?|等)$")  # before 一周, a number of weeks
_ONE_MORE = re.compile(
    r"(?:封顶|顶多|最多|至多|多|少|再|加|超过|只|仅|上|限制在|给|出|放|容纳)$"
)  # before 一个, a number of places
_ONE_OF = ("一个", "一款", "一次", "一位")
_FOUR_WEEKS = re.compile(r"(?:前|首|头)$")  # before 四周, what every forecast is over
_BEFORE_DIGIT = re.compile(r"(?<!\d)([，。；：！？])(?=\d)")  # a clause that begins with a number is no decimal
_BOTH = re.compile(r"(?:个|套|份|种)?(?:情景|方案|计划|版(?!本?\d))")  # after 两, which then counts what is compared
_NUMBERED = re.compile(r"[一二两三四五六七八九十百千]")  # a word with one of these holds a number to be read
_EDGES = re.compile(rf"(?<=[{HAN}])(?=[A-Za-z0-9#“\"])|(?<=[A-Za-z0-9%”\"])(?=[{HAN}])")
_PRICE_SHARE = re.compile(r"(?:打)?\s*(\d)\s*(?:\.\s*)?(\d)?\s*折")
_PAIR = re.compile(r"俩(?=个?(?:礼拜|星期|周))")  # 俩 beside people is no number
_NO_NAMES = ("product_search", "out_of_scope")  # intents whose examples hold names of products and of the wide world


class MessageSpacing:
    """Puts blanks into messages.

    Args:
        phrases: the language's words.
        titles: words of the catalogue in the language's own script; they go before everything else.
        glossary: what goods are called in the catalogue's language.
    """

    def __init__(self, phrases: Phrases, titles: Iterable[str], glossary: GoodsGlossary) -> None:
        aliases = phrases.parsing["aliases"]
        assert isinstance(aliases, Mapping)
        self._titles = frozenset(titles)
        self._aliases = {str(word): str(name) for word, name in aliases.items() if word not in self._titles}
        mixed = [r"\s*".join(map(re.escape, alias)) for alias in self._aliases if not RUN.fullmatch(alias)]
        self._mixed = re.compile("|".join(sorted(mixed, key=len, reverse=True)) or "(?!)", re.IGNORECASE)
        self._known = known_words(phrases.lang)
        self._glossary = glossary
        patterns = (PERCENT, TENTHS, NUMERAL)
        words = (*self._known.words, *self._titles, *self._aliases, *glossary.words)
        self._segmenter = Segmenter(words, patterns)

    def spaced(self, text: str) -> str:
        """Return the message with blanks, digits and the calendar's names."""
        plain = _PAIR.sub("两", folded(_BEFORE_DIGIT.sub(r"\1 ", text)))
        plain = self._mixed.sub(lambda match: f" {self._aliases[_squeezed(match[0])]} ", plain)
        parts, end = [], 0
        for run in RUN.finditer(plain):
            parts += [plain[end : run.start()], "".join(self._pieces(run[0], plain[run.end() :]))]
            end = run.end()
        line = "".join([*parts, plain[end:]])
        line = _PRICE_SHARE.sub(lambda match: f" 降价 {100 - int(match[1] + (match[2] or '0'))}% ", line)
        return " ".join(_EDGES.sub(" ", line).split())

    def covers(self, word: str) -> bool:
        """Say whether known words make up a word, so that it names nothing."""
        return self._known.covers(word)

    def _pieces(self, run: str, following: str) -> Iterator[str]:
        at = 0
        pieces = self._segmenter.cut(run)
        called = self._glossary.named([piece for piece, _ in pieces])
        for (piece, known), name in zip(pieces, called, strict=True):
            before, at = run[:at], at + len(piece)
            yield self._piece(piece, known, before, run[at:] + following) if name is None else f" {name} "

    def _piece(self, piece: str, known: bool, before: str, after: str) -> str:
        if piece in self._titles:
            return f" {piece} "
        if piece in self._aliases and piece not in self._known.words:
            return f" {self._aliases[piece]} "
        if not known:
            return f" {piece} "
        of_weeks = after.startswith(("礼拜", "星期")) and _ONE_WEEK.search(before)
        if piece in _ONE_OF and (of_weeks or _ONE_MORE.search(before)):
            return f" 1 {piece[1:]}"
        if piece in self._known.words:
            return piece
        if piece in self._glossary.words:  # without goods beside it
            return piece if self._known.covers(piece) else f" {piece} "
        if match := PERCENT.fullmatch(piece) or TENTHS.fullmatch(piece):
            return f" {percent_value(match):g}% "
        week = after.startswith(("周", "个星期", "星期", "个礼拜", "礼拜"))
        if piece == "四" and week and _FOUR_WEEKS.search(before):
            return piece
        if piece in ("两", "俩", "二") and _BOTH.match(after):
            return piece
        if piece == "一" and after.startswith("月"):
            return " 1 "
        if piece == "一" and not (week and _ONE_WEEK.search(before)):
            places = after.startswith(("个", "款", "次", "位")) and _ONE_MORE.search(before)
            return " 1 " if places else piece
        return f" {numeral_value(piece):g} "


def _squeezed(alias: str) -> str:
    return "".join(alias.split()).upper()


@lru_cache(maxsize=4)
def known_words(lang: str) -> Segmenter:
    """Return the words that questions are made of: of the examples, the cues, everyday speech and the lexicon."""
    phrases = load_phrases(lang)
    parsing = phrases.parsing
    base = set(phrases.lexicon.vocabulary) | set(str(parsing["everyday"]).split())
    base |= {word for key in ("domain", "courtesies", "additions", "stopwords") for word in str(parsing[key]).split()}
    for key in ("weeks", "holidays", "wishes"):
        table = parsing[key]
        assert isinstance(table, Mapping)
        base |= {str(word) for found in table.values() if isinstance(found, list) for word in found}
        base |= set(map(str, table)) if key == "holidays" else set()
    cues = {run for words in phrases.intents.values() for cue in words.cues for run in RUN.findall(cue)}
    base |= {run for run in cues if not _NUMBERED.search(run)}
    base = {word for word in base if not NUMERAL.fullmatch(word)}
    segmenter = Segmenter(base, (NUMERAL,))
    texts = [text for name, words in phrases.intents.items() if name not in _NO_NAMES for text in words.examples]
    strange = {
        piece
        for run in RUN.findall(" ".join(texts))
        for piece, known in segmenter.cut(run)
        if not known and not _NUMBERED.search(piece)
    }
    return Segmenter(base | strange, (NUMERAL,))


def says_only(text: str, allowed: str, lexicon: Lexicon) -> bool:
    """Say whether a text holds no other words than these."""
    words = words_of(text)
    if not lexicon.unspaced:
        return set(words) <= set(allowed.split())
    segmenter = _segmenter(allowed)
    return all(word in allowed.split() or segmenter.covers(word) for word in words)


@lru_cache(maxsize=32)
def _segmenter(allowed: str) -> Segmenter:
    return Segmenter(allowed.split())
