"""Engine: loads a workspace once and computes whatever evidence a question, a screen or a brief needs.

The models predict, the optimiser decides. The engine holds both and knows no words: it returns domain objects.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from copilot.errors import UnknownProduct
from copilot.records import StoredPlan
from copilot.shop_problem import PlanningSettings, day_of, open_problem, text_of
from ranking.accuracy import Accuracy, load_accuracy
from ranking.cannibalisation import substitutes
from ranking.counterfactual import Counterfactual, counterfactual
from ranking.fatigue_model import starting_fatigue
from ranking.features import past_launches, rhythm_group
from ranking.forecast import Forecast
from ranking.interventions import Intervention
from ranking.lift import PlacementLift
from ranking.market import estimated_market
from ranking.models import Models, load_models
from ranking.plan import Launch, Plan
from ranking.planner import Planner
from ranking.pricing import priced_problem
from ranking.problem import PlanningProblem, Slot
from ranking.ranker import ScoreParts, SlotRanker
from ranking.rhythm import Rhythm
from ranking.rhythm_advice import Adviser, make_adviser
from ranking.rhythm_policy import RhythmPolicy
from ranking.rows import Rule
from ranking.season import season_problems, season_rhythm
from ranking.solver_process import SolverProcess
from retrieval.demand import DemandModel, SearchDemand
from retrieval.report import DataReport
from retrieval.search import CatalogueSearch
from retrieval.weeks import week_of, week_range
from retrieval.workspace import Workspace

ANALOGUE_POOL = 200  # nearest past launches looked at before those without a full outcome are left out


@dataclass(frozen=True)
class Product:
    """A catalogue entry as explanations need it; `launch_date` is None for candidates."""

    product_id: str
    title: str
    description: str
    category: str
    group: str
    brand: str
    price: float | None
    status: str
    launch_date: date | None
    ready_date: date | None
    stock_units: float | None


@dataclass(frozen=True)
class Analogue:
    """A past launch like a candidate: cosine similarity of their texts, and what it sold in its first four weeks."""

    product_id: str
    title: str
    similarity: float
    launch_week: date
    units_4w: float


@dataclass(frozen=True)
class Evidence:
    """Everything the evidence panel shows about one product; None where the product or the data has none."""

    product: Product
    launch: Launch | None
    forecast: Forecast | None
    parts: ScoreParts | None
    lift: PlacementLift | None
    analogues: tuple[Analogue, ...]
    demand: SearchDemand | None
    locked: bool


class Engine:
    """Evidence and plans over one workspace; safe to share between threads.

    Args:
        workspace: an opened workspace.
        search: catalogue search over its index.
        settings: what the operator decides about the plan.
    """

    def __init__(self, workspace: Workspace, search: CatalogueSearch, settings: PlanningSettings) -> None:
        self.workspace = workspace
        self.search = search
        self.settings = settings
        self.report: DataReport = workspace.report()
        self.as_of = self.report.as_of
        self.weeks = week_range(_first_plan_week(self.as_of), settings.weeks)
        self._counterfactuals: dict[tuple[int, tuple[Intervention, ...]], Counterfactual] = {}
        self._advisers: dict[str, Adviser | None] = {}
        self._binding: dict[int, tuple[tuple[Rule, float], ...]] = {}
        self._solving = threading.Lock()
        self._solver = SolverProcess()

    def close(self) -> None:
        """Stop the solver's process and close the tables."""
        self._solver.close()
        self.workspace.close()

    def prepare(self) -> None:
        """Find the planner's prices now, so that the first question need not wait for them."""
        with self._solving:
            _ = self.planner.prices

    @cached_property
    def models(self) -> Models:
        """The trained models."""
        return load_models(self.workspace.models)

    @cached_property
    def accuracy(self) -> Accuracy | None:
        """How far forecasts could have been trusted in the past; None where the build did not measure it."""
        return load_accuracy(self.workspace.models)

    @cached_property
    def launches(self) -> pd.DataFrame:
        """Past launches with their outcomes, indexed by product id."""
        return past_launches(self.workspace).set_index("product_id", drop=False)

    @cached_property
    def demand(self) -> DemandModel | None:
        """Search demand, or None when the shop has no query log."""
        if not self.workspace.has("queries"):
            return None
        return DemandModel.load(self.workspace.index, self.workspace.data, "queries" in self.report.simulated)

    @cached_property
    def ranker(self) -> SlotRanker:
        """Scores of every candidate in every slot."""
        return self.models.ranker(self.settings.delay_per_week)

    @cached_property
    def candidates_and_slots(self) -> PlanningProblem:
        """What can be planned, before the rhythm is taken into account."""
        problem = open_problem(self.workspace, self.models, self.settings, self.weeks)
        texts = self.search.embeddings(problem.product_ids)
        pairs = substitutes(problem.groups, problem.values, texts, self.models.cannibalisation)
        return replace(problem, substitutes=pairs)

    @cached_property
    def season(self) -> RhythmPolicy:
        """The solved rhythm of each category group over the plan's weeks."""
        problem, fatigue = self.candidates_and_slots, self.models.fatigue
        most = {group.group: group.busiest_per_week for group in self.rhythm.groups}
        start, slots, ready = self.starting_fatigue, problem.slots, problem.ready
        return season_rhythm(season_problems(problem.groups, problem.values, slots, ready, most, start, fatigue))

    @cached_property
    def starting_fatigue(self) -> Mapping[str, float]:
        """Group -> fatigue that its past launches leave when the plan's first week starts."""
        return starting_fatigue(self.launches, self.models.fatigue.decay, self.weeks[0])

    @cached_property
    def problem(self) -> PlanningProblem:
        """What the plan is decided from: candidates, slots and values, at the prices that the rhythm puts on them."""
        problem = self.candidates_and_slots
        return priced_problem(problem, estimated_market(problem, self.models.fatigue, self.starting_fatigue))

    @cached_property
    def planner(self) -> Planner:
        """The planner of the problem, whose prices every solve after the first one begins from."""
        return Planner(self.problem, self._solver)

    @property
    def rhythm(self) -> Rhythm:
        """Launches per week and group that the data supports."""
        return self.models.rhythm

    @property
    def placements(self) -> tuple[str, ...]:
        """The placements of the calendar."""
        return self.candidates_and_slots.placements

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots of the calendar; known before the rhythm's prices are."""
        return self.candidates_and_slots.slots

    @cached_property
    def fingerprint(self) -> str:
        """Hash over the data, the models and the planning settings: a plan made under another one is stale."""
        parts = {"workspace": self.workspace.fingerprint, **self.settings.decisive}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]

    def group_names(self) -> tuple[str, ...]:
        """The category groups of the candidates, in alphabetical order."""
        return tuple(sorted(set(self.problem.groups)))

    def adviser(self, group: str) -> Adviser | None:
        """Return instant advice on a group's launches, None where it has nothing of value to launch."""
        if group not in self._advisers:
            policy = self.season.groups.get(group)
            self._advisers[group] = make_adviser(policy) if policy else None
        return self._advisers[group]

    def product(self, product_id: str) -> Product:
        """Return one catalogue entry.

        Raises:
            UnknownProduct: the catalogue has no such id.
        """
        rows = self.workspace.query("SELECT * FROM products WHERE product_id = ?", [product_id])
        if rows.empty:
            raise UnknownProduct(f"The catalogue has no product {product_id}. Search for it by its name instead.")
        row = rows.iloc[0]
        return Product(
            product_id=product_id,
            title=row["title"],
            description=text_of(row["description"]),
            category=text_of(row["category"]),
            group=rhythm_group(text_of(row["category"])),
            brand=text_of(row["brand"]),
            price=_number(row["price"]),
            status=row["status"],
            launch_date=day_of(row["launch_date"]),
            ready_date=day_of(row["ready_date"]),
            stock_units=_number(row["stock_units"]),
        )

    def forecast(self, product_id: str) -> Forecast | None:
        """Return a candidate's forecast, None for a product that is no candidate."""
        return self.models.forecast_of(product_id)

    def score_parts(self, product_id: str, week: date, placement: str) -> ScoreParts:
        """Return how the expected units of a launch come about."""
        return self.ranker.parts(product_id, week, placement)

    def placement_lift(self, placement: str) -> PlacementLift | None:
        """Return what a placement did for past sales, None when the data cannot tell."""
        return self.models.lift_of(placement)

    def analogues(self, product_id: str, k: int = 5, *, ties: bool = False) -> list[Analogue]:
        """Return the `k` past launches whose texts are nearest the product's, nearest first.

        Of launches equally near, those of the product's brand come first, then the latest. `ties` adds all that are as
        near as the nearest, however many: any choice among them would be arbitrary.
        """
        known = self.launches[self.launches["units_4w"].notna()]
        near = self.search.similar(product_id, max(k, ANALOGUE_POOL), among=set(known.index))
        brand = self.product(product_id).brand
        ordered = sorted(
            ((other, round(similarity, 4)) for other, similarity in near),
            key=lambda one: (
                -one[1],
                known.at[one[0], "brand"] != brand,
                -_date(known.at[one[0], "launch_week"]).toordinal(),
            ),
        )
        nearest = sum(similarity == ordered[0][1] for _, similarity in ordered) if ties and ordered else 0
        return [
            Analogue(
                product_id=other,
                title=str(known.at[other, "title"]),
                similarity=float(similarity),
                launch_week=_date(known.at[other, "launch_week"]),
                units_4w=float(known.at[other, "units_4w"]),
            )
            for other, similarity in ordered[: max(k, nearest)]
        ]

    def search_demand(self, product_id: str) -> SearchDemand | None:
        """Return the search demand for a product, None without a query log or without a matching query."""
        return self.demand.demand(product_id) if self.demand else None

    def solve(self, interventions: Sequence[Intervention] = (), near: Plan | None = None) -> Plan:
        """Return the best plan under the interventions; of equally good ones the nearest to `near`.

        Raises:
            InfeasiblePlan: the interventions cannot all hold.
        """
        with self._solving:
            return self.planner.solve(tuple(interventions), time_limit_s=self.settings.time_limit_s, near=near)

    def binding(self, stored: StoredPlan) -> tuple[tuple[Rule, float], ...]:
        """Return the rules that bind a plan, and what one more place under each gains it at most, dearest first."""
        if stored.version not in self._binding:
            with self._solving:
                prices = self.planner.prices_under(stored.plan.interventions)
            self._binding[stored.version] = prices.binding(stored.plan.objective)
        return self._binding[stored.version]

    def counterfactual(self, baseline: StoredPlan, *interventions: Intervention) -> Counterfactual:
        """Return what re-solving under additional interventions changes; solved once per plan version."""
        key = (baseline.version, tuple(interventions))
        with self._solving:
            if key not in self._counterfactuals:
                self._counterfactuals[key] = counterfactual(
                    self.planner, baseline.plan, interventions, time_limit_s=self.settings.time_limit_s
                )
            return self._counterfactuals[key]


def _first_plan_week(as_of: date) -> date:
    monday = week_of(as_of)
    return monday if monday == as_of else monday + timedelta(weeks=1)


def _number(cell: Any) -> float | None:
    return None if pd.isna(cell) else float(cell)


def _date(cell: Any) -> date:
    return cell.date() if isinstance(cell, datetime) else cell  # a pandas Timestamp is a datetime
