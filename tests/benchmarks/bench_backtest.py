"""How far the forecast can be trusted: the backtest of a built workspace, with the times of training and predicting.

Run: `python tests/benchmarks/bench_backtest.py WORKSPACE [--online-retail FILE]`; it prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from ranking.backtest import backtest_forecast
from ranking.models import load_models, train_models
from ranking.slots import default_slots
from retrieval.encoder import SentenceTransformerEncoder, TextEncoder
from retrieval.search import CatalogueSearch
from retrieval.weeks import week_range
from retrieval.workspace import Workspace


def run(workspace: Path, online_retail: Path | None = None, encoder: TextEncoder | None = None) -> dict[str, Any]:
    """Return the backtest per data set, as `launch-copilot evaluate forecast` does, and `times` in seconds.

    Args:
        workspace: a workspace's root.
        online_retail: the file of UCI Online Retail II, to test on it too.
        encoder: the one that the workspace was built with; None takes the on-board model.
    """
    opened = Workspace.open(workspace)
    encoder = encoder or SentenceTransformerEncoder()
    result = backtest_forecast(opened, encoder, online_retail=online_retail)
    result["times"] = _times(opened, encoder)
    opened.close()
    return result


def _times(workspace: Workspace, encoder: TextEncoder) -> dict[str, float]:
    """Seconds to train all models, to load them, and to score every candidate in twelve weeks of slots."""
    embeddings = CatalogueSearch.load(workspace.index, encoder).embeddings
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        train_models(workspace, embeddings, Path(folder))
        times["train_s"] = time.perf_counter() - started
        started = time.perf_counter()
        models = load_models(Path(folder))
        times["load_s"] = time.perf_counter() - started
    slots = default_slots(workspace, week_range(models.as_of, 12))
    ranker = models.ranker()
    started = time.perf_counter()
    ranker.intervals(ranker.product_ids, slots)
    times["score_s"] = time.perf_counter() - started
    return {name: round(seconds, 3) for name, seconds in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--online-retail", type=Path)
    arguments = parser.parse_args()
    print(json.dumps(run(arguments.workspace, arguments.online_retail), indent=1))


if __name__ == "__main__":
    main()
