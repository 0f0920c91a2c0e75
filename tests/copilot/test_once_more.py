"""An answer once more: shorter, with more detail, or in another variation; by a button or in words, on one path."""

from __future__ import annotations

import threading

import pytest

from copilot.answers import VARIED_TEMPERATURE
from copilot.generators import PhraseGenerator, ScriptedGenerator
from copilot.service import Collected, Finished, Understood

BUTTONS = {"shorter": "Shorter", "longer": "More detail", "again": "Regenerate"}
WORDS = {"shorter": "shorter please", "longer": "more detail", "again": "say that again"}


@pytest.fixture
def why(copilot):
    launch = copilot.current_plan().plan.launches[0]
    return f"Why is #{launch.product_id} in week {launch.week:%V}?"


@pytest.fixture
def say(copilot):
    """Say something in a thread: `say(message, wish=...)` returns the answer."""
    thread_id = copilot.store.new_thread("en")

    def say_(message, **more):
        events = list(copilot.ask(message, thread_id=thread_id, **more))
        assert isinstance(events[0], Understood)
        assert isinstance(events[-1], Finished)
        return events[-1].answer

    say_.thread_id = thread_id
    return say_


def told(answer):
    return {fact for sentence in answer.sentences for fact in sentence.facts}


def test_shorter_tells_fewer_facts_of_the_same_question_and_more_detail_more(copilot, say, why, monkeypatch):
    monkeypatch.setattr(copilot, "writer", PhraseGenerator())
    usual = say(why)
    short = say("Shorter", wish="shorter")
    back = say("More detail", wish="longer")
    long = say("More detail", wish="longer")
    assert told(short) < told(usual) < told(long)
    assert [one.question.length for one in (usual, short, back, long)] == ["normal", "short", "normal", "detailed"]
    assert {one.question.text for one in (usual, short, back, long)} == {usual.question.text}
    assert back.sentences == usual.sentences  # same question, same plan, same answer
    assert short.facts == usual.facts == long.facts
    assert ("shorter" in usual.wishes, "longer" in long.wishes) == (True, False)


def test_beyond_the_last_length_the_answer_says_so(copilot, say, why):
    say(why)
    say("", wish="longer")
    most = say("even more detail", wish="longer")
    assert most.question.length == "detailed"
    assert most.sentences[0].origin == "template"


@pytest.mark.parametrize("wish", ["shorter", "longer", "again"])
def test_a_button_and_the_words_give_the_same_answer(copilot, why, wish):
    answers = []
    for message, more in ((BUTTONS[wish], {"wish": wish}), (WORDS[wish], {})):
        thread_id = copilot.store.new_thread("en")
        list(copilot.ask(why, thread_id=thread_id))
        answers.append(list(copilot.ask(message, thread_id=thread_id, **more))[-1].answer)
    assert answers[0].to_record() == answers[1].to_record()


def test_each_variation_asks_the_writer_with_its_own_seed_and_is_reproducible(copilot, say, why, monkeypatch):
    writer = ScriptedGenerator("It sells well.")
    monkeypatch.setattr(copilot, "writer", writer)
    answers = [say(why), say("Regenerate", wish="again"), say("again"), say("Shorter", wish="shorter")]
    assert [answer.question.variation for answer in answers] == [0, 1, 2, 2]
    assert [prompt.seed for prompt in writer.prompts] == [0, 1, 2, 2]
    assert [prompt.temperature for prompt in writer.prompts] == [None, *[VARIED_TEMPERATURE] * 3]
    assert writer.prompts[0].user == writer.prompts[1].user == writer.prompts[2].user
    kept = [message.payload["asked"] for message in copilot.store.messages(say.thread_id) if message.role == "copilot"]
    assert [(one["length"], one["variation"]) for one in kept] == [
        ("normal", 0),
        ("normal", 1),
        ("normal", 2),
        ("short", 2),
    ]


def test_again_after_a_stop_finishes_the_variation_that_was_stopped(copilot, say, why):
    cancel = threading.Event()
    cancel.set()
    assert say(why, cancel=cancel).stopped
    whole = say("Regenerate", wish="again")
    assert (whole.question.variation, whole.stopped) == (0, False)
    assert say("again").question.variation == 1


def test_a_new_question_begins_at_the_usual_length_and_first_variation(say, why):
    say(why)
    say("Shorter", wish="shorter")
    say("Regenerate", wish="again")
    fresh = say(why).question
    assert (fresh.length, fresh.variation, fresh.wish) == ("normal", 0, "")


def test_every_sentence_of_a_variation_is_verified(copilot, say, why, monkeypatch):
    lies = ScriptedGenerator(["It sells 999 units [F1]. It is the best [F2].", "It brings 12345 units [F1]."])
    monkeypatch.setattr(copilot, "writer", lies)
    for answer in (say(why), say("Regenerate", wish="again")):
        assert "999" not in answer.text
        assert "12345" not in answer.text
        assert all(sentence.verified for sentence in answer.sentences)


def test_a_wish_without_a_question_before_it_is_read_as_a_message(copilot):
    events = list(copilot.ask("Shorter", wish="shorter"))
    collected = next(event for event in events if isinstance(event, Collected))
    assert collected.sheet.question.wish == ""
