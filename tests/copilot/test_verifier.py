"""What may be said about a sheet's facts: corrupted sentences must be caught, correct paraphrases must pass."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.factsheet import FactSheet
from copilot.questions import Entities, Intent, Question
from copilot.verifier import verify_sentence
from tests.copilot.stated import stated

W41, W43, W45 = date(2017, 10, 9), date(2017, 10, 23), date(2017, 11, 6)
CHIPS, YOGURT = ("101", "Potato Chips 9 Oz"), ("103", "Organic Vanilla Yogurt")
SNACKS = "Grocery > Bag Snacks"


def fact(number, name, value, subject=CHIPS, **more):
    return stated(number, name, value, subject, **more)


FACTS = (
    fact(1, "launch_slot", W43, week=W43, placement="front end cap"),
    fact(2, "expected_units", 12.34, interval=(4.1, 30.2), week=W43, placement="front end cap", linked=("F1",)),
    fact(3, "placement_effect", 1.25, week=W43, placement="front end cap", linked=("F2",)),
    fact(
        4,
        "placement_lift",
        1.8,
        ("front end cap", "front end cap"),
        interval=(1.5, 2.2),
        placement="front end cap",
        linked=("F3",),
    ),
    fact(5, "momentum", 0.957, (SNACKS, SNACKS), week=W43, linked=("F2",)),
    fact(6, "analogue_units", 34, ("201", "Corn Chips 9 Oz"), week=date(2017, 3, 6), other="101", other_label=CHIPS[1]),
    fact(7, "searches_per_week", 33.5),
    fact(8, "search_trend", 1.2, interval=(0.9, 1.6)),
    fact(9, "slot_loss", -3.2, interval=(-3.25, -3.15), week=W43, placement="front end cap", linked=("F1",)),
    fact(10, "next_best_slot", W45, week=W45, placement="in-aisle"),
    fact(11, "expected_units", 9.4, YOGURT, interval=(2.8, 22.5), week=W45, placement="in-aisle"),
    fact(12, "not_planned", 3, ("107", "Green Tea 20 Bags")),
    fact(13, "force_delta", -13.1, ("107", "Green Tea 20 Bags"), interval=(-13.2, -13.0), linked=("F12",)),
    fact(14, "displaced_units", 19.0, ("106", "Cheese Pizza"), interval=(5.7, 45.6), week=W45, placement="in-aisle"),
    fact(15, "recommended_per_week", 2, (SNACKS, SNACKS)),
    fact(16, "observed_per_week", 1.4, (SNACKS, SNACKS), linked=("F15",)),
    fact(17, "planned_count", 3, ("plan", "plan"), week=W43),
    fact(18, "move_delta", -0.04, YOGURT, interval=(-0.3, 0.2), week=W41),
    fact(19, "plan_gap", 0.00034, ("plan", "plan")),
    fact(20, "crowding_effect", 0.87, (SNACKS, SNACKS), interval=(0.81, 0.9)),
    fact(21, "search_hit", "candidate", ("105", "Almond Cookies 1 Lb")),
    fact(22, "search_words", 120, other_label="potato chips"),
    fact(23, "forecast_units", 10.0, interval=(3.0, 24.0), linked=("F2",)),
    fact(24, "planned_count", 0, ("plan", "plan"), week=W45),
    fact(25, "stock", 480),
)
SHEET = FactSheet(Question("why", Intent.WHY_HERE, Entities(), 1.0), FACTS, ("F1",))

CORRECT = [
    "Potato Chips 9 Oz is planned for 2017-W43 at front end cap [F1].",
    "The plan launches “Potato Chips 9 Oz” in week 43 (front end cap) [F1].",
    "In week 43, it takes the front end cap [F1].",
    "Potato Chips 9 Oz launches on 23 October 2017 [F1].",
    "Its launch is scheduled for the 43rd week [F1].",
    "It should sell about 12 units in its first four weeks [F2].",
    "Potato Chips 9 Oz is expected to sell 12.3 units in its first 4 weeks, with an 80% interval of 4.1 to 30.2 [F2].",
    "We expect 12.3 units there, and the 80% interval runs from 4.1 to 30.2 [F2].",
    "The forecast is 12 units, likely between 4.1 and 30.2 units [F2].",
    "It is expected to sell at least 4.1 and at most 30.2 units [F2].",
    "The expected units reach up to 30.2 [F2].",
    "In week 43 it should sell twelve units in its first four weeks [F2].",
    "It is expected to sell 25% more there than at an average placement [F3].",
    "The placement adds 25 percent to its units [F3].",
    "At front end cap, sales are expected to be 1.25 times those of an average placement [F3].",
    "Products at front end cap sold 1.8 times their usual amount in the past [F4].",
    "Past sales at front end cap were 80% above the usual level [F4].",
    "The lift of front end cap lies between 1.5 and 2.2 [F4].",
    "Demand in Grocery > Bag Snacks is expected to be 4.3% below its recent level in week 43 [F5].",
    "Demand for Bag Snacks is forecast to fall by 4.3% [F5].",
    "A similar launch, Corn Chips 9 Oz, sold 34 units in its first four weeks [F6].",
    "A past launch like Potato Chips 9 Oz sold 34 units [F6].",
    "Moving it to week 41 would not lose any units [F18].",
    "Moving it to week 41 would be worth the same number of units [F18].",
    "The nearest past launch is Corn Chips 9 Oz, which sold 34 units [F6].",
    "Corn Chips 9 Oz, launched in 2017-W10, sold thirty-four units [F6].",
    "There were 33.5 matching searches per week [F7].",
    "About 34 searches a week match it [F7].",
    "Searches rose by 20% [F8].",
    "Search demand is up 20%, with an interval of 0.9 to 1.6 [F8].",
    "Without this slot, the best other plan would lose 3.2 units [F9].",
    "Without it in week 43, the plan would be worth 3.2 units less in all [F9].",
    "Otherwise it would launch in week 45 (in-aisle) [F10].",
    "The next best slot is in-aisle in 2017-W45 [F10].",
    "Potato Chips 9 Oz is expected to sell 12.3 units and Organic Vanilla Yogurt 9.4 units [F2][F11].",
    "Potato Chips 9 Oz is expected to sell 12.3 units [F2], while Organic Vanilla Yogurt should sell 9.4 units [F11].",
    "Potato Chips 9 Oz is expected to sell 12.3 units, Organic Vanilla Yogurt 9.4 units [F2, F11].",
    "Potato Chips 9 Oz is expected to sell more than Organic Vanilla Yogurt [F2][F11].",
    "Organic Vanilla Yogurt is expected to sell fewer units than Potato Chips 9 Oz [F2][F11].",
    "It should sell 12.3 units in its first 28 days [F2].",
    "Green Tea 20 Bags is not in the plan [F12].",
    "Green Tea 20 Bags is not planned in version 3 [F12].",
    "Forcing it in would cost the plan 13.1 units [F13].",
    "Green Tea 20 Bags is not in the plan [F12] because forcing it in would lose 13.1 units [F13].",
    "Cheese Pizza would lose its slot in week 45, where it is expected to sell 19 units [F14].",
    "The recommended limit is two launches per week in Grocery > Bag Snacks [F15].",
    "At most two launches a week are recommended for Bag Snacks [F15].",
    "So far there were 1.4 launches per week in Bag Snacks on average [F16].",
    "Three launches are planned in week 43 [F17].",
    "No launches are planned in week 45 [F24].",
    "Moving it to week 41 makes no difference [F18].",
    "With twice as many launches, each launch in Bag Snacks sold 13% less [F20].",
    "Almond Cookies 1 Lb is waiting to be launched [F21].",
    "There were 120 searches for “potato chips” [F22].",
    "Near “Potato Chips 9 Oz”, there were 120 searches for “potato chips” [F22].",
    "It is planned for week 43 [F1] because it is expected to sell 12.3 units there [F2].",
    "Because it is expected to sell 12.3 units there [F2], it is planned for week 43 [F1].",
    "The placement adds 25% [F3], so it is expected to sell 12.3 units [F2].",
    "[F1] It is planned for week 43.",
    "It is planned for week 43. [F1]",
    "480 pieces are in stock [F25].",
    "On average over placements it is forecast to sell 10 units, between 3 and 24 [F23].",
]

CORRUPTED = {
    # numbers
    "wrong number": "It is expected to sell 13 units in its first four weeks [F2].",
    "digit swap": "It is expected to sell 21.3 units in its first four weeks [F2].",
    "order of magnitude": "It is expected to sell 123 units in its first four weeks [F2].",
    "too coarse": "It is expected to sell 10 units in its first four weeks [F2].",
    "hedged but far": "It is expected to sell about 15 units [F2].",
    "number word": "It should sell twenty units in its first four weeks [F2].",
    "compound number word": "Corn Chips 9 Oz sold forty-three units [F6].",
    "dozen": "It is expected to sell two dozen units [F2].",
    "multiple": "It is expected to sell double the units [F2].",
    "half": "Searches fell by half [F8].",
    "bound as value": "It is expected to sell 30.2 units in its first four weeks [F2].",
    "value as bound": "It is expected to sell at least 12.3 units [F2].",
    "low bound as high": "It is expected to sell at most 4.1 units [F2].",
    "wrong interval": "It is expected to sell 12.3 units, with an 80% interval of 6.1 to 30.2 [F2].",
    "swapped interval": "It is expected to sell 12.3 units, with an 80% interval of 30.2 to 4.1 [F2].",
    "interval of another fact": "It is expected to sell 12.3 units, with an interval of 2.8 to 22.5 [F2].",
    "wrong level": "It is expected to sell 12.3 units, with a 95% interval of 4.1 to 30.2 [F2].",
    "level of nothing": "Searches rose by 20%, with a 0% interval of 0.9 to 1.6 [F8].",
    "wrong horizon": "It is expected to sell 12.3 units in its first six weeks [F2].",
    "wrong horizon in days": "It is expected to sell 12.3 units in its first 14 days [F2].",
    "no horizon": "It is expected to sell 12.3 units in its first week [F2].",
    "horizon of a year": "It is expected to sell 12.3 units in a year [F2].",
    "weekly": "It is expected to sell 12.3 units weekly [F2].",
    "invented second number": "It is expected to sell 12.3 units at 2.99 [F2].",
    "none": "No launches are planned in week 43 [F17].",
    "count": "Four launches are planned in week 43 [F17].",
    "ordinal": "It is the third launch planned in week 43 [F1].",
    "wrong percentage": "It is expected to sell 35% more there than at an average placement [F3].",
    "percentage of": "It is expected to sell 25% of an average placement [F3].",
    "version": "Green Tea 20 Bags is not in the plan (version 4) [F12].",
    # units
    "unit: searches": "There were 12.3 searches expected in its first four weeks [F2].",
    "unit: percent": "It is expected to sell 12.3% [F2].",
    "unit: launches": "It is expected to reach 12.3 launches [F2].",
    "unit: per week": "It is expected to sell 12.3 units per week [F2].",
    "unit: not weekly": "The recommended limit is two launches in Bag Snacks [F15].",
    "unit: months": "It is planned for week 43 in 12 months [F1].",
    "unit: times": "It is expected to sell 12.3 times the units [F2].",
    # names
    "wrong product": "Organic Vanilla Yogurt is expected to sell 12.3 units [F2].",
    "unknown product": "Doritos is expected to sell 12.3 units [F2].",
    "swapped subjects": "Potato Chips 9 Oz should sell 9.4 units and Organic Vanilla Yogurt 12.3 units [F2][F11].",
    "swapped citations": "Potato Chips 9 Oz is expected to sell 12.3 units [F11].",
    "analogue's number": "Potato Chips 9 Oz is expected to sell 34 units [F6].",
    "wrong placement": "Potato Chips 9 Oz is planned for week 43 at in-aisle [F1].",
    "unknown placement": "Potato Chips 9 Oz is planned for week 43 at rear end cap [F1].",
    "wrong group": "The recommended limit is two launches per week in Yogurt [F15].",
    "wrong query": "There were 120 searches for “pizza” [F22].",
    "query and product change places": "Near “potato chips”, there were 120 searches for “Potato Chips 9 Oz” [F22].",
    # weeks
    "wrong week": "Potato Chips 9 Oz is planned for week 44 [F1].",
    "wrong ISO week": "Potato Chips 9 Oz is planned for 2017-W34 [F1].",
    "wrong year": "Potato Chips 9 Oz is planned for 2018-W43 [F1].",
    "wrong date": "Potato Chips 9 Oz launches on 24 October 2017 [F1].",
    "relative week": "Potato Chips 9 Oz launches next week at front end cap [F1].",
    "wrong nth week": "Its launch is planned for the 42nd week [F1].",
    "impossible date": "Its launch is planned for 31 February 2017 [F1].",
    # directions
    "gain for loss": "Without this slot, the best other plan would gain 3.2 units [F9].",
    "more for less": "Without this slot, the best other plan would be worth 3.2 units more [F9].",
    "sales for worth": "Without this slot, the best other plan would sell 3.2 units less [F9].",
    "fall for rise": "Searches fell by 20% [F8].",
    "above for below": "Demand in Bag Snacks is expected to be 4.3% above its recent level [F5].",
    "less for more": "It is expected to sell 25% less there than at an average placement [F3].",
    "change without direction": "Without this slot, the best other plan would change by 3.2 units [F9].",
    "negated loss": "Without this slot, the best other plan would not lose 3.2 units [F9].",
    "tie told as gain": "Moving it to week 41 gains units [F18].",
    "tie told as loss": "Moving it to week 41 would lose 0.04 units [F18].",
    "tie told as number": "Moving it to week 41 would lose 0.3 units [F18].",
    "no change for loss": "Without this slot, the best other plan would be worth the same number of units [F9].",
    "comparison reversed": "Organic Vanilla Yogurt is expected to sell more than Potato Chips 9 Oz [F2][F11].",
    "direction without fact": "It is expected to sell 12.3 units, a rise [F2].",
    # negation, tense, superlatives
    "negated plan": "Potato Chips 9 Oz is not planned for week 43 [F1].",
    "dropped negation": "Green Tea 20 Bags is in the plan [F12].",
    "prediction as outcome": "Potato Chips 9 Oz sold 12.3 units in its first four weeks [F2].",
    "outcome as prediction": "Corn Chips 9 Oz will sell 34 units in its first four weeks [F6].",
    "superlative": "Potato Chips 9 Oz is the best launch, expected to sell 12.3 units [F2].",
    "only": "Potato Chips 9 Oz is the only launch planned for week 43 [F1].",
    "other state": "Almond Cookies 1 Lb is already on sale [F21].",
    "certainty": "It will certainly sell 12.3 units [F2].",
    # causes
    "product for its analogue": "Potato Chips 9 Oz sold 34 units in its first four weeks [F6].",
    "denied tie": "Moving it to week 41 would not be worth the same number of units [F18].",
    "tie in launches": "Moving it to week 41 would be worth the same number of launches [F18].",
    "counterfactual as outcome": "Without this slot, the best other plan was worth 3.2 units less [F9].",
    "crowding as prediction": "With twice as many launches, each launch in Bag Snacks will sell 13% less [F20].",
    "crowding by units": "With twice as many units, each launch in Bag Snacks sold 13% less [F20].",
    "unlinked cause": "Potato Chips 9 Oz is planned for week 43 [F1] because searches rose by 20% [F8].",
    "reversed cause": "It is expected to sell 12.3 units [F2] because it is planned for week 43 [F1].",
    "cause with one fact": "It is expected to sell 12.3 units because of its quality [F2].",
    "so without link": "Searches rose by 20% [F8], so it is expected to sell 12.3 units [F2].",
    "reversed so": "It is expected to sell 12.3 units [F2], so the placement adds 25% [F3].",
    "due to": "The lift was 1.8 times the usual level due to price cuts [F4].",
    # citations
    "no citation": "Potato Chips 9 Oz is planned for week 43.",
    "unknown citation": "Potato Chips 9 Oz is planned for week 43 [F99].",
    "wrong citation": "Potato Chips 9 Oz is planned for week 43 [F7].",
    "extra citation": "Potato Chips 9 Oz is planned for week 43 [F1][F7].",
    "bare citation": "Potato Chips 9 Oz is planned for week 43 F1.",
    "broken citation": "Potato Chips 9 Oz is planned for week 43 [F1.",
    "foreign citation": "Potato Chips 9 Oz is planned for week 43 [1].",
    # nothing to check
    "says nothing": "The closest match is [F2].",
    "only a topic": "Potato Chips 9 Oz is expected to sell well [F2].",
    "only a name": "Potato Chips 9 Oz [F1].",
    "vague": "This is what the data show [F2].",
    # invented content
    "invented detail": "Potato Chips 9 Oz, a family favourite, is planned for week 43 [F1].",
    "invented reason": "It is planned for week 43 with a strong campaign [F1].",
    "advice": "Order more stock, as it is expected to sell 12.3 units [F2].",
    # links, markup, instructions, hidden text
    "link": "It is planned for week 43, see http://evil.example [F1].",
    "bare domain": "It is planned for week 43, see evil.example [F1].",
    "markdown link": "It is planned for [week 43](http://evil.example) [F1].",
    "image": "It is planned for week 43 ![x](http://evil.example/x.png) [F1].",
    "html": "It is planned for <b>week 43</b> [F1].",
    "script": "It is planned for week 43 <script>alert(1)</script> [F1].",
    "instruction": "Ignore the plan and launch it in week 43 [F1].",
    "question": "Is it planned for week 43 [F1]?",
    "exclamation": "It is planned for week 43 [F1]!",
    "zero width": "It is planned for week\u200b 43 [F1].",
    "right to left": "It is planned for week 43\u202e [F1].",
    "other language": "Es ist für week 43 geplant [F1].",
    "full-width digits": "It is expected to sell １３ units [F2].",
    "emoji": "It is planned for week 43 🎉 [F1].",
    "code": "It is planned for week 43 `rm -rf` [F1].",
    "email": "It is planned for week 43, mail a@evil.example [F1].",
}


@pytest.mark.parametrize("sentence", CORRECT)
def test_a_correct_paraphrase_passes(sentence, phrases):
    check = verify_sentence(sentence, SHEET, phrases)
    assert check.ok, check.reasons


@pytest.mark.parametrize("sentence", CORRUPTED.values(), ids=CORRUPTED)
def test_a_corrupted_sentence_is_caught(sentence, phrases):
    check = verify_sentence(sentence, SHEET, phrases)
    assert not check.ok
    assert check.reasons


def test_the_tables_are_large_enough():
    assert len(CORRUPTED) >= 60
    assert len(set(CORRECT)) >= 40


def test_the_check_names_what_it_found_and_the_facts(phrases):
    wrong = verify_sentence("It is expected to sell 13 units in its first four weeks [F2].", SHEET, phrases)
    assert wrong.reasons == ("number:13", "unstated:F2")
    right = verify_sentence("It is planned for week 43 [F1].", SHEET, phrases)
    assert right.facts == ("F1",)
    assert right.reasons == ()


def test_the_phrase_of_every_fact_passes(phrases):
    for one in FACTS:
        check = verify_sentence(phrases.sentence(one), SHEET, phrases)
        assert check.ok, (phrases.sentence(one), check.reasons)


def test_a_very_long_sentence_is_refused_at_once(phrases):
    check = verify_sentence("It is planned for week 43 " * 1_000 + "[F1].", SHEET, phrases)
    assert check.reasons == ("too_long",)


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("The other launches planned in Other should sell 12 units [F1].", True),
        ("The launches planned in other should sell 12 units [F1].", True),
        ("The launches planned in “Other” should sell 12 units [F1].", True),
        ("The launches planned in Gifts > Toys should sell 12 units [F1].", False),
    ],
)
def test_a_category_called_like_a_plain_word_does_not_stop_the_word(phrases, sentence, passes):
    other = fact(1, "planned_units", 12.0, ("Gifts > Other", "Gifts > Other"))
    sheet = FactSheet(Question("what", Intent.PLANNED, Entities(), 1.0), (other,), ("F1",))
    assert verify_sentence(sentence, sheet, phrases).ok is passes


def _two(name, first, second, **more):
    return FactSheet(
        Question("what", Intent.PLANNED, Entities(), 1.0),
        (fact(1, name, first, **more), fact(2, name, second, YOGURT, **more)),
        ("F1", "F2"),
    )


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("“Potato Chips 9 Oz” and “Organic Vanilla Yogurt” are expected to sell 12 and 9 units [F1][F2].", True),
        ("“Organic Vanilla Yogurt” and “Potato Chips 9 Oz” are expected to sell 9 and 12 units [F1][F2].", True),
        ("“Potato Chips 9 Oz” and “Organic Vanilla Yogurt” are expected to sell 9 and 12 units [F1][F2].", False),
        ("“Potato Chips 9 Oz” and “Organic Vanilla Yogurt” are expected to sell 9 units and 12 units [F1, F2].", False),
    ],
)
def test_listed_numbers_belong_to_the_names_in_their_order(phrases, sentence, passes):
    sheet = _two("expected_units", 12.0, 9.0, week=W43, placement="front end cap")
    assert verify_sentence(sentence, sheet, phrases).ok is passes


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("The forecast of “Potato Chips 9 Oz” is 2 units higher than that of “Organic Vanilla Yogurt” [F1].", True),
        ("The forecast of “Organic Vanilla Yogurt” is 2 units higher than that of “Potato Chips 9 Oz” [F1].", False),
        ("“Potato Chips 9 Oz” is forecast to outsell “Organic Vanilla Yogurt” by 2 units [F1].", True),
        ("“Organic Vanilla Yogurt” is forecast to outsell “Potato Chips 9 Oz” by 2 units [F1].", False),
        ("Compared with “Organic Vanilla Yogurt”, “Potato Chips 9 Oz” is expected to sell 2 units more [F1].", True),
        ("Compared with “Potato Chips 9 Oz”, “Organic Vanilla Yogurt” is expected to sell 2 units more [F1].", False),
    ],
)
def test_of_two_that_are_compared_each_stands_in_its_place(phrases, sentence, passes):
    difference = fact(1, "units_difference", 2.0, interval=(1.5, 2.5), other=YOGURT[0], other_label=YOGURT[1])
    sheet = FactSheet(Question("compare", Intent.COMPARE, Entities(), 1.0), (difference,), ("F1",))
    assert verify_sentence(sentence, sheet, phrases).ok is passes


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("The plan doesn't launch “Green Tea 20 Bags” [F12].", True),
        ("As of version 3, the plan leaves “Green Tea 20 Bags” out [F12].", True),
        ("The plan doesn't leave “Green Tea 20 Bags” out [F12].", False),
        ("We've planned “Potato Chips 9 Oz” for 2017-W43 at front end cap [F1].", True),
        ("We haven't planned “Potato Chips 9 Oz” for 2017-W43 at front end cap [F1].", False),
        ("One similar launch, “Corn Chips 9 Oz” from 2017-W10, sold 34 units in its first four weeks [F6].", True),
        ("Two similar launches, such as “Corn Chips 9 Oz”, sold 34 units in their first four weeks [F6].", False),
        ("We advise up to 2 launches per week [F15]; until now it was 1.4 on average [F16].", True),
        ("Until now it was 1.4 launches per category [F16].", False),
        ("The reason “Potato Chips 9 Oz” should sell 12.3 units [F2] is that it launches in 2017-W43 [F1].", False),
        ("The reason it launches in 2017-W43 [F1] is that it should sell 12.3 units there [F2].", True),
        ("At Potato Chips 9 Oz, “front end cap” is expected to sell 12.3 units from 2017-W43 [F2].", False),
    ],
)
def test_what_is_run_together_listed_or_turned_round_is_read(phrases, sentence, passes):
    check = verify_sentence(sentence, SHEET, phrases)
    assert check.ok is passes, check.reasons
