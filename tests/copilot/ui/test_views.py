"""Views: what they show, and that untrusted text never becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from markupsafe import escape

import copilot.ui
from copilot.answer import Sentence, WriterReport
from copilot.ui import formats, handlers
from copilot.ui.asks import first_questions
from copilot.ui.markup import plot_text
from copilot.ui.state import (
    BuildStage,
    BuildStatus,
    FactDrawer,
    LaunchDrawer,
    Option,
    Part,
    Thread,
    Toast,
    Turn,
)
from copilot.ui.views_calendar import N_COLOURS, calendar_html, colour_keys
from copilot.ui.views_chat import SHOWN_TURNS, thread_html
from copilot.ui.views_drawer import SECTIONS, drawer_html, evidence_sections
from copilot.ui.views_facts import subject_text, table_html, value_text
from copilot.ui.views_first_run import first_run_html
from copilot.ui.views_header import header_html, notices_html
from copilot.ui.views_plots import analogues_figure, demand_figure, score_figure
from copilot.ui.views_toast import toast_html
from ranking.ranker import ScoreParts

WEEK = date(2017, 10, 9)
UI_FOLDER = Path(copilot.ui.__file__).parent
TAGS = "a article b button caption dd div dl dt em footer h1 h2 h3 header i li main nav ol option p path rect section"
TABLE_TAGS = "circle select small span svg table tbody td tfoot th thead tr ul"
ORIGIN_TAGS = "details summary"
ALLOWED_TAGS = frozenset(f"{TAGS} {TABLE_TAGS} {ORIGIN_TAGS}".split())


class Page(HTMLParser):
    """Reads HTML as a browser does and keeps its tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.buttons: list[dict[str, str]] = []
        self.said = ""
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "button":
            self.buttons.append({name: value or "" for name, value in attrs})

    def handle_data(self, data: str) -> None:
        self.said += data

    def chips(self) -> list[dict[str, str]]:
        return [button for button in self.buttons if "lc-chip" in button.get("class", "")]


def assert_harmless(html: str) -> Page:
    page = Page(html)
    assert set(page.tags) <= ALLOWED_TAGS
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    return page


@pytest.fixture
def board(copilot, words):
    return handlers.open_board(copilot, words)


@pytest.fixture
def drawer(copilot):
    return LaunchDrawer(copilot.evidence("P0"), 1, date(2017, 10, 16))


@pytest.fixture
def turn(copilot, answer_to, hostile):
    answer = answer_to("Why here?")
    parts = (Part("product", "P1", "Cola", (Option("P0", hostile),)),)
    return Turn(
        "Why here?", "done", answer.question, parts, answer.sentences, answer.facts, answer.plan_version, "writer"
    )


def test_calendar_shows_each_launch_once_with_its_expected_units(board, words):
    page = assert_harmless(calendar_html(board, words))
    launches = board.stored.plan.launches
    assert sorted(chip["data-product"] for chip in page.chips()) == sorted(launch.product_id for launch in launches)
    shown = {chip["data-product"]: chip["data-tip-units"] for chip in page.chips()}
    assert shown["P1"] == "5.5 units expected, 1.2 to 10.5"


def test_launches_with_the_same_title_show_their_ids_and_others_do_not(board, words):
    stored = board.stored
    launches = tuple(
        replace(launch, title="Cards  Seasonal" if launch.product_id == "P1" else "Cards Seasonal")
        if launch.product_id in ("P1", "P2")
        else launch
        for launch in stored.plan.launches
    )
    alike = replace(board, stored=replace(stored, plan=replace(stored.plan, launches=launches)))
    html = calendar_html(alike, words)
    assert sorted(re.findall(r'<small class="lc-id">(.*?)</small>', html)) == ["#P1", "#P2"]
    spoken = {chip["data-product"]: chip["aria-label"] for chip in Page(html).chips()}
    assert spoken["P1"].startswith("Cards Seasonal #P1, ")
    assert "#P3" not in spoken["P3"]
    assert 'class="lc-id"' not in calendar_html(board, words)


def test_drawer_always_shows_the_product_s_id(drawer, words):
    assert "#P0" in Page(drawer_html(drawer, words)).said


def test_calendar_totals_are_the_sums_of_its_weeks(board, words):
    page = Page(calendar_html(board, words))
    first_week = board.stored.plan.launches_in(date(2017, 10, 9))
    total = sum(launch.expected_units for launch in first_week)
    assert words("calendar.total_units", units=words.number(total)) in page.said
    assert words("calendar.total_launches", n=len(first_week)) in page.said


def test_calendar_marks_free_places_and_locked_launches(board, words):
    n_places = sum(slot.capacity for slot in board.slots)
    html = calendar_html(board, words)
    free = sum(int(n) for n in re.findall(r'<div class="lc-open">(\d+) free</div>', html))
    assert free == n_places - len(board.stored.plan.launches)
    assert html.count("<svg") == 0
    assert calendar_html(replace(board, locked=frozenset({"P1"})), words).count("<svg") == 1


def test_calendar_without_launches_says_why_and_what_to_do(copilot, words, monkeypatch):
    stored = copilot.current_plan()
    monkeypatch.setattr(copilot, "plans", {1: replace(stored, plan=replace(stored.plan, launches=()))})
    copilot.engine.report = SimpleNamespace(n_candidates=40)
    said = Page(calendar_html(handlers.open_board(copilot, words), words)).said
    assert "40 products have a forecast" in said
    assert "COPILOT_WEEKS" in said


def test_each_cell_of_the_calendar_says_what_it_holds(board, words):
    closed = replace(
        board, slots=tuple(slot for slot in board.slots if slot.placement != "in-aisle" or slot.week == WEEK)
    )
    spoken = [value for name, value in Page(calendar_html(closed, words)).attributes if name == "aria-label"]
    assert "2017-W41, front end cap: 2 launches, 0 free" in spoken
    assert "2017-W44, in-aisle: no slot here" in spoken


def test_hostile_title_stays_text_in_calendar_and_drawer(copilot, board, drawer, words, hostile):
    page = assert_harmless(calendar_html(board, words))
    assert [chip for chip in page.chips() if chip["data-tip-title"] == hostile]
    head = assert_harmless(drawer_html(drawer, words))
    assert hostile in head.said
    headings, _ = evidence_sections(drawer, words)
    assert "potato <b>chips</b>" in assert_harmless("".join(headings)).said


def test_hostile_title_cannot_leave_a_plot_label(drawer, words, hostile):
    figure = analogues_figure(drawer.evidence.analogues, drawer.evidence.forecast, words)
    labels = [note.text for note in figure.layout.annotations]
    assert not [label for label in labels if "<" in label]
    assert [label for label in labels if label.startswith("Past &lt;img")]
    assert not [trace for trace in figure.data if hostile in str(trace.hovertemplate)]


def test_plot_text_is_one_escaped_line():
    assert plot_text("a\n<b>b</b>\x00 & c") == "a &lt;b&gt;b&lt;/b&gt; &amp; c"
    assert plot_text("x" * 100, 10) == "x" * 9 + "…"


def test_few_groups_have_their_own_colours_and_many_share_their_first_level():
    few, legend = colour_keys(["A > a", "A > b", "A > b"])
    assert (few["A > a"].colour, few["A > b"].colour) == (2, 1)
    assert [key.label for key in legend] == ["A > b", "A > a"]
    groups = [f"Top {i % 12} > group {i}" for i in range(60)]
    many, legend = colour_keys(groups)
    assert many["Top 3 > group 3"] == many["Top 3 > group 15"]
    assert len(legend) == N_COLOURS + 1
    assert legend[-1].colour == 0
    assert sum(key.n_launches for key in legend) == 60


def test_header_names_plan_gap_and_writer(board, words):
    page = assert_harmless(header_html(board, words))
    for text in ("v1", "0.040%", "9 Oct 2017", "2017-W41", "scripted writer"):
        assert text in page.said


def test_header_says_who_writes_in_whose_place(board, words):
    fallen = replace(board, writer=WriterReport("phrases", "a server", "It is gone."))
    said = Page(header_html(fallen, words)).said
    assert f"{words('header.phrases')} {words('header.writer_note', writer='a server')}" in said
    assert "in place of" not in Page(header_html(board, words)).said


def test_waiting_header_keeps_each_place_and_is_not_read_aloud(board, words):
    waiting, read = (str(header_html(board, words, waiting=value)) for value in (True, False))
    assert waiting.replace('lc-facts lc-waiting" aria-hidden="true"', 'lc-facts"') == read
    assert '<dl class="lc-facts lc-waiting" aria-hidden="true">' in waiting


def test_notices_are_escaped_and_absent_when_there_are_none(copilot, words):
    page = assert_harmless(notices_html(copilot.notices(), words))
    assert "no <market> table" in page.said
    assert notices_html((), words) == ""


def test_thread_shows_sentences_with_citations_behind_the_punctuation(turn, words):
    html = thread_html(Thread("T1", (turn,)), (), words)
    page = assert_harmless(html)
    cites = [button for button in page.buttons if "lc-cite" in button["class"]]
    assert [(cite["data-turn"], cite["data-fact"]) for cite in cites] == [("0", "F1"), ("0", "F2")]
    assert "It is expected to sell 4.5 units.F1" in page.said
    assert "[F1]" not in page.said


def test_commas_and_words_after_a_citation_keep_their_place(turn, words):
    first = replace(turn.sentences[0], text="It is planned [F1], and moved [F1, F2] there [F2].")
    page = assert_harmless(thread_html(Thread("T1", (replace(turn, sentences=(first,)),)), (), words))
    assert "It is planned,F1 and movedF1F2 there.F2" in page.said


def test_thread_marks_who_wrote_each_sentence_and_opens_what_was_rejected(turn, words):
    html = thread_html(Thread("T1", (turn,)), (), words)
    marks = re.findall(r'<summary title="([^"]*)" aria-label="\1">.*?</summary>(.*?)</details>', html)
    assert [mark for mark, _ in marks] == [
        words("chat.origin_writer", writer="writer"),
        escape(words("chat.origin_replaced", writer="writer")),
    ]
    assert "rejected" not in marks[0][1]
    assert "It will &lt;b&gt;surely&lt;/b&gt; sell 900 units." in marks[1][1]
    assert re.findall(r'class="lc-s lc-s-(\w+)"', html) == ["writer", "replaced", "template"]
    said = Page(html).said
    assert words("chat.by_writer", n=1, writer="writer") in said
    assert words("chat.by_phrase", n=1, replaced=1) in said


def test_sentences_of_two_writers_are_told_apart_and_the_hand_over_is_said(turn, words, hostile):
    first = Sentence("It sells [F1].", ("F1",), True, "writer", writer="a server")
    second = Sentence("It is planned [F2].", ("F2",), True, "writer", writer="the backup")
    told = replace(turn, sentences=(first, second), writer="the backup", instead_of="a server", failure=hostile)
    page = assert_harmless(thread_html(Thread("T1", (told,)), (), words))
    for writer in ("a server", "the backup"):
        assert words("chat.by_writer", n=1, writer=writer) in page.said
        assert ("title", words("chat.origin_writer", writer=writer)) in page.attributes
    assert "the backup in place of a server" in page.said
    assert words("chat.same_again") not in page.said


def test_a_waiting_turn_shows_its_place_and_its_facts_and_a_writing_one_its_sentences(turn, words):
    waiting = replace(turn, state="waiting", sentences=(), essential=("F1", "F2"), place=2, behind="writer")
    html = thread_html(Thread("T1", (waiting,)), (), words)
    page = assert_harmless(html)
    assert words("chat.waiting_writer", place=2) in page.said
    assert words("chat.known") in page.said
    assert len([button for button in page.buttons if "lc-cite" in button["class"]]) == 2
    assert 'data-place="2"' in html
    writing = replace(turn, state="writing", essential=("F1", "F2"))
    assert words("chat.known") not in assert_harmless(thread_html(Thread("T1", (writing,)), (), words)).said


@pytest.mark.parametrize(
    ("place", "said"), [(1, "Next"), (2, "2nd"), (3, "3rd"), (4, "4th"), (12, "12th"), (21, "21st")]
)
def test_places_in_line_are_said_as_ordinals(words, place, said):
    assert words("chat.waiting_writer", place=place).startswith(f"{said} in line")


def test_the_ways_to_ask_once_more_are_labelled_and_absent_while_busy(turn, words):
    wished = replace(turn, wishes=("again", "shorter"))
    page = assert_harmless(thread_html(Thread("T1", (wished,)), (), words))
    assert [button["data-wish"] for button in page.buttons if "data-wish" in button] == ["again", "shorter"]
    assert ("aria-label", words("chat.wishes")) in page.attributes
    assert words("chat.wish_again") in page.said
    busy = assert_harmless(thread_html(Thread("T1", (wished, replace(wished, state="writing"))), (), words))
    assert not [button for button in busy.buttons if "data-wish" in button]


def test_hostile_question_and_answer_stay_text(turn, words, hostile):
    said = Sentence(f"It is {hostile} [F1] [F99].", ("F1",), True, "writer")
    page = assert_harmless(thread_html(Thread("T1", (replace(turn, question=hostile, sentences=(said,)),)), (), words))
    assert hostile in page.said
    assert len([button for button in page.buttons if "lc-cite" in button["class"]]) == 1  # F99 is no fact


@pytest.mark.parametrize(("state", "key"), [("reading", "reading"), ("writing", "writing"), ("stopped", "stopped")])
def test_thread_says_what_it_is_doing(turn, words, state, key):
    assert words(f"chat.{key}") in Page(thread_html(Thread("T1", (replace(turn, state=state),)), (), words)).said


def test_failed_turn_shows_its_problem_escaped(words, hostile):
    failed = Turn("Why?", "failed", problem=hostile)
    assert hostile in assert_harmless(thread_html(Thread("T1", (failed,)), (), words)).said


def test_empty_thread_suggests_questions_about_real_launches(copilot, words):
    choices = first_questions(copilot, words)
    page = assert_harmless(thread_html(Thread(), choices, words))
    asked = [button["data-question"] for button in page.buttons]
    top = max(copilot.current_plan().plan.launches, key=lambda launch: launch.expected_units)
    assert asked[0] == f"Why is {top.title} #{top.product_id} in {formats.week(top.week)}?"
    assert f"#{top.product_id}" not in page.said


def test_long_threads_and_questions_are_cut(turn, words):
    many = Thread("T1", (replace(turn, question="x" * 5000),) * (SHOWN_TURNS + 5))
    html = thread_html(many, (), words)
    assert html.count("<article") == SHOWN_TURNS
    assert len(html) < 5000 * SHOWN_TURNS
    assert words("chat.restored") in html


def test_drawer_offers_only_what_can_be_asked(copilot, words):
    def disabled(product_id: str) -> list[str]:
        drawer = handlers.open_launch(copilot, product_id, words).drawer
        buttons = Page(drawer_html(drawer, words)).buttons
        return [button["data-act"] for button in buttons if "disabled" in button]

    assert disabled("P1") == []
    assert disabled("P39") == ["ask", "ask", "lock"]  # not in the plan: no reason, no later week, no slot to lock


def test_drawer_without_evidence_says_so_in_each_section(drawer, words):
    bare = replace(drawer.evidence, forecast=None, parts=None, analogues=(), demand=None)
    headings, figures = evidence_sections(replace(drawer, evidence=bare), words)
    assert figures == (None, None, None, None)
    assert words("section.demand_empty") in headings[3]


def test_simulated_search_demand_says_so_in_heading_and_picture(drawer, words):
    headings, figures = evidence_sections(drawer, words)
    assert words("drawer.simulated") in headings[3]
    assert "SIMULATED" in str(figures[3].layout.annotations)
    observed = replace(drawer.evidence.demand, simulated=False)
    assert "SIMULATED" not in str(demand_figure(observed, words).layout.annotations)


def test_band_and_forecast_never_run_through_a_name(drawer, words):
    figure = analogues_figure(drawer.evidence.analogues, drawer.evidence.forecast, words)
    names = [note for note in figure.layout.annotations if note.xref == "paper"]
    shapes = sorted((shape.y0, shape.y1) for shape in figure.layout.shapes)
    assert len(names) == 5
    assert len(shapes) == 2 * 5
    for name in names:  # a name of 11 pixels stands above its place; a row has about 40 pixels
        assert not [1 for low, high in shapes if low < name.y + 14 / 40 and high > name.y]


def test_waterfall_steps_lead_from_the_forecast_to_the_expected_units(words):
    parts = ScoreParts(10.0, 1.2, 0.5, expected_units=6.0, low=1.0, high=9.0, delay_ratio=0.9)  # 10 x 1.2 x 0.5 = 6
    base, *steps, expected = score_figure(parts, words).data[0].y
    assert steps == pytest.approx([2.0, -6.0])
    assert base + sum(steps) == pytest.approx(expected)


def test_the_placement_s_step_is_explained_beside_its_past_lift(copilot, drawer, words):
    headings, _ = evidence_sections(drawer, words)
    assert "products sold ×1.31 (1.12 to 1.52) as much" in headings[1]
    assert "The placement changes the forecast ×1.20" in headings[1]
    unjudged = replace(drawer, evidence=replace(drawer.evidence, lift=None))
    assert "×1.31" not in evidence_sections(unjudged, words)[0][1]


def test_fact_shows_value_interval_source_check_and_rows(copilot, turn, words, hostile):
    fact = turn.facts[0]
    drawn = FactDrawer(fact, copilot.fact_rows(fact), turn.sentence_citing("F1"), 1)
    page = assert_harmless(drawer_html(drawn, words))
    for text in ("4.5 units", "1.2 to 9.5", "purchases", words("fact.check_passed"), "Cola", hostile[:40]):
        assert text in page.said


def test_what_a_fact_is_about_names_nothing_twice(turn, words):
    price = replace(turn.facts[0], subject="in-aisle", subject_label="in-aisle", placement="in-aisle", week=WEEK)
    assert subject_text(price) == "in-aisle · 2017-W41"


@pytest.mark.parametrize(
    ("n", "more", "said"), [(1, False, "1 row of"), (2, False, "all 2 rows of"), (2, True, "first 2 rows")]
)
def test_fact_says_whether_these_are_all_of_its_rows(copilot, turn, words, n, more, said):
    rows = copilot.fact_rows(turn.facts[0]).head(n)
    assert said in Page(drawer_html(FactDrawer(turn.facts[0], rows, None, 1, more_rows=more), words)).said


def test_replaced_sentence_shows_what_the_writer_had_said(turn, words):
    drawn = FactDrawer(turn.facts[1], None, turn.sentence_citing("F2"), 1)
    page = assert_harmless(drawer_html(drawn, words))
    assert words("fact.check_replaced") in page.said
    assert "It will <b>surely</b> sell 900 units." in page.said
    assert "re-solved without the slot" in page.said


def test_simulated_fact_says_so(copilot, turn, words):
    fact = replace(turn.facts[0], source=replace(turn.facts[0].source, simulated=True))
    page = Page(drawer_html(FactDrawer(fact, copilot.fact_rows(fact), None, 1), words))
    assert words("drawer.simulated") in page.said
    assert words("fact.simulated") in page.said


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234.5, "units", "1,234 units"),
        (0.957, "ratio", "×0.96"),
        (date(2017, 10, 23), "week", "2017-W43"),
        ("front end cap", "placement", "front end cap"),
        (3, "launches per week", "3 launches per week"),
    ],
)
def test_values_are_written_with_their_units(turn, words, value, unit, text):
    assert value_text(replace(turn.facts[0], value=value, unit=unit), words) == text


def test_table_escapes_names_and_cells_and_cuts_long_ones():
    rows = pd.DataFrame(
        {"<i>": ["<b>x</b>" * 100, None], "n": [1.5, float("nan")], "t": [datetime(2017, 1, 1, tzinfo=UTC)] * 2}
    )
    page = assert_harmless(table_html(rows))
    assert "<i>" in page.said
    assert len(page.said) < 400
    assert "nan" not in page.said.lower()


def test_toast_offers_undo_only_when_there_is_a_way_back(words, hostile):
    page = assert_harmless(toast_html(Toast(hostile, undo_version=3), "a", words))
    assert [button.get("data-version") for button in page.buttons] == ["3", None]
    assert hostile in page.said
    assert not Page(toast_html(Toast("…", "working"), "a", words)).buttons


def test_first_run_shows_stages_then_the_way_in_or_the_reason(words, hostile):
    stages = (BuildStage("data", 1.0, done=True), BuildStage("encode", 0.42), BuildStage(hostile, None, "note"))
    page = assert_harmless(first_run_html(BuildStatus(stages), words))
    for text in (words("first_run.stage_data"), "42%", hostile, "note"):
        assert text in page.said
    assert words("first_run.open") in Page(first_run_html(BuildStatus(stages, finished=True), words)).said
    failed = assert_harmless(first_run_html(BuildStatus(stages, problem=hostile), words))
    assert hostile in failed.said


def test_every_word_that_the_screen_uses_exists_and_is_used(words):
    code = "\n".join(path.read_text("utf-8") for path in UI_FOLDER.glob("*.py"))
    literal = set(re.findall(r"words\(\s*[\"']([\w.]+)[\"']", code))
    literal |= set(re.findall(r'"([a-z_]+\.[a-z_]+)"', code)) & words.keys()
    assert literal - words.keys() == set()
    built = ("unit.", "view.", "first_run.stage_", "notice.", "status.", "fact.kind_", "chat.origin_")
    built += ("page.", "scenario.col_", "scenario.kind_", "ledger.col_", "ledger.kind_", "ledger.state_")
    built += ("chat.wish_", "chat.length_", "chat.waiting_")
    named = {f"section.{key}" for key in SECTIONS} | {f"chat.{state}" for state in ("reading", "collecting", "writing")}
    named |= {"drawer.lock", "drawer.unlock"}
    unused = {key for key in words.keys() - literal - named if not key.startswith(built)}
    assert unused == {"ask.brief"}  # named by the button's kind


def test_numbers_are_written_alike_on_screen_and_in_answers(words):
    assert [words.number(x) for x in (0.35, 3.21, 1234.5)] == ["0.35", "3.2", "1,234"]
    assert [words.signed(x) for x in (2.3, -2.3, 0.0)] == ["+2.3", "\N{MINUS SIGN}2.3", "0"]
