"""What a build measures of its own forecasts: kept beside the models, and read back as it was written."""

from __future__ import annotations

import pytest

from ranking.accuracy import Accuracy, load_accuracy
from ranking.backtest import compare_forecasts, heldout_split, measure_accuracy
from ranking.errors import ModelMismatch
from ranking.peers import PEERS
from retrieval.search import CatalogueSearch


def test_it_is_the_rolling_part_of_the_backtest(shop, encoder, monkeypatch):
    monkeypatch.setattr("ranking.backtest._MIN_TEST", 5)  # the small shop holds few launches and no earlier weeks
    embeddings = CatalogueSearch.load(shop.index, encoder).embeddings
    split = heldout_split(shop, embeddings)
    monkeypatch.setattr("ranking.backtest._rolling_splits", lambda *_: [split])
    found = measure_accuracy(shop, embeddings)
    expected = compare_forecasts(shop, embeddings, peers={"median": PEERS["median"]})
    assert (found.n_launches, found.level) == (len(split.units), 0.8)
    assert found.coverage == expected["ours"]["coverage80"]
    assert (found.error_share, found.peer_error_share) == (expected["ours"]["wape"], expected["median"]["wape"])


def test_a_build_keeps_what_it_measured_or_why_not(shop):
    kept = load_accuracy(shop.models)
    assert kept is not None
    assert bool(kept.skipped) != bool(kept.n_launches)
    assert shop.manifest("models").details["accuracy"]["n_launches"] == kept.n_launches


def test_what_was_written_is_read_back(tmp_path):
    assert load_accuracy(tmp_path) is None
    for found in (Accuracy(120, 0.8, 0.84, 0.66, 0.76), Accuracy(skipped="The history is too short.")):
        found.save(tmp_path)
        assert load_accuracy(tmp_path) == found


def test_a_broken_file_says_what_to_do(tmp_path):
    (tmp_path / "accuracy.json").write_text("{}x", encoding="utf-8")
    with pytest.raises(ModelMismatch, match="Build the workspace again"):
        load_accuracy(tmp_path)
