"""Handlers: what a click changes, and that an error keeps the screen as it was."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from copilot.errors import CopilotError, StalePlan, StoreError
from copilot.facts import Fact, Source
from copilot.questions import Entities, Intent, Question
from copilot.service import Notice
from copilot.ui import conversation, handlers, kept_threads, turns
from copilot.ui.asks import question_about
from copilot.ui.first_run import FirstRun
from copilot.ui.layout import build_ui
from copilot.ui.markup import plain
from copilot.ui.state import FactDrawer, LaunchDrawer, Thread, Turn
from copilot.ui.theme import launch_options
from copilot.ui.views_chat import thread_html
from copilot.ui.wiring import draw_change
from copilot.ui.wiring_chat import draw_asking
from copilot.ui.words import load_words

MONDAY = date(2017, 10, 9)


def ask_all(copilot, message, thread, words, cancel=None) -> list[conversation.Asking]:
    return list(conversation.ask(copilot, message, thread, cancel or threading.Event(), words))


@pytest.fixture
def board(copilot, words):
    return handlers.open_board(copilot, words)


@pytest.fixture
def drawer(copilot, words):
    return handlers.open_launch(copilot, "P1", words).drawer


@pytest.fixture
def thread(copilot, words):
    return ask_all(copilot, "Why here?", Thread(), words)[-1].thread


# Calendar and drawer


def test_board_holds_the_plan_its_locks_and_lifts(copilot, board):
    assert board.stored.version == 1
    assert set(board.lifts) == {"front end cap", "mailer front page"}  # the data cannot judge the third
    assert board.recommended_per_week == 6
    assert board.locked == frozenset()


def test_opening_a_launch_offers_the_week_after_it(copilot, words):
    first = handlers.open_launch(copilot, "P1", words).drawer
    assert isinstance(first, LaunchDrawer)
    assert first.later_week == first.evidence.launch.week + timedelta(weeks=1)
    assert handlers.open_launch(copilot, "P39", words).drawer.later_week is None  # not in the plan


def test_unknown_product_keeps_the_drawer_and_says_why(copilot, words):
    change = handlers.open_launch(copilot, "nothing", words)
    assert change.only_toast
    assert change.toast.kind == "problem"
    assert "no product nothing" in change.toast.text


def test_a_bug_is_logged_under_the_reference_that_the_line_names(copilot, words, caplog, monkeypatch):
    monkeypatch.setattr(copilot, "evidence", lambda product_id: 1 / 0)
    change = handlers.open_launch(copilot, "P1", words)
    reference = caplog.records[-1].args[0]
    assert reference in change.toast.text
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in change.toast.text


def test_lock_makes_a_new_version_and_undo_brings_the_old_plan_back(copilot, board, drawer, words):
    working, done = handlers.set_lock(copilot, board, drawer, True, words)
    assert working.only_toast
    assert working.toast.kind == "working"
    assert done.board.stored.version == 2
    assert done.board.locked == {"P1"}
    assert done.drawer.evidence.locked
    assert done.toast.undo_version == 1
    assert "\N{MINUS SIGN}1.5 units against v1" in done.toast.text
    *_, undone = handlers.undo(copilot, done.board, done.drawer, done.toast.undo_version, words)
    assert undone.board.stored.version == 3
    assert undone.board.locked == frozenset()
    assert undone.board.stored.plan == board.stored.plan


def test_unlock_frees_the_launch(copilot, board, drawer, words):
    *_, locked = handlers.set_lock(copilot, board, drawer, True, words)
    *_, freed = handlers.set_lock(copilot, locked.board, locked.drawer, False, words)
    assert freed.board.locked == frozenset()
    assert freed.toast.undo_version == 2


def test_pressed_twice_a_lock_is_made_once(copilot, board, drawer, words):
    *_, locked = handlers.set_lock(copilot, board, drawer, True, words)
    assert list(handlers.set_lock(copilot, locked.board, locked.drawer, True, words)) == []
    assert copilot.current_plan().version == 2


def test_a_plan_that_changed_meanwhile_is_shown_with_the_reason(copilot, board, drawer, words):
    copilot.lock("P2", MONDAY, "in-aisle", 1)  # someone else, in another tab
    *_, change = handlers.set_lock(copilot, board, drawer, True, words)
    assert change.toast.kind == "problem"
    assert change.board.stored.version == 2
    assert change.board.locked == {"P2"}


def test_lock_without_an_open_launch_does_nothing(copilot, board, words):
    assert list(handlers.set_lock(copilot, board, None, True, words)) == []


def test_an_undo_of_a_plan_that_changed_meanwhile_is_refused_and_the_plan_shown(copilot, board, drawer, words):
    *_, done = handlers.set_lock(copilot, board, drawer, True, words)
    copilot.lock("P2", MONDAY, "in-aisle", 2)  # someone else, in another tab
    *_, change = handlers.undo(copilot, done.board, done.drawer, done.toast.undo_version, words)
    assert change.toast.kind == "problem"
    assert change.board.stored.version == 3


def test_failed_undo_keeps_the_screen(copilot, board, drawer, words, monkeypatch):
    def refuse(version, expected_version):
        raise CopilotError("That version cannot come back.")

    monkeypatch.setattr(copilot, "restore", refuse)
    *_, change = handlers.undo(copilot, board, drawer, 1, words)
    assert change.only_toast
    assert change.toast.text == "That version cannot come back."


def test_citation_opens_its_fact_with_rows_and_leads_back(copilot, thread, drawer, words):
    change = handlers.open_fact(copilot, thread, 0, "F1", drawer, words)
    assert isinstance(change.drawer, FactDrawer)
    assert change.drawer.sentence.facts == ("F1",)
    assert len(change.drawer.rows) == 2
    second = handlers.open_fact(copilot, thread, 0, "F2", change.drawer, words)
    assert second.drawer.rows is None  # a solve has no rows
    assert handlers.go_back(second.drawer) == drawer
    assert handlers.go_back(drawer) is None


def test_a_fact_with_more_rows_than_are_shown_says_so(copilot, thread, words, monkeypatch):
    assert not handlers.open_fact(copilot, thread, 0, "F1", None, words).drawer.more_rows
    monkeypatch.setattr(handlers, "FACT_ROWS", 1)
    cut = handlers.open_fact(copilot, thread, 0, "F1", None, words).drawer
    assert cut.more_rows
    assert len(cut.rows) == 1


@pytest.mark.parametrize(("turn", "fact"), [(0, "F9"), (7, "F1"), (-1, "F1")])
def test_citation_of_nothing_says_so(copilot, thread, words, turn, fact):
    change = handlers.open_fact(copilot, thread, turn, fact, None, words)
    assert change.toast.text == words("fact.gone")


def test_brief_becomes_a_file_with_a_safe_name_or_a_reason(copilot, words):
    name, text, problem, version = handlers.brief_file(copilot, "P1", words)
    assert (name, problem, version) == ("brief-p1-a-brief.md", "", 1)
    assert text.startswith("# Cola")
    assert handlers.brief_file(copilot, "../../etc", words)[:2] == ("", "")


def test_a_brief_as_docx_travels_as_base64(copilot, words):
    saved = handlers.brief_file(copilot, "P1", words, "docx")
    assert saved.name == "brief-p1-a-brief.docx"
    assert base64.b64decode(saved.content).startswith(b"PK")
    assert "pdf" in handlers.brief_file(copilot, "P1", words, "pdf").problem


# Questions


def test_answer_arrives_event_by_event_and_is_kept(copilot, words):
    stream = ask_all(copilot, "  Why here?  ", Thread(), words)
    states = [asking.thread.turns[-1].state for asking in stream]
    assert states == ["reading", "collecting", "writing", "writing", "writing", "writing", "done", "done"]
    assert [len(asking.thread.turns[-1].sentences) for asking in stream] == [0, 0, 0, 1, 2, 3, 3, 3]
    final = stream[-1].thread
    assert final.turns[-1].question == "Why here?"
    assert final.turns[-1].plan_version == 1
    assert [message.role for message in copilot.store.messages(final.thread_id)] == ["operator", "copilot"]


def test_understood_product_shows_its_id_only_where_titles_repeat(copilot, words):
    engine = copilot.engine
    part = ask_all(copilot, "Why?", Thread(), words)[-1].thread.turns[0].parts[0]
    assert part.label == plain(engine.products["P0"].title)
    engine.problem = replace(engine.problem, titles=(engine.products["P0"].title,) * len(engine.products))
    part = ask_all(copilot, "Why?", Thread(), words)[-1].thread.turns[0].parts[0]
    assert part.label.endswith(" #P0")


def test_next_question_goes_to_the_same_thread(copilot, thread, words):
    after = ask_all(copilot, "And the next one?", thread, words)[-1].thread
    assert after.thread_id == thread.thread_id
    assert [turn.question for turn in after.turns] == ["Why here?", "And the next one?"]


def test_half_a_character_of_a_question_is_neither_shown_nor_kept(copilot, words):
    after = ask_all(copilot, "Why\ud800 here?", Thread(), words)[-1].thread
    assert [turn.question for turn in after.turns] == ["Why here?"]
    assert [turn.question for turn in conversation.restore(copilot, after.thread_id, words).turns] == ["Why here?"]


def test_stop_keeps_the_sentences_so_far(copilot, words):
    cancel = threading.Event()
    stream = conversation.ask(copilot, "Why?", Thread(), cancel, words)
    last = None
    for asking in stream:
        last = asking.thread
        if last.turns[-1].sentences:
            cancel.set()
    assert last.turns[-1].state == "stopped"
    assert len(last.turns[-1].sentences) == 1


def test_long_question_is_refused_with_the_limit_and_given_back(copilot, words):
    last = ask_all(copilot, "x" * 20_000, Thread(), words)[-1]
    assert last.thread.turns[-1].state == "failed"
    assert "2,000" in last.thread.turns[-1].problem
    assert last.draft == "x" * 20_000
    assert last.thread.turns[-1].unkept == words("chat.not_kept")
    assert words("chat.not_kept") in thread_html(last.thread, (), words)
    assert kept_threads.restore(copilot, last.thread.thread_id, words).turns == ()


def test_a_bug_while_answering_becomes_one_line(copilot, words, monkeypatch, caplog):
    monkeypatch.setattr(copilot, "ask", lambda *args, **kwargs: iter([1 / 0]))
    last = ask_all(copilot, "Why?", Thread(), words)[-1]
    assert last.thread.turns[-1].state == "failed"
    assert "ZeroDivisionError" in caplog.text
    assert last.draft == "Why?"


@pytest.mark.parametrize("message", ["", "   \n ", "\ud800"])
def test_an_empty_question_is_no_question_and_asks_for_words(copilot, words, message):
    assert ask_all(copilot, message, Thread(), words) == [
        conversation.Asking(Thread(), message, words("chat.no_words"))
    ]


def refuse_to_write(monkeypatch, store, *methods):
    def refuse(*args):
        raise StoreError("The disk is full.")

    for method in methods:
        monkeypatch.setattr(store, method, refuse)


def test_on_a_full_disk_a_question_is_answered_but_not_kept(copilot, thread, words, monkeypatch):
    refuse_to_write(monkeypatch, copilot.store, "new_thread", "add_message")
    for before in (Thread(), thread):
        after = ask_all(copilot, "Why here?", before, words)[-1].thread
        assert after.thread_id == before.thread_id
        assert (after.turns[-1].state, len(after.turns[-1].sentences)) == ("done", 3)
        assert after.turns[-1].unkept == words("chat.unkept", reason="The disk is full.")
        assert after.turns[-1].unkept in thread_html(after, (), words)
    assert thread.turns[-1].unkept == ""


def test_a_writer_that_fails_later_is_noticed_and_a_hidden_notice_stays_hidden(copilot, words, monkeypatch):
    wired = {fn.name: fn for fn in build_ui(copilot).fns.values()}
    first = wired["notices"].fn(None)
    assert wired["notices"].fn(first) == {"__type__": "update"}  # drawn again, it would come back
    late = Notice("off", "writer", "The configured writer does not answer: <no> route.")
    monkeypatch.setattr(copilot, "notices", lambda lang: (late,))
    assert "&lt;no&gt; route" in wired["notices"].fn(first)
    assert (wired["notices"].targets[0][1], len(wired["notices"].outputs)) == ("tick", 1)


def test_a_second_question_waits_for_the_first_to_end(copilot, words):
    busy = Thread("T", (Turn("Why?", "writing"),))
    asked = ask_all(copilot, "And?", busy, words)
    assert [asking.thread for asking in asked] == [busy]
    assert asked[0].draft == "And?"
    assert asked[0].note == words("chat.busy")
    drawn = draw_asking(copilot, asked[0], threading.Event(), words, first=True)
    untouched = [value for value in drawn if value == {"__type__": "update"}]
    assert len(drawn) == len(untouched) + 2  # only the note and the box: the running answer keeps its Stop button


def test_a_wish_asks_once_more_and_the_answer_before_stays(copilot, thread, words):
    cancel = threading.Event()
    after = list(conversation.ask(copilot, "Regenerate", thread, cancel, words, "again"))[-1].thread
    assert after.turns[0] == thread.turns[0]
    varied = after.turns[1]
    assert varied.understood.variation == 1
    assert varied.wishes == ("again", "shorter", "longer")
    assert varied.repeats  # the scripted service says the same again
    html = thread_html(after, (), words)
    assert words("chat.variation", n=2) in html
    assert words("chat.same_again") in html
    assert html.count('class="lc-wishes"') == 1  # under the latest answer
    restored = kept_threads.restore(copilot, after.thread_id, words)
    assert [turn.repeats for turn in restored.turns] == [False, True]
    assert restored.turns[1].understood.variation == 1


def test_phrases_alone_offer_no_other_variation(copilot, words):
    copilot.writer.name = "phrases"
    assert ask_all(copilot, "Why?", Thread(), words)[-1].thread.turns[0].wishes == ("shorter", "longer")


def test_a_writer_of_english_alone_offers_no_other_variation_in_chinese(copilot):
    chinese = load_words("zh")
    asked = ask_all(copilot, "为什么？", Thread(), chinese)[-1].thread
    assert asked.turns[0].wishes == ("shorter", "longer")
    assert kept_threads.restore(copilot, asked.thread_id, chinese).turns[0].wishes == ("shorter", "longer")
    copilot.writer.languages = frozenset({"en", "zh"})
    assert "again" in ask_all(copilot, "为什么？", Thread(), chinese)[-1].thread.turns[0].wishes


def test_a_window_that_is_behind_catches_up_with_its_thread(copilot, thread, words):
    ahead = ask_all(copilot, "And then?", thread, words)[-1].thread
    behind = ask_all(copilot, "And now?", thread, words)[-1].thread
    assert [turn.question for turn in behind.turns] == [*(turn.question for turn in ahead.turns), "And now?"]


def test_an_answer_that_ended_unseen_is_shown_as_it_is_kept(copilot, thread, words):
    busy = replace(thread, turns=(replace(thread.turns[0], state="writing", sentences=()),))
    assert conversation.ended(copilot, busy, words).turns[0].sentences == thread.turns[0].sentences
    unkept = Thread(None, (Turn("Why?", "writing"),))
    assert conversation.ended(copilot, unkept, words).turns[0].state == "stopped"


def test_a_stopped_answer_comes_back_as_stopped(copilot, words):
    cancel = threading.Event()
    for asking in conversation.ask(copilot, "Why?", Thread(), cancel, words):
        last = asking.thread
        if last.turns[-1].sentences:
            cancel.set()
    restored = kept_threads.restore(copilot, last.thread_id, words)
    assert (restored.turns[0].state, len(restored.turns[0].sentences)) == ("stopped", 1)
    assert restored.turns[0].wishes


def test_brief_question_offers_the_file(copilot, words):
    last = ask_all(copilot, "Write the brief for Cola", Thread(), words)[-1].thread.turns[-1]
    assert last.brief_target == copilot.current_plan().plan.launches[0].product_id


def a_fact(name: str, subject: str, label: str = "", unit: str = "text") -> Fact:
    return Fact("F1", name, subject, label, "x", unit, None, Source("rows"))


@pytest.mark.parametrize(
    ("entities", "facts", "target"),
    [
        (Entities(products=("P3",), weeks=(MONDAY,)), ["planned_count"], "P3"),
        (Entities(weeks=(MONDAY,)), ["planned_count", "launch_slot"], "2017-W41"),
        (Entities(), ["recommended_per_week"], "rhythm"),
        (Entities(weeks=(MONDAY,)), ["launch_slot"], "P7"),  # a name that the plan decided
        (Entities(), ["possible_product"], ""),  # a name that is still open
        (Entities(), [], ""),
    ],
)
def test_brief_target_is_what_the_answer_is_about(entities, facts, target):
    found = [a_fact(name, "P7") for name in facts]
    assert turns.brief_target(Question("", Intent.BRIEF, entities, 1.0), found) == target


def test_ambiguous_products_become_choices_that_ask_again_with_their_ids(words):
    question = Question("Why is Cola here?", Intent.WHY_HERE, Entities(), 0.8)
    facts = (a_fact("possible_product", "P1", "Cola 1 OZ"), a_fact("possible_product", "P9", "Cola 9 OZ"))
    turn = turns.finished(Turn(question.text, facts=facts), question, words)
    assert [choice.label for choice in turn.choices] == ["Cola 1 OZ #P1", "Cola 9 OZ #P9"]
    assert turn.choices[1].question == "Why is Cola here: Cola 9 OZ #P9?"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("why_here", "Why is Cola 1 OZ #P1 in 2017-W41?"),
        ("what_if_later", "What if Cola 1 OZ #P1 moved to 2017-W42?"),
        ("brief", "Write the brief for Cola 1 OZ #P1"),
    ],
)
def test_buttons_put_questions_that_name_product_and_week(drawer, words, kind, expected):
    assert question_about(drawer, kind, words) == expected


def test_buttons_without_a_launch_ask_only_for_the_brief(copilot, words):
    unplanned = handlers.open_launch(copilot, "P39", words).drawer
    assert question_about(unplanned, "why_here", words) == ""
    assert question_about(unplanned, "what_if_later", words) == ""
    assert question_about(unplanned, "brief", words) == "Write the brief for Pears 39 OZ #P39"


# Threads that come back


def test_thread_comes_back_after_a_refresh_with_citations_that_open(copilot, thread, words):
    restored = kept_threads.restore(copilot, thread.thread_id, words)
    before, after = thread.turns[0], restored.turns[0]
    assert [sentence.text for sentence in after.sentences] == [sentence.text for sentence in before.sentences]
    assert after.state == "done"
    assert after.understood.intent is before.understood.intent
    assert after.plan_version == before.plan_version
    opened = handlers.open_fact(copilot, restored, 0, "F1", None, words).drawer
    assert opened.fact.value == before.fact("F1").value
    assert opened.fact.source == before.fact("F1").source
    assert after.fact("F2").value == before.fact("F2").value  # a date again, not its text


def test_question_without_an_answer_comes_back_as_stopped(copilot, words):
    thread_id = copilot.store.new_thread("en")
    copilot.store.add_message(thread_id, "operator", {"text": "Why?"})
    assert [turn.state for turn in kept_threads.restore(copilot, thread_id, words).turns] == ["stopped"]


@pytest.mark.parametrize("thread_id", [None, "", "no such thread"])
def test_lost_thread_is_an_empty_one(copilot, words, thread_id):
    assert kept_threads.restore(copilot, thread_id, words) == Thread()


def test_damaged_thread_is_an_empty_one_and_is_logged(copilot, words, caplog):
    thread_id = copilot.store.new_thread("en")
    copilot.store.add_message(thread_id, "operator", {"text": "Why?"})
    copilot.store.add_message(thread_id, "copilot", {"nothing": "of use"})
    assert kept_threads.restore(copilot, thread_id, words) == Thread()
    assert "KeyError" in caplog.text


def test_threads_are_listed_by_their_first_question(copilot, thread, words):
    assert kept_threads.thread_choices(copilot, thread, words) == [("Why here?", thread.thread_id)]
    assert kept_threads.thread_choices(copilot, Thread(), words)[0] == (words("chat.title"), "")


# The first run, and the page as a whole


def test_first_run_tells_its_stages_and_returns_what_was_built(monkeypatch):
    monkeypatch.setattr("copilot.ui.first_run.LINGER_S", 0.0)

    def build(progress):
        progress("data", 0.5, "half")
        progress("encode", None, "texts")
        return "workspace"

    first = FirstRun(build)
    assert first.result() == "workspace"
    status = first.status()
    assert status.finished
    assert [(stage.name, stage.done, stage.note) for stage in status.stages] == [
        ("data", True, "half"),
        ("encode", True, "texts"),
    ]
    assert first.result() == "workspace"


def test_failed_first_run_says_why_on_the_page_and_raises():
    def build(progress):
        raise CopilotError("The disk is full.")

    first = FirstRun(build)
    with pytest.raises(CopilotError):
        first.result()
    assert first.status().problem == "The disk is full."


def test_a_view_that_fails_leaves_the_screen_and_says_so(copilot, board, words, monkeypatch, caplog):
    monkeypatch.setattr("copilot.ui.wiring.calendar_html", lambda board, words: 1 / 0)
    *kept, toast = draw_change(handlers.Change(board=board), words)
    assert all(value == {"__type__": "update"} for value in kept)
    assert "log names it" in toast
    assert "ZeroDivisionError" in caplog.text


def test_page_has_a_value_for_every_widget_that_a_click_redraws(copilot, board, drawer, thread, words):
    blocks = build_ui(copilot)
    outputs = {fn.name: len(fn.outputs) for fn in blocks.fns.values()}
    assert len(draw_change(handlers.Change(board, drawer), words)) == outputs["pick"] == outputs["lock"]
    assert len(draw_change(handlers.Change.saying("x"), words)) == outputs["undo"]
    drawn = draw_asking(copilot, conversation.Asking(thread), None, words, first=True)
    refused = draw_asking(copilot, conversation.Asking(thread, "x", "busy"), None, words, first=True)
    assert len(drawn) == len(refused) == outputs["ask"] == outputs["show"]


def test_page_is_private_and_fetches_nothing_from_elsewhere(copilot):
    config = json.dumps(build_ui(copilot).get_config_file(), default=str)
    options = launch_options()
    assert "googleapis" not in json.dumps(options["theme"]._stylesheets) + options["head"]
    assert "http" not in options["head"].replace("http%3A//www.w3.org", "")
    assert options["footer_links"] == []
    assert '"api_visibility": "public"' not in config


def test_stale_plan_is_an_operator_error(words):
    assert handlers.explain(StalePlan("look again"), words) == "look again"
