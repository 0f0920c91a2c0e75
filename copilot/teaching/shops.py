"""Shops to draw fact sheets from: the demo, the online gift shop and simulated markets, each with several plans."""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from copilot.engine import Engine, PlanningSettings
from copilot.phrases import load_phrases
from copilot.questions import QuestionParser
from copilot.records import StoredPlan
from copilot.start import build_workspace
from ranking.errors import RankingError
from ranking.interventions import CapLaunches, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
from ranking.plan import Plan
from retrieval.encoder import TextEncoder
from retrieval.progress import Progress, silent
from retrieval.search import CatalogueSearch
from retrieval.sources import open_source
from retrieval.sources.simulated import simulated_shop
from retrieval.workspace import Workspace

_log = logging.getLogger(__name__)

SIMULATED_PRODUCTS = (240, 400, 600)  # catalogue sizes of the simulated shops, in turn
_PLAN_WEEKS = (12, 8, 10)
_SOLVE_S = 15.0


@dataclass(frozen=True)
class ShopSpec:
    """A shop to open: its name, and the workspace or source it is made of.

    Attributes:
        name: `complete_journey`, `online_retail` or `simulated-<seed>`.
        workspace: a workspace that is built already; else one is built in the folder of the data set.
        path: the source's file, for a source that needs one.
        share: its part of all sheets.
    """

    name: str
    share: float
    workspace: Path | None = None
    path: Path | None = None


@dataclass(frozen=True)
class Shop:
    """An opened shop: its engine, its plans and its parser of questions."""

    name: str
    engine: Engine
    plans: tuple[StoredPlan, ...]
    parser: QuestionParser


def shop_specs(demo: Path | None, online_retail: Path | None, n_simulated: int) -> tuple[list[ShopSpec], list[str]]:
    """Return the shops to draw from and, for each that is left out, why.

    Args:
        demo: the built demo workspace; online_retail: UCI's file.
        n_simulated: simulated markets, each from a seed of its own.
    """
    specs, skipped = [], []
    if demo is not None and (demo / "current").exists():
        specs.append(ShopSpec("complete_journey", 0.35, workspace=demo))
    else:
        skipped.append(f"complete_journey: no built workspace at {demo}; build it with `launch-copilot build`.")
    if online_retail is not None and online_retail.is_file():
        specs.append(ShopSpec("online_retail", 0.25, path=online_retail))
    else:
        skipped.append(f"online_retail: no file at {online_retail}; name UCI's file with --online-retail.")
    left = 1.0 - sum(spec.share for spec in specs)
    specs += [ShopSpec(f"simulated-{number + 1}", left / n_simulated) for number in range(n_simulated)]
    return specs, skipped


@contextmanager
def open_shop(
    spec: ShopSpec, folder: Path, encoder: TextEncoder, seed: int, n_plans: int = 3, progress: Progress = silent
) -> Iterator[Shop]:
    """Open a shop with several plans: other calendars, rules of an operator, and forecasts taken differently.

    Raises:
        RetrievalError: its data cannot be read or built.
    """
    workspace = _workspace(spec, folder, encoder, progress)
    rng = random.Random(f"{seed}:{spec.name}")
    settings = PlanningSettings(weeks=rng.choice(_PLAN_WEEKS), time_limit_s=_SOLVE_S, caution=rng.choice((0.0, 0.5)))
    engine = Engine(workspace, CatalogueSearch.load(workspace.index, encoder), settings)
    try:
        plans = tuple(_plans(engine, rng, n_plans))
        yield Shop(spec.name, engine, plans, QuestionParser(encoder, engine, load_phrases("en")))
    finally:
        engine.close()


def _workspace(spec: ShopSpec, folder: Path, encoder: TextEncoder, progress: Progress) -> Workspace:
    if spec.workspace is not None:
        return Workspace.open(spec.workspace, threads=1)
    kind, _, number = spec.name.partition("-")
    if kind == "simulated":
        n_products = SIMULATED_PRODUCTS[int(number) % len(SIMULATED_PRODUCTS)]
        source = simulated_shop(int(number), n_products=n_products)
    else:
        source = open_source(spec.name, spec.path)  # pyright: ignore[reportArgumentType]
    key = hashlib.sha256(b"shoppers of a training shop").digest()  # nothing of the shoppers leaves the folder
    root = folder / "shops" / spec.name
    return build_workspace(root, source, encoder, pseudonym_key=key, threads=1, progress=progress)


def _plans(engine: Engine, rng: random.Random, n_plans: int) -> Iterator[StoredPlan]:
    """Yield the shop's best plan, then plans under rules drawn at random; rules that cannot hold are drawn anew."""
    free = engine.solve(())
    yield _stored(1, free)
    version, tries = 2, 0
    while version <= n_plans and tries < 3 * n_plans:
        tries += 1
        try:
            plan = engine.solve(_rules(engine, rng, [launch.product_id for launch in free.launches]))
        except RankingError as error:
            _log.info("A drawn plan was left out: %s", error)
            continue
        if plan.launches:
            yield _stored(version, plan)
            version += 1


def _rules(engine: Engine, rng: random.Random, planned: Sequence[str]) -> tuple[Intervention, ...]:
    """Draw what an operator may have decided: products dropped, locked or rated anew, slots closed, weeks capped."""
    rules: list[Intervention] = [Exclude(one) for one in rng.sample(list(planned), k=min(len(planned) // 4, 6))]
    barred = {rule.product_id for rule in rules if isinstance(rule, Exclude)}
    waiting = [one for one in engine.problem.product_ids if one not in barred]
    for product_id in rng.sample(waiting, k=min(2, len(waiting))):
        slot = rng.choice(engine.problem.slots)
        rules.append(Lock(product_id, slot.week, slot.placement))
    for product_id in rng.sample(waiting, k=min(3, len(waiting))):
        rules.append(ScaleForecast(product_id, rng.choice((0.5, 0.8, 1.25, 1.6))))
    weeks = rng.sample(list(engine.weeks), k=2)
    rules += [SetCapacity(weeks[0], placement, 0) for placement in rng.sample(list(engine.placements), k=1)]
    rules.append(CapLaunches(0, weeks[1]))
    if rng.random() < 0.5:
        most = max(2, len(planned) // (2 * len(engine.weeks)))
        rules.append(CapLaunches(most, rng.choice(engine.weeks)))
    return tuple(rules)


def _stored(version: int, plan: Plan) -> StoredPlan:
    return StoredPlan(version, plan, datetime(2026, 1, 1, tzinfo=UTC), "", "drawn")
