"""Several chats and one writer: they wait in line, see their place, leave at once, and never get each other's words."""

from __future__ import annotations

import threading
import time

import pytest

from copilot.generators import PHRASES, PhraseGenerator
from copilot.service import Collected, Finished, SentenceReady, Understood, Waiting
from copilot.writer_transformers import TransformersGenerator

PATIENCE_S = 60


class Reader:
    """A writer that reads its prompt's facts aloud, piece by piece, and notes whether two ever wrote at once.

    Args:
        gate: when given, each reply stops after its first sentence until the gate opens.
    """

    name = "reader"

    def __init__(self, gate=None, pause_s=0.0):
        self.gate = gate
        self.pause_s = pause_s
        self.writing = 0
        self.most_at_once = 0
        self.prompts = []
        self.stopped = 0

    def prepare(self):
        pass

    def stream(self, prompt, *, cancel=None):
        self.prompts.append(prompt)
        self.writing += 1
        self.most_at_once = max(self.most_at_once, self.writing)
        try:
            told = [line[2:] for line in prompt.user.splitlines() if line.startswith("- ")]
            for number, sentence in enumerate(told):
                for start in range(0, len(sentence), 9):
                    if cancel is not None and cancel.is_set():
                        self.stopped += 1
                        return
                    time.sleep(self.pause_s)
                    yield sentence[start : start + 9]
                yield " "
                while number == 1 and self.gate is not None and not self.gate.wait(0.01):
                    if cancel is not None and cancel.is_set():
                        self.stopped += 1
                        return
        finally:
            self.writing -= 1


class Chat:
    """One operator's question on a thread of its own."""

    def __init__(self, copilot, message, **more):
        self.cancel = threading.Event()
        self.events = []
        self._run = threading.Thread(target=self._ask, args=(copilot, message, more))
        self._run.start()

    def _ask(self, copilot, message, more):
        for event in copilot.ask(message, cancel=self.cancel, **more):
            self.events.append(event)

    def until(self, holds):
        end = time.monotonic() + PATIENCE_S
        while not holds(self):
            assert time.monotonic() < end, self.events
            time.sleep(0.005)
        return self

    def answer(self):
        self._run.join(PATIENCE_S)
        assert isinstance(self.events[-1], Finished)
        return self.events[-1].answer

    @property
    def places(self):
        return [event.place for event in self.events if isinstance(event, Waiting) and event.behind == "writer"]

    @property
    def sentences(self):
        return [event.sentence for event in self.events if isinstance(event, SentenceReady)]


def writes(chat):
    return bool(chat.sentences)


def waits(place):
    return lambda chat: chat.places[-1:] == [place]


@pytest.fixture
def asks(copilot):
    launches = copilot.current_plan().plan.launches
    return [f"Why is #{launch.product_id} in week {launch.week:%V}?" for launch in launches[:4]]


@pytest.fixture
def gated(copilot, monkeypatch):
    """A writer that stops after its first sentence until its gate is opened."""
    reader = Reader(threading.Event())
    monkeypatch.setattr(copilot, "writer", reader)
    yield reader
    reader.gate.set()


def assert_own(answer):
    subject = answer.question.entities.products[0]
    facts = {fact.id: fact for fact in answer.facts}
    assert answer.sentences
    assert all(sentence.verified for sentence in answer.sentences)
    assert any(facts[fact].subject == subject for sentence in answer.sentences for fact in sentence.facts)
    assert all(set(sentence.facts) <= set(facts) for sentence in answer.sentences)


def test_two_chats_at_once_never_get_each_others_sentences(copilot, asks, monkeypatch):
    alone = []
    for message in asks[:2]:
        monkeypatch.setattr(copilot, "writer", Reader())
        alone.append(Chat(copilot, message).answer())
    reader = Reader(pause_s=0.0005)
    monkeypatch.setattr(copilot, "writer", reader)
    chats = [Chat(copilot, message) for message in asks[:2] * 3]
    for number, chat in enumerate(chats):
        answer = chat.answer()
        assert_own(answer)
        assert answer.sentences == alone[number % 2].sentences
        assert "writer" in {sentence.origin for sentence in answer.sentences}
    assert reader.most_at_once == 1


def test_places_in_line_are_told_in_the_order_of_coming_and_move_up(copilot, asks, gated):
    first = Chat(copilot, asks[0]).until(writes)
    second = Chat(copilot, asks[1]).until(waits(1))
    third = Chat(copilot, asks[2]).until(waits(2))
    assert [type(event) for event in second.events[:3]] == [Understood, Collected, Waiting]  # facts do not wait
    assert second.events[1].sheet.facts
    gated.gate.set()
    for chat in (first, second, third):
        assert_own(chat.answer())
    assert first.places == []
    assert second.places == [1]
    assert third.places == [2, 1]
    assert [prompt.user.split("«")[1].split("»")[0] for prompt in gated.prompts] == asks[:3]


def test_who_cancels_while_waiting_leaves_the_line_at_once(copilot, asks, gated):
    first = Chat(copilot, asks[0]).until(writes)
    thread = copilot.store.new_thread("en")
    impatient = Chat(copilot, asks[1], thread_id=thread).until(waits(1))
    third = Chat(copilot, asks[2]).until(waits(2))
    impatient.cancel.set()
    left = impatient.answer()  # while the first still writes
    assert (left.stopped, left.sentences) == (True, ())
    assert copilot.store.messages(thread)[-1].payload["stopped"] is True
    third.until(waits(1))
    assert first.events[-1] is not None
    assert not isinstance(first.events[-1], Finished)
    gated.gate.set()
    assert_own(first.answer())
    assert_own(third.answer())
    assert len(gated.prompts) == 2


def test_stopping_keeps_the_verified_sentences_says_so_and_lets_the_next_write(copilot, asks, gated):
    thread = copilot.store.new_thread("en")
    first = Chat(copilot, asks[0], thread_id=thread).until(writes)
    second = Chat(copilot, asks[1]).until(waits(1))
    first.cancel.set()
    stopped = first.answer()
    assert stopped.stopped
    assert list(stopped.sentences) == first.sentences
    assert all(sentence.verified for sentence in stopped.sentences)
    kept = copilot.store.messages(thread)[-1].payload
    assert kept["stopped"] is True
    assert [sentence["text"] for sentence in kept["sentences"]] == [one.text for one in stopped.sentences]
    gated.gate.set()
    assert not second.answer().stopped


def test_a_stream_that_nobody_reads_on_leaves_the_line_and_keeps_what_was_verified(copilot, asks, gated):
    thread = copilot.store.new_thread("en")
    events = copilot.ask(asks[0], thread_id=thread)
    said = next(event.sentence for event in events if isinstance(event, SentenceReady))
    waiting = Chat(copilot, asks[1]).until(waits(1))
    events.close()
    gated.gate.set()
    assert_own(waiting.answer())
    kept = copilot.store.messages(thread)[-1].payload
    assert kept["stopped"] is True
    assert kept["sentences"][0]["text"] == said.text


def test_what_needs_no_writer_does_not_wait_for_it(copilot, asks, gated):
    Chat(copilot, asks[0]).until(writes)
    helped = Chat(copilot, "help")
    assert helped.answer().sentences
    assert helped.places == []


def test_a_writer_with_many_places_writes_for_many_at_once(copilot, asks, gated):
    gated.replies_at_once = 2
    chats = [Chat(copilot, message).until(writes) for message in asks[:2]]
    third = Chat(copilot, asks[2]).until(waits(1))
    gated.gate.set()
    for chat in (*chats, third):
        assert_own(chat.answer())
    assert gated.most_at_once == 2


def test_phrases_alone_never_wait(copilot, asks, monkeypatch):
    monkeypatch.setattr(copilot, "writer", PhraseGenerator())
    chats = [Chat(copilot, message) for message in asks]
    for chat in chats:
        assert_own(chat.answer())
        assert chat.places == []
        assert chat.answer().writer == PHRASES


@pytest.mark.slow
def test_two_chats_with_the_on_board_writer_do_not_mix(copilot, asks, onboard_folder, monkeypatch):
    monkeypatch.setattr(copilot, "writer", TransformersGenerator(cache=onboard_folder.parent, threads=1))
    alone = [Chat(copilot, message).answer() for message in asks[:2]]
    together = [Chat(copilot, message) for message in asks[:2]]
    for chat, before in zip(together, alone, strict=True):
        answer = chat.answer()
        assert_own(answer)
        assert answer.to_record() == before.to_record()
    assert any(chat.places for chat in together)
