"""Questions that want a yes, a no or a week: the answer says it first, with what it costs."""

from __future__ import annotations

import re
from datetime import date

import pytest

from copilot.briefs import write_brief
from copilot.facts import collect_facts
from copilot.factsheet import Fact, FactSheet, Source
from copilot.phrases import languages, load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from ranking.interventions import CapLaunches, Lock
from tests.copilot.telling import answered, names

W41, W43, W45 = date(2017, 10, 9), date(2017, 10, 23), date(2017, 11, 6)
SNACKS = "Grocery > Bag Snacks"


@pytest.fixture
def told(small_engine, small_stored):
    def tell(text, intent, lang="en", **entities):
        return answered(Question(text, intent, Entities(**entities), 1.0, lang), small_engine, small_stored)

    return tell


def test_whether_a_week_can_rest_is_answered_by_yes_and_its_cost(told, small_engine, small_stored):
    sheet, said = told("Can we rest in week 43?", Intent.RHYTHM, weeks=(W43,))
    first = sheet.facts[0]
    assert said[0].startswith("Yes, at a cost: with no launches in 2017-W43, the best plan would be worth ")
    assert (first.name, first.week) == ("rest_delta", W43)
    assert first.value == small_engine.counterfactual(small_stored, CapLaunches(0, W43)).delta_units < 0
    assert names(sheet)[:2] == ["rest_delta", "planned_count"]
    assert "recommended_per_week" not in names(sheet)


def test_whether_a_week_should_rest_is_answered_by_no_where_it_loses(told):
    _, said = told("Should we rest in week 43?", Intent.RHYTHM, weeks=(W43,))
    assert said[0].startswith("No: with no launches in 2017-W43, the best plan would be worth ")


def test_both_languages_answer_a_rest_alike(told):
    english, _ = told("Can we rest in week 43?", Intent.RHYTHM, weeks=(W43,))
    chinese, said = told("第43周可以休息吗？", Intent.RHYTHM, "zh", weeks=(W43,))
    assert [(f.name, f.value, f.week) for f in english] == [(f.name, f.value, f.week) for f in chinese]
    assert said[0].startswith("可以，但有代价：")


def test_weeks_named_as_alternatives_are_weighed_one_by_one_the_cheapest_first(told):
    sheet, _ = told("Can we rest in week 41 or 43?", Intent.RHYTHM, weeks=(W41, W43))
    costs = [fact.value for fact in sheet.facts if fact.name == "rest_delta"]
    assert len(costs) == 2
    assert costs == sorted(costs, reverse=True)
    assert not [fact for fact in sheet.facts if fact.name == "dropped_count"]


def test_weeks_together_rest_together(told):
    sheet, said = told("Can we rest in weeks 41 and 43?", Intent.RHYTHM, weeks=(W41, W43))
    assert [fact.week for fact in sheet.facts if fact.name == "rest_delta"] == [None]
    assert "2017-W41, 2017-W43" in said[0]


def test_a_category_rests_alone(told):
    sheet, said = told("Can snacks take a break in week 41?", Intent.RHYTHM, weeks=(W41,), groups=(SNACKS,))
    assert sheet.facts[0].subject == SNACKS
    assert f"with no launches in {SNACKS} in 2017-W41" in said[0]


def test_a_rest_that_a_lock_forbids_is_answered_by_no(small_engine, small_stored):
    from dataclasses import replace

    stored = replace(small_stored, plan=small_engine.solve((Lock("101", W41, "in-aisle"),)))
    question = Question("Can we rest in week 41?", Intent.RHYTHM, Entities(weeks=(W41,)), 1.0)
    sheet = collect_facts(question, small_engine, stored)
    assert load_phrases("en").sentence(sheet.facts[0]).startswith("No: under the present rules")
    assert sheet.messages[-1].key == "change_impossible"


@pytest.mark.parametrize("text", ["What about the rest of week 43?", "How many launches in week 43?"])
def test_other_questions_about_a_weeks_rhythm_are_not_about_a_rest(told, text):
    sheet, _ = told(text, Intent.RHYTHM, weeks=(W43,))
    assert names(sheet)[0] == "planned_count"


def test_of_two_weeks_the_better_one_comes_first_with_the_proven_difference(told, small_engine, small_stored):
    sheet, said = told("Should it be week 43 or 45?", Intent.WHAT_IF_MOVE, products=("107",), weeks=(W43, W45))
    first = sheet.facts[0]
    plans = {week: small_engine.counterfactual(small_stored, Lock("107", week)).plan for week in (W43, W45)}
    best = max(plans, key=lambda week: plans[week].objective)
    assert (first.name, first.week, first.other_week) == ("week_choice", best, W45 if best == W43 else W43)
    assert first.value == pytest.approx(abs(plans[W43].objective - plans[W45].objective))
    assert first.interval[0] <= first.value <= first.interval[1]
    assert "2017-W43" in said[0]
    assert "2017-W45" in said[0]
    assert len([fact for fact in sheet.facts if fact.name == "move_delta"]) == 2


def test_the_week_where_it_stands_needs_no_solve(told, small_engine, small_stored):
    launch = small_stored.plan.launches[0]
    other = next(week for week in small_engine.weeks if week != launch.week)
    told_before = small_engine.solves
    sheet, _ = told("that week or the other?", Intent.WHAT_IF_MOVE, products=(launch.product_id,),
                    weeks=(launch.week, other))  # fmt: skip
    assert small_engine.solves == told_before + 1
    assert sheet.facts[0].name == "week_choice"
    assert "launch_slot" in names(sheet)


def test_bare_numbers_after_a_product_are_weeks(told):
    sheet, _ = told("43 or 45?", Intent.WHAT_IF_MOVE, products=("107",), numbers=(43.0, 45.0))
    assert sheet.facts[0].name == "week_choice"


def test_a_move_from_one_week_to_another_stays_a_move(told):
    sheet, _ = told("move it from week 43 to week 45", Intent.WHAT_IF_MOVE, products=("107",), weeks=(W43, W45))
    assert not [fact for fact in sheet.facts if fact.name == "week_choice"]


def choice(value: float, low: float, high: float) -> FactSheet:
    about, source = ("F1", "week_choice", "101", "Potato Chips"), Source("solve")
    fact = Fact(*about, value, "units", (low, high), source, week=W43, other_week=W45)
    return FactSheet(Question("?", Intent.WHAT_IF_MOVE, Entities(), 1.0), (fact,), ("F1",))


@pytest.mark.parametrize("lang", languages())
def test_weeks_that_cannot_be_told_apart_are_told_as_a_tie(lang):
    sheet, phrases = choice(0.3, -0.2, 0.8), load_phrases(lang)
    said = phrases.sentence(sheet.facts[0])
    assert verify_sentence(said, sheet, phrases).ok
    assert {"en": "are worth the same", "zh": "没有可证明的差别"}[lang] in said


def test_the_weeks_of_a_choice_may_not_change_places():
    sheet, phrases = choice(3.0, 2.5, 3.5), load_phrases("en")
    said = phrases.sentence(sheet.facts[0])
    assert verify_sentence(said, sheet, phrases).ok
    swapped = said.replace("W43", "W99").replace("W45", "W43").replace("W99", "W45")
    assert not verify_sentence(swapped, sheet, phrases).ok
    assert not verify_sentence("In 2017-W45, “Potato Chips” is worth 3 units more to the plan [F1].", sheet, phrases).ok


@pytest.mark.parametrize("word", ["Yes", "It would not matter"])
def test_advice_may_not_say_the_opposite(word):
    fact = Fact("F1", "rest_advice", "season", "season", -3.0, "units", (-3.0, -3.0), Source("solve"), week=W43)
    sheet = FactSheet(Question("?", Intent.RHYTHM, Entities(), 1.0), (fact,), ("F1",))
    phrases = load_phrases("en")
    said = phrases.sentence(fact)
    assert verify_sentence(said, sheet, phrases).ok
    assert not verify_sentence(said.replace("No", word, 1), sheet, phrases).ok


@pytest.mark.parametrize("lang", languages())
def test_the_chat_and_the_weeks_brief_say_the_same_of_a_rest(told, small_engine, small_stored, lang):
    text = {"en": "Can we rest in week 43?", "zh": "第43周可以休息吗？"}[lang]
    sheet, said = told(text, Intent.RHYTHM, lang, weeks=(W43,))
    brief = write_brief("2017-W43", small_engine, small_stored, load_phrases(lang))
    same = next(fact for fact in brief.facts if fact.name == "rest_delta")
    assert (same.value, same.interval, same.sign) == (sheet.facts[0].value, sheet.facts[0].interval, -1)
    plain = re.sub(r"\\(.)|\s", r"\1", brief.markdown.split("\n## ")[1])
    assert re.sub(r"\s|\[F\d+\]|[.。]$", "", said[0].replace("[F1].", "[F1]").replace("[F1]。", "[F1]")) in plain
    assert {"en": "a rest is not advised", "zh": "不建议休息"}[lang] in said[0]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(("delta", "advised"), [(-3.0, False), (0.0, None), (3.0, True)])
def test_a_rest_is_advised_by_the_sign_of_what_is_proven(delta, advised, lang):
    about, interval = ("F1", "rest_delta", "season", "season"), (delta - 1, delta + 1)
    fact = Fact(*about, delta, "units", interval, Source("solve"), week=W43)
    sheet, phrases = FactSheet(Question("?", Intent.RHYTHM, Entities(), 1.0), (fact,), ("F1",)), load_phrases(lang)
    said = phrases.sentence(fact)
    assert verify_sentence(said, sheet, phrases).ok
    no = {"en": ", and a rest is not advised", "zh": "，不建议休息"}[lang]
    assert (no in said) is (advised is False)
    if advised is not False:
        forged = said.replace(" [F1]", f"{no} [F1]")
        assert not verify_sentence(forged, sheet, phrases).ok


@pytest.mark.parametrize("lang", languages())
def test_a_brief_says_where_a_lock_forbids_a_rest(small_engine, small_stored, lang):
    from dataclasses import replace

    stored = replace(small_stored, plan=small_engine.solve((Lock("101", W41, "in-aisle"),)))
    brief = write_brief("2017-W41", small_engine, stored, load_phrases(lang))
    assert "rest_impossible" in {fact.name for fact in brief.facts}
