"""Drawing sheets from a built shop: real questions and plans, cached, and never mixed with held-out products."""

from __future__ import annotations

import json
from datetime import date

import pytest

from copilot.factsheet import Fact, Source
from copilot.teaching.held_out import is_held_out
from copilot.teaching.sheets import draw_sheets, fact_from_json, fact_to_json
from copilot.teaching.shops import ShopSpec, open_shop, shop_specs

SEED = 7


@pytest.fixture(scope="module")
def spec(built_shop) -> ShopSpec:
    return ShopSpec("small", 1.0, workspace=built_shop)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sheets")


@pytest.fixture(scope="module")
def drawn(spec, folder, encoder):
    return draw_sheets([spec], 40, folder, encoder, SEED)


def test_sheets_are_real_and_told_apart(drawn):
    assert len(drawn) >= 20
    assert len({one.sheet.question.intent for one in drawn}) >= 6
    assert all(one.sheet.essential for one in drawn)
    assert len({one.plan for one in drawn}) > 1
    for one in drawn:
        subjects = {fact.subject for fact in one.sheet.facts if fact.subject != fact.subject_label}
        assert one.held_out or not any(is_held_out(subject, SEED) for subject in subjects)


def test_the_same_arguments_read_the_cache(drawn, spec, folder, encoder):
    path = next(folder.glob("sheets-small-*.jsonl"))
    rows = path.read_text("utf-8").splitlines()
    first = json.loads(rows[0]) | {"shop": "from the cache"}
    path.write_text("\n".join([json.dumps(first), *rows[1:]]) + "\n", encoding="utf-8")
    assert draw_sheets([spec], 40, folder, encoder, SEED)[0].shop == "from the cache"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def test_a_shop_has_plans_under_an_operators_rules(spec, folder, encoder):
    with open_shop(spec, folder, encoder, SEED) as shop:
        assert not shop.plans[0].plan.interventions
        assert len({stored.version for stored in shop.plans}) == len(shop.plans) > 1
        assert all(stored.plan.interventions for stored in shop.plans[1:])


def test_a_shop_without_data_is_left_out_with_its_reason(tmp_path, built_shop):
    specs, skipped = shop_specs(tmp_path / "absent", None, 2)
    assert [spec.name for spec in specs] == ["simulated-1", "simulated-2"]
    assert sum(spec.share for spec in specs) == pytest.approx(1)
    assert len(skipped) == 2
    assert "--online-retail" in skipped[1]
    specs, skipped = shop_specs(built_shop, None, 2)
    assert specs[0].name == "complete_journey"
    assert len(skipped) == 1


def test_a_fact_of_two_weeks_is_kept_whole():
    weeks = {"week": date(2017, 11, 20), "other_week": date(2017, 12, 11)}
    fact = Fact("F1", "week_choice", "101", "Oats", 0.086, "units", (0.08, 0.09), Source("solve"), **weeks)
    assert fact_from_json(json.loads(json.dumps(fact_to_json(fact)))) == fact
