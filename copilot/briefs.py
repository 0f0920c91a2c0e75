"""Briefs: a launch document for one product, one week, or the season's rhythm, built of the same facts as answers.

The text lives in `prompts/<lang>/brief_*.md.j2`. Each sentence about data is a fact's own phrase, and each figure in a
table a fact's value; both carry a footnote that tells the value, its interval and where it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from copilot import fact_collectors as about_product
from copilot import plan_collectors as about_plan
from copilot import product_facts
from copilot.cleaning import clean_label, clean_text, escape_markdown
from copilot.errors import UnknownProduct, UnknownWeek, UnsupportedFormat
from copilot.fact_collectors import SlotAsked
from copilot.fact_sources import Sources
from copilot.factsheet import Fact, SheetBuilder
from copilot.phrases import Phrases
from copilot.plan_collectors import Part
from copilot.product_facts import Bench
from copilot.questions import Entities, Intent, Question
from copilot.week_words import find_weeks
from ranking.interventions import Exclude, Lock
from ranking.plan import Launch
from retrieval.weeks import format_week, parse_week, week_of

if TYPE_CHECKING:
    from datetime import date

    from copilot.engine import Engine, Product
    from copilot.store import StoredPlan

RHYTHM = "rhythm"
FORMATS = ("md",)
GROUPS_SHOWN = 12  # groups in the rhythm brief, those with most past launches first
QUERIES_SHOWN = 5
DESCRIPTION_LIMIT = 600  # characters
OUTCOME_WEEKS = 4


@dataclass(frozen=True)
class Brief:
    """A finished brief.

    Attributes:
        target: product id, week (`2017-W43`) or `rhythm`.
        title: one line for the screen and the file name.
        markdown: the document, with facts as footnotes.
        facts: the facts that the footnotes name.
        plan_version, fingerprint: what it was made from.
        lang: the language it is written in.
    """

    target: str
    title: str
    markdown: str
    facts: tuple[Fact, ...]
    plan_version: int | None
    fingerprint: str
    lang: str = "en"


def write_brief(
    target: str, engine: Engine, stored_plan: StoredPlan, phrases: Phrases, file_format: str = "md"
) -> Brief:
    """Write the brief of a product id, a week (`2017-W43`, `week 43` or a date) or `rhythm`.

    Raises:
        UnsupportedFormat: briefs are not written in this format.
        UnknownProduct: the target is neither a product of the catalogue, a week nor `rhythm`.
        UnknownWeek: the week lies outside the plan.
    """
    if file_format not in FORMATS:
        raise UnsupportedFormat(
            f"Briefs are not written as {clean_text(file_format, 20)!r} yet, only as {', '.join(FORMATS)}."
        )
    named = clean_text(target, 200).strip()
    question = Question(named, Intent.BRIEF, Entities(), 1.0, phrases.lang)
    bench = Bench(SheetBuilder(question), engine, stored_plan, Sources(engine, stored_plan, phrases))
    writer = _Writer(bench, phrases)
    if named.lower() == RHYTHM:
        return writer.rhythm()
    try:
        return writer.product(engine.product(named.removeprefix("#")))
    except UnknownProduct as unknown:
        week = _week_or_none(named, engine, phrases)
        if week is None:
            raise UnknownProduct(
                f"No brief can be written for {named!r}: give a product's id, a week such as "
                f"{format_week(engine.weeks[0])}, or {RHYTHM!r}."
            ) from unknown
        return writer.week(week)


@dataclass(frozen=True)
class _Writer:
    """Collects the facts of one brief and renders its template."""

    bench: Bench
    phrases: Phrases

    def product(self, product: Product) -> Brief:
        """A candidate's or a live product's brief."""
        launch = self.bench.launch_of(product.product_id)
        facts: dict[str, object] = {"product": product, "measured": None, "entry": self._entry(product)}
        if product.status != "candidate":
            about_product.why_not(self.bench, product, SlotAsked())
            facts |= {"live": self._said(), "searches": self._searches(product)}
            return self._brief(product.product_id, "product", "brief_live.md.j2", facts, title=product.title)
        facts |= self._slot(product, launch) if launch else self._no_slot(product)
        nearest = self.bench.engine.analogues(product.product_id, product_facts.ANALOGUES)
        facts["forecast"] = product_facts.add_forecast(self.bench, product)
        facts["median"] = product_facts.add_median(self.bench, product, nearest)
        facts["analogues"] = [product_facts.add_analogue(self.bench, product, one) for one in nearest]
        facts["searches"] = self._searches(product)
        facts["rhythm"] = self._group_rhythm(product.group)
        facts["stock"] = self._stock(product)
        facts["description"] = clean_text(product.description, DESCRIPTION_LIMIT)
        return self._brief(product.product_id, "product", "brief_product.md.j2", facts, title=product.title)

    def week(self, week: date) -> Brief:
        """The brief of one week of the plan."""
        weeks = self.bench.engine.weeks
        if week not in weeks:
            raise UnknownWeek(
                f"{format_week(week)} lies outside the plan, which runs from {format_week(weeks[0])} to "
                f"{format_week(weeks[-1])}."
            )
        part = Part(weeks=(week,))
        launches = sorted(filter(part.holds, self.bench.stored.plan.launches), key=about_plan.largest_first)
        count = about_plan.add_planned_count(self.bench, part)
        units = about_plan.add_planned_units(self.bench, part) if launches else None
        expected = [product_facts.add_expected(self.bench, launch) for launch in launches]
        values = {
            "week": week,
            "count": count,
            "units": units,
            "launches": list(zip(launches, expected, strict=True)),
            "rhythm": about_plan.add_season(self.bench),
            "groups": [
                about_plan.add_planned_count(self.bench, Part(weeks=(week,), groups=(group,)))
                for group in sorted({launch.group for launch in launches if launch.group})
            ],
            "measured": week + timedelta(weeks=OUTCOME_WEEKS),
        }
        return self._brief(format_week(week), "week", "brief_week.md.j2", values, week=format_week(week))

    def rhythm(self) -> Brief:
        """The season's rhythm: what is recommended per week and group, and how sure that is."""
        weeks = self.bench.engine.weeks
        season = about_plan.add_season(self.bench)
        shown = self.bench.engine.rhythm.groups[:GROUPS_SHOWN]
        groups = [
            (one, {fact.name: fact for fact in about_plan.add_group_rhythm(self.bench, one.group, one)})
            for one in shown
        ]
        by_week = [about_plan.add_planned_count(self.bench, Part(weeks=(week,))) for week in weeks]
        values = {
            "season": {fact.name: fact for fact in season},
            "groups": groups,
            "left_out": len(self.bench.engine.rhythm.groups) - len(shown),
            "weeks": by_week,
            "busiest": max(by_week, key=_size),
            "quietest": min(by_week, key=_size),
            "gap": about_plan.add_plan_gap(self.bench),
        }
        first, last = format_week(weeks[0]), format_week(weeks[-1])
        return self._brief(RHYTHM, RHYTHM, "brief_rhythm.md.j2", values, first=first, last=last)

    def _slot(self, product: Product, launch: Launch) -> dict[str, object]:
        """Facts about a planned launch: its slot, what speaks for it, and what other slots would cost."""
        slot = product_facts.add_slot(self.bench, launch)
        expected = product_facts.add_expected(self.bench, launch, explains=slot)
        told = self.bench.engine.counterfactual(
            self.bench.stored, Exclude(launch.product_id, launch.week, launch.placement)
        )
        reasons = product_facts.add_reasons(self.bench, launch, expected)
        loss = about_product.add_delta(
            self.bench, "slot_loss", product, told, explains=slot, week=launch.week, placement=launch.placement
        )
        return {
            "slot": slot,
            "expected": expected,
            "reasons": reasons,
            "loss": loss,
            "next_best": about_product.add_next_best(self.bench, product, told),
            "moves": self._moves(product, launch),
            "change": [],
            "measured": launch.week + timedelta(weeks=OUTCOME_WEEKS),
        }

    def _no_slot(self, product: Product) -> dict[str, object]:
        """Facts about a candidate that the plan leaves out: what forcing it in would change."""
        about_product.why_not(self.bench, product, SlotAsked(), evidence=False)
        empty = {"slot": None, "expected": None, "reasons": [], "loss": None, "next_best": None, "moves": []}
        return {**empty, "change": self._said()}

    def _moves(self, product: Product, launch: Launch) -> list[Fact]:
        """What a week earlier and a week later would cost, where the plan has those weeks."""
        facts = []
        for step in (-1, 1):
            week = launch.week + timedelta(weeks=step)
            if week not in self.bench.engine.weeks:
                continue
            told = self.bench.engine.counterfactual(self.bench.stored, Lock(product.product_id, week))
            fact = about_product.add_delta(
                self.bench, "move_delta", product, told, explains=None, week=week, placement=None
            )
            facts += [fact] if fact else []
        return facts

    def _searches(self, product: Product) -> list[Fact]:
        if not self.bench.engine.workspace.has("queries"):
            return []
        return product_facts.add_searches(self.bench, product, QUERIES_SHOWN)

    def _group_rhythm(self, group: str) -> list[Fact]:
        found = next((one for one in self.bench.engine.rhythm.groups if one.group == group), None)
        return about_plan.add_group_rhythm(self.bench, group, found) if group else []

    def _entry(self, product: Product) -> list[Fact]:
        """What the catalogue entry itself says in figures: price, and when the product is ready."""
        source = self.bench.sources.product(product.product_id)
        sheet, entry = self.bench.sheet, (product.product_id, product.title)
        facts = []
        if product.price is not None:
            facts.append(sheet.add("price", *entry, float(product.price), source))
        if product.ready_date is not None:
            week = week_of(product.ready_date)
            facts.append(sheet.add("ready_week", *entry, week, source, week=week))
        return facts

    def _stock(self, product: Product) -> Fact | None:
        if product.stock_units is None:
            return None
        source = self.bench.sources.product(product.product_id)
        return self.bench.sheet.add("stock", product.product_id, product.title, int(product.stock_units), source)

    def _said(self) -> list[Fact]:
        """Return the facts collected so far that an answer would have to state."""
        sheet = self.bench.sheet.build()
        return [fact for fact_id in sheet.essential if (fact := sheet.get(fact_id)) is not None]

    def _brief(self, target: str, kind: str, template: str, values: dict[str, object], **title_values: str) -> Brief:
        title = self.phrases.message(f"title.{kind}", **{k: clean_label(v) for k, v in title_values.items()})
        sheet = self.bench.sheet.build()
        report = self.bench.engine.report
        used: list[str] = []
        body = self.phrases.document(
            template,
            title=title,
            plan=self.bench.stored.plan,
            version=self.bench.stored.version,
            as_of=str(self.bench.engine.as_of),
            source=report.title,
            simulated=[str(table) for table in report.simulated],
            fingerprint=self.bench.engine.workspace.fingerprint,
            label=clean_label,
            **self._speaking(used),
            **values,
        )
        facts = tuple(fact for fact in sheet.facts if fact.id in used)
        notes = "\n".join(self._footnote(fact) for fact in facts)
        return Brief(
            target=target,
            title=title,
            markdown=f"{body.strip()}\n\n{notes}\n",
            facts=facts,
            plan_version=self.bench.stored.version,
            fingerprint=self.bench.engine.workspace.fingerprint,
            lang=self.phrases.lang,
        )

    def _speaking(self, used: list[str]) -> dict[str, object]:
        """Return what templates speak with; each use of a fact is noted, so that its footnote follows."""

        def note(fact: Fact) -> str:
            used.append(fact.id)
            return f"[^{fact.id}]"

        def say(fact: Fact) -> Markup:
            sentence = self.phrases.sentence(fact).replace(f" [{fact.id}]", "")
            return Markup(escape_markdown(sentence) + note(fact))

        def value(fact: Fact) -> Markup:
            return Markup(escape_markdown(self.phrases.with_unit(fact)) + note(fact))

        def interval(fact: Fact) -> str:
            return self.phrases.interval(fact)

        def noted_interval(fact: Fact) -> Markup:
            return Markup(escape_markdown(self.phrases.interval(fact)) + note(fact))

        return {"say": say, "value": value, "interval": interval, "noted_interval": noted_interval}

    def _footnote(self, fact: Fact) -> str:
        parts = [self.phrases.with_unit(fact), self.phrases.interval(fact)]
        parts.append(self.phrases.message("unit.simulated") if fact.source.simulated else "")
        told = ", ".join(part for part in parts if part)
        line = f"{self.phrases.label(f'fact.{fact.name}')}: {told}. {fact.source.note}".strip()
        return f"[^{fact.id}]: {escape_markdown(line)}"


def _week_or_none(text: str, engine: Engine, phrases: Phrases) -> date | None:
    """Return the one week that the target is, as a date, `2017-W44` or in words: "W44", "week 44"."""
    try:
        return parse_week(text)
    except ValueError:
        pass
    try:
        found = find_weeks(text, engine.as_of, engine.weeks, phrases.parsing, phrases.lexicon)
    except UnknownWeek:
        return None
    whole = len(found) == 1 and found[0].end - found[0].start == len(text)
    return found[0].weeks[0] if whole and len(found[0].weeks) == 1 else None


def _size(fact: Fact) -> float:
    return float(fact.value) if isinstance(fact.value, int | float) else 0.0
