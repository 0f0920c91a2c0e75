"""What is asked comes first: a trend, a limit, a placement's effect, two weeks' units, a tie; and short follow-ups."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.chosen_products import choose_product, settled
from copilot.facts import collect_facts
from copilot.questions import Entities, Intent, Question
from tests.copilot.telling import answered, names

W41, W43, W45 = date(2017, 10, 9), date(2017, 10, 23), date(2017, 11, 6)
FRONT = "front end cap"


@pytest.fixture
def told(small_engine, small_stored):
    def tell(text, intent, lang="en", **entities):
        return answered(Question(text, intent, Entities(**entities), 1.0, lang), small_engine, small_stored)[0]

    return tell


@pytest.fixture
def told_parsed(small_engine, small_stored, parsers):
    def tell(text, lang="en"):
        return collect_facts(parsers[lang].parse(text, lang), small_engine, small_stored)

    return tell


@pytest.mark.parametrize(("text", "lang"), [("did searches for #101 go up?", "en"), ("#101 的搜索上升了吗？", "zh")])
def test_whether_searches_rise_is_told_first(told, text, lang):
    assert names(told(text, Intent.SEARCH_DEMAND, lang, products=("101",)))[0] == "search_trend"
    plain = told("how many searches are there?", Intent.SEARCH_DEMAND, products=("101",))
    assert names(plain)[0] == "searches_with_words"


def test_rising_or_falling_is_about_its_searches(parsers):
    assert parsers["en"].parse("is #101 rising or falling?").intent is Intent.SEARCH_DEMAND
    assert parsers["zh"].parse("#101 是上升还是下降？", "zh").intent is Intent.SEARCH_DEMAND


def test_whether_a_placement_is_better_is_told_by_what_it_brought(parser, told):
    question = parser.parse("is the front end cap better?")
    assert (question.intent, question.entities.placements) == (Intent.WHY_HERE, (FRONT,))
    assert names(told(question.text, Intent.WHY_HERE, placements=(FRONT,)))[0] == "placement_lift"
    assert parser.parse("what is planned at the front end cap?").intent is Intent.PLANNED


@pytest.mark.parametrize(("text", "lang"), [("compare week 41 with week 43", "en"), ("比较第41周和第43周", "zh")])
def test_weeks_set_against_each_other_tell_the_units_of_both(told, text, lang):
    sheet = told(text, Intent.PLANNED, lang, weeks=(W41, W43))
    assert [fact.week for fact in sheet if fact.name == "planned_units"] == [W41, W43]
    listed = told("what is planned in weeks 41 and 43?", Intent.PLANNED, weeks=(W41, W43))
    assert "planned_units" not in names(listed)


@pytest.mark.parametrize(
    ("text", "lang"),
    [("should we launch more per week?", "en"), ("is 2 too many?", "en"), ("每周要不要多上一点？", "zh")],
)
def test_whether_to_launch_more_is_told_by_the_limit_first(told, text, lang):
    sheet = told(text, Intent.RHYTHM, lang)
    assert names(sheet)[0] in ("slots_bind", "room_per_week")
    assert names(told("what is the rhythm of the season?", Intent.RHYTHM))[0] == "planned_per_week"


def test_a_slot_that_is_a_tie_says_so_before_its_reasons(told, small_engine, monkeypatch):
    found = small_engine.counterfactual

    def tied(stored, *interventions):
        return replace(found(stored, *interventions), delta_units=0.0, delta_low=-0.001, delta_high=0.001)

    monkeypatch.setattr(small_engine, "counterfactual", tied)
    sheet = told("why is it so late?", Intent.WHY_HERE, products=("101",))
    assert names(sheet)[:3] == ["launch_slot", "expected_units", "slot_loss"]
    assert "slot_tie" in {message.key for message in sheet.messages}


def test_a_slot_that_is_no_tie_has_its_reasons_first(told):
    sheet = told("why is it there?", Intent.WHY_HERE, products=("101",))
    assert names(sheet)[2] != "slot_loss"
    assert "slot_tie" not in {message.key for message in sheet.messages}


def test_after_a_comparison_another_week_is_about_both(parser, small_engine, small_stored):
    before = parser.parse("compare #101 and #102")
    question = parser.parse("and in week 45?", previous=before)
    assert (question.intent, question.entities.products, question.entities.weeks) == (
        Intent.COMPARE,
        ("101", "102"),
        (W45,),
    )
    sheet = collect_facts(question, small_engine, small_stored)
    there = [(fact.subject, fact.week) for fact in sheet if fact.name == "expected_units"]
    assert there == [("101", W45), ("102", W45)]


def test_a_placement_added_to_a_week_keeps_the_week(parser):
    before = parser.parse("what is planned in week 43?")
    question = parser.parse("and at the front end cap?", previous=before)
    assert (question.entities.weeks, question.entities.placements) == ((W43,), (FRONT,))
    afresh = parser.parse("what is planned at the front end cap in week 45?", previous=before)
    assert afresh.entities.weeks == (W45,)


def test_a_third_product_of_a_comparison_is_named_as_left_out(told_parsed):
    sheet = told_parsed("compare #101, #102 and #106")
    assert [(m.key, m.params["titles"]) for m in sheet.messages] == [("two_at_a_time", "Cheese Pizza #106")]
    assert told_parsed("compare #101 and #102").messages == ()


@pytest.mark.parametrize(
    ("text", "lang"), [("why are #101 and #102 planned?", "en"), ("为什么 #101 和 #102 都上新？", "zh")]
)
def test_a_why_of_two_products_is_told_of_both(told_parsed, text, lang):
    sheet = told_parsed(text, lang)
    told = [(sheet.get(one).name, sheet.get(one).subject) for one in sheet.essential]
    assert told[:2] == [("launch_slot", "101"), ("launch_slot", "102")]
    assert {(name, one) for name in ("expected_units", "slot_loss") for one in ("101", "102")} <= set(told)
    assert "also_named" not in {message.key for message in sheet.messages}


def test_a_third_product_of_a_why_is_named_as_left_out(told_parsed):
    sheet = told_parsed("why are #101, #102 and #106 planned?")
    assert [m.params["titles"] for m in sheet.messages if m.key == "also_named"] == ["Cheese Pizza #106"]


def test_a_why_of_two_tells_one_elsewhere_by_what_its_move_would_change(told_parsed, small_stored):
    week = small_stored.plan.launch_of("101").week
    sheet = told_parsed(f"why are #101 and #102 both in week {week.isocalendar().week}?")
    moved = [(fact.subject, fact.week) for fact in sheet if fact.name == "move_delta"]
    assert moved == [("102", week)]


@pytest.mark.parametrize(("text", "lang"), [("what if we launch #101 twice?", "en"), ("如果 #101 上新两次呢？", "zh")])
def test_a_product_is_launched_once(told_parsed, text, lang):
    sheet = told_parsed(text, lang)
    assert sheet.messages[0].key == "once_only"
    assert names(sheet) == ["launch_slot", "expected_units"]
    assert "change_delta" in names(told_parsed("what if #101 sells twice its forecast?"))


def test_forcing_a_product_in_tells_what_the_plan_gives_up(told_parsed, small_engine, small_stored):
    planned = {launch.product_id for launch in small_stored.plan.launches}
    waiting = next(one for one in small_engine.problem.product_ids if one not in planned and one != "109")
    assert names(told_parsed(f"what if we force in #{waiting}?"))[:2] == ["not_planned", "force_delta"]


def test_after_the_last_week_there_is_no_plan(told_parsed):
    assert [m.key for m in told_parsed("what happens after week 46?").messages] == ["plan_ends"]
    assert told_parsed("what happens in week 46?").messages == ()


def test_what_was_understood_holds_the_product_that_the_plan_decides_on(small_engine, small_stored):
    launch, waiting = small_stored.plan.launches[0], "109"
    assert small_stored.plan.launch_of(waiting) is None
    named = Question("why?", Intent.WHY_HERE, Entities(), 1.0, ambiguous_products=(waiting, launch.product_id))
    assert settled(named, small_stored, small_engine).entities.products == (launch.product_id,)


def test_a_name_without_a_size_may_be_any_of_its_sizes(small_engine, small_stored):
    plan = small_stored.plan
    first, second, *others = plan.launches
    small, large = replace(first, title="Donuts"), replace(second, title="Donuts, 12 oz")
    stored = replace(small_stored, plan=replace(plan, launches=(small, large, *others)))
    asked = Question("why the donuts?", Intent.WHY_HERE, Entities(), 1.0, ambiguous_products=(small.product_id, "201"))
    found = choose_product(asked, stored, small_engine)
    assert found.still_possible == (small.product_id, large.product_id)
    by_number = replace(asked, ambiguous_products=(small.product_id,))
    assert choose_product(by_number, stored, small_engine).product_id == small.product_id


def test_a_product_that_another_clause_only_talks_of_is_no_second_of_a_why(parser, small_engine, small_stored):
    text = "He loves organic vanilla yogurt. Why did the tortilla chips end up there?"
    question = settled(parser.parse(text), small_stored, small_engine)
    assert question.entities.products == ("102",)
