"""Models: the workspace's models stage. Trains everything that a plan needs, saves it, and loads it again.

    forecast.json, forecast.npz, forecast_launches.parquet   the forecast (see `ranking.forecast`)
    candidates.parquet     the candidates' forecasts: product_id, group, units, median, low, high, q10 ... q90
    models.json            lifts, week-1 share, momentum, season, rhythm, effects on launches, what is off and why

All are JSON, npz without pickles, and Parquet: reading them runs no code. Equal data and encoder give equal models.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ranking.cannibalisation import CannibalisationConfig, estimate_cannibalisation
from ranking.cannibalisation_model import CannibalisationModel
from ranking.errors import ModelMismatch, NotEnoughData
from ranking.exposure import ExposureConfig, estimate_exposure, launch_exposures
from ranking.exposure_model import ExposureModel
from ranking.fatigue import FatigueConfig, estimate_fatigue
from ranking.fatigue_model import FatigueModel
from ranking.features import History, candidate_table, first_sale_day, launch_placements, past_launches
from ranking.forecast import QUANTILES, Forecast, ForecastModel, check_version
from ranking.forecast_training import ForecastConfig, knows_prices
from ranking.lift import LiftConfig, PlacementLift, estimate_lifts
from ranking.momentum import Momentum, MomentumConfig, estimate_momentum, group_weekly_units
from ranking.price_response import PriceConfig, PriceResponse, estimate_price_response
from ranking.ranker import PlacementFacts, SlotRanker, placement_facts
from ranking.rhythm import Rhythm, RhythmConfig, estimate_rhythm
from ranking.risk import common_share
from ranking.seasonality import Season, estimate_season
from retrieval.progress import Progress, silent
from retrieval.settling import OUTCOME_DAYS
from retrieval.weeks import week_of

Embeddings = Callable[[Sequence[str]], np.ndarray]
"""Product ids -> (n, dim) unit vectors of their texts, such as `CatalogueSearch.embeddings`."""

MODELS_VERSION = 5
_FILE, _CANDIDATES = "models.json", "candidates.parquet"


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of all models; saved beside what they made, and part of what a rebuild compares."""

    forecast: ForecastConfig = field(default_factory=ForecastConfig)
    lift: LiftConfig = field(default_factory=LiftConfig)
    momentum: MomentumConfig = field(default_factory=MomentumConfig)
    rhythm: RhythmConfig = field(default_factory=RhythmConfig)
    fatigue: FatigueConfig = field(default_factory=FatigueConfig)
    cannibalisation: CannibalisationConfig = field(default_factory=CannibalisationConfig)
    exposure: ExposureConfig = field(default_factory=ExposureConfig)
    price: PriceConfig = field(default_factory=PriceConfig)


@dataclass(frozen=True, eq=False)
class Models:
    """Everything that was trained.

    forecast: None when there are too few past launches; then `candidates` is empty and `off` says why.
    candidates: one row per candidate (see the module's docstring).
    season: the yearly waves, None with less than a year of data; they then stand in for momentum.
    price_response: how sales answer to prices, None where no product sold at more than one.
    common_error: share of the forecasts' error variance that launches of one week have in common.
    off: part -> why it is off, in plain language.
    """

    as_of: date
    forecast: ForecastModel | None
    candidates: pd.DataFrame
    placements: PlacementFacts
    momentum: Momentum
    season: Season | None
    rhythm: Rhythm
    fatigue: FatigueModel
    cannibalisation: CannibalisationModel
    exposure: ExposureModel
    price_response: PriceResponse | None
    common_error: float
    off: Mapping[str, str]

    def forecast_of(self, product_id: str) -> Forecast | None:
        """The forecast of a candidate, None for any other product."""
        rows = self.candidates[self.candidates["product_id"] == product_id]
        if rows.empty:
            return None
        row = rows.iloc[0]
        quantiles = {level: float(row[f"q{round(100 * level)}"]) for level in QUANTILES}
        units, median, low, high = (float(row[column]) for column in ("units", "median", "low", "high"))
        return Forecast(product_id, units, median, low, high, quantiles)

    def lift_of(self, placement: str) -> PlacementLift | None:
        """The lift of a placement, None where it was not seen often enough."""
        return next((lift for lift in self.placements.lifts if lift.placement == placement), None)

    def ranker(self, delay_per_week: float = 0.01) -> SlotRanker:
        """The expected units of candidates in slots."""
        trend = self.season or self.momentum
        return SlotRanker(self.candidates, self.placements, trend, self.as_of, delay_per_week)


def train_models(
    history: History,
    embeddings: Embeddings,
    out: Path,
    *,
    config: TrainingConfig | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Train on what happened before `as_of` and save to the folder `out`.

    Args:
        history: a Workspace; one that is only staged will do.
        embeddings: product ids -> unit vectors, of past launches and candidates.
    Returns:
        Details for the stage's manifest: counts, the forecast's summary, what is off.
    """
    config = config or TrainingConfig()
    as_of = history.report().as_of
    off: dict[str, str] = {}
    progress("models", 0.0, "forecast")
    launches, candidates = past_launches(history), candidate_table(history)
    forecast, predicted = _train_forecast(launches, candidates, embeddings, config.forecast, off)
    progress("models", 0.5, "placement lift")
    lifts = estimate_lifts(history, config.lift)
    if not lifts:
        off["placement_lift"] = "Past placements are too few or never varied, so every placement counts alike."
    progress("models", 0.8, "season and rhythm")
    momentum = estimate_momentum(group_weekly_units(history), as_of, config.momentum)
    season = estimate_season(history)
    response = _response(history, launches, forecast, config)
    rhythm = estimate_rhythm(*response, config.rhythm)
    fatigue = estimate_fatigue(*response, config.fatigue)
    beside = estimate_cannibalisation(
        response.launches, embeddings(launches["product_id"].tolist()), *response[1:], config.cannibalisation
    )
    exposure = _train_exposure(history, response, fatigue.decay, config.exposure)
    placements = placement_facts(lifts, launches, launch_placements(history))
    price = estimate_price_response(history, config.price)
    if price is None:
        off["price_response"] = "No product was bought at more than one price, so the effect of a price cannot be told."
    common = common_share(
        response.launches["residual"].to_numpy(dtype=float), response.launches["launch_week"].tolist()
    )
    models = Models(
        as_of, forecast, predicted, placements, momentum, season, rhythm, fatigue, beside, exposure, price, common, off
    )
    _save(models, config, out)
    progress("models", 1.0, f"{len(launches):,} past launches, {len(predicted):,} candidates")
    return _details(models, len(launches))


def load_models(folder: Path) -> Models:
    """Load what `train_models` saved.

    Raises:
        ModelMismatch: a file is missing, unreadable or of another version of this software.
    """
    path = folder / _FILE
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
        check_version(meta, MODELS_VERSION, path)
        candidates = pd.read_parquet(folder / _CANDIDATES)
        lifts = tuple(PlacementLift(**lift) for lift in meta["placements"]["lifts"])
        placements = PlacementFacts(lifts, meta["placements"]["week1_share"], meta["placements"]["reference_ratio"])
        as_of = date.fromisoformat(meta["as_of"])
        momentum = Momentum(**(meta["momentum"] | {"as_of": as_of}))
        season = Season.from_dict(meta["season"]) if meta["season"] else None
        rhythm, off = Rhythm.from_dict(meta["rhythm"]), meta["off"]
        fatigue = FatigueModel.from_dict(meta["fatigue"])
        beside = CannibalisationModel.from_dict(meta["cannibalisation"])
        exposure = ExposureModel.from_dict(meta["exposure"])
        price = PriceResponse.from_dict(meta["price_response"]) if meta["price_response"] else None
        common = float(meta["common_error"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelMismatch(f"The models in {folder} cannot be read: {error}. Build the workspace again.") from error
    forecast = ForecastModel.load(folder) if meta["has_forecast"] else None
    return Models(
        as_of, forecast, candidates, placements, momentum, season, rhythm, fatigue, beside, exposure, price, common, off
    )


def _train_forecast(
    launches: pd.DataFrame,
    candidates: pd.DataFrame,
    embeddings: Embeddings,
    config: ForecastConfig,
    off: dict[str, str],
) -> tuple[ForecastModel | None, pd.DataFrame]:
    """The model and the candidates' forecasts, or None and no rows with the reason in `off`."""
    try:
        forecast = ForecastModel.fit(
            launches,
            embeddings(launches["product_id"].tolist()),
            use_price=knows_prices(candidates, launches, config),
            config=config,
        )
    except NotEnoughData as error:
        off["forecast"] = str(error)
        columns = ["units", "median", "low", "high", *(f"q{round(100 * level)}" for level in QUANTILES)]
        empty = {"product_id": pd.Series(dtype="str"), "group": pd.Series(dtype="str")}
        return None, pd.DataFrame(empty | {column: pd.Series(dtype="float64") for column in columns})
    predicted = forecast.predict(candidates, embeddings(candidates["product_id"].tolist()))
    predicted.insert(1, "group", candidates["group"].to_numpy())
    return forecast, predicted


class _Response(NamedTuple):
    """Past launches with their `residual`, and the first and last week in which launches are seen reliably."""

    launches: pd.DataFrame
    first: date
    last: date


def _response(
    history: History, launches: pd.DataFrame, forecast: ForecastModel | None, config: TrainingConfig
) -> _Response:
    """What the launches sold over their forecasts, for the models of rhythm, fatigue and cannibalisation.

    The first weeks of data show products that only look new. Where launches are derived from first sales, those of the
    last four weeks are still hidden: they have not sold often enough yet.
    """
    rows = zip(forecast.launches["product_id"], forecast.launches["residual"], strict=True) if forecast else ()
    residual_of = dict(rows)
    residuals = [residual_of.get(product_id, np.nan) for product_id in launches["product_id"]]
    frame = launches.assign(residual=np.array(residuals, dtype=float))
    warm = timedelta(weeks=config.forecast.min_history_weeks)
    first = week_of(first_sale_day(history) + warm) + timedelta(weeks=1)
    last = week_of(history.report().as_of - timedelta(days=OUTCOME_DAYS)) - timedelta(weeks=1)
    return _Response(frame, first, last)


def _train_exposure(history: History, response: _Response, decay: float, config: ExposureConfig) -> ExposureModel:
    launches, first, last = response
    shown = launch_exposures(history, launches)
    dosed = launches.assign(own=shown["own"].to_numpy(), pressure=shown["pressure"].to_numpy())
    return estimate_exposure(dosed, decay, first, last, config)


def _save(models: Models, config: TrainingConfig, folder: Path) -> None:
    meta = {
        "version": MODELS_VERSION,
        "as_of": models.as_of.isoformat(),
        "config": asdict(config),
        "has_forecast": models.forecast is not None,
        "placements": asdict(models.placements),
        "momentum": asdict(models.momentum) | {"as_of": models.as_of.isoformat()},
        "season": models.season.to_dict() if models.season else None,
        "rhythm": models.rhythm.to_dict(),
        "fatigue": models.fatigue.to_dict(),
        "cannibalisation": models.cannibalisation.to_dict(),
        "exposure": models.exposure.to_dict(),
        "price_response": models.price_response.to_dict() if models.price_response else None,
        "common_error": models.common_error,
        "off": dict(models.off),
    }
    text = json.dumps(meta, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / _FILE).write_text(text, encoding="utf-8")
    models.candidates.to_parquet(folder / _CANDIDATES, index=False)
    if models.forecast:
        models.forecast.save(folder)


def _details(models: Models, n_launches: int) -> dict[str, Any]:
    return {
        "as_of": models.as_of.isoformat(),
        "n_past_launches": n_launches,
        "n_candidates": len(models.candidates),
        "forecast": asdict(models.forecast.summary) if models.forecast else None,
        "n_placements": len(models.placements.lifts),
        "n_groups": len(models.rhythm.groups),
        "momentum_damping": models.momentum.damping,
        "off": dict(models.off),
    }
