"""A why-not of several weeks or placements is told for the best of them, and says which it leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copilot.facts import collect_facts
from copilot.phrases import languages
from copilot.questions import Entities, Intent, Question
from ranking.interventions import Lock
from retrieval.weeks import format_week
from tests.copilot.telling import written

WAITING = "107"


@pytest.fixture
def told(small_engine, small_stored):
    def tell(lang="en", product=WAITING, intent=Intent.WHY_NOT, **entities):
        question = Question("?", intent, Entities(products=(product,), **entities), 1.0, lang)
        sheet = collect_facts(question, small_engine, small_stored)
        return sheet, written(sheet, lang)

    return tell


def change_of(sheet):
    return next(fact for fact in sheet.facts if fact.name in ("move_delta", "force_delta"))


def worth(engine, stored, *slots):
    return {slot: engine.counterfactual(stored, Lock(WAITING, *slot)).plan.objective for slot in slots}


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("order", [1, -1])
def test_of_several_weeks_the_best_is_told(told, small_engine, small_stored, lang, order):
    weeks = small_engine.weeks[:2][::order]
    values = worth(small_engine, small_stored, *((week, None) for week in weeks))
    assert len({round(value, 3) for value in values.values()}) == 2  # else this shows nothing
    sheet, said = told(lang, weeks=weeks)
    best = max(values, key=values.__getitem__)[0]
    assert change_of(sheet).week == best
    line = said[-1].text
    assert all(format_week(week) in line for week in weeks)
    assert line.index(format_week(best)) < max(line.index(format_week(week)) for week in weeks)


@pytest.mark.parametrize("lang", languages())
def test_of_several_placements_the_best_is_told(told, small_engine, small_stored, lang):
    values = worth(small_engine, small_stored, *((None, name) for name in small_engine.placements))
    sheet, said = told(lang, placements=tuple(reversed(small_engine.placements)))
    assert worth(small_engine, small_stored, (None, change_of(sheet).placement)).popitem()[1] == max(values.values())
    assert all(name in said[-1].text for name in small_engine.placements)


def test_at_most_three_are_solved_and_none_twice_and_the_rest_is_named(told, small_engine):
    before = small_engine.solves
    sheet, said = told(weeks=small_engine.weeks[:5])
    assert small_engine.solves - before == 3
    assert change_of(sheet).week in small_engine.weeks[:3]
    left = said[-1].text.split("Not solved:")[1]
    assert all(format_week(week) in left for week in small_engine.weeks[3:5])
    assert not any(format_week(week) in left for week in small_engine.weeks[:3])


def test_the_week_where_it_stands_is_not_among_those_asked(told, small_engine, small_stored):
    launch = small_stored.plan.launches[0]
    other = next(week for week in small_engine.weeks if week != launch.week)
    sheet, _ = told(product=launch.product_id, weeks=(other, launch.week))
    assert change_of(sheet).week == other
    assert "best_of_slots" not in {message.key for message in sheet.messages}


def test_where_no_plan_holds_any_of_them_none_is_called_the_best(small_engine, small_stored):
    weeks, place = small_engine.weeks[:2], small_engine.placements[0]
    locks = [Lock(one, week, place) for one, week in zip(("101", "102"), weeks, strict=True)]
    stored = replace(small_stored, plan=small_engine.solve(locks))
    entities = Entities(products=(WAITING,), weeks=weeks, placements=(place,))
    sheet = collect_facts(Question("?", Intent.WHY_NOT, entities, 1.0), small_engine, stored)
    assert "cannot_plan" in {fact.name for fact in sheet.facts}
    (line,) = [one for one in sheet.messages if one.key == "best_of_slots"]
    assert line.params["solved"] is False


def test_one_week_says_nothing_of_others(told, small_engine):
    sheet, _ = told(weeks=small_engine.weeks[:1])
    assert not sheet.messages
