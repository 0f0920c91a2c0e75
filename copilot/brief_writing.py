"""What briefs are written with: a sheet of facts, the templates' words, footnotes, charts, and the mark of the edition.

Templates speak with these functions. `say(fact)` is the fact's own sentence, `value(fact)` its figure with its unit,
`noted_interval(fact)` its interval; each carries a footnote. `number(fact)`, `interval(fact)` and `proven(fact)` are
bare figures for places that `notes(facts)` covers with a footnote. A number that no footnote covers fails a test. Where
a writer writes passages, which `written` says, `told(about, facts)` is a paragraph of verified sentences about these
facts; `written_by()` says who wrote the brief.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from copilot.brief_charts import Chart, as_text
from copilot.brief_edition import Edition
from copilot.brief_spacing import without_blanks
from copilot.cleaning import clean_label, clean_text, escape_markdown
from copilot.fact_sources import Sources
from copilot.factsheet import Fact, SheetBuilder
from copilot.intents import Intent
from copilot.phrases import Phrases
from copilot.product_facts import Bench
from copilot.questions import Entities, Question
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.brief_passages import Passages, Writing
    from copilot.engine import Engine
    from copilot.store import StoredPlan

OUTCOME_WEEKS = 4
CHART_FENCE = "```chart"
NOTE_LIMIT = 2_000  # characters of a footnote


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
        charts: its charts, in the order of their places in the document.
        edition_line, origin_line: what stands at the head and foot of each page.
        writing: who wrote its passages; None where the facts' own phrases tell it all.
        signature: its last line, which says so.
    """

    target: str
    title: str
    markdown: str
    facts: tuple[Fact, ...]
    plan_version: int
    fingerprint: str
    lang: str = "en"
    charts: tuple[Chart, ...] = ()
    edition_line: str = ""
    origin_line: str = ""
    writing: Writing | None = None
    signature: str = ""

    @property
    def edition(self) -> Edition:
        """What it was written from."""
        return Edition(self.target, self.plan_version, self.fingerprint)


@dataclass
class Notes:
    """The facts that a document refers to, each in one footnote, in the order of their first use."""

    phrases: Phrases
    groups: list[tuple[Fact, ...]] = field(default_factory=list)

    def refer(self, *facts: Fact) -> str:
        """Return the reference to a footnote about these facts together."""
        if facts and facts not in self.groups:
            self.groups.append(facts)
        return f"[^{_label(facts)}]" if facts else ""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts that are referred to, by their numbers."""
        used = {fact.id: fact for group in self.groups for fact in group}
        return tuple(sorted(used.values(), key=lambda fact: int(fact.id[1:])))

    def lines(self) -> list[str]:
        """Return the footnotes' definitions; what stands behind facts is told once and referred to after that."""
        told: dict[str, str] = {}
        lines = []
        for facts in self.groups:
            parts = [self._figures(facts)]
            for note in dict.fromkeys(fact.source.note for fact in facts if fact.source.note):
                parts.append(self.phrases.message("title.as_for", label=told[note]) if note in told else note)
                told.setdefault(note, _label(facts))
            lines.append(
                f"[^{_label(facts)}]: {escape_markdown(clean_text(self._say('lines', lines=parts), NOTE_LIMIT))}"
            )
        return lines

    def _figures(self, facts: Sequence[Fact]) -> str:
        """Tell a footnote's facts: each name once, with its figures; a run of weeks as one list."""
        told = []
        for name in dict.fromkeys(fact.name for fact in facts):
            named = [fact for fact in facts if fact.name == name]
            weekly = [fact for fact in named if fact.week and not isinstance(fact.value, date)]
            figures = [self._run_of(weekly)] if len(weekly) > 1 else [self._figure(fact) for fact in weekly]
            others = [fact for fact in named if fact not in weekly]
            if len(weekly) > 1 and len(others) == 1:
                figures.append(self._say("in_all", figure=self._figure(others[0])))
            else:
                several = len({fact.subject for fact in named}) > 1
                figures += [self._named_figure(fact, several) for fact in others if not isinstance(fact.value, str)]
            told.append(self._say("told", name=self.phrases.label(f"fact.{name}"), figures=figures))
        return self._say("lines", lines=told)

    def _say(self, key: str, **values: object) -> str:
        """Join parts of a footnote as the language punctuates them."""
        return self.phrases.messages[f"title.{key}"].render(**values)

    def _named_figure(self, fact: Fact, several: bool) -> str:
        return f"{fact.subject_label.rpartition(' > ')[2]} {self._figure(fact)}" if several else self._figure(fact)

    def _run_of(self, facts: Sequence[Fact]) -> str:
        first, last = (format_week(week) for fact in (facts[0], facts[-1]) if (week := fact.week))
        values = [self.phrases.value(fact) for fact in facts]
        return self._say("run", first=first, last=last, figures=values)

    def _figure(self, fact: Fact) -> str:
        parts = [self.phrases.with_unit(fact), self.phrases.interval(fact)]
        parts.append(self.phrases.message("unit.simulated") if fact.source.simulated else "")
        return self._say("figure", parts=[part for part in parts if part])


class BriefWriter:
    """Collects the facts of one brief on `bench` and renders its template."""

    def __init__(
        self,
        target: str,
        engine: Engine,
        stored: StoredPlan,
        phrases: Phrases,
        passages: Passages | None = None,
    ) -> None:
        question = Question(target, Intent.BRIEF, Entities(), 1.0, phrases.lang)
        self.bench = Bench(SheetBuilder(question), engine, stored, Sources(engine, stored, phrases))
        self.phrases = phrases
        self.passages = passages
        self._charts: list[Chart] = []

    def finish(self, target: str, kind: str, template: str, values: dict[str, object], **names: str) -> Brief:
        """Render a template with `values` into a brief whose title is made of `names`."""
        bench, phrases = self.bench, self.phrases
        title = phrases.message(f"title.{kind}", **{name: clean_label(value) for name, value in names.items()})
        report, data = bench.engine.report, bench.engine.workspace.fingerprint
        edition = Edition(target, bench.stored.version, data)
        about = {"version": edition.plan_version, "as_of": str(bench.engine.as_of), "fingerprint": data}
        notes = Notes(phrases)
        body = phrases.document(
            template,
            title=title,
            plan=bench.stored.plan,
            source=phrases.known("source", report.source, report.title),
            simulated=[phrases.known("table", str(table), str(table)) for table in report.simulated],
            unread=phrases.known("unread", report.source, ""),
            label=clean_label,
            written=self.passages is not None,
            week_range=week_range_text,
            **about,
            **self._speaking(notes),
            **(_renumbered(values, bench)),
        )
        parts = [_tidy(body), "\n".join(notes.lines()), f'[brief]: # "{edition.mark}"']
        markdown = "\n\n".join(parts) + "\n"
        return Brief(
            target=target,
            title=title,
            markdown=self._spaced(markdown, names.values()),
            facts=notes.facts,
            plan_version=edition.plan_version,
            fingerprint=data,
            lang=phrases.lang,
            charts=tuple(replace(chart, alt=self._spaced(chart.alt, ())) for chart in self._charts),
            edition_line=self._spaced(phrases.message("title.edition", **about), ()),
            origin_line=phrases.message("title.made_by"),
            writing=self.passages.writing if self.passages else None,
            signature=self._signature(),
        )

    def _spaced(self, text: str, named: Iterable[str]) -> str:
        """Return the text as its language spaces it; what the catalogue holds stands as it is."""
        if not self.phrases.lexicon.unspaced:
            return text
        facts = self.bench.sheet.build().facts
        labels = {label for fact in facts for label in (fact.subject_label, fact.other_label, fact.placement)}
        return without_blanks(text, [escape_markdown(clean_label(one)) for one in {*labels, *named} if one])

    def _speaking(self, notes: Notes) -> dict[str, object]:
        """Return what templates speak with; each use of a fact is noted, so that its footnote follows."""

        def say(fact: Fact) -> Markup:
            sentence = self.phrases.sentence(fact).replace(f" [{fact.id}]", "")
            return Markup(escape_markdown(sentence) + notes.refer(fact))

        def value(fact: Fact) -> Markup:
            return Markup(escape_markdown(self.phrases.with_unit(fact)) + notes.refer(fact))

        def noted_interval(fact: Fact) -> Markup:
            return Markup(escape_markdown(self.phrases.interval(fact)) + notes.refer(fact))

        def proven(fact: Fact) -> str:
            low, high = bounds(fact)
            return "" if low == high else self.phrases.message("unit.span", low=low, high=high)

        def bounds(fact: Fact) -> tuple[str, str]:
            return self.phrases.bounds(fact) or ("", "")

        def chart(drawn: Chart, alt: str) -> Markup:
            self._charts.append(Chart(drawn.rows, clean_text(alt), drawn.band, drawn.line))
            return Markup(f"{CHART_FENCE}\n{as_text(drawn)}\n```\n\n*{escape_markdown(alt)}*")

        return {
            "say": say,
            **self._telling(notes),
            "value": value,
            "noted_interval": noted_interval,
            "number": self.phrases.value,
            "interval": self.phrases.interval,
            "bounds": bounds,
            "proven": proven,
            "notes": lambda facts: Markup(notes.refer(*facts)),
            "chart": chart,
            "short": short_week,
        }

    def _telling(self, notes: Notes) -> dict[str, object]:
        """Return what templates ask for passages with, where there are any, and for who wrote the brief."""
        if self.passages is None:
            return {"written_by": self._signature}
        told = self.passages.telling(self.bench.sheet.question, self.phrases, notes.refer)
        return {"told": told, "written_by": self._signature}

    def _signature(self) -> str:
        if self.passages is None:
            return self._spaced(self.phrases.message("title.written_in_phrases"), ())
        return self._spaced(self.passages.signature(self.phrases), ())


def week_range_text(weeks: Sequence[date]) -> list[tuple[str, str]]:
    """Return runs of adjacent weeks as pairs of short names. Example: weeks 41, 42, 44 -> [(W41, W42), (W44, W44)]."""
    runs: list[list[date]] = []
    for week in sorted(weeks):
        if runs and week - runs[-1][-1] == timedelta(weeks=1):
            runs[-1].append(week)
        else:
            runs.append([week])
    return [(short_week(run[0]), short_week(run[-1])) for run in runs]


def short_week(week: date) -> str:
    """Return a week without its year, such as `W41`."""
    return format_week(week).partition("-")[2]


def _renumbered(values: dict[str, object], bench: Bench) -> dict[str, object]:
    """Return values with each fact as the finished sheet has it: with its number where another is called the same."""
    final = {fact.id: fact for fact in bench.sheet.build().facts}

    def settle(value: object) -> object:
        if isinstance(value, Fact):
            return final[value.id]
        if isinstance(value, dict):
            return {key: settle(item) for key, item in value.items()}
        if isinstance(value, list):
            return [settle(item) for item in value]
        if type(value) is tuple:
            return tuple(settle(item) for item in value)
        return value

    return {key: settle(value) for key, value in values.items()}


def _label(facts: Sequence[Fact]) -> str:
    """Return a footnote's label: `F3`, `F3-F15` for a run of facts, `F3_F7` for others."""
    numbers = [int(fact.id[1:]) for fact in facts]
    if len(numbers) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"F{numbers[0]}-F{numbers[-1]}"
    return "_".join(fact.id for fact in facts)


def _tidy(body: str) -> str:
    """Return the document with single empty lines between its blocks."""
    return re.sub(r"\n{3,}", "\n\n", body).strip()
