"""What is supposed of a product is told with its number where another product of the answer is called the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from copilot.changes import Change
from copilot.facts import collect_facts
from copilot.phrases import languages
from copilot.questions import Entities, Intent, Question
from copilot.store import StoredPlan
from ranking.interventions import Exclude
from tests.copilot import conftest
from tests.copilot.telling import written

PLANNED, WAITING = "101", "109"  # the first leaves a slot to the second when it is not launched
TITLE = "Potato Chips 9 Oz"


@pytest.fixture
def told(monkeypatch):
    """Answers of the small shop, in which the waiting product may be called as the planned one."""

    def tell(lang, question, *, alike=True):
        if alike:
            _, *rest = conftest.CANDIDATES[WAITING]
            monkeypatch.setitem(conftest.CANDIDATES, WAITING, (TITLE, *rest))
        engine = cast(Any, conftest.SmallEngine())
        stored = StoredPlan(3, engine.solve(()), datetime(2017, 10, 9, tzinfo=UTC), "fedcba9876543210", "first")
        sheet = collect_facts(question, engine, stored)
        return sheet, written(sheet, lang)

    return tell


def supposed(lang, change, *products):
    named = tuple((one,) for one in products)
    return Question("?", Intent.WHAT_IF, Entities(products=products), 1.0, lang, change=change, named=named)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("change", [Change("drop"), Change("scale", 0.01)])
def test_the_supposed_product_and_its_namesake_are_told_with_their_numbers(told, lang, change):
    sheet, said = told(lang, supposed(lang, change, PLANNED))
    assert f"{TITLE} #{PLANNED}" in said[0].text
    assert not said[0].facts
    come = [one.text for one in said if any(sheet.get(fact).subject == WAITING for fact in one.facts)]
    assert come
    assert all(f"#{WAITING}" in text for text in come)


@pytest.mark.parametrize("lang", languages())
def test_a_supposed_product_of_a_title_of_its_own_needs_no_number(told, lang):
    _, said = told(lang, supposed(lang, Change("drop"), PLANNED), alike=False)
    assert TITLE in said[0].text
    assert "#" not in "".join(one.text for one in said)


@pytest.mark.parametrize("lang", languages())
def test_two_of_a_title_that_change_places_are_told_with_their_numbers(told, lang):
    _, said = told(lang, supposed(lang, Change("swap"), "103", "104"))
    assert "#103" in said[0].text
    assert "#104" in said[0].text


@pytest.mark.parametrize("lang", languages())
def test_a_namesake_without_a_slot_to_change_is_told_with_its_number(told, lang):
    _, said = told(lang, supposed(lang, Change("swap"), PLANNED, WAITING))
    assert said[0].text.count(f"{TITLE} #{WAITING}") == 2


@pytest.mark.parametrize("lang", languages())
def test_several_products_are_dropped_at_once(told, lang):
    sheet, said = told(lang, supposed(lang, Change("drop"), PLANNED, "102"), alike=False)
    assert TITLE in said[0].text
    assert conftest.CANDIDATES["102"][0] in said[0].text
    (delta,) = [fact for fact in sheet.facts if fact.name == "change_delta"]
    engine = cast(Any, conftest.SmallEngine())
    both = engine.solve((Exclude(PLANNED), Exclude("102")))
    assert delta.value == pytest.approx(both.objective - engine.solve(()).objective, abs=1e-6)
