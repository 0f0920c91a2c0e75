"""Arguments of the command line: how a command is added, and types for argparse that say what they would have taken."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from retrieval.weeks import parse_week


def add_command(commands: Any, name: str, run: Callable[..., int], summary: str) -> ArgumentParser:
    """Add a command that takes a workspace, and return its parser."""
    parser = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
    parser.add_argument("--workspace", type=Path, help="workspace folder (default: COPILOT_WORKSPACE or ./workspace)")
    parser.set_defaults(run=run)
    return parser


def add_json_flag(parser: ArgumentParser) -> None:
    """Let a command print JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON")


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


def week(text: str) -> date:
    """Read a week such as 2017-W41, or a day of it."""
    try:
        return parse_week(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is no week such as 2017-W41") from None


def count(text: str) -> int:
    """Read a whole number from 0."""
    if not text.isdigit():
        raise ArgumentTypeError(f"'{text}' is no whole number from 0")
    return int(text)


def factor(text: str) -> float:
    """Read a number from 0, such as 0.8."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ArgumentTypeError(f"'{text}' is no number from 0, such as 0.8")
    return number
