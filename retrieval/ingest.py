"""Ingest: a source becomes the clean tables of a data folder, with a quarantine and a report.

    batches -> pseudonyms -> contract check -> staged Parquet -> settled in DuckDB -> clean tables | held-out rows

No table is ever whole in memory; what breaks the contract is set aside with its reason and counted.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from retrieval.contracts import TABLES
from retrieval.errors import EmptyCatalogue, MissingTable, SourceError
from retrieval.progress import Progress, silent
from retrieval.quarantine import Quarantine
from retrieval.report import REPORT_NAME, DataReport
from retrieval.settling import Settled, settle
from retrieval.sources import Source
from retrieval.staging import StagedTable, stage_table
from retrieval.storage import atomic_write
from retrieval.tables import QUARANTINE
from retrieval.weeks import format_week, week_of

__all__ = ["DataReport", "ingest"]


def ingest(
    source: Source, out: Path, *, as_of: date | None, pseudonym_key: bytes, progress: Progress = silent
) -> DataReport:
    """Read `source` and write clean tables, quarantine and report to the folder `out`.

    Args:
        as_of: the Monday from which on everything is held out (another day counts as its week's Monday); None takes the
            source's default, or else the Monday after the last event.
        pseudonym_key: the key of `retrieval.privacy`; no raw shopper id is written anywhere.
    Returns:
        The report that is also in `out`/report.json.
    Raises:
        MissingTable, MissingColumn, NotATable: the source lacks something that it must have.
        EmptyCatalogue: no product row survived the check.
        SourceError: all rows of another table broke the contract, or `as_of` leaves no history.
    """
    _require_tables(source)
    cut = as_of or source.default_as_of
    cut = week_of(cut) if cut else None
    out.mkdir(parents=True, exist_ok=True)
    with _scratch(out) as scratch, Quarantine(out / f"{QUARANTINE}.parquet") as quarantine:
        staged: dict[str, StagedTable] = {}
        tables = source.tables()
        for number, name in enumerate(tables):
            progress("data", number / (len(tables) + 1), f"reading {name}")
            staged[name] = stage_table(source, name, cut, scratch, pseudonym_key, quarantine, progress)
            _require_rows(name, staged[name], quarantine)
        progress("data", len(tables) / (len(tables) + 1), "sorting and writing the clean tables")
        settled = settle(staged, out, cut, quarantine, scratch)
    report = _report(source, settled, staged, quarantine, as_of)
    with atomic_write(out / REPORT_NAME) as path:
        path.write_text(report.to_json(), encoding="utf-8")
    progress("data", 1.0, f"{report.rows['products']:,} products, {report.rows['events']:,} events")
    return report


@contextmanager
def _scratch(out: Path) -> Iterator[Path]:
    folder = out / ".scratch"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _require_tables(source: Source) -> None:
    present = source.tables()
    missing = [name for name, contract in TABLES.items() if contract.required and name not in present]
    if missing:
        raise MissingTable(
            f"The source {source.title!r} lacks the table{'s' if len(missing) > 1 else ''} {' and '.join(missing)}; it "
            f"has {', '.join(present) or 'none'}. Products and events are needed for any plan."
        )


def _require_rows(name: str, staged: StagedTable, quarantine: Quarantine) -> None:
    """A table all of whose rows broke the contract is a mistake in the export, not a set of odd rows."""
    if staged.n_clean:
        return
    if name == "products":
        found = quarantine.summary(name) if staged.n_raw else "the table has no rows"
        raise EmptyCatalogue(f"No product can be used: {found}. Mend the table products and import again.")
    if staged.n_raw:
        raise SourceError(f"No row of the table {name} can be used: {quarantine.summary(name)}. Mend it and try again.")


def _report(
    source: Source,
    settled: Settled,
    staged: Mapping[str, StagedTable],
    quarantine: Quarantine,
    wanted: date | None,
) -> DataReport:
    return DataReport(
        source=source.name,
        title=source.title,
        licence=source.licence,
        as_of=settled.as_of,
        rows=settled.rows,
        held_out=settled.held_out,
        quarantined={table: dict(counts.most_common()) for table, counts in quarantine.counts.items()},
        simulated=tuple(sorted(source.simulated_tables)),
        switched_off=_switched_off(settled),
        n_live=settled.n_live,
        n_candidates=settled.n_candidates,
        n_past_launches=settled.n_past_launches,
        first_day=settled.first_day,
        last_day=settled.last_day,
        notes=(*source.notes(), *_notes(settled, staged, wanted)),
    )


def _switched_off(settled: Settled) -> dict[str, str]:
    """Which features the data cannot feed, and why."""
    off: dict[str, str] = {}
    if not settled.rows.get("queries"):
        off["search_demand"] = "The source has no search log (table queries), so search demand is off."
    if not settled.rows.get("placements"):
        off["placement_lift"] = (
            "The source does not say where products were shown (table placements), so placement effects are off."
        )
    if not settled.rows.get("market"):
        off["market_signals"] = "The source has no market signals (table market), so they are off."
    if not settled.n_past_launches:
        off["forecast"] = "No product was launched within the data early enough to learn from, so forecasts are off."
    if not settled.n_priced:
        off["prices"] = "The source has no prices, so prices play no part."
    return off


def _notes(settled: Settled, staged: Mapping[str, StagedTable], wanted: date | None) -> list[str]:
    notes = []
    if wanted and wanted != settled.as_of:
        notes.append(f"as_of {wanted} is no Monday; its week {format_week(settled.as_of)} was taken.")
    if settled.launches_derived:
        notes.append("The catalogue has no launch dates; they were derived from first sales.")
    if not settled.n_candidates:
        notes.append("No product waits for its launch: every product was on sale before as_of.")
    for name, table in staged.items():
        if table.unknown_columns:
            columns = ", ".join(sorted(table.unknown_columns)[:10])
            notes.append(f"Columns of {name} that the contract does not know were left out: {columns}.")
    return notes
