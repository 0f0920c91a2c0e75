"""What a question keeps of its answer, for the turn after it: the weeks, categories and products that were told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.factsheet import WHOLE_SHOP
from copilot.ranked_parts import UP_TO_ONE

if TYPE_CHECKING:
    from copilot.factsheet import Fact, FactSheet

_RANKED = frozenset({"most_units", "least_units", "most_launches", "fewest_launches", "cheapest_rest"})
_PARTS = frozenset({"planned_units", "planned_count"})
_LISTED = frozenset({"expected_units", "forecast_units", "most_units", "least_units"}) | {
    "widest_interval",
    "narrowest_interval",
    "searches_per_week",
    "after_holiday",
    "drop_loss",
}
"""Facts that list products, each told once."""


def with_the_told(sheet: FactSheet) -> FactSheet:
    """Return the sheet with what its answer told kept in its question."""
    return _with_the_listed(_with_the_ranked(_with_the_displaced(sheet)))


def _with_the_displaced(sheet: FactSheet) -> FactSheet:
    """Keep the launches that an answer says would give way, or else come in, for "why not the other one?"."""
    told = {
        name: [one.subject for one in sheet.facts if one.name == name] for name in ("displaced_units", "gained_units")
    }
    ids = tuple(dict.fromkeys(told["displaced_units"] or told["gained_units"]))
    return replace(sheet, question=replace(sheet.question, beside=ids)) if ids else sheet


def _with_the_ranked(sheet: FactSheet) -> FactSheet:
    """Keep the week, placement or category told as the strongest or weakest, for "what if we rest it?" and "why?"."""
    ranked = [one for one in sheet.facts if one.name in _RANKED and not _is_product(one)]
    if ranked and any(message.key == UP_TO_ONE for message in sheet.messages):  # "and the third?" is about the third
        told = [fact for one in sheet.essential if (fact := sheet.get(one)) is not None]
        ranked = [one for one in told if one.name in _RANKED | _PARTS and not _is_product(one)][-1:]
    weeks = tuple(dict.fromkeys(one.week for one in ranked if one.week is not None and one.placement is None))
    placements = tuple(dict.fromkeys(one.placement for one in ranked if one.placement is not None))
    groups = tuple(dict.fromkeys(one.subject for one in ranked if one.week is None and one.placement is None))
    if not ranked:  # a turn about what was told keeps it, unless it told the next one
        following = tuple(one.week for one in sheet.facts if one.name == "other_rest" and one.week is not None)
        return replace(sheet, question=replace(sheet.question, told_weeks=following)) if following else sheet
    told = {"told_weeks": weeks, "told_placements": placements, "told_groups": groups}
    return replace(sheet, question=replace(sheet.question, **told))


def _with_the_listed(sheet: FactSheet) -> FactSheet:
    """Keep the products that an answer about none in particular lists, for "the second one" and "why that one?".

    Below a week, placement or category that is told as the strongest they are only its launches.
    """
    essential = [fact for one in sheet.essential if (fact := sheet.get(one)) is not None]
    listed = tuple(dict.fromkeys(one.subject for one in essential if one.name in _LISTED and _is_product(one)))
    ranks_parts = any(one.name in _RANKED and not _is_product(one) for one in essential)
    question = sheet.question
    if question.entities.products or question.ambiguous_products or ranks_parts or not listed:
        return sheet
    return replace(sheet, question=replace(question, told_products=listed))


def _is_product(fact: Fact) -> bool:
    return fact.subject not in WHOLE_SHOP and fact.subject != fact.subject_label
