"""Encoders: text in, unit vectors out. One protocol, a real model behind it, and a hashing one for fast tests."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from retrieval.cache import EmbeddingCache, text_key
from retrieval.errors import EncoderError
from retrieval.progress import Progress, silent
from retrieval.quiet import quiet_model_libraries
from retrieval.text import TEXT_LIMIT, clean_text, product_text
from retrieval.weights import MINILM, folder_sha256, minilm_folder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = [
    "EmbeddingCache",
    "HashingEncoder",
    "SentenceTransformerEncoder",
    "TextEncoder",
    "encode_cached",
    "product_text",
]

ON_BOARD_ENCODER = f"all-MiniLM-L6-v2@{MINILM.sha256[:12]}"
"""Name of the encoder that comes with the software, weights included."""
ON_BOARD_DIMENSION = 384

_CACHE_BATCH = 2_048
"""Texts between two writes to the cache: what a killed build encodes again at most."""
_PUNCTUATION = ".,;:!?()[]\"'<>|/&-"
_CHARACTERS_PER_TOKEN = 16
"""Far above any real text (English has 4 to 5): what is cut before tokenising could not have reached the model."""


class TextEncoder(Protocol):
    """Turns texts into embeddings. `name` changes whenever the same text would get another embedding."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str], progress: Progress = silent) -> np.ndarray:
        """Return (n_texts, dimension) float32; each row has length 1, or 0 where the text is empty."""
        ...


def encode_cached(
    encoder: TextEncoder, texts: Sequence[str], cache: EmbeddingCache | None = None, progress: Progress = silent
) -> np.ndarray:
    """Encode `texts`, each different text once, and only those that the cache does not hold.

    Returns:
        (n_texts, dimension) float32, in the order of `texts`.
    Raises:
        StorageFull: no room to store an embedding.
    """
    cleaned = [clean_text(text) for text in texts]
    unique = list(dict.fromkeys(cleaned))
    keys = [text_key(text) for text in unique]
    vectors = cache.get(encoder.name, encoder.dimension, keys) if cache else {}
    missing = sorted((len(text), text, key) for key, text in zip(keys, unique, strict=True) if key not in vectors)
    for start in range(0, len(missing), _CACHE_BATCH):
        part = missing[start : start + _CACHE_BATCH]
        embeddings = encoder.encode([text for _, text, _ in part], _share_of(progress, start, len(part), len(missing)))
        fresh = dict(zip((key for _, _, key in part), embeddings, strict=True))
        vectors.update(fresh)
        if cache:
            cache.put(encoder.name, fresh)
    progress("encode", 1.0, f"{len(missing):,} of {len(unique):,} texts were new")
    row_of = {text: row for row, text in enumerate(unique)}
    stacked = np.array([vectors[key] for key in keys], dtype=np.float32).reshape(len(keys), encoder.dimension)
    return stacked[[row_of[text] for text in cleaned]]


class SentenceTransformerEncoder:
    """A sentence-transformers model: the on-board all-MiniLM-L6-v2, or any folder or hub id that is named.

    On a CPU, batches of like length run side by side, one thread each: the matrices of such small models are too
    small to share, and threads that wait for each other cost more than they bring.

    The on-board weights are verified at once, but loaded at the first use or by `prepare`: that takes seconds, which a
    calendar need not wait for.

    Args:
        model: None for the on-board model with verified weights; a folder; or a hub id, the only case that may use
            the network.
        threads: CPU threads; None takes all that the process may use.
        batch_size: texts per forward pass.
    Raises:
        WeightsError: the on-board weights are absent or changed.
        EncoderError: the named model cannot be loaded.
    """

    def __init__(self, model: str | Path | None = None, *, threads: int | None = None, batch_size: int = 64) -> None:
        source, self.name = _resolve(model)
        self._open = partial(_LoadedModel, source, model is None or isinstance(source, Path), threads, batch_size)
        self._loaded: _LoadedModel | None = None
        self._loading = threading.Lock()
        self.dimension = ON_BOARD_DIMENSION
        if model is not None:
            self.dimension = self.prepare().dimension
            self.name = self.name if isinstance(source, Path) else f"{model}@{self.prepare().revision}"

    def prepare(self) -> _LoadedModel:
        """Load the model, unless it is. Raises EncoderError."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._open()
            return self._loaded

    def encode(self, texts: Sequence[str], progress: Progress = silent) -> np.ndarray:
        """Return (n_texts, dimension) float32 of length 1; an empty text has the zero vector."""
        return self.prepare().encode(texts, progress)


class _LoadedModel:
    """A sentence-transformers model in memory, with the threads that run it; see SentenceTransformerEncoder."""

    def __init__(self, source: str | Path, local: bool, threads: int | None, batch_size: int) -> None:
        self._model = _load(source, local)
        self.revision = _revision(self._model)
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self._batch_size = batch_size
        self._prompt = self._model.prompts.get(self._model.default_prompt_name or "")
        self._limit = min(TEXT_LIMIT, _CHARACTERS_PER_TOKEN * (self._model.max_seq_length or TEXT_LIMIT))
        self._tokenising = threading.Lock()
        self._pool = _single_threaded_pool(threads or available_cpus()) if self._model.device.type == "cpu" else None

    def encode(self, texts: Sequence[str], progress: Progress = silent) -> np.ndarray:
        """Return (n_texts, dimension) float32 of length 1; an empty text has the zero vector."""
        cleaned = [clean_text(text, self._limit) for text in texts]
        # Texts of like length share a batch, so that little is padded; the longest come first, so that memory that
        # is too small shows at once.
        order = sorted((row for row, text in enumerate(cleaned) if text), key=lambda row: -len(cleaned[row]))
        batches = [order[start : start + self._batch_size] for start in range(0, len(order), self._batch_size)]
        embeddings = np.zeros((len(cleaned), self.dimension), dtype=np.float32)
        for done, (rows, vectors) in enumerate(self._run(batches, cleaned), start=1):
            embeddings[rows] = vectors
            progress("encode", done / len(batches), f"{len(order):,} texts")
        return embeddings

    def _run(self, batches: list[list[int]], texts: list[str]) -> Iterator[tuple[list[int], np.ndarray]]:
        if self._pool is None:
            yield from ((rows, self._forward([texts[row] for row in rows])) for rows in batches)
            return
        futures: list[Future[np.ndarray]] = [
            self._pool.submit(self._forward, [texts[row] for row in rows]) for rows in batches
        ]
        try:
            for rows, future in zip(batches, futures, strict=True):
                yield rows, future.result()
        finally:  # an interrupted build must not go on encoding
            for future in futures:
                future.cancel()

    def _forward(self, batch: list[str]) -> np.ndarray:
        import torch

        with torch.inference_mode():
            with self._tokenising:  # a fast tokeniser may not be used by two threads at once
                features = self._model.preprocess(batch, prompt=self._prompt)
            on_device = {
                name: value.to(self._model.device) if isinstance(value, torch.Tensor) else value
                for name, value in features.items()
            }
            vectors = self._model(on_device)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors.float(), dim=1).cpu().numpy()


class HashingEncoder:
    """Deterministic, stateless stand-in for a model: hashed words and character trigrams, no weights, no download.

    Words that are spelled alike are near each other; meaning is out of its reach.
    """

    def __init__(self, dimension: int = 256) -> None:
        self.dimension = dimension
        self.name = f"hashing-{dimension}"

    def encode(self, texts: Sequence[str], progress: Progress = silent) -> np.ndarray:
        """Return (n_texts, dimension) float32 of length 1; an empty text has the zero vector."""
        embeddings = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in dict.fromkeys(clean_text(text).casefold().split()):
                for bucket, weight in _word_features(word.strip(_PUNCTUATION), self.dimension):
                    embeddings[row, bucket] += weight
        progress("encode", 1.0, f"{len(texts):,} texts")
        lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
        return embeddings / np.where(lengths == 0, 1, lengths)


def available_cpus() -> int:
    """Return how many CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=50_000)
def _word_features(word: str, dimension: int) -> tuple[tuple[int, float], ...]:
    """Return (bucket, signed weight) of a word; the word weighs as much as all of its trigrams together."""
    if not word:
        return ()
    framed = f"<{word}>"
    trigrams = [framed[start : start + 3] for start in range(len(framed) - 2)]
    weights = [(f"word {word}", 1.0), *((f"trigram {gram}", 1.0 / len(trigrams)) for gram in trigrams)]
    hashed = ((zlib.crc32(feature.encode()), weight) for feature, weight in weights)
    return tuple(((value >> 1) % dimension, weight if value & 1 else -weight) for value, weight in hashed)


def _resolve(model: str | Path | None) -> tuple[str | Path, str]:
    """Return what to load (a Path is a folder, a str a hub id) and the encoder's name."""
    if model is None:
        return minilm_folder(), ON_BOARD_ENCODER
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder, f"{folder.resolve().name}@{folder_sha256(folder)[:12]}"
    if isinstance(model, Path) or model.startswith((".", "/", "~")):
        raise EncoderError(f"No folder with a text encoder at {model}. Name an existing folder or a model id.")
    return model, model


def _load(source: str | Path, local: bool) -> SentenceTransformer:
    quiet_model_libraries()
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(str(source), local_files_only=local)
    except Exception as error:  # whatever a library raises here, the operator's remedy is the same
        hint = "" if local else " Check its spelling and the network, and that HF_HUB_OFFLINE is not set."
        raise EncoderError(f"The text encoder {source} cannot be loaded: {error}.{hint}") from error


def _revision(model: SentenceTransformer) -> str:
    inner = getattr(model, "transformers_model", None)
    return str(getattr(getattr(inner, "config", None), "_commit_hash", None) or "unknown")[:12]


def _single_threaded_pool(threads: int) -> ThreadPoolExecutor:
    """Return a pool in which each thread runs torch on one core, leaving torch's setting elsewhere as it was."""
    import torch

    before = torch.get_num_threads()
    ready = threading.Barrier(threads + 1)

    def claim_one_core() -> None:
        torch.get_num_threads()  # the first call in a thread applies the global setting, so it comes before ours
        torch.set_num_threads(1)

    pool = ThreadPoolExecutor(threads, thread_name_prefix="encoder", initializer=claim_one_core)
    for _ in range(threads):
        pool.submit(ready.wait)
    ready.wait()
    torch.set_num_threads(before)
    return pool


def _share_of(progress: Progress, start: int, size: int, total: int) -> Callable[..., None]:
    """Return a Progress that maps one batch's 0..1 onto its share of all texts."""

    def report(stage: str, fraction: float | None = None, note: str = "") -> None:
        progress(stage, (start + size * (fraction or 0.0)) / total, f"{total:,} texts")

    return report
