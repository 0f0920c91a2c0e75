"""The product brief: what to launch where and when, for whom, in which words, at which risk, and how to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from copilot import fact_collectors as about_product
from copilot import product_facts
from copilot import rhythm_collectors as about_rhythm
from copilot.brief_alternatives import add_alternatives
from copilot.brief_charts import Chart, Row
from copilot.brief_facts import add_above, add_buyers, add_risks, add_sample_size
from copilot.brief_writing import OUTCOME_WEEKS, Brief, BriefWriter
from copilot.catalogue_names import words_of
from copilot.cleaning import clean_quote
from copilot.fact_collectors import SlotAsked
from copilot.factsheet import Fact
from copilot.holidays import add_after_holiday
from copilot.planner_facts import add_binding, add_fatigue, add_flip, add_rhythm_effect
from copilot.product_facts import Bench
from ranking.interventions import Exclude
from retrieval.weeks import week_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot.engine import Product
    from ranking.counterfactual import Counterfactual
    from ranking.plan import Launch

DESCRIPTION_LIMIT = 600  # characters
QUERIES_SHOWN = 5
FEWEST_BUYERS = 30  # shoppers, below which they are too few to tell segments apart
FEWEST_OF_A_SEGMENT = 10  # shoppers, below which they are no segment


@dataclass(frozen=True)
class Words:
    """A search near a product: its count, and which of its words the product's own text has, or lacks."""

    searched: Fact
    shared: tuple[str, ...]
    missing: tuple[str, ...]


def write_product(writer: BriefWriter, product: Product) -> Brief:
    """Write the brief of a candidate, or of a live product, which has no launch to plan."""
    bench = writer.bench
    values: dict[str, object] = {"product": product, "entry": _add_entry(bench, product)}
    if product.status != "candidate":
        about_product.why_not(bench, product, SlotAsked())
        values |= {"live": _said(bench), "words": _add_words(bench, product)}
        return writer.finish(product.product_id, "product", "brief_live.md.j2", values, title=product.title)
    launch = bench.launch_of(product.product_id)
    nearest = bench.engine.analogues(product.product_id, product_facts.ANALOGUES)
    values |= _add_slot(bench, product, launch) if launch else _add_no_slot(bench, product)
    planned, forecast = values["expected"], product_facts.add_forecast(bench, product)
    analogues = [product_facts.add_analogue(bench, product, one) for one in nearest]
    words = _add_words(bench, product)
    found = next((one for one in bench.engine.rhythm.groups if one.group == product.group), None)
    rhythm = about_rhythm.add_group_rhythm(bench, product.group, found) if product.group else []
    supposed = add_fatigue(bench, product.group) if values["counted"] else []
    medians = product_facts.add_medians(bench, product, nearest)
    buyers = add_buyers(bench, product, nearest)
    values |= {
        "forecast": forecast,
        "medians": medians,
        "above": add_above(bench, product, analogues, planned if isinstance(planned, Fact) else forecast),
        "analogues": analogues,
        "outcomes_chart": _chart(bench, analogues, launch, forecast),
        "buyers": buyers,
        "two_segments": _make_two_segments(buyers),
        "demand": [fact for fact in words if isinstance(fact, Fact)],
        "words": [one for one in words if isinstance(one, Words)],
        "rhythm": {fact.name: fact for fact in (*rhythm, *supposed)},
        "is_against": is_against,
        "stock": product_facts.add_stock(bench, product),
        "description": clean_quote(product.description, DESCRIPTION_LIMIT),
    }
    return writer.finish(product.product_id, "product", "brief_product.md.j2", values, title=product.title)


def _add_slot(bench: Bench, product: Product, launch: Launch) -> dict[str, object]:
    """Facts about a planned launch: its slot, what speaks for it, what other slots would cost, and its risks."""
    slot = product_facts.add_slot(bench, launch)
    expected = product_facts.add_expected(bench, launch, explains=slot)
    reasons = product_facts.add_reasons(bench, launch, expected)
    lift = product_facts.add_lift(bench, launch.placement)
    counted = add_rhythm_effect(bench, launch)
    reasons = [fact for fact in (*reasons, lift, counted) if fact]
    told = bench.engine.counterfactual(bench.stored, Exclude(launch.product_id, launch.week, launch.placement))
    loss = about_product.add_delta(
        bench, "slot_loss", product, told, explains=slot, week=launch.week, placement=launch.placement
    )
    next_best = about_product.add_next_best(bench, product, told)
    return {
        "slot": slot,
        "expected": expected,
        "reasons": supporting_first(reasons),
        "counted": counted,
        "barred": False,
        "loss": loss,
        "next_best": next_best,
        "flip": add_flip(bench, product, told),
        "binding": add_binding(bench, launch),
        "next_units": _add_there(bench, product, told),
        "alternatives": add_alternatives(bench, product, launch),
        "plan_weeks": (bench.engine.weeks[0], bench.engine.weeks[-1]),
        "late": add_after_holiday(bench, launch),
        "risks": add_risks(bench, launch),
        "sample": add_sample_size(bench, launch),
        "change": [],
        "measured": launch.week + timedelta(weeks=OUTCOME_WEEKS),
    }


def _add_no_slot(bench: Bench, product: Product) -> dict[str, object]:
    """Facts about a candidate that the plan leaves out: what forcing it in would change."""
    about_product.why_not(bench, product, SlotAsked(), evidence=False)
    names = ("slot", "expected", "loss", "next_best", "flip", "binding", "sample", "measured", "late", "counted")
    empty = dict.fromkeys(names)
    barred = Exclude(product.product_id) in bench.stored.plan.interventions
    return {**empty, "reasons": [], "alternatives": [], "risks": [], "change": _said(bench), "barred": barred}


def supporting_first(reasons: Sequence[Fact]) -> list[Fact]:
    """Return what speaks for a slot, then what speaks against it, each in the order given."""
    return sorted(reasons, key=is_against)


def is_against(fact: Fact) -> bool:
    """Say whether a fact speaks against a slot: it points down, and its interval leaves no doubt that it does."""
    return fact.sign == -1 and (fact.interval is None or fact.spec.direction != "ratio" or fact.interval[1] < 1)


def _add_there(bench: Bench, product: Product, told: Counterfactual) -> Fact | None:
    """What the product is expected to sell where it goes when its slot is barred."""
    there = told.plan.launch_of(product.product_id) if told.plan else None
    return product_facts.add_expected(bench, there) if there else None


def _add_words(bench: Bench, product: Product) -> list[Fact | Words]:
    """The searches near a product: its demand, then each query with the words that it shares with the text."""
    if not bench.engine.workspace.has("queries"):
        return []
    facts = product_facts.add_searches(bench, product, QUERIES_SHOWN)
    stem = bench.sources.phrases.lexicon.stem
    own = {stem(word) for word in words_of(f"{product.title} {product.description} {product.category} {product.brand}")}
    found: list[Fact | Words] = [fact for fact in facts if fact.name != "search_words"]
    for fact in facts:
        if fact.name != "search_words":
            continue
        words = tuple(dict.fromkeys(word for word in words_of(fact.other_label) if word.isalpha() and len(word) > 2))
        shared = tuple(word for word in words if stem(word) in own)
        found.append(Words(fact, shared, tuple(word for word in words if stem(word) not in own)))
    return found


def _add_entry(bench: Bench, product: Product) -> list[Fact]:
    """What the catalogue entry itself says in figures: price, and when the product is ready."""
    source = bench.sources.product(product.product_id)
    sheet, entry = bench.sheet, (product.product_id, product.title)
    facts = []
    if product.price is not None:
        facts.append(sheet.add("price", *entry, float(product.price), source))
    if product.ready_date is not None:
        week = week_of(product.ready_date)
        facts.append(sheet.add("ready_week", *entry, week, source, week=week))
    return facts


def _chart(bench: Bench, analogues: Sequence[Fact], launch: Launch | None, forecast: Fact | None) -> Chart | None:
    """What similar launches sold, numbered as in their table, against the forecast and its interval."""
    sold = [(fact, float(fact.value)) for fact in analogues if isinstance(fact.value, int | float)]
    if not sold:
        return None
    value = bench.sources.phrases.value
    rows = tuple(Row(str(n), (units,), value(fact)) for n, (fact, units) in enumerate(sold, 1))
    if launch:
        return Chart(rows, "", (launch.low, launch.high), launch.expected_units)
    band = forecast.interval if forecast else None
    return Chart(rows, "", band, float(forecast.value) if forecast and isinstance(forecast.value, float) else None)


def _said(bench: Bench) -> list[Fact]:
    """Return the facts collected so far that an answer would have to state."""
    sheet = bench.sheet.build()
    return [fact for fact_id in sheet.essential if (fact := sheet.get(fact_id)) is not None]


def _make_two_segments(buyers: Sequence[Fact]) -> bool:
    """Say whether those who knew the category and those who did not are enough shoppers each."""
    if len(buyers) < 2 or _size(buyers[0]) < FEWEST_BUYERS:
        return False
    known = round(_size(buyers[0]) * _size(buyers[1]))
    return min(known, _size(buyers[0]) - known) >= FEWEST_OF_A_SEGMENT


def _size(fact: Fact) -> float:
    return float(fact.value) if isinstance(fact.value, int | float) else 0.0
