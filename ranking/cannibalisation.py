"""Cannibalisation: how much near-identical launches of the same or adjacent weeks take from each other.

    residual[i] = a[g, t] - sum_kinds strength[kind, g] beside[kind, i] + sum_kinds c[kind] usual[kind, i] + noise

residual is the log of observed over expected units of launch i of group g in week t. beside counts the launches of its
group within a week whose text is that kind of near: the `same_text`, or a `near_text`. The term a[g, t] takes out what
all launches of a group and week share, its fatigue and crowding too: what is left is the comparison of launches that
have near-identical ones beside them with launches of their group and week that have fewer. usual is what beside would
be if the near-identical launches were spread evenly: kinds that are launched often may sell better or worse at any
time (Mundlak). Strengths are shrunk toward their mean over groups (`ranking.dose_slopes`), with launches of a group
and quarter as clusters, and joined with a prior that knows no negative strength (`ranking.effects`).

Prior: a near-identical launch beside costs a half-normal(0.1) log response, as crowding does. A range launched as one,
or in demand for a season, has its launches side by side in good weeks, and that hides a loss: on the demo's data
another launch of the same text even seems to add sales (`effect_table`). An estimate may therefore be off by 0.05 (sd),
however many launches are observed.

What counts in a plan (`substitutes`): a pair counts where the data show the loss, and not on the prior's word. A cost
that the data contradict would pull the flavours of a range apart for nothing.

The test: split pairs. Per pair of near-identical products a coin decides whether both launch in one week or three weeks
apart, and the mean responses of the two kinds of pairs are compared, so that the choice of weeks biases nothing. To see
that each loses 0.1, at a two-sided level of 0.2 with power 0.8, it takes

    pairs = 2 (z_0.9 + z_0.8)^2 (sigma^2 + 3/2 tau^2) / 0.1^2

with sigma^2 the variance within a group's week and tau^2 that between its weeks, which a pair in one week shares.

Limit: forecasts are made of past launches, which had `usual` near-identical ones beside them. A plan therefore counts a
loss against a forecast that already holds the usual one; what it compares, side by side or apart, is right to first
order.

Source: Mundlak (1978), "On the pooling of time series and cross section data".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ranking.cannibalisation_model import (
    CANNIBALISATION_FOUND,
    CANNIBALISATION_UNCLEAR,
    FEW_NEAR_LAUNCHES,
    NEAR_TEXT,
    NO_CANNIBALISATION_SEEN,
    SAME_TEXT,
    SPLIT_PAIRS_TEST,
    CannibalisationModel,
    GroupCannibalisation,
    PairKind,
)
from ranking.dose_slopes import DoseFit, Responses, fit_dose
from ranking.effects import TEST_Z, Effect, posterior_effect
from ranking.errors import InvalidProblem
from ranking.near_pairs import near_counts, nearest_pairs
from ranking.problem import NO_SUBSTITUTES, Substitutes
from ranking.substitution import NEAR_WEEKS

_NEAREST = 20  # partners per candidate; with few, a plan puts those side by side that are not listed as a pair


@dataclass(frozen=True)
class CannibalisationConfig:
    """Settings.

    same_cosine, near_cosine: least cosine of two launches of the same text, and of a near text.
    prior_loss: half-normal scale of the log response that one near-identical launch beside costs; test_loss: one worth
        a test; timing_bias_sd: what the choice of weeks may add to an estimate.
    season_weeks: weeks of a quarter; launches of one group and quarter are one cluster.
    min_launches: launches with a near-identical one beside that a group needs for a strength of its own.
    """

    same_cosine: float = 0.9999
    near_cosine: float = 0.9
    prior_loss: float = 0.1
    test_loss: float = 0.1
    timing_bias_sd: float = 0.05
    season_weeks: int = 13
    min_launches: int = 5


def estimate_cannibalisation(
    launches: pd.DataFrame,
    embeddings: np.ndarray,
    first_week: date,
    last_week: date,
    config: CannibalisationConfig | None = None,
) -> CannibalisationModel:
    """Estimate what near-identical launches take from each other.

    Args:
        launches: group, launch_week (Monday) and residual, as `estimate_fatigue` takes them.
        embeddings: (n_launches, dim), unit vectors of their texts.
        first_week, last_week: the Mondays between which launches are reliably seen; others are left out.
    Returns:
        CannibalisationModel; where there are no outcomes at all it is the prior.
    Raises:
        InvalidProblem: a residual is infinite, or there is not one embedding per launch.
    """
    config = config or CannibalisationConfig()
    if len(embeddings) != len(launches):
        raise InvalidProblem(f"{len(launches)} launches have {len(embeddings)} embeddings; give one for each.")
    if np.isinf(launches["residual"].to_numpy(dtype=float)).any():
        raise InvalidProblem("A launch's residual is infinite. Leave unknown outcomes empty (NaN).")
    window = _window(launches, embeddings, first_week, last_week, config)
    fits = [_fit(window, kind, config) for kind in range(2)]
    kinds = ((SAME_TEXT, config.same_cosine), (NEAR_TEXT, config.near_cosine))
    return CannibalisationModel(
        kinds=tuple(
            _pair_kind(name, least, window, number, fits[number], config) for number, (name, least) in enumerate(kinds)
        ),
        noise_sd=fits[0].noise_sd,
    )


def substitutes(
    groups: Sequence[str],
    values: np.ndarray,
    embeddings: np.ndarray,
    model: CannibalisationModel,
    *,
    most: int = _NEAREST,
    prior_too: bool = False,
) -> Substitutes:
    """Return the pairs of candidates that take sales from each other, and what the two lose together.

        units = min(ratio v_a, v_b) + min(ratio v_b, v_a),   ratio = 1 - exp(-strength)

    Each loses a share of its own units, and never more to the other than that one sells; v is the mean over slots.

    Args:
        groups: (n_candidates,); values: (n_candidates, n_slots) units; embeddings: (n_candidates, dim) unit vectors.
        most: partners looked for per candidate, the nearest of its group and of these the best; bounds the pairs.
        prior_too: count pairs whose loss the data do not show as well, at what prior and data say together.
    Example: the same text, strength log(5/4), values 10 and 1 -> 1 + 0.2 = 1.2 units.
    """
    names, group = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    by_group = [model.loss_ratios(str(name), prior_too=prior_too) for name in names]
    ratios = np.array(by_group).reshape(-1, len(model.kinds))[group]  # (n_candidates, n_kinds)
    open_rows = np.flatnonzero(ratios.max(axis=1)) if len(ratios) else np.empty(0, np.int64)
    if not len(open_rows):
        return NO_SUBSTITUTES
    worth = values.mean(axis=1) if values.shape[1] else np.zeros(len(values))
    least = np.array([kind.least_cosine for kind in model.kinds])
    first, second, cosine = nearest_pairs(
        embeddings[open_rows], group[open_rows], worth[open_rows], float(least.min()), most
    )
    first, second = open_rows[first], open_rows[second]
    ratio = ratios[first, np.argmax(cosine[:, None] >= least, axis=1)]
    of_first = np.minimum(ratio * worth[first], worth[second])
    of_second = np.minimum(ratio * worth[second], worth[first])
    kept = of_first + of_second > 0
    return Substitutes(first[kept], second[kept], of_first[kept], of_second[kept])


@dataclass(frozen=True, eq=False)
class _Window:
    """Launches between first_week and last_week, and among them those with known outcomes.

    names: of the groups; group: (n,) their numbers; beside, usual: (n, n_kinds).
    known: (n_known,) rows with an outcome; rows: their responses by group and week; week_variance: tau^2.
    """

    names: list[str]
    group: np.ndarray
    beside: np.ndarray
    usual: np.ndarray
    known: np.ndarray
    rows: Responses

    @property
    def week_variance(self) -> float:
        """Variance of a group's response between the weeks of a quarter, 0 where too little is known."""
        quarters = Responses(
            self.rows.response, self.rows.group, self.rows.cluster, self.rows.cluster, self.rows.n_groups
        )
        return max(_variance(quarters) - _variance(self.rows), 0.0)


def _window(
    launches: pd.DataFrame, embeddings: np.ndarray, first_week: date, last_week: date, config: CannibalisationConfig
) -> _Window:
    inside = np.array([first_week <= week <= last_week for week in launches["launch_week"]], dtype=bool)
    seen, vectors = launches.loc[inside], embeddings[inside]
    group, names = pd.factorize(seen["group"].astype(str), sort=True)
    week = np.array([(day - first_week).days // 7 for day in seen["launch_week"]], dtype=np.int64)
    beside, ever = near_counts(vectors, group, week, (config.same_cosine, config.near_cosine))
    n_weeks = max((last_week - first_week).days // 7 + 1, 1)
    residual = seen["residual"].to_numpy(dtype=float)
    known = np.flatnonzero(np.isfinite(residual))
    own, when = group[known], week[known]
    cell = np.unique(own * n_weeks + when, return_inverse=True)[1]
    cluster = np.unique(own * n_weeks + when // config.season_weeks, return_inverse=True)[1]
    rows = Responses(residual[known], own, cell, cluster, len(names))
    usual = ever * (2 * NEAR_WEEKS + 1) / n_weeks
    return _Window([str(name) for name in names], group, beside, usual, known, rows)


def _fit(window: _Window, kind: int, config: CannibalisationConfig) -> DoseFit:
    beside, usual = window.beside[window.known], window.usual[window.known]
    held = np.concatenate([np.delete(beside, kind, axis=1), usual], axis=1)
    return fit_dose(window.rows, beside[:, kind], held, config.min_launches, config.prior_loss)


def _pair_kind(
    name: str, least_cosine: float, window: _Window, kind: int, fit: DoseFit, config: CannibalisationConfig
) -> PairKind:
    every = [_group(window, number, kind, fit, config) for number in range(len(window.names))]
    return PairKind(
        name=name,
        least_cosine=least_cosine,
        groups=tuple(sorted(every, key=lambda one: (-one.n_launches, one.group))),
        pooled=_group(window, None, kind, fit, config),
    )


def _group(
    window: _Window, number: int | None, kind: int, fit: DoseFit, config: CannibalisationConfig
) -> GroupCannibalisation:
    """Cannibalisation in group `number`, or in the average group when None."""
    strength = posterior_effect(*fit.slopes.of(number), config.prior_loss, config.timing_bias_sd)
    rows = slice(None) if number is None else window.group == number
    beside = window.beside[rows, kind]
    few = number is not None and number not in fit.slopes.own
    return GroupCannibalisation(
        group="" if number is None else window.names[number],
        strength=strength,
        usual=float(beside.mean()) if len(beside) else 0.0,
        n_launches=int(fit.n_dosed.sum() if number is None else fit.n_dosed[number]),
        note_key=_note_key(strength, few),
        test_key=None if strength.shown else SPLIT_PAIRS_TEST,
        test_pairs=None if strength.shown else _test_pairs(window, fit, config),
    )


def _note_key(strength: Effect, few: bool) -> str:
    if strength.shown:
        return CANNIBALISATION_FOUND
    return FEW_NEAR_LAUNCHES if few else NO_CANNIBALISATION_SEEN if strength.wrong_sign else CANNIBALISATION_UNCLEAR


def _test_pairs(window: _Window, fit: DoseFit, config: CannibalisationConfig) -> int:
    """Pairs that the test needs (see the module's docstring)."""
    spread = fit.noise_sd**2 + 1.5 * window.week_variance
    return int(np.ceil(2 * TEST_Z**2 * spread / config.test_loss**2))


def _variance(rows: Responses) -> float:
    """Variance of the response within cells, 0 where no cell has two launches."""
    freedom = len(rows.response) - rows.n_cells
    return float((rows.centred(rows.response) ** 2).sum()) / freedom if freedom > 0 else 0.0
