"""Commands on briefs: write one, or say whether a written one is still up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot.arguments import add_command
from copilot.console import say
from copilot.errors import BriefNotWritten, UnsupportedFormat
from copilot.export import export, file_behind
from copilot.output import print_text, to_stdout

if TYPE_CHECKING:
    from copilot.brief_writing import Brief
    from copilot.service import Copilot

Run = Callable[[argparse.Namespace, "Copilot"], int]


def add_brief_command(commands: Any, opened: Callable[[Run], Callable[..., int]], languages: tuple[str, ...]) -> None:
    """Add the command.

    Args:
        opened: makes a command of a function that works on the opened service.
    """
    summary = "write the brief of a product, a week or the season's rhythm, or check a written one"
    brief = add_command(commands, "brief", opened(run_brief), summary)
    what = brief.add_mutually_exclusive_group(required=True)
    what.add_argument("target", nargs="?", metavar="PRODUCT_ID|WEEK|rhythm")
    what.add_argument("--check", type=Path, metavar="FILE", help="say whether the plan or the data changed since")
    brief.add_argument("--format", choices=("md", "docx"), default="md")
    brief.add_argument(
        "--written", action="store_true", help="let the writer write the paragraphs that explain, in at most 20 s"
    )
    brief.add_argument("--lang", choices=languages, help="COPILOT_LANG when not given")
    brief.add_argument("-o", "--output", type=Path)


def run_brief(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Write a brief to a file or to stdout; or, with --check, print one line about the age of a written one."""
    if arguments.check is not None:
        age = copilot.brief_age(arguments.check)
        print_text(age.told(arguments.check.name, _phrases(arguments.lang)))
        return 0
    if arguments.output is None and arguments.format == "docx":
        raise UnsupportedFormat("A docx brief is no text for the screen: name the file to write with -o FILE.")
    if arguments.output is not None:
        _check_writable(arguments.output)
    from copilot.briefs import brief_bytes

    brief = copilot.brief(arguments.target, arguments.lang, written=arguments.written)
    if arguments.written:
        say(_who_wrote(brief, arguments.lang))
    content = brief_bytes(brief, arguments.format)
    if arguments.output is None:
        with to_stdout():
            sys.stdout.write(content.decode())
        return 0
    export(content, arguments.output)
    say(f"wrote {arguments.output}")
    return 0


def _check_writable(path: Path) -> None:
    """Refuse a path that no file can have, before a brief is written for it.

    Raises:
        BriefNotWritten: it is a folder, or lies in none.
    """
    if path.is_dir():
        raise BriefNotWritten.of("brief_to_folder", folder=str(path))
    folder = file_behind(path).parent if path.is_symlink() else path.parent
    if not folder.is_dir():
        raise BriefNotWritten.of("brief_without_folder", folder=str(folder))


def _who_wrote(brief: Brief, lang: str) -> str:
    """Return the line on who wrote a brief that a writer was to write, with the reason where it failed."""
    if brief.writing is None:
        return _phrases(lang).message("title.not_written")
    return f"{brief.signature} {brief.writing.failure}".strip()


def _phrases(lang: str):
    from copilot.phrases import load_phrases

    return load_phrases(lang)
