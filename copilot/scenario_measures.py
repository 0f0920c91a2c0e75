"""The figures that scenarios are compared by: a plan's worth, its spread, whom it reaches and what it risks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ranking.interventions import intervention_to_json
from ranking.plan import Plan
from ranking.risk import plan_quantile
from retrieval.weeks import format_week

if TYPE_CHECKING:
    import pandas as pd

    from copilot.records import Scenario

RISK_LEVEL = 0.1  # the plan does worse than this quantile in one of ten draws of the forecasts


@dataclass(frozen=True)
class Measures:
    """What a plan gives, in the figures that scenarios are compared by.

    Attributes:
        objective, units: the plan's worth, and the expected units of its launches taken alone.
        low_units: the plan's worth in the worst tenth of forecast draws (its 10th percentile).
        per_week: launches by week, for every week of the calendar.
        per_group: launches by category group, most first.
        reach: mean share of the audience that the launches' placements reached with past launches; None where the
            data does not say.
        n_unreached: launches in placements whose reach is not known.
    """

    objective: float
    units: float
    low_units: float
    n_launches: int
    per_week: Mapping[date, int]
    per_group: Mapping[str, int]
    reach: float | None
    n_unreached: int


@dataclass(frozen=True)
class Compared:
    """One column of a comparison.

    Attributes:
        name: the scenario's; empty for the current plan.
        scenario: None for the current plan.
        measures: None when the scenario cannot hold on the present data; `problem` then says why.
        delta_units, delta_low, delta_high: its worth less the current plan's, and where the proofs put that; None for
            the current plan itself.
    """

    name: str
    scenario: Scenario | None
    plan: Plan | None
    measures: Measures | None
    problem: str = ""
    delta_units: float | None = None
    delta_low: float | None = None
    delta_high: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the column as the command line prints it; weeks as keys such as 2017-W41."""
        figures = vars(self.measures) if self.measures else {}
        if self.measures:
            figures = figures | {"per_week": {format_week(week): n for week, n in self.measures.per_week.items()}}
        held = self.scenario.interventions if self.scenario else self.plan.interventions if self.plan else ()
        return {
            "name": self.name or "plan",
            "interventions": [intervention_to_json(item) for item in held],
            "problem": self.problem,
            "delta_units": self.delta_units,
            "interval": None if self.delta_units is None else [self.delta_low, self.delta_high],
            **figures,
        }


def measure(plan: Plan, weeks: Sequence[date], reach: Mapping[str, float], common_error: float = 0.0) -> Measures:
    """Return the figures that a plan is compared by.

    Args:
        weeks: the calendar's Mondays.
        reach: placement -> share of the audience, as of `mean_shares`.
        common_error: share of the forecasts' error variance that all launches have in common.
    """
    shares = [reach.get(launch.placement) for launch in plan.launches]
    known = [share for share in shares if share is not None]
    by_week, groups = Counter(x.week for x in plan.launches), Counter(x.group for x in plan.launches)
    return Measures(
        objective=plan.objective,
        units=plan.units,
        low_units=plan_quantile(plan, RISK_LEVEL, common=common_error),
        n_launches=len(plan.launches),
        per_week={week: by_week[week] for week in weeks},
        per_group=dict(sorted(groups.items(), key=lambda pair: (-pair[1], pair[0]))),
        reach=sum(known) / len(known) if known else None,
        n_unreached=len(shares) - len(known),
    )


def mean_shares(shown: pd.DataFrame) -> dict[str, float]:
    """Return placement -> mean share of the audience, 0 to 1.

    Args:
        shown: where past launches were shown in their launch week: placement, share.
    """
    found: dict[str, list[float]] = {}
    for placement, share in zip(shown["placement"], shown["share"], strict=True):
        found.setdefault(str(placement), []).append(float(share))
    return {placement: sum(shares) / len(shares) for placement, shares in found.items()}
