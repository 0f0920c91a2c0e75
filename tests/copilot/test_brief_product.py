"""Product briefs: reasons for and against, similar launches beside the forecast, and who left a product out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copilot.briefs import write_brief
from copilot.phrases import load_phrases
from ranking.interventions import Exclude


def drawn_low(stored):
    """The same plan, in which 101 is forecast far below what the launches like it sold."""
    launches = (
        replace(one, expected_units=4.0, low=1.5, high=10.0) if one.product_id == "101" else one
        for one in stored.plan.launches
    )
    return replace(stored, plan=replace(stored.plan, launches=tuple(launches)))


@pytest.mark.parametrize(
    ("lang", "said", "cut"),
    [
        ("en", "sold more than the upper end of its interval.", "A bar that ends in an arrow is longer than drawn."),
        ("zh", "个的销量高于其区间的上端。", "末端带箭头的条形比画出的更长。"),
    ],
)
def test_similar_launches_beyond_the_interval_are_a_risk(small_engine, small_stored, lang, said, cut):
    high = write_brief("101", small_engine, small_stored, load_phrases(lang)).markdown
    assert said not in high
    assert cut not in high
    written = write_brief("101", small_engine, drawn_low(small_stored), load_phrases(lang))  # 1.5 to 10 units
    above = next(fact for fact in written.facts if fact.name == "analogues_above")
    sold = [fact.value for fact in written.facts if fact.name == "analogue_units"]
    assert above.value == sum(units > 10 for units in sold) > 0
    assert said in written.markdown
    assert cut in written.markdown


@pytest.mark.parametrize(("lang", "said"), [("en", "more launches than the table lists"), ("zh", "比表中列出的多")])
def test_the_median_says_which_launches_it_is_of(small_engine, small_stored, monkeypatch, lang, said):
    assert said not in write_brief("101", small_engine, small_stored, load_phrases(lang)).markdown
    found = small_engine.analogues
    tied = [*found("101"), *(replace(one, product_id=f"9{n}") for n, one in enumerate(found("101")))]
    monkeypatch.setattr(small_engine, "analogues", lambda product_id, k=5, *, ties=False: tied if ties else tied[:k])
    written = write_brief("101", small_engine, small_stored, load_phrases(lang))
    assert said in written.markdown
    assert next(fact.value for fact in written.facts if fact.name == "analogue_count") == len(tied)


@pytest.mark.parametrize(
    ("lang", "against", "unsure"),
    [
        ("en", "- **Against it:** ", "do to each other is uncertain"),
        ("zh", "- **不利之处**：", "彼此影响的大小并不确定"),
    ],
)
def test_what_the_rhythm_takes_stands_against_and_its_risk_agrees(
    small_engine, small_stored, monkeypatch, lang, against, unsure
):
    problem = small_engine.problem
    monkeypatch.setattr(type(problem), "net_worth", property(lambda self: 0.9 * self.face_worth))
    written = write_brief("103", small_engine, small_stored, load_phrases(lang))
    assert next(fact.value for fact in written.facts if fact.name == "rhythm_effect") == pytest.approx(0.9)
    lines = written.markdown.splitlines()
    assert next(line for line in lines if line.startswith(against))
    told = next(line for line in lines if unsure in line)
    assert {"fatigue_effect", "fatigue_basis"} <= {fact.name for fact in written.facts if f"[^{fact.id}]" in told}
    assert "is not known" not in told


@pytest.mark.parametrize(
    ("lang", "said", "else_said"),
    [("en", "the operator excluded it", "lock it to a week"), ("zh", "操作人员已把它排除", "请把它锁定到某一周")],
)
def test_an_excluded_product_is_told_to_be_the_operators_decision(small_engine, small_stored, lang, said, else_said):
    plan = small_engine.solve((Exclude("101"),))
    barred = write_brief("101", small_engine, replace(small_stored, plan=plan), load_phrases(lang)).markdown
    assert said in barred
    assert else_said not in barred
    left_out = write_brief("107", small_engine, small_stored, load_phrases(lang)).markdown
    assert said not in left_out
    assert else_said in left_out


def test_what_may_as_well_point_up_does_not_speak_against_a_slot():
    from copilot.brief_product import is_against
    from copilot.factsheet import Fact, Source

    def trend(value, low, high):
        return Fact("F1", "search_trend", "101", "Potato Chips", value, "ratio", (low, high), Source("model"))

    assert is_against(trend(0.8, 0.7, 0.9))
    assert not is_against(trend(0.98, 0.67, 1.43))
    assert not is_against(trend(1.2, 1.1, 1.3))
