"""Rhythm briefs: one size for each effect, limits that are said truly, and what would make the rhythm wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from copilot.briefs import write_brief
from copilot.phrases import languages, load_phrases
from ranking.rhythm import RhythmConfig


@pytest.fixture
def brief(small_engine, small_stored, phrases):
    return lambda target: write_brief(target, small_engine, small_stored, phrases)


def part(markdown: str, heading: str) -> str:
    """What stands under a heading."""
    return markdown.split(f"## {heading}\n")[1].split("\n## ")[0]


def test_fatigue_has_one_size_in_a_rhythm_brief(brief, small_engine):
    facts = brief("rhythm").facts
    for named, spoken in (("effect_supposed", "fatigue_effect"), ("effect_data", "fatigue_data")):
        row = next(fact for fact in facts if (fact.name, fact.subject) == (named, "fatigue"))
        told = next(fact for fact in facts if (fact.name, fact.subject) == (spoken, "season"))
        assert (row.value, row.interval) == (pytest.approx(told.value), pytest.approx(told.interval))


@pytest.mark.parametrize(
    ("lang", "heading", "warning", "remedy"),
    [
        ("en", "Risks", "Warning: “Halloween Mix”", "lock these launches to an earlier week"),
        ("zh", "风险", "注意：“Halloween Mix”", "锁定到更早的一周"),
    ],
)
def test_launches_after_their_day_are_a_risk_of_the_rhythm(small_engine, small_stored, lang, heading, warning, remedy):
    def written(stored):
        return part(write_brief("rhythm", small_engine, stored, load_phrases(lang)).markdown, heading)

    assert remedy not in written(small_stored)
    *others, last = sorted(small_stored.plan.launches, key=lambda one: one.week)
    late = replace(last, title="Halloween Mix", week=small_engine.weeks[-1])
    told = written(replace(small_stored, plan=replace(small_stored.plan, launches=(*others, late))))
    assert warning in told
    assert remedy in told


@pytest.mark.parametrize(
    ("lang", "heading", "guess"), [("en", "Risks", "its rhythm is a guess"), ("zh", "风险", "只是猜测")]
)
def test_a_category_with_more_planned_than_past_launches_is_remarked(
    small_engine, small_stored, monkeypatch, lang, heading, guess
):
    def written():
        return part(write_brief("rhythm", small_engine, small_stored, load_phrases(lang)).markdown, heading)

    lines = [line for line in written().splitlines() if guess in line]
    assert not any("Bag Snacks" in line for line in lines)  # 54 past launches
    few = [replace(one, n_launches=0) for one in small_engine.rhythm.groups]
    monkeypatch.setattr(small_engine, "rhythm", replace(small_engine.rhythm, groups=tuple(few)))
    assert any("Bag Snacks" in line and guess in line for line in written().splitlines())


@pytest.mark.parametrize(("lang", "said"), [("en", "a measure of what waits"), ("zh", "它说明有多少在等待")])
def test_rhythms_alone_that_add_up_beyond_the_limit_are_explained(small_engine, small_stored, monkeypatch, lang, said):
    for limit, explained in ((100, False), (1, True)):
        monkeypatch.setattr(small_engine, "rhythm", replace(small_engine.rhythm, recommended_per_week=limit))
        text = write_brief("rhythm", small_engine, small_stored, load_phrases(lang)).markdown
        assert (said in text) == explained


def test_a_busy_week_is_what_the_brief_says_it_is(brief):
    text = brief("rhythm").markdown
    assert RhythmConfig().busy_quantile == 0.9
    assert text.count("nine in ten of the past weeks did not exceed") == 2
    assert "busiest weeks of the past" not in text


@pytest.mark.parametrize("lang", languages())
def test_the_best_week_of_goods_whose_day_has_passed_says_so(small_engine, small_stored, monkeypatch, lang):
    said = {"en": "after its day", "zh": "在其节日之后"}[lang]
    parts = small_engine.score_parts

    def rising(product_id, week, placement):
        return replace(parts(product_id, week, placement), momentum_ratio=1 + small_engine.weeks.index(week) / 10)

    monkeypatch.setattr(small_engine, "score_parts", rising)
    assert said not in write_brief("rhythm", small_engine, small_stored, load_phrases(lang)).markdown
    launches = tuple(
        replace(one, group="Drug > Halloween") if one.group == "Grocery > Yogurt" else one
        for one in small_stored.plan.launches
    )
    stored = replace(small_stored, plan=replace(small_stored.plan, launches=launches))
    assert small_engine.weeks[-1] - small_engine.weeks[0] == timedelta(weeks=5)
    assert said in write_brief("rhythm", small_engine, stored, load_phrases(lang)).markdown
