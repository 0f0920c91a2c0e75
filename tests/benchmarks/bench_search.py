"""Time of one search, query encoding included, on a built workspace.

Queries are the shop's own where it has a search log (an even sample by frequency), else product titles; each is
searched plainly and among the candidates only.
Run: `python tests/benchmarks/bench_search.py WORKSPACE [--queries N]`; it prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrieval.encoder import SentenceTransformerEncoder, TextEncoder
from retrieval.search import CatalogueSearch

WARM_UP = 20


def run(workspace: Path, n_queries: int = 300, encoder: TextEncoder | None = None) -> dict[str, Any]:
    """Return p50 and p95 in milliseconds of a search for 10 products (the target is p95 under 50), and of its encoding.

    Args:
        workspace: a workspace's root, or the folder of one index.
    """
    index = workspace / "index" if (workspace / "index").is_dir() else workspace
    encoder = encoder or SentenceTransformerEncoder()
    started = time.perf_counter()
    search = CatalogueSearch.load(index, encoder)
    load_s = time.perf_counter() - started
    queries = _queries(index, search, n_queries)
    for query in queries[:WARM_UP]:
        search.search(query)
    return {
        "products": len(search.catalogue.product_ids),
        "texts": len(search.catalogue.texts),
        "queries": len(queries),
        "load_s": round(load_s, 2),
        "search": _percentiles([_timed(lambda query=query: search.search(query)) for query in queries]),
        "search_candidates": _percentiles(
            [_timed(lambda query=query: search.search(query, status="candidate")) for query in queries]
        ),
        "encode_only": _percentiles([_timed(lambda query=query: encoder.encode([query])) for query in queries]),
    }


def _queries(index: Path, search: CatalogueSearch, n_queries: int) -> list[str]:
    if (index / "queries.parquet").is_file():
        every = list(pd.read_parquet(index / "queries.parquet")["query"])
    else:
        every = list(dict.fromkeys(search.catalogue.titles))
    return every[:: max(1, len(every) // n_queries)][:n_queries]


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - started)


def _percentiles(times_ms: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(times_ms, [50, 95])
    return {"p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--queries", type=int, default=300)
    arguments = parser.parse_args()
    print(json.dumps(run(arguments.workspace, arguments.queries), indent=1))
