"""The classifier of intents and goods: shares by nearness, in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.goods_sense import GoodsSense
from copilot.kernel_model import KernelModel, kept_model
from copilot.phrases import load_phrases
from retrieval.encoder import HashingEncoder, SentenceTransformerEncoder
from retrieval.errors import StorageFull


def test_shares_follow_the_nearest_examples_and_add_up():
    examples = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]])
    model = KernelModel(examples, ["a", "a", "b", "b"])
    shares = model.shares(np.array([[1.0, 0.1], [0.1, 1.0], [0.5, 0.5]]))
    assert model.names == ("a", "b")
    assert shares[[0, 1], [0, 1]].min() > 0.8
    assert shares[2, 0] == pytest.approx(0.5, abs=1e-3)
    assert shares.sum(axis=1) == pytest.approx(np.ones(3))


def test_goods_are_told_from_words_of_the_list():
    sense = GoodsSense(HashingEncoder(), load_phrases("en"))
    goods, word = sense.share("maple syrup"), sense.share("timestamp")
    assert goods is not None
    assert word is not None
    assert goods > 0.5 > word


def _model() -> KernelModel:
    return KernelModel(np.array([[1.0, 0.0], [0.0, 1.0]]), ["a", "b"])


def test_a_kept_model_is_not_fitted_again(tmp_path):
    path, asked = tmp_path / "cache" / "intents-1.npz", np.array([[0.7, 0.2]])
    first = kept_model(path, _model)
    again = kept_model(path, lambda: pytest.fail("fitted again"))
    assert again.names == first.names
    assert np.array_equal(again.shares(asked), first.shares(asked))


def test_a_model_of_other_examples_takes_the_place_of_the_one_before(tmp_path):
    kept_model(tmp_path / "intents-1.npz", _model)
    (tmp_path / "other-1.npz").touch()
    kept_model(tmp_path / "intents-2.npz", _model)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["intents-2.npz", "other-1.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"no archive at all"])
def test_a_damaged_file_is_fitted_anew_and_replaced(tmp_path, content, caplog):
    path = tmp_path / "intents-1.npz"
    path.write_bytes(content)
    assert kept_model(path, _model).names == ("a", "b")
    assert "fitted anew" in caplog.text
    assert KernelModel.load(path).names == ("a", "b")


def test_a_full_disk_only_means_that_nothing_is_kept(tmp_path, monkeypatch, caplog):
    def full(self, path):
        raise StorageFull("full")

    monkeypatch.setattr(KernelModel, "save", full)
    assert kept_model(tmp_path / "intents-1.npz", _model).names == ("a", "b")
    assert "not kept" in caplog.text


@pytest.mark.slow
def test_words_of_everyday_speech_mean_a_category():
    names = ("Frozen", "Grapes", "Candy", "Dairy")
    sense = GoodsSense(SentenceTransformerEncoder(), load_phrases("en"))
    assert sense.nearest_group("freezer", names) == "Frozen"
    assert sense.nearest_group("wine", names) is None
    assert sense.nearest_group("freezer", ()) is None
