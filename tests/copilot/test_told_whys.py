"""Whys of the plan as a whole: what was left out, why a category has so many, what changed by hand, a department."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copilot.questions import Entities, Intent, Question
from ranking.interventions import CapLaunches, Exclude, Lock
from tests.copilot.telling import answered, named, names

SNACKS, GROCERY, TEA = "Grocery > Bag Snacks", "Grocery", "Drinks > Tea"


class Kept:
    """The version before this one, as the archive gives it."""

    def __init__(self, earlier):
        self.earlier = earlier

    def pair(self, versions, current):
        return self.earlier, current


@pytest.fixture
def ask(small_engine, small_stored):
    def tell(text, intent, lang="en", stored=small_stored, earlier=None, **entities):
        question = Question(text, intent, Entities(**entities), 1.0, lang)
        return answered(question, small_engine, stored, Kept(earlier) if earlier else None)

    return tell


@pytest.mark.parametrize(
    ("text", "lang"), [("what products were left out and why?", "en"), ("哪些商品没排上，为什么？", "zh")]
)
def test_why_candidates_are_left_out_is_solved_for_the_best_of_them(ask, small_engine, small_stored, text, lang):
    sheet, _ = ask(text, Intent.LEFT_OUT, lang)
    left = [one for one in small_engine.problem.product_ids if small_stored.plan.launch_of(one) is None]
    best = sorted(left, key=lambda one: -small_engine.forecast(one).units)
    assert [fact.subject for fact in named(sheet, "forecast_units")] == best[:3]
    for fact, one in zip(named(sheet, "force_delta"), best, strict=False):
        told = small_engine.counterfactual(small_stored, Lock(one))
        assert (fact.subject, fact.value) == (one, told.delta_units)
    gone = {one.product_id for one in small_engine.counterfactual(small_stored, Lock(best[0])).displaced}
    assert named(sheet, "displaced_units")[0].subject in gone


def test_without_a_why_nothing_is_solved(ask):
    sheet, _ = ask("what was left out?", Intent.LEFT_OUT)
    assert named(sheet, "forecast_units")
    assert not named(sheet, "force_delta")


def test_of_one_title_only_one_is_listed(ask, small_engine, small_stored):
    barred = replace(small_stored, plan=small_engine.solve((Exclude("103"), Exclude("104"))))
    sheet, said = ask("what was left out, and why?", Intent.LEFT_OUT, stored=barred)
    assert not {"103", "104"} & {fact.subject for fact in named(sheet, "force_delta")}
    assert said[0].startswith("Kept out of the plan by the operator: #103, #104.")
    alike = replace(small_stored, plan=replace(small_stored.plan, launches=small_stored.plan.launches[:2]))
    sheet, _ = ask("what was left out?", Intent.LEFT_OUT, stored=alike)
    titles = [fact.subject_label for fact in named(sheet, "forecast_units")]
    assert len(titles) == len(set(titles)) == 4


@pytest.mark.parametrize(("text", "lang"), [("why are there so many snacks?", "en"), ("为什么零食这么多？", "zh")])
def test_why_a_category_has_so_many_is_what_the_plan_loses_without_it(ask, small_engine, small_stored, text, lang):
    sheet, _ = ask(text, Intent.WHY_HERE, lang, groups=(SNACKS,))
    without = small_engine.counterfactual(small_stored, CapLaunches(0, None, SNACKS))
    (loss,) = named(sheet, "category_loss")
    assert (loss.subject, loss.value) == (SNACKS, without.delta_units)
    assert names(sheet)[:3] == ["planned_count", "category_loss", "drop_loss"]
    held = [one for one in small_stored.plan.launches if one.group == SNACKS]
    assert named(sheet, "drop_loss")[0].subject == min(held, key=lambda one: one.expected_units).product_id
    assert "recommended_per_week" in [fact.name for fact in sheet]


def test_why_a_category_is_in_a_week_is_solved_for_that_week(ask, small_engine, small_stored):
    week = next(one.week for one in small_stored.plan.launches if one.group == SNACKS)
    sheet, _ = ask("why snacks that week?", Intent.WHY_HERE, groups=(SNACKS,), weeks=(week,))
    (loss,) = named(sheet, "category_loss")
    told = small_engine.counterfactual(small_stored, CapLaunches(0, week, SNACKS))
    assert (loss.week, loss.value) == (week, told.delta_units)
    assert not named(sheet, "drop_loss")


@pytest.mark.parametrize(("lang", "cause"), [("en", "By your own decision, “{}”"), ("zh", "按您自己的决定，“{}”")])
def test_what_the_operator_excluded_is_named_as_the_cause(ask, small_engine, small_stored, lang, cause):
    first = small_stored.plan.launches[0]
    now = replace(small_stored, version=4, plan=small_engine.solve((Exclude(first.product_id),)))
    sheet, said = ask("what changed?", Intent.CHANGES, lang, stored=now, earlier=small_stored)
    (fact,) = named(sheet, "excluded_launch")
    assert (fact.subject, fact.value, fact.week) == (first.product_id, first.expected_units, first.week)
    assert any(line.startswith(cause.format(first.title)) for line in said)
    assert any(f"#{first.product_id}" in line for line in said[:2])  # among what was decided
    assert not named(sheet, "removed_launch")


def test_what_went_without_being_excluded_is_named_as_gone(ask, small_engine, small_stored):
    week = small_stored.plan.launches[0].week
    now = replace(small_stored, version=4, plan=small_engine.solve((CapLaunches(0, week),)))
    sheet, said = ask("what changed?", Intent.CHANGES, stored=now, earlier=small_stored)
    gone = {x.product_id for x in small_stored.plan.launches} - {x.product_id for x in now.plan.launches}
    assert {fact.subject for fact in named(sheet, "removed_launch")} == gone
    assert not named(sheet, "excluded_launch")
    assert "Decided since then: no launches in " in " ".join(said)
    _, back = ask("what changed?", Intent.CHANGES, stored=replace(small_stored, version=5), earlier=now)
    assert "No longer decided since then: no launches in " in " ".join(back)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_department_tells_its_own_rhythm_and_each_category_with_launches(ask, small_stored, lang):
    sheet, _ = ask("?", Intent.RHYTHM, lang, groups=(GROCERY,))
    held = {launch.group for launch in small_stored.plan.launches if launch.group.startswith(GROCERY)}
    counted = named(sheet, "planned_per_week")[0]
    n = sum(launch.group.startswith(GROCERY) for launch in small_stored.plan.launches)
    assert (counted.subject, counted.value) == (GROCERY, pytest.approx(n / 6))
    limits = [fact.subject for fact in sheet if fact.name in ("recommended_per_week", "rhythm_unsupported")]
    assert held <= set(limits)


def test_a_department_says_what_it_counts_without_listing_it(ask, monkeypatch):
    monkeypatch.setattr("copilot.rhythm_collectors.PIECES_SAID", 1)
    monkeypatch.setattr("copilot.rhythm_collectors.GROUPS_SAID", 1)
    _, said = ask("?", Intent.RHYTHM, groups=(GROCERY,))
    assert "Counted in the total but not listed by themselves: " in " ".join(said)
