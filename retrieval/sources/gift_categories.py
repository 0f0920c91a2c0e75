"""Titles and categories for Online Retail II, whose articles have an upper-case description and no category.

The category is the head noun: in English the last noun that is not a colour, a pattern, a material at the end or an
"in ..", "with ..", "for .." phrase. "LUNCH BAG RED RETROSPOT" -> Bag. Rare heads share one category.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence


def _split(text: str) -> frozenset[str]:
    return frozenset(text.split())


TOP = "Gifts"
OTHER = "Other"
_MIN_ARTICLES = 12  # a head noun of fewer articles is no category of its own
_SMALL = frozenset({"a", "an", "and", "at", "for", "from", "in", "of", "on", "or", "the", "to", "with"})
_PHRASE = re.compile(r"\s(?:w/|with|for|in|on|from|of|and|to|at|by)\s.*$|[,(/].*$", re.IGNORECASE)
_LEADING = re.compile(r"^(?:set|box|pack|pk|s|bag|bundle|assorted|asstd?)\s?(?:of|/)\s?\d*\s?", re.IGNORECASE)
_SAME = {"dec": "decoration", "hldr": "holder", "braclet": "bracelet", "handbag": "bag"}  # spellings of one noun
_NOT_NOUN = _split(
    """
    amethyst antique apple apples assorted asstd baroque beige bird birds black black/white blue botanical boys
    bright bronze brown bunny butterfly cat cats charlie childrens childs christmas chrome circus clear cm col
    colour colours cottage cream crystal daisy dark design designs diamante dog dogs doiley dolly dotty drawing
    easter edwardian elephant embossed enamel fairy felt feltcraft flock floral flower flowers font french fuschia
    garden gingham girl girls glass glitter gold gr green grey hanging heart hearts home homemade ivory jack jet
    kids kitchen l large lavender leaf letter light lilac london love m marimekko medium metal mini mint multi
    multicolour natural navy new orange owl painted paisley paper parade party pastel pattern patterned pc pcs peace
    piece pieces pink plain polkadot purple rabbit red regency retro retrospot rex ripple romantic rose roses round
    rustic s scandinavian set silver skull skulls small spaceboy spot spots spotty square star stars strawberry
    stripe striped stripes suki sweetheart tea tier tiers toadstool topaz tropical turquoise union vintage white
    wood wooden woodland x xl yellow zinc
    """
)


def readable_title(description: str) -> str:
    """`WHITE HANGING HEART T-LIGHT HOLDER` -> `White Hanging Heart T-Light Holder`."""
    words = " ".join(description.split()).lower().split(" ")
    return " ".join(word if i and word in _SMALL else _capital(word) for i, word in enumerate(words))


def _capital(word: str) -> str:
    return re.sub(r"(^|[-/(.\"])([a-z])", lambda match: match[1] + match[2].upper(), word)


def categorise(titles: Sequence[str | None]) -> list[str]:
    """`Gifts > Bag` for every title; `Gifts > Other` where no frequent head noun is found."""
    heads = [next(iter(_nouns(_core(title))), None) if title else None for title in titles]
    counts = Counter(head for head in heads if head)
    frequent = frozenset(head for head, count in counts.items() if count >= _MIN_ARTICLES)
    return [f"{TOP} > {_category(title, frequent) if title else OTHER}" for title in titles]


def _category(title: str, frequent: frozenset[str]) -> str:
    """The last frequent head noun: "Metal Sign Take It or Leave It" ends with a motto and is still a sign."""
    for words in (_core(title), title):
        for noun in _nouns(words):
            if noun in frequent:
                return noun.capitalize()
    return OTHER


def _core(title: str) -> str:
    """The title without "set of" in front and without a trailing "with ..." or "(...)"."""
    return _PHRASE.sub("", _LEADING.sub("", title.lower().replace(".", " ")))


def _nouns(words: str) -> list[str]:
    """Possible head nouns in the singular, last one first; colours, patterns and numbers are none."""
    found = [word for word in re.findall(r"[a-z]+", words.lower()) if len(word) > 2 and word not in _NOT_NOUN]
    return [_SAME.get(singular, singular) for singular in map(_singular, reversed(found))]


def _singular(noun: str) -> str:
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    if noun.endswith(("sses", "shes", "ches", "xes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us")) else noun
