"""What was understood, part by part, and a question that is asked again with one part corrected."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest

from copilot.facts import Fact, FactSheet, Source
from copilot.questions import Entities, Intent, Question
from copilot.service import Collected
from copilot.ui import conversation, kept_threads
from copilot.ui.state import Thread, Turn
from copilot.ui.turns import advance
from copilot.ui.understood import NEAREST, answered_parts, correct, read_parts
from copilot.ui.views_understood import SHOWN_CHARACTERS, understood_html
from copilot.ui.words import load_words

WEEK, NEXT = date(2017, 10, 9), date(2017, 10, 16)


@pytest.fixture
def turn(copilot, words) -> Turn:
    """A question about P1 ("Cola 1 OZ") in a week and placement, supposing a move, and not in a second week."""
    entities = Entities(products=("P1",), weeks=(WEEK, NEXT), placements=("in-aisle",), without=(NEXT,))
    text = "What if cola 1 oz moves to week 41 at in-aisle, but not W42?"
    question = Question(text, Intent.WHAT_IF_MOVE, entities, 0.9, length="short", named=(("P1", "P9"),))
    return Turn(text, "done", understood=question, parts=read_parts(copilot, question, words))


def part(turn, kind, key):
    return next(one for one in turn.parts if (one.kind, one.key) == (kind, key))


def test_each_part_offers_what_may_have_been_meant(turn, copilot):
    weeks = part(turn, "week", "2017-W41").options
    assert [one.key for one in weeks] == ["2017-W42", "2017-W43", "2017-W44"]
    assert [one.key for one in part(turn, "placement", "in-aisle").options] == ["front end cap", "mailer front page"]
    products = part(turn, "product", "P1").options
    assert 0 < len(products) <= NEAREST
    assert all("Cola" in one.label and one.key != "P1" for one in products)


def test_what_the_words_could_mean_besides_comes_first(turn, copilot, words):
    several = replace(turn.understood, ambiguous_products=("P1", "P5", "P6"))
    parts = read_parts(copilot, several, words)
    assert [one.key for one in parts[0].options][:2] == ["P5", "P6"]


def products_of(copilot, words, sheet_products, echoed=(), **more):
    """Return the products' parts after the plan chose `sheet_products` for a question that named `echoed`."""
    asked = Question("Compare them", Intent.COMPARE, Entities(products=echoed), 0.9, **more)
    settled = replace(asked, entities=Entities(products=sheet_products))
    parts = answered_parts(copilot, settled, read_parts(copilot, asked, words), words)
    return [one for one in parts if one.kind == "product"]


def test_the_chip_is_of_the_product_that_is_answered_about(copilot, words):
    """Of several that share a name the plan took the second; an analogue of the same name is cited before it."""
    (chip,) = products_of(copilot, words, ("P5",), ambiguous_products=("P1", "P5", "P6"))
    assert (chip.key, [one.key for one in chip.options][:2]) == ("P5", ["P1", "P6"])
    turn = Turn("?", understood=Question("?", Intent.SIMILAR, Entities(), 0.9, ambiguous_products=("P1", "P5")))
    source = Source("rows", "events")
    analogue = Fact("F1", "analogue_units", "P1", "Cola 1 OZ", 3, "units", None, source)
    sheet = FactSheet(replace(turn.understood, entities=Entities(products=("P5",))), (analogue,), ())
    assert [one.key for one in advance(copilot, turn, Collected(sheet), words).parts] == ["P5"]


def test_every_product_of_a_comparison_has_a_chip(copilot, words):
    chips = products_of(copilot, words, ("P5", "P1"), echoed=("P1",), named=(("P5", "P13"), ("P1",)))
    assert [one.key for one in chips] == ["P5", "P1"]
    assert chips[0].options[0].key == "P13"
    kept = products_of(copilot, words, (), echoed=("P1",))
    assert [one.key for one in kept] == ["P1"]


@pytest.mark.parametrize(("lang", "barred"), [("en", "not 2017-W42"), ("zh", "不含 2017-W42")])
def test_what_a_question_speaks_against_is_shown_so(turn, copilot, lang, barred):
    words = load_words(lang)
    html = understood_html(0, turn, words)
    assert f">{barred}</summary>" in html
    assert ">2017-W41</summary>" in html
    entities = Entities(groups=("Drug GM > Candy", "Produce > Apples"), without=("Drug GM > Candy",))
    asked = replace(turn.understood, entities=entities)
    html = understood_html(0, replace(turn, parts=read_parts(copilot, asked, words)), words)
    assert f">{barred[:-8]}Drug GM &gt; Candy</button>" in html
    assert ">Produce &gt; Apples</button>" in html
    asked = replace(turn.understood, entities=Entities(without=("P1",)))
    parts = read_parts(copilot, asked, words)
    assert [(part.key, part.barred) for part in parts] == [("P1", True)]
    assert answered_parts(copilot, asked, parts, words) == parts
    assert barred[:-8] in understood_html(0, replace(turn, parts=parts), words)


def test_a_search_that_fails_leaves_a_chip_without_a_list(turn, copilot, words, monkeypatch):
    from retrieval.errors import EncoderError

    def fail(*_args, **_kwargs):
        raise EncoderError("no weights")

    monkeypatch.setattr(copilot, "search", fail)
    parts = read_parts(copilot, replace(turn.understood, named=(("P1",),)), words)
    assert parts[0].options == ()
    assert 'data-part="Cola 1 OZ"' in understood_html(0, replace(turn, parts=parts), words)


def test_another_week_keeps_every_other_part(turn, copilot, words):
    text, question = correct(copilot, turn, "week", "2017-W41", "2017-W43", words)
    assert text == "What if cola 1 oz moves to 2017-W43 at in-aisle, but not W42?"
    assert question.text == text
    expected = replace(turn.understood.entities, weeks=(date(2017, 10, 23), NEXT))
    assert question == replace(turn.understood, text=text, entities=expected)


def test_a_week_that_was_barred_stays_barred_when_it_is_another(turn, copilot, words):
    _, question = correct(copilot, turn, "week", "2017-W42", "2017-W44", words)
    assert question.entities.weeks == (WEEK, date(2017, 10, 30))
    assert question.entities.without == (date(2017, 10, 30),)


def test_another_placement_is_written_in_the_place_of_the_first(turn, copilot, words):
    text, question = correct(copilot, turn, "placement", "in-aisle", "front end cap", words)
    assert "week 41 at front end cap, but" in text
    assert question.entities == replace(turn.understood.entities, placements=("front end cap",))


def test_another_product_is_named_with_its_id_and_is_no_longer_in_doubt(turn, copilot, words):
    option = part(turn, "product", "P1").options[0]
    unsure = replace(turn.understood, ambiguous_products=("P1", "P9"), product_words="cola", exact=False)
    asked = replace(turn, understood=unsure)
    text, question = correct(copilot, asked, "product", "P1", option.key, words)
    assert text.startswith(f"What if {option.label} #{option.key} moves to week 41")
    assert question.entities == replace(unsure.entities, products=(option.key,))
    assert (question.named, question.ambiguous_products, question.product_words) == (((option.key,),), (), "")
    assert question.exact


def test_a_part_whose_words_are_not_found_is_named_behind_the_question(turn, copilot, words):
    asked = replace(turn, question="And the week after that one?")
    text, _ = correct(copilot, asked, "placement", "in-aisle", "front end cap", words)
    assert text == "And the week after that one: front end cap?"


def test_a_chinese_question_is_corrected_in_chinese(turn, copilot):
    words = load_words("zh")
    asked = replace(turn, question="第41周在in-aisle安排了什么？")
    assert correct(copilot, asked, "week", "2017-W41", "2017-W43", words)[0] == "2017-W43在in-aisle安排了什么？"
    assert correct(copilot, asked, "week", "2017-W41", "2017-W43", words)[1].lang == "zh"


@pytest.mark.parametrize(
    ("kind", "key", "chosen"),
    [
        ("week", "2017-W41", "2030-W01"),
        ("week", "2030-W01", "2017-W42"),
        ("shelf", "in-aisle", "x"),
        ("product", "", ""),
    ],
)
def test_what_is_not_offered_cannot_be_chosen(turn, copilot, words, kind, key, chosen):
    assert correct(copilot, turn, kind, key, chosen, words) is None


def test_the_corrected_question_is_asked_as_it_is_understood(copilot, words):
    cancel = threading.Event()
    thread = list(conversation.ask(copilot, "Why here?", Thread(), cancel, words))[-1].thread
    text, question = correct(copilot, thread.turns[0], "week", "2017-W41", "2017-W43", words)
    asked = list(conversation.ask(copilot, text, thread, cancel, words, question=question))[-1].thread
    assert [turn.question for turn in asked.turns] == ["Why here?", text]
    assert asked.turns[1].understood.entities == question.entities
    restored = kept_threads.restore(copilot, asked.thread_id, words)
    assert [one.key for one in restored.turns[1].parts] == [one.key for one in asked.turns[1].parts]


def test_the_chips_are_lists_of_buttons(turn, words):
    html = understood_html(3, turn, words)
    assert html.count("<details") == 4
    assert 'data-turn="3" data-kind="week" data-key="2017-W41" data-chosen="2017-W43"' in html
    assert html.count(words("chat.pick_other")) == 4
    cut = understood_html(3, replace(turn, question="x" * (SHOWN_CHARACTERS + 1)), words)
    assert "<button" not in cut
    assert "<details" not in cut
