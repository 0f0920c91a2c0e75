"""Briefs that a writer writes for a page: progress, cancel, two pages at once, and what the page is told at the end."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from copilot.brief_passages import BriefProgress, Writing
from copilot.ui import handlers, written_briefs
from copilot.ui.state import LaunchDrawer, Turn
from copilot.ui.views_brief import brief_card_html
from copilot.ui.views_chat import thread_html
from copilot.ui.views_drawer import drawer_html
from copilot.ui.words import load_words
from copilot.ui.written_briefs import WrittenBriefs


@pytest.fixture
def briefs(copilot, words):
    yield WrittenBriefs(copilot, words)
    if copilot.pause is not None:
        copilot.pause.set()


@pytest.fixture
def paused(copilot):
    copilot.pause = threading.Event()
    return copilot.pause


def seen(briefs, key, until):
    """Look until the page is told what `until` waits for."""
    for _ in range(400):
        told = briefs.look(key)
        if until(told):
            return told
        time.sleep(0.01)
    raise AssertionError(told)


def ended(told):
    return told["state"] != "working"


def said(copilot, words, writing):
    """What the page is told of a brief that came about like this."""
    brief = replace(copilot.brief("P1"), writing=writing)
    copilot.brief = lambda *args, **more: brief
    briefs = WrittenBriefs(copilot, words)
    return seen(briefs, briefs.begin("P1", "md"), ended)


def test_a_written_brief_tells_its_progress_and_ends_in_a_file(briefs, paused):
    key = briefs.begin("P1", "md")
    told = seen(briefs, key, lambda told: "1 sentence checked" in told["line"])
    assert told["state"] == "working"
    assert "scripted writer writes the brief" in told["line"]
    assert "of at most 20 s" in told["clock"]
    assert 0 <= told["share"] < 1
    paused.set()
    done = seen(briefs, key, ended)
    assert done["state"] == "done"
    assert done["file"][:3] == ["brief-p1-a-brief.md", "# Cola 1 OZ\n", ""]
    assert "1 of 2 sentences of the paragraphs that explain are by scripted writer, each checked" in done["line"]
    assert briefs.look(key) == done  # a look whose answer was lost is made again


def test_a_brief_in_line_and_one_whose_facts_are_computed_say_so(briefs, copilot, paused):
    def begun(*stages):
        def brief(target, lang="en", *, on_progress, **more):
            for stage in stages:
                on_progress(stage)
            paused.wait(10)
            raise ValueError("over")

        copilot.brief = brief
        return briefs.begin("P1", "md")

    assert "Computing the facts" in seen(briefs, begun(), lambda told: told["line"])["line"]
    waiting = begun(BriefProgress("facts"), BriefProgress("waiting", 2))
    told = seen(briefs, waiting, lambda told: "in line" in told["line"])
    assert told["line"].startswith("2nd in line for the writer")
    assert told["clock"] == ""


def test_cancelling_ends_the_writing_and_gives_no_file(briefs, paused):
    key = briefs.begin("P1", "md")
    seen(briefs, key, lambda told: told["clock"])
    job = briefs._jobs[key]
    briefs.cancel(key)
    assert briefs.look(key) == {"state": "gone", "line": "The brief is not being written any more. Save it again."}
    assert job.unwanted.is_set()
    briefs.cancel(key)  # twice is once
    briefs.cancel("never begun")


def test_a_page_that_went_away_lets_the_writer_go(briefs, paused, monkeypatch):
    monkeypatch.setattr(written_briefs, "LEFT_S", 0.1)
    key = briefs.begin("P1", "md")
    time.sleep(0.3)
    assert "as it was stopped" in seen(briefs, key, ended)["line"]  # still there for a page that comes back


def test_two_operators_get_their_own_briefs(briefs, copilot, paused):
    first, second = briefs.begin("P1", "md"), briefs.begin("P2", "docx")
    assert first != second
    assert len(first) > 16  # nobody guesses another's
    briefs.cancel(first)
    paused.set()
    done = seen(briefs, second, ended)
    assert done["file"][0] == "brief-p2-a-brief.docx"
    assert briefs.look(first)["state"] == "gone"


def test_an_unknown_product_becomes_one_line(briefs):
    done = seen(briefs, briefs.begin("../etc", "md"), ended)
    assert done["file"][1] == ""
    assert "has no product" in done["file"][2]


@pytest.mark.parametrize(
    ("writing", "state", "line"),
    [
        (Writing("M", ("M",), 3, 3), "done", "3 of 3 sentences of the paragraphs that explain are by M, each checked."),
        (Writing("M", ("M",), 1, 3, "time"), "done", "verified phrases tell the rest, as its time was up."),
        (Writing("M", (), 0, 3, "time"), "done", "Saved in verified phrases: M had no sentence checked when its time"),
        (Writing("M", (), 0, 3), "done", "Saved in verified phrases: M wrote no sentence that passed the check."),
        (Writing("M", (), 0, 3, "failed", "No memory."), "failed", "Saved in verified phrases, as M failed: No memory"),
        (Writing("M", ("B",), 2, 3, "", "It stalls."), "failed", "are by B, each checked; verified phrases tell the"),
        (Writing("M", ("B",), 2, 3, "", "It stalls."), "failed", "M failed: It stalls."),
        (None, "done", "no paragraph of it is for the writer"),
    ],
)
def test_the_last_line_says_who_wrote_and_why_phrases_did(copilot, words, writing, state, line):
    told = said(copilot, words, writing)
    assert told["state"] == state
    assert line in told["line"]
    assert told["file"][0]


def test_the_last_line_is_there_in_chinese(copilot):
    told = said(copilot, load_words("zh"), Writing("M", ("M",), 1, 3, "time"))
    assert (
        told["line"]
        == "已保存：说明性段落的 3 句中有 1 句由 M 行文，每句都核对过；其余由事实语句写成，因为时间已用完。"
    )
    failed = said(copilot, load_words("zh"), Writing("M", (), 0, 3, "failed", "没有内存。"))
    assert failed["line"] == "已保存，由核对过的事实语句写成，因为 M 出错：没有内存。"


def test_the_choice_stands_where_a_brief_is_offered_and_is_unticked(copilot, words, answer_to):
    drawer = handlers.open_launch(copilot, "P1", words).drawer
    assert isinstance(drawer, LaunchDrawer)
    page = drawer_html(drawer, words)
    assert page.count("data-written") == 1
    assert "checked>" not in page
    assert "scripted writer writes the paragraphs that explain" in page
    turn = Turn("Write the brief", "done", sentences=answer_to("x").sentences, brief_target="P1", brief_writer="W")
    drawn = handlers.Thread("t", (turn,))
    assert thread_html(drawn, (), words).count("data-written") == 1
    assert "data-written" not in thread_html(handlers.Thread("t", (replace(turn, brief_target=""),)), (), words)


def test_there_is_no_choice_where_the_writer_does_not_write_the_language(copilot):
    words = load_words("zh")
    drawer = handlers.open_launch(copilot, "P1", words).drawer
    page = drawer_html(drawer, words)
    assert "data-written" not in page
    assert 'data-format="docx"' in page


def test_a_hostile_writer_name_is_text(copilot, words, hostile):
    drawer = replace(handlers.open_launch(copilot, "P1", words).drawer, brief_writer=hostile)
    assert "<img" not in drawer_html(drawer, words)
    assert "hidden" in brief_card_html(words)
