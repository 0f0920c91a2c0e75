"""Facts that briefs tell beyond answers: summed rhythms, effects and the tests that settle them, risks, buyers.

Each function adds facts to a sheet, as the other collectors do. What the data cannot tell is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from copilot.fact_sources import EVENT_COLUMNS
from copilot.factsheet import Fact, Source
from copilot.product_facts import Bench
from ranking.effect_table import EffectRow, effect_table
from ranking.effects import TEST_Z
from ranking.rhythm_stability import rhythm_stability
from ranking.shrinkage import Z_SCORE

if TYPE_CHECKING:
    from copilot.engine import Analogue, Product
    from ranking.plan import Launch

BIAS = 1.2  # a forecast "a fifth too high" is this many times what sells
SMALL_BASE = 100  # shoppers, below which a part of them is told as a number and not as a share
CATEGORY_DAYS = 56  # before a launch; who bought in its category then knows the category
_TESTS = {"switchback_test": "fatigue_test", "split_pairs_test": "pairs_test", "shopper_holdout_test": "holdout_test"}
_COUNTED = {"fatigue": "effect_weeks", "crowding": "effect_weeks"}


@dataclass(frozen=True)
class EffectFacts:
    """One row of the table of what may lower a launch's response; `test` and `size` are empty where it is shown."""

    effect: str
    data: Fact
    supposed: Fact
    evidence: Fact
    shown: bool
    test: str
    size: Fact | None


@dataclass(frozen=True)
class RhythmFacts:
    """One group's rhythm by week, as the plan has it and as it would be solved for the group alone.

    planned, solved: per week; planned_total, solved_total: over the plan's weeks. `solved` and what follows are empty
    where no rhythm could be solved. `least_sure` is the lowest share of draws that agree, and its week's launches.
    """

    group: str
    planned: tuple[Fact, ...]
    planned_total: Fact
    solved: tuple[Fact, ...] = ()
    solved_total: Fact | None = None
    agreement: Fact | None = None
    least_sure: Fact | None = None


def add_effects(bench: Bench) -> list[EffectFacts]:
    """Add what may lower a launch's response over all groups: by the data alone, as supposed, and its test's size."""
    models = bench.engine.models
    rows = effect_table(models.fatigue, models.cannibalisation, models.exposure, most_groups=0)
    return [_add_effect(bench, row) for row in rows if not row.group]


def _add_effect(bench: Bench, row: EffectRow) -> EffectFacts:
    phrases, sheet = bench.sources.phrases, bench.sheet
    about = (row.effect, phrases.label(f"effect.{row.effect}"))
    # A launch of the week before counts with what is left of it, as in the sentences on fatigue.
    left = bench.engine.models.fatigue.decay if row.effect == "fatigue" else 1.0
    data = [math.exp(-bound * left) for bound in (row.estimate, row.estimate_high, row.estimate_low)]
    supposed = [math.exp(-bound * left) for bound in (row.mean, row.high, row.low)]
    prior = phrases.note("effect_supposed", prior=f"{row.prior_weight:.0%}")
    size = None
    if row.test in _TESTS and row.test_size is not None:
        source = Source("model", note=phrases.note("effect_test"))
        size = sheet.add(_TESTS[row.test], *about, int(row.test_size), source)
    own = Source("model", note=phrases.note("effect_data"))
    return EffectFacts(
        effect=row.effect,
        data=_add_ratio(bench, "effect_data", about, data, own),
        supposed=_add_ratio(bench, "effect_supposed", about, supposed, Source("model", note=prior)),
        evidence=sheet.add(_COUNTED.get(row.effect, "effect_launches"), *about, int(row.n), own),
        shown=row.shown,
        test=row.test or "",
        size=size,
    )


def _add_ratio(bench: Bench, name: str, about: tuple[str, str], found: Sequence[float], source: Source) -> Fact:
    """Add a ratio of `found`: value, low, high."""
    value, low, high = found
    return bench.sheet.add(name, *about, value, source, interval=(low, high))


def add_group_weeks(bench: Bench, group: str) -> RhythmFacts:
    """Add a group's launches by week: in the plan, and in the rhythm solved for it alone with the draws that agree."""
    sheet, weeks, about = bench.sheet, bench.engine.weeks, (group, group)
    launches = [one for one in bench.stored.plan.launches if one.group == group]
    planned = tuple(_add_count(bench, group, week, launches) for week in weeks)
    total = _add_count(bench, group, None, launches)
    policy = bench.engine.season.groups.get(group)
    if policy is None:
        return RhythmFacts(group, planned, total)
    source = bench.sources.fatigue(group)
    path = [int(launches) for launches in policy.launches]
    solved = tuple(
        sheet.add("solved_per_week", *about, n, source, week=week) for week, n in zip(weeks, path, strict=True)
    )
    agreement = rhythm_stability([policy.problem], bench.engine.models.fatigue)[group].agreement
    least = int(np.argmin(agreement))
    note = Source("model", note=bench.sources.phrases.note("agreement"))
    return RhythmFacts(
        group=group,
        planned=planned,
        planned_total=total,
        solved=solved,
        solved_total=_add_solved_total(bench, group, None, sum(path)),
        agreement=sheet.add("rhythm_agreement", *about, float(agreement.mean()), note),
        least_sure=sheet.add("rhythm_stability", *about, float(agreement[least]), note, week=weeks[least]),
    )


def add_solved_totals(bench: Bench) -> list[Fact]:
    """Add how many launches all groups' rhythms would have per week if none shared a slot, then over the plan."""
    groups = bench.engine.season.groups.values()
    by_week = [sum(int(one.launches[at]) for one in groups) for at in range(len(bench.engine.weeks))]
    weekly = [_add_solved_total(bench, "season", week, n) for week, n in zip(bench.engine.weeks, by_week, strict=True)]
    return [*weekly, _add_solved_total(bench, "season", None, sum(by_week))]


def _add_solved_total(bench: Bench, subject: str, week: date | None, launches: int) -> Fact:
    source = bench.sources.planner("solved_total", [])
    return bench.sheet.add("solved_total", subject, subject, launches, source, week=week)


def _add_count(bench: Bench, group: str, week: date | None, launches: Sequence[Launch]) -> Fact:
    there = [one.product_id for one in launches if week in (None, one.week)]
    return bench.sheet.add("planned_count", group, group, len(there), bench.sources.plan(there), week=week)


def add_risks(bench: Bench, launch: Launch) -> list[Fact]:
    """Add what could go wrong with a launch as units of its expectation, the heaviest first."""
    parts = bench.engine.score_parts(launch.product_id, launch.week, launch.placement)
    units, note = float(launch.expected_units), bench.sources.phrases.note
    demand = float(parts.momentum_ratio) if launch.group else 1.0
    carried_by = "risk_season" if bench.engine.models.season else "risk_trend"
    sizes = {
        "risk_low": (units - float(launch.low), note("risk_low")),
        "risk_placement": (_carried(units, float(parts.placement_ratio)), note("risk_factor")),
        carried_by: (_carried(units, demand), note("risk_factor")),
    }
    ordered = sorted(sizes.items(), key=lambda one: -one[1][0])
    return [
        bench.sheet.add(name, launch.product_id, launch.title, value, Source("model", note=text))
        for name, (value, text) in ordered
        if round(value, 2) > 0
    ]


def _carried(units: float, ratio: float) -> float:
    """Return the part of `units` that is there only if a factor above 1 holds."""
    return units * (1 - 1 / ratio) if ratio > 1 else 0.0


def add_above(bench: Bench, product: Product, analogues: Sequence[Fact], expected: Fact | None) -> Fact | None:
    """Add how many of the similar past launches sold more than a forecast's interval reaches; None where none did."""
    if expected is None or expected.interval is None:
        return None
    high = float(expected.interval[1])
    above = [one.subject for one in analogues if isinstance(one.value, int | float) and one.value > high]
    if not above:
        return None
    _, told = bench.sources.phrases.bounds(expected) or ("", "")
    note = bench.sources.phrases.note("analogues_above", launches=len(analogues), high=told)
    return bench.sheet.add("analogues_above", product.product_id, product.title, len(above), Source("model", note=note))


def add_sample_size(bench: Bench, launch: Launch) -> Fact | None:
    """Add how many launches like this one tell a forecast that is a fifth too high from chance.

    n = (z sd / ln(6 / 5))^2, sd = ln(high / low) / (2 z_0.9) of one launch's log outcome; z as of the other tests
    """
    if launch.low <= 0 or launch.high <= launch.low:
        return None
    spread = math.log(launch.high / launch.low) / (2 * Z_SCORE)
    needed = TEST_Z * spread / math.log(BIAS)
    source = Source("model", note=bench.sources.phrases.note("sample_size"))
    return bench.sheet.add("sample_size", launch.product_id, launch.title, max(1, math.ceil(needed**2)), source)


def add_buyers(bench: Bench, product: Product, nearest: Sequence[Analogue]) -> list[Fact]:
    """Add who bought the past launches like a product: how many shoppers, and how many of them knew the category.

    A share of few shoppers promises more than they can tell, so their number is added to be told in its place.
    """
    if not nearest:
        return []
    new, known = set[str](), set[str]()
    for shopper, knows in _buyers(bench, nearest):
        new.add(shopper)
        known |= {shopper} if knows else set()
    ids = tuple(one.product_id for one in nearest)
    launched = "(SELECT launch_date FROM products WHERE products.product_id = events.product_id)"
    where = (
        f"type = 'purchase' AND product_id IN ({', '.join('?' * len(ids))})"
        f" AND ts >= {launched} AND ts < {launched} + INTERVAL 28 DAY"
    )
    note, about = bench.sources.phrases.note, (product.product_id, product.title)
    text = note("newcomers", launches=len(ids))
    source = Source("rows", "events", where, ids, EVENT_COLUMNS, text)
    facts = [bench.sheet.add("newcomers", *about, len(new), source)]
    if new:
        source = Source("rows", "events", where, ids, EVENT_COLUMNS, note("category_regulars"))
        facts.append(bench.sheet.add("category_regulars", *about, len(known) / len(new), source))
        if len(new) < SMALL_BASE:
            facts.append(bench.sheet.add("regulars_count", *about, len(known), source))
    return facts


def _buyers(bench: Bench, nearest: Sequence[Analogue]) -> Iterator[tuple[str, bool]]:
    """Yield each launch's early buyers, and whether they had bought in its category just before."""
    for one in nearest:
        group = bench.engine.product(one.product_id).group
        rows = bench.engine.workspace.query(
            "WITH launch AS (SELECT product_id, launch_date AS day FROM products WHERE product_id = ?),"
            " early AS (SELECT DISTINCT user_id FROM events, launch WHERE type = 'purchase'"
            " AND events.product_id = launch.product_id AND ts >= day AND ts < day + INTERVAL 28 DAY),"
            " regular AS (SELECT DISTINCT user_id FROM events JOIN products USING (product_id), launch"
            " WHERE type = 'purchase' AND (category = ? OR starts_with(category, ?))"
            f" AND ts < day AND ts >= day - INTERVAL {CATEGORY_DAYS} DAY)"
            " SELECT user_id, user_id IN (SELECT user_id FROM regular) AS knows FROM early",
            [one.product_id, group, f"{group} > "],
        )
        yield from zip(rows["user_id"].astype(str), rows["knows"].astype(bool), strict=True)
