"""Untrusted text made quotable: what a catalogue, a query log or an operator's message may bring along.

A title can carry control characters, zero-width and right-to-left marks, HTML, links, markdown or sentences that look
like instructions. Nothing here judges what the text says; it only takes away what is not text, so that a quoted name
stays a quoted name in a prompt, a sentence, a brief and on the screen.
"""

from __future__ import annotations

import re
import unicodedata

LABEL_LIMIT = 90  # characters of a name; longer ones end in an ellipsis
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_FILLERS: dict[int, str] = dict.fromkeys(
    (0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0x034F, 0x2800), " "
)  # letters without a shape
_KEPT = re.compile("([，：；！？（）])")  # Chinese punctuation is no disguise, and its plain forms would look wrong
_SPACE = re.compile(r"\s+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LOOSE = re.compile(r" +([.,])")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}:\s*/{2,}|\b(?:javascript|data|mailto|vbscript)\s*:", re.IGNORECASE)
_SWAPS = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")", "<": "‹", "`": "'", "|": "/", "\\": "/"})
_QUOTES = str.maketrans({"“": "'", "”": "'", '"': "'"})


def clean_text(text: object, limit: int = 2_000) -> str:
    """Return the visible characters of `text` on one line, at most `limit` of them.

    Compatibility forms but for Chinese punctuation are folded (NFKC), control, zero-width, direction and unassigned
    characters are removed, and more than three combining marks in a row are cut.
    Example: `"Tea\\u202e \\u200bset\\n"` -> `"Tea set"`.
    """
    shown = str(text)[: 4 * limit]  # bound the work before normalising: one cell may hold megabytes
    if not (shown.isascii() and shown.isprintable()):  # most names are plain, and there are many of them
        shown = _without_tricks(shown)
    line = _SPACE.sub(" ", shown).strip()
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def without_surrogates(text: str) -> str:
    """Return `text` without lone halves of a character, which JSON can spell and no file or database can hold.

    Everything else stays, so what a writer or an operator said can be kept as it was said.
    Example: "\\ud800 Tea\\n" -> " Tea\\n".
    """
    return _SURROGATES.sub("", text)


def _without_tricks(shown: str) -> str:
    visible = "".join(char if _is_visible(char) else " " if char.isspace() else "" for char in shown)
    parts = _KEPT.split(visible.translate(_FILLERS))
    folded = (unicodedata.normalize("NFKC", part) if n % 2 == 0 else part for n, part in enumerate(parts))
    return _fewer_marks("".join(folded))


def clean_label(text: object) -> str:
    """Return a name fit to be quoted in a sentence: no brackets, quotes, tags or links of its own.

    Brackets would read as citations, angle brackets as HTML, and a scheme would become a link. The ` > ` between the
    levels of a category stays. A blank before a comma or full stop goes, as it does from every sentence.
    """
    plain = _without_markup(clean_text(text, 4 * LABEL_LIMIT)).translate(_QUOTES)
    return clean_text(_LOOSE.sub(r"\1", plain), LABEL_LIMIT)


def clean_value(text: object) -> str:
    """Return text fit to stand in a line of ours: without brackets, tags and links, with its quotation marks."""
    return clean_text(_without_markup(clean_text(text)))


def _without_markup(line: str) -> str:
    plain = _SCHEME.sub(" ", line).translate(_SWAPS)
    plain = re.sub(r"(?<! )>|>(?! )", "›", plain).replace("@", "(at)")
    return re.sub(r"\bwww\.", "www ", plain, flags=re.IGNORECASE)


def clean_quote(text: object, limit: int) -> str:
    """Return text fit to be quoted at length: as `clean_text`, and nothing in it can become a link or an address."""
    line = _SCHEME.sub(" ", clean_text(text, limit)).replace("@", "(at)")
    return clean_text(re.sub(r"www\.", "www ", line, flags=re.IGNORECASE), limit)


def escape_markdown(text: object) -> str:
    """Return `text` with every character escaped that Markdown could read as markup."""
    return re.sub(r"([\\`*_{}\[\]#!|<>~&])", r"\\\1", clean_text(text))


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in _INVISIBLE


def _fewer_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= 3:
            kept.append(char)
    return "".join(kept)
