"""Price slopes: known answers, what hides them, and their shrinkage."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ranking.price_response import PriceConfig, PriceResponse, estimate_price_response, fit_price_response

MONDAY = date(2017, 1, 2)


def weekly(slopes: dict[str, float], n_products: int = 8, n_weeks: int = 30, noise: float = 0.0, seed: int = 3):
    """Product-weeks of groups with known slopes; a week's own wave moves all products of a group."""
    rng = np.random.default_rng(seed)
    rows = []
    for group, slope in slopes.items():
        wave = rng.normal(0, 0.3, n_weeks)
        for product in range(n_products):
            level, usual = rng.normal(2, 1), rng.uniform(1, 5)
            cut = np.where(rng.random(n_weeks) < 0.3, rng.uniform(0.6, 0.9, n_weeks), 1.0)
            units = np.exp(level + wave + slope * np.log(cut) + rng.normal(0, noise, n_weeks))
            rows += [
                (f"{group}{product}", group, MONDAY + timedelta(weeks=w), units[w], usual * cut[w])
                for w in range(n_weeks)
            ]
    return pd.DataFrame(rows, columns=["product_id", "group", "week", "units", "price"])


def test_known_slopes_are_found_whatever_the_level_and_the_week():
    found = fit_price_response(weekly({"a": -2.0, "b": -0.5, "c": 0.0}))
    for group, slope in {"a": -2.0, "b": -0.5, "c": 0.0}.items():
        assert found.slope(group).value == pytest.approx(slope, abs=1e-6)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    held = [
        low.low <= -1.5 <= low.high
        for seed in range(25)
        for low in [fit_price_response(weekly({"a": -1.5, "b": -1.0}, noise=0.4, seed=seed)).slope("a")]
    ]
    assert 14 <= sum(held) <= 25  # 80% of 25 is 20


def test_noisy_groups_lean_on_the_others():
    frame = weekly(dict.fromkeys("abcdef", -1.0), noise=0.8)
    slopes = [fit_price_response(frame).slope(name).value for name in "abcdef"]
    assert np.std(slopes) < 0.2
    assert np.mean(slopes) == pytest.approx(-1.0, abs=0.4)


def test_an_unknown_group_has_the_others_mean_and_the_widest_interval():
    found = fit_price_response(weekly({"a": -2.0, "b": -0.5, "c": -1.0}, noise=0.1))
    newcomer = found.slope("never seen")
    assert newcomer == found.pooled
    assert newcomer.high - newcomer.low > max(s.high - s.low for s in found.groups.values())
    assert newcomer.value == pytest.approx(-1.17, abs=0.1)


def test_without_a_group_of_enough_products_nothing_is_told():
    assert fit_price_response(weekly({"a": -2.0}, n_products=4), PriceConfig(min_products=5)) is None


def test_saved_and_restored_it_is_the_same():
    found = fit_price_response(weekly({"a": -2.0, "b": -1.0}, noise=0.2))
    assert PriceResponse.from_dict(found.to_dict()) == found


class OneShop:
    """A history of purchases in memory."""

    def __init__(self, purchases: pd.DataFrame) -> None:
        import duckdb

        self.connection = duckdb.connect()
        self.connection.register("events", purchases)
        products = pd.DataFrame({"product_id": purchases["product_id"].unique()}).assign(category="Food > Tea")
        self.connection.register("products", products)

    def query(self, sql, params=()):
        return self.connection.execute(sql, list(params)).df()

    def has(self, table):
        return True

    def report(self):
        from types import SimpleNamespace

        return SimpleNamespace(as_of=MONDAY + timedelta(weeks=28))


def purchases(slope: float = -1.0) -> pd.DataFrame:
    frame = weekly({"Food > Tea": slope}, n_weeks=30)
    return pd.DataFrame(
        {
            "product_id": frame["product_id"],
            "ts": pd.to_datetime(frame["week"]),
            "type": "purchase",
            "quantity": frame["units"],
            "value": frame["units"] * frame["price"],
        }
    )


def test_slopes_come_from_purchases_before_as_of():
    events = purchases()
    late = events["ts"] >= pd.Timestamp(MONDAY + timedelta(weeks=28))
    events.loc[late, "value"] *= 100  # nobody may look there
    assert estimate_price_response(OneShop(events)).slope("Food > Tea").value == pytest.approx(-1.0, abs=1e-6)


def test_one_price_all_year_tells_nothing():
    events = purchases().assign(value=lambda frame: frame["quantity"] * 2.0)
    assert estimate_price_response(OneShop(events)) is None


def test_purchases_without_a_value_tell_nothing():
    assert estimate_price_response(OneShop(purchases().assign(value=np.nan))) is None
