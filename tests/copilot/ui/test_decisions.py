"""Scenarios and overrides on the screen: what a click changes, what an error keeps, and that names stay text."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import pytest

from copilot.generators import ScriptedGenerator
from copilot.service import Copilot
from copilot.store import Store
from copilot.ui import decisions
from copilot.ui.decisions import Request, intervention_of, read_request
from copilot.ui.layout import build_ui
from copilot.ui.views_ledger import ledger_html, pages_html
from copilot.ui.views_scenarios import scenarios_html
from copilot.ui.wiring_decisions import draw_acted
from ranking.interventions import CapLaunches, Exclude, Lock, ScaleForecast, SetCapacity
from retrieval.weeks import parse_week

WEEK = parse_week("2017-W41")


@pytest.fixture
def service(engine):
    made = Copilot(engine, Store(f"sqlite:///{engine.workspace.database}"), ScriptedGenerator(""))
    yield made
    made.close()


def act(service, words, **request):
    """Do one action; returns the scenarios and the change after it."""
    return list(decisions.act(service, Request(**request), words))[-1]


def test_a_scenario_is_begun_changed_compared_and_adopted(service, words):
    launch = service.current_plan().plan.launches[0]
    board, change = act(service, words, action="begin", name="quiet", chosen=())
    assert (board.chosen, change.toast.kind) == ({"quiet"}, "done")
    more = {"name": "quiet", "revision": 1, "kind": "exclude", "product_id": launch.product_id, "chosen": ("quiet",)}
    board, _ = act(service, words, action="suppose", **more)
    assert launch.product_id in board.said["quiet"][0]
    assert len(board.columns) == 2
    _, change = act(service, words, action="adopt", name="quiet", revision=2, version=board.version)
    assert change.board.stored.version == board.version + 1
    assert change.toast.undo_version == board.version
    board, _ = act(service, words, action="drop", name="quiet", revision=2, number=1)
    assert board.said["quiet"] == ()
    board, _ = act(service, words, action="erase", name="quiet", revision=3)
    assert board.scenarios == ()


def test_an_error_keeps_what_is_drawn_and_typed(service, words):
    act(service, words, action="begin", name="x")
    for wrong in (
        {"action": "begin", "name": "x"},
        {"action": "begin", "name": ""},
        {"action": "begin", "name": "y" * 10_000},
        {"action": "suppose", "name": "x", "revision": 1, "kind": "lock", "product_id": "no-such"},
        {"action": "suppose", "name": "x", "revision": 1, "kind": "cap", "amount": "many"},
        {"action": "suppose", "name": "x", "revision": 1, "kind": "capacity", "amount": "1"},
        {"action": "no such action"},
    ):
        board, change = act(service, words, **wrong)
        assert board is None
        assert (change.only_toast, change.toast.kind) == (True, "problem")
    assert service.scenarios.get("x").revision == 1


def test_the_second_writer_sees_what_the_first_one_wrote(service, words):
    act(service, words, action="begin", name="x")
    service.scenarios.add("x", CapLaunches(2), 1)
    board, change = act(service, words, action="suppose", name="x", revision=1, kind="cap", amount="3")
    assert "changed meanwhile" in change.toast.text
    assert board.said["x"] == ("at most 2 launches in each week",)


@pytest.mark.parametrize(
    ("request_", "item"),
    [
        ({"kind": "lock", "product_id": " P1 ", "week": "2017-W41"}, Lock("P1", WEEK)),
        ({"kind": "exclude", "product_id": "P1", "placement": "shelf"}, Exclude("P1", None, "shelf")),
        ({"kind": "cap", "amount": "2", "group": "Soup"}, CapLaunches(2, None, "Soup")),
        (
            {"kind": "capacity", "amount": "0", "week": "2017-W41", "placement": "shelf"},
            SetCapacity(WEEK, "shelf", 0),
        ),
        ({"kind": "forecast", "product_id": "P1", "amount": "0.8"}, ScaleForecast("P1", 0.8)),
    ],
)
def test_the_form_becomes_a_typed_intervention(request_, item):
    assert intervention_of(Request("suppose", **request_)) == item


def test_what_the_page_sends_is_not_trusted():
    sent = {"action": "drop", "name": None, "revision": "²", "number": -1, "chosen": "x"}
    assert read_request(sent) == Request("drop")
    assert read_request({"action": "open", "chosen": ["a", 1], "revision": "3"}).chosen == ("a", "1")


def test_hostile_names_stay_text(service, words, hostile):
    act(service, words, action="begin", name=hostile)
    board, _ = act(service, words, action="begin", name="child", parent=hostile, chosen=None)
    drawn = str(scenarios_html(board, words))
    assert "<img" not in drawn
    assert escape(hostile[:20]) in drawn
    service.scenarios.adopt(hostile, 1, service.current_plan().version)
    assert "<img" not in str(ledger_html(service.ledger(), "", words))


def test_scenarios_that_cannot_hold_say_why_beside_the_others(service, words):
    act(service, words, action="begin", name="x")
    old = service.scenarios.get("x")
    gone = type(old)(**{**vars(old), "fingerprint": "other", "interventions": (Lock("gone"),)})
    service.store.scenarios.change(gone, "test")
    board, _ = act(service, words, action="open", chosen=("x",))
    assert "x: Product gone does not wait" in str(scenarios_html(board, words))


def test_the_empty_screens_say_what_to_do(service, words):
    board, _ = act(service, words, action="open")
    assert words("scenario.empty") in str(scenarios_html(board, words))
    assert words("ledger.empty") in str(ledger_html((), "", words))
    assert "no disk" in str(ledger_html((), "no disk", words))
    assert 'aria-pressed="true"' in str(pages_html(words))


def test_the_ledger_shows_price_forecast_and_whether_it_stands(service, words):
    stored = service.current_plan()
    launch = stored.plan.launches[0]
    moved = service.lock(launch.product_id, launch.week + timedelta(weeks=1), launch.placement, stored.version)
    entries, problem = decisions.open_ledger(service, words)
    drawn = str(ledger_html(entries, problem, words))
    assert words.signed(moved.plan.objective - stored.plan.objective) in drawn
    assert f"#{launch.product_id}</b>" in drawn
    assert words("ledger.state_waiting") in drawn
    assert f"<td>{words('ledger.yes')}</td>" in drawn


def test_a_ledger_that_cannot_be_read_says_so(service, words, monkeypatch):
    monkeypatch.setattr(service, "ledger", lambda: 1 / 0)
    entries, problem = decisions.open_ledger(service, words)
    assert entries == ()
    assert "log names it" in problem


def test_page_has_a_value_for_every_widget_that_an_action_redraws(service, words):
    outputs = {fn.name: len(fn.outputs) for fn in build_ui(service).fns.values()}
    for shown, change in decisions.act(service, Request("begin", "x"), words):
        assert len(draw_acted(shown, change, words)) == outputs["act"]
