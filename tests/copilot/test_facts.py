"""What is computed for each kind of question, over the small shop's real plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from copilot.changes import Change
from copilot.facts import FACT_SPECS, choose_product, collect_facts
from copilot.factsheet import UNITS, SheetBuilder, Source
from copilot.length import of_length
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from ranking.counterfactual import TIE_UNITS
from ranking.interventions import CapLaunches, Exclude, Lock, ScaleForecast, SetCapacity
from ranking.problem import LaunchPrices
from tests.copilot.telling import essential, named, names

W41, W42, W43, W45 = date(2017, 10, 9), date(2017, 10, 16), date(2017, 10, 23), date(2017, 11, 6)
SNACKS = "Grocery > Bag Snacks"
BACKTEST = ["backtest_coverage", "backtest_error", "backtest_peer_error", "backtest_launches"]


def ask(intent, *products, **more) -> Question:
    fields = {
        key: more.pop(key) for key in ("weeks", "placements", "groups", "shift_weeks", "unknown_weeks") if key in more
    }
    return Question("?", intent, Entities(products=products, **fields), 0.9, **more)


@pytest.fixture
def collect(small_engine, small_stored):
    return lambda question: collect_facts(question, small_engine, small_stored)


def test_why_here_gives_the_slot_its_reasons_and_what_would_change_it(collect):
    sheet = collect(ask(Intent.WHY_HERE, "101"))
    assert names(sheet) == [
        "launch_slot",
        "expected_units",
        "placement_effect",
        "momentum",
        "analogue_units",
        "searches_per_week",
        "slot_loss",
        "next_best_slot",
        "week_price",
        "flip_units",
    ]
    slot, expected = sheet.facts[0], sheet.facts[1]
    assert (slot.value, slot.placement) == (W41, "front end cap")
    assert expected.value == pytest.approx(40 * 1.25 * 1.04)
    assert expected.interval == pytest.approx((0.3 * 52, 2.4 * 52))
    assert expected.linked == (slot.id,)
    assert named(sheet, "slot_loss")[0].value < 0
    assert named(sheet, "flip_units")[0].value == pytest.approx(-named(sheet, "slot_loss")[0].value)
    assert named(sheet, "week_price")[0].value > 0
    assert named(sheet, "placement_lift")[0].linked == (named(sheet, "placement_effect")[0].id,)


def test_reasons_come_in_order_of_weight(collect):
    sheet = collect(ask(Intent.WHY_HERE, "103"))  # placement x 1.25 weighs more than momentum x 0.9
    reasons = [name for name in names(sheet) if name in ("placement_effect", "momentum")]
    assert reasons == ["placement_effect", "momentum"]


def test_simulated_searches_are_marked(collect):
    fact = named(collect(ask(Intent.WHY_HERE, "101")), "searches_per_week")[0]
    assert fact.source.simulated
    assert "simulated" in fact.source.note


def test_why_here_about_an_unplanned_product_answers_why_not(collect):
    sheet = collect(ask(Intent.WHY_HERE, "107", weeks=(W43,)))
    assert names(sheet)[:2] == ["not_planned", "force_delta"]


def test_why_here_in_another_week_says_where_it_stands_and_what_the_move_costs(collect):
    sheet = collect(ask(Intent.WHY_HERE, "101", weeks=(W45,)))
    assert names(sheet)[:2] == ["launch_slot", "move_delta"]
    assert sheet.facts[0].value == W41
    assert named(sheet, "move_delta")[0].value < 0


def test_why_not_forces_the_product_in_and_names_what_it_displaces(collect, small_stored):
    sheet = collect(ask(Intent.WHY_NOT, "107"))
    delta, displaced = named(sheet, "force_delta")[0], named(sheet, "displaced_units")[0]
    assert delta.value == pytest.approx(-13.07, abs=0.01)
    assert delta.linked == (named(sheet, "not_planned")[0].id,)
    assert displaced.subject == "106"
    assert displaced.linked == (delta.id,)
    assert str(small_stored.version) in delta.source.note
    assert named(sheet, "forced_slot")


def test_why_not_about_a_product_on_sale_says_so(collect):
    sheet = collect(ask(Intent.WHY_NOT, "201"))
    assert names(sheet) == ["already_live"]
    assert sheet.facts[0].value == date(2017, 3, 6)


def test_what_if_compares_the_move_with_the_present_slot(collect):
    sheet = collect(ask(Intent.WHAT_IF_MOVE, "101", weeks=(W43,)))
    assert names(sheet)[:2] == ["move_delta", "launch_slot"]
    weeks = {fact.week for fact in named(sheet, "expected_units")}
    assert weeks == {W41, W43}


def test_what_if_understands_a_week_later(collect):
    sheet = collect(ask(Intent.WHAT_IF_MOVE, "101", shift_weeks=1))
    assert named(sheet, "move_delta")[0].week == W42


def test_what_if_without_a_target_asks_for_one(collect):
    assert [m.key for m in collect(ask(Intent.WHAT_IF_MOVE, "101")).messages] == ["no_target_slot"]


def test_what_if_with_a_placement_that_could_be_several_asks_which(collect):
    message = collect(ask(Intent.WHAT_IF_MOVE, "107", placements=("front end cap", "in-aisle"))).messages[0]
    assert (message.key, message.params) == ("which_placement", {"placements": "front end cap, in-aisle"})


def test_what_if_shifted_out_of_the_plan_names_its_range(collect):
    message = collect(ask(Intent.WHAT_IF_MOVE, "101", shift_weeks=9)).messages[0]
    assert message.key == "unknown_week"
    assert message.params == {"week": "2017-W50", "first": "2017-W41", "last": "2017-W46"}


def test_a_move_to_where_it_stands_changes_nothing(collect):
    sheet = collect(ask(Intent.WHAT_IF_MOVE, "101", weeks=(W41,), placements=("front end cap",)))
    assert sheet.messages[0].key == "already_there"


def test_a_difference_too_small_to_show_keeps_its_value_and_is_told_as_a_tie(collect, phrases):
    loss = named(collect(ask(Intent.WHY_HERE, "103")), "slot_loss")[0]
    assert loss.interval[0] <= loss.value <= loss.interval[1]
    tiny = replace(loss, value=-TIE_UNITS / 2, interval=(-TIE_UNITS, 0.0))
    assert tiny.sign == 0
    assert "the same" in phrases.sentence(tiny)


def test_an_impossible_lock_is_told(collect, small_engine, small_stored, monkeypatch):
    problem = small_engine.problem
    ready = tuple(date(2018, 1, 1) if one == "107" else None for one in problem.product_ids)
    blocked = replace(problem, ready=ready)
    monkeypatch.setattr(small_engine, "problem", blocked)
    sheet = collect_facts(ask(Intent.WHY_NOT, "107"), small_engine, small_stored)
    assert names(sheet)[:2] == ["not_planned", "cannot_plan"]


def test_forecast_has_interval_analogues_and_median(collect):
    sheet = collect(ask(Intent.FORECAST, "105"))
    assert names(sheet)[:2] == ["expected_units", "forecast_units"]
    assert named(sheet, "forecast_units")[0].interval == pytest.approx((5.4, 43.2))
    assert named(sheet, "analogue_median")[0].value == 11
    assert named(sheet, "forecast_units")[0].linked == (named(sheet, "expected_units")[0].id,)


def test_forecast_of_a_product_on_sale_says_that_there_is_none(collect):
    sheet = collect(ask(Intent.FORECAST, "201"))
    assert [m.key for m in sheet.messages] == ["no_prediction"]
    assert names(sheet) == ["already_live"]


def test_a_product_without_a_purchase_is_not_said_to_be_on_sale(collect):
    assert names(collect(ask(Intent.WHY_NOT, "206"))) == ["not_candidate"]
    hits = named(collect(ask(Intent.PRODUCT_SEARCH, product_words="milk")), "search_hit")
    assert [(fact.subject, fact.value) for fact in hits] == [("206", "other")]


def test_similar_lists_past_launches_with_their_outcomes(collect):
    sheet = collect(ask(Intent.SIMILAR, "101"))
    first = sheet.facts[0]
    assert (first.name, first.subject, first.value, first.other) == ("analogue_units", "201", 34, "101")


def test_search_demand_lists_volume_trend_and_words(collect):
    sheet = collect(ask(Intent.SEARCH_DEMAND, "101"))
    assert names(sheet)[:3] == ["searches_with_words", "searches_per_week", "search_trend"]
    assert [fact.other_label for fact in named(sheet, "search_words")] == ["potato chips", "salty snacks", "chips"]


def test_searches_with_the_words_of_the_question_come_first(collect):
    by_words = collect(ask(Intent.SEARCH_DEMAND, "101", product_words="chips")).facts[0]
    assert (by_words.name, by_words.other_label, by_words.value) == ("searches_with_words", "chips", 160)
    none = collect(ask(Intent.SEARCH_DEMAND, "101", product_words="umbrellas")).facts[0]
    assert none.value == 0


def test_search_demand_without_a_match_says_so(collect):
    assert [m.key for m in collect(ask(Intent.SEARCH_DEMAND, "107")).messages] == ["no_searches"]


def test_search_demand_without_a_log_says_so(collect, small_engine, monkeypatch):
    monkeypatch.setattr(small_engine.workspace, "has", lambda table: False)
    assert [m.key for m in collect(ask(Intent.SEARCH_DEMAND, "101")).messages] == ["searches_off"]


def test_rhythm_of_a_group_and_of_the_season(collect):
    group = collect(ask(Intent.RHYTHM, groups=(SNACKS,)))
    assert names(group) == [
        "recommended_per_week",
        "observed_per_week",
        "crowding_effect",
        "rhythm_evidence",
        "busiest_per_week",
        "planned_per_week",
        "solved_per_week",
        "rhythm_stability",
        "advised_per_week",
        "fatigue_effect",
        "fatigue_basis",
        "fatigue_data",
        "fatigue_weeks",
    ]
    assert named(group, "fatigue_effect")[0].value == pytest.approx(np.exp(-0.05 * 0.5))
    assert 0 < named(group, "rhythm_stability")[0].value <= 1
    assert named(group, "crowding_effect")[0].value == pytest.approx(2**-0.2)
    season = collect(ask(Intent.RHYTHM))
    # What the plan does comes first; the limit that past weeks support may lie far above what the calendar takes.
    assert names(season)[:3] == ["planned_per_week", "room_per_week", "recommended_per_week"]
    assert named(season, "planned_per_week")[0].value == 1.0
    assert named(season, "fatigue_test")[0].value == 320


def test_rhythm_that_the_data_does_not_show_says_so(collect):
    yogurt = collect(ask(Intent.RHYTHM, groups=("Grocery > Yogurt",)))
    assert named(yogurt, "rhythm_unsupported")[0].value == "crowding unclear"
    assert named(yogurt, "fatigue_unsupported")[0].value == "fatigue unclear"
    tea = collect(ask(Intent.RHYTHM, groups=("Drinks > Tea",)))
    assert named(tea, "rhythm_unsupported")[0].value == "few launches"


def test_rhythm_of_several_groups_is_short_on_each(collect):
    sheet = collect(ask(Intent.RHYTHM, groups=("Grocery > Yogurt", SNACKS)))
    assert [fact.subject for fact in essential(sheet)] == [SNACKS] * 2 + ["Grocery > Yogurt"] * 2


def test_rhythm_of_an_unknown_category_says_that_it_answers_for_all(collect):
    sheet = collect(ask(Intent.RHYTHM, product_words="umbrellas"))
    assert sheet.messages[0].key == "unknown_group"
    assert sheet.facts[0].subject == "season"


def test_planned_counts_by_week_placement_and_group(collect):
    week = collect(ask(Intent.PLANNED, weeks=(W42,)))
    assert names(week) == ["planned_count", "planned_units", "expected_units"]
    assert week.facts[0].value == 1
    assert collect(ask(Intent.PLANNED, groups=(SNACKS,))).facts[0].value == 2
    assert collect(ask(Intent.PLANNED, placements=("in-aisle",))).facts[0].value == 0
    two = collect(ask(Intent.PLANNED, weeks=(W42, W43)))
    assert [fact.value for fact in named(two, "planned_count")] == [1, 1]


def test_planned_without_a_part_tells_about_the_whole_plan(collect):
    sheet = collect(ask(Intent.PLANNED))
    assert sheet.facts[0].value == 6
    assert named(sheet, "plan_candidates")[0].value == 9
    assert 0 <= named(sheet, "plan_gap")[0].value < 1e-4


def test_planned_about_a_product(collect):
    assert names(collect(ask(Intent.PLANNED, "101"))) == ["launch_slot", "expected_units"]
    assert names(collect(ask(Intent.PLANNED, "107")))[0] == "not_planned"


def test_a_department_holds_the_launches_of_all_its_groups(collect, small_stored):
    grocery = [launch for launch in small_stored.plan.launches if launch.group.startswith("Grocery > ")]
    sheet = collect(ask(Intent.PLANNED, groups=("Grocery",)))
    assert (sheet.facts[0].subject, sheet.facts[0].value) == ("Grocery", len(grocery))


def test_groups_without_a_launch_give_way_to_those_that_have_some(collect):
    sheet = collect(ask(Intent.PLANNED, groups=("Drinks > Tea", SNACKS)))
    assert {fact.subject for fact in named(sheet, "planned_count")} == {SNACKS}
    assert [fact.value for fact in named(collect(ask(Intent.PLANNED, groups=("Drinks > Tea",))), "planned_count")] == [
        0
    ]


def test_a_list_that_is_cut_says_how_many_more_there_are(collect):
    assert named(collect(ask(Intent.PLANNED)), "more_launches")[0].value == 1
    assert not named(collect(ask(Intent.PLANNED, weeks=(W41, W42))), "more_launches")  # of which week could nobody tell
    assert not named(collect(ask(Intent.PLANNED, groups=(SNACKS,))), "more_launches")


def test_what_is_counted_as_further_is_not_listed_in_a_longer_answer_either(collect, small_stored, monkeypatch):
    monkeypatch.setattr("copilot.plan_collectors.list_launches.__defaults__", (1, None))
    planned = {launch.product_id for launch in small_stored.plan.launches if launch.group == SNACKS}
    sheet = collect(ask(Intent.PLANNED, groups=(SNACKS,)))
    listed = {fact.subject for fact in sheet} & planned
    assert len(planned) > 1
    assert named(sheet, "more_launches")[0].value == len(planned) - len(listed)


def test_how_many_more_there_are_is_said_of_the_part_that_was_listed(collect, phrases, monkeypatch):
    monkeypatch.setattr("copilot.plan_collectors.LAUNCHES_SAID", 0)
    monkeypatch.setattr("copilot.plan_collectors.list_launches.__defaults__", (0, None))
    fact = named(collect(ask(Intent.PLANNED, weeks=(W41,))), "more_launches")[0]
    assert phrases.sentence(fact).startswith("1 further launch is planned in 2017-W41 beside those listed here")
    fact = named(collect(ask(Intent.PLANNED, groups=(SNACKS,))), "more_launches")[0]
    assert f"planned in {SNACKS} beside" in phrases.sentence(fact)


def test_full_slots_are_told_as_the_limit_and_a_higher_one_is_left_unsaid(small_stored, small_engine, monkeypatch):
    monkeypatch.setattr(small_engine, "rhythm", replace(small_engine.rhythm, recommended_per_week=9))
    full = replace(small_stored.plan, launches=small_stored.plan.launches * 3)  # three slots a week
    season = collect_facts(ask(Intent.RHYTHM), small_engine, replace(small_stored, plan=full))
    assert names(season)[:3] == ["planned_per_week", "slots_bind", "observed_per_week"]
    assert "recommended_per_week" not in names(season)
    assert "9 launches a week" in named(season, "slots_bind")[0].source.note


def test_slots_that_stay_empty_are_not_the_limit(small_stored, small_engine, monkeypatch):
    monkeypatch.setattr(small_engine, "rhythm", replace(small_engine.rhythm, recommended_per_week=9))
    fewer = replace(small_stored.plan, launches=small_stored.plan.launches[:3])
    sheet = collect_facts(ask(Intent.RHYTHM), small_engine, replace(small_stored, plan=fewer))
    assert names(sheet)[:3] == ["planned_per_week", "room_per_week", "recommended_per_week"]


def test_products_that_share_a_title_are_told_apart_by_their_numbers(collect, phrases):
    sheet = collect(ask(Intent.PLANNED, groups=("Grocery > Yogurt",)))
    sentences = [phrases.sentence(fact) for fact in named(sheet, "expected_units")]
    assert len(set(sentences)) == len(sentences) == 2
    assert "#103" in "".join(sentences)
    for fact in sheet.facts:
        assert verify_sentence(phrases.sentence(fact), sheet, phrases).ok, phrases.sentence(fact)
    alone = named(collect(ask(Intent.FORECAST, "105")), "expected_units")[0]
    assert "#" not in phrases.sentence(alone)


def test_the_product_that_the_plan_decides_on_is_kept_for_a_follow_up(collect):
    sheet = collect(ask(Intent.WHY_HERE, ambiguous_products=("101", "201", "107")))
    assert sheet.question.entities.products == ("101",)
    assert sheet.question.to_json()["entities"]["products"] == ["101"]
    assert sheet.facts[0].numbered


def test_a_slot_with_one_launch_names_its_product(collect, small_stored):
    launch = small_stored.plan.launches[0]
    sheet = collect(ask(Intent.WHY_HERE, weeks=(launch.week,), placements=(launch.placement,)))
    assert sheet.facts[0].subject == launch.product_id


def test_a_forecast_in_another_slot_is_told_first(collect):
    sheet = collect(ask(Intent.FORECAST, "101", weeks=(W43,), placements=("in-aisle",)))
    first = sheet.get(sheet.essential[0])
    assert (first.week, first.placement) == (W43, "in-aisle")


def test_a_forecast_of_launches_together_sums_their_units(collect, small_stored):
    sheet = collect(ask(Intent.FORECAST, placements=("front end cap",), of_launches=True))
    there = [launch for launch in small_stored.plan.launches if launch.placement == "front end cap"]
    assert names(sheet)[:2] == ["planned_units", "planned_count"]
    assert sheet.facts[0].value == pytest.approx(sum(launch.expected_units for launch in there))


def test_the_best_and_the_worst_launch(collect, small_stored):
    launches = sorted(small_stored.plan.launches, key=lambda launch: -launch.expected_units)
    best = collect(replace(ask(Intent.EXTREMES), text="which launch sells most"))
    assert (best.facts[0].name, best.facts[0].subject) == ("most_units", launches[0].product_id)
    worst = collect(replace(ask(Intent.EXTREMES), text="what is the weakest launch"))
    assert (worst.facts[0].name, worst.facts[0].subject) == ("least_units", launches[-1].product_id)


def test_the_week_placement_and_category_with_most(collect):
    week = collect(replace(ask(Intent.EXTREMES), text="in which week do we sell the most units"))
    assert (week.facts[0].name, week.facts[0].week) == ("most_units", W41)
    alike = collect(replace(ask(Intent.EXTREMES), text="which week has the most launches"))
    assert alike.messages[0].key == "all_alike"  # one launch in each week
    category = collect(replace(ask(Intent.EXTREMES), text="which category has the most launches"))
    assert category.facts[0].value == 2


def test_what_ranks_a_part_of_the_plan_says_so_and_counts_that_part(collect, small_stored):
    launches = small_stored.plan.launches
    group = launches[0].group
    sheet = collect(replace(ask(Intent.EXTREMES, groups=(group,)), text="which week has the most launches"))
    assert sheet.messages[0].key == "ranked_of_part"
    for fact in sheet.facts:
        if fact.name in ("planned_count", "more_launches"):
            there = [one for one in launches if one.week == fact.week and one.group == group]
            assert fact.subject == group
            assert fact.value <= len(there)
    whole = collect(replace(ask(Intent.EXTREMES), text="which launch sells most"))
    assert all(message.key != "ranked_of_part" for message in whole.messages)


def test_the_best_candidates_without_a_slot(collect):
    sheet = collect(ask(Intent.LEFT_OUT))
    assert named(sheet, "candidates_left_out")[0].value == 3
    units = [fact.value for fact in named(sheet, "forecast_units")]
    assert units == sorted(units, reverse=True)


def test_two_products_are_set_side_by_side(collect, phrases):
    sheet = collect(ask(Intent.COMPARE, named=(("101",), ("102", "201"))))
    difference = sheet.facts[0]
    assert (difference.name, difference.value) == ("units_difference", pytest.approx(10.0))
    assert verify_sentence(phrases.sentence(difference), sheet, phrases).ok
    assert [m.key for m in collect(ask(Intent.COMPARE, "101", named=(("101",),))).messages] == ["two_products"]


def test_what_if_a_product_is_dropped(collect, small_stored):
    sheet = collect(ask(Intent.WHAT_IF, "101", change=Change("drop")))
    assert sheet.messages[0].key == "supposed_drop"
    assert named(sheet, "change_delta")[0].value < 0
    assert named(sheet, "gained_units")


def test_what_if_a_slot_a_week_or_a_category_takes_another_number(collect):
    closed = ask(Intent.WHAT_IF, weeks=(W41,), placements=("front end cap",), change=Change("capacity", 0))
    assert named(collect(closed), "change_delta")[0].value < 0
    empty = collect(ask(Intent.WHAT_IF, weeks=(W41,), change=Change("cap", 0)))
    assert named(empty, "change_delta")[0].value < 0
    few = collect(ask(Intent.WHAT_IF, groups=("Grocery",), change=Change("cap", 0)))
    assert few.messages[0].params["groups"].count("Grocery") == 3
    assert [m.key for m in collect(ask(Intent.WHAT_IF, change=Change("drop"))).messages] == ["no_change"]


def test_money_is_answered_in_units_and_says_so(collect):
    sheet = collect(ask(Intent.REVENUE, "101"))
    assert sheet.messages[0].key == "prices_missing"
    assert names(sheet)[0] == "expected_units"
    assert names(collect(ask(Intent.REVENUE, weeks=(W41,))))[0] == "planned_units"


def test_past_sales_of_a_candidate_and_of_a_product_on_sale(collect):
    candidate = collect(ask(Intent.PAST_SALES, "101"))
    assert candidate.messages[0].key == "not_launched"
    assert names(candidate)[0] == "expected_units"
    live = collect(ask(Intent.PAST_SALES, "201"))
    assert (live.facts[0].name, live.facts[0].value) == ("sold_units", 34)
    assert [m.key for m in collect(ask(Intent.PAST_SALES)).messages] == ["no_shop_sales"]


def test_locks_are_told(collect, small_engine, small_stored):
    assert named(collect(ask(Intent.LOCKS, "101")), "lock_state")[0].value == "free"
    assert named(collect(ask(Intent.LOCKS)), "locked_count")[0].value == 0
    plan = replace(small_stored.plan, interventions=(Lock("101", W41),))
    sheet = collect_facts(ask(Intent.LOCKS, "101"), small_engine, replace(small_stored, plan=plan))
    assert named(sheet, "lock_state")[0].value == "locked"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("what data is simulated", ["simulated"]),
        ("how fresh is the data", ["data_gap", *["data_rows"] * 3]),
        ("what data do you have", [*["data_rows"] * 3, "data_gap", "plan_candidates", "data_launches", "simulated"]),
        ("what is the gap", ["plan_gap"]),
        ("how sure are you", [*BACKTEST, "plan_gap", "plan_low", "plan_worth", "low_case", "how_sure"]),
        ("how many past launches do you know", ["plan_candidates", "data_launches"]),
    ],
)
def test_what_the_plan_rests_on(collect, text, told):
    sheet = collect(replace(ask(Intent.DATA), text=text))
    assert [*names(sheet), *(m.key for m in sheet.messages)] == told


def test_methods_are_explained_by_topic(collect):
    for text, key in (("how does the forecast work", "method_forecast"), ("how is the plan made", "method_plan")):
        assert [m.key for m in collect(replace(ask(Intent.METHOD), text=text)).messages] == [key]


def test_an_empty_question_asks_for_one(collect):
    assert [m.key for m in collect(replace(ask(Intent.HELP), text="")).messages] == ["empty_question"]


def test_the_rhythm_of_a_group_in_a_week_counts_that_group(collect):
    sheet = collect(ask(Intent.RHYTHM, groups=(SNACKS,), weeks=(W41,)))
    assert names(sheet)[:2] == ["planned_count", "recommended_per_week"]
    assert (sheet.facts[0].subject, sheet.facts[0].value) == (SNACKS, 1)


def test_a_median_over_ties_says_over_how_many(collect, small_engine, monkeypatch):
    nearest = small_engine.analogues("101")
    ties = [replace(nearest[0], product_id=str(900 + i), units_4w=float(i)) for i in range(9)]
    monkeypatch.setattr(
        small_engine, "analogues", lambda one, k=5, *, ties_=ties, ties=False: ties_ if ties else nearest
    )
    sheet = collect(ask(Intent.FORECAST, "101"))
    assert named(sheet, "analogue_median")[0].value == 4
    assert named(sheet, "analogue_count")[0].value == 9


def test_product_search_tells_status_and_slots(collect):
    sheet = collect(ask(Intent.PRODUCT_SEARCH, product_words="chips"))
    hits = {fact.subject: fact.value for fact in named(sheet, "search_hit")}
    assert hits["101"] == "candidate"
    assert hits["201"] == "live"
    assert {fact.subject for fact in named(sheet, "launch_slot")} >= {"101", "102"}


def test_product_search_without_a_match_says_so(collect):
    assert [m.key for m in collect(ask(Intent.PRODUCT_SEARCH, product_words="umbrella")).messages] == ["no_matches"]
    assert [m.key for m in collect(ask(Intent.PRODUCT_SEARCH)).messages] == ["no_search_words"]


def test_a_brief_question_answers_briefly_and_points_to_the_brief(collect):
    product = collect(ask(Intent.BRIEF, "101"))
    assert names(product)[0] == "launch_slot"
    assert (product.messages[-1].key, product.messages[-1].closing) == ("brief_ready", True)
    assert product.messages[-1].params == {"target": "101"}
    assert collect(ask(Intent.BRIEF, weeks=(W43,))).messages[-1].params == {"target": "2017-W43"}
    assert collect(ask(Intent.BRIEF)).messages[-1].params == {"target": "rhythm"}


@pytest.mark.parametrize("intent", [Intent.HELP, Intent.OUT_OF_SCOPE])
def test_help_and_out_of_scope_state_no_fact(collect, intent):
    sheet = collect(ask(intent))
    assert sheet.facts == ()
    assert len(sheet.messages) == 1


@pytest.mark.parametrize(
    "intent", [Intent.WHY_HERE, Intent.WHY_NOT, Intent.WHAT_IF_MOVE, Intent.PLANNED, Intent.RHYTHM]
)
def test_a_week_outside_the_plan_names_the_range(collect, intent):
    sheet = collect(ask(Intent(intent), "101", weeks=(date(2018, 1, 1),)))
    assert sheet.facts == ()
    assert sheet.messages[0].params == {"week": "2018-W01", "first": "2017-W41", "last": "2017-W46"}


def test_a_close_race_asks_back_with_the_two_likeliest_readings(collect):
    close = ((Intent.WHY_HERE, 0.4), (Intent.FORECAST, 0.399))
    sheet = collect(ask(Intent.WHY_HERE, "101", alternatives=close))
    assert sheet.facts == ()
    assert sheet.messages[0].key == "ask_back_intent"
    assert sheet.messages[0].params == {"first": "why it is planned there", "second": "what it is expected to sell"}


def test_no_product_asks_for_one(collect):
    assert [m.key for m in collect(ask(Intent.FORECAST)).messages] == ["no_product"]


def test_an_unknown_product_asks_back_with_the_nearest(collect):
    sheet = collect(
        ask(Intent.FORECAST, product_words="chocolate chips", ambiguous_products=("101", "102"), exact=False)
    )
    assert sheet.messages[0].key == "nearest_products"
    assert [fact.value for fact in sheet.facts] == ["101", "102"]
    assert [m.key for m in collect(ask(Intent.FORECAST, product_words="#999", exact=False)).messages] == [
        "unknown_product"
    ]


def test_of_equal_titles_the_one_in_the_week_named_is_meant(small_engine, small_stored):
    both = ask(Intent.WHY_HERE, ambiguous_products=("103", "104"))
    there = {launch.week: launch.product_id for launch in small_stored.plan.launches}
    in_week = replace(both, entities=Entities(weeks=(W43,)))
    assert choose_product(in_week, small_stored, small_engine).product_id == there[W43]
    assert set(choose_product(both, small_stored, small_engine).still_possible) == {"103", "104"}


def test_of_equal_titles_the_planned_one_is_meant(small_engine, small_stored):
    question = ask(Intent.WHY_HERE, ambiguous_products=("101", "107"))
    assert choose_product(question, small_stored, small_engine).product_id == "101"


def test_equal_titles_that_nothing_tells_apart_are_asked_back_with_their_numbers(collect):
    sheet = collect(ask(Intent.WHY_HERE, ambiguous_products=("103", "104"), product_words="vanilla yogurt"))
    assert sheet.messages[0].key == "ask_back_product"
    assert [fact.value for fact in named(sheet, "possible_product")] == ["103", "104"]


def test_rows_stand_behind_facts(collect, small_engine):
    for question in (
        ask(Intent.WHY_HERE, "101"),
        ask(Intent.SEARCH_DEMAND, "101"),
        ask(Intent.RHYTHM, groups=(SNACKS,)),
    ):
        for fact in collect(question).facts:
            if fact.source.where:
                assert len(small_engine.workspace.query(*fact.source.sql(5))) > 0, fact.name
            assert fact.source.note


def test_the_rows_of_a_past_launch_are_its_first_four_weeks(collect, small_engine):
    fact = named(collect(ask(Intent.SIMILAR, "101")), "analogue_units")[0]
    rows = small_engine.workspace.query(*fact.source.sql(1_000))
    assert rows["quantity"].sum() == fact.value


def test_a_source_without_rows_says_so():
    with pytest.raises(ValueError, match="No rows stand behind"):
        Source("solve", note="solved").sql(5)


def test_facts_survive_json(collect):
    import json

    sheet = collect(ask(Intent.WHY_HERE, "101"))
    plain = [fact.to_json() for fact in sheet.facts]
    assert json.loads(json.dumps(plain)) == plain
    assert set(plain[0]) == {"id", "name", "subject", "value", "unit", "interval", "source"}
    assert plain[0]["value"] == "2017-10-09"


def test_a_number_that_is_not_finite_is_no_fact():
    builder = SheetBuilder(ask(Intent.FORECAST))
    with pytest.raises(ValueError, match="no fact can state"):
        builder.add("expected_units", "1", "x", float("nan"), Source("model"))
    with pytest.raises(ValueError, match="no fact can state"):
        builder.add("expected_units", "1", "x", 1.0, Source("model"), interval=(0.0, float("inf")))


def test_names_are_cleaned_when_facts_are_made(collect):
    label = collect(ask(Intent.FORECAST, "109")).facts[0].subject_label
    assert "[" not in label
    assert "<" not in label
    assert "http://" not in label
    assert "\u202e" not in label


def test_every_fact_name_has_a_known_unit():
    assert {spec.unit for spec in FACT_SPECS.values()} <= UNITS


def test_the_rhythm_s_price_of_a_launch_is_told(collect, small_engine, monkeypatch):
    problem = small_engine.problem
    names_ = tuple(sorted(set(problem.groups)))
    shape = len(names_), len(problem.weeks)
    priced = replace(problem, prices=LaunchPrices(names_, np.full(shape, 0.9), np.zeros(shape)))
    monkeypatch.setattr(small_engine, "problem", priced)
    sheet = collect(ask(Intent.WHY_HERE, "101"))
    assert named(sheet, "rhythm_effect")[0].value == pytest.approx(0.9)


def test_what_a_large_change_takes_and_brings_is_counted_in_full(collect):
    """Without a launch in three of the six weeks, three launches go; two are named and one is counted."""
    change = Change("cap", 0)
    sheet = collect(ask(Intent.WHAT_IF, weeks=(W41, W42, W43), change=change))
    named_, more = named(sheet, "displaced_units"), named(sheet, "more_displaced")
    assert len(named_) + sum(fact.value for fact in more) == 3
    assert more


def test_a_price_is_answered_by_what_its_category_s_sales_do(collect):
    """Slope -2 at 0.9 times the price: 1.23 times the units, and the interval from the slope's."""
    sheet = collect(ask(Intent.WHAT_IF, "101", change=Change("price", 0.9)))
    (effect,) = named(sheet, "price_effect")
    assert effect.value == pytest.approx(0.9**-2.0)
    assert effect.interval == pytest.approx((0.9**-1.5, 0.9**-2.5))
    assert named(sheet, "price_delta")[0].value > 0
    assert [m.key for m in sheet.messages] == ["supposed_price", "price_caveat"]


def test_without_known_prices_a_price_is_not_guessed(collect, small_engine, monkeypatch):
    monkeypatch.setattr(small_engine, "problem", replace(small_engine.problem, price_slopes=None))
    sheet = collect(ask(Intent.WHAT_IF, "101", change=Change("price", 0.9)))
    assert [m.key for m in sheet.messages] == ["price_unknown"]
    assert sheet.facts == ()


def test_what_the_operator_decided_is_not_passed_over(small_engine, small_stored):
    """A question that supposes a lock or an exclusion undone says so; a standing forecast is said with the figures."""
    launch = small_stored.plan.launches[0]
    locked = replace(small_stored, version=5, plan=small_engine.solve((Lock(launch.product_id, launch.week),)))
    told = collect_facts(ask(Intent.WHY_HERE, launch.product_id), small_engine, locked).messages
    assert [m.key for m in told] == ["set_aside"]
    barred = replace(small_stored, version=6, plan=small_engine.solve((Exclude(launch.product_id),)))
    told = collect_facts(ask(Intent.WHY_NOT, launch.product_id), small_engine, barred).messages
    assert [m.key for m in told] == ["set_aside"]
    halved = replace(small_stored, version=7, plan=small_engine.solve((ScaleForecast(launch.product_id, 0.9),)))
    told = collect_facts(ask(Intent.FORECAST, launch.product_id), small_engine, halved).messages
    assert [m.key for m in told] == ["standing_forecast"]


def test_two_launches_that_change_places_are_priced_by_a_re_solve(collect, small_stored):
    first, second = (launch.product_id for launch in small_stored.plan.launches[:2])
    pair = ((first,), (second,))
    sheet = collect(replace(ask(Intent.WHAT_IF, first, second, change=Change("swap")), named=pair))
    assert named(sheet, "change_delta")[0].value <= 0
    assert [m.key for m in sheet.messages] == ["supposed_swap"]


def test_a_product_without_a_slot_cannot_change_places(collect, small_engine, small_stored):
    out = next(p for p in small_engine.problem.product_ids if small_stored.plan.launch_of(p) is None)
    first = small_stored.plan.launches[0].product_id
    sheet = collect(replace(ask(Intent.WHAT_IF, first, out, change=Change("swap")), named=((first,), (out,))))
    assert [m.key for m in sheet.messages] == ["swap_unplanned"]


def test_what_binds_under_standing_rules_is_told_too(small_engine, small_stored):
    rules = (CapLaunches(1, W43),)
    stored = replace(small_stored, version=4, plan=small_engine.solve(rules))
    sheet = collect_facts(ask(Intent.WHY_HERE, stored.plan.launches_in(W43)[0].product_id), small_engine, stored)
    assert {"slot_price", "week_price"} & {fact.name for fact in sheet.facts}


def test_what_an_adopted_scenario_left_standing_is_told(small_engine, small_stored):
    rules = (CapLaunches(2, W43, SNACKS), SetCapacity(W45, "in-aisle", 0), ScaleForecast("101", 0.8))
    stored = replace(small_stored, plan=replace(small_stored.plan, interventions=rules))
    told = collect_facts(ask(Intent.LOCKS), small_engine, stored).messages
    assert [m.key for m in told] == ["standing_cap", "standing_room", "standing_forecast"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_week_that_no_calendar_has_is_told(collect, lang):
    sheet = collect(ask(Intent.PLANNED, unknown_weeks=("week 53",), lang=lang))
    assert [message.key for message in sheet.messages] == ["no_such_week"]
    assert "week 53" in load_phrases(lang).message("no_such_week", **sheet.messages[0].params)


def test_what_gives_way_is_kept_for_the_next_turn(collect):
    sheet = collect(ask(Intent.WHAT_IF_MOVE, "101", weeks=(date(2017, 10, 16),)))
    displaced = [fact.subject for fact in sheet.facts if fact.name == "displaced_units"]
    assert sheet.question.beside == tuple(displaced)


def test_a_short_comparison_tells_of_both_products(collect):
    asked = replace(ask(Intent.COMPARE, named=(("101",), ("102", "201"))), wish="shorter")
    sheet = collect(asked)
    told = of_length(sheet, sheet.question.length)
    assert sheet.question.length == "short"
    assert len({fact.subject for fact in told.facts if fact.name == "forecast_units"}) == 2
