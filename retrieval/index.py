"""Index: the dense (FAISS) and the lexical (BM25) index over the catalogue's texts and the search log's queries.

Many products share one text (the demo's 92,331 have some 20,000), so texts are indexed, each once, and a table leads
from a text to its products. `docs/decisions/0002-exact-faiss-and-bm25.md` says why the dense index is exact.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import bm25s
import duckdb
import faiss
import numpy as np
import pandas as pd
import Stemmer
from bm25s.stopwords import STOPWORDS_EN

from retrieval.cache import EmbeddingCache
from retrieval.catalogue import IndexedCatalogue
from retrieval.encoder import TextEncoder, encode_cached
from retrieval.errors import EncoderMismatch, WorkspaceBroken
from retrieval.manifest import sha256_of
from retrieval.progress import Progress, silent
from retrieval.storage import atomic_write
from retrieval.text import clean_text

logging.getLogger("bm25s").setLevel(logging.WARNING)  # importing it sets DEBUG, which any root handler would print

INDEX_VERSION = 1
"""Raised when texts, tokens or file layout change; an input of the build stage, so that old indexes are rebuilt."""
MAX_QUERIES = 20_000
"""Different queries that are indexed, the most frequent first; the details say what share of the volume they carry."""

_FACTS = "index.json"
_WORD = re.compile(r"\w+")
_COMMON_WORDS = frozenset(STOPWORDS_EN)
_REBUILD = "Run `launch-copilot build` to rebuild it."


def build_index(
    data: Path, out: Path, encoder: TextEncoder, cache: EmbeddingCache | None = None, progress: Progress = silent
) -> dict[str, object]:
    """Index the clean tables of the folder `data` into the folder `out`.

    Args:
        data: holds `products.parquet` (product_id, title, description?, category?, brand?, status?) and, where the
            shop has a search log, `queries.parquet` (date, query, count).
        cache: embeddings known already; only other texts are encoded.
    Returns:
        What was built: encoder, dimension, n_products, n_texts, n_queries, query_volume_share.
    Raises:
        EmptyCatalogue: there is no product.
        StorageFull: the disk is full.
    """
    catalogue = IndexedCatalogue.read(data / "products.parquet")
    vectors = encode_cached(encoder, catalogue.texts, cache, _named(progress, "index: products"))
    catalogue.save(out)
    DenseIndex.build(vectors).save(out / "products.faiss")
    progress("index: words", 0.0, f"{len(catalogue.texts):,} texts")
    LexicalIndex.build(catalogue.texts).save(out / "bm25")
    progress("index: words", 1.0, f"{len(catalogue.texts):,} texts")
    queries, volume_share = _frequent_queries(data / "queries.parquet")
    if queries:
        vectors = encode_cached(encoder, queries, cache, _named(progress, "index: queries"))
        DenseIndex.build(vectors).save(out / "queries.faiss")
        pd.DataFrame({"query": queries}).to_parquet(out / "queries.parquet", index=False)
    facts = {
        "version": INDEX_VERSION,
        "encoder": encoder.name,
        "dimension": encoder.dimension,
        "n_products": len(catalogue.product_ids),
        "n_texts": len(catalogue.texts),
        "n_queries": len(queries),
        "query_volume_share": volume_share,
    }
    _write_facts(out, facts)
    return facts


def check_index(folder: Path, encoder: TextEncoder) -> dict[str, Any]:
    """Return what `build_index` wrote about the index, after checking its files' hashes and its encoder.

    Raises:
        WorkspaceBroken: a file is missing or changed.
        EncoderMismatch: the index was built with another encoder.
    """
    facts = read_facts(folder)
    for name, sha256 in facts["files"].items():
        if not (folder / name).is_file() or sha256_of(folder / name) != sha256:
            raise WorkspaceBroken(f"The index file {folder / name} is missing or was changed. {_REBUILD}")
    if (facts["encoder"], facts["dimension"]) != (encoder.name, encoder.dimension):
        raise EncoderMismatch(
            f"The index {folder} was built with the text encoder {facts['encoder']} ({facts['dimension']} dimensions), "
            f"but the current one is {encoder.name} ({encoder.dimension}). Choose that encoder, or rebuild the index "
            "with `launch-copilot build`."
        )
    return facts


def read_facts(folder: Path) -> dict[str, Any]:
    """Return what `build_index` wrote about the index, unchecked; raises WorkspaceBroken where there is none."""
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkspaceBroken(f"The index {folder} is missing or unreadable: {error}. {_REBUILD}") from error
    if not isinstance(facts, dict) or facts.get("version") != INDEX_VERSION or "files" not in facts:
        raise WorkspaceBroken(f"The index {folder} was built by another version of this software. {_REBUILD}")
    return facts


class DenseIndex:
    """Exact nearest neighbours by inner product (FAISS IndexFlatIP); of unit vectors, that is the cosine."""

    def __init__(self, index: faiss.IndexFlat) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: np.ndarray) -> Self:
        """Index vectors (n, dimension) float32."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @cached_property
    def vectors(self) -> np.ndarray:
        """The indexed vectors (n, dimension): FAISS's own memory, read-only and not copied."""
        count, dimension = self._index.ntotal, self._index.d
        flat = faiss.rev_swig_ptr(self._index.get_xb(), count * dimension)
        address, _ = flat.__array_interface__["data"]
        interface = {"data": (address, True), "shape": (count, dimension), "typestr": flat.dtype.str, "version": 3}
        # numpy keeps the object it takes the memory from, so the index lives as long as any array over it.
        return np.asarray(SimpleNamespace(__array_interface__=interface, index=self._index))

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return ids and scores of the at most `k` nearest of the `allowed` (n,) of bool, nearest first."""
        # A search for one vector is one pass over memory: more threads bring nothing, and OpenMP's threads would
        # meet torch's own. The setting holds for the calling thread only, so it is repeated.
        faiss.omp_set_num_threads(1)
        selector = None if allowed is None else faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))  # pyright: ignore[reportCallIssue]
        parameters = None if selector is None else faiss.SearchParameters(sel=selector)  # pyright: ignore[reportCallIssue]
        wanted = min(k, self._index.ntotal)
        if wanted <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores, ids = self._index.search(query.reshape(1, -1).astype(np.float32), wanted, params=parameters)
        found = ids[0] >= 0
        return ids[0][found], scores[0][found]

    def save(self, path: Path) -> None:
        """Write the index to one file; a full disk raises StorageFull."""
        with atomic_write(path) as temporary:
            temporary.write_bytes(faiss.serialize_index(self._index).tobytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Load what `save` wrote; raises WorkspaceBroken when the file is no index."""
        try:
            index = faiss.deserialize_index(np.fromfile(path, dtype=np.uint8))
        except (OSError, RuntimeError) as error:
            raise WorkspaceBroken(f"{path} is no readable FAISS index. {_REBUILD}") from error
        if not isinstance(index, faiss.IndexFlat):
            raise WorkspaceBroken(f"{path} holds a FAISS index of another kind ({type(index).__name__}). {_REBUILD}")
        return cls(index)


class LexicalIndex:
    """BM25 over English stems (bm25s, PyStemmer): finds the very words, model numbers and sizes that a query names."""

    def __init__(self, index: bm25s.BM25) -> None:
        self._index = index

    @classmethod
    def build(cls, texts: Sequence[str]) -> Self:
        """Index texts; their ids are their positions."""
        index = bm25s.BM25()
        # A text without words stands as one empty word, which no query contains.
        index.index([words or [""] for words in tokenise(texts)], show_progress=False)
        return cls(index)

    def scores(self, query: str) -> np.ndarray:
        """Return (n_texts,) BM25 scores of every text; 0 where no word is shared."""
        words = list(dict.fromkeys(tokenise([query])[0]))
        return self._index.get_scores(words) if words else np.zeros(self._index.scores["num_docs"], np.float32)

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        self._index.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load what `save` wrote; raises WorkspaceBroken when it cannot be read."""
        try:
            return cls(bm25s.BM25.load(folder, show_progress=False))
        except (OSError, ValueError, KeyError) as error:
            raise WorkspaceBroken(f"{folder} is no readable BM25 index. {_REBUILD}") from error


def tokenise(texts: Sequence[str]) -> list[list[str]]:
    """Return each text's words as lower-case English stems, without the commonest words."""
    stemmer = Stemmer.Stemmer("english")  # one per call: a stemmer may not be shared between threads
    return [
        stemmer.stemWords([word for word in _WORD.findall(text.lower()) if word not in _COMMON_WORDS]) for text in texts
    ]


def normalise_query(query: object) -> str:
    """Return the form under which equal searches are counted together: clean, and without case."""
    return clean_text(query).casefold()


def _frequent_queries(path: Path) -> tuple[list[str], float]:
    """Return the log's different queries, the most frequent first, at most MAX_QUERIES; and their share of volume."""
    if not path.is_file():
        return [], 0.0
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT query, sum(count) FROM read_parquet(?) WHERE query IS NOT NULL GROUP BY query ORDER BY query",
            [str(path)],
        ).fetchall()
    volume: dict[str, float] = {}
    for query, count in rows:
        volume[normalise_query(query)] = volume.get(normalise_query(query), 0.0) + float(count or 0)
    volume.pop("", None)
    kept = sorted(volume, key=lambda query: (-volume[query], query))[:MAX_QUERIES]
    total = sum(volume.values())
    return kept, sum(volume[query] for query in kept) / total if total > 0 else 0.0


def _write_facts(folder: Path, facts: dict[str, object]) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _FACTS)
    hashes = {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}
    with atomic_write(folder / _FACTS) as temporary:
        temporary.write_text(json.dumps({**facts, "files": hashes}, indent=1), encoding="utf-8")


def _named(progress: Progress, name: str) -> Progress:
    """Return a Progress that reports under the stage's own name."""

    def report(stage: str, fraction: float | None = None, note: str = "") -> None:
        progress(name, fraction, note)

    return report
