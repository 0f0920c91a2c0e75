"""Simulated shop: a small market whose demand, fatigue and placement effects are known. For tests and benchmarks only.

    units[i, t] ~ Poisson(base[i] * lifecycle[age] * season[group, t] * (1 + (lift[placement] - 1) * share)
                          * exp(-strength * fatigue at the launch))
    fatigue[group, t + 1] = decay * (fatigue[group, t] + launches[group, t])

base is log-linear in the kind of product, brand, flavour and price, so that text and attributes do predict it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from pandas.util import hash_pandas_object

from retrieval.contracts import TABLES
from retrieval.sources import BATCH_ROWS
from retrieval.sources.simulated_catalogue import simulate_catalogue
from retrieval.weeks import week_range

_VERSION = 1
_FIRST_WEEK = date(2024, 1, 1)
_OUTCOME_WEEKS = 12  # weeks after `as_of` that are simulated too, so that candidates have known outcomes
_SHOPPERS = 600

_LIFTS = {"front page": 2.4, "newsletter feature": 1.8, "category banner": 1.4, "end cap": 1.2, "shelf": 1.0}
_LIFECYCLE = np.array([0.36, 0.27, 0.20, 0.17])  # shares of the first four weeks' units
_LATER = 0.12  # weekly units after that, as a share of the four weeks' units


@dataclass(frozen=True)
class MarketTruth:
    """What the simulation used and a model tries to find.

    base_units: product_id -> expected units in the first four weeks on the shelf, without fatigue or season.
    placement_lift: placement -> ratio of a week's units at a share of 1 to the units on the shelf.
    season: (n_groups, n_weeks) ratio per category group (first two levels) and week.
    fatigue: (n_groups, n_weeks) fatigue when the week starts, before that week's launches.
    launch_dates: product_id -> true launch date, the candidates' too.
    """

    base_units: Mapping[str, float]
    placement_lift: Mapping[str, float]
    lifecycle: tuple[float, ...]
    fatigue_decay: float
    fatigue_strength: float
    groups: tuple[str, ...]
    weeks: tuple[date, ...]
    season: np.ndarray
    fatigue: np.ndarray
    launch_dates: Mapping[str, date]


@dataclass(frozen=True)
class SimulatedSource:
    """A Source over tables in memory, with the truth behind them in `truth`."""

    frames: Mapping[str, pd.DataFrame]
    truth: MarketTruth
    default_as_of: date | None
    name: str = "simulated"
    title: str = "Simulated shop"
    licence: str = "Apache-2.0 (made by this software)"

    @property
    def simulated_tables(self) -> frozenset[str]:
        return frozenset(self.frames)

    def tables(self) -> tuple[str, ...]:
        return tuple(self.frames)

    def batches(self, table: str, as_of: date | None) -> Iterator[pd.DataFrame]:
        frame = self.frames[table]
        for start in range(0, len(frame), BATCH_ROWS):
            yield frame.iloc[start : start + BATCH_ROWS]

    def notes(self) -> tuple[str, ...]:
        return ("Every table is simulated.",)

    def fingerprint(self) -> str:
        digest = hashlib.sha256(f"simulated {_VERSION}".encode())
        for name, frame in self.frames.items():
            rows = hash_pandas_object(frame, index=False)  # pyright: ignore[reportCallIssue]
            digest.update(name.encode() + rows.to_numpy().tobytes())
        return digest.hexdigest()


def simulated_shop(seed: int = 0, n_products: int = 400, n_weeks: int = 60) -> SimulatedSource:
    """Simulate a shop; equal arguments give equal tables.

    Args:
        n_products: catalogue size; about a quarter is on sale from the start, a tenth launches after `as_of`.
        n_weeks: weeks of events, at least 20; the last 12 lie at or after the default `as_of`.
    Returns:
        A Source with products, events, queries and placements; all of it counts as simulated.
    Raises:
        ValueError: too few products or weeks to be a market.
    """
    if n_products < 10 or n_weeks < 20:
        raise ValueError(f"A market needs 10 products and 20 weeks or more, not {n_products} and {n_weeks}.")
    rng = np.random.default_rng(seed)
    weeks = week_range(_FIRST_WEEK, n_weeks)
    catalogue = simulate_catalogue(rng, n_products, weeks)
    groups = tuple(dict.fromkeys(catalogue["group"]))
    group = catalogue["group"].map(groups.index).to_numpy()  # (n_products,)
    season = 1 + 0.25 * np.sin(2 * np.pi * (np.arange(n_weeks) / 52 + rng.random((len(groups), 1))))
    fatigue = _fatigue(group, catalogue["launch"].to_numpy(), len(groups), n_weeks)
    placed, share = _placements(rng, catalogue["launch"].to_numpy(), n_weeks)
    mean = _mean_units(catalogue, group, season, fatigue, placed, share)  # (n_products, n_weeks)
    units = rng.poisson(mean)
    truth = MarketTruth(
        base_units=dict(zip(catalogue["product_id"], catalogue["base"], strict=True)),
        placement_lift=dict(_LIFTS),
        lifecycle=tuple(_LIFECYCLE),
        fatigue_decay=_DECAY,
        fatigue_strength=_STRENGTH,
        groups=groups,
        weeks=weeks,
        season=season,
        fatigue=fatigue,
        launch_dates=dict(zip(catalogue["product_id"], catalogue["launch_date"], strict=True)),
    )
    frames = {
        "products": catalogue[[c.name for c in TABLES["products"].columns if c.name in catalogue]],
        "events": _events(rng, catalogue, units, placed, weeks),
        "queries": _queries(rng, catalogue, units, weeks),
        "placements": _placement_rows(catalogue, placed, share, weeks),
    }
    return SimulatedSource(frames, truth, default_as_of=weeks[n_weeks - _OUTCOME_WEEKS])


_DECAY, _STRENGTH = 0.6, 0.12


def _fatigue(group: np.ndarray, launch: np.ndarray, n_groups: int, n_weeks: int) -> np.ndarray:
    launches = np.zeros((n_groups, n_weeks))
    np.add.at(launches, (group[launch >= 0], launch[launch >= 0]), 1)
    fatigue = np.zeros((n_groups, n_weeks))
    for week in range(n_weeks - 1):
        fatigue[:, week + 1] = _DECAY * (fatigue[:, week] + launches[:, week])
    return fatigue


def _placements(rng: np.random.Generator, launch: np.ndarray, n_weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """Placement number and share per product and week, (n_products, n_weeks) each; -1 where there is none."""
    placed = np.full((len(launch), n_weeks), -1)
    promoted = rng.random(placed.shape) < 0.04
    promoted[np.flatnonzero(launch >= 0), launch[launch >= 0]] = True  # a launch always starts somewhere
    promoted &= np.arange(n_weeks) >= np.maximum(launch, 0)[:, None]
    placed[promoted] = rng.integers(len(_LIFTS), size=int(promoted.sum()))
    share = np.where(placed >= 0, rng.uniform(0.3, 1.0, placed.shape).round(3), 0.0)
    return placed, share


def _mean_units(
    catalogue: pd.DataFrame,
    group: np.ndarray,
    season: np.ndarray,
    fatigue: np.ndarray,
    placed: np.ndarray,
    share: np.ndarray,
) -> np.ndarray:
    launch = catalogue["launch"].to_numpy()
    n_weeks = placed.shape[1]
    age = np.arange(n_weeks) - launch[:, None]  # (n_products, n_weeks)
    settled = (launch[:, None] < 0) | (age >= len(_LIFECYCLE))
    curve = np.where(settled, _LATER, np.take(_LIFECYCLE, np.clip(age, 0, len(_LIFECYCLE) - 1)))
    curve = np.where((launch[:, None] >= 0) & (age < 0), 0.0, curve)
    tired = np.where(launch >= 0, np.exp(-_STRENGTH * fatigue[group, np.maximum(launch, 0)]), 1.0)
    lift = np.append(np.array(list(_LIFTS.values())), 1.0)[placed]  # placed == -1 takes the appended 1.0
    return catalogue["base"].to_numpy()[:, None] * curve * season[group] * (1 + (lift - 1) * share) * tired[:, None]


def _events(
    rng: np.random.Generator, catalogue: pd.DataFrame, units: np.ndarray, placed: np.ndarray, weeks: tuple[date, ...]
) -> pd.DataFrame:
    """Purchases (one per unit), two views per purchase on average, and exposures where a launch was placed."""
    product, week = np.nonzero(units)
    purchases = np.repeat(np.stack([product, week]), units[product, week], axis=1)  # (2, n_purchases)
    views = np.repeat(purchases, rng.poisson(2, purchases.shape[1]), axis=1)
    launch = catalogue["launch"].to_numpy()
    launched = np.flatnonzero(launch >= 0)
    exposures = np.repeat(np.stack([launched, launch[launched]]), rng.poisson(12, len(launched)), axis=1)
    parts = [("purchase", purchases), ("view", views), ("exposure", exposures)]
    product, week = np.concatenate([part for _, part in parts], axis=1)
    kind = np.repeat([name for name, _ in parts], [part.shape[1] for _, part in parts])
    seconds = rng.integers(7 * 86_400, size=len(product))
    bought = kind == "purchase"
    names = np.array([*_LIFTS, None], dtype=object)
    return pd.DataFrame(
        {
            "user_id": rng.integers(_SHOPPERS, size=len(product)),
            "product_id": catalogue["product_id"].to_numpy()[product],
            "ts": pd.to_datetime(np.array(weeks, dtype="datetime64[s]")[week] + seconds.astype("timedelta64[s]")),
            "type": kind,
            "quantity": np.where(bought, 1.0, np.nan),
            "value": np.where(bought, catalogue["price"].to_numpy()[product], np.nan),
            "placement": pd.Series(names[placed[product, week]], dtype=object).where(kind == "exposure"),
        }
    )


def _queries(
    rng: np.random.Generator, catalogue: pd.DataFrame, units: np.ndarray, weeks: tuple[date, ...]
) -> pd.DataFrame:
    """Searches per week: for each kind of product, alone and with a flavour or a brand, as often as it sells."""
    kind = catalogue["kind"].str.lower()
    wordings = [
        (0.5, kind),
        (0.2, catalogue["description"].str.split(" by ").str[0].str.lower()),
        (0.1, catalogue["brand"].str.lower() + " " + kind),
    ]
    parts = []
    for per_unit, text in wordings:
        codes, texts = pd.factorize(text)
        sold = np.zeros((len(texts), len(weeks)))
        np.add.at(sold, codes, units)  # (n_texts, n_weeks)
        counts = rng.poisson(sold * per_unit)
        number, week = np.nonzero(counts)
        parts.append(pd.DataFrame({"week": week, "query": texts[number], "count": counts[number, week]}))
    log = pd.concat(parts, ignore_index=True)
    log.insert(0, "date", [weeks[week] for week in log.pop("week")])
    return log.sort_values(["date", "query"], ignore_index=True)


def _placement_rows(
    catalogue: pd.DataFrame, placed: np.ndarray, share: np.ndarray, weeks: tuple[date, ...]
) -> pd.DataFrame:
    product, week = np.nonzero(placed >= 0)
    return pd.DataFrame(
        {
            "week": [weeks[w] for w in week],
            "product_id": catalogue["product_id"].to_numpy()[product],
            "placement": np.array(list(_LIFTS))[placed[product, week]],
            "share": share[product, week],
        }
    )
