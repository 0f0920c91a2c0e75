"""The closed set of fact names: what each means, in which unit, with which direction, tense and interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

WHOLE_SHOP = frozenset({"plan", "season"})
"""Subjects that are the plan or the season as a whole: no product, group, placement or week has to be named."""

TIE_TOLERANCE = 0.005
"""Differences smaller than this (units, or ratio points) are shown as zero, so they have no direction."""

PROVEN = 1.0
"""The level of an interval that the optimiser proved, rather than estimated."""

UNITS = frozenset(
    {
        "units",  # pieces sold in the first four weeks
        "ratio",  # relative to 1
        "launches",
        "launches per week",
        "searches per week",
        "searches",
        "products",
        "rows",
        "weeks",
        "pieces",  # stock
        "pairs",  # of launches, in a test
        "shoppers",
        "price",
        "similarity",  # cosine, 0..1
        "share",  # 0..1
        "week",
        "placement",
        "product",
        "text",
        "version",
    }
)


@dataclass(frozen=True)
class FactSpec:
    """What the facts of one name mean, independent of language.

    Attributes:
        unit: one of `UNITS`.
        direction: `delta` (sign against 0), `ratio` (against 1) or None (no direction words may be used).
        tense: `future` (a prediction), `past` (an observation) or None (either wording is fine).
        level: coverage of the interval; 1.0 means proven bounds, None means that facts of this name have no interval.
        after: names of the facts that its phrase refers back to; those in the sheet are said before it.
        of_products: whether the launches that it counts are as many products: "14 products launch".
    """

    unit: str
    direction: Literal["delta", "ratio"] | None = None
    tense: Literal["future", "past"] | None = None
    level: float | None = None
    after: tuple[str, ...] = ()
    of_products: bool = False


_FORECAST = FactSpec("units", tense="future", level=0.8)
_OUTCOME = FactSpec("units", tense="past")
_RE_SOLVED = FactSpec("units", direction="delta", tense="future", level=PROVEN)
_PER_WEEK_PAST = FactSpec("launches per week", tense="past", of_products=True)

FACT_SPECS: Mapping[str, FactSpec] = MappingProxyType(
    {
        # the plan
        "launch_slot": FactSpec("week", tense="future"),
        "not_planned": FactSpec("version"),
        "planned_count": FactSpec("launches", tense="future", of_products=True),
        "planned_units": _FORECAST,
        "span_count": FactSpec("launches", tense="future", of_products=True),
        "span_units": _FORECAST,
        "without_count": FactSpec("launches", tense="future", of_products=True),
        "without_units": _FORECAST,
        "plan_candidates": FactSpec("products"),
        "plan_gap": FactSpec("share"),
        "more_launches": FactSpec("launches"),
        "more_products": FactSpec("products"),
        "most_units": _FORECAST,
        "least_units": _FORECAST,
        "widest_interval": FactSpec("ratio", tense="future"),
        "narrowest_interval": FactSpec("ratio", tense="future"),
        "widest_units": FactSpec("units", tense="future"),
        "narrowest_units": FactSpec("units", tense="future"),
        "most_launches": FactSpec("launches"),
        "fewest_launches": FactSpec("launches"),
        "candidates_left_out": FactSpec("products"),
        "best_candidate": _FORECAST,
        "lock_state": FactSpec("text"),
        "locked_count": FactSpec("launches"),
        # predictions for a product, and what they rest on
        "expected_units": _FORECAST,
        "forecast_units": _FORECAST,
        "placement_effect": FactSpec("ratio", direction="ratio", tense="future"),
        "momentum": FactSpec("ratio", direction="ratio", tense="future"),
        "season_effect": FactSpec("ratio", direction="ratio", tense="future"),
        "delay_effect": FactSpec("ratio", direction="ratio", tense="future"),
        "rhythm_effect": FactSpec("ratio", direction="ratio", tense="future"),
        "placement_lift": FactSpec("ratio", direction="ratio", tense="past", level=0.8),
        "analogue_units": _OUTCOME,
        "analogue_median": _OUTCOME,
        "analogue_count": FactSpec("launches", tense="past", after=("analogue_median",)),
        "analogues_above": FactSpec("launches", tense="past"),
        "units_difference": FactSpec("units", direction="delta", tense="future"),
        "forecast_overlap": FactSpec("units", tense="future"),
        "less_certain": FactSpec("ratio", tense="future"),
        "searches_per_week": FactSpec("searches per week", tense="past"),
        "search_trend": FactSpec("ratio", direction="ratio", tense="past", level=0.8),
        "search_words": FactSpec("searches", tense="past"),
        "searches_with_words": FactSpec("searches", tense="past"),
        "searches_for": FactSpec("searches", tense="past"),
        "category_searches": FactSpec("searches", tense="past"),
        # re-solving under an intervention
        "slot_loss": _RE_SOLVED,
        "drop_loss": _RE_SOLVED,
        "category_loss": _RE_SOLVED,
        "force_delta": _RE_SOLVED,
        "move_delta": _RE_SOLVED,
        "change_delta": _RE_SOLVED,
        "week_choice": _RE_SOLVED,
        "rest_delta": _RE_SOLVED,
        "rest_advice": _RE_SOLVED,
        "rest_impossible": FactSpec("text"),
        "cheapest_rest": _RE_SOLVED,
        "other_rest": FactSpec("units", direction="delta", tense="future", level=PROVEN, after=("cheapest_rest",)),
        "dropped_count": FactSpec("launches", tense="future"),
        "entering_count": FactSpec("launches", tense="future"),
        "next_best_slot": FactSpec("week", tense="future", after=("slot_loss",)),
        "forced_slot": FactSpec("week", tense="future", after=("force_delta", "move_delta")),
        "left_out": FactSpec("text", tense="future", after=("slot_loss",)),
        "cannot_plan": FactSpec("text"),
        "displaced_units": _FORECAST,
        "gained_units": _FORECAST,
        "more_displaced": FactSpec("launches", tense="future", after=("displaced_units",)),
        "more_gained": FactSpec("launches", tense="future", after=("gained_units",)),
        "moved_count": FactSpec("launches", tense="future"),
        "slot_price": FactSpec("units", tense="future"),
        "group_price": FactSpec("units", tense="future"),
        "week_price": FactSpec("units", tense="future"),
        "spacing_price": FactSpec("units", tense="future"),
        "budget_price": FactSpec("units", tense="future"),
        "price_delta": FactSpec("units", direction="delta", tense="future", level=0.8),
        "price_effect": FactSpec("ratio", tense="future", level=0.8),
        "flip_units": FactSpec("units", tense="future"),
        "plan_low": FactSpec("units", tense="future"),
        "plan_worth": FactSpec("units", tense="future"),
        # versions of the plan, and scenarios
        "added_count": FactSpec("launches"),
        "removed_count": FactSpec("launches"),
        "shifted_count": FactSpec("launches"),
        "removed_launch": _FORECAST,
        "excluded_launch": _FORECAST,
        "worth_change": FactSpec("units", direction="delta"),
        "scenario_delta": _RE_SOLVED,
        # rhythm
        "recommended_per_week": FactSpec("launches per week"),
        "room_per_week": FactSpec("launches per week"),
        "slots_bind": FactSpec("launches per week"),
        "observed_per_week": _PER_WEEK_PAST,
        "busiest_per_week": _PER_WEEK_PAST,
        "planned_per_week": FactSpec("launches per week", tense="future", of_products=True),
        "crowding_effect": FactSpec("ratio", direction="ratio", tense="past", level=0.8),
        "rhythm_evidence": FactSpec("launches", tense="past", after=("recommended_per_week",)),
        "rhythm_unsupported": FactSpec("text"),
        "solved_per_week": FactSpec("launches", tense="future"),
        "advised_per_week": FactSpec("launches", tense="future"),
        "rhythm_stability": FactSpec("share", after=("solved_per_week",)),
        "fatigue_effect": FactSpec("ratio", direction="ratio", tense="future", level=0.8),
        "fatigue_basis": FactSpec("text", after=("fatigue_effect",)),
        "fatigue_data": FactSpec("ratio", direction="ratio", tense="past", level=0.8),
        "fatigue_weeks": FactSpec("weeks", tense="past", after=("fatigue_data",)),
        "fatigue_unsupported": FactSpec("text"),
        "fatigue_test": FactSpec("weeks", after=("fatigue_unsupported",)),
        # shoppers
        "category_buyers": FactSpec("share", tense="past"),
        "analogue_buyers": FactSpec("share", tense="past"),
        "unmet_searches": FactSpec("searches", tense="past"),
        "unmet_words": FactSpec("searches", tense="past"),
        # what briefs tell beyond answers
        "solved_total": FactSpec("launches", tense="future"),
        "rhythm_agreement": FactSpec("share"),
        "effect_data": FactSpec("ratio", direction="ratio", tense="past", level=0.8),
        "effect_supposed": FactSpec("ratio", direction="ratio", level=0.8),
        "effect_weeks": FactSpec("weeks", tense="past"),
        "effect_launches": FactSpec("launches", tense="past"),
        "pairs_test": FactSpec("pairs"),
        "holdout_test": FactSpec("shoppers"),
        "after_holiday": FactSpec("weeks"),
        "risk_low": FactSpec("units", tense="future"),
        "risk_placement": FactSpec("units", tense="future"),
        "risk_trend": FactSpec("units", tense="future"),
        "risk_season": FactSpec("units", tense="future"),
        "sample_size": FactSpec("launches"),
        "newcomers": FactSpec("shoppers", tense="past"),
        "category_regulars": FactSpec("share", tense="past", after=("newcomers",)),
        "regulars_count": FactSpec("shoppers", tense="past", after=("newcomers",)),
        # the catalogue
        "already_live": FactSpec("week"),
        "not_candidate": FactSpec("text"),
        "sold_units": _OUTCOME,
        "namesakes": FactSpec("products"),
        "namesakes_sold": _OUTCOME,
        "data_end": FactSpec("week"),
        "data_launches": FactSpec("launches"),
        "data_rows": FactSpec("rows"),
        "data_gap": FactSpec("weeks"),
        "backtest_coverage": FactSpec("share", tense="past"),
        "backtest_error": FactSpec("share"),
        "backtest_peer_error": FactSpec("share", after=("backtest_error",)),
        "backtest_launches": FactSpec("launches", tense="past"),
        "search_hit": FactSpec("text"),
        "possible_product": FactSpec("product"),
        "price": FactSpec("price"),
        "stock": FactSpec("pieces"),
        "ready_week": FactSpec("week"),
    }
)
"""The closed set of fact names. Phrases, and the words that may speak of each: `prompts/<lang>/phrases.toml`."""
