"""Reasons have weight: a factor of a few per cent is none, and a part of a few shoppers is told as their number."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from copilot import brief_facts, product_facts
from copilot.briefs import write_brief
from copilot.facts import collect_facts
from copilot.phrases import languages, load_phrases
from copilot.questions import Entities, Intent, Question


def told(engine, stored, intent, product_id, lang="en"):
    question = Question("?", intent, Entities(products=(product_id,)), 1.0, lang)
    return collect_facts(question, engine, stored)


@pytest.mark.parametrize(("ratio", "weighs"), [(1.02, False), (0.98, False), (1.03, True), (0.97, True), (1.3, True)])
@pytest.mark.parametrize("intent", [Intent.WHY_HERE, Intent.DRIVERS, Intent.FORECAST])
def test_a_factor_of_little_weight_is_no_reason(small_engine, small_stored, monkeypatch, intent, ratio, weighs):
    parts = small_engine.score_parts

    def changed(product_id, week, placement):
        return replace(parts(product_id, week, placement), placement_ratio=1.0, momentum_ratio=ratio, delay_ratio=1.0)

    monkeypatch.setattr(small_engine, "score_parts", changed)
    sheet = told(small_engine, small_stored, intent, small_stored.plan.launches[0].product_id)
    assert ("momentum" in {fact.name for fact in sheet.facts}) is weighs


def test_the_threshold_is_the_one_that_the_docs_state(pytestconfig):
    docs = (pytestconfig.rootpath / "docs" / "methods.md").read_text("utf-8")
    assert f"less than {product_facts.LEAST_WEIGHT:.0%}" in docs
    assert f"fewer than {brief_facts.SMALL_BASE} shoppers" in docs


@pytest.mark.parametrize("lang", languages())
def test_a_part_of_few_shoppers_is_told_as_their_number(small_engine, small_stored, monkeypatch, lang):
    monkeypatch.setattr(brief_facts, "_buyers", lambda bench, nearest: ((str(n), n < 1) for n in range(41)))
    brief = write_brief("101", small_engine, small_stored, load_phrases(lang))
    facts = {fact.name: fact.value for fact in brief.facts}
    assert (facts["newcomers"], facts["regulars_count"]) == (41, 1)
    assert facts["category_regulars"] == pytest.approx(1 / 41)  # stands in the footnote
    heading = {"en": "## Who it is for", "zh": "## 卖给谁"}[lang]
    part = brief.markdown.split(heading)[1].split("\n## ")[0]
    assert re.search(r"(?<!\d)1(?!\d)", re.sub(r"\[\^[^]]+\]", "", part))
    assert "%" not in part


def test_a_part_of_many_shoppers_is_told_as_a_share(small_engine, small_stored, monkeypatch):
    monkeypatch.setattr(brief_facts, "SMALL_BASE", 12)
    brief = write_brief("101", small_engine, small_stored, load_phrases("en"))
    assert "regulars_count" not in {fact.name for fact in brief.facts}
    assert "%" in brief.markdown.split("## Who it is for")[1].split("\n## ")[0]


@pytest.mark.parametrize(("knew", "two"), [(1, False), (9, False), (10, True), (21, True), (31, True), (32, False)])
def test_two_segments_need_shoppers_each(small_engine, small_stored, monkeypatch, knew, two):
    monkeypatch.setattr(brief_facts, "_buyers", lambda bench, nearest: ((str(n), n < knew) for n in range(41)))
    part = write_brief("101", small_engine, small_stored, load_phrases("en")).markdown.split("## Who it is for")[1]
    assert ("two segments can be told apart" in part) is two
    assert f", {knew} had bought in their category" in part
