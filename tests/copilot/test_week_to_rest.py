"""Which week could go without launches: every week is solved anew, and the cheapest is named first."""

from __future__ import annotations

import pytest

from ranking.interventions import CapLaunches

SNACKS = "Grocery > Bag Snacks"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("should we rest any week?", "en"),
        ("which weeks should be quiet?", "en"),
        ("is there a week we could leave empty?", "en"),
        ("which week would be best to skip?", "en"),
        ("would it be worth leaving one week without launches?", "en"),
        ("要不要歇一周？", "zh"),
        ("哪一周可以休息？", "zh"),
        ("哪几周应该清淡一些？", "zh"),
    ],
)
def test_the_week_whose_rest_costs_least_is_named(told, small_engine, small_stored, text, lang):
    sheet, said = told(text, lang=lang)
    costs = {
        week: small_engine.counterfactual(small_stored, CapLaunches(0, week)).delta_units for week in small_engine.weeks
    }
    first, second, third = sheet.facts[:3]
    assert [first.name, second.name, third.name] == ["cheapest_rest", "other_rest", "other_rest"]
    assert [one.value for one in (first, second, third)] == pytest.approx(sorted(costs.values(), reverse=True)[:3])
    assert costs[first.week] == first.value < 0
    assert {"en": "No week gains by a rest; ", "zh": "没有哪一周休息会更好；"}[lang] in said[0]
    assert sheet.question.told_weeks == (first.week,)


@pytest.mark.parametrize(
    "text", ["should we rest in week 43?", "which week is the quietest?", "what is planned in week 43?"]
)
def test_other_questions_about_weeks_keep_their_answers(told, text):
    sheet, _ = told(text)
    assert "cheapest_rest" not in [fact.name for fact in sheet]


def test_a_longer_plan_says_which_weeks_were_weighed(told, small_engine, small_stored, monkeypatch):
    monkeypatch.setattr("copilot.rest_collectors.WEEKS_OF_A_QUARTER", 2)
    sheet, said = told("should we rest any week?")
    lightest = sorted(small_stored.plan.launches, key=lambda one: one.expected_units)[:2]
    assert {sheet.facts[0].week, sheet.facts[1].week} == {launch.week for launch in lightest}
    assert "2 weeks" in said[0]


def test_a_category_rests_by_itself(told, small_engine, small_stored):
    sheet, _ = told("which week should bag snacks rest?")
    first = sheet.facts[0]
    assert (first.name, first.subject) == ("cheapest_rest", SNACKS)
    told = small_engine.counterfactual(small_stored, CapLaunches(0, first.week, SNACKS))
    assert first.value == told.delta_units


@pytest.mark.parametrize(
    ("text", "lang"),
    [("can bag snacks and pizza rest in week 43?", "en"), ("第43周 Bag Snacks 和 Pizza 可以休息吗？", "zh")],
)
def test_a_rest_of_several_categories_names_them(told, text, lang):
    sheet, said = told(text, lang=lang)
    assert (sheet.facts[0].name, sheet.facts[0].subject) == ("rest_delta", "Bag Snacks, Pizza")
    assert "Bag Snacks, Pizza" in next(one for one in said if "[F1]" in one)
