"""`make bench`: speed, memory and model quality on the demo workspace, printed as one table a part. Nothing fails here.

Run: python -m tests.benchmarks [PART ...]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import psutil

from copilot.answers_evaluation import evaluate_answers
from copilot.console import BuildProgress, say
from copilot.planning_evaluation import evaluate_planning
from copilot.service import Copilot
from copilot.settings import Settings, load_settings
from copilot.start import build, open_copilot, open_workspace
from tests.benchmarks import bench_backtest, bench_encoding, bench_planning, bench_search, bench_writer


def start(settings: Settings) -> dict[str, object]:
    """Seconds from the built workspace to an app that can answer, and the memory it then holds."""
    process = psutil.Process()
    begun = time.monotonic()
    copilot = open_copilot(settings, open_workspace(settings))
    copilot.current_plan()
    opened = time.monotonic()
    copilot.prepare()
    ready = time.monotonic()
    launch = copilot.current_plan().plan.launches[0]
    for _ in copilot.ask(f"Why is #{launch.product_id} in week {launch.week:%V}?"):
        pass
    answered = time.monotonic()
    children = sum(child.memory_info().rss for child in process.children(recursive=True))
    copilot.close()
    return {
        "screen_ready_s": round(opened - begun, 2),
        "questions_ready_s": round(ready - begun, 2),
        "first_answer_s": round(answered - ready, 2),
        "memory_gb": round((process.memory_info().rss + children) / 1e9, 2),
    }


def demo(settings: Settings) -> Copilot:
    """Open the demo workspace, building it first when needed."""
    with BuildProgress() as progress:
        build(settings, progress).close()
    return open_copilot(settings, open_workspace(settings))


def writer(settings: Settings) -> dict[str, object]:
    """Convert the writer's weights into a fresh folder, load them and write."""
    with tempfile.TemporaryDirectory(prefix="writer-") as folder:
        return bench_writer.run(Path(folder))


PARTS = {
    "start": start,
    "encoding": lambda settings: bench_encoding.run(settings.workspace / "current" / "data" / "products.parquet"),
    "search": lambda settings: bench_search.run(settings.workspace),
    "planning": lambda settings: bench_planning.run(),
    "demo plan": lambda settings: evaluate_planning(demo(settings)),
    "writer": writer,
    "answers": lambda settings: evaluate_answers(demo(settings)),
    "backtest": lambda settings: bench_backtest.run(settings.workspace),
}


def main(names: list[str]) -> int:
    """Run the named parts, or all of them."""
    settings = load_settings()
    unknown = set(names) - set(PARTS)
    if unknown:
        say(f"no such part: {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
        return 2
    demo(settings).close()
    for name in names or PARTS:
        say(f"== {name}")
        print(json.dumps({name: PARTS[name](settings)}, indent=1, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
