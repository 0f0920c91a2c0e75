"""A question as it was understood: its intent, what it names, and how it is kept in a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from copilot.changes import Change
from copilot.entities import Entities
from copilot.intents import Intent

if TYPE_CHECKING:
    from copilot.conversation_context import Wish
    from copilot.length import Length

UNSURE_MARGIN = 0.005  # between the two likeliest readings; below it the answer asks back


@dataclass(frozen=True)
class Question:
    """An operator's message as it was understood.

    Attributes:
        text: the message, cleaned of control characters, with typing errors mended.
        intent: the likeliest reading.
        entities: what the message names.
        confidence: 0..1, the share of evidence for `intent` among all intents.
        lang: the language that the answer is written in.
        alternatives: the likeliest intents with their confidence, best first (the first one is `intent`).
        ambiguous_products: ids that a named product could stand for; the plan may still decide among them.
        product_words: the words that name a product loosely, or search for one.
        exact: False when `ambiguous_products` are only the nearest products to `product_words`.
        named: for each name in the message, the ids that it could mean.
        of_launches: True when the message speaks of launches together rather than of one product.
        change: what a "what if" supposes beyond a move.
        mended: True when typing errors were mended, so that the answer says how it read the message.
        wish: how the answer before is wanted once more: shorter, with more detail, or again.
        length: how much of what is known the answer tells.
        variation: 0 for the first answer; each "again" is the next, which a writer tells in other words.
        stopped: True when its answer was stopped before its end.
        points_back: True when the message speaks of "it" or "that one".
        beside: products spoken of beside its own: the other of a comparison, launches that would give way.
        told_weeks: the weeks that its answer told as the strongest or weakest, for "what if we rest it?".
        told_groups: the categories that its answer told as the strongest or weakest, for "why?".
        told_placements: the placements that it told so.
        told_products: the products that its answer listed, in their order, for "why is the second one there?".
        goes_back_to: the text of the question whose answer a turn is about: "is that a lot?".
        standing: "planned" or "left" where the message speaks of a product with a slot, or of one without.
    """

    text: str
    intent: Intent
    entities: Entities
    confidence: float
    lang: str = "en"
    alternatives: tuple[tuple[Intent, float], ...] = ()
    ambiguous_products: tuple[str, ...] = ()
    product_words: str = ""
    exact: bool = True
    named: tuple[tuple[str, ...], ...] = ()
    of_launches: bool = False
    change: Change | None = None
    mended: bool = False
    wish: Wish = ""
    length: Length = "normal"
    variation: int = 0
    stopped: bool = False
    points_back: bool = False
    beside: tuple[str, ...] = ()
    told_weeks: tuple[date, ...] = ()
    told_groups: tuple[str, ...] = ()
    told_placements: tuple[str, ...] = ()
    told_products: tuple[str, ...] = ()
    goes_back_to: str = ""
    standing: str = ""

    @property
    def unsure(self) -> bool:
        """Say whether the two likeliest readings are too close to choose between them."""
        return len(self.alternatives) > 1 and self.alternatives[0][1] - self.alternatives[1][1] < UNSURE_MARGIN

    def to_json(self) -> dict[str, object]:
        """Return the question as `ask --json` prints it."""
        entities = {
            "products": list(self.entities.products),
            "weeks": [week.isoformat() for week in self.entities.weeks],
            "placements": list(self.entities.placements),
            "groups": list(self.entities.groups),
            "numbers": list(self.entities.numbers),
        }
        return {"intent": self.intent.value, "entities": entities, "confidence": round(self.confidence, 3)}

    def to_record(self) -> dict[str, object]:
        """Return the question as a thread keeps it: with all that "shorter" or "more detail" needs."""
        found = self.entities
        return self.to_json() | {
            "text": self.text,
            "shift_weeks": found.shift_weeks,
            "unknown_weeks": list(found.unknown_weeks),
            "without": [one.isoformat() if isinstance(one, date) else one for one in found.without],
            "ambiguous_products": list(self.ambiguous_products),
            "product_words": self.product_words,
            "exact": self.exact,
            "named": [list(one) for one in self.named],
            "of_launches": self.of_launches,
            "change": asdict(self.change) if self.change else None,
            "length": self.length,
            "variation": self.variation,
            "beside": list(self.beside),
            "told_weeks": [week.isoformat() for week in self.told_weeks],
            "told_groups": list(self.told_groups),
            "told_placements": list(self.told_placements),
            "told_products": list(self.told_products),
            "goes_back_to": self.goes_back_to,
        }


def question_from_json(data: Mapping, text: str = "", lang: str = "en") -> Question:
    """Restore what a stored answer kept of its question, as the context of a follow-up."""
    found = data["entities"]
    weeks = tuple(date.fromisoformat(week) for week in found["weeks"])
    barred = set(data.get("without", ()))
    placements, groups = tuple(found["placements"]), tuple(found["groups"])
    slots = [(week.isoformat(), week) for week in weeks] + [(name, name) for name in (*placements, *groups)]
    entities = Entities(
        products=tuple(found["products"]),
        weeks=weeks,
        placements=placements,
        groups=groups,
        numbers=tuple(found["numbers"]),
        shift_weeks=data.get("shift_weeks"),
        without=(*(one for written, one in slots if written in barred), *sorted(barred.difference(dict(slots)))),
        unknown_weeks=tuple(data.get("unknown_weeks", ())),
    )
    return Question(
        text or str(data.get("text", "")),
        Intent(data["intent"]),
        entities,
        float(data["confidence"]),
        lang,
        ambiguous_products=tuple(data.get("ambiguous_products", ())),
        product_words=str(data.get("product_words", "")),
        exact=bool(data.get("exact", True)),
        named=tuple(tuple(one) for one in data.get("named", ())),
        of_launches=bool(data.get("of_launches", False)),
        change=Change(**data["change"]) if data.get("change") else None,
        length=data.get("length", "normal"),
        variation=int(data.get("variation", 0)),
        beside=tuple(data.get("beside", ())),
        told_weeks=tuple(date.fromisoformat(week) for week in data.get("told_weeks", ())),
        told_groups=tuple(data.get("told_groups", ())),
        told_placements=tuple(data.get("told_placements", ())),
        told_products=tuple(data.get("told_products", ())),
        goes_back_to=str(data.get("goes_back_to", "")),
    )
