"""Weeks, placements, groups, products and numbers in an operator's words."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.catalogue_names import CatalogueNames, covers
from copilot.entities import EntityReader
from copilot.errors import UnknownWeek
from copilot.group_names import GroupNames, within
from copilot.plan_clock import Clock

W40, W41, W42, W43, W44, W45 = (date(2017, 10, 2 + 7 * i) if i < 5 else date(2017, 11, 6) for i in range(6))


@pytest.fixture(scope="module")
def reader(small_engine, phrases):
    return EntityReader(small_engine, phrases)


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("week 43", (W43,)),
        ("in Week 43?", (W43,)),
        ("W43", (W43,)),
        ("w 43", (W43,)),
        ("wk 43", (W43,)),
        ("2017-W43", (W43,)),
        ("2017W43", (W43,)),
        ("week 2017-W43", (W43,)),
        ("the 43rd week", (W43,)),
        ("calendar week 43", (W43,)),
        ("weeks 43 and 45", (W43, W45)),
        ("weeks 43 to 45", (W43, W44, W45)),
        ("weeks 43-45", (W43, W44, W45)),
        ("week 43 or week 44", (W43, W44)),
        ("2017-10-25", (W43,)),
        ("on 23 October 2017", (W43,)),
        ("23rd of October", (W43,)),
        ("October 23", (W43,)),
        ("Oct 23, 2017", (W43,)),
        ("this week", (W41,)),
        ("next week", (W42,)),
        ("in two weeks", (W43,)),
        ("last week", (W40,)),
        ("what about christmas?", (date(2017, 12, 25),)),
        ("week 5", (date(2018, 1, 29),)),
        ("weak 43", (W43,)),
        ("the week after next", (W43,)),
        ("the week before week 44", (W43,)),
        ("two weeks after week 41", (W43,)),
        ("the week before christmas", (date(2017, 12, 18),)),
        ("2 weeks before Christmas?", (date(2017, 12, 11),)),
        ("in the week of thanksgiving", (date(2017, 11, 20),)),
        ("is black friday too full", (date(2017, 11, 20),)),
        ("in November", (W45, date(2017, 11, 13))),
        ("the first week of the plan", (W41,)),
        ("the first week of November", (W44,)),
        ("What's going out in the 1st week of Nov?", (W44,)),
        ("in the second week of November", (W45,)),
        ("the third week of October 2017", (date(2017, 10, 16),)),
        ("the first week of December", (date(2017, 12, 4),)),
        ("the last week of October", (W44,)),
        ("last week of November 2017", (date(2017, 11, 27),)),
        ("first week of January", (date(2018, 1, 1),)),
        ("the week after the first week of November", (W45,)),
        ("christmas candy", ()),
        ("halloween costumes", ()),
        ("may we launch more", ()),
        ("12 launches a week", ()),
        ("a week later", ()),
        ("5 units per week", ()),
    ],
)
def test_weeks_are_read(reader, text, weeks):
    assert reader.read(text).entities.weeks == weeks


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("a week later", 1),
        ("two weeks earlier", -2),
        ("3 weeks later", 3),
        ("week 43", None),
        ("delayed by two weeks", 2),
        ("brought forward by a week", -1),
        ("why not earlier?", -1),
        ("and later?", 1),
        ("wait three weeks", 3),
        ("which earlier launches", None),
        ("forward three weeks", -3),
        ("back two weeks", 2),
    ],
)
def test_shifts_are_relative_to_a_slot(reader, text, shift):
    assert reader.read(text).entities.shift_weeks == shift


@pytest.mark.parametrize("text", ["week 0", "week 54", "2017-W53", "31 February 2017", "2017-02-31"])
def test_weeks_and_days_that_do_not_exist_are_kept_as_they_are_written(reader, text):
    found = reader.read(f"what is planned in {text}").entities
    assert (found.weeks, found.unknown_weeks, found.numbers) == ((), (text,), ())


@pytest.mark.parametrize(
    ("text", "placements"),
    [
        ("at the front end cap", ("front end cap",)),
        ("to the Front End Cap please", ("front end cap",)),
        ("put it on the mailer front page", ("mailer front page feature",)),
        ("the endcap", ("front end cap",)),
        ("in-aisle", ("in-aisle",)),
        ("front page of the mailer", ("mailer front page feature",)),
        ("the end caps", ("front end cap",)),
        ("why is the front page better than the in-aisle", ("in-aisle", "mailer front page feature")),
        ("in aisle", ("in-aisle",)),
        ("the hose end", ()),
        ("what is in the plan", ()),
        ("the end of the season", ()),
    ],
)
def test_placements_are_read_in_full_or_in_part(reader, text, placements):
    assert reader.read(text).entities.placements == placements


def test_groups_are_read_in_full_or_by_their_last_level(reader):
    assert reader.read("launches in Grocery > Bag Snacks").entities.groups == ("Grocery > Bag Snacks",)
    assert reader.read("launches in bag snacks").entities.groups == ("Grocery > Bag Snacks",)
    assert reader.loose_groups(["snacks"]) == (("Grocery > Bag Snacks",), 1)
    assert reader.loose_groups(["snaks", "green"]) == (("Grocery > Bag Snacks",), 1)
    assert reader.loose_groups(["umbrellas"]) == ((), 0)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("which launches are in the grocery category", ("Grocery",)),
        ("what is planned for frozen", ("Frozen",)),
        ("how many launches are in Drinks?", ("Drinks",)),
        ("produce launches in week 44", ("Produce",)),
        ("how often should we launch produce", ("Produce",)),
        ("produce the brief for week 42", ()),
        ("please produce a launch paper", ()),
    ],
)
def test_a_department_stands_for_all_its_groups(reader, text, groups):
    names = GroupNames((*reader.groups.groups, "Produce > Apples"), reader.phrases.lexicon, reader.question_words)
    spoken = [name for name in names.names if name.casefold() in text.casefold()]
    stands = [n for n in spoken if names.stands(n, text, text.casefold().index(n.casefold()) + len(n))]
    assert tuple(dict.fromkeys(group for name in stands for group in names.called(name))) == groups


def test_a_department_holds_the_groups_below_it():
    assert within("Grocery > Yogurt", "Grocery")
    assert within("Grocery", "Grocery")
    assert not within("Grocery Extra > Yogurt", "Grocery")


def test_a_name_on_sale_may_mean_the_candidate_called_so_up_to_its_size():
    names = CatalogueNames({"1": "Blueberries", "2": "Blueberries, 4.4 oz"}, common=(), waiting={"2": "Produce"})
    assert not names.any_waiting(["1"])
    assert names.waiting_headed(("blueberries",)) == ("2",)
    assert names.waiting_headed(("berries",)) == ()


def test_a_name_means_the_nearest_candidates():
    titles = {"1": "Green Tea, 20 Bags", "2": "Iced Green Tea, 1 Ltr", "3": "Mint Leaves"}
    names = CatalogueNames(titles, common=(), waiting=dict.fromkeys(titles, "Drinks > Tea"))
    assert names.waiting_named(["green", "tea"]) == ("1",)
    assert names.waiting_named(["iced"]) == ("2",)
    assert names.waiting_named(["tea", "mint"]) == ("3",)
    assert names.waiting_named(["coffee"]) == ()


@pytest.mark.parametrize("text", ["#101", "why is #101 here", "product 101", "item no. 101", "sku 101"])
def test_product_numbers_are_read(reader, text):
    assert reader.read(text).entities.products == ("101",)


def test_an_unknown_number_is_kept(reader):
    read = reader.read("why is #999 in week 43")
    assert read.entities.products == ()
    assert read.unknown_id == "999"


def test_a_long_bare_number_is_meant_as_a_product_and_kept(reader):
    assert reader.read("why is 99999999 in week 43").unknown_id == "99999999"
    assert reader.read("more than 1000 units").unknown_id == ""


def test_the_weeks_of_the_years_are_named_when_none_has_such_a_week(reader):
    clock = Clock(reader.engine.as_of, tuple(reader.engine.weeks))
    with pytest.raises(UnknownWeek, match="no week 53: 2016 has 52 weeks, 2017 has 52 weeks"):
        clock.week(53)


def test_words_of_questions_in_any_form_name_nothing(reader):
    for text in ("which launch sells the most", "is week 44 too crowded", "what did the shop sell last month"):
        assert reader.read(text).rest == ()


def test_full_titles_are_found_whatever_their_case(reader):
    read = reader.read("compare POTATO CHIPS 9 oz with green tea 20 bags")
    assert read.entities.products == ("101", "107")
    assert read.entities.text == "compare PRODUCT with PRODUCT"


def test_the_longest_title_wins():
    names = CatalogueNames({"1": "Tea", "2": "Green Tea", "3": "Green Tea Deluxe"}, common=())
    assert [span.products for span in names.find_titles("a green tea deluxe, a green tea and a tea")] == [
        ("3",),
        ("2",),
        ("1",),
    ]


def test_a_title_of_common_words_alone_is_no_name():
    names = CatalogueNames({"1": "The Plan", "2": "4"}, common={"the", "plan"})
    assert names.find_titles("what is the plan for 4") == []


def test_typing_errors_are_mended_within_reason():
    names = CatalogueNames({"1": "Tortilla Chips"}, common=())
    assert names.mend("tortila") == "tortilla"
    assert names.mend("umbrella") == "umbrella"
    assert names.mend("chip") == "chips"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("wich lauches are in novmber", "which launches are in november"),
        ("tortila chips at the frnot end cap", "tortilla chips at the front end cap"),
        ("the front page", "the front page"),
        ("what is the riskiest launch", "what is the riskiest launch"),
        ("is it sunny in Paris", "is it sunny in Paris"),
        ('find "tortila"', 'find "tortila"'),
        ("sku tortila-9", "sku tortila-9"),
    ],
)
def test_messages_are_mended_word_by_word(reader, text, mended):
    assert reader.mended(text) == mended


def test_covers_allows_short_endings_only():
    assert covers("Potato Chips 9 Oz", ["potatoes", "chip"])
    assert not covers("Potato Chips 9 Oz", ["pot"])


def test_numbers_that_are_no_entity_are_kept(reader):
    entities = reader.read("can we do 5 launches in week 43").entities
    assert entities.numbers == (5.0,)
    assert entities.weeks == (W43,)


def test_a_placement_inside_a_longer_word_is_not_read(reader):
    assert reader.read("in-aisles of stores").entities.placements == ()


def test_words_of_a_placement_are_not_joined(reader, monkeypatch):
    monkeypatch.setattr(reader.names, "_known", reader.names._known | {"endcap"})
    assert reader.mended("why at the front end cap") == "why at the front end cap"


def test_a_word_that_many_categories_have_means_all_of_them_beside_one_that_is_called_so(reader):
    kinds = ("Bag", "Baked", "Natural", "Warehouse", "Frozen", "Packaged", "Breakfast", "Nut")
    groups = ("Deli > Snacks", *(f"Grocery > {kind} Snacks" for kind in kinds))
    names = GroupNames(groups, reader.phrases.lexicon, reader.question_words)
    assert names.called("Snacks") == ("Deli > Snacks",)
    assert names.like("Snacks") == groups[1:]
