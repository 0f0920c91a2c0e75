"""The week brief: what is launched in one week of the plan, why, what else could be done, and how to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from copilot import fact_collectors as about_product
from copilot import plan_collectors as about_plan
from copilot import product_facts
from copilot import rhythm_collectors as about_rhythm
from copilot.brief_charts import Chart, Row
from copilot.brief_facts import add_above, add_buyers, add_risks, add_sample_size, add_solved_totals
from copilot.brief_rhythm import group_labels
from copilot.brief_writing import OUTCOME_WEEKS, Brief, BriefWriter
from copilot.cleaning import clean_label, clean_quote
from copilot.errors import UnknownWeek
from copilot.factsheet import Fact
from copilot.holidays import add_after_holidays
from copilot.plan_collectors import Part, largest_first
from copilot.planner_facts import add_binding
from copilot.product_facts import Bench
from copilot.rest_collectors import add_rest
from ranking.interventions import CapLaunches, Exclude
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ranking.plan import Launch

EXPLAINED = 3  # largest launches, whose alternatives are re-solved
TEXT_LIMIT = 160  # characters


@dataclass(frozen=True)
class Past:
    """What the past launches like a launch tell: what they sold, how many beyond its interval, who bought them."""

    launch: Launch
    sold: tuple[Fact, ...]
    median: Fact | None
    above: Fact | None
    buyers: tuple[Fact, ...]


def write_week(writer: BriefWriter, week: date) -> Brief:
    """Write the brief of one week of the plan.

    Raises:
        UnknownWeek: the week lies outside the plan.
    """
    bench, weeks = writer.bench, writer.bench.engine.weeks
    if week not in weeks:
        first, last = format_week(weeks[0]), format_week(weeks[-1])
        raise UnknownWeek.of("week_outside", week=format_week(week), first=first, last=last)
    part = Part(weeks=(week,))
    launches = sorted(filter(part.holds, bench.stored.plan.launches), key=largest_first)
    groups = sorted({launch.group for launch in launches if launch.group})
    expected = [(launch, product_facts.add_expected(bench, launch)) for launch in launches]
    caps, rest = _add_caps(bench, week, len(launches))
    values: dict[str, object] = {
        "week": week,
        "count": about_plan.add_planned_count(bench, part),
        "units": about_plan.add_planned_units(bench, part) if launches else None,
        "season": {fact.name: fact for fact in about_rhythm.add_season(bench)},
        "alone": add_solved_totals(bench)[weeks.index(week)],
        "launches": expected,
        "names": group_labels(groups),
        "groups": [about_plan.add_planned_count(bench, Part(weeks=(week,), groups=(group,))) for group in groups],
        "reasons": _add_reasons(bench, launches[:EXPLAINED]),
        "moves": [_add_move(bench, launch) for launch in launches[:EXPLAINED]],
        "caps": caps,
        "rest": rest,
        "binding": next(iter(fact for one in launches[:1] if (fact := add_binding(bench, one))), None),
        "past": [_add_past(bench, launch, fact) for launch, fact in expected[:EXPLAINED]],
        "words": [_add_words(bench, launch) for launch in launches[:EXPLAINED]],
        "stocks": [
            (launch, product_facts.add_stock(bench, bench.engine.product(launch.product_id))) for launch in launches
        ],
        "risks": [(launch, risks[0]) for launch in launches[:EXPLAINED] if (risks := add_risks(bench, launch))],
        "late": add_after_holidays(bench, launches, len(launches)),
        "sample": add_sample_size(bench, launches[0]) if launches else None,
        "units_chart": _chart(bench, expected),
        "measured": week + timedelta(weeks=OUTCOME_WEEKS),
    }
    return writer.finish(format_week(week), "week", "brief_week.md.j2", values, week=format_week(week))


def _add_reasons(bench: Bench, launches: Sequence[Launch]) -> list[Fact]:
    """What speaks for these launches or against them in their slots, each reason once.

    Waiting is left out: it is the same for every launch of the week.
    """
    found: dict[tuple[str, str, str | None], Fact] = {}
    for launch in launches:
        expected = product_facts.add_expected(bench, launch)
        for fact in product_facts.add_reasons(bench, launch, expected, lift=False):
            if fact.name != "delay_effect":
                found.setdefault((fact.name, fact.subject, fact.placement), fact)
    return list(found.values())


def _add_move(bench: Bench, launch: Launch) -> tuple[Launch, Fact | None, Fact | None]:
    """What barring a launch from this week would cost, and where it would go; the plan is solved again."""
    product = bench.engine.product(launch.product_id)
    told = bench.engine.counterfactual(bench.stored, Exclude(launch.product_id, launch.week))
    loss = about_product.add_delta(bench, "slot_loss", product, told, explains=None, week=launch.week, placement=None)
    return launch, loss, about_product.add_next_best(bench, product, told)


def _add_caps(bench: Bench, week: date, n_launches: int) -> tuple[list[tuple[int, Fact]], Fact | None]:
    """What fewer launches in the week would change; and whether it can rest, by the rule that the chat answers by."""
    found, rest = [], None
    for most in dict.fromkeys((n_launches - 1, n_launches // 2, 0)):
        if not 0 <= most < n_launches:
            continue
        told = bench.engine.counterfactual(bench.stored, CapLaunches(most, week))
        if most == 0:
            rest = add_rest(bench, "rest_delta", Part((week,)), told)
        if told.delta_units is None or told.delta_low is None or told.delta_high is None:
            continue
        source, interval = bench.sources.solve(told, []), (float(told.delta_low), float(told.delta_high))
        about = ("change_delta", "plan", "plan", float(told.delta_units), source)
        found.append((most, rest or bench.sheet.add(*about, interval=interval)))
    return found, rest


def _add_past(bench: Bench, launch: Launch, expected: Fact) -> Past:
    """What the past launches most like a launch sold, and who bought them."""
    product = bench.engine.product(launch.product_id)
    nearest = bench.engine.analogues(launch.product_id, product_facts.ANALOGUES)
    sold = [product_facts.add_analogue(bench, product, one) for one in nearest]
    return Past(
        launch=launch,
        sold=tuple(sold),
        median=product_facts.add_median(bench, product, nearest),
        above=add_above(bench, product, sold, expected),
        buyers=tuple(add_buyers(bench, product, nearest)),
    )


def _add_words(bench: Bench, launch: Launch) -> tuple[Launch, str, Fact | None]:
    """A launch's own text, and the search nearest to it."""
    product = bench.engine.product(launch.product_id)
    searched = product_facts.add_searches(bench, product, 1) if bench.engine.workspace.has("queries") else []
    nearest = next((fact for fact in searched if fact.name == "search_words"), None)
    return launch, clean_quote(product.description, TEXT_LIMIT) or clean_label(product.title), nearest


def _chart(bench: Bench, expected: Sequence[tuple[Launch, Fact]]) -> Chart | None:
    """Expected units per launch, numbered as in the table."""
    value = bench.sources.phrases.value
    rows = [Row(str(n), (launch.expected_units,), value(fact)) for n, (launch, fact) in enumerate(expected, 1)]
    return Chart(tuple(rows), "") if rows else None
