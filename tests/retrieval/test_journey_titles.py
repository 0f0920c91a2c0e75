"""Readable titles for Complete Journey: real product types, sizes and categories, worded by hand."""

import pytest

from retrieval.sources.journey_titles import product_category, product_title, readable_size, readable_type


@pytest.mark.parametrize(
    ("category", "product_type", "expected"),
    [
        ("BAG SNACKS", "POTATO CHIPS", "Potato Chips"),
        ("FRZN BREAKFAST FOODS", "FRZN BREAKFAST PASTRY", "Frozen Breakfast Pastry"),
        ("BREAKFAST SWEETS", "SW GDS:DONUTS-LSS THN 6", "Donuts, Fewer Than 6"),
        ("CHICKEN/POULTRY", "CHIX: ROTISSERIE (HOT)", "Rotisserie Chicken, Hot"),
        ("SEAFOOD - FROZEN", "SEAFOOD-FRZ-BRD SHRIMP", "Frozen Breaded Shrimp"),
        ("J-HOOKS", "JHOOK - TOYS", "Small Toys"),
        ("APPLES", "APPLES FUJI (BULK&BAG)", "Fuji Apples"),
        ("CANNED JUICES", "GRAPE JUICE (OVER 50% JUICE)", "Grape Juice, Over 50% Juice"),
        ("SOFT DRINKS", "SFT DRNK 2 LITER BTL CARB INCL", "Soft Drink, 2 Liter Bottle"),
        ("FRZN MEAT/MEAT DINNERS", "FRZN SS PREMIUM ENTREES/DNRS/T", "Frozen Single-Serve Premium Traditional Dinners"),
        ("ICE CREAM/MILK/SHERBTS", "PREMIUM", "Premium Ice Cream"),
        ("HALLOWEEN", "SEASONAL", "Halloween, Seasonal"),
        ("MAGAZINE", "HUNTING&FISHING-MAGAZINE", "Hunting and Fishing Magazine"),
        ("CANDY - PACKAGED", "BULK CANDY W/FLOUR", "Bulk Candy with Flour"),
        ("DRY SAUCES/GRAVY", "SAUCE MIXES GRAVY MIXES DRY", "Dry Sauce and Gravy Mixes"),
        ("CHEESES", "CHEESE:SPECIALTY PREPACK", "Specialty Prepacked Cheese"),
        ("LIQUOR", "TRADITIONAL VODKA(42 UNDER PRO", "Traditional Vodka, Low Proof"),
    ],
)
def test_types(category, product_type, expected):
    assert readable_type(category, product_type) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("16 OZ", "16 oz"),
        (".5 GAL", "0.5 gal"),
        (".33 OZ", "0.33 oz"),
        ("9 1/4 OZ", "9.25 oz"),
        ("1/2 GAL", "0.5 gal"),
        ("11.0 OZ", "11 oz"),
        ("1 CT", "1 count"),
        ("12 PK/12 OZ", "12 x 12 oz"),
        ("4/187 ML", "4 x 187 ml"),
        ("12 OZ/12 PK", "12 x 12 oz"),
        ("6 CT/15 OZ", "6 count, 15 oz"),
        ("30 OZ/12 CT", "12 count, 30 oz"),
        ("6-12 OZ", "6 x 12 oz"),
        ("14-18 CT", "14-18 count"),
        ("9 IN/47 OZ", "9 in, 47 oz"),
        ("20 CT(6)", "20 count"),
        ("22 CT/SZ 5", "22 count, size 5"),
        ("1/2 PTS", "0.5 pint"),
        ("2 L*", "2 liter"),
        ("32 LD", "32 loads"),
        ("1 STEM", "1 stem"),
        ("AB    8 OZ", "8 oz"),
        ("20 OZ NR", "20 oz"),
        ("5 LB BAG", "5 lb bag"),
        ("PT", "1 pint"),
        ("CTN", "carton"),
        ("LARGE", "large"),
        ("12 X12 IN", "12 x 12 in"),
    ],
)
def test_sizes(size, expected):
    assert readable_size(size) == expected


def test_titles_join_what_is_known():
    assert product_title("BAG SNACKS", "POTATO CHIPS", "11 OZ", "Private") == "Potato Chips, 11 oz, private label"
    assert product_title("BAG SNACKS", "POTATO CHIPS", None, "National") == "Potato Chips"


@pytest.mark.parametrize(
    ("department", "category", "expected"),
    [
        ("GROCERY", "BAG SNACKS", "Grocery > Bag Snacks"),
        ("GROCERY", "SOUP", "Grocery > Soup"),
        ("GROCERY", "FRZN NOVELTIES/WTR ICE", "Grocery > Frozen Novelties"),
        ("GROCERY", "VEGETABLES - SHELF STABLE", "Grocery > Shelf Stable Vegetables"),
        ("PASTRY", "SWEET GOODS & SNACKS", "Bakery > Sweet Goods and Snacks"),
        ("DRUG GM", "HAND/BODY/FACIAL PRODUCTS", "Drug and General Merchandise > Hand, Body and Facial Products"),
        ("FLORAL", "FLORAL-FRESH CUT", "Floral > Fresh Cut"),
    ],
)
def test_categories(department, category, expected):
    assert product_category(department, category) == expected
