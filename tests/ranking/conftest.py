"""Small planning problems, and the same problems solved by trying everything."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
from ranking.problem import LaunchPrices, MinShare, PlanningProblem, Slot, Substitutes
from retrieval.report import DataReport
from retrieval.weeks import week_range

FIRST_WEEK = date(2017, 10, 9)
ProblemMaker = Callable[..., PlanningProblem]


def _make_problem(
    values: Sequence[Sequence[float]] | np.ndarray,
    *,
    capacity: int | Sequence[int] = 1,
    n_placements: int = 1,
    groups: Sequence[str] | None = None,
    ready: Sequence[date | None] | None = None,
    group_caps: Mapping[str, int] | None = None,
    weekly_cap: int | None = None,
    slot_groups: Sequence[Sequence[str]] | None = None,
) -> PlanningProblem:
    """A problem of products A, B, C ... and slots week by week, `n_placements` ("p0", "p1", ...) in each."""
    table = np.asarray(values, dtype=float)
    n, m = table.shape
    weeks = week_range(FIRST_WEEK, -(-m // n_placements))
    room = [capacity] * m if isinstance(capacity, int) else list(capacity)
    allowed = slot_groups or [()] * m
    return PlanningProblem(
        product_ids=tuple(chr(ord("A") + i) for i in range(n)),
        titles=tuple(f"Product {chr(ord('A') + i)}" for i in range(n)),
        groups=tuple(groups or ["g"] * n),
        slots=tuple(
            Slot(weeks[j // n_placements], f"p{j % n_placements}", room[j], tuple(allowed[j])) for j in range(m)
        ),
        values=table,
        lows=table * 0.5,
        highs=table * 2,
        ready=tuple(ready or [None] * n),
        group_caps=dict(group_caps or {}),
        weekly_cap=weekly_cap,
    )


def _best_by_trying_everything(problem: PlanningProblem, interventions: Sequence[Intervention] = ()) -> float | None:
    """The optimum over all (n_slots + 1) ** n_candidates choices, None when no choice keeps the rules.

    Written from the rules' meaning, with nothing of the planner's in it.
    """
    room = {(slot.week, slot.placement): slot.capacity for slot in problem.slots}
    room |= {(item.week, item.placement): item.capacity for item in interventions if isinstance(item, SetCapacity)}
    choices = [_choices(problem, interventions, i) for i in range(problem.n_candidates)]
    totals = [
        sum(problem.values[i, j] for i, j in enumerate(choice) if j is not None)
        for choice in itertools.product(*choices)
        if _keeps_rules(problem, interventions, room, choice)
    ]
    return max(totals, default=None)


def _best_worth_by_trying_everything(
    problem: PlanningProblem, interventions: Sequence[Intervention] = ()
) -> float | None:
    """As above, for problems with every kind of rule and cost, under every kind of intervention."""
    room = {(slot.week, slot.placement): slot.capacity for slot in problem.slots}
    room |= {(item.week, item.placement): item.capacity for item in interventions if isinstance(item, SetCapacity)}
    choices = [_choices(problem, interventions, i) for i in range(problem.n_candidates)]
    kept = [
        choice
        for choice in itertools.product(*choices)
        if _keeps_rules(problem, interventions, room, choice) and _keeps_limits(problem, choice)
    ]
    times = [_times(problem, interventions, i) for i in range(problem.n_candidates)]
    return max((_worth(problem, choice, times) for choice in kept), default=None)


def _times(problem: PlanningProblem, interventions: Sequence[Intervention], i: int) -> float:
    """How many times its forecast a candidate sells."""
    times = 1.0
    for item in interventions:
        if isinstance(item, ScaleForecast) and item.product_id == problem.product_ids[i]:
            times *= item.factor
        if isinstance(item, ChangePrice) and item.product_id == problem.product_ids[i]:
            times *= item.ratio ** problem.price_slopes[i]
    return times


def _one_worth(problem: PlanningProblem, i: int, j: int, times: float) -> float:
    """What one launch is worth: what can be sold of it, as the rhythm leaves it."""
    units = (problem.values if problem.worth is None else problem.worth)[i, j] * times
    units = units if problem.ceilings is None else min(units, problem.ceilings[i, j])
    if problem.prices is None:
        return units
    at = problem.prices.names.index(problem.groups[i]), problem.weeks.index(problem.slots[j].week)
    return units * problem.prices.response[at] - problem.prices.cost[at]


def _keeps_limits(problem: PlanningProblem, choice: tuple[int | None, ...]) -> bool:
    launched = [(i, problem.slots[j]) for i, j in enumerate(choice) if j is not None]
    for group, weeks in problem.spacing.items():
        days = sorted((slot.week for i, slot in launched if problem.groups[i] == group))
        if weeks >= 1 and any((b - a).days < 7 * weeks for a, b in itertools.pairwise(days)):
            return False
    for group, costs in problem.launch_costs.items():
        for week in problem.weeks:
            if sum(slot.week == week and problem.groups[i] == group for i, slot in launched) > len(costs[0]):
                return False
    if problem.budget is not None:
        spent = sum(problem.costs[i, j] for i, j in enumerate(choice) if j is not None)
        if spent > problem.budget + 1e-9:
            return False
    for wanted in problem.min_shares:
        inside = sum(problem.groups[i] == wanted.name for i, _ in launched)
        if inside < wanted.share * len(launched) - 1e-9:
            return False
    return True


def _worth(problem: PlanningProblem, choice: tuple[int | None, ...], times: Sequence[float]) -> float:
    week = {i: problem.slots[j].week for i, j in enumerate(choice) if j is not None}
    worth = sum(_one_worth(problem, i, j, times[i]) for i, j in enumerate(choice) if j is not None)
    for group, costs in problem.launch_costs.items():
        for number, monday in enumerate(problem.weeks):
            count = sum(w == monday and problem.groups[i] == group for i, w in week.items())
            worth -= sum(costs[number][:count])
    pairs = problem.substitutes
    for a, b, of_a, of_b in zip(pairs.first, pairs.second, pairs.of_first, pairs.of_second, strict=True):
        if a in week and b in week and abs((week[a] - week[b]).days) <= 7:
            worth -= of_a * times[a] + of_b * times[b]
    return float(worth)


@st.composite
def _rich_problems(draw: st.DrawFn) -> PlanningProblem:
    """Problems of up to 5 candidates x 6 slots with every rule and cost: rhythm, stock, substitutes, budget, shares."""
    n, n_weeks, n_placements = draw(st.integers(1, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    m, numbers = n_weeks * n_placements, st.floats(0, 20, width=32)
    values = [[draw(st.floats(0, 50, width=32)) for _ in range(m)] for _ in range(n)]
    groups = [draw(st.sampled_from(["g", "h"])) for _ in range(n)]
    problem = _make_problem(values, capacity=draw(st.integers(1, 3)), n_placements=n_placements, groups=groups)
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=4, unique=True))
    pairs = [(a, b) for a, b in pairs if a < b]
    costs = {
        group: np.sort([[draw(numbers) * draw(st.integers(0, 1)) for _ in range(3)] for _ in range(n_weeks)], axis=1)
        for group in draw(st.sets(st.sampled_from(["g", "h"])))
    }
    budget = draw(st.none() | st.integers(0, 20))
    tables = st.none() | st.builds(
        lambda seed, most: np.random.default_rng(seed).uniform(0, most, (n, m)), st.integers(0, 99), st.integers(1, 50)
    )
    return replace(
        problem,
        worth=draw(tables),
        ceilings=draw(tables),
        price_slopes=np.array([draw(st.floats(-3, 0)) for _ in range(n)]),
        prices=draw(st.none() | st.builds(_prices, st.integers(0, 99), st.just(n_weeks))),
        launch_costs=costs,
        substitutes=Substitutes(
            np.array([a for a, _ in pairs], dtype=np.int64),
            np.array([b for _, b in pairs], dtype=np.int64),
            np.array([draw(numbers) for _ in pairs]),
            np.array([draw(numbers) for _ in pairs]),
        ),
        spacing=draw(st.dictionaries(st.sampled_from(["g", "h"]), st.integers(0, 3), max_size=1)),
        costs=None if budget is None else np.array([[draw(st.integers(0, 9)) for _ in range(m)] for _ in range(n)]),
        budget=budget,
        min_shares=draw(st.sampled_from([(), (), (MinShare("group", "h", 0.5),), (MinShare("group", "g", 0.3),)])),
    )


def _prices(seed: int, n_weeks: int) -> LaunchPrices:
    random = np.random.default_rng(seed)
    return LaunchPrices(("g", "h"), random.uniform(0.5, 1.2, (2, n_weeks)), random.uniform(0, 3, (2, n_weeks)))


def _choices(problem: PlanningProblem, interventions: Sequence[Intervention], i: int) -> list[int | None]:
    own = [x for x in interventions if isinstance(x, (Lock, Exclude)) and x.product_id == problem.product_ids[i]]
    locks = [x for x in own if isinstance(x, Lock)]
    free: list[int | None] = [] if locks else [None]
    for j, slot in enumerate(problem.slots):
        late = problem.ready[i] is not None and problem.ready[i] > slot.week
        names = [x.week in (None, slot.week) and x.placement in (None, slot.placement) for x in own]
        barred = any(named != isinstance(x, Lock) for x, named in zip(own, names, strict=True))
        if not late and not barred and slot.admits(problem.groups[i]):
            free.append(j)
    return free


def _keeps_rules(
    problem: PlanningProblem, interventions: Sequence[Intervention], room: Mapping, choice: tuple[int | None, ...]
) -> bool:
    launched = [(problem.groups[i], problem.slots[j]) for i, j in enumerate(choice) if j is not None]
    for (week, placement), most in room.items():
        if sum((slot.week, slot.placement) == (week, placement) for _, slot in launched) > most:
            return False
    caps = [CapLaunches(most, None, group) for group, most in problem.group_caps.items()]
    caps += [CapLaunches(problem.weekly_cap)] if problem.weekly_cap is not None else []
    caps += [item for item in interventions if isinstance(item, CapLaunches)]
    latest = {(week, cap.group): cap.launches for cap in caps for week in problem.weeks if cap.week in (None, week)}
    for (week, of), most in latest.items():
        if sum(slot.week == week and of in (None, group) for group, slot in launched) > most:
            return False
    return True


@st.composite
def _planning_cases(draw: st.DrawFn) -> tuple[PlanningProblem, tuple[Intervention, ...]]:
    """Problems of up to 5 candidates x 4 slots with every kind of rule, and up to 3 interventions."""
    n, n_weeks, n_placements = draw(st.integers(1, 5)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    m = n_weeks * n_placements
    units = st.sampled_from([0.0, 1.0, 2.0, 2.5, 7.0]) | st.floats(0, 50, width=32)
    problem = _make_problem(
        [[draw(units) for _ in range(m)] for _ in range(n)],
        capacity=[draw(st.integers(0, 3)) for _ in range(m)],
        n_placements=n_placements,
        groups=[draw(st.sampled_from(["g", "h"])) for _ in range(n)],
        ready=[draw(st.sampled_from([None, FIRST_WEEK, date(2017, 10, 11), date(2018, 1, 1)])) for _ in range(n)],
        group_caps=draw(st.dictionaries(st.sampled_from(["g", "h"]), st.integers(0, 3))),
        weekly_cap=draw(st.none() | st.integers(0, 4)),
        slot_groups=[draw(st.sampled_from([(), (), ("g",), ("g", "h")])) for _ in range(m)],
    )
    product, week = st.sampled_from(problem.product_ids), st.sampled_from(problem.weeks)
    placement = st.sampled_from(problem.placements)
    kinds = (
        st.builds(Lock, product, st.none() | week, st.none() | placement)
        | st.builds(Exclude, product, st.none() | week, st.none() | placement)
        | st.builds(CapLaunches, st.integers(0, 2), st.none() | week, st.none() | st.sampled_from(["g", "h"]))
        | st.builds(SetCapacity, week, placement, st.integers(0, 3))
    )
    chosen = draw(st.lists(kinds, max_size=3, unique_by=lambda x: (type(x), getattr(x, "week", None), str(x)[:20])))
    capacities = [x for x in chosen if isinstance(x, SetCapacity)]
    return problem, tuple(x for x in chosen if x not in capacities[1:])


@pytest.fixture(scope="session")
def make_problem() -> ProblemMaker:
    return _make_problem


@pytest.fixture(scope="session")
def best_by_trying_everything() -> Callable[..., float | None]:
    return _best_by_trying_everything


@pytest.fixture(scope="session")
def rich_problems() -> st.SearchStrategy[PlanningProblem]:
    return _rich_problems()


@pytest.fixture(scope="session")
def best_worth_by_trying_everything() -> Callable[[PlanningProblem], float]:
    return _best_worth_by_trying_everything


@pytest.fixture(scope="session")
def planning_cases() -> st.SearchStrategy[tuple[PlanningProblem, tuple[Intervention, ...]]]:
    return _planning_cases()


class FrameHistory:
    """A History (see `ranking.features`) over tables in memory; what is held out are tables named heldout_..."""

    def __init__(self, as_of: date, tables: Mapping[str, pd.DataFrame]) -> None:
        self._as_of, self._tables = as_of, tables
        self._connection = duckdb.connect(config={"threads": 1})
        for name, frame in tables.items():
            self._connection.register(name, frame)

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        return self._connection.execute(sql, list(params)).df()

    heldout = query

    def has(self, table: str) -> bool:
        return table in self._tables

    def report(self) -> DataReport:
        first, last = self._as_of - timedelta(weeks=52), self._as_of - timedelta(days=1)
        return DataReport("test", "Test", "none", self._as_of, {}, {}, {}, (), {}, 0, 0, 0, first, last)


_PRODUCT = {"title": "Thing", "category": "A > B", "brand": None, "price": None, "launch_date": None, "status": "live"}
_EVENT = {"user_id": "u", "type": "purchase", "quantity": 1.0, "value": None}


@pytest.fixture
def make_history() -> Callable[..., FrameHistory]:
    """A function (as_of, products, events, **tables) -> FrameHistory; rows are dicts with what matters to the test."""

    def make(
        as_of: date, products: Sequence[dict[str, object]], events: Sequence[dict[str, object]], **tables: pd.DataFrame
    ) -> FrameHistory:
        catalogue = pd.DataFrame([_PRODUCT | row for row in products])
        catalogue["launch_date"] = pd.to_datetime(catalogue["launch_date"])
        catalogue["price"] = catalogue["price"].astype("float64")
        catalogue["brand"] = catalogue["brand"].astype("str")
        sales = pd.DataFrame([_EVENT | row for row in events])
        sales["ts"] = pd.to_datetime(sales["ts"], format="ISO8601")
        return FrameHistory(as_of, {"products": catalogue, "events": sales, **tables})

    return make
