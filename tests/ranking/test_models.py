from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ranking.errors import ModelMismatch
from ranking.features import candidate_table
from ranking.models import Models, load_models, train_models
from ranking.slots import default_slots
from retrieval.encoder import HashingEncoder, product_text
from retrieval.ingest import ingest
from retrieval.sources.simulated import MarketTruth, simulated_shop
from retrieval.weeks import week_range
from retrieval.workspace import Workspace

Embeddings = Callable[[list[str]], np.ndarray]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, MarketTruth]]:
    """A simulated shop of 300 products whose true demand and placement effects are known."""
    root = tmp_path_factory.mktemp("market")
    source = simulated_shop(seed=5, n_products=300, n_weeks=60)
    ingest(source, root / "data", as_of=None, pseudonym_key=b"a key for tests, not for any shop")
    workspace = Workspace(root, root, threads=1)
    yield workspace, source.truth
    workspace.close()


@pytest.fixture(scope="module")
def embeddings(market: tuple[Workspace, MarketTruth]) -> Embeddings:
    products = market[0].query("SELECT product_id, title, description, category, brand FROM products")
    vectors = HashingEncoder().encode([product_text(*row[1:]) for row in products.itertuples(index=False)])
    row_of = {product_id: row for row, product_id in enumerate(products["product_id"])}
    return lambda ids: vectors[[row_of[product_id] for product_id in ids]]


@pytest.fixture(scope="module")
def trained(
    market: tuple[Workspace, MarketTruth], embeddings: Embeddings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("models")
    details = train_models(market[0], embeddings, folder)
    assert details["n_candidates"] == len(candidate_table(market[0]))
    assert set(details["off"]) == {"price_response"}  # the simulated shop never changes a price
    json.dumps(details, allow_nan=False)
    return folder


@pytest.fixture
def models(trained: Path) -> Models:
    return load_models(trained)


def test_forecasts_rank_candidates_as_their_true_demand_does(
    models: Models, market: tuple[Workspace, MarketTruth]
) -> None:
    truth = np.array([market[1].base_units[product_id] for product_id in models.candidates["product_id"]])
    assert len(truth) > 20
    assert np.corrcoef(np.log(truth), np.log1p(models.candidates["units"]))[0, 1] > 0.6


def test_lifts_come_near_the_true_ones(models: Models, market: tuple[Workspace, MarketTruth]) -> None:
    lifts = {lift.placement: lift for lift in models.placements.lifts}
    assert set(lifts) == set(market[1].placement_lift)
    for placement, lift in lifts.items():
        true = 1 + (market[1].placement_lift[placement] - 1) * lift.share
        assert lift.lift_ratio == pytest.approx(true, rel=0.15)
    assert models.lift_of("front page") == lifts["front page"]
    assert models.lift_of("ceiling") is None


def test_a_whole_calendar_can_be_scored_and_capped(models: Models, market: tuple[Workspace, MarketTruth]) -> None:
    slots = default_slots(market[0], week_range(models.as_of, 12))
    ids = models.candidates["product_id"].tolist()
    values = models.ranker().values(ids, slots)
    lows, highs = models.ranker().intervals(ids, slots)
    assert values.shape == (len(ids), len(slots))
    assert np.isfinite(highs).all()
    assert ((lows <= values) & (values <= highs)).all()
    assert set(models.candidates["group"]) >= set(models.rhythm.group_caps()) & set(models.candidates["group"])
    assert (models.rhythm.weekly_cap() or 0) >= 1


def test_forecast_of_a_candidate_and_of_another_product(models: Models) -> None:
    product_id = models.candidates["product_id"].iloc[0]
    forecast = models.forecast_of(product_id)
    assert forecast is not None
    assert forecast.product_id == product_id
    assert forecast.low <= forecast.median <= forecast.high
    assert list(forecast.quantiles) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert models.forecast_of("no such product") is None


def test_training_twice_writes_the_same_numbers(
    trained: Path, market: tuple[Workspace, MarketTruth], embeddings: Embeddings, tmp_path: Path
) -> None:
    train_models(market[0], embeddings, tmp_path)
    assert (tmp_path / "models.json").read_text() == (trained / "models.json").read_text()
    again, before = load_models(tmp_path), load_models(trained)
    assert again.candidates.equals(before.candidates)


def test_nothing_held_out_is_read(
    market: tuple[Workspace, MarketTruth], embeddings: Embeddings, trained: Path, tmp_path: Path
) -> None:
    shutil.copytree(market[0].data, tmp_path / "shop" / "data", ignore=shutil.ignore_patterns("heldout"))
    (tmp_path / "models").mkdir()
    blind = Workspace(tmp_path / "shop", tmp_path / "shop", threads=1)
    train_models(blind, embeddings, tmp_path / "models")
    blind.close()
    assert (tmp_path / "models" / "models.json").read_text() == (trained / "models.json").read_text()


def test_no_file_is_a_pickle(trained: Path) -> None:
    assert sorted(path.suffix for path in trained.iterdir()) == [".json", ".json", ".npz", ".parquet", ".parquet"]
    with np.load(trained / "forecast.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


def test_the_settings_lie_beside_the_models(trained: Path) -> None:
    config = json.loads((trained / "models.json").read_text())["config"]
    parts = {"forecast", "lift", "momentum", "rhythm", "fatigue", "cannibalisation", "exposure", "price"}
    assert set(config) == parts
    assert config["momentum"]["window_weeks"] == 8


def test_too_few_launches_switch_the_forecast_off_and_say_why(make_history: Callable[..., Any], tmp_path: Path) -> None:
    products = [
        {"product_id": "old", "launch_date": "2024-01-01"},
        {"product_id": "next", "status": "candidate"},
    ]
    history = make_history(date(2024, 3, 4), products, [{"product_id": "old", "ts": "2024-01-01"}])
    details = train_models(history, lambda ids: np.ones((len(ids), 4), dtype=np.float32), tmp_path)
    models = load_models(tmp_path)
    assert "Only 0 past launches" in details["off"]["forecast"]
    assert models.forecast is None
    assert models.forecast_of("next") is None
    assert models.ranker().product_ids == ()
    assert models.ranker().values([], []).shape == (0, 0)
    assert models.rhythm.weekly_cap() is None


@pytest.mark.parametrize("damage", ["version", "cut", "missing"])
def test_models_that_cannot_be_read_are_named(trained: Path, tmp_path: Path, damage: str) -> None:
    text = (trained / "models.json").read_text()
    if damage == "version":
        (tmp_path / "models.json").write_text(json.dumps(json.loads(text) | {"version": 99}))
    elif damage == "cut":
        (tmp_path / "models.json").write_text(text[: len(text) // 2])
    with pytest.raises(ModelMismatch, match="Build the workspace again"):
        load_models(tmp_path)
