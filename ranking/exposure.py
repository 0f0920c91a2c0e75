"""Exposures: whether a group's campaigns tire shoppers of its launches, beside what the launches themselves do.

    residual[i] = a[g, q] - strength_g pressure[i] + lift own[i] - c1 fatigue[g, t] - c2 (launches[g, t] - 1) + noise

pressure and own are exposures per shopper in the four weeks from the launch: of the group's other products, and of the
launch itself. Shoppers are all who bought anything. The launch's own exposures advertise it and are held fixed, as are
the group's fatigue and the other launches of the week (`ranking.fatigue`). Launches are compared within their group and
quarter q of 13 weeks, which are also the clusters; strengths are shrunk (`ranking.dose_slopes`) and joined with a prior
that knows no negative strength (`ranking.effects`).

Prior: one exposure more of every shopper costs a half-normal(0.1) log response, as another launch of the week does.
Campaigns run when they suit the shop, so an estimate may be off by 0.05 (sd), however many launches are observed.

The test: a shopper holdout. Per shopper a coin decides whether they get the group's campaigns, and the launches bought
are compared between the two halves, so that neither the choice of weeks nor that of shoppers biases anything. To see a
loss of 0.1 per exposure, at a two-sided level of 0.2 with power 0.8, with one exposure between the halves, it takes

    buyers = 4 (z_0.9 + z_0.8)^2 / 0.1^2        pairs of a shopper and a launch that they bought, in both halves

as counts of independent shoppers, whose log ratio has variance 1 / buyers_0 + 1 / buyers_1. The launches' own scatter
is the same in both halves and drops out.

Source: Wooldridge (2010), chapter 10, for the within estimator; Johnson (2023), "Inferno: a guide to field experiments
in online display advertising", for holdouts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ranking.dose_slopes import DoseFit, Responses, fit_dose
from ranking.effects import TEST_Z, Effect, posterior_effect
from ranking.errors import InvalidProblem
from ranking.exposure_model import (
    EXPOSURE_FATIGUE_FOUND,
    EXPOSURE_FATIGUE_UNCLEAR,
    FEW_EXPOSED_LAUNCHES,
    HOLDOUT_TEST,
    NO_EXPOSURE_FATIGUE_SEEN,
    ExposureModel,
    GroupExposure,
    OwnExposure,
)
from ranking.fatigue_model import fatigue_path
from ranking.features import History, rhythm_group
from ranking.shrinkage import Z_SCORE
from retrieval.settling import OUTCOME_DAYS

_LEAST_DOSE = 1e-9


@dataclass(frozen=True)
class ExposureConfig:
    """Settings.

    prior_loss: half-normal scale of the log response that one exposure of every shopper costs; test_loss: one worth a
        test; timing_bias_sd: what the choice of weeks may add to an estimate.
    season_weeks: weeks of a quarter, whose mean response is taken out per group.
    min_launches: launches under pressure that a group needs for a strength of its own.
    """

    prior_loss: float = 0.1
    test_loss: float = 0.1
    timing_bias_sd: float = 0.05
    season_weeks: int = 13
    min_launches: int = 5


def launch_exposures(history: History, launches: pd.DataFrame) -> pd.DataFrame:
    """Return exposures per shopper in the four weeks from each launch.

    Args:
        launches: product_id, group and launch_date, one row per past launch.
    Returns:
        own and pressure (see the module's docstring), one row per row of `launches`, in its order; 0 without exposures.
    """
    shown = history.query(_EXPOSURES, [history.report().as_of])
    shoppers = max(int(history.query(_SHOPPERS, [history.report().as_of])["n"].iloc[0]), 1)
    shown["group"] = [rhythm_group(category) for category in shown["category"]]
    own = _in_first_weeks(shown, launches, "product_id")
    group = _in_first_weeks(shown, launches, "group")
    return pd.DataFrame({"own": own / shoppers, "pressure": (group - own) / shoppers})


def estimate_exposure(
    launches: pd.DataFrame, decay: float, first_week: date, last_week: date, config: ExposureConfig | None = None
) -> ExposureModel:
    """Estimate what exposures do to launches.

    Args:
        launches: group, launch_week (Monday), residual, own and pressure, one row per past launch.
        decay: of fatigue, as estimated.
        first_week, last_week: the Mondays between which launches are reliably seen; earlier ones add to fatigue only.
    Returns:
        ExposureModel; where there are no exposures or outcomes at all it is the prior.
    Raises:
        InvalidProblem: a residual is infinite, or an exposure is missing or below 0.
    """
    config = config or ExposureConfig()
    _check(launches)
    sample = _sample(launches, decay, first_week, last_week, config)
    everything = np.column_stack([sample.own, sample.held])
    fit = fit_dose(sample.rows, sample.pressure, everything, config.min_launches, config.prior_loss)
    every = [_group(sample, number, fit, config) for number in range(len(sample.names))]
    return ExposureModel(
        groups=tuple(sorted(every, key=lambda one: (-one.n_launches, one.group))),
        pooled=_group(sample, None, fit, config),
        own=_own(sample, config),
        noise_sd=fit.noise_sd,
    )


def _check(launches: pd.DataFrame) -> None:
    if np.isinf(launches["residual"].to_numpy(dtype=float)).any():
        raise InvalidProblem("A launch's residual is infinite. Leave unknown outcomes empty (NaN).")
    doses = launches[["own", "pressure"]].to_numpy(dtype=float)
    if not np.isfinite(doses).all() or (doses < 0).any():
        raise InvalidProblem("A launch's exposures are missing or below 0. Give 0 where there were none.")


def _in_first_weeks(shown: pd.DataFrame, launches: pd.DataFrame, column: str) -> np.ndarray:
    """(n_launches,) exposures of what a launch shares `column` with, in the OUTCOME_DAYS from its launch day."""
    day = np.array([one.toordinal() for one in launches["launch_date"]], dtype=np.int64)
    found = np.zeros(len(launches))
    rows = launches.groupby(launches[column].to_numpy()).indices
    for name, of_name in shown.groupby(column):
        if name in rows:
            ordered = of_name.sort_values("day")
            days = np.array([one.toordinal() for one in pd.to_datetime(ordered["day"])], dtype=np.int64)
            total = np.concatenate([[0.0], np.cumsum(ordered["n"].to_numpy(dtype=float))])
            start = day[rows[name]]
            found[rows[name]] = total[np.searchsorted(days, start + OUTCOME_DAYS)] - total[np.searchsorted(days, start)]
    return found


@dataclass(frozen=True, eq=False)
class _Sample:
    """Launches with known outcomes, (n,) each; names: of the groups; held: (n, 2) fatigue and others of the week."""

    names: list[str]
    rows: Responses
    own: np.ndarray
    pressure: np.ndarray
    held: np.ndarray


def _sample(launches: pd.DataFrame, decay: float, first_week: date, last_week: date, config: ExposureConfig) -> _Sample:
    seen = launches.loc[np.array([week <= last_week for week in launches["launch_week"]], dtype=bool)]
    start = min([first_week, *seen["launch_week"]])
    group, names = pd.factorize(seen["group"].astype(str), sort=True)
    week = np.array([(day - start).days // 7 for day in seen["launch_week"]], dtype=np.int64)
    counts = np.zeros((len(names), max((last_week - start).days // 7 + 1, 1)))
    np.add.at(counts, (group, week), 1)
    first = (first_week - start).days // 7
    residual = seen["residual"].to_numpy(dtype=float)
    known = np.isfinite(residual) & (week >= first)
    group, week, seen = group[known], week[known], seen.loc[known]
    fatigue = fatigue_path(counts, decay)[group, week]
    quarter = np.unique(group * counts.shape[1] + (week - first) // config.season_weeks, return_inverse=True)[1]
    return _Sample(
        names=[str(name) for name in names],
        rows=Responses(residual[known], group, quarter, quarter, len(names)),
        own=seen["own"].to_numpy(dtype=float),
        pressure=np.where(seen["pressure"] > _LEAST_DOSE, seen["pressure"], 0.0),
        held=np.column_stack([fatigue, counts[group, week] - 1]),
    )


def _own(sample: _Sample, config: ExposureConfig) -> OwnExposure:
    """The average group's response to a launch's own exposures, which may have either sign."""
    held = np.column_stack([sample.pressure, sample.held])
    fit = fit_dose(sample.rows, sample.own, held, 1, config.prior_loss)
    loss, variance = fit.slopes.of(None)
    spread = Z_SCORE * (variance + config.timing_bias_sd**2) ** 0.5
    return OwnExposure(-loss, -loss - spread, -loss + spread, int(fit.n_dosed.sum()))


def _group(sample: _Sample, number: int | None, fit: DoseFit, config: ExposureConfig) -> GroupExposure:
    """What exposures do in group `number`, or in the average group when None."""
    strength = posterior_effect(*fit.slopes.of(number), config.prior_loss, config.timing_bias_sd)
    pressure = sample.pressure if number is None else sample.pressure[sample.rows.group == number]
    few = int(fit.n_dosed.sum() if number is None else fit.n_dosed[number]) < config.min_launches
    return GroupExposure(
        group="" if number is None else sample.names[number],
        strength=strength,
        usual=float(pressure.mean()) if len(pressure) else 0.0,
        n_launches=int((pressure > 0).sum()),
        note_key=_note_key(strength, few),
        test_key=None if strength.shown else HOLDOUT_TEST,
        test_buyers=None if strength.shown else int(np.ceil(4 * TEST_Z**2 / config.test_loss**2)),
    )


def _note_key(strength: Effect, few: bool) -> str:
    if strength.shown:
        return EXPOSURE_FATIGUE_FOUND
    if few:
        return FEW_EXPOSED_LAUNCHES
    return NO_EXPOSURE_FATIGUE_SEEN if strength.wrong_sign else EXPOSURE_FATIGUE_UNCLEAR


_EXPOSURES = """
    SELECT e.product_id, p.category, e.ts::DATE AS day, count(*)::DOUBLE AS n
    FROM events e JOIN products p USING (product_id)
    WHERE e.type = 'exposure' AND e.ts < ?::DATE
    GROUP BY ALL
    ORDER BY ALL
"""

_SHOPPERS = "SELECT count(DISTINCT user_id) AS n FROM events WHERE type = 'purchase' AND ts < ?::DATE"
