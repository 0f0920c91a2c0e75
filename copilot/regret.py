"""Regret in simulated shops: each seed's shop goes through the real pipeline into a temporary workspace and is planned.

Nothing of the truth reaches the planning: it sees the workspace only. The truth scores the plans.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from copilot.engine import Engine, PlanningSettings
from copilot.start import build_workspace
from ranking.market import true_market
from ranking.problem import PlanningProblem
from ranking.regret import policy_choices, regrets, summarise_regrets
from retrieval.encoder import HashingEncoder
from retrieval.search import CatalogueSearch
from retrieval.sources.simulated import SimulatedSource, simulated_shop

N_WEEKS = 64  # a year before `as_of`, and twelve weeks after it
_KEY = b"simulated shoppers need no secret"


def evaluate_regret(seeds: Sequence[int], n_products: int = 400) -> dict[str, Any]:
    """Return the mean regret per policy as fractions of the best plan known, with `interval80` over the seeds.

    Args:
        seeds: of the simulated shops; each has a year of data.
    Returns:
        ours, cautious, trend_only, each_alone, myopic, greedy, even (see `ranking.regret`); interval80: policy ->
        [low, high]; by_seed; n_seeds.
    """
    if not seeds:
        return {"n_seeds": 0}
    by_seed = [shop_regrets(simulated_shop(seed, n_products, N_WEEKS)) for seed in seeds]
    summary = summarise_regrets(by_seed)
    return {
        **{name: round(figures["mean"], 4) for name, figures in summary.items()},
        "interval80": {name: [round(f["low"], 4), round(f["high"], 4)] for name, f in summary.items()},
        "by_seed": {
            str(seed): {k: round(v, 4) for k, v in one.items()} for seed, one in zip(seeds, by_seed, strict=True)
        },
        "n_seeds": len(by_seed),
    }


def shop_regrets(shop: SimulatedSource) -> dict[str, float]:
    """Build one shop's workspace, plan it, and return policy -> regret."""
    encoder = HashingEncoder()
    with tempfile.TemporaryDirectory(prefix="simulated-") as folder:
        workspace = build_workspace(Path(folder) / "workspace", shop, encoder, pseudonym_key=_KEY)
        engine = Engine(workspace, CatalogueSearch.load(workspace.index, encoder), PlanningSettings())
        try:
            problem, alone = engine.problem, engine.season.launch_costs
            choices = policy_choices(
                problem, engine.models.fatigue, engine.starting_fatigue, alone=alone, by_trend=_by_trend(engine)
            )
            share = float(shop.frames["placements"]["share"].to_numpy(dtype=float).mean())
            return regrets(choices, true_market(problem, shop.truth, share, engine.ranker.weights(problem.slots)))
        finally:
            engine.close()


def _by_trend(engine: Engine) -> PlanningProblem:
    """The engine's candidates and slots with momentum in their values, in place of the yearly wave."""
    problem, models = engine.candidates_and_slots, engine.models
    ranker = replace(models, season=None).ranker(engine.settings.delay_per_week)
    values = ranker.values(problem.product_ids, problem.slots)
    lows, highs = ranker.intervals(problem.product_ids, problem.slots)
    worth = values * np.array(ranker.weights(problem.slots))
    return replace(problem, values=values, lows=lows, highs=highs, worth=worth)
