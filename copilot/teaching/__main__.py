"""`python -m copilot.teaching --folder DIR`: draw sheets, write lessons, train the adapter, measure it, write its card.

Sheets and checkpoints stay in the folder, so a stopped run goes on where it was. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from copilot.console import say
from copilot.errors import OPERATOR_ERRORS
from copilot.phrases import load_phrases, load_toml
from copilot.teaching.batches import tokenised
from copilot.teaching.card import Taught, write_card
from copilot.teaching.lessons import taught_rules, write_lessons
from copilot.teaching.measure import WriterMeasure, measure_writer, spread
from copilot.teaching.sheets import DrawnSheet, draw_sheets
from copilot.teaching.shops import shop_specs
from copilot.teaching.training import TaughtSettings, save_adapter, train
from copilot.writer_adapter import ADAPTER_FOLDER
from copilot.writer_cache import converted_smollm2
from copilot.writer_transformers import TransformersGenerator, load_writer
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.quiet import quiet_environment

_EVERY_S = 10.0  # seconds between two lines of progress
_LOOKED_AT = 24  # held-out lessons whose loss is taken during training


def main(argv: Sequence[str] | None = None) -> int:
    """Run it all and return the exit code."""
    quiet_environment()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        return teach(_parser().parse_args(argv))
    except OPERATOR_ERRORS as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("stopped; the same command goes on from the last checkpoint")
        return 130


def teach(arguments: argparse.Namespace) -> int:
    """Draw, write, train, measure; return the exit code."""
    progress = Lines()
    words = load_toml("en", "teaching/run.toml")
    specs, skipped = shop_specs(arguments.workspace, arguments.online_retail, arguments.simulated, arguments.seed)
    for reason in skipped:
        say(words["skipped"].format(reason=reason))
    encoder = SentenceTransformerEncoder(None, threads=arguments.threads)
    drawn = draw_sheets(specs, arguments.sheets, arguments.folder, encoder, arguments.seed, progress)
    learned_from = [one for one in drawn if not one.held_out]
    held_out = [one for one in drawn if one.held_out]
    say(words["drawn"].format(n=len(drawn), held_out=len(held_out)))
    lessons, refusals, untold = write_lessons(learned_from, arguments.seed)
    looked_at, _, _ = write_lessons(_some(held_out, _LOOKED_AT), arguments.seed)
    tried, refused = sum(refusals.tried.values()), sum(refusals.refused.values())
    say(words["lessons"].format(n=len(lessons), tried=tried, refused=refused, untold=sum(untold.values())))
    settings = replace(TaughtSettings(), n_steps=arguments.steps, seed=arguments.seed)
    cache = arguments.folder / "cache"
    writer = load_writer(converted_smollm2(cache, progress), threads=arguments.threads)
    tokens = tokenised(lessons, writer.tokenizer)
    say(words["tokens"].format(mean=sum(len(one.ids) for one in tokens) / max(1, len(tokens))))
    taught, curve = train(
        writer.model, tokens, tokenised(looked_at, writer.tokenizer), arguments.folder, settings, progress
    )
    adapter = save_adapter(taught, arguments.out, settings, taught_rules())
    measures = measured(held_out, arguments.measured, cache, adapter, arguments.threads, progress)
    told = Taught(lessons, len(held_out), refusals, untold, skipped, settings, curve, measures)
    say(words["done"].format(card=write_card(adapter, told)))
    return 0


def measured(
    held_out: Sequence[DrawnSheet], n: int, cache: Path, adapter: Path, threads: int | None, progress: Lines
) -> list[WriterMeasure]:
    """Measure the plain writer and the taught one on the same held-out sheets; none when `n` is 0."""
    sheets = spread([one.sheet for one in held_out], n)
    if not sheets:
        return []
    plain = TransformersGenerator(cache=cache, threads=threads)
    taught = TransformersGenerator(cache=cache, adapter=adapter, threads=threads)
    return [measure_writer(one, sheets, load_phrases("en"), progress) for one in (plain, taught)]


class Lines:
    """A Progress that writes a line to stderr now and then, and one when a stage is done."""

    def __init__(self) -> None:
        self._said_at = 0.0

    def __call__(self, stage: str, fraction: float | None = None, note: str = "") -> None:
        if time.monotonic() - self._said_at >= _EVERY_S or fraction == 1.0:
            self._said_at = time.monotonic()
            say(f"{stage}: {note}" if note else stage)


def _some(drawn: Sequence[DrawnSheet], n: int) -> list[DrawnSheet]:
    """Return `n` sheets spread over all of them."""
    return list(drawn[:: max(1, len(drawn) // n)][:n]) if drawn else []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="copilot.teaching", description="Teach the on-board writer.")
    parser.add_argument("--folder", type=Path, required=True, help="where sheets, shops and checkpoints are kept")
    parser.add_argument("--workspace", type=Path, default=Path("workspace"), help="the built demo workspace")
    parser.add_argument("--online-retail", type=Path, help="UCI's Online Retail II file; left out when not named")
    parser.add_argument("--simulated", type=int, default=4, help="simulated shops (default 4)")
    parser.add_argument("--sheets", type=int, default=2_800, help="fact sheets to draw (default 2800)")
    parser.add_argument("--steps", type=int, default=TaughtSettings.n_steps, help="training steps (default 260)")
    parser.add_argument("--seed", type=int, default=TaughtSettings.seed)
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's choice)")
    parser.add_argument(
        "--measured", type=int, default=60, help="held-out sheets that both writers answer (default 60)"
    )
    parser.add_argument("--out", type=Path, default=ADAPTER_FOLDER, help="folder of the adapter and its card")
    return parser


if __name__ == "__main__":
    sys.exit(main())
