"""Copilot: the one object that the screen and the command line talk to.

It joins the engine (evidence), the store (plans, locks, threads) and the writer, and keeps the order of a question's
life: understand, collect facts, write and verify, record.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from copilot.answer import Answer, Sentence, WriterReport, finished_answer
from copilot.answers import write_answer
from copilot.archive import Archive
from copilot.brief_age import BriefAge, read_edition
from copilot.brief_passages import BriefProgress, Passages
from copilot.briefs import Brief, write_brief
from copilot.chosen_products import settled
from copilot.cleaning import without_surrogates
from copilot.conversation_context import Wish, wished
from copilot.engine import Engine, Evidence
from copilot.error_lines import error_line
from copilot.errors import GeneratorError, QuestionTooLong, StoreError
from copilot.events import AnswerEvent, Collected, Finished, SentenceReady, Understood, Waiting
from copilot.facts import collect_facts
from copilot.factsheet import Fact, FactSheet
from copilot.feedback import ComparedOutcome, compare
from copilot.generators import PHRASES, TextGenerator, failure_in, replies_at_once, writer_for, writing_name
from copilot.intents import Intent
from copilot.ledger import LedgerEntry, settle
from copilot.phrases import Phrases, load_phrases
from copilot.planning import OPERATOR, Planning
from copilot.questions import Question, QuestionParser, question_from_json
from copilot.records import Outcome, StoredPlan
from copilot.scenarios import Scenarios
from copilot.store import Store
from copilot.waiting_line import Ticket, WaitingLine
from ranking.interventions import Intervention
from retrieval.search import Hit

QUESTION_LIMIT = 2_000  # characters; a longer message is almost surely a paste by mistake
COPILOT = "copilot"  # who speaks in a thread
N_COLLECTING = 4  # questions whose facts are computed at once; the solver and the cores are shared

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notice:
    """What the screen shows above everything: a table is simulated, a feature is off, or a lock no longer fits."""

    kind: Literal["simulated", "off", "stale"]
    subject: str
    text: str


class Copilot:
    """Answers questions, plans, and keeps what the operator decided.

    Args:
        engine: evidence over one workspace.
        store: plans, locks, threads, audit.
        writer: the LLM, or the phrases-only writer.
    """

    def __init__(self, engine: Engine, store: Store, writer: TextGenerator) -> None:
        self.engine = engine
        self.store = store
        self.writer = writer
        self.planning = Planning(engine, store)
        self.scenarios = Scenarios(engine, store, self.planning)
        self._parsers: dict[str, QuestionParser] = {}
        self._facts_line = WaitingLine(lambda: N_COLLECTING)
        self._writer_line = WaitingLine(lambda: replies_at_once(self.writer))
        self._last_report: WriterReport | None = None

    def close(self) -> None:
        """Release the database, the solver and the tables."""
        self.engine.close()
        self.store.close()

    def prepare(self, lang: str = "en") -> None:
        """Load and compute what the first question needs.

        Raises:
            GeneratorError: the writer cannot be loaded; phrases answer without it.
        """
        self.parser(lang).warm_up()
        self.engine.prepare()
        try:
            self.writer.prepare()
        except GeneratorError as error:
            self._last_report = WriterReport(PHRASES, self.writer.name, error_line(error, load_phrases(lang)))
            raise

    # Plans

    def current_plan(self) -> StoredPlan:
        """Return the latest plan, making a new version when there is none or its data or settings changed."""
        return self.planning.current_plan()

    def replan(self, note: str = "planned again") -> StoredPlan:
        """Solve again under what stands and save the result as a new version."""
        return self.planning.replan(note)

    def lock(self, product_id: str, week: date, placement: str, expected_version: int) -> StoredPlan:
        """Lock a launch to its slot, plan again and return the new version; the ledger keeps what it costs.

        Raises:
            StalePlan: another version was saved since the operator looked; nothing is written.
            InfeasiblePlan: the locks cannot all hold; nothing is written.
        """
        return self.planning.lock(product_id, week, placement, expected_version)

    def unlock(self, product_id: str, expected_version: int) -> StoredPlan:
        """Remove a product's lock, plan again and return the new version. Raises StalePlan as `lock` does."""
        return self.planning.unlock(product_id, expected_version)

    def exclude(
        self, product_id: str, expected_version: int, week: date | None = None, placement: str | None = None
    ) -> StoredPlan:
        """Keep a product out of the plan, a week or a placement, and plan again. Raises as `lock` does."""
        return self.planning.exclude(product_id, expected_version, week, placement)

    def restore(self, version: int, expected_version: int) -> StoredPlan:
        """Make an earlier version the current one again, with what stood then. Raises NoPlan or StalePlan."""
        return self.planning.restore(version, expected_version)

    def locked(self, product_id: str) -> bool:
        """Say whether the operator locked this product."""
        return any(lock.product_id == product_id for lock in self.store.locks())

    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Return what people decided against the plan, newest first, with its price and how it turned out."""
        standing = tuple(standing.rule for standing in self.store.rules())
        return settle(self.store.overrides(), self.engine.launches, self.store.outcomes(), standing)

    # Questions

    def ask(
        self,
        message: str,
        *,
        lang: str = "en",
        thread_id: str | None = None,
        cancel: threading.Event | None = None,
        wish: Wish = "",
        question: Question | None = None,
    ) -> Iterator[AnswerEvent]:
        """Answer one message as a stream of events; the last one is `Finished`.

        Facts come before the writer is asked, which writes for one chat after the other; whoever waits is told the
        place in line. Setting `cancel` leaves the line at once, or ends the answer after its last verified sentence.

        Args:
            wish: asks the thread's last question once more (shorter, longer, again), as the message says it in words.
            question: asked as it is, such as one that was corrected; the message is its words and is not read.
        Raises:
            QuestionTooLong, UnsupportedLanguage: before anything is written to the thread.
        """
        if len(message) > QUESTION_LIMIT:
            raise QuestionTooLong.of("question_too_long", characters=len(message), limit=QUESTION_LIMIT)
        phrases, message = load_phrases(lang), without_surrogates(message)
        previous = self._last_question(thread_id, lang)
        if thread_id is not None:
            self.store.add_message(thread_id, OPERATOR, {"text": message})
        stored = self.current_plan()
        if question is None:
            question = wished(previous, wish) if wish and previous else self._parsed(message, lang, previous)
        question = settled(question, stored, self.engine)  # so that what was understood shows what the plan decides
        yield Understood(question)
        with self._facts_line.join() as ticket:
            yield from _waiting(ticket, "facts", cancel)
            sheet = FactSheet(question, (), ())
            if not _set(cancel):
                sheet = collect_facts(question, self.engine, stored, Archive(self.store, self.scenarios))
        yield Collected(sheet)
        yield from self._told(sheet, phrases, stored.version, thread_id, cancel)

    def _parsed(self, message: str, lang: str, previous: Question | None) -> Question:
        return self.parser(lang).parse(message, lang=lang, previous=previous)

    def _told(
        self, sheet: FactSheet, phrases: Phrases, version: int, thread_id: str | None, cancel: threading.Event | None
    ) -> Iterator[AnswerEvent]:
        """Write the answer when it is this chat's turn, and keep it in the thread however it ends."""
        sentences: list[Sentence] = []
        writer = writer_for(self.writer, phrases.lang)
        reports = [WriterReport(writing_name(writer))]
        kept = False
        try:
            # Where no writer is asked there is nothing to wait for.
            with self._writer_line.join() if sheet.facts and writer.name != PHRASES else nullcontext() as ticket:
                if ticket is not None:
                    yield from _waiting(ticket, "writer", cancel)
                if not _set(cancel):
                    for sentence in write_answer(sheet, writer, phrases, cancel, on_writer=reports.append):
                        sentences.append(sentence)
                        yield SentenceReady(sentence)
            if len(reports) > 1:
                self._last_report = reports[-1]
            answer = finished_answer(sheet, sentences, version, reports[-1], stopped=_set(cancel))
            kept, unkept = True, self._keep(thread_id, answer)
            yield Finished(answer, unkept)
        finally:
            if not kept:  # nobody listens any more, or a bug ended it: what was verified is not lost
                self._keep(thread_id, finished_answer(sheet, sentences, version, reports[-1], stopped=True))

    def _keep(self, thread_id: str | None, answer: Answer) -> str:
        """Add an answer to its thread; return why that was not possible, or nothing."""
        if thread_id is None:
            return ""
        try:
            self.store.add_message(thread_id, COPILOT, answer.to_record())
        except StoreError as error:
            log.warning("an answer is not kept: %s", error)
            return error_line(error, load_phrases(answer.question.lang))
        return ""

    def parser(self, lang: str) -> QuestionParser:
        """Return the question parser of a language; its examples are encoded once."""
        if lang not in self._parsers:
            self._parsers[lang] = QuestionParser(self.engine.search.encoder, self.engine, load_phrases(lang))
        return self._parsers[lang]

    # Evidence

    def search(self, query: str, k: int = 10, *, status: str | None = None) -> list[Hit]:
        """Return the catalogue products nearest a query, best first."""
        return self.engine.search.search(query, k, status=status)

    def evidence(self, product_id: str) -> Evidence:
        """Return everything known about one product, for the evidence panel."""
        launch = self.current_plan().plan.launch_of(product_id)
        product = self.engine.product(product_id)
        candidate = product.status == "candidate"
        return Evidence(
            product=product,
            launch=launch,
            forecast=self.engine.forecast(product_id),
            parts=self.engine.score_parts(product_id, launch.week, launch.placement) if launch else None,
            lift=self.engine.placement_lift(launch.placement) if launch else None,
            analogues=tuple(self.engine.analogues(product_id)) if candidate else (),
            demand=self.engine.search_demand(product_id),
            locked=self.locked(product_id),
        )

    def fact_rows(self, fact: Fact, limit: int = 50) -> pd.DataFrame:
        """Return rows that a fact's value comes from; empty for one that a model or a solve produced."""
        if not fact.source.where:
            return pd.DataFrame()
        return self.engine.workspace.query(*fact.source.sql(limit))

    def brief(
        self,
        target: str,
        lang: str = "en",
        *,
        written: bool = False,
        cancel: threading.Event | None = None,
        on_progress: Callable[[BriefProgress], None] = lambda progress: None,
    ) -> Brief:
        """Write the brief of a product, a week or `rhythm`.

        With `written`, the writer writes the paragraphs that explain, when it is its turn; setting `cancel` leaves the
        rest of them to the facts' own phrases.
        """
        phrases, stored = load_phrases(lang), self.current_plan()
        writer = writer_for(self.writer, phrases.lang)
        if not written or writer.name == PHRASES:
            return write_brief(target, self.engine, stored, phrases)
        on_progress(BriefProgress("facts"))
        turn = partial(self._writers_turn, cancel, on_progress)
        passages = Passages(writer, cancel, turn, on_progress=on_progress)
        return write_brief(target, self.engine, stored, phrases, passages)

    def brief_writer(self, lang: str = "en") -> str:
        """Name the writer that can write a brief's passages in a language; "" when only phrases can."""
        writer = writer_for(self.writer, lang)
        return "" if writer.name == PHRASES else writing_name(writer)

    @contextmanager
    def _writers_turn(
        self, cancel: threading.Event | None, on_progress: Callable[[BriefProgress], None]
    ) -> Iterator[None]:
        with self._writer_line.join() as ticket:
            for place in ticket.wait(cancel):
                on_progress(BriefProgress("waiting", place))
            yield

    def brief_age(self, path: Path) -> BriefAge:
        """Return how old the brief in a file is. Raises UnreadableBrief."""
        latest = self.store.latest_plan()  # as it is kept: asking for the age must not plan anew
        return BriefAge(read_edition(path), latest.version if latest else 0, self.engine.workspace.fingerprint)

    def record_outcomes(self, outcomes: Sequence[Outcome]) -> tuple[ComparedOutcome, ...]:
        """Keep what launches really sold and return it beside the plan's expectation."""
        rows = tuple(outcomes)
        self.store.add_outcomes(rows)
        self.store.audit(OPERATOR, "feedback", {"rows": len(rows)})
        return compare(rows, self.current_plan().plan)

    def notices(self, lang: str = "en") -> tuple[Notice, ...]:
        """Return what an operator must know before trusting the screen."""
        phrases = load_phrases(lang)
        report = self.engine.report
        simulated = [
            Notice("simulated", table, phrases.message("notice_simulated", table=table)) for table in report.simulated
        ]
        off = [Notice("off", name, phrases.known("off", name, why)) for name, why in report.switched_off.items()]
        stale = [_stale(rule, phrases) for rule in self.planning.strange_rules]
        return (*simulated, *off, *stale, *self._writer_notices(phrases))

    def _writer_notices(self, phrases: Phrases) -> list[Notice]:
        active = self.active_writer(phrases.lang)
        if not active.failure:
            untaught = getattr(self.writer, "adapter_failure", "")
            return [Notice("off", "writer", phrases.message("notice_untaught", reason=untaught))] if untaught else []
        key = "notice_phrases" if active.name == PHRASES else "notice_writer"
        return [Notice("off", "writer", phrases.message(key, reason=active.failure))]

    def active_writer(self, lang: str = "en") -> WriterReport:
        """Return who writes in a language now, and why not the configured writer where that is another one.

        The configured one gets another chance now and then; until it wrote again, it counts as failed. A language that
        it does not write at all is no failure.
        """
        if writer_for(self.writer, lang) is not self.writer:
            return WriterReport(PHRASES)
        failure = failure_in(self.writer, lang)
        last = self._last_report
        if last is not None and last.name == PHRASES and last.failure:
            return last
        return WriterReport(writing_name(self.writer), self.writer.name if failure else "", failure)

    def _last_question(self, thread_id: str | None, lang: str) -> Question | None:
        """Return the thread's last question about the plan: the context of a follow-up, whatever small talk between."""
        answers = [m.payload for m in self.store.messages(thread_id) if m.role == COPILOT] if thread_id else []
        asked = (_asked(answer, lang) for answer in reversed(answers))
        return next((one for one in asked if one.intent not in (Intent.HELP, Intent.OUT_OF_SCOPE)), None)


def _asked(answer: Mapping[str, Any], lang: str) -> Question:
    """Return the question of a stored answer."""
    question = question_from_json(answer.get("asked", answer["question"]), lang=lang)
    return replace(question, stopped=bool(answer.get("stopped", False)))


def _set(cancel: threading.Event | None) -> bool:
    return cancel is not None and cancel.is_set()


def _waiting(
    ticket: Ticket, behind: Literal["facts", "writer"], cancel: threading.Event | None
) -> Iterator[AnswerEvent]:
    for place in ticket.wait(cancel):
        yield Waiting(place, behind)


def _stale(rule: Intervention, phrases: Phrases) -> Notice:
    """Return the notice that a standing rule speaks of what the plan no longer has."""
    product_id = getattr(rule, "product_id", "")
    if product_id:
        return Notice("stale", product_id, phrases.message("notice_lock", product=product_id))
    subject = ", ".join(str(value) for value in vars(rule).values() if value is not None)
    return Notice("stale", subject, phrases.message("notice_rule", rule=subject))
