"""The fixed shop that understanding is judged on: a small catalogue and plan, read from `prompts/<lang>/evaluation/`.

It holds what reading a question needs and nothing else: no model, no solver. The catalogue is searched as a real one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd

from copilot.records import StoredPlan
from ranking.plan import Launch, Plan
from retrieval.encoder import TextEncoder
from retrieval.search import CatalogueSearch
from retrieval.weeks import parse_week, week_range


class ShopTables:
    """The shop's catalogue as a table that SQL reads, as a workspace's is."""

    def __init__(self, products: pd.DataFrame) -> None:
        self._connection = duckdb.connect()
        self._connection.register("frame", products)
        self._connection.execute("CREATE TABLE products AS SELECT * FROM frame")
        self._connection.unregister("frame")

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Return the rows of a statement."""
        return self._connection.cursor().execute(sql, list(params)).df()


class QuestionShop:
    """What the parser asks an engine for, of the fixed shop; `stored` is its plan.

    Args:
        data: the content of `shop.toml`.
        encoder: of the search over the catalogue.
    """

    def __init__(self, data: Mapping[str, Any], encoder: TextEncoder) -> None:
        products = _products(data)
        waiting = products[products["status"] == "candidate"]
        self.as_of = date.fromisoformat(data["as_of"])
        self.weeks = week_range(self.as_of, int(data["weeks"]))
        self.placements = tuple(data["placements"])
        self.workspace = ShopTables(products)
        self.search = CatalogueSearch.from_products(products, encoder)
        self.problem = SimpleNamespace(product_ids=tuple(waiting["product_id"]), groups=tuple(waiting["category"]))
        past = dict.fromkeys((*self.group_names(), *products["category"]))  # what is on sale was launched once
        self.rhythm = SimpleNamespace(groups=tuple(SimpleNamespace(group=one) for one in past))
        self.stored = _plan(data)

    def group_names(self) -> tuple[str, ...]:
        """The category groups of the candidates, in alphabetical order."""
        return tuple(sorted(set(self.problem.groups)))


def _products(data: Mapping[str, Any]) -> pd.DataFrame:
    rows = [(*row[:3], "candidate") for row in data["candidates"]] + [(*row, "live") for row in data["live"]]
    return pd.DataFrame(rows, columns=["product_id", "title", "category", "status"]).assign(description="", brand="")


def _plan(data: Mapping[str, Any]) -> StoredPlan:
    launches = tuple(
        Launch(product_id, title, group, parse_week(week), placement, 1.0, 0.0, 2.0)
        for product_id, title, group, week, placement in data["candidates"]
        if week
    )
    worth, n_slots = float(len(launches)), int(data["weeks"]) * len(data["placements"])
    plan = Plan(launches, worth, worth, 0.0, "optimal", 0.0, (), len(data["candidates"]), n_slots)
    return StoredPlan(1, plan, datetime(2017, 10, 9, tzinfo=UTC), "", "")
