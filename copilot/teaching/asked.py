"""Questions for the sheets: an intent's own wordings and further ones, filled with what a shop has."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from copilot.phrases import load_toml
from copilot.questions import Intent
from copilot.records import StoredPlan
from copilot.teaching.shops import Shop
from ranking.interventions import CapLaunches
from ranking.plan import Launch

SHARES: Mapping[Intent, float] = {
    Intent.WHY_HERE: 0.16,
    Intent.WHY_NOT: 0.11,
    Intent.WHAT_IF_MOVE: 0.11,
    Intent.FORECAST: 0.10,
    Intent.SIMILAR: 0.07,
    Intent.SEARCH_DEMAND: 0.05,
    Intent.RHYTHM: 0.08,
    Intent.PLANNED: 0.07,
    Intent.WHAT_IF: 0.05,
    Intent.EXTREMES: 0.03,
    Intent.LEFT_OUT: 0.02,
    Intent.COMPARE: 0.03,
    Intent.PAST_SALES: 0.005,
    Intent.REVENUE: 0.005,
    Intent.LOCKS: 0.005,
    Intent.DATA: 0.015,
    Intent.BRIEF: 0.01,
    Intent.PRODUCT_SEARCH: 0.02,
    Intent.RISKS: 0.02,
    Intent.DRIVERS: 0.02,
    Intent.CONFIDENCE: 0.02,
    Intent.CHANGES: 0.01,
    Intent.COMPARE_PLANS: 0.01,
    Intent.UNMET_DEMAND: 0.005,
    Intent.AUDIENCE: 0.015,
}
"""Part of the sheets that each intent gets; the others state no facts."""

_SLOTS = re.compile(r"PRODUCT|OTHER|WEEK|PLACEMENT|GROUP|NUMBER")
_BY_NAME = 0.65  # share of products that are named by their title; the others by number
_CLOSED = 0.25  # share of questions "why not" and "what if" about a week that a rule closed, where there is one
_IN_ITS_SLOT = 0.6  # share of questions "why here" that name the slot the launch really has


def draw_question(shop: Shop, stored: StoredPlan, intent: Intent, rng: random.Random) -> str:
    """Return a question of an intent about this plan, in a wording drawn at random."""
    template = rng.choice(_wordings(intent))
    product = _product(shop, stored, intent, rng)
    launch = stored.plan.launch_of(product)
    filled = _SLOTS.sub(lambda slot: _entity(slot[0], shop, stored, product, launch, intent, rng), template)
    return _in_a_tone(filled, rng)


@lru_cache(maxsize=32)
def _wordings(intent: Intent) -> tuple[str, ...]:
    """Return an intent's wordings; those that need a question before them say nothing by themselves."""
    own = load_toml("en", "intents.toml")["intents"][intent.value]["examples"]
    further = _words()["asked"].get(intent.value, [])
    about_product = intent in _ABOUT_A_PRODUCT
    return tuple(one for one in (*own, *further) if "PRODUCT" in one or not about_product) + tuple(further)


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Any]:
    return load_toml("en", "teaching/questions.toml")


_ABOUT_A_PRODUCT = frozenset(
    {
        Intent.WHY_HERE,
        Intent.WHY_NOT,
        Intent.WHAT_IF_MOVE,
        Intent.FORECAST,
        Intent.SIMILAR,
        Intent.SEARCH_DEMAND,
        Intent.COMPARE,
        Intent.PAST_SALES,
        Intent.DRIVERS,
        Intent.AUDIENCE,
    }
)


def _product(shop: Shop, stored: StoredPlan, intent: Intent, rng: random.Random) -> str:
    """Draw a product that fits the question: mostly a planned one, or one without a slot for "why not"."""
    planned = [launch.product_id for launch in stored.plan.launches]
    chosen = set(planned)
    waiting = [one for one in shop.engine.problem.product_ids if one not in chosen]
    if intent is Intent.PAST_SALES or rng.random() < 0.03:
        return rng.choice(list(shop.engine.launches.index) or planned)
    wants_waiting = 0.6 if intent in (Intent.WHY_NOT, Intent.PRODUCT_SEARCH) else 0.12
    return rng.choice(waiting) if waiting and rng.random() < wants_waiting else rng.choice(planned)


def _entity(
    slot: str, shop: Shop, stored: StoredPlan, product: str, launch: Launch | None, intent: Intent, rng: random.Random
) -> str:
    engine = shop.engine
    in_place = launch is not None and intent is Intent.WHY_HERE and rng.random() < _IN_ITS_SLOT
    match slot:
        case "PRODUCT":
            return _named(shop, product, rng)
        case "OTHER":
            return _named(shop, _product(shop, stored, intent, rng), rng)
        case "WEEK":
            week = launch.week if in_place and launch else rng.choice(_weeks(shop, stored, intent, rng))
            year, number, _ = week.isocalendar()
            return rng.choice((f"week {number}", f"week {number}", f"{year}-W{number:02d}", f"W{number}"))
        case "PLACEMENT":
            return f"the {launch.placement}" if in_place and launch else f"the {rng.choice(engine.placements)}"
        case "GROUP":
            return rng.choice(engine.group_names()).rsplit(" > ", 1)[-1].lower()
    if intent in (Intent.CHANGES, Intent.COMPARE_PLANS):
        return str(rng.choice(shop.plans).version)
    return str(rng.choice((2, 3, 5, 10, 20, 30)))


def _weeks(shop: Shop, stored: StoredPlan, intent: Intent, rng: random.Random) -> Sequence[date]:
    """Return the weeks to draw from: at times only those that a rule closed, where nothing can be planned."""
    rules = stored.plan.interventions
    closed = [rule.week for rule in rules if isinstance(rule, CapLaunches) and rule.week and not rule.launches]
    asks_for_room = intent in (Intent.WHY_NOT, Intent.WHAT_IF_MOVE)
    return closed if closed and asks_for_room and rng.random() < _CLOSED else shop.engine.weeks


def _named(shop: Shop, product_id: str, rng: random.Random) -> str:
    title = shop.engine.product(product_id).title
    if rng.random() > _BY_NAME:
        return f"#{product_id}"
    return title.lower() if rng.random() < 0.3 else title


def _in_a_tone(question: str, rng: random.Random) -> str:
    words = _words()
    opening, ending = rng.choice(words["openings"]), rng.choice(words["endings"])
    said = opening + (question if opening.endswith(" ") or rng.random() < 0.4 else question[:1].upper() + question[1:])
    return said + ending
