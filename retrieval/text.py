"""Text: what a product says, made safe to encode and index. Nothing in a shop's text is trusted."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

TEXT_LIMIT = 8_000
"""Characters of one text that are read: about 2,000 tokens, far beyond what the on-board encoder looks at (256)."""

_READ_LIMIT = 8 * TEXT_LIMIT
# Control characters (NUL among them), lone surrogates (no UTF-8 form), bidirectional overrides and byte-order marks.
# The zero-width joiners stay: scripts and emoji need them.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_SPACES = re.compile(r"\s+")


def clean_text(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return `value` as one line of printable text of at most `limit` characters; a missing value is "".

    Only the head of a huge cell is looked at, so that 10 MB of text cost no more than 64 kB.
    Cleaning twice changes nothing.

    Example: clean_text("  Caf\\u00e9\\x00 latte\\n") -> "Café latte".
    """
    if not isinstance(value, str) and pd.api.types.is_scalar(value) and bool(pd.isna(value)):
        return ""
    head = str(value)[: max(_READ_LIMIT, limit)]
    line = _SPACES.sub(" ", _UNSAFE.sub(" ", unicodedata.normalize("NFC", head)))
    return line.strip()[:limit].rstrip()


def product_text(title: object, description: object = None, category: object = None, brand: object = None) -> str:
    """Return the one text that stands for a product in both indexes.

    The order is title, brand, category, description: an encoder cuts long texts at the end, and the description is
    the part that can spare words. Plain spaces join them: full stops between fields, or leaving out a brand that the
    title names already, ranked no better on the Chorus judgements.

    Example: product_text("Kettle, 2 l", "Boils fast.", "Kitchen > Kettles", "Acme")
        -> "Kettle, 2 l Acme Kitchen > Kettles Boils fast."
    """
    return clean_text(" ".join(clean_text(part) for part in (title, brand, category, description)))
