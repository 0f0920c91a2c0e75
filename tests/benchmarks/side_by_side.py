"""Answers side by side: the taught writer, the plain one, and the verified phrases alone, on the same fact sheets.

Run: `python tests/benchmarks/side_by_side.py WORKSPACE [N]`; it prints Markdown. The launches that are asked about are
among those that the writer was not taught with, as long as there are enough of them.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from copilot.answers import write_answer
from copilot.answers_evaluation import asked_of_the_plan
from copilot.facts import collect_facts
from copilot.factsheet import FactSheet
from copilot.generators import TextGenerator
from copilot.phrases import Phrases, load_phrases
from copilot.settings import load_settings
from copilot.start import open_copilot, open_workspace
from copilot.writer_adapter import shipped_adapter
from copilot.writer_transformers import TransformersGenerator

N_ANSWERS = 20


def main(workspace: Path, n: int = N_ANSWERS) -> None:
    """Print `n` answers of each writer."""
    settings = load_settings(workspace=workspace)
    opened = open_workspace(settings)
    copilot = open_copilot(settings, opened)
    phrases, parser, stored = load_phrases("en"), copilot.parser("en"), copilot.current_plan()
    writers: dict[str, TextGenerator | None] = {
        "Taught": TransformersGenerator(cache=opened.cache, adapter=shipped_adapter()),
        "Plain": TransformersGenerator(cache=opened.cache),
        "Phrases": None,
    }
    for number, message in enumerate(asked_of_the_plan(copilot, n), start=1):
        sheet = collect_facts(parser.parse(message), copilot.engine, stored)
        print(f"## {number}. {message}\n")
        for name, writer in writers.items():
            print(f"**{name}.** {_answer(sheet, writer, phrases)}\n", flush=True)
    copilot.close()


def _answer(sheet: FactSheet, writer: TextGenerator | None, phrases: Phrases) -> str:
    """Return what is shown, with how much of it the writer said itself and what of it was refused."""
    if writer is None:
        return " ".join(phrases.sentence(fact) for fact in sheet.facts if fact.id in sheet.essential)
    refused: list[str] = []
    started_s = time.monotonic()
    said = list(write_answer(sheet, writer, phrases, on_rejected=lambda text, _: refused.append(text)))
    own = sum(sentence.origin == "writer" for sentence in said)
    told = f"({own} of {len(said)} sentences its own, {time.monotonic() - started_s:.1f} s)"
    return " ".join([*(sentence.text for sentence in said), told, *(f"*Refused:* {text}" for text in refused)])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
