"""Sheets: real fact sheets for drawn questions, told apart into those to learn from and those held out, and cached."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from copilot.entities import Entities
from copilot.errors import CopilotError
from copilot.facts import collect_facts
from copilot.factsheet import WHOLE_SHOP, Fact, FactSheet, Source
from copilot.questions import Intent, Question
from copilot.teaching.asked import SHARES, draw_question
from copilot.teaching.held_out import is_held_out
from copilot.teaching.shops import Shop, ShopSpec, open_shop
from ranking.errors import RankingError
from retrieval.encoder import TextEncoder
from retrieval.progress import Progress, silent
from retrieval.storage import atomic_write

_log = logging.getLogger(__name__)

_FORMAT = 3  # raise it when the same arguments draw other sheets
_ASKS_BACK = 0.3  # share of the sheets that only list what could be meant that are kept
_TRIES = 3  # questions drawn for each sheet: some ask back, and say nothing about facts


@dataclass(frozen=True)
class DrawnSheet:
    """A fact sheet with where it comes from; `held_out` when it speaks of a product that nothing is learned from."""

    shop: str
    plan: int
    sheet: FactSheet
    held_out: bool


def draw_sheets(
    specs: Sequence[ShopSpec],
    n_sheets: int,
    folder: Path,
    encoder: TextEncoder,
    seed: int,
    progress: Progress = silent,
) -> list[DrawnSheet]:
    """Draw sheets from every shop, or read those that were drawn before with the same arguments.

    Args:
        n_sheets: over all shops; folder: where the sheets and the built shops are kept.
    """
    drawn: list[DrawnSheet] = []
    for spec in specs:
        wanted = max(1, round(spec.share * n_sheets))
        path = folder / f"sheets-{spec.name}-{wanted}-{seed}-v{_FORMAT}.jsonl"
        if not path.is_file():
            with open_shop(spec, folder, encoder, seed, progress=progress) as shop:
                rows = [json.dumps(_to_json(one)) for one in _draw(shop, wanted, seed, progress)]
            with atomic_write(path) as partial:
                partial.write_text("\n".join(rows) + "\n", encoding="utf-8")
        drawn += [_from_json(json.loads(row)) for row in path.read_text("utf-8").splitlines()]
    return drawn


def _draw(shop: Shop, wanted: int, seed: int, progress: Progress) -> Iterator[DrawnSheet]:
    """Draw one shop's sheets, each with other facts than the ones before or another question."""
    rng = random.Random(f"{seed}:{shop.name}:questions")
    started, n_drawn = time.monotonic(), 0
    seen: set[str] = set()
    for intent, share in SHARES.items():
        for _ in range(max(1, round(share * wanted))):
            drawn = next((one for _ in range(_TRIES) if (one := _one(shop, intent, rng, seed, seen))), None)
            if drawn is not None:
                yield drawn
            n_drawn += 1
            left_s = (time.monotonic() - started) / n_drawn * (wanted - n_drawn)
            progress(f"sheets {shop.name}", min(1.0, n_drawn / wanted), f"{n_drawn} of {wanted}, {left_s:.0f} s left")


def _one(shop: Shop, intent: Intent, rng: random.Random, seed: int, seen: set[str]) -> DrawnSheet | None:
    """Draw one question and collect its facts; None when it states no fact or was drawn before."""
    stored = rng.choice(shop.plans)
    text = draw_question(shop, stored, intent, rng)
    try:
        question = shop.parser.parse(text)
        sheet = collect_facts(question, shop.engine, stored, shop.archive)
    except (CopilotError, RankingError) as error:
        _log.info("No sheet for %r: %s", text, error)
        return None
    key = f"{text}:{[(fact.name, fact.subject, fact.value) for fact in sheet.facts]}"
    asks_back = bool(sheet.facts) and sheet.facts[0].name == "possible_product"
    if not sheet.essential or key in seen or (asks_back and rng.random() > _ASKS_BACK):
        return None
    seen.add(key)
    return DrawnSheet(shop.name, stored.version, sheet, _speaks_of_held_out(sheet, shop.name, seed))


def _speaks_of_held_out(sheet: FactSheet, shop: str, seed: int) -> bool:
    """Say whether a sheet names a held-out product; a sheet without products is held out by what it states."""
    products = {one for fact in sheet.facts for one in _products(fact)}
    if products:
        return any(is_held_out(one, seed) for one in products)
    stated = sorted(f"{fact.name}:{fact.subject}:{fact.week}:{fact.value}" for fact in sheet.facts)
    return is_held_out(f"{shop}:{stated}", seed)


def _products(fact: Fact) -> Iterator[str]:
    is_part = fact.subject in WHOLE_SHOP or fact.subject == fact.subject_label  # a group, a placement or a week
    if not is_part:
        yield fact.subject
    if fact.other:
        yield fact.other


def _to_json(drawn: DrawnSheet) -> dict[str, Any]:
    question = drawn.sheet.question
    return {
        "shop": drawn.shop,
        "plan": drawn.plan,
        "held_out": drawn.held_out,
        "question": {"text": question.text, "intent": question.intent.value, "products": question.entities.products},
        "essential": drawn.sheet.essential,
        "facts": [fact_to_json(fact) for fact in drawn.sheet.facts],
    }


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """Return a fact as a stored sheet keeps it: whole, but for where its value comes from."""
    plain = asdict(fact) | {"source": {"kind": fact.source.kind, "simulated": fact.source.simulated}}
    plain["value"] = {"day": fact.value.isoformat()} if isinstance(fact.value, date) else fact.value
    weeks = {"week": fact.week, "other_week": fact.other_week}
    return plain | {key: week.isoformat() if week else None for key, week in weeks.items()}


def _from_json(row: Mapping[str, Any]) -> DrawnSheet:
    asked = row["question"]
    entities = Entities(products=tuple(asked["products"]))
    question = Question(asked["text"], Intent(asked["intent"]), entities, 1.0)
    facts = tuple(fact_from_json(one) for one in row["facts"])
    return DrawnSheet(row["shop"], row["plan"], FactSheet(question, facts, tuple(row["essential"])), row["held_out"])


def fact_from_json(plain: Mapping[str, Any]) -> Fact:
    """Return the fact that `fact_to_json` kept."""
    value = plain["value"]
    restored = {
        "value": date.fromisoformat(value["day"]) if isinstance(value, Mapping) else value,
        **{key: date.fromisoformat(plain[key]) for key in ("week", "other_week") if plain.get(key)},
        "interval": tuple(plain["interval"]) if plain["interval"] else None,
        "linked": tuple(plain["linked"]),
        "source": Source(**plain["source"]),
    }
    return Fact(**{**plain, **restored})
