"""Where facts come from: for each kind of fact, the rows of the workspace behind it and what was computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from copilot.factsheet import Source
from copilot.phrases import Phrases

if TYPE_CHECKING:
    from copilot.engine import Analogue, Engine, Product
    from copilot.store import StoredPlan
    from ranking.counterfactual import Counterfactual
    from ranking.lift import PlacementLift
    from ranking.plan import Plan
    from ranking.ranker import ScoreParts
    from retrieval.demand import SearchDemand

PRODUCT_COLUMNS = ("product_id", "title", "category", "brand", "price", "status", "launch_date")
EVENT_COLUMNS = ("product_id", "ts", "quantity", "value")
QUERY_COLUMNS = ("date", "query", "count")
PLACEMENT_COLUMNS = ("week", "product_id", "placement", "share")
_MOST_QUERIES = 200  # shown as rows behind one fact
_FIRST_FOUR_WEEKS = (
    "type = 'purchase' AND product_id = ?"
    " AND ts >= (SELECT launch_date FROM products WHERE product_id = ?)"
    " AND ts < (SELECT launch_date FROM products WHERE product_id = ?) + INTERVAL 28 DAY"
)


@dataclass(frozen=True)
class Sources:
    """Makes sources for one question."""

    engine: Engine
    stored: StoredPlan
    phrases: Phrases

    def plan(self, product_ids: Sequence[str] = ()) -> Source:
        """The stored plan; the rows are the products it speaks of."""
        plan = self.stored.plan
        note = self.phrases.note(
            "plan",
            version=self.stored.version,
            launches=len(plan.launches),
            candidates=plan.n_candidates,
            slots=plan.n_slots,
            objective=plan.objective,
            bound=plan.bound,
        )
        return _products("solve", product_ids, note)

    def product(self, product_id: str) -> Source:
        """The product's catalogue entry."""
        return _products("rows", [product_id], self.phrases.note("catalogue"))

    def namesakes(self, product: Product) -> Source:
        """The other products with a product's title."""
        where, params = "title = ? AND product_id <> ?", (product.title, product.product_id)
        return Source("rows", "products", where, params, PRODUCT_COLUMNS, self.phrases.note("namesakes"))

    def namesakes_sold(self, product: Product) -> Source:
        """The purchases of the other products with a product's title, before the plan's day."""
        named = "SELECT product_id FROM products WHERE title = ? AND product_id <> ?"
        where = f"type = 'purchase' AND product_id IN ({named}) AND ts < ?"
        params = (product.title, product.product_id, self.engine.as_of)
        return Source("rows", "events", where, params, EVENT_COLUMNS, self.phrases.note("sold"))

    def forecast(self, product_id: str, analogues: Sequence[Analogue]) -> Source:
        """The forecast model; the rows are the product and its nearest past launches."""
        ids = [product_id, *(analogue.product_id for analogue in analogues)]
        return _products("model", ids, self.phrases.note("forecast", as_of=str(self.engine.as_of)))

    def expected(self, product_id: str, parts: ScoreParts) -> Source:
        """The expected units of a slot, with the factors that make them up."""
        note = self.phrases.note(
            "expected",
            base=float(parts.base_units),
            placement=float(parts.placement_ratio),
            momentum=float(parts.momentum_ratio),
        )
        return _products("model", [product_id], note)

    def effect(self, product_id: str) -> Source:
        """One factor of the expected units."""
        return _products("model", [product_id], self.phrases.note("effect"))

    def momentum(self, group: str) -> Source:
        """The demand trend of a category group; the rows are its products."""
        note = "season" if self.engine.models.season else "momentum"
        return _group("model", group, self.phrases.note(note))

    def lift(self, lift: PlacementLift) -> Source:
        """Past placements of this kind."""
        note = self.phrases.note("lift", weeks=f"{int(lift.n_product_weeks):,}")
        if not self.engine.workspace.has("placements"):
            return Source("model", note=note)
        return Source("model", "placements", "placement = ?", (lift.placement,), PLACEMENT_COLUMNS, note)

    def analogue(self, analogue: Analogue) -> Source:
        """The purchases of a past launch in its first four weeks."""
        note = self.phrases.note("analogue", similarity=float(analogue.similarity))
        return Source("rows", "events", _FIRST_FOUR_WEEKS, (analogue.product_id,) * 3, EVENT_COLUMNS, note)

    def purchases(self, product_id: str) -> Source:
        """A product's purchases before the plan's day."""
        where = "type = 'purchase' AND product_id = ? AND ts < ?"
        return Source(
            "rows", "events", where, (product_id, self.engine.as_of), EVENT_COLUMNS, self.phrases.note("sold")
        )

    def buyers_of_group(self, group: str, since: date) -> Source:
        """Recent purchases of a category group's products."""
        products = "SELECT product_id FROM products WHERE category = ? OR starts_with(category, ?)"
        where = f"type = 'purchase' AND product_id IN ({products}) AND ts >= ? AND ts < ?"
        params = (group, f"{group} > ", since, self.engine.as_of)
        return Source("rows", "events", where, params, EVENT_COLUMNS, self.phrases.note("buyers", since=str(since)))

    def buyers_of(self, product_ids: Sequence[str]) -> Source:
        """Purchases of some products before the plan's day."""
        where = f"type = 'purchase' AND product_id IN ({', '.join('?' * len(product_ids))}) AND ts < ?"
        params = (*product_ids, self.engine.as_of)
        return Source("rows", "events", where, params, EVENT_COLUMNS, self.phrases.note("analogue_buyers"))

    def unanswered(self, queries: Sequence[str], simulated: bool) -> Source:
        """The rows of searches that hold a word which no product has."""
        return _queries(queries[:_MOST_QUERIES], self.phrases.note("unmet", simulated=simulated), simulated)

    def scenario(self, name: str, plan: Plan) -> Source:
        """A scenario's plan against the current one."""
        base = self.stored.plan
        note = self.phrases.note(
            "scenario",
            name=name,
            version=self.stored.version,
            objective=plan.objective,
            bound=plan.bound,
            base=base.objective,
            base_bound=base.bound,
        )
        return Source("solve", note=note)

    def report(self) -> Source:
        """What the import found."""
        return Source("model", note=self.phrases.note("report", as_of=str(self.engine.as_of)))

    def accuracy(self) -> Source:
        """The rolling backtest that the build made."""
        return Source("model", note=self.phrases.note("accuracy", as_of=str(self.engine.as_of)))

    def words(self, queries: Sequence[str], simulated: bool) -> Source:
        """The rows of the queries that hold some words."""
        return _queries(queries, self.phrases.note("words", simulated=simulated), simulated)

    def near_category(self, queries: Sequence[str], simulated: bool) -> Source:
        """The rows of the queries near a category's waiting products."""
        return _queries(queries[:_MOST_QUERIES], self.phrases.note("near_category", simulated=simulated), simulated)

    def analogues(self, analogues: Sequence[Analogue]) -> Source:
        """The past launches that a median was taken over."""
        ids = [analogue.product_id for analogue in analogues]
        return _products("rows", ids, self.phrases.note("analogue_median", count=len(ids)))

    def searches(self, demand: SearchDemand, note: str = "searches") -> Source:
        """The rows of the query log that match a product."""
        text = self.phrases.note(note, simulated=demand.simulated)
        queries = tuple(match.query for match in demand.queries)
        return _queries(queries, text, demand.simulated)

    def query(self, query: str, similarity: float, simulated: bool) -> Source:
        """The rows of one query."""
        note = self.phrases.note("query", similarity=float(similarity), simulated=simulated)
        return _queries((query,), note, simulated)

    def solve(self, told: Counterfactual, product_ids: Sequence[str]) -> Source:
        """A solve under an intervention, with both objectives and their proven bounds."""
        if told.plan is None:
            note = self.phrases.note("infeasible", version=self.stored.version, reason=told.reason)
            return _products("solve", product_ids, note)
        note = self.phrases.note(
            "solve",
            version=self.stored.version,
            objective=told.plan.objective,
            bound=told.plan.bound,
            base=told.baseline.objective,
            base_bound=told.baseline.bound,
        )
        return _products("solve", product_ids, note)

    def planner(self, note: str, product_ids: Sequence[str], **told: str) -> Source:
        """What the planner's prices or draws say of the stored plan."""
        return _products("solve", product_ids, self.phrases.note(note, version=self.stored.version, **told))

    def fatigue(self, group: str = "") -> Source:
        """The fatigue model; the rows are the past launches of the group, or all of them."""
        found = self.engine.models.fatigue.group(group) if group else self.engine.models.fatigue.pooled
        effect = found.strength
        told = {"prior": f"{effect.prior_weight:.0%}", "no_loss": effect.estimate < 0}
        note = self.phrases.note("fatigue", cells=found.n_cells, **told)
        return replace(self.rhythm(group), note=note)

    def advice(self, group: str, agreement: float) -> Source:
        """The network distilled from the group's solved rhythm; the rows are its past launches."""
        return replace(self.rhythm(group), note=self.phrases.note("advice", agreement=f"{agreement:.1%}"))

    def price(self, group: str, n_products: int) -> Source:
        """How sales answered to prices; the rows are the products of the group."""
        return _group("model", group, self.phrases.note("price_response", products=n_products))

    def rhythm(self, group: str = "") -> Source:
        """The rhythm model; the rows are the past launches of the group, or all of them."""
        note = self.phrases.note("rhythm", as_of=str(self.engine.as_of))
        first, as_of = self.engine.report.first_day, self.engine.as_of
        launched = "launch_date > ? AND launch_date < ?"
        if group:
            where = f"{launched} AND (category = ? OR starts_with(category, ?))"
            return Source("model", "products", where, (first, as_of, group, f"{group} > "), PRODUCT_COLUMNS, note)
        return Source("model", "products", launched, (first, as_of), PRODUCT_COLUMNS, note)


def _products(kind, product_ids: Sequence[str], note: str) -> Source:
    ids = tuple(dict.fromkeys(product_ids))
    if not ids:
        return Source(kind, note=note)
    where = f"product_id IN ({', '.join('?' * len(ids))})"
    return Source(kind, "products", where, ids, PRODUCT_COLUMNS, note)


def _group(kind, group: str, note: str) -> Source:
    where = "category = ? OR starts_with(category, ?)"
    return Source(kind, "products", where, (group, f"{group} > "), PRODUCT_COLUMNS, note)


def _queries(queries: Sequence[str], note: str, simulated: bool) -> Source:
    if not queries:
        return Source("model", note=note, simulated=simulated)
    where = f"query IN ({', '.join('?' * len(queries))})"
    return Source("rows", "queries", where, tuple(queries), QUERY_COLUMNS, note, simulated)
