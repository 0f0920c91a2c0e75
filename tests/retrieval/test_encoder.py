"""Encoders give unit vectors in order, encode each text once, and never trust the text."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import types
from pathlib import Path

import numpy as np
import pytest

from retrieval.cache import EmbeddingCache
from retrieval.encoder import (
    ON_BOARD_ENCODER,
    HashingEncoder,
    SentenceTransformerEncoder,
    _single_threaded_pool,
    encode_cached,
)
from retrieval.errors import EncoderError

TEXTS = ["Potato chips, 9 oz", "Ice cream", "", "Potato chips, 12 oz", "Ice cream"]


class CountingEncoder(HashingEncoder):
    """A hashing encoder that remembers what it was asked to encode."""

    def __init__(self) -> None:
        super().__init__(64)
        self.encoded: list[str] = []

    def encode(self, texts, progress=lambda *args, **kwargs: None):
        self.encoded.extend(texts)
        return super().encode(texts, progress)


def test_hashing_gives_unit_vectors_and_zero_for_empty():
    vectors = HashingEncoder(128).encode(TEXTS)
    assert vectors.shape == (5, 128)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 0, 1, 1], rtol=1e-6)


def test_hashing_puts_like_spelling_near():
    chips, ice, _, bigger_chips, _ = HashingEncoder().encode(TEXTS)
    assert chips @ bigger_chips > 0.6 > 0.2 > abs(chips @ ice)


def test_hashing_is_the_same_in_every_process():
    script = "from retrieval.encoder import *; print(HashingEncoder(32).encode(['Ice cream, 16 oz']).tobytes().hex())"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {HashingEncoder(32).encode(["Ice cream, 16 oz"]).tobytes().hex() + "\n"}


def test_identical_texts_are_encoded_once_and_come_back_in_order(tmp_path):
    encoder = CountingEncoder()
    vectors = encode_cached(encoder, TEXTS, EmbeddingCache(tmp_path))
    assert sorted(encoder.encoded) == sorted(set(TEXTS))
    np.testing.assert_array_equal(vectors, HashingEncoder(64).encode(TEXTS))


def test_texts_that_differ_in_unprintable_characters_only_are_one_text(tmp_path):
    encoder = CountingEncoder()
    encode_cached(encoder, ["Ice cream", "Ice\x00cream", " Ice  cream\n"], EmbeddingCache(tmp_path))
    assert encoder.encoded == ["Ice cream"]


def test_one_new_product_among_20_000_encodes_one_text(tmp_path):
    texts = [f"product number {number}" for number in range(20_000)]
    encode_cached(HashingEncoder(64), texts, EmbeddingCache(tmp_path))
    encoder = CountingEncoder()
    vectors = encode_cached(encoder, [*texts, "the new one"], EmbeddingCache(tmp_path))
    assert encoder.encoded == ["the new one"]
    np.testing.assert_array_equal(vectors[[0, -2, -1]], HashingEncoder(64).encode([texts[0], texts[-1], "the new one"]))


def test_another_encoder_name_is_another_cache_entry(tmp_path):
    encoder = CountingEncoder()
    encode_cached(encoder, ["milk"], EmbeddingCache(tmp_path))
    encoder.name = "hashing-64-of-tomorrow"
    encode_cached(encoder, ["milk"], EmbeddingCache(tmp_path))
    assert encoder.encoded == ["milk", "milk"]


def test_a_build_stopped_half_way_goes_on_from_there(tmp_path, monkeypatch):
    monkeypatch.setattr("retrieval.encoder._CACHE_BATCH", 10)
    texts = [f"text {number:02d}" for number in range(30)]

    class Stopped(CountingEncoder):
        def encode(self, texts, progress=lambda *args, **kwargs: None):
            if len(self.encoded) >= 20:
                raise KeyboardInterrupt
            return super().encode(texts, progress)

    with pytest.raises(KeyboardInterrupt):
        encode_cached(Stopped(), texts, EmbeddingCache(tmp_path))
    encoder = CountingEncoder()
    encode_cached(encoder, texts, EmbeddingCache(tmp_path))
    assert encoder.encoded == texts[20:]


def test_no_texts_and_no_cache():
    assert encode_cached(HashingEncoder(16), []).shape == (0, 16)
    assert encode_cached(HashingEncoder(16), ["a", "a"]).shape == (2, 16)


def test_progress_runs_from_0_to_1(monkeypatch):
    monkeypatch.setattr("retrieval.encoder._CACHE_BATCH", 2)
    seen: list[float] = []
    encode_cached(HashingEncoder(16), list("abcdef"), None, lambda stage, fraction=None, note="": seen.append(fraction))
    assert seen == pytest.approx([1 / 3, 2 / 3, 1, 1])


def test_a_missing_folder_is_an_error_and_never_a_hub_name():
    for model in ("./no-such-folder", "/no/such/folder", Path("no-such-folder")):
        with pytest.raises(EncoderError, match="No folder with a text encoder"):
            SentenceTransformerEncoder(model)


@pytest.fixture
def fake_library(monkeypatch):
    """A sentence_transformers whose models are recorded and small; `loaded` holds (name, local_files_only)."""
    torch = pytest.importorskip("torch")
    loaded: list[tuple[str, bool]] = []

    class FakeModel:
        prompts = types.MappingProxyType({"passage": "passage: "})
        default_prompt_name = "passage"
        max_seq_length = 4
        device = torch.device("cpu")
        transformers_model = types.SimpleNamespace(config=types.SimpleNamespace(_commit_hash="abc123def4567890"))

        def __init__(self, name, local_files_only):
            if name == "shop/absent":
                raise OSError("no such model")
            loaded.append((name, local_files_only))
            self.seen: list[tuple[list[str], str]] = []
            self.threads: set[int] = set()

        def get_embedding_dimension(self):
            return 2

        def preprocess(self, batch, prompt):
            self.seen.append((batch, prompt))
            return {"lengths": torch.tensor([[len(text), 1.0] for text in batch])}

        def __call__(self, features):
            self.threads.add(torch.get_num_threads())
            return {"sentence_embedding": features["lengths"]}

    library = types.ModuleType("sentence_transformers")
    library.SentenceTransformer = FakeModel  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    return loaded


def test_a_hub_id_goes_to_the_hub_and_its_revision_into_the_name(fake_library):
    encoder = SentenceTransformerEncoder("shop/big-encoder", threads=1)
    assert fake_library == [("shop/big-encoder", False)]
    assert encoder.name == "shop/big-encoder@abc123def456"
    assert encoder.dimension == 2


def test_a_folder_is_loaded_without_the_hub_and_named_by_its_content(fake_library, tmp_path):
    folder = tmp_path / "my-encoder"
    folder.mkdir()
    (folder / "weights").write_text("1")
    first = SentenceTransformerEncoder(folder, threads=1).name
    (folder / "weights").write_text("2")
    second = SentenceTransformerEncoder(str(folder), threads=1).name
    assert fake_library == [(str(folder), True)] * 2
    assert first.startswith("my-encoder@")
    assert first != second


def test_a_model_that_cannot_be_loaded_is_a_readable_error(fake_library):
    with pytest.raises(EncoderError, match=r"shop/absent cannot be loaded: no such model.*HF_HUB_OFFLINE"):
        SentenceTransformerEncoder("shop/absent")


def test_batches_hold_texts_of_like_length_on_one_core_each_with_the_models_prompt(fake_library):
    import torch

    before = torch.get_num_threads()
    encoder = SentenceTransformerEncoder("shop/encoder", threads=2, batch_size=2)
    texts = ["a" * length for length in (3, 9, 1, 8, 2)] + [""]
    vectors = encoder.encode(texts)
    expected = np.array([[length, 1.0] for length in (3, 9, 1, 8, 2)])
    np.testing.assert_allclose(vectors[:5], expected / np.linalg.norm(expected, axis=1, keepdims=True), rtol=1e-5)
    np.testing.assert_array_equal(vectors[5], [0, 0])
    model = encoder.prepare()._model
    batches = sorted(sorted(map(len, batch)) for batch, _ in model.seen)  # type: ignore[attr-defined]
    assert batches == [[1], [2, 3], [8, 9]]
    assert {prompt for _, prompt in model.seen} == {"passage: "}  # type: ignore[attr-defined]
    assert model.threads == {1}  # type: ignore[attr-defined]
    assert torch.get_num_threads() == before


def test_texts_are_cut_before_they_are_tokenised(fake_library):
    encoder = SentenceTransformerEncoder("shop/encoder", threads=1)
    encoder.encode(["x" * 10_000_000])
    (batch, _), *rest = encoder.prepare()._model.seen  # type: ignore[attr-defined]
    assert [len(text) for text in batch] == [4 * 16]
    assert not rest


def test_an_error_in_one_batch_stops_the_others(fake_library, monkeypatch):
    encoder = SentenceTransformerEncoder("shop/encoder", threads=1, batch_size=1)
    calls: list[list[str]] = []

    def fail_first(batch):
        calls.append(batch)
        if len(calls) == 1:
            raise MemoryError("too large")
        time.sleep(0.01)
        return np.ones((1, 2), np.float32)

    monkeypatch.setattr(encoder.prepare(), "_forward", fail_first)
    with pytest.raises(MemoryError):
        encoder.encode([str(number) for number in range(1_000)])
    assert len(calls) < 1_000


def test_the_pools_single_threads_leave_torchs_setting_alone():
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        pool = _single_threaded_pool(2)
        assert {pool.submit(torch.get_num_threads).result() for _ in range(8)} == {1}
        assert torch.get_num_threads() == 2
        pool.shutdown()
    finally:
        torch.set_num_threads(before)


@pytest.fixture(scope="module")
def minilm():
    return SentenceTransformerEncoder(threads=2)


@pytest.mark.slow
def test_the_on_board_model_encodes_as_the_bare_model_does(minilm):
    texts = ["Potato chips, 9 oz", "Crème brûlée", "", "🍦", "a" * 5_000, "ice cream " * 400, "Potato chips, 9 oz"]
    vectors = minilm.encode(texts)
    model = minilm.prepare()._model
    bare = model.encode([text or "x" for text in texts], normalize_embeddings=True, show_progress_bar=False)
    kept = [row for row, text in enumerate(texts) if text]
    np.testing.assert_allclose(vectors[kept], bare[kept], atol=1e-5)
    np.testing.assert_array_equal(vectors[2], 0)
    assert (minilm.name, minilm.dimension) == (ON_BOARD_ENCODER, 384)


@pytest.mark.slow
def test_meaning_beats_spelling(minilm):
    query, near, far = minilm.encode(["sofa", "couch", "soda"])
    assert query @ near > query @ far


@pytest.mark.slow
def test_the_on_board_model_opens_no_socket(monkeypatch):
    def refuse(*args):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert SentenceTransformerEncoder(threads=1).encode(["no network"]).shape == (1, 384)


@pytest.mark.slow
def test_hostile_texts_are_encoded_without_complaint(minilm):
    texts = ["\x00", "\ud800", "nan", "<script>alert(1)</script>", "word " * 2_000_000, "漢字", "\u202e abc"]
    vectors = minilm.encode(texts)
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [0, 0, 1, 1, 1, 1, 1], atol=1e-5)
