"""A week that the operator closed is told as closed by hand, with what reopening it would bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ranking.interventions import CapLaunches, Lock, SetCapacity
from tests.copilot.telling import named

W43, W44 = date(2017, 10, 23), date(2017, 10, 30)
SAID = {"en": "Closed by your own decision", "zh": "这是您自己决定关闭的"}


@pytest.fixture(scope="module")
def closed(small_engine, small_stored):
    """Version 9 of the plan: nothing in week 43, by hand."""
    return replace(small_stored, version=9, plan=small_engine.solve((CapLaunches(0, W43),)))


@pytest.fixture
def ask(told, closed):
    def tell(text, lang="en", stored=closed):
        sheet, said = told(text, lang=lang, stored=stored)
        return sheet, " ".join(said)

    return tell


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("why is nothing planned in week 43?", "en"),
        ("what if we reopen week 43?", "en"),
        ("第43周为什么没有上新？", "zh"),
        ("如果重新开放第43周呢？", "zh"),
    ],
)
def test_a_closed_week_says_so_and_what_reopening_brings(ask, small_engine, closed, text, lang):
    sheet, said = ask(text, lang)
    gain = named(sheet, "change_delta")[0]
    assert said.startswith(SAID[lang])
    assert gain.value == small_engine.counterfactual(closed, CapLaunches(1, W43)).delta_units > 0


def test_a_week_that_nobody_closed_is_not_told_as_closed(ask, small_stored):
    sheet, said = ask("what if we reopen week 44?")
    assert SAID["en"] not in said
    assert "nothing to reopen" in said
    assert not named(sheet, "change_delta")
    assert SAID["en"] not in ask("why are there launches in week 43?", stored=small_stored)[1]


def test_what_is_planned_in_a_closed_week_says_why_it_is_empty(ask):
    sheet, said = ask("what is planned in week 43?")
    assert (sheet.facts[0].name, sheet.facts[0].value) == ("planned_count", 0)
    assert SAID["en"] in said
    assert "no launches in 2017-W43" in said


def test_a_product_in_a_closed_week_is_solved_with_the_closing_undone(ask, small_engine, closed):
    sheet, said = ask("why is #101 not in week 43?")
    reopened = small_engine.counterfactual(closed, CapLaunches(1, W43), Lock("101", W43))
    assert named(sheet, "move_delta")[0].value == reopened.delta_units
    assert not named(sheet, "cannot_plan")
    assert "You decided: no launches in 2017-W43." in said


def test_a_decision_is_said_in_chinese_too(ask):
    assert "您已决定：2017-W43 都不上新" in ask("为什么 #101 不在第43周？", "zh")[1]


@pytest.mark.parametrize("text", ["what if nothing launches in week 44?", "what if no snacks launch in week 44?"])
def test_closing_a_week_prices_no_single_launch(ask, text):
    sheet, _ = ask(text)
    assert named(sheet, "change_delta")
    assert not {"week_price", "group_price"} & {fact.name for fact in sheet}


@pytest.mark.parametrize(
    ("text", "lang"), [("what if we add one more launch in week 44?", "en"), ("第44周多上一个会怎样？", "zh")]
)
def test_one_more_launch_is_no_limit_of_one(ask, small_engine, closed, text, lang):
    sheet, _ = ask(text, lang)
    here = [launch for launch in closed.plan.launches if launch.week == W44]
    more = small_engine.counterfactual(closed, CapLaunches(len(here) + 1, W44))
    assert named(sheet, "change_delta")[0].value == more.delta_units >= 0


def test_one_more_in_a_full_week_finds_it_a_place(ask, small_engine, small_stored, monkeypatch):
    problem = replace(small_engine.problem, slots=tuple(replace(one, capacity=0) for one in small_engine.problem.slots))
    held = small_stored.plan.launches_in(W44)[0].placement
    slots = tuple(replace(one, capacity=int(one.placement == held)) for one in problem.slots)
    monkeypatch.setattr(small_engine, "problem", replace(problem, slots=slots))
    sheet, said = ask("what if we add one more launch in week 44?", stored=small_stored)
    wanted = (SetCapacity(W44, held, 2), CapLaunches(2, W44))
    assert named(sheet, "change_delta")[0].value == small_engine.counterfactual(small_stored, *wanted).delta_units
    assert f"{held} has room for 2 launches in 2017-W44, and everything" in said
