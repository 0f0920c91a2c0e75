"""Blocks: a brief's Markdown, as `brief_*.md.j2` write it, read back for other formats.

Only what those templates use is known: headings, paragraphs, bullets, check items, quotes, tables, charts and
footnotes; inside a line strong, emphasis, code and footnote references. Escaped characters are text and nothing else,
so whatever a catalogue brought along stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from copilot.brief_writing import CHART_FENCE

BlockKind = Literal["heading", "paragraph", "bullet", "check", "quote", "table", "chart"]
RunKind = Literal["text", "strong", "emphasis", "code", "note"]

_LINES: tuple[tuple[str, BlockKind], ...] = (("- [ ] ", "check"), ("- ", "bullet"), ("> ", "quote"))
_RUNS = re.compile(
    r"\\(?P<escaped>.)|\[\^(?P<note>[\w-]+)\]|`(?P<code>[^`]+)`|\*\*(?P<strong>(?:\\.|[^*\\])+)\*\*"
    r"|\*(?P<emphasis>(?:\\.|[^*\\])+)\*|(?P<plain>.)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CELL = re.compile(r"(?<!\\)\|")
_NOTE = re.compile(r"\[\^([\w-]+)\]: (.*)")


@dataclass(frozen=True)
class Run:
    """A stretch of text of one kind; of a note, `text` is its label."""

    kind: RunKind
    text: str


@dataclass(frozen=True)
class Block:
    """One block.

    Attributes:
        kind: what it is.
        text: its line, with markup; empty for tables and charts.
        level: of a heading, from 1.
        rows: of a table, the header first; each cell with markup.
    """

    kind: BlockKind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def read_blocks(markdown: str) -> tuple[list[Block], dict[str, str]]:
    """Return a brief's blocks, and its footnotes' plain texts by label."""
    lines = markdown.splitlines()
    notes = {found[1]: plain(found[2]) for line in lines if (found := _NOTE.fullmatch(line))}
    body = [line for line in lines if not (_NOTE.fullmatch(line) or line.startswith("[brief]:"))]
    return list(_blocks(body)), notes


def _blocks(lines: list[str]) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if line == CHART_FENCE:
            at = lines.index("```", at)
            yield Block("chart")
        elif line.startswith("|"):
            end = next((i for i in range(at, len(lines)) if not lines[i].startswith("|")), len(lines))
            yield Block("table", rows=tuple(_cells(row) for i, row in enumerate(lines[at:end]) if i != 1))
            at = end - 1
        elif line.strip():
            yield _line(line)
        at += 1


def _line(line: str) -> Block:
    if heading := re.match(r"(#+) (.*)", line):
        return Block("heading", heading[2], len(heading[1]))
    for mark, kind in _LINES:
        if line.startswith(mark):
            return Block(kind, line.removeprefix(mark))
    return Block("paragraph", line)


def _cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _CELL.split(row.strip())[1:-1])


def read_runs(text: str) -> list[Run]:
    """Return a line's runs. Example: `**4** launches[^F2]` -> strong 4, text launches, note F2."""
    runs: list[Run] = []
    for found in _RUNS.finditer(text):
        kind = found.lastgroup or "plain"
        if kind in ("plain", "escaped"):
            same = runs and runs[-1].kind == "text"
            runs[-1:] = [Run("text", (runs[-1].text if same else "") + found[kind])] if same else [
                *runs[-1:], Run("text", found[kind]),
            ]  # fmt: skip
        elif kind == "strong" and "[^" in found[kind]:
            runs += [Run("strong" if run.kind == "text" else run.kind, run.text) for run in read_runs(found[kind])]
        else:
            content = _ESCAPED.sub(r"\1", found[kind]) if kind in ("strong", "emphasis") else found[kind]
            runs.append(Run(kind, content))  # pyright: ignore[reportArgumentType]
    return runs


def plain(text: str) -> str:
    """Return a line without its markup and references."""
    return "".join(run.text for run in read_runs(text) if run.kind != "note")
