"""Shops to draw fact sheets from: the demo, the online gift shop and simulated markets, each with several plans."""

from __future__ import annotations

import hashlib
import logging
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from copilot.archive import Archive
from copilot.engine import Engine, PlanningSettings
from copilot.errors import CopilotError
from copilot.phrases import load_phrases
from copilot.planning import Planning
from copilot.questions import QuestionParser
from copilot.records import StoredPlan
from copilot.scenarios import Scenarios
from copilot.start import build_workspace
from copilot.store import Store
from ranking.errors import RankingError
from ranking.interventions import CapLaunches, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
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
_SCENARIOS = ("quieter autumn", "no endcaps", "the cautious one", "big push", "plan B", "rest week")
_N_SCENARIOS = 2


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
    """An opened shop: its engine, its plans and scenarios as a store keeps them, and its parser of questions."""

    name: str
    engine: Engine
    plans: tuple[StoredPlan, ...]
    archive: Archive
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
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(f"sqlite:///{Path(scratch) / 'store.sqlite'}")
        try:
            archive = Archive(store, Scenarios(engine, store, Planning(engine, store)))
            plans = _plans(engine, store, rng, n_plans)
            _suppose(archive.kept, rng)
            yield Shop(spec.name, engine, plans, archive, QuestionParser(encoder, engine, load_phrases("en")))
        finally:
            store.close()
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


def _plans(engine: Engine, store: Store, rng: random.Random, n_plans: int) -> tuple[StoredPlan, ...]:
    """Keep the shop's best plan, then plans under rules drawn at random; rules that cannot hold are drawn anew."""
    free = engine.solve(())
    plans, tries = [store.save_plan(free, engine.fingerprint, "first plan", None)], 0
    while len(plans) < n_plans and tries < 3 * n_plans:
        tries += 1
        try:
            plan = engine.solve(_rules(engine, rng, [launch.product_id for launch in free.launches]))
        except RankingError as error:
            _log.info("A drawn plan was left out: %s", error)
            continue
        if plan.launches:
            plans.append(store.save_plan(plan, engine.fingerprint, "replanned", plans[-1].version))
    return tuple(plans)


def _suppose(scenarios: Scenarios, rng: random.Random) -> None:
    """Keep a few scenarios beside the plans, each with a rule drawn at random."""
    planned = [launch.product_id for launch in scenarios.planning.current_plan().plan.launches]
    for name in rng.sample(_SCENARIOS, k=_N_SCENARIOS):
        rule = rng.choice(_rules(scenarios.engine, rng, planned))
        try:
            scenarios.add(name, rule, scenarios.create(name).revision)
        except (CopilotError, RankingError) as error:
            _log.info("A drawn scenario was left without its rule: %s", error)


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
