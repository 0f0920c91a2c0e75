"""The planner: which candidate launches in which slot, with a proof of how good the plan is.

Data         a PlanningProblem and the operator's interventions, as an AssignmentModel
Variables    x[i, j] in {0, 1}: candidate i launches in slot j
Objective    maximise expected units, sum_ij values[i, j] x[i, j]
Constraints  at most one slot per candidate; slot capacities and categories; launches per week and per group and week;
             ready dates; locks and exclusions
Solve        prune dominated candidates, bound the whole by its relaxation, and hand HiGHS only the pairs that could be
             part of a better plan than the one already found
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ranking.assignment import AssignmentModel, Pairs, build_model, fill_in_order
from ranking.conflicts import place_locked
from ranking.dominance import prune_dominated
from ranking.highs import Deadline, ProgrammeSolver, programme_of, solve_programme
from ranking.interventions import Intervention
from ranking.plan import Launch, Plan
from ranking.problem import PlanningProblem
from ranking.relaxation import Relaxation, relax

NEAR_WEIGHT = 1e-6  # all bonuses for staying near another plan sum to this share of that plan's objective
_SEARCHED_PER_PLACE = (
    2,
    15,
    150,
)  # pairs handed to the 0/1 solver in turn, while the bound of the others asks for more
_FEWEST_SEARCHED = 200


@dataclass(frozen=True)
class _Search:
    """How to search: until when, to which gap, with what."""

    deadline: Deadline
    mip_gap: float
    solver: ProgrammeSolver

    @property
    def solver_gap(self) -> float:
        """The 0/1 solver gets a part of the asked gap; bonuses and rounding get the rest."""
        return 0.1 * self.mip_gap


@dataclass(frozen=True, eq=False)
class _Found:
    """A feasible choice of pairs and a bound on the model's best score."""

    pairs: Pairs
    bound: float


def solve_plan(
    problem: PlanningProblem,
    interventions: Sequence[Intervention] = (),
    *,
    time_limit_s: float = 10.0,
    mip_gap: float = 1e-5,
    prune: bool = True,
    near: Plan | None = None,
    solver: ProgrammeSolver = solve_programme,
) -> Plan:
    """Choose launches of greatest expected units; the same input gives the same plan.

    Args:
        problem: candidates, slots, values (units) and rules.
        interventions: locks, exclusions, caps and capacities that the plan must keep.
        time_limit_s: seconds; when they pass, the best plan so far is returned with its gap.
        mip_gap: the relative gap at which the plan counts as optimal.
        prune: leave out dominated candidates first (exact: only faster).
        near: among plans of equal worth prefer this one's launches, so that a re-solve moves no launch without need;
            its weight is `NEAR_WEIGHT` of the objective, which the bound takes into account.
        solver: what solves the 0/1 programme that remains; a `SolverProcess` keeps the time limit in every case.
    Returns:
        Plan, with launches in the order of week, placement (as the problem lists them) and product. Its bound holds for
        the whole problem, pruned and set-aside pairs included.
    Raises:
        InvalidProblem: an intervention that no problem could mean, such as a negative cap.
        InfeasiblePlan: locks that cannot all hold; names them and carries a minimal conflicting set.
        PlannerTimeout: the locks alone could not be placed in time.
    Source: `ranking/relaxation.py` and `ranking/dominance.py` hold the methods and their proofs.
    Example: values [[3, 1], [2, 2]], capacity 1 and 1 -> objective 5.
    """
    started_s = time.monotonic()
    deadline = Deadline.after(time_limit_s)
    model = build_model(problem, interventions)
    locked = place_locked(problem, interventions, model, deadline)
    if near is not None:
        model = replace(model, scores=_scores_near(problem, model, near))
    search = _Search(deadline, mip_gap, solver)
    found = _solve(model, locked, search, prune)
    return _as_plan(problem, interventions, model, found, mip_gap, time.monotonic() - started_s)


def _scores_near(problem: PlanningProblem, model: AssignmentModel, near: Plan) -> np.ndarray:
    """Values plus an equal small bonus for each launch of `near`."""
    chosen = {(x.product_id, x.week, x.placement) for x in near.launches}
    bonus = NEAR_WEIGHT * near.objective / max(1, len(chosen))
    position = {problem.product_ids[i]: row for row, i in enumerate(model.candidates)}
    column = {(problem.slots[j].week, problem.slots[j].placement): k for k, j in enumerate(model.slots)}
    scores = model.values.copy()
    for product_id, week, placement in chosen:
        if product_id in position and (week, placement) in column:
            scores[position[product_id], column[week, placement]] += bonus
    return scores


def _solve(model: AssignmentModel, locked: Pairs, search: _Search, prune: bool) -> _Found:
    """Solve the model after leaving out what cannot matter; pairs come back in the model's numbering.

    Scores are scaled to a typical launch first: the solver's tolerances are absolute.
    """
    open_pairs = model.allowed & ((model.scores > 0) | model.must[:, None])  # a launch worth nothing adds nothing
    scale = _typical_score(model)
    model = replace(model, allowed=open_pairs, scores=model.scores / scale)
    keep = np.logical_and(open_pairs.any(axis=1), prune_dominated(model) if prune else True)
    if not keep.any():
        return _Found((np.empty(0, np.int64), np.empty(0, np.int64)), 0.0)
    rows = np.flatnonzero(keep)
    found = _solve_kept(model.only(keep), (np.searchsorted(rows, locked[0]), locked[1]), search)
    return _Found((rows[found.pairs[0]], found.pairs[1]), found.bound * scale)


def _typical_score(model: AssignmentModel) -> float:
    """The mean best score of as many candidates as a plan can hold; 1 when nothing is worth anything."""
    best = np.sort(np.where(model.allowed, model.scores, 0.0).max(axis=1, initial=0.0))[::-1]
    return float(best[: model.places].sum()) / model.places or 1.0


def _solve_kept(model: AssignmentModel, locked: Pairs, search: _Search) -> _Found:
    """Relax, round off, and search among ever more pairs until the gap is proven or time is up."""
    relaxation = relax(model, locked, search.deadline)
    found = _Found(_round_off(model, relaxation, locked), relaxation.bound)
    for per_place in _SEARCHED_PER_PLACE:
        most_pairs = max(_FEWEST_SEARCHED, per_place * model.places)
        worth = float(model.scores[found.pairs].sum())
        if found.bound - worth <= search.solver_gap * worth or search.deadline.passed:
            break
        found = _improve(model, relaxation, found, most_pairs, search)
    return found


def _round_off(model: AssignmentModel, relaxation: Relaxation, locked: Pairs) -> Pairs:
    """A feasible plan from the linear solution: its pairs by share, then whatever else fits, both by least loss.

    The linear solution fills the plan alone, unless time ran out before it was solved.
    """
    i, j = relaxation.pairs
    order = np.lexsort((relaxation.loss[i, j], -np.round(relaxation.x, 6)))
    i, j = i[order], j[order]
    rounded = fill_in_order(model, (i, j))
    if not model.keeps_rules(rounded):
        rounded = fill_in_order(model, (np.concatenate([locked[0], i]), np.concatenate([locked[1], j])))
    return _fill_up(model, relaxation, rounded)


def _fill_up(model: AssignmentModel, relaxation: Relaxation, taken: Pairs) -> Pairs:
    """Add open pairs by least loss while any of worth still fits."""
    still_open = model.open_beside(taken) & (model.scores > 0)
    i, j = np.nonzero(still_open)
    order = np.argsort(relaxation.loss[i, j], kind="stable")
    ranked = np.concatenate([taken[0], i[order]]), np.concatenate([taken[1], j[order]])
    return fill_in_order(model, ranked)


def _improve(model: AssignmentModel, relaxation: Relaxation, found: _Found, most_pairs: int, search: _Search) -> _Found:
    """Solve over the pairs that a plan better than the one found could use; the others are covered by their loss."""
    worth = float(model.scores[found.pairs].sum())
    inside = relaxation.loss <= relaxation.bound - worth
    if inside.sum() > most_pairs:
        inside = relaxation.loss <= np.partition(relaxation.loss, most_pairs, axis=None)[most_pairs]
    inside[found.pairs] = True
    outside_bound = relaxation.bound - float(relaxation.loss[~inside].min(initial=np.inf))
    pairs = np.nonzero(inside)
    whole = search.solver(programme_of(model, pairs), search.deadline.left_s, search.solver_gap)
    best = found.pairs
    if whole.chosen is not None:
        better = (pairs[0][whole.chosen], pairs[1][whole.chosen])
        if model.keeps_rules(better) and model.scores[better].sum() > worth:
            best, worth = better, float(model.scores[better].sum())
    return _Found(best, min(found.bound, max(whole.bound, outside_bound, worth)))


def _as_plan(
    problem: PlanningProblem,
    interventions: Sequence[Intervention],
    model: AssignmentModel,
    found: _Found,
    mip_gap: float,
    solve_s: float,
) -> Plan:
    chosen = zip(model.candidates[found.pairs[0]], model.slots[found.pairs[1]], strict=True)
    order = {placement: k for k, placement in enumerate(problem.placements)}
    launches = sorted(
        (_launch(problem, int(i), int(j)) for i, j in chosen), key=lambda x: (x.week, order[x.placement], x.product_id)
    )
    objective = float(sum(x.expected_units for x in launches))
    bound = max(objective, found.bound)
    gap = (bound - objective) / max(objective, 1e-9)
    return Plan(
        launches=tuple(launches),
        objective=objective,
        bound=bound,
        gap=gap,
        status="optimal" if gap <= mip_gap else "feasible",
        solve_s=solve_s,
        interventions=tuple(interventions),
        n_candidates=problem.n_candidates,
        n_slots=problem.n_slots,
    )


def _launch(problem: PlanningProblem, i: int, j: int) -> Launch:
    return Launch(
        product_id=problem.product_ids[i],
        title=problem.titles[i],
        group=problem.groups[i],
        week=problem.slots[j].week,
        placement=problem.slots[j].placement,
        expected_units=float(problem.values[i, j]),
        low=float(problem.lows[i, j]),
        high=float(problem.highs[i, j]),
    )
