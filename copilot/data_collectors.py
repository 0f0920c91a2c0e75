"""Collectors about the data itself: its tables and weeks, what is simulated, and how far forecasts held in the past."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from copilot.factsheet import Fact, Source
from copilot.plan_collectors import add_plan_gap
from copilot.planner_facts import add_plan_low, add_plan_worth
from copilot.product_facts import Bench
from copilot.topics import asks
from retrieval.weeks import week_of

if TYPE_CHECKING:
    from copilot.questions import Question

TOPICS = ("simulated", "fresh", "gap", "sure", "off", "size")
_WEEKLY = {"queries": "date", "placements": "week", "market": "date", "slots": "week"}  # table -> its column of time
_ALL_ROWS = "TRUE"


@dataclass(frozen=True)
class _Kept:
    """Rows of one kind: `key` names them in `messages.toml`; `where` finds them in their table."""

    key: str
    table: str
    where: str
    n_rows: int
    first: date | None = None
    last: date | None = None


def data(bench: Bench, question: Question) -> None:
    """What the plan rests on: which data, how fresh, what is simulated, and how near the best plan it is."""
    asked = {topic for topic in TOPICS if asks(bench, question, topic)}
    report = bench.engine.report
    lists = asked <= {"size"} and asks(bench, question, "tables")
    if "simulated" in asked or not (asked or lists):
        say_simulated(bench)
    if "fresh" in asked:
        bench.sheet.must_say(_add_gap_to_plan(bench))
    if "fresh" in asked or lists or not asked:
        bench.sheet.must_say(*(_add_kept(bench, one) for one in _kept(bench)))
    if lists:
        bench.sheet.must_say(_add_gap_to_plan(bench))
    if {"gap", "sure"} & asked:
        bench.sheet.must_say(*(add_accuracy(bench) if "sure" in asked else ()))
        bench.sheet.must_say(add_plan_gap(bench))
        bench.sheet.must_say(*((add_plan_low(bench), add_plan_worth(bench)) if "sure" in asked else ()))
    if asked <= {"size"}:
        _add_size(bench)
    if "sure" in asked:
        bench.sheet.say("how_sure", closing=True)
    if "off" in asked:
        off = report.switched_off
        bench.sheet.say("switched_off" if off else "nothing_off", reasons=" ".join(off.values()))
    if lists:
        say_simulated(bench, closing=True)


def say_simulated(bench: Bench, *, closing: bool = False) -> None:
    """Say which tables are simulated, by the names that operators know them by."""
    labels = (bench.sources.phrases.label(f"table.{table}") for table in bench.engine.report.simulated)
    key = "simulated" if bench.engine.report.simulated else "not_simulated"
    bench.sheet.say(key, closing=closing, tables=", ".join(labels))


def add_past_launches(bench: Bench) -> Fact:
    """Add how many past launches the data hold."""
    return bench.sheet.add(
        "data_launches", "plan", "plan", int(bench.engine.report.n_past_launches), bench.sources.report()
    )


def add_accuracy(bench: Bench) -> tuple[Fact, ...]:
    """Add what the build measured of its forecasts on past launches; where it measured nothing, say how to get it."""
    found = bench.engine.accuracy
    if found is None or found.skipped:
        bench.sheet.say("accuracy_unknown", closing=True, reason=found.skipped if found else "")
        return ()
    source = bench.sources.accuracy()
    shares = {
        "backtest_coverage": found.coverage,
        "backtest_error": found.error_share,
        "backtest_peer_error": found.peer_error_share,
    }
    facts = [bench.sheet.add(name, "plan", "plan", float(share), source) for name, share in shares.items()]
    return (*facts, bench.sheet.add("backtest_launches", "plan", "plan", int(found.n_launches), source))


def _add_size(bench: Bench) -> None:
    n_candidates = bench.stored.plan.n_candidates
    candidates = bench.sheet.add("plan_candidates", "plan", "plan", n_candidates, bench.sources.plan())
    bench.sheet.must_say(candidates, add_past_launches(bench))


def _add_gap_to_plan(bench: Bench) -> Fact:
    """Add how many whole weeks lie between the newest data and the plan's first week."""
    end, start = week_of(bench.engine.report.last_day), bench.engine.weeks[0]
    between = max((start - end).days // 7 - 1, 0)
    source = bench.sources.report()
    return bench.sheet.add("data_gap", "plan", "plan", between, source, week=end, other_week=start)


def _add_kept(bench: Bench, kept: _Kept) -> Fact:
    simulated = kept.table in bench.engine.report.simulated
    note = bench.sources.phrases.note("table", simulated=simulated)
    source = Source("rows", kept.table, kept.where, note=note, simulated=simulated)
    label = bench.sources.phrases.label(f"table.{kept.key}")
    about = ("data_rows", kept.key, label, kept.n_rows, source)
    return bench.sheet.add(*about, week=kept.first, other_week=kept.last)


def _kept(bench: Bench) -> Iterator[_Kept]:
    """Yield what the clean tables hold: the catalogue, each kind of event, most first, then the others."""
    workspace = bench.engine.workspace
    catalogue = workspace.query("SELECT count(*) AS n FROM products")
    yield _Kept("products", "products", _ALL_ROWS, int(catalogue["n"].iloc[0]))
    events = workspace.query(
        "SELECT type, count(*) AS n, min(ts) AS first, max(ts) AS last FROM events GROUP BY type ORDER BY n DESC, type"
    )
    for row in events.to_dict("records"):
        yield _counted(str(row["type"]), "events", f"type = '{row['type']}'", row)
    for table, column in _WEEKLY.items():
        if not workspace.has(table):
            continue
        rows = workspace.query(f"SELECT count(*) AS n, min({column}) AS first, max({column}) AS last FROM {table}")
        if int(rows["n"].iloc[0]):
            yield _counted(table, table, _ALL_ROWS, rows.to_dict("records")[0])


def _counted(key: str, table: str, where: str, row: Mapping[Hashable, Any]) -> _Kept:
    """Return what a query counted: its `n` rows, and the weeks of the `first` and `last`."""
    return _Kept(key, table, where, int(row["n"]), week_of(row["first"].date()), week_of(row["last"].date()))
