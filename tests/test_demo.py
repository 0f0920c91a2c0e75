"""The main job on the real thing: Complete Journey, all-MiniLM-L6-v2, SmolLM2. Built once, kept between runs."""

from __future__ import annotations

import io

import docx
import pytest

from copilot.briefs import brief_bytes
from copilot.generators import open_generator
from copilot.service import Finished
from copilot.settings import Settings
from copilot.start import build, open_copilot
from copilot.verifier import verify_sentence
from ranking.agreement import counterfactual_agreement
from retrieval.weeks import format_week

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def settings(request, tmp_path_factory):
    """A workspace in pytest's cache, so that only a change of data, code version or weights builds it again."""
    folder = request.config.cache.mkdir("demo")
    return Settings(workspace=folder / "workspace", pseudonym_key_file=folder / "pseudonym.key")


@pytest.fixture(scope="module")
def demo(settings, onboard_folder):
    writer = open_generator("onboard", cache=onboard_folder.parent, threads=settings.threads)
    service = open_copilot(settings, build(settings), writer)
    yield service
    service.close()


@pytest.fixture(scope="module")
def stored(demo):
    return demo.current_plan()


def test_the_data_are_those_that_were_promised(demo):
    report = demo.engine.report
    assert report.as_of.isoformat() == "2017-10-09"
    assert report.rows["events"] > 1_000_000
    assert 1_500 < report.n_candidates < 2_100
    assert 3_000 < report.n_past_launches < 4_000
    assert report.simulated == ("queries",)


def test_no_outcome_of_a_candidate_can_be_read(demo):
    query = demo.engine.workspace.query
    assert query("SELECT max(ts) < DATE '2017-10-09' AS ok FROM events")["ok"].iloc[0]
    assert query("SELECT max(week) < DATE '2017-10-09' AS ok FROM placements")["ok"].iloc[0]
    candidates = query(
        "SELECT count(launch_date) AS dated, count(price) AS priced FROM products WHERE status = 'candidate'"
    )
    assert candidates.to_dict("records") == [{"dated": 0, "priced": 0}]
    sold = query("SELECT count(*) AS n FROM events e JOIN products p USING (product_id) WHERE p.status = 'candidate'")
    assert sold["n"].iloc[0] == 0


def test_shoppers_are_pseudonyms(demo):
    users = demo.engine.workspace.query("SELECT DISTINCT user_id FROM events LIMIT 20")["user_id"]
    assert all(len(user) == 32 for user in users)


def test_the_plan_fills_the_calendar_with_a_proof(demo, stored):
    assert stored.plan.gap <= 1e-3
    assert {launch.week for launch in stored.plan.launches} == set(demo.engine.weeks)
    assert len(demo.engine.placements) == 6


def test_counterfactuals_equal_a_solve_from_scratch(demo):
    engine = demo.engine
    assert counterfactual_agreement(engine.problem, 4, planner=engine.planner)["share"] == 1.0


@pytest.mark.parametrize("form", ["Why is {title} in week {week}?", "why did you put #{id} into W{week}"])
def test_why_is_answered_with_verified_sentences(demo, stored, form):
    titles = [launch.title for launch in stored.plan.launches]
    launch = next(launch for launch in stored.plan.launches if titles.count(launch.title) == 1)
    message = form.format(title=launch.title, id=launch.product_id, week=launch.week.isocalendar().week)
    events = list(demo.ask(message))
    answer = events[-1].answer
    sheet = next(event.sheet for event in events if hasattr(event, "sheet"))
    assert isinstance(events[-1], Finished)
    assert answer.question.intent.value == "why_here"
    slot = next(fact for fact in answer.facts if fact.name == "launch_slot")
    assert (slot.subject, slot.value) == (launch.product_id, launch.week)
    assert len(answer.sentences) >= 4
    for sentence in answer.sentences:
        assert sentence.origin in ("writer", "phrase")
        assert verify_sentence(sentence.text, sheet, demo.parser("en").phrases).ok
    assert any(fact.source.simulated for fact in answer.facts)


def test_search_finds_what_words_and_meaning_say(demo):
    assert any("Chocolate" in hit.title for hit in demo.search("dark chocolate bar", 10))
    assert "Diapers" in demo.search("diapers", 1)[0].title
    assert any("Toothpaste" in hit.title for hit in demo.search("toothpaste for children", 10))


@pytest.mark.parametrize("kind", ["rhythm", "week", "product", "left out"])
def test_briefs_hold_only_numbers_that_are_facts(demo, stored, unsourced, kind):
    planned = {launch.product_id for launch in stored.plan.launches}
    target = {
        "rhythm": "rhythm",
        "week": format_week(stored.plan.launches[0].week),
        "product": max(stored.plan.launches, key=lambda launch: launch.expected_units).product_id,
        "left out": next(one for one in demo.engine.problem.product_ids if one not in planned),
    }[kind]
    brief = demo.brief(target)
    assert unsourced(brief) == []
    document = docx.Document(io.BytesIO(brief_bytes(brief, "docx")))
    assert document.core_properties.identifier == brief.edition.mark
    assert len(document.inline_shapes) == len(brief.charts)
    if kind == "rhythm":
        counts = [sum(launch.week == week for launch in stored.plan.launches) for week in demo.engine.weeks]
        cells = " | ".join(map(str, [*counts, sum(counts)]))
        assert f"| **All categories** | plan | {cells}[^F" in brief.markdown
