"""Length: an answer told again shorter, or with more detail, from the same facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot.conversation_context import Wish
    from copilot.factsheet import FactSheet

HEAVIEST = 2  # facts of a shorter answer


def of_length(sheet: FactSheet, wish: Wish) -> FactSheet:
    """Return the sheet as it is told at a wished length; every fact stays true and cited.

    "shorter" keeps the heaviest essential facts, with what they refer back to, and no closing line; "longer" makes
    every fact essential, in order of weight; "again" changes nothing.
    """
    if wish == "longer":
        further = (fact.id for fact in sheet.facts if fact.id not in sheet.essential)
        return replace(sheet, essential=(*sheet.essential, *further))
    if wish != "shorter":
        return sheet
    kept = sheet.essential[:HEAVIEST]
    referred = {name for fact in sheet.facts if fact.id in kept for name in fact.spec.after}
    facts = tuple(fact for fact in sheet.facts if fact.id in kept or fact.name in referred)
    messages = tuple(message for message in sheet.messages if not message.closing)
    return replace(sheet, facts=facts, essential=kept, messages=messages)
