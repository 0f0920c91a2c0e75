"""The planning problem as a 0/1 programme: columns, what each is worth, and the rows that limit them.

Variables  x[c] in {0, 1}: column c = (candidate i, slot j) is launched, for open columns only
           z[s] >= 0: how much of a row's step s is used
Objective  maximise sum_c scores[c] x[c] - sum_s cost[s] z[s]
Rows       slot j             sum_i x[i, j]                          <= capacity
           week w             sum_{i, j in w} x[i, j]                <= weekly cap
           group g, week w    sum_{i in g, j in w} x[i, j]           <= group cap
           rhythm g, week w   sum_{i in g, j in w} x[i, j]           <= 0 + steps of size 1, at the k-th launch's cost
           spacing g, w       sum_{i in g, j in w .. w+s-1} x[i, j]  <= 1
           budget             sum costs[i, j] x[i, j]                <= budget
           share g            sum (share - [i in g]) x[i, j]         <= 0
           candidate i        sum_j x[i, j]                          <= 1, and = 1 when i is locked
The rows of substitutes are in `ranking/substitution.py`: there are many, and few are needed at a time.

Candidates are kept in the order of their ids and slots in the order of (week, placement), whatever the order they came
in, so that one problem has one plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ranking.errors import InvalidProblem
from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
from ranking.problem import PlanningProblem
from ranking.problem_checks import is_count
from ranking.rows import RowBuilder, Rows, Rule


@dataclass(frozen=True, eq=False)
class PlanModel:
    """A problem under interventions.

    Attributes:
        problem: the problem, with forecasts as the interventions change them.
        candidate, slot: (n_columns,) positions in the problem, ordered by product id, then week and placement.
        values: (n_columns,) what each launch is worth, in units.
        scores: (n_columns,) what the solver maximises: the values, plus a bonus for launches to stay near.
        must: (n_candidates,) bool, locked candidates, by position in the problem.
        rows: the rules over the columns, without substitutes.
        starts: (n_open,) the first column of each candidate that has any; `owner`: (n_columns,) which of these.
        unit: units that a score of 1 stands for.
    """

    problem: PlanningProblem
    candidate: np.ndarray
    slot: np.ndarray
    values: np.ndarray
    scores: np.ndarray
    must: np.ndarray
    rows: Rows
    starts: np.ndarray
    owner: np.ndarray
    unit: float = 1.0

    @property
    def n_columns(self) -> int:
        return len(self.values)

    @property
    def must_launch(self) -> np.ndarray:
        """(n_open,) bool: the locked among the candidates that have a column."""
        return self.must[self.candidate[self.starts]]

    @property
    def homeless(self) -> np.ndarray:
        """Positions of locked candidates that no column is left to."""
        return np.setdiff1d(np.flatnonzero(self.must), self.candidate)

    @property
    def places(self) -> int:
        """More launches than this no plan holds: what the slots can take, or the candidates; at least 1."""
        slots = [row for row, rule in enumerate(self.rows.rules) if rule.kind == "slot"]
        return max(1, int(min(self.rows.room[slots].sum(), len(self.starts))))

    def scaled(self, scale: float) -> PlanModel:
        """The same model with scores and costs divided by `scale`: the solver's tolerances are absolute."""
        return replace(self, scores=self.scores / scale, rows=self.rows.scaled(scale), unit=self.unit * scale)

    def only(self, columns: np.ndarray) -> PlanModel:
        """The same model over some columns, in rising order."""
        candidate = self.candidate[columns]
        starts, owner = _owners(candidate)
        return replace(
            self,
            candidate=candidate,
            slot=self.slot[columns],
            values=self.values[columns],
            scores=self.scores[columns],
            rows=self.rows.columns(columns),
            starts=starts,
            owner=owner,
        )

    def with_scores(self, scores: np.ndarray) -> PlanModel:
        """The same model with other scores."""
        return replace(self, scores=scores)


def build_model(problem: PlanningProblem, interventions: Sequence[Intervention]) -> PlanModel:
    """Translate a problem under interventions.

    Interventions on products, weeks or groups that the problem lacks change nothing here; `conflicts` refuses locks
    that cannot hold.

    Raises:
        InvalidProblem: a capacity for an unknown slot, a negative number of launches, a forecast's factor below 0, a
            price that is not above 0 or whose effect is not known.
    """
    problem = with_forecasts(problem, interventions)
    must, open_pairs = _open_pairs(problem, interventions)
    capacity = slot_capacities(problem, interventions)
    open_pairs &= capacity[None, :] > 0
    by_id = np.array(sorted(range(problem.n_candidates), key=problem.product_ids.__getitem__), dtype=np.int64)
    by_time = np.array(sorted(range(problem.n_slots), key=lambda j: _slot_key(problem, j)), dtype=np.int64)
    row, column = np.nonzero(open_pairs[np.ix_(by_id, by_time)])
    candidate, slot = by_id[row], by_time[column]
    values = problem.net_worth[candidate, slot]
    # A launch worth nothing adds nothing, unless it is locked or fills a least share.
    worth = (values > 0) | must[candidate] | bool(problem.min_shares)
    candidate, slot, values = candidate[worth], slot[worth], values[worth]
    starts, owner = _owners(candidate)
    rows = _rules(problem, interventions, capacity, candidate, slot)
    return PlanModel(problem, candidate, slot, values, values, must, rows, starts, owner)


def _owners(candidate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first column of each candidate, and which of these candidates each column is of."""
    starts = np.flatnonzero(np.diff(candidate, prepend=-1)) if len(candidate) else np.empty(0, np.int64)
    return starts, np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(candidate))))


def with_forecasts(problem: PlanningProblem, interventions: Sequence[Intervention]) -> PlanningProblem:
    """The problem with the forecasts and prices that the interventions suppose; of several of a kind the last counts.

    Substitutes take from each other in proportion. The rhythm's prices stay: they are those of the plan's own path.
    """
    changed = [item for item in interventions if isinstance(item, (ScaleForecast, ChangePrice))]
    position = {product_id: i for i, product_id in enumerate(problem.product_ids)}
    factors = {(item.product_id, type(item)): sales_factor(problem, item) for item in changed}
    factor = np.ones(problem.n_candidates)
    for (product_id, _), times in factors.items():
        if product_id in position:
            factor[position[product_id]] *= times
    if (factor == 1).all():
        return problem
    names = [name for name in ("values", "lows", "highs", "worth") if getattr(problem, name) is not None]
    tables = {name: getattr(problem, name) * factor[:, None] for name in names}
    return replace(problem, **tables, substitutes=problem.substitutes.scaled(factor))


def sales_factor(problem: PlanningProblem, item: ScaleForecast | ChangePrice) -> float:
    """Return how many times its forecast a product sells under an intervention.

    Raises:
        InvalidProblem: a factor below 0, a price not above 0, or one whose effect is not known.
    Example: slope -2 at half the price -> 4.
    """
    if isinstance(item, ScaleForecast):
        if not (math.isfinite(item.factor) and item.factor >= 0):
            raise InvalidProblem(f"A forecast cannot be {item.factor} times itself; use a factor from 0.")
        return item.factor
    if not (math.isfinite(item.ratio) and item.ratio > 0):
        raise InvalidProblem(f"A price cannot be {item.ratio} times itself; use a ratio above 0.")
    if problem.price_slopes is None:
        raise InvalidProblem("The data do not show how sales answer to prices, so no plan can say; try its forecast.")
    if item.product_id not in problem.product_ids:
        return 1.0
    return float(item.ratio ** problem.price_slopes[problem.product_ids.index(item.product_id)])


def slot_capacities(problem: PlanningProblem, interventions: Sequence[Intervention]) -> np.ndarray:
    """(n_slots,) launches that each slot takes."""
    room = np.array([float(slot.capacity) for slot in problem.slots])
    position = {(slot.week, slot.placement): j for j, slot in enumerate(problem.slots)}
    for item in interventions:
        if isinstance(item, SetCapacity):
            if (item.week, item.placement) not in position or not is_count(item.capacity):
                raise InvalidProblem(f"{item} names no slot of the plan, or no whole number from 0; choose another.")
            room[position[item.week, item.placement]] = item.capacity
    return room


def _slot_key(problem: PlanningProblem, j: int) -> tuple:
    return problem.slots[j].week, problem.slots[j].placement


def _open_pairs(problem: PlanningProblem, interventions: Sequence[Intervention]) -> tuple[np.ndarray, np.ndarray]:
    """Return must (n_candidates,) and the pairs that readiness, categories, locks and exclusions leave open."""
    must = np.zeros(problem.n_candidates, dtype=bool)
    open_pairs = _ready_pairs(problem) & _admitted_pairs(problem)
    position = {product_id: i for i, product_id in enumerate(problem.product_ids)}
    for item in interventions:
        if isinstance(item, (Lock, Exclude)) and item.product_id in position:
            i = position[item.product_id]
            named = np.array(
                [item.week in (None, slot.week) and item.placement in (None, slot.placement) for slot in problem.slots],
                dtype=bool,
            )
            must[i] |= isinstance(item, Lock)
            open_pairs[i] &= named if isinstance(item, Lock) else ~named
    return must, open_pairs


def _ready_pairs(problem: PlanningProblem) -> np.ndarray:
    ready = np.array([day.toordinal() if day else 0 for day in problem.ready], dtype=np.int64)
    week = np.array([slot.week.toordinal() for slot in problem.slots], dtype=np.int64)
    return ready[:, None] <= week


def _admitted_pairs(problem: PlanningProblem) -> np.ndarray:
    admitted = np.ones((problem.n_candidates, problem.n_slots), dtype=bool)
    categories = problem.categories or problem.groups
    for j, slot in enumerate(problem.slots):
        if slot.categories:
            admits = {category: slot.admits(category) for category in set(categories)}
            admitted[:, j] = [admits[category] for category in categories]
    return admitted


def _rules(
    problem: PlanningProblem,
    interventions: Sequence[Intervention],
    capacity: np.ndarray,
    candidate: np.ndarray,
    slot: np.ndarray,
) -> Rows:
    """All rows but those of substitutes; of a cap of the problem and one of the operator, the operator's counts."""
    builder = RowBuilder(len(candidate))
    columns = np.arange(len(candidate))
    weeks = {week: number for number, week in enumerate(problem.weeks)}
    week_of = np.array([weeks[s.week] for s in problem.slots], dtype=np.int64)[slot]
    names = sorted(set(problem.groups))
    group_of = np.array([names.index(g) for g in problem.groups], dtype=np.int64)[candidate]
    slot_row = np.array(
        [builder.add(Rule("slot", s.week, s.placement), capacity[j]) for j, s in enumerate(problem.slots)], np.int64
    )
    builder.fill(slot_row[slot], columns)
    _add_caps(builder, problem, interventions, week_of, group_of, names)
    _add_rhythm(builder, problem, week_of, group_of, names)
    _add_spacing(builder, problem, week_of, group_of, names)
    if problem.costs is not None and problem.budget is not None:
        row = builder.add(Rule("budget"), problem.budget)
        builder.fill(np.full(len(columns), row), columns, problem.costs[candidate, slot])
    for wanted in problem.min_shares:
        member_of = problem.groups if wanted.kind == "group" else problem.brands or ("",) * problem.n_candidates
        inside = np.array([name == wanted.name for name in member_of], dtype=float)[candidate]
        row = builder.add(Rule("share", name=wanted.name), 0.0)
        builder.fill(np.full(len(columns), row), columns, wanted.share - inside)
    return builder.build()


def _add_caps(
    builder: RowBuilder,
    problem: PlanningProblem,
    interventions: Sequence[Intervention],
    week_of: np.ndarray,
    group_of: np.ndarray,
    names: list[str],
) -> None:
    columns, weeks = np.arange(len(week_of)), problem.weeks
    whole = np.full(len(weeks), math.inf if problem.weekly_cap is None else float(problem.weekly_cap))
    room = np.full((len(names), len(weeks)), math.inf)
    room[:] = np.array([float(problem.group_caps.get(name, math.inf)) for name in names]).reshape(-1, 1)
    for item in interventions:
        if isinstance(item, CapLaunches):
            if not is_count(item.launches):
                raise InvalidProblem(f"{item} caps launches at no whole number from 0; use one.")
            named = [item.week in (None, week) for week in weeks]
            if item.group is None:
                whole[named] = item.launches
            elif item.group in names:
                row = names.index(item.group)
                room[row, named] = item.launches
    row_of_week = np.full(len(weeks), -1)
    for w in np.flatnonzero(np.isfinite(whole)):
        row_of_week[w] = builder.add(Rule("week", weeks[w]), whole[w])
    builder.fill(row_of_week[week_of], columns)
    row_of = np.full(room.shape, -1)
    for g, w in np.argwhere(np.isfinite(room)):
        row_of[g, w] = builder.add(Rule("group", weeks[w], name=names[g]), float(room[g, w]))
    builder.fill(row_of[group_of, week_of], columns)


def _add_rhythm(
    builder: RowBuilder, problem: PlanningProblem, week_of: np.ndarray, group_of: np.ndarray, names: list[str]
) -> None:
    """The k-th launch of a group and week uses the k-th step; what costs nothing is room instead."""
    row_of = np.full((len(names), len(problem.weeks)), -1)
    for name, table in problem.launch_costs.items():
        if name not in names:
            continue
        for w, week in enumerate(problem.weeks):
            costs = np.asarray(table, dtype=float)[w]
            free = int((costs <= 0).sum())
            levels, sizes = np.unique(costs[free:], return_counts=True)
            steps = tuple((float(size), float(cost)) for cost, size in zip(levels, sizes, strict=True))
            row_of[names.index(name), w] = builder.add(Rule("rhythm", week, name=name), free, steps)
    builder.fill(row_of[group_of, week_of], np.arange(len(week_of)))


def _add_spacing(
    builder: RowBuilder, problem: PlanningProblem, week_of: np.ndarray, group_of: np.ndarray, names: list[str]
) -> None:
    """One row for each window of consecutive calendar weeks; a gap in the calendar is time that passes too."""
    ordinal = np.array([week.toordinal() // 7 for week in problem.weeks], dtype=np.int64)
    for name, width in problem.spacing.items():
        if name not in names or width < 1:
            continue
        inside = np.flatnonzero(group_of == names.index(name))
        for w, week in enumerate(problem.weeks):
            ahead = ordinal[week_of[inside]] - ordinal[w]
            held = inside[(ahead >= 0) & (ahead < width)]
            row = builder.add(Rule("spacing", week, name=name), 1.0)
            builder.fill(np.full(len(held), row), held)
