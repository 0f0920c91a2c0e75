"""Both indexes: each text once, saved with hashes, refused when changed or made by another encoder."""

from __future__ import annotations

import errno
import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retrieval.cache import EmbeddingCache
from retrieval.catalogue import IndexedCatalogue
from retrieval.encoder import HashingEncoder
from retrieval.errors import EmptyCatalogue, EncoderMismatch, StorageFull, WorkspaceBroken
from retrieval.index import DenseIndex, LexicalIndex, build_index, check_index, read_facts, tokenise
from retrieval.search import CatalogueSearch

ENCODER = HashingEncoder(64)
PRODUCTS = pd.DataFrame(
    {
        "product_id": ["p1", "p2", "p3", "p4"],
        "title": ["Potato chips, 9 oz", "Vanilla ice cream", "Potato chips, 9 oz", "Cola"],
        "description": [None, "Creamy.", None, float("nan")],
        "category": ["Snacks > Chips", "Frozen", "Snacks > Chips", None],
        "brand": [None, "Acme", None, "Acme"],
        "status": ["live", "candidate", "candidate", "live"],
    }
)
QUERIES = pd.DataFrame(
    {
        "date": [date(2017, 10, 2)] * 4,
        "query": ["Chips", "chips ", "cola", "\x00"],
        "count": [3, 4, 1, 9],
        "clicked_product_id": None,
    }
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    PRODUCTS.to_parquet(folder / "products.parquet")
    QUERIES.to_parquet(folder / "queries.parquet")
    return folder


@pytest.fixture
def index(data: Path, tmp_path: Path) -> Path:
    out = tmp_path / "index"
    out.mkdir()
    build_index(data, out, ENCODER)
    return out


def test_each_text_is_indexed_once_and_leads_to_its_products(index):
    facts = read_facts(index)
    assert (facts["n_products"], facts["n_texts"], facts["n_queries"]) == (4, 3, 2)
    assert (facts["encoder"], facts["dimension"]) == ("hashing-64", 64)
    catalogue = IndexedCatalogue.load(index)
    rows = catalogue.rows_of_text(int(catalogue.text_ids[0]))
    assert [catalogue.product_ids[row] for row in rows] == ["p1", "p3"]


def test_equal_searches_are_one_query_and_the_most_frequent_come_first(index):
    assert list(pd.read_parquet(index / "queries.parquet")["query"]) == ["chips", "cola"]


def test_only_the_most_frequent_queries_are_indexed(data, tmp_path, monkeypatch):
    monkeypatch.setattr("retrieval.index.MAX_QUERIES", 1)
    out = tmp_path / "small"
    out.mkdir()
    details = build_index(data, out, ENCODER)
    assert details["n_queries"] == 1
    assert details["query_volume_share"] == pytest.approx(7 / 8)


def test_a_shop_without_a_search_log_has_no_query_index(data, tmp_path):
    (data / "queries.parquet").unlink()
    out = tmp_path / "no-log"
    out.mkdir()
    assert build_index(data, out, ENCODER)["n_queries"] == 0
    assert not (out / "queries.faiss").exists()


def test_a_catalogue_of_bare_titles_is_enough(tmp_path):
    (tmp_path / "out").mkdir()
    PRODUCTS[["product_id", "title"]].to_parquet(tmp_path / "products.parquet")
    assert build_index(tmp_path, tmp_path / "out", ENCODER)["n_texts"] == 3


def test_an_empty_catalogue_is_an_error(data, tmp_path):
    PRODUCTS.head(0).to_parquet(data / "products.parquet")
    with pytest.raises(EmptyCatalogue, match="no product to index"):
        build_index(data, tmp_path, ENCODER)


def test_texts_without_any_word_are_indexed(tmp_path):
    products = pd.DataFrame({"product_id": ["a", "b"], "title": ["!!!", None]})
    search = CatalogueSearch.from_products(products, ENCODER)
    assert search.search("words", 5, ranker="bm25") == []


def test_a_rebuild_encodes_nothing(data, tmp_path, monkeypatch):
    cache = EmbeddingCache(tmp_path / "cache")
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        build_index(data, tmp_path / name, HashingEncoder(64), cache)
        monkeypatch.setattr(HashingEncoder, "encode", None)
    files = [(tmp_path / name / "products.faiss").read_bytes() for name in ("first", "second")]
    assert files[0] == files[1]


def test_another_encoder_is_refused_by_name(index):
    with pytest.raises(EncoderMismatch, match=r"built with the text encoder hashing-64 .* current one is hashing-32"):
        CatalogueSearch.load(index, HashingEncoder(32))
    assert check_index(index, ENCODER)["n_products"] == 4


@pytest.mark.parametrize("name", ["products.faiss", "products.parquet", "bm25/data.csc.index.npy"])
def test_a_changed_or_missing_file_is_refused(index, name):
    content = (index / name).read_bytes()
    (index / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(WorkspaceBroken, match=r"was changed.*launch-copilot build"):
        CatalogueSearch.load(index, ENCODER)
    (index / name).unlink()
    with pytest.raises(WorkspaceBroken, match="is missing"):
        CatalogueSearch.load(index, ENCODER)


def test_missing_unreadable_and_older_manifests_are_refused(index, tmp_path):
    with pytest.raises(WorkspaceBroken, match="missing or unreadable"):
        read_facts(tmp_path)
    facts = json.loads((index / "index.json").read_text())
    (index / "index.json").write_text(json.dumps({**facts, "version": 0}))
    with pytest.raises(WorkspaceBroken, match="another version"):
        CatalogueSearch.load(index, ENCODER)
    (index / "index.json").write_text("{")
    with pytest.raises(WorkspaceBroken, match="unreadable"):
        CatalogueSearch.load(index, ENCODER)


def test_dense_search_is_exact_and_respects_what_is_allowed(tmp_path):
    vectors = ENCODER.encode([f"product {number}" for number in range(50)])
    index = DenseIndex.build(vectors)
    expected = np.argsort(-(vectors @ vectors[7]), kind="stable")
    ids, scores = index.search(vectors[7], 1_000)
    assert sorted(ids) == list(range(50))
    np.testing.assert_allclose(scores, (vectors @ vectors[7])[expected], atol=1e-6)
    allowed = np.zeros(50, dtype=bool)
    allowed[[3, 40]] = True
    assert set(index.search(vectors[7], 10, allowed)[0]) == {3, 40}
    assert len(index.search(vectors[7], 10, np.zeros(50, dtype=bool))[0]) == 0
    assert len(index.search(vectors[7], 0)[0]) == 0


def test_dense_index_survives_saving_and_refuses_garbage(tmp_path):
    vectors = ENCODER.encode(["a", "b"])
    DenseIndex.build(vectors).save(tmp_path / "x.faiss")
    kept = DenseIndex.load(tmp_path / "x.faiss").vectors  # outlives the index that it came from
    DenseIndex.build(np.ones((500, 64), np.float32))
    np.testing.assert_array_equal(kept, vectors)
    with pytest.raises(ValueError, match="read-only"):
        kept[0, 0] = 1
    for garbage in (b"", b"no index", (tmp_path / "x.faiss").read_bytes()[:100]):
        (tmp_path / "y.faiss").write_bytes(garbage)
        with pytest.raises(WorkspaceBroken, match="no readable FAISS index"):
            DenseIndex.load(tmp_path / "y.faiss")


def test_a_full_disk_leaves_no_half_written_index(tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageFull):
        DenseIndex.build(ENCODER.encode(["a"])).save(tmp_path / "x.faiss")
    assert list(tmp_path.iterdir()) == []


def test_bm25_known_answer(tmp_path):
    # By hand, Lucene's form as in Kamphuis et al. (2020): ln(1 + (N - n + 0.5) / (n + 0.5)) times
    # tf / (tf + k1 (1 - b + b l / L)) with N = 3, n = 1, k1 = 1.5, b = 0.75, l = 2, L = 4/3.
    texts = ["green tea", "coffee", "milk"]
    expected = np.log(1 + 2.5 / 1.5) / (1 + 1.5 * (0.25 + 0.75 * 2 / (4 / 3)))
    LexicalIndex.build(texts).save(tmp_path)
    for index in (LexicalIndex.build(texts), LexicalIndex.load(tmp_path)):
        np.testing.assert_allclose(index.scores("Teas!"), [expected, 0, 0], rtol=1e-5)
        np.testing.assert_array_equal(index.scores("unheard of"), [0, 0, 0])
        np.testing.assert_array_equal(index.scores(""), [0, 0, 0])


def test_words_are_stems_without_the_commonest_and_single_characters_count():
    assert tokenise(["The Batteries for an Xbox One X"]) == [["batteri", "xbox", "one", "x"]]
    assert tokenise(["", "🎉"]) == [[], []]


def test_a_damaged_bm25_folder_is_refused(tmp_path):
    with pytest.raises(WorkspaceBroken, match="no readable BM25 index"):
        LexicalIndex.load(tmp_path / "absent")
