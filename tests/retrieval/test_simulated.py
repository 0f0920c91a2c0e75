"""Simulated shop: reproducible, inside the contract, and its known truth can be found in its own tables."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from retrieval.contracts import validate
from retrieval.sources import open_source
from retrieval.sources.simulated import simulated_shop


@pytest.fixture(scope="module")
def shop():
    return simulated_shop(seed=1)


@pytest.fixture(scope="module")
def weekly(shop):
    """Units per product and week number."""
    bought = shop.frames["events"].query("type == 'purchase'")
    week = (bought["ts"].dt.normalize() - pd.Timestamp(shop.truth.weeks[0])).dt.days // 7
    return bought.groupby(["product_id", week]).size()


def test_equal_arguments_give_equal_tables():
    assert simulated_shop(3, 50, 30).fingerprint() == simulated_shop(3, 50, 30).fingerprint()
    assert simulated_shop(3, 50, 30).fingerprint() != simulated_shop(4, 50, 30).fingerprint()


def test_every_row_keeps_the_contract(shop):
    for table in shop.tables():
        assert validate(table, shop.frames[table]).quarantine.empty, table


def test_it_says_that_everything_is_simulated(shop):
    assert shop.simulated_tables == set(shop.tables())
    assert open_source("simulated").simulated_tables == set(shop.tables())


def test_launches_lie_on_both_sides_of_as_of_with_four_weeks_of_outcome(shop):
    launches = pd.Series(shop.truth.launch_dates)
    end = shop.truth.weeks[-1] + timedelta(weeks=1)
    candidates = launches[launches >= shop.default_as_of]
    past = launches[(launches > shop.truth.weeks[0]) & (launches + timedelta(days=28) <= shop.default_as_of)]
    assert len(candidates) >= 30
    assert len(past) >= 150
    assert (launches + timedelta(days=28) <= end).all()


def test_nothing_sells_before_its_launch(shop):
    launch = shop.frames["events"]["product_id"].map(shop.truth.launch_dates)
    assert (shop.frames["events"]["ts"].dt.date >= launch).all()


def test_placement_lift_is_in_the_sales(shop, weekly):
    """Weeks on the front page sell about 1 + (lift - 1) * share times what the same products' later weeks sell."""
    placements, start = shop.frames["placements"], pd.Timestamp(shop.truth.weeks[0])
    week = (pd.to_datetime(placements["week"]) - start).dt.days // 7
    launch = (pd.to_datetime(placements["product_id"].map(shop.truth.launch_dates)) - start).dt.days // 7
    age = week - launch
    settled = placements[(placements["placement"] == "front page") & (age >= 4)]
    base = settled["product_id"].map(shop.truth.base_units) * 0.12
    sold = [weekly.get((product, w), 0) for product, w in zip(settled["product_id"], week[settled.index], strict=True)]
    expected = (base * (1 + (shop.truth.placement_lift["front page"] - 1) * settled["share"])).sum()
    assert np.sum(sold) / expected == pytest.approx(1.0, abs=0.2)
    assert np.sum(sold) / base.sum() > 1.5


def test_fatigue_lowers_the_response(shop, weekly):
    """Units of the launch week against their base: fewer where the group had launched more in the weeks before."""
    truth = shop.truth
    group_of = shop.frames["products"].set_index("product_id")["category"].str.split(" > ").str[:2].str.join(" > ")
    rows = []
    for product, day in truth.launch_dates.items():
        week = (day - truth.weeks[0]).days // 7
        if week > 0:
            fatigue = truth.fatigue[truth.groups.index(group_of[product]), week]
            units = sum(weekly.get((product, week + age), 0) for age in range(4))
            rows.append((fatigue, units / truth.base_units[product]))
    fatigue, response = np.array(rows).T
    assert np.corrcoef(fatigue, response)[0, 1] < -0.2


def test_fatigue_follows_its_recursion(shop):
    truth = shop.truth
    assert (truth.fatigue[:, 0] == 0).all()
    assert truth.fatigue.max() > 1
    launches = truth.fatigue[:, 1:] / truth.fatigue_decay - truth.fatigue[:, :-1]
    assert np.allclose(launches, launches.round())


def test_searches_name_what_sells(shop):
    log = shop.frames["queries"]
    assert {"potato chips", "harbour lane shampoo"} <= set(log["query"])
    assert all(day.weekday() == 0 for day in log["date"])
    assert log["count"].gt(0).all()


def test_a_market_needs_some_size():
    with pytest.raises(ValueError, match="10 products and 20 weeks"):
        simulated_shop(n_products=3)


def test_more_products_than_texts_repeat_texts():
    titles = simulated_shop(n_products=500, n_weeks=20).frames["products"]["title"]
    assert len(titles) == 500
    assert titles.nunique() < 500


def test_as_of_is_a_monday(shop):
    assert isinstance(shop.default_as_of, date)
    assert shop.default_as_of.weekday() == 0
