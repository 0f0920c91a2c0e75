"""Arguments of the command line: types for argparse, each of which says what it would have taken."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date


def day(text: str) -> date:
    """Read a day such as 2017-10-09."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is no date such as 2017-10-09") from None


def positive(text: str) -> int:
    """Read a whole number above 0."""
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"'{text}' is no whole number above 0")
    return int(text)


def port(text: str) -> int:
    """Read a port's number."""
    number = positive(text)
    if number > 65_535:
        raise ArgumentTypeError(f"{number} is no port; use 1 to 65535")
    return number


def words(text: str) -> str:
    """Read a query or a question, which needs words."""
    if not text.strip():
        raise ArgumentTypeError("it is empty; give some words, such as 'dark chocolate'")
    return text
