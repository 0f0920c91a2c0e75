"""What a plan would lose or gain under an intervention, found by solving again and stated with its proof.

*Why here*      the best plan without the product in that slot: `why_here` adds Exclude(product, week, placement)
*Why not X*     the best plan with X in it:                     `why_not` adds Lock(X), or Lock(X, week, placement)
*What if moved* the best plan with X in that week:              `what_if_moved` adds Lock(X, week, placement)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from ranking.errors import InfeasiblePlan, InvalidProblem
from ranking.interventions import Exclude, Intervention, Lock
from ranking.plan import Launch, Plan
from ranking.planner import Planner
from ranking.rows import Rule

Verdict = Literal["loss", "gain", "tie", "infeasible"]

TIE_UNITS = 0.005  # a difference that a figure with two decimals shows as 0.00


@dataclass(frozen=True)
class Counterfactual:
    """The best plan under added interventions, against the baseline.

    `delta_units` = plan.objective - baseline.objective, and the true difference between the two best plans is proven to
    lie in [delta_low, delta_high]. Launches are displaced (only in the baseline), gained (only in the new plan) or
    moved (in both, elsewhere: before, after). `binding` holds the rules that bind the new plan, dearest first, and what
    one more place under each would gain it at most, in units. `set_aside` holds what the operator had asked for about
    the same product and the question supposes undone. When infeasible, there is no plan and `reason` says why; else it
    is empty.
    """

    interventions: tuple[Intervention, ...]
    baseline: Plan
    plan: Plan | None
    delta_units: float | None
    delta_low: float | None
    delta_high: float | None
    verdict: Verdict
    displaced: tuple[Launch, ...] = ()
    moved: tuple[tuple[Launch, Launch], ...] = ()
    gained: tuple[Launch, ...] = ()
    binding: tuple[tuple[Rule, float], ...] = ()
    reason: str = ""
    set_aside: tuple[Intervention, ...] = ()
    conflicts: tuple[Intervention, ...] = ()

    @property
    def flip_units(self) -> float:
        """The smallest change of one launch's worth that would flip the choice: what the change loses, 0 for a gain.

        A launch that stands would have to be worth this much less where it stands, and one that is forced in this much
        more where it would go: the worth of every other plan stays as it is.
        """
        return max(0.0, -(self.delta_units or 0.0))


def counterfactual(
    planner: Planner,
    baseline: Plan,
    interventions: Sequence[Intervention],
    *,
    time_limit_s: float = 10.0,
    mip_gap: float = 1e-5,
) -> Counterfactual:
    """Solve again with `interventions` added to the baseline's own, and compare.

    The difference D of the two optima satisfies

        plan.objective - baseline.bound  <=  D  <=  plan.bound - baseline.objective

    as each optimum lies between its plan's objective and bound. The verdict is 'loss' when the whole interval lies
    below -TIE_UNITS, 'gain' when it lies above TIE_UNITS, else 'tie': the two plans cannot be told apart. Of plans of
    equal worth the one nearest the baseline is taken, so that within the gap no launch moves without need.

    An added lock sets aside the baseline's locks and exclusions of the same product, an added exclusion its locks, and
    an added cap, capacity, forecast or price the baseline's for the same thing: the question supposes them undone.

    Raises:
        InvalidProblem: an intervention that no problem could mean.
        PlannerTimeout: no plan under the interventions was found in time.
    Example: values [[10, 4], [3, 2]] for two candidates, capacity 1 each: the best plan is worth 10 + 2 = 12; without
    the first candidate in the first slot it is 3 + 4 = 7: a loss of 5, both launches moved.
    """
    added = tuple(interventions)
    set_aside = tuple(item for item in baseline.interventions if _undone_by(item, added))
    kept = tuple(item for item in baseline.interventions if item not in set_aside)
    try:
        plan, prices = planner.solve_with_prices(
            kept + added, time_limit_s=time_limit_s, mip_gap=mip_gap, near=baseline
        )
    except InfeasiblePlan as conflict:
        return Counterfactual(
            interventions=added,
            baseline=baseline,
            plan=None,
            delta_units=None,
            delta_low=None,
            delta_high=None,
            verdict="infeasible",
            reason=str(conflict),
            set_aside=set_aside,
            conflicts=tuple(conflict.conflicts),  # pyright: ignore[reportArgumentType]
        )
    return replace(_compare(added, baseline, plan, set_aside), binding=prices.binding(plan.objective))


def why_here(launch: Launch) -> tuple[Intervention, ...]:
    """The interventions behind *why is this product here*: the product anywhere but in this slot, or nowhere."""
    return (Exclude(launch.product_id, launch.week, launch.placement),)


def why_not(product_id: str, week: date | None = None, placement: str | None = None) -> tuple[Intervention, ...]:
    """The interventions behind *why not this product* and *what if it moved*: the product locked, there if given."""
    return (Lock(product_id, week, placement),)


def swap(plan: Plan, first: str, second: str) -> tuple[Intervention, ...]:
    """The interventions behind *what if these two changed places*; both must be in the plan.

    Raises:
        InvalidProblem: one of them is not planned, so it has no place to give.
    """
    one, other = _planned(plan, first), _planned(plan, second)
    return (Lock(first, other.week, other.placement), Lock(second, one.week, one.placement))


def shift(plan: Plan, product_id: str, weeks: int) -> tuple[Intervention, ...]:
    """The interventions behind *what if it launched so many weeks later* (earlier if negative), in any placement."""
    launch = _planned(plan, product_id)
    return (Lock(product_id, launch.week + timedelta(weeks=weeks)),)


def _planned(plan: Plan, product_id: str) -> Launch:
    launch = plan.launch_of(product_id)
    if launch is None:
        raise InvalidProblem(f"Product {product_id} is not in the plan, so it has no slot to move from.")
    return launch


def _undone_by(item: Intervention, added: Sequence[Intervention]) -> bool:
    if not isinstance(item, (Lock, Exclude)):
        return any(_same_thing(item, other) for other in added)
    about = [x for x in added if isinstance(x, (Lock, Exclude)) and x.product_id == item.product_id]
    return any(isinstance(x, Lock) for x in about) or (bool(about) and isinstance(item, Lock))


def _same_thing(item: Intervention, other: Intervention) -> bool:
    """Say whether two suppositions are about one thing, so that only one of them can be meant."""
    if type(item) is not type(other) or isinstance(item, (Lock, Exclude)):
        return False
    names = ("product_id", "week", "placement", "group")
    return all(getattr(item, name, None) == getattr(other, name, None) for name in names)


def _compare(
    added: tuple[Intervention, ...], baseline: Plan, plan: Plan, set_aside: tuple[Intervention, ...]
) -> Counterfactual:
    before = {launch.product_id: launch for launch in baseline.launches}
    after = {launch.product_id: launch for launch in plan.launches}
    low, high = plan.objective - baseline.bound, plan.bound - baseline.objective
    both = [(before[p], after[p]) for p in before if p in after]
    return Counterfactual(
        interventions=added,
        baseline=baseline,
        plan=plan,
        delta_units=plan.objective - baseline.objective,
        delta_low=low,
        delta_high=high,
        verdict=_verdict(low, high),
        displaced=tuple(launch for p, launch in before.items() if p not in after),
        moved=tuple((old, new) for old, new in both if (old.week, old.placement) != (new.week, new.placement)),
        gained=tuple(launch for p, launch in after.items() if p not in before),
        set_aside=set_aside,
    )


def _verdict(low: float, high: float) -> Verdict:
    if high < -TIE_UNITS:
        return "loss"
    return "gain" if low > TIE_UNITS else "tie"
