"""The adapter's card: what it was taught with, how, and what came of it, in `prompts/en/teaching/card.md.j2`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from copilot.phrases import load_phrases
from copilot.teaching.grammar import Refusals
from copilot.teaching.lessons import Lesson
from copilot.teaching.measure import WriterMeasure
from copilot.teaching.training import Curve, TaughtSettings
from retrieval.manifest import sha256_of
from retrieval.storage import atomic_write
from retrieval.weights import SMOLLM2

CARD = "card.md"
_REASONS_SHOWN = 12


@dataclass(frozen=True)
class Taught:
    """Everything that a card tells: the lessons, what was refused and left out, the run and the measures."""

    lessons: Sequence[Lesson]
    n_held_out: int
    refusals: Refusals
    untold: Counter[str]
    skipped: Sequence[str]
    settings: TaughtSettings
    curve: Curve
    measures: Sequence[WriterMeasure]


def write_card(adapter: Path, taught: Taught) -> Path:
    """Write the card beside the adapter and return its path."""
    shops = Counter(lesson.shop.split("-")[0] for lesson in taught.lessons)
    intents = Counter(lesson.intent.value for lesson in taught.lessons)
    lengths = Counter(lesson.length for lesson in taught.lessons)
    tried, refused = sum(taught.refusals.tried.values()), sum(taught.refusals.refused.values())
    text = load_phrases("en").document(
        "teaching/card.md.j2",
        adapter={"name": adapter.name, "sha256": sha256_of(adapter), "mib": adapter.stat().st_size / 2**20},
        base_sha256=SMOLLM2.sha256,
        n_lessons=len(taught.lessons),
        n_held_out=taught.n_held_out,
        shops=shops.most_common(),
        intents=intents.most_common(),
        lengths=lengths.most_common(),
        skipped=taught.skipped,
        tried=tried,
        refused=refused,
        reasons=taught.refusals.reasons.most_common(_REASONS_SHOWN),
        untold=taught.untold.most_common(),
        settings=asdict(taught.settings),
        curve=_sparse(taught.curve),
        held_out=dict(taught.curve.held_out),
        seconds_a_step=taught.curve.seconds_a_step,
        device=taught.curve.device,
        precision=taught.curve.precision,
        measures=taught.measures,
        measured_intents=sorted({intent for one in taught.measures for intent in one.intents}),
    )
    path = adapter.parent / CARD
    with atomic_write(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return path


def _sparse(curve: Curve) -> list[tuple[int, float]]:
    """Return the loss where it was also taken on held-out lessons: the mean over the steps since the last such one."""
    points, since = [], 0
    for step, _ in curve.held_out:
        losses = [loss for at, loss in curve.steps if since < at <= step]
        points.append((step, sum(losses) / max(1, len(losses))))
        since = step
    return points
