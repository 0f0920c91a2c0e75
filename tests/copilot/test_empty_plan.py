"""A plan without launches: each reason is told with what to do, and doing it helps."""

import re
from datetime import date

import pytest

from copilot.empty_plan import why_empty
from copilot.engine import Engine, PlanningSettings
from copilot.start import build_workspace
from ranking.interventions import Exclude
from retrieval.search import CatalogueSearch
from retrieval.sources import open_source


@pytest.fixture
def engine_as_of(launched_files, tmp_path, encoder):
    """Build the shop of `launched_files` as of a day and open an engine over it."""

    def open_engine(as_of: date | None) -> Engine:
        root, source = tmp_path / "workspace", open_source("files", launched_files)
        workspace = build_workspace(root, source, encoder, pseudonym_key=b"k" * 32, as_of=as_of)
        return Engine(workspace, CatalogueSearch.load(workspace.index, encoder), PlanningSettings())

    return open_engine


def advised_day(line: str) -> date:
    return date.fromisoformat(re.search(r"--as-of (\S+)$", line)[1])


def test_when_all_were_launched_an_earlier_day_has_candidates(engine_as_of, phrases):
    engine = engine_as_of(None)
    assert engine.solve().launches == ()
    line = why_empty(engine, phrases)
    assert line.startswith(f"No product waits for its launch: all 30 products were on sale before {engine.as_of}.")
    earlier = engine_as_of(advised_day(line))
    assert len(earlier.solve().launches) == earlier.report.n_candidates > 0


def test_when_none_has_a_forecast_a_later_day_has_some(engine_as_of, phrases):
    engine = engine_as_of(date(2024, 1, 15))
    assert engine.solve().launches == ()
    line = why_empty(engine, phrases)
    assert line.startswith("28 products wait for launch, but none has a forecast")
    assert engine_as_of(advised_day(line)).solve().launches


def test_when_rules_leave_no_slot_it_says_where_to_look(engine, phrases):
    everything = [Exclude(product_id) for product_id in engine.problem.product_ids]
    assert engine.solve(everything).launches == ()
    assert "exclusions" in why_empty(engine, phrases)
