"""Readable titles for the Complete Journey catalogue, whose texts are upper-case, abbreviated and cut at 30 characters.

Example: type "FRZN SS PREMIUM ENTREES/DNRS/T", size "9 1/4 OZ", brand "Private"
    -> "Frozen Single-Serve Premium Traditional Dinners, 9.25 oz, private label"
"""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.sources.journey_types import IN_CATEGORY, TYPES, VAGUE
from retrieval.sources.journey_words import (
    BEFORE_COLON,
    BEFORE_DASH,
    CATEGORIES,
    DEPARTMENTS,
    HYPHENATED,
    IN_PARENTHESES,
    NOUN_FIRST,
    WORDS,
)

_SMALL = frozenset({"and", "at", "de", "for", "in", "of", "on", "or", "the", "to", "with", "without", "n"})
_UNITS = {
    "BAGS": "bags",
    "CM": "cm",
    "COUNT": "count",
    "CT": "count",
    "CUP": "cup",
    "DOZ": "dozen",
    "DZ": "dozen",
    "DZN": "dozen",
    "FL OZ": "fl oz",
    "FT": "ft",
    "G": "g",
    "GA": "gal",
    "GAL": "gal",
    "GM": "g",
    "IN": "in",
    "KIT": "kit",
    "L": "liter",
    "LB": "lb",
    "LBS": "lb",
    "LD": "loads",
    "LDS": "loads",
    "LOAD": "loads",
    "LOADS": "loads",
    "LT": "liter",
    "LTR": "liter",
    "ML": "ml",
    "OZ": "oz",
    "OZS": "oz",
    "PACK": "pack",
    "PC": "pieces",
    "PCS": "pieces",
    "PK": "pack",
    "PKS": "pack",
    "PT": "pint",
    "PTS": "pint",
    "QT": "quart",
    "SQ FT": "sq ft",
    "STEM": "stems",
    "USE": "uses",
    "USES": "uses",
    "YD": "yd",
    "Z": "oz",
}
_ONE = {"loads": "load", "pieces": "piece", "stems": "stem", "uses": "use"}
_BARE = {
    "CTN": "carton",
    "EA": "each",
    "LG": "large",
    "MED": "medium",
    "PK": "pack",
    "CELL PK": "cell pack",
    "SML": "small",
}
_CONTAINERS = {
    "BAG": "bag",
    "BOX": "box",
    "BTL": "bottle",
    "CAN": "can",
    "CN": "can",
    "CTN": "carton",
    "CUP": "cup",
    "NR": "",  # non-returnable
    "LNNR": "",
    "PET": "",  # the plastic
    "PLST": "plastic",
    "POUCH": "pouch",
    "TUB": "tub",
    "TUBE": "tube",
}
_NUMBER = r"(?:\d+ \d/\d+|\d+/\d+(?![\d.])|\d*\.\d+|\d+\.?)"
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_SINGLE = re.compile(rf"^({_NUMBER})[ -]*({_UNIT})$")
_COUNT_OF = re.compile(rf"^(\d+) ?(PK|CT|P|) ?[/ -] ?({_NUMBER}) ?({_UNIT})$")  # 12 PK/12 OZ, 6 CT/15 OZ, 4/187 ML
_OF_COUNT = re.compile(rf"^({_NUMBER}) ?({_UNIT}) ?[/ ] ?(\d+) ?(PK|CT|P)$")  # 12 OZ/12 PK
_FROM_TO = re.compile(rf"^(\d+-\d+) ?({_UNIT})$")  # 14-18 CT
_MEASURES = frozenset({"OZ", "OZS", "Z", "ML", "L", "LT", "LTR", "FL OZ"})
_FRACTION_OF = frozenset({2, 3, 4, 8})


def product_title(category: str, product_type: str, size: str | None, brand: str | None) -> str:
    """Title of one product: what it is, its size, and whether it is the shop's own brand."""
    parts = [readable_type(category, product_type)]
    if size:
        parts.append(readable_size(size))
    if brand == "Private":
        parts.append("private label")
    return ", ".join(parts)


@lru_cache(maxsize=8192)
def product_category(department: str, category: str) -> str:
    """`Grocery > Bag Snacks` for GROCERY and BAG SNACKS."""
    return f"{DEPARTMENTS.get(department, _words(department))} > {readable_category(category)}"


@lru_cache(maxsize=8192)
def readable_category(category: str) -> str:
    """A category in words: `FROZEN PIE/DESSERTS` -> `Frozen Pie and Desserts`."""
    if category in CATEGORIES:
        return CATEGORIES[category]
    head, dash, tail = category.partition("-")
    if head.strip() == "FLORAL":
        return _words(tail)
    if dash and tail.strip() in {"SHELF STABLE", "CHECKLANE", "PACKAGED", "FROZEN", "FRESH", "MISC"}:
        return f"{_words(tail)} {_words(head)}"  # SOUP - SHELF STABLE reads better the other way round
    return _words(category)


@lru_cache(maxsize=8192)  # 92,331 products share some 2,400 types and 3,700 sizes
def readable_type(category: str, product_type: str) -> str:
    """A product type in words, with its category where the type alone says nothing."""
    if (category, product_type) in IN_CATEGORY:
        return IN_CATEGORY[category, product_type]
    words = TYPES.get(product_type) or _phrase(product_type)
    return f"{readable_category(category)}, {words}" if product_type in VAGUE else words


def _phrase(text: str) -> str:
    """Parentheses to the end, prefixes in front of a colon or dash worded out, abbreviations expanded."""
    if text.endswith("-MAGAZINE"):
        return f"{_words(text.removesuffix('-MAGAZINE'))} Magazine"
    endings = [IN_PARENTHESES[found] for found in re.findall(r"\(([^()]*)\)?", text) if found in IN_PARENTHESES]
    text = re.sub(r"\([^()]*\)?", " ", text).strip()
    return ", ".join([_prefixed(text), *endings])


def _prefixed(text: str) -> str:
    for mark, prefixes in ((":", BEFORE_COLON), ("-", BEFORE_DASH)):
        pattern = re.match(rf"^({'|'.join(prefixes)})\s*{mark}\s*(.+)$", text)
        if pattern:
            return _tidy(prefixes[pattern[1]].format(_words(pattern[2])))
    inverted = re.match(rf"^({NOUN_FIRST}) ([^/]+)$", text)
    return _words(f"{inverted[2]} {inverted[1]}" if inverted else text)


def _words(text: str) -> str:
    """Expand and title-case every word; `/` and `&` between words become "and"."""
    text = re.sub(r"\bW/O ?", "WITHOUT ", text)
    text = re.sub(r"\bW/ ?", "WITH ", text)
    text = re.sub(r"\bN/(?=[A-Z])", "NON-", text)
    text = re.sub(r"\b(CHILDREN|WOMEN|MEN) S\b", r"\1S", text).replace("BONE IN", "BONE-IN")
    text = re.sub(r"(\d)(ML|LT|IN|MM)\b", r"\1 \2", text)
    text = re.sub(r"\s*(?:&|/)\s*", " & ", text).replace(":", ": ")
    text = re.sub(r"(?<=[A-Z])\. ?(?=[A-Z])", " ", text)
    text = re.sub(r"(\w+)-(?=[A-Z])", lambda m: m[0] if m[1] in HYPHENATED else f"{m[1]}, ", text)
    text = re.sub(r"\s+-\s*|\s*-\s+", ", ", text)
    return _tidy(" ".join(_word(word) for word in text.split()))


def _word(word: str) -> str:
    core = word.strip(".,:()")
    if core == "&":
        return "and"
    if core in WORDS:
        return word.replace(core, WORDS[core]).replace(".", "")
    if core in {"ML", "MM"}:
        return core.lower()
    return "-".join(
        WORDS.get(piece, piece.capitalize()) for piece in word.replace(".,", ",").removesuffix(".").split("-")
    )


def _tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", text).replace(" ,", ",")
    text = re.sub(r"(?:,| and)+$", "", text.strip()).strip(" ,:-")
    parts = text.split(" and ")
    if len(parts) > 2:  # A and B and C -> A, B and C
        text = ", ".join(parts[:-1]) + " and " + parts[-1]
    words = [w.lower() if w.lower() in _SMALL and i else w for i, w in enumerate(text.split(" "))]
    return " ".join(words)


@lru_cache(maxsize=8192)
def readable_size(size: str) -> str:
    """A package size in words: `.5 GAL` -> `0.5 gal`, `12 PK/12 OZ` -> `12 x 12 oz`, `LARGE` -> `large`."""
    text = re.sub(r"\s+", " ", size.upper().replace("*", " ")).strip().rstrip(".")
    text = re.sub(r"^(?:\d{5,}|[A-Z]{1,2}(?: [A-Z])?|ALL) (?=[\d.])", "", text)  # item numbers and grind codes: P 16 OZ
    text = re.sub(r" ?\((?:\d+|C)\) ?", "", text)  # pack codes: 20 CT(6)
    text = text.replace("HALF GAL", ".5 GAL").replace("GALASS", "GLASS").replace("SNGAL", "SINGLE")
    body, _, last = text.rpartition(" ")
    container = _CONTAINERS.get(last) if body and body[-1].isalpha() else None
    if container is not None:
        text = body
    words = _several(text) or _single(text) or _range(text) or _pieces(text)
    return f"{words} {container}" if container else words


def _single(text: str) -> str | None:
    if text in _UNITS and text not in _BARE:
        text = f"1 {text}"
    match = _SINGLE.match(text)
    if not match:
        return None
    number, unit = _decimal(match[1]), _UNITS[match[2]]
    return f"{number} {_ONE.get(unit, unit) if number == '1' else unit}"


def _range(text: str) -> str | None:
    match = _FROM_TO.match(text)
    return f"{match[1]} {_UNITS[match[2]]}" if match else None


def _pieces(text: str) -> str:
    """Two sizes of one product, `9 IN/47 OZ`, or a word: whatever is no size is only lower-cased."""
    if "/" in text and not _is_fraction(text):
        return ", ".join(_single(piece.strip()) or _plain(piece) for piece in text.split("/") if piece.strip())
    return _BARE.get(text) or _plain(text)


def _plain(text: str) -> str:
    text = re.sub(r"\bsz ?(?=\d)", "size ", text.strip().lower())
    return re.sub(r"(?<=[\dn]) ?x ?(?=\d)", " x ", text)


def _several(text: str) -> str | None:
    """A number of equal pieces, `6 x 8 oz`, or a count beside a total weight, `6 count, 15 oz`."""
    if match := _OF_COUNT.match(text):
        number, unit, count, kind = match.groups()
    elif match := _COUNT_OF.match(text):
        count, kind, number, unit = match.groups()
        dash_range = "-" in text and (unit not in _MEASURES or kind)
        if dash_range or (not kind and _is_fraction(text)):
            return None
    else:
        return None
    amount = f"{_decimal(number)} {_UNITS[unit]}"
    return f"{count} count, {amount}" if kind == "CT" else f"{count} x {amount}"


def _is_fraction(text: str) -> bool:
    """Whether `1/2 GAL` or `9 1/4 OZ` holds a fraction, rather than one pack of 2 gallons."""
    match = re.search(r"(\d+)/(\d+)(?![\d.])", text)
    mixed = re.match(r"^\d+ \d+/\d+", text) is not None
    return bool(match) and (mixed or (int(match[1]) < int(match[2]) and int(match[2]) in _FRACTION_OF))


def _decimal(number: str) -> str:
    """`9 1/4`, `1/2`, `.5` and `11.0` as 9.25, 0.5, 0.5 and 11."""
    whole, _, fraction = number.rpartition(" ")
    value = float(whole or 0)
    if "/" in fraction:
        top, bottom = fraction.split("/")
        value += int(top) / int(bottom) if int(bottom) else 0.0
    else:
        value += float(fraction)
    return f"{value:.3f}".rstrip("0").rstrip(".")
