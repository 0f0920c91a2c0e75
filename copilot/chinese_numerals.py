"""Numbers in Chinese words: 十二, 两百零五, 一万二, 百分之二十, 三成五, 零点五."""

from __future__ import annotations

import re

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_PLACES = {"十": 10, "百": 100, "千": 1_000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_WRITTEN = "零〇一二两三四五六七八九十百千万亿"
NUMERAL = re.compile(rf"[{_WRITTEN}]+(?:点[零〇一二三四五六七八九]+)?")
PERCENT = re.compile(rf"百分之(?P<hundredths>[{_WRITTEN}]+(?:点[零〇一二三四五六七八九]+)?|\d+(?:\.\d+)?)")
TENTHS = re.compile(r"(?P<tenths>[一二两三四五六七八九])成(?P<more>[一二三四五六七八九半])?")


def numeral_value(written: str) -> float:
    """Return the value of a numeral.

    A last digit after 万, 千 or 百 counts its next smaller place, as in speech: 一万二 is 12,000.
    Example: 二十 -> 20; 两百零五 -> 205; 十二点五 -> 12.5.
    """
    whole, _, decimals = written.partition("点")
    total = float(_whole(whole))
    return total + (float("0." + "".join(str(_DIGITS[char]) for char in decimals)) if decimals else 0.0)


def percent_value(match: re.Match[str]) -> float:
    """Return the percentage that a match of PERCENT or TENTHS says. Example: 三成五 -> 35."""
    found = match.groupdict()
    if (written := found.get("hundredths")) is not None:
        return float(written) if written[0].isdigit() else numeral_value(written)
    more = found.get("more") or ""
    return 10.0 * _DIGITS[found["tenths"]] + (5 if more == "半" else _DIGITS.get(more, 0))


def decimals_of(written: str) -> int:
    """Return how many decimals a numeral is written with."""
    return len(written.partition("点")[2])


def _whole(written: str) -> int:
    total = section = digit = 0
    place = 1  # of the last place word, so that a digit after it can count the next smaller one
    for char in written:
        if char in _DIGITS:
            digit = digit * 10 + _DIGITS[char] if digit and place == 1 else _DIGITS[char]
            place = 1 if char in "零〇" else place
        elif char in _PLACES:
            section += (digit or 1) * _PLACES[char]
            digit, place = 0, _PLACES[char]
        else:
            total = (total + section + digit) * _MYRIADS[char]
            section, digit, place = 0, 0, _MYRIADS[char]
    return total + section + digit * (place // 10 if place > 10 and digit else 1)
