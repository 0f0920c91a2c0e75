"""Effect table: everything that may lower a launch's response: how much, how sure, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ranking.cannibalisation_model import CannibalisationModel, PairKind
from ranking.effects import Effect
from ranking.exposure_model import ExposureModel
from ranking.fatigue_model import FatigueModel, GroupFatigue


@dataclass(frozen=True)
class EffectRow:
    """One effect in one group.

    effect: fatigue (per unit of fatigue), crowding (per other launch of the week), same_text and near_text (per such
        launch beside), or exposure (per exposure of the average shopper).
    group: the category group, "" for the average group.
    estimate, estimate_low, estimate_high: log response lost, by the data alone, with the 80% interval.
    mean, low, high: with the prior, whose share of the precision is prior_weight.
    n: group-weeks (fatigue, crowding) or launches that the estimate stands on.
    test: the test that would settle it, and the number of units that it needs; None where the effect is shown, and for
        crowding, which has no test of its own.
    """

    effect: str
    group: str
    estimate: float
    estimate_low: float
    estimate_high: float
    mean: float
    low: float
    high: float
    prior_weight: float
    shown: bool
    n: int
    note: str
    test: str | None
    test_size: int | None


def effect_table(
    fatigue: FatigueModel, cannibalisation: CannibalisationModel, exposure: ExposureModel, most_groups: int = 5
) -> tuple[EffectRow, ...]:
    """Return each effect's average group, then its most observed groups and all groups in which it is shown.

    Args:
        most_groups: groups per effect beside those in which it is shown.
    """
    rows: list[EffectRow] = []
    rows += _picked(list(_fatigue_rows([fatigue.pooled, *fatigue.groups])), most_groups)
    rows += _picked([_crowding(one) for one in (fatigue.pooled, *fatigue.groups)], most_groups)
    for kind in cannibalisation.kinds:
        rows += _picked(list(_pair_rows(kind)), most_groups)
    rows += _picked(list(_exposure_rows(exposure)), most_groups)
    return tuple(rows)


def _picked(rows: Sequence[EffectRow], most_groups: int) -> list[EffectRow]:
    """The average group comes first, then the most observed."""
    return [row for place, row in enumerate(rows) if place <= most_groups or row.shown]


def _fatigue_rows(groups: Sequence[GroupFatigue]) -> Iterator[EffectRow]:
    for one in groups:
        yield _row("fatigue", one.group, one.strength, one.n_cells, one.note_key, one.test_key, one.test_group_weeks)


def _crowding(one: GroupFatigue) -> EffectRow:
    found = one.crowding
    note = "crowding_found" if found.shown else "no_crowding_seen" if found.wrong_sign else "crowding_unclear"
    return _row("crowding", one.group, found, one.n_cells, note, None, None)


def _pair_rows(kind: PairKind) -> Iterator[EffectRow]:
    for one in (kind.pooled, *kind.groups):
        yield _row(kind.name, one.group, one.strength, one.n_launches, one.note_key, one.test_key, one.test_pairs)


def _exposure_rows(model: ExposureModel) -> Iterator[EffectRow]:
    for one in (model.pooled, *model.groups):
        yield _row("exposure", one.group, one.strength, one.n_launches, one.note_key, one.test_key, one.test_buyers)


def _row(
    effect: str, group: str, found: Effect, n: int, note: str, test: str | None, test_size: int | None
) -> EffectRow:
    return EffectRow(
        effect=effect,
        group=group,
        estimate=found.estimate,
        estimate_low=found.estimate_low,
        estimate_high=found.estimate_high,
        mean=found.mean,
        low=found.low,
        high=found.high,
        prior_weight=found.prior_weight,
        shown=found.shown,
        n=n,
        note=note,
        test=test,
        test_size=test_size,
    )
