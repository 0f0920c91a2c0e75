"""Numbers as operators read them, and the one rule for when a written number equals a fact's value.

Written: whole numbers in full; others with one decimal from 1 to 100 (none when it is 0), none above, two below 1, or
as many as two digits need.
Ratios have two decimals and a change in percent has one below 10%.

Rounding rule: a number written with d decimals equals a value when it is that value rounded to d decimals and at most
5% away from it. After "about" (or another hedge) it may also be the value rounded at its last non-zero digit, at most
10% away. What this module itself writes for a value always equals it.
"""

from __future__ import annotations

import math

from copilot.lexicon import Lexicon

EXACT_SHARE = 0.05
HEDGED_SHARE = 0.10
_EPSILON = 1e-9


def number_text(value: float, unit: str, lexicon: Lexicon) -> str:
    """Return a value of this unit as text, such as `1,234`, `12.3`, `0.35`, `1.18` (a ratio) or `0.03%` (a share)."""
    if unit == "share":
        return f"{_grouped(100 * value, _percent_decimals(100 * value), lexicon)}%"
    if unit in ("ratio", "similarity", "price"):
        return _grouped(value, 1 if abs(value) >= 10 and unit != "price" else 2, lexicon)
    return _grouped(value, 0 if isinstance(value, int) else _decimals(value), lexicon)


def change_text(ratio: float, lexicon: Lexicon) -> str:
    """Return the distance of a ratio from 1 as a percentage without sign: 1.18 -> `18%`, 0.957 -> `4.3%`."""
    percent = 100 * abs(ratio - 1)
    return f"{_grouped(percent, 0 if percent >= 10 else 1, lexicon)}%"


def equals(written: float, decimals: int, value: float, *, hedged: bool = False) -> bool:
    """Say whether a number written with so many decimals equals a value under the rounding rule.

    Example: 12.3 equals 12.34 and "about 12" equals 12.34; 13 does not, and 3 does not equal 2.6 (15% away).
    """
    if _rounds_to(written, decimals, value) and abs(written - value) <= EXACT_SHARE * abs(value) + _EPSILON:
        return True
    return (
        hedged
        and _rounds_to(written, _last_digit(written, decimals), value)
        and (abs(written - value) <= HEDGED_SHARE * abs(value) + _EPSILON)
    )


def _rounds_to(written: float, decimals: int, value: float) -> bool:
    return abs(written - value) <= 0.5 * 10.0**-decimals + _EPSILON


def _last_digit(written: float, decimals: int) -> int:
    """Return the (negative) decimals of the last non-zero digit of a whole number: 1200 -> -2."""
    if decimals > 0 or written == 0:
        return decimals
    zeros = 0
    while abs(written) % 10 ** (zeros + 1) == 0:
        zeros += 1
    return -zeros


def _decimals(value: float) -> int:
    size = abs(value)
    if size < 5e-7 or size >= 100:
        return 0
    if size < 1:
        decimals = min(6, max(2, 1 - math.floor(math.log10(size))))
        return max(2, decimals - 1) if round(size, decimals) >= 10.0 ** (2 - decimals) else decimals  # 0.0999 is 0.10
    return 0 if round(value, 1) == round(value) else 1


def _percent_decimals(percent: float) -> int:
    size = abs(percent)
    if size == 0 or size >= 10:
        return 0
    return 1 if size >= 1 else min(6, 1 - math.floor(math.log10(size)))


def _grouped(value: float, decimals: int, lexicon: Lexicon) -> str:
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")  # -0.00 is zero
    return text.translate(str.maketrans({",": lexicon.thousands, ".": lexicon.decimal}))
