"""The simulated shop's catalogue: realistic product texts whose words, brand and price decide how a product sells."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

# kind of product -> (category, typical price, typical units in the first four weeks, flavours, sizes)
_KINDS: Mapping[str, tuple[str, float, float, tuple[str, ...], tuple[str, ...]]] = {
    "Tortilla Chips": (
        "Grocery > Snacks > Chips",
        3.2,
        34,
        ("Sea Salt", "Chilli Lime", "Blue Corn"),
        ("9 oz", "13 oz"),
    ),
    "Potato Chips": ("Grocery > Snacks > Chips", 2.9, 40, ("Ridged", "Barbecue", "Sour Cream"), ("8 oz", "11 oz")),
    "Chocolate Cookies": ("Grocery > Snacks > Cookies", 3.6, 26, ("Double", "Mint", "Hazelnut"), ("7 oz", "14 oz")),
    "Oat Cookies": ("Grocery > Snacks > Cookies", 3.1, 18, ("Raisin", "Honey", "Coconut"), ("7 oz", "14 oz")),
    "Ground Coffee": (
        "Grocery > Hot Drinks > Coffee",
        7.9,
        16,
        ("Dark Roast", "Decaf", "Colombian"),
        ("12 oz", "24 oz"),
    ),
    "Green Tea": ("Grocery > Hot Drinks > Tea", 4.4, 11, ("Jasmine", "Lemon", "Mint"), ("20 bags", "40 bags")),
    "Greek Yogurt": ("Dairy > Yogurt > Greek", 1.4, 52, ("Vanilla", "Blueberry", "Plain"), ("5.3 oz", "32 oz")),
    "Oat Milk": ("Dairy > Plant Milk > Oat", 4.1, 30, ("Barista", "Unsweetened", "Vanilla"), ("half gallon", "quart")),
    "Frozen Pizza": ("Frozen > Meals > Pizza", 5.8, 28, ("Margherita", "Pepperoni", "Spinach"), ("12 in", "16 in")),
    "Vegetable Curry": ("Frozen > Meals > Ready Meals", 4.9, 13, ("Mild", "Thai Green", "Madras"), ("10 oz", "14 oz")),
    "Shampoo": (
        "Beauty > Hair Care > Shampoo",
        6.2,
        12,
        ("Argan Oil", "Anti Dandruff", "Colour"),
        ("12 fl oz", "25 fl oz"),
    ),
    "Hand Cream": ("Beauty > Skin Care > Creams", 5.1, 8, ("Shea Butter", "Aloe", "Rose"), ("2 oz", "4 oz")),
    "Scented Candle": ("Home > Decoration > Candles", 9.5, 9, ("Cedar", "Vanilla", "Fresh Linen"), ("small", "large")),
    "Dish Soap": ("Home > Cleaning > Kitchen", 3.3, 22, ("Lemon", "Lavender", "Unscented"), ("16 fl oz", "28 fl oz")),
}
_BRANDS = {"Harbour Lane": 0.35, "Oakfield": 0.1, "Sunny Acre": 0.0, "Market Basics": -0.25, "Petit Marché": -0.1}


def simulate_catalogue(rng: np.random.Generator, n_products: int, weeks: tuple[date, ...]) -> pd.DataFrame:
    """One row per product: contract columns, group, base (units) and launch (week number, -1 = from the start)."""
    kinds = list(_KINDS)
    every = [
        (kind, brand, flavour, size)
        for kind in kinds
        for brand, flavour, size in itertools.product(_BRANDS, _KINDS[kind][3], _KINDS[kind][4])
    ]
    picks = [every[i] for i in rng.permutation(len(every))[:n_products]]
    picks += [every[i] for i in rng.integers(len(every), size=n_products - len(picks))]  # big shops repeat texts
    flavour_effect = {f: rng.normal(0, 0.25) for f in sorted({p[2] for p in picks})}
    rows = []
    for number, (kind, brand, flavour, size) in enumerate(picks):
        category, typical_price, typical_units, _, _ = _KINDS[kind]
        price = round(float(typical_price * np.exp(rng.normal(0, 0.2))), 2)
        log_base = np.log(typical_units) + _BRANDS[brand] + flavour_effect[flavour]
        log_base += -1.2 * np.log(price / typical_price) + rng.normal(0, 0.25)
        rows.append(
            {
                "product_id": f"S{number:05d}",
                "title": f"{brand} {flavour} {kind}, {size}",
                "description": f"{flavour} {kind.lower()} by {brand}, sold in {size}.",
                "category": category,
                "brand": brand,
                "price": price,
                "unit_margin": round(price * 0.3, 2),
                "attributes": json.dumps({"kind": kind, "flavour": flavour, "size": size}),
                "kind": kind,
                "group": " > ".join(category.split(" > ")[:2]),
                "base": float(np.exp(log_base)),
            }
        )
    table = pd.DataFrame(rows)
    launch = rng.integers(2, len(weeks) - 4, size=n_products)  # every launch has its four weeks inside the data
    table["launch"] = np.where(rng.random(n_products) < 0.25, -1, launch)
    table["launch_date"] = [weeks[max(week, 0)] for week in table["launch"]]
    return table
