"""The override ledger: what people decided against the plan, what it cost when they did, and how it turned out.

A decision is priced by the plan with it and the plan without it, both proven. With objectives O and O' and bounds B and
B' of the plan before and after, the best plans differ by D = best' - best, where

    O' - B  <=  D  <=  B' - O,

as each best plan lies between its objective and its bound (`ranking/counterfactual.py`). Later the product's first four
weeks are set beside the forecast that it had in the slot it was given. What it would have sold in the slot that it was
taken from is not known, and nothing here guesses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from copilot.records import Decision, Outcome, Override, Place, StoredPlan
from copilot.standing import Rules
from ranking.interventions import Exclude, Lock
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from ranking.plan import Launch, Plan

OutcomeState = Literal["waiting", "selling", "known", "none"]


@dataclass(frozen=True)
class LedgerEntry:
    """An override and how it turned out.

    Attributes:
        stands: whether the decision still holds; None for an adopted scenario, whose parts may be undone one by one.
        state: `waiting` for the launch, `selling` while its four weeks run, `known`, or `none` where no single product
            could have an outcome.
        launch_week: when the product really launched, None before.
        units: what it sold in its first four weeks, None unless known.
        as_decided: whether it launched in the week that was decided; None while or where that cannot be said.
        within: whether the units lie in the forecast's interval; None while unknown.
    """

    override: Override
    stands: bool | None
    state: OutcomeState
    launch_week: date | None = None
    units: float | None = None
    as_decided: bool | None = None
    within: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the entry as the command line prints it."""
        made = self.override.decision
        return {
            "at": self.override.at.isoformat(timespec="seconds"),
            "actor": self.override.actor,
            "kind": made.kind,
            "product_id": made.product_id,
            "title": made.title,
            "from": _place_json(made.before),
            "to": _place_json(made.after),
            "plan": self.override.version,
            "based_on": made.based_on,
            "delta_units": made.delta_units,
            "interval": [made.delta_low, made.delta_high],
            "expected_units": made.expected_units,
            "expected_interval": None if made.expected_units is None else [made.low, made.high],
            "stands": self.stands,
            "state": self.state,
            "launch_week": None if self.launch_week is None else format_week(self.launch_week),
            "units": self.units,
            "as_decided": self.as_decided,
            "within": self.within,
        }


@dataclass(frozen=True)
class LedgerTotals:
    """Sums over a ledger: decisions, the price of those that stand, and of those whose outcome is known what they sold.

    A product that was decided about repeatedly has one outcome; its latest decision speaks for it.
    """

    n: int
    n_known: int
    delta_units: float
    expected_units: float
    units: float


def decided(
    kind: Literal["lock", "unlock", "exclude", "adopt"], product_id: str, title: str, before: StoredPlan, made: Plan
) -> Decision:
    """Price a decision by the plan before it and the plan that it made.

    Args:
        product_id: empty for an adopted scenario.
    Example: a plan worth 12 (bound 12) becomes one worth 9 (bound 9): delta -3, proven to lie in -3 to -3.
    """
    was, now = before.plan.launch_of(product_id), made.launch_of(product_id)
    forecast = now or was
    return Decision(
        kind=kind,
        product_id=product_id,
        title=title,
        based_on=before.version,
        before=_place(was),
        after=_place(now),
        delta_units=made.objective - before.plan.objective,
        delta_low=made.objective - before.plan.bound,
        delta_high=made.bound - before.plan.objective,
        expected_units=forecast.expected_units if forecast else None,
        low=forecast.low if forecast else None,
        high=forecast.high if forecast else None,
    )


def settle(
    overrides: Iterable[Override], launches: pd.DataFrame, outcomes: Sequence[Outcome], standing: Rules
) -> tuple[LedgerEntry, ...]:
    """Set each override beside what really happened, in the order given.

    Args:
        launches: past launches by product id, with launch_week and units_4w (NaN while the four weeks run).
        outcomes: what operators reported, for products that the data does not show launched.
        standing: what stands now.
    """
    reported = {item.product_id: item for item in sorted(outcomes, key=lambda item: item.week)}
    known = _launches(launches)
    return tuple(_entry(override, known, reported, standing) for override in overrides)


def totals(entries: Sequence[LedgerEntry]) -> LedgerTotals:
    """Sum up a ledger whose newest entry comes first."""
    latest = {entry.override.decision.product_id: entry for entry in reversed(entries) if entry.state == "known"}
    judged = [entry for entry in latest.values() if entry.override.decision.expected_units is not None]
    return LedgerTotals(
        n=len(entries),
        n_known=len(judged),
        delta_units=sum(entry.override.decision.delta_units for entry in entries if entry.stands is not False),
        expected_units=sum(entry.override.decision.expected_units or 0.0 for entry in judged),
        units=sum(entry.units or 0.0 for entry in judged),
    )


def _entry(
    override: Override, known: Mapping[str, tuple[date, float]], reported: Mapping[str, Outcome], standing: Rules
) -> LedgerEntry:
    decision = override.decision
    stands = _stands(decision, standing)
    if not decision.product_id:
        return LedgerEntry(override, stands, "none")
    week, units = known.get(decision.product_id, (None, float("nan")))
    if pd.isna(units) and (report := reported.get(decision.product_id)):
        week, units = report.week, report.units
    if week is None:
        return LedgerEntry(override, stands, "waiting")
    as_decided = week == decision.after.week if decision.after else None
    if pd.isna(units):
        return LedgerEntry(override, stands, "selling", week, as_decided=as_decided)
    low, high = decision.low, decision.high
    within = None if low is None or high is None else low <= units <= high
    return LedgerEntry(override, stands, "known", week, float(units), as_decided, within)


def _stands(decision: Decision, standing: Rules) -> bool | None:
    about = [rule for rule in standing if isinstance(rule, Lock | Exclude) and rule.product_id == decision.product_id]
    locks = [rule for rule in about if isinstance(rule, Lock)]
    if decision.kind == "lock":
        return any(decision.after == Place(rule.week, rule.placement) for rule in locks if rule.week and rule.placement)
    if decision.kind == "unlock":
        return not locks
    return None if decision.kind == "adopt" else any(isinstance(rule, Exclude) for rule in about)


def _launches(launches: pd.DataFrame) -> dict[str, tuple[date, float]]:
    columns = (launches["product_id"], launches["launch_week"], launches["units_4w"])
    return {product_id: (week, units) for product_id, week, units in zip(*columns, strict=True)}


def _place(launch: Launch | None) -> Place | None:
    return None if launch is None else Place(launch.week, launch.placement)


def _place_json(place: Place | None) -> dict[str, str] | None:
    return None if place is None else {"week": format_week(place.week), "placement": place.placement}
