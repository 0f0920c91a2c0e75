"""Chinese sentences read as Chinese: no stray blank, no double negative, and nothing that says two things."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources

import pytest

from copilot.factsheet import FactSheet
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import stated

PHRASES = load_phrases("zh")


def said(fact):
    """Return a fact's own sentence, which the verifier must pass."""
    sentence = PHRASES.sentence(fact)
    sheet = FactSheet(Question("?", Intent.WHY_HERE, Entities(), 1.0, "zh"), (fact,), (fact.id,))
    check = verify_sentence(sentence, sheet, PHRASES)
    assert check.ok, (sentence, check.reasons)
    return sentence


def test_the_first_four_weeks_are_those_after_the_launch():
    files = [one for one in resources.files("prompts").joinpath("zh").iterdir() if one.name.endswith((".toml", ".j2"))]
    ours = {one.name: one.read_text("utf-8") for one in files if one.name != "intents.toml"}  # operators may say either
    assert [name for name, text in ours.items() if "上市前四周" in text] == []
    told = said(stated(1, "forecast_units", 7.0, interval=(3.0, 14.0)))
    assert "上市后前四周售出 7 件" in told
    assert "上市前四周" not in told


@pytest.mark.parametrize("name", ["fatigue_unsupported", "rhythm_unsupported"])
def test_no_blank_stands_between_two_words(name):
    for state in ("fatigue few launches", "fatigue unclear", "few launches", "crowding unclear"):
        if state.startswith("fatigue") is name.startswith("fatigue"):
            fact = replace(stated(1, name, state, ("season", "season")), unit="text")
            assert said(fact).startswith("本季的")
            assert not re.search(r"[\u4e00-\u9fff] [\u4e00-\u9fff]", said(fact))


@pytest.mark.parametrize(("n", "told"), [(0, "没有搜索用到目录之外的词"), (12, "有 12 次搜索用到目录之外的词")])
def test_searches_that_find_nothing_are_counted_plainly(n, told):
    assert told in said(stated(1, "unmet_searches", n, ("plan", "plan")))


def test_plans_of_one_worth_have_no_difference_that_can_be_proven():
    assert "最优的其他计划价值没有可证明的差别" in said(stated(1, "slot_loss", -0.0001, interval=(-0.0001, -0.0001)))


def test_a_loss_has_the_interval_of_the_change():
    told = said(stated(1, "force_delta", -1.3, interval=(-1.5, -1.2)))
    assert "总共会少 1.3 件（变化的可证明区间 -1.5 至 -1.2）" in told
