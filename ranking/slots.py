"""Slots: the places of a launch calendar, from the shop's own table or derived from where past launches were shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from ranking.features import History, launch_placements, past_launches
from ranking.problem import Slot
from retrieval.weeks import week_of

SHELF = "shelf"  # the one placement of a shop that does not say where products are shown


def default_slots(
    history: History, weeks: Sequence[date], *, n_placements: int = 6, max_capacity: int = 3
) -> tuple[Slot, ...]:
    """Return the slots of `weeks`, ordered by week.

    The contract table `slots` decides if it has rows for these weeks. Otherwise the placements are those that reached
    the largest audience with past launches (the sum of shares in launch weeks: a front page that everyone sees counts
    for more than a shelf end in one store of a hundred), each with room for the median number of launches per week seen
    there, at least 1 and at most `max_capacity`. Without a placements table there is one placement, "shelf", with room
    for `n_placements * max_capacity` launches or the median number of launches per week, whichever is less.

    Args:
        weeks: the plan's Mondays.
    """
    given = _slots_table(history, weeks)
    if given:
        return given
    room = _placement_room(history, n_placements, max_capacity)
    if not room:
        room = {SHELF: _shelf_room(history, n_placements * max_capacity)}
    return tuple(Slot(week, placement, capacity) for week in weeks for placement, capacity in room.items())


def _slots_table(history: History, weeks: Sequence[date]) -> tuple[Slot, ...]:
    if not history.has("slots"):
        return ()
    frame = history.query("SELECT week::DATE AS week, placement, capacity, categories FROM slots ORDER BY ALL")
    rows = zip(frame["week"], frame["placement"], frame["capacity"], frame["categories"], strict=True)
    slots = (Slot(week_of(w), str(p), int(room), _categories(names)) for w, p, room, names in rows)
    return tuple(slot for slot in slots if slot.week in weeks)


def _categories(cell: object) -> tuple[str, ...]:
    """Categories of one cell: a JSON array, or names separated by semicolons; empty means any."""
    if not isinstance(cell, str) or not cell.strip():
        return ()
    text = cell.strip()
    if text.startswith("["):
        try:
            names = json.loads(text)
        except ValueError:
            names = None
        if isinstance(names, list):
            return tuple(str(name).strip() for name in names)
    return tuple(name.strip() for name in text.split(";") if name.strip())


def _placement_room(history: History, n_placements: int, max_capacity: int) -> dict[str, int]:
    """Placement -> capacity, the widest-reaching first."""
    shown = launch_placements(history)
    if shown.empty:
        return {}
    reach: Counter[str] = Counter()
    launches: dict[str, Counter[date]] = {}
    for placement, week, share in zip(shown["placement"], shown["launch_week"], shown["share"], strict=True):
        reach[placement] += share
        launches.setdefault(placement, Counter())[week] += 1
    widest = sorted(reach, key=lambda name: (-reach[name], name))[:n_placements]
    usual = {name: float(np.median(list(launches[name].values()))) for name in widest}
    return {name: int(np.clip(round(usual[name]), 1, max_capacity)) for name in widest}


def _shelf_room(history: History, most: int) -> int:
    launches = past_launches(history)
    if launches.empty:
        return 1
    per_week = Counter(launches["launch_week"])
    return int(np.clip(round(float(np.median(list(per_week.values())))), 1, most))
