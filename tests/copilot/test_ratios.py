"""Shares of the plan and units per launch: the amounts that they are made of are told, ranked where that is asked."""

from __future__ import annotations

import pytest

from copilot.intents import Intent
from copilot.questions import Entities, Question
from tests.copilot.telling import answered, essential


@pytest.fixture
def told(small_engine, small_stored):
    def tell(text, lang="en", intent=Intent.FORECAST, **entities):
        question = Question(text, intent, Entities(**entities), 1.0, lang, of_launches=True)
        return answered(question, small_engine, small_stored)[0]

    return tell


def amounts(sheet):
    return [(fact.name, fact.value) for fact in essential(sheet)]


@pytest.mark.parametrize(
    ("text", "lang"),
    [("what share of the plan's units is that category", "en"), ("该品类占计划销量的百分之几", "zh")],
)
def test_a_share_is_told_by_both_of_its_amounts(told, small_stored, text, lang):
    launches = small_stored.plan.launches
    group = launches[0].group
    sheet = told(text, lang, groups=(group,))
    own = [one for one in launches if one.group == group]
    assert sheet.messages[0].key == "no_share"
    assert amounts(sheet) == [
        ("planned_units", pytest.approx(sum(one.expected_units for one in own))),
        ("planned_count", len(own)),
        ("planned_units", pytest.approx(sum(one.expected_units for one in launches))),
        ("planned_count", len(launches)),
    ]


def test_an_average_is_told_by_both_of_its_amounts(told, small_stored):
    sheet = told("what is the average number of units per launch?")
    assert sheet.messages[0].key == "no_average"
    assert [name for name, _ in amounts(sheet)] == ["planned_units", "planned_count"]


@pytest.mark.parametrize(
    ("text", "lang"),
    [("which placement sells the most units per launch?", "en"), ("哪个陈列位平均每个新品卖得最多？", "zh")],
)
def test_placements_are_ranked_by_units_per_launch(told, small_stored, text, lang):
    sheet = told(text, lang)
    units = {fact.placement: fact.value for fact in essential(sheet) if fact.name == "planned_units"}
    counts = {fact.placement: fact.value for fact in essential(sheet) if fact.name == "planned_count"}
    means = [units[placement] / counts[placement] for placement in units]
    assert sheet.messages[0].key == "ranked_per_launch"
    assert means == sorted(means, reverse=True)
    by_placement = {}
    for one in small_stored.plan.launches:
        by_placement.setdefault(one.placement, []).append(one.expected_units)
    assert means[0] == pytest.approx(max(sum(there) / len(there) for there in by_placement.values()))


@pytest.mark.parametrize(
    "text", ["how many launches per week", "how sure is the 80 percent interval", "which week sells most"]
)
def test_other_questions_are_no_ratio(told, text):
    keys = {message.key for message in told(text, intent=Intent.EXTREMES).messages}
    assert not keys & {"no_share", "no_average", "ranked_per_launch"}
