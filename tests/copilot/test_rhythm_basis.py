"""A rhythm tells what it rests on: own launches or the prior, what those say alone, and from how many weeks."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from copilot.briefs import write_brief
from copilot.phrases import languages, load_phrases
from copilot.questions import Entities, Intent, Question
from tests.copilot.telling import answered

SNACKS, YOGURT, COOKIES = "Grocery > Bag Snacks", "Grocery > Yogurt", "Grocery > Cookies"
TOLD = {
    "own launches": {"en": "mostly on the shop's own past launches", "zh": "主要依据本店自己的历史新品"},
    "prior": {"en": "mostly on the documented prior", "zh": "主要依据事先写明的先验"},
    "no loss": {"en": "past launches show no loss", "zh": "历史新品没有显示损失"},
}


def told(engine, stored, lang, *groups):
    sheet, said = answered(Question("?", Intent.RHYTHM, Entities(groups=groups), 1.0, lang), engine, stored)
    return {fact.name: fact for fact in sheet.facts}, " ".join(said)


def seen_otherwise(engine, estimate):
    """The same shop, whose snacks showed this loss per launch."""
    first, *others = engine.models.fatigue.groups
    strength = replace(first.strength, estimate=estimate, estimate_low=estimate - 0.1, estimate_high=estimate + 0.1)
    fatigue = replace(engine.models.fatigue, groups=(replace(first, strength=strength), *others))
    another = type(engine)()
    another.models = SimpleNamespace(**{**vars(engine.models), "fatigue": fatigue})
    return another


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    ("group", "basis", "weeks", "subject"),
    [(SNACKS, "own launches", 54, SNACKS), (YOGURT, "prior", 7, YOGURT), (COOKIES, "prior", 61, "season")],
)
def test_a_rhythm_says_what_it_rests_on_and_from_how_many_weeks(
    small_engine, small_stored, lang, group, basis, weeks, subject
):
    facts, text = told(small_engine, small_stored, lang, group)
    assert (facts["fatigue_basis"].value, facts["fatigue_weeks"].value) == (basis, weeks)
    assert {facts[name].subject for name in ("fatigue_basis", "fatigue_data", "fatigue_weeks")} == {subject}
    assert TOLD[basis][lang] in text


@pytest.mark.parametrize("lang", languages())
def test_categories_whose_past_differs_are_told_apart(small_engine, small_stored, lang):
    left = small_engine.models.fatigue.decay
    texts = []
    for ratio in (1.11, 0.98):
        facts, text = told(seen_otherwise(small_engine, -math.log(ratio) / left), small_stored, lang, SNACKS)
        low, high = facts["fatigue_data"].interval
        assert facts["fatigue_data"].value == pytest.approx(ratio)
        assert low < ratio < high
        assert facts["fatigue_basis"].value == ("no loss" if ratio > 1 else "own launches")
        assert f"{ratio}" in text
        texts.append(text)
    assert TOLD["no loss"][lang] in texts[0]
    assert TOLD["no loss"][lang] not in texts[1]


@pytest.mark.parametrize("lang", languages())
def test_the_rhythm_brief_says_so_too(small_engine, small_stored, lang):
    assert TOLD["prior"][lang] in write_brief("rhythm", small_engine, small_stored, load_phrases(lang)).markdown


@pytest.mark.parametrize("lang", languages())
def test_an_effect_of_the_rhythm_says_that_its_interval_is_not_known(phrases, lang):
    from copilot.factsheet import SheetBuilder, Source

    builder = SheetBuilder(Question("?", Intent.DRIVERS, Entities(), 1.0, lang))
    fact = builder.add("rhythm_effect", "101", "Chips", 1.054, Source("model"))
    assert {"en": "with no interval known", "zh": "没有已知的区间"}[lang] in load_phrases(lang).sentence(fact)
