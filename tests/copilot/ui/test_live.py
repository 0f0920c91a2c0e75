"""Live answers: pages follow them, come back to them, and what nobody follows is stopped."""

import threading

import pytest

from copilot.ui.conversation import Asking
from copilot.ui.live import LiveAnswers
from copilot.ui.state import Thread, Turn

PATIENCE_S = 20


def state(text, thread_id="T", note=""):
    return Asking(Thread(thread_id, (Turn(text, "writing"),)), note=note)


class Steps:
    """An answer that goes on when it is told to; `stopped` once it saw that it was."""

    def __init__(self, *texts, thread_id="T"):
        self.texts, self.thread_id = texts, thread_id
        self.go = threading.Semaphore(0)
        self.stopped = threading.Event()

    def __call__(self, cancel):
        for text in self.texts:
            while not self.go.acquire(timeout=0.01):
                if cancel.is_set():
                    self.stopped.set()
                    return
            yield state(text, self.thread_id)


def asked(states):
    return [one.thread.turns[0].question for one in states if one is not None]


@pytest.fixture
def live():
    return LiveAnswers(grace_s=0.05)


def test_a_follower_sees_the_last_state_and_then_the_answer_is_no_longer_live(live):
    steps = Steps("one", "two")
    answer = live.start("S", "T", steps)
    assert live.of_thread("T") is answer
    steps.go.release(2)
    assert asked(answer.follow())[-1] == "two"
    assert live.of_thread("T") is None


def test_two_windows_follow_one_answer_and_a_reload_comes_back_to_it(live):
    steps = Steps("one", "two")
    answer = live.start("S", "T", steps)
    first, second = answer.follow(0.01), answer.follow(0.01)
    steps.go.release()
    assert asked([next(one for one in first if one)]) == ["one"]
    assert asked([next(one for one in second if one)]) == ["one"]
    first.close()  # the page that asked is reloaded
    again = live.of_thread("T").follow(0.01)
    assert asked([next(one for one in again if one)]) == ["one"]
    assert answer.latest.thread.turns[0].question == "one"
    second.close()
    steps.go.release()
    assert asked(again) == ["two"]
    assert not steps.stopped.is_set()


def test_an_answer_that_nobody_follows_any_more_is_stopped(live):
    steps = Steps("one", "two")
    follower = live.start("S", "T", steps).follow(0.01)
    steps.go.release()
    next(one for one in follower if one)
    follower.close()
    assert steps.stopped.wait(PATIENCE_S)


def test_a_thread_has_one_answer_at_a_time_and_others_are_free(live):
    steps, other = Steps("one"), Steps("two", thread_id="U")
    assert live.start("S", "T", steps) is not None
    assert live.start("another session", "T", Steps()) is None
    assert live.start("S", "U", other) is not None
    steps.go.release()
    other.go.release()


def test_two_sends_before_the_first_has_a_thread_are_one(live):
    steps = Steps("one", thread_id="new")
    answer = live.start("S", None, steps)
    assert live.start("S", None, Steps()) is None
    assert live.start("another session", None, Steps()) is not None
    assert live.of("S", None) is answer
    assert live.of_thread(None) is None
    steps.go.release()
    assert asked(answer.follow()) == ["one"]
    assert live.of_thread("new") is None
    assert live.start("S", None, Steps()) is not None


def test_a_heartbeat_tells_a_quiet_follower_that_time_passes(live):
    follower = live.start("S", "T", Steps("one")).follow(0.01)
    assert [next(follower), next(follower)] == [None, None]


def test_an_answer_whose_making_breaks_still_ends(live, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def broken(cancel):
        yield state("one")
        raise RuntimeError("a bug")

    assert asked(live.start("S", "T", broken).follow()) == ["one"]
    assert live.of_thread("T") is None
