"""A training run from start to end: sheets, lessons, training, measures and the card, with progress on stderr."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from copilot.console import say
from copilot.phrases import load_phrases, load_toml
from copilot.teaching.batches import tokenised
from copilot.teaching.card import Taught, write_card
from copilot.teaching.grammar import Refusals
from copilot.teaching.lessons import Lesson, taught_rules, write_lessons
from copilot.teaching.measure import WriterMeasure, measure_writer, spread
from copilot.teaching.sheets import DrawnSheet, draw_sheets
from copilot.teaching.shops import shop_specs
from copilot.teaching.training import TaughtSettings, save_adapter, train
from copilot.writer_adapter import read_adapter
from copilot.writer_cache import converted_smollm2
from copilot.writer_transformers import TransformersGenerator, load_writer
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.progress import Progress

_EVERY_S = 10.0  # seconds between two lines of progress
_LOOKED_AT = 24  # held-out lessons whose loss is taken during training


@dataclass(frozen=True)
class Material:
    """What there is to learn from, and what is held out: sheets to measure on, lessons whose loss is looked at."""

    lessons: list[Lesson]
    looked_at: list[Lesson]
    held_out: list[DrawnSheet]
    refusals: Refusals
    untold: Counter[str]
    skipped: list[str]


def teach(arguments: argparse.Namespace) -> int:
    """Draw, write, train, measure; return the exit code."""
    progress, words = Lines(), load_toml("en", "teaching/run.toml")
    material = gather(arguments, progress, words)
    cache = arguments.folder / "cache"
    writer = load_writer(converted_smollm2(cache, progress), threads=arguments.threads)
    lessons, looked_at = (tokenised(some, writer.tokenizer) for some in (material.lessons, material.looked_at))
    say(words["tokens"].format(mean=sum(len(one.ids) for one in lessons) / max(1, len(lessons))))
    settings = replace(TaughtSettings(), n_steps=arguments.steps, seed=arguments.seed, learning_rate=arguments.rate)
    if arguments.begin_from is not None:
        settings = replace(settings, begun_from=read_adapter(arguments.begin_from).sha256)
    taught, curve = train(writer.model, lessons, looked_at, arguments.folder, settings, progress, arguments.begin_from)
    adapter = save_adapter(taught, arguments.out, settings, taught_rules())
    measures = measured(material.held_out, arguments.measured, cache, adapter, arguments.threads, progress)
    told = Taught(
        material.lessons,
        len(material.held_out),
        material.refusals,
        material.untold,
        material.skipped,
        settings,
        curve,
        measures,
    )
    say(words["done"].format(card=write_card(adapter, told)))
    return 0


def gather(arguments: argparse.Namespace, progress: Progress, words: Mapping[str, str]) -> Material:
    """Draw the sheets and write the lessons, and say how many there are."""
    specs, skipped = shop_specs(arguments.workspace, arguments.online_retail, arguments.simulated)
    for reason in skipped:
        say(words["skipped"].format(reason=reason))
    encoder = SentenceTransformerEncoder(None, threads=arguments.threads)
    drawn = draw_sheets(specs, arguments.sheets, arguments.folder, encoder, arguments.seed, progress)
    held_out = [one for one in drawn if one.held_out]
    say(words["drawn"].format(n=len(drawn), held_out=len(held_out)))
    lessons, refusals, untold = write_lessons([one for one in drawn if not one.held_out], arguments.seed)
    looked_at, _, _ = write_lessons(_some(held_out, _LOOKED_AT), arguments.seed)
    tried, refused = sum(refusals.tried.values()), sum(refusals.refused.values())
    say(words["lessons"].format(n=len(lessons), tried=tried, refused=refused, untold=sum(untold.values())))
    return Material(lessons, looked_at, held_out, refusals, untold, skipped)


def measured(
    held_out: Sequence[DrawnSheet], n: int, cache: Path, adapter: Path, threads: int | None, progress: Progress
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
