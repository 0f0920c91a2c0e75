"""Why a plan holds no launch: said instead of an empty calendar, with what to do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from copilot.phrases import Phrases
from retrieval.weeks import format_week, week_of

if TYPE_CHECKING:
    from copilot.engine import Engine

WATCHED = timedelta(weeks=4)  # so long a launch sells before its outcome is known
TO_LEARN = timedelta(weeks=16)  # and so long until a shop with a launch a week has enough to learn from


def why_empty(engine: Engine, phrases: Phrases) -> str:
    """Return why nothing is planned and what to do: no product waits, none has a forecast, or none finds a slot."""
    report, weeks = engine.report, engine.weeks
    if not report.n_candidates:
        last = max(engine.launches["launch_week"], default=report.as_of)
        earlier = week_of(last) - WATCHED  # some products were still to come then
        return phrases.message("empty_launched", as_of=report.as_of, earlier=earlier, n=report.n_live)
    if not engine.problem.product_ids:
        reason, later = engine.models.off.get("forecast", ""), report.as_of + TO_LEARN
        return phrases.message("empty_no_forecast", reason=reason, later=later, n=report.n_candidates)
    span = {"first": format_week(weeks[0]), "last": format_week(weeks[-1])}
    return phrases.message("empty_no_slot", n=len(engine.problem.product_ids), **span)
