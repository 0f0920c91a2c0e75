"""A small service made of the real dataclasses: a 4-week plan, one hostile title, and answers from a script."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from copilot.answer import Answer, Sentence, WriterReport
from copilot.brief_passages import BriefProgress, Writing
from copilot.briefs import Brief
from copilot.conversation_context import Wish
from copilot.engine import Analogue, Evidence, Product
from copilot.errors import QuestionTooLong, StalePlan, UnknownProduct
from copilot.facts import Fact, FactSheet, Source
from copilot.questions import Entities, Intent, Question
from copilot.service import Collected, Finished, Notice, SentenceReady, Understood
from copilot.store import Store, StoredPlan
from copilot.ui.words import Words, load_words
from ranking.forecast import Forecast
from ranking.interventions import Lock
from ranking.lift import PlacementLift
from ranking.plan import Launch, Plan
from ranking.problem import PlanningProblem, Slot
from ranking.ranker import ScoreParts
from retrieval.demand import QueryMatch, SearchDemand
from retrieval.search import Hit
from retrieval.weeks import week_range

HOSTILE = '<img src=x onerror=alert(1)> "quoted" </script>${alert(2)}{{value}}`'
WEEKS = week_range(date(2017, 10, 9), 4)
PLACEMENTS = ("front end cap", "mailer front page", "in-aisle")
GROUPS = ("Grocery > Bag Snacks", "Grocery > Soft Drinks", "Drug GM > Candy", "Produce > Apples")
WORDS = ("Potato Chips", "Cola", "Chocolate Bar", "Gala Apples", "Pretzels", "Lemonade", "Gum", "Pears")


def _products(n: int) -> dict[str, Product]:
    return {
        f"P{i}": Product(
            product_id=f"P{i}",
            title=HOSTILE if i == 0 else f"{WORDS[i % len(WORDS)]} {i} OZ",
            description="",
            category=f"{GROUPS[i % len(GROUPS)]} > Type {i}",
            group=GROUPS[i % len(GROUPS)],
            brand="National",
            price=2.49 if i % 2 else None,
            status="candidate",
            launch_date=None,
            ready_date=None,
            stock_units=None,
        )
        for i in range(n)
    }


class FakeEngine:
    """Evidence from arithmetic on the product's number."""

    def __init__(self, products: dict[str, Product], slots: tuple[Slot, ...]) -> None:
        self.products = products
        self.weeks = tuple(sorted({slot.week for slot in slots}))
        self.placements = tuple(dict.fromkeys(slot.placement for slot in slots))
        self.slots = slots
        self.as_of = self.weeks[0]
        self.rhythm = SimpleNamespace(recommended_per_week=6)
        shape = (len(products), len(slots))
        self.problem = PlanningProblem(
            product_ids=tuple(products),
            titles=tuple(item.title for item in products.values()),
            groups=tuple(item.group for item in products.values()),
            slots=slots,
            values=np.ones(shape),
            lows=np.zeros(shape),
            highs=np.full(shape, 2.0),
            ready=(None,) * len(products),
        )

    def product(self, product_id: str) -> Product:
        if product_id not in self.products:
            raise UnknownProduct(f"The catalogue has no product {product_id}.")
        return self.products[product_id]

    def placement_lift(self, placement: str) -> PlacementLift | None:
        if placement == self.placements[-1]:
            return None
        return PlacementLift(placement, 1.31, 1.12, 1.52, 0.2, 840)


class FakeCopilot:
    """The service's surface as the screen uses it."""

    def __init__(self, store: Store, n_products: int = 40, n_launches: int = 14) -> None:
        slots = tuple(Slot(week, placement, 2) for week in WEEKS for placement in PLACEMENTS)
        self.products = _products(n_products)
        self.engine = FakeEngine(self.products, slots)
        self.store = store
        self.writer = SimpleNamespace(name="scripted writer")
        self.active_writer = lambda lang="en": WriterReport("scripted writer")
        self.pause: threading.Event | None = None  # when given, each sentence waits for it
        self.plans = {1: _plan(list(self.products.values()), slots, n_launches)}

    def current_plan(self) -> StoredPlan:
        return self.plans[max(self.plans)]

    def evidence(self, product_id: str) -> Evidence:
        product = self.engine.product(product_id)
        launch = self.current_plan().plan.launch_of(product_id)
        number = int(product_id[1:])
        units = 4.0 + 3 * number
        quantiles = {q / 100: units * (0.4 + q / 80) for q in range(10, 100, 10)}
        parts = ScoreParts(units, 1.2, 0.95, units * 1.2 * 0.95, units * 0.4, units * 2.2, delay_ratio=0.97)
        return Evidence(
            product=product,
            launch=launch,
            forecast=Forecast(product_id, units, units * 0.9, units * 0.4, units * 2.2, quantiles),
            parts=parts if launch else None,
            lift=self.engine.placement_lift(launch.placement) if launch else None,
            analogues=tuple(
                Analogue(
                    f"P{i}", f"Past {HOSTILE if i == 1 else i}", 0.9 - i / 20, date(2017, 5, 1), units * (0.5 + i / 4)
                )
                for i in range(5)
            ),
            demand=self._demand(product_id),
            locked=any(lock.product_id == product_id for lock in self.store.locks()),
        )

    def _demand(self, product_id: str) -> SearchDemand:
        weeks = week_range(date(2017, 1, 2), 40)
        weekly = tuple((week, 20 + 8 * math.sin(i / 4) + i / 5) for i, week in enumerate(weeks))
        queries = (QueryMatch("potato <b>chips</b>", 0.8, 240), QueryMatch("snacks", 0.6, 90))
        return SearchDemand(product_id, weekly, 27.3, 1.08, 0.97, 1.2, queries, simulated=True)

    def search(self, query: str, k: int = 10, *, status: str | None = None) -> list[Hit]:
        found = [one for one in self.products.values() if one.title.split()[0].lower() in query.lower().split()]
        return [Hit(one.product_id, one.title, one.category, one.status, 1.0, None, 1.0) for one in found[:k]]

    def fact_rows(self, fact: Fact, limit: int = 50) -> pd.DataFrame:
        rows = {
            "product_id": ["P1", "P2"],
            "title": [HOSTILE, "Cola"],
            "quantity": [3, 4.5],
            "ts": [datetime(2017, 5, 1)] * 2,
        }
        return pd.DataFrame(rows)

    def lock(self, product_id: str, week: date, placement: str, expected_version: int) -> StoredPlan:
        stored = self._next(expected_version)
        self._stand(*self._locks_without(product_id), Lock(product_id, week, placement))
        return stored

    def unlock(self, product_id: str, expected_version: int) -> StoredPlan:
        stored = self._next(expected_version)
        self._stand(*self._locks_without(product_id))
        return stored

    def restore(self, version: int, expected_version: int) -> StoredPlan:
        stored = self._next(expected_version, self.plans[version].plan)
        self._stand()
        return stored

    def _locks_without(self, product_id: str) -> list[Lock]:
        return [lock for lock in self.store.locks() if lock.product_id != product_id]

    def _stand(self, *locks: Lock) -> None:
        """Let exactly these locks stand, as the service does with each plan that it saves."""
        latest = self.store.latest_plan()
        self.store.save_plan(self.current_plan().plan, "f", "", latest.version if latest else None, standing=locks)

    def _next(self, expected_version: int, plan: Plan | None = None) -> StoredPlan:
        if expected_version != max(self.plans):
            raise StalePlan(f"The plan is at version {max(self.plans)} now; look again.")
        latest = self.current_plan()
        changed = plan or replace(latest.plan, objective=latest.plan.objective - 1.5)
        version = latest.version + 1
        self.plans[version] = StoredPlan(version, changed, latest.created_at, latest.fingerprint, "changed")
        return self.plans[version]

    def brief_writer(self, lang: str = "en") -> str:
        return "scripted writer" if lang == "en" else ""

    def brief(
        self,
        target: str,
        lang: str = "en",
        *,
        written: bool = False,
        cancel: threading.Event | None = None,
        on_progress: Callable[[BriefProgress], None] = lambda progress: None,
    ) -> Brief:
        if target not in self.products:
            raise UnknownProduct(f"The catalogue has no product {target}.")
        brief = Brief(target, "A brief", f"# {self.products[target].title}\n", (), 1, "f", lang)
        if not written:
            return brief
        on_progress(BriefProgress("writing", sentences=1))
        while self.pause is not None and not (self.pause.wait(0.01) or (cancel is not None and cancel.is_set())):
            pass
        ended = "cancelled" if cancel is not None and cancel.is_set() else ""
        return replace(brief, writing=Writing("scripted writer", ("scripted writer",), 1, 2, ended))

    def notices(self, lang: str = "en") -> tuple[Notice, ...]:
        return (
            Notice("simulated", "queries", "The search log is simulated from purchases: the shop has none of its own."),
            Notice("off", "market", "Market signals are off: the source has no <market> table."),
        )

    def ask(
        self,
        message: str,
        *,
        lang: str = "en",
        thread_id: str | None = None,
        cancel: threading.Event | None = None,
        wish: Wish = "",
        question: Question | None = None,
    ) -> Iterator[object]:
        if len(message) > 2_000:
            raise QuestionTooLong(f"The message has {len(message):,} characters; 2,000 are the limit.")
        self._record(thread_id, "operator", {"text": message})
        answer = scripted_answer(message, self.current_plan())
        if question is not None:
            answer = replace(answer, question=question)
        if wish:
            answer = replace(answer, question=replace(answer.question, wish=wish, variation=int(wish == "again")))
        yield Understood(answer.question)
        yield Collected(FactSheet(answer.question, answer.facts, ()))
        spoken: list[Sentence] = []
        for sentence in answer.sentences:
            if self.pause is not None:
                self.pause.wait(10)
            if cancel is not None and cancel.is_set():
                break
            spoken.append(sentence)
            yield SentenceReady(sentence)
        stopped = cancel is not None and cancel.is_set()
        answer = replace(answer, sentences=tuple(spoken), stopped=stopped, wishes=("shorter", "longer"))
        self._record(thread_id, "copilot", answer.to_record())
        yield Finished(answer)

    def _record(self, thread_id: str | None, role: str, payload: dict) -> None:
        if thread_id is not None:
            self.store.add_message(thread_id, role, payload)


def scripted_answer(message: str, stored: StoredPlan) -> Answer:
    """Answer anything about the plan's first launch: a sentence of each origin, and two facts."""
    launch = stored.plan.launches[0]
    intent = Intent.BRIEF if "brief" in message.lower() else Intent.WHY_HERE
    entities = Entities(products=(launch.product_id,), weeks=(launch.week,), placements=(launch.placement,))
    question = Question(message, intent, entities, 0.9)
    rows = Source("rows", "events", "product_id = ?", (launch.product_id,), ("product_id", "quantity"), "purchases")
    solve = Source("solve", note="re-solved without the slot")
    facts = (
        Fact("F1", "expected_units", launch.product_id, launch.title, launch.expected_units, "units", (1.2, 9.5), rows),
        Fact("F2", "launch_slot", launch.product_id, launch.title, launch.week, "week", None, solve, week=launch.week),
    )
    sentences = (
        Sentence("It is expected to sell 4.5 units [F1].", ("F1",), True, "writer"),
        Sentence("It is planned for 2017-W41 [F2].", ("F2",), True, "phrase", "It will <b>surely</b> sell 900 units."),
        Sentence("Ask about any launch.", (), True, "template"),
    )
    return Answer(question, sentences, facts, stored.version, "scripted writer")


def _plan(products: list[Product], slots: tuple[Slot, ...], n_launches: int) -> StoredPlan:
    places = [slot for slot in slots for _ in range(slot.capacity)][:n_launches]
    launches = tuple(
        Launch(item.product_id, item.title, item.group, slot.week, slot.placement, 4.5 + i, 1.2, 9.5 + i)
        for i, (item, slot) in enumerate(zip(products, places, strict=False))
    )
    objective = sum(launch.expected_units for launch in launches)
    plan = Plan(launches, objective, objective * 1.0004, 0.0004, "optimal", 0.8, (), len(products), len(slots))
    return StoredPlan(1, plan, datetime(2017, 10, 9, tzinfo=UTC), "fingerprint", "first plan")


@pytest.fixture
def copilot() -> Iterator[FakeCopilot]:
    store = Store("sqlite://")
    yield FakeCopilot(store)
    store.close()


@pytest.fixture
def words() -> Words:
    return load_words("en")


@pytest.fixture
def hostile() -> str:
    return HOSTILE


@pytest.fixture
def answer_to(copilot):
    return lambda message: scripted_answer(message, copilot.current_plan())
