"""Start: from settings to a built workspace and a Copilot over it; used by the app and the command line."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date
from pathlib import Path

from copilot.engine import Engine, PlanningSettings
from copilot.generators import TextGenerator, open_generator
from copilot.service import Copilot
from copilot.settings import Settings
from copilot.store import Store
from ranking.accuracy import ACCURACY_VERSION
from ranking.models import MODELS_VERSION, TrainingConfig, train_models
from retrieval.encoder import EmbeddingCache, SentenceTransformerEncoder, TextEncoder
from retrieval.index import INDEX_VERSION, build_index
from retrieval.ingest import ingest
from retrieval.privacy import load_or_create_key
from retrieval.progress import Progress, silent
from retrieval.report import DataReport
from retrieval.search import CatalogueSearch
from retrieval.sources import Source, open_source
from retrieval.workspace import Workspace, WorkspaceBuilder

# Raise one when that stage's code makes something else of the same inputs; stages made by older code are then stale.
STAGE_VERSIONS = {"data": 1, "index": INDEX_VERSION, "models": f"{MODELS_VERSION}.{ACCURACY_VERSION}"}


def build(settings: Settings, progress: Progress = silent) -> Workspace:
    """Build the configured source's workspace; see `build_workspace`."""
    return build_workspace(
        settings.workspace,
        open_source(settings.source, settings.source_path),
        open_encoder(settings),
        pseudonym_key=load_or_create_key(settings.pseudonym_key_path),
        as_of=settings.as_of,
        threads=settings.threads,
        progress=progress,
    )


def build_workspace(
    root: Path,
    source: Source,
    encoder: TextEncoder,
    *,
    pseudonym_key: bytes,
    as_of: date | None = None,
    threads: int = 2,
    progress: Progress = silent,
) -> Workspace:
    """Build what is missing or stale: clean tables, index, models. A killed build leaves the last good state.

    Raises:
        SourceError, WorkspaceError, WeightsError: with what to do next.
    """
    as_of = as_of or source.default_as_of
    key_id = hashlib.sha256(pseudonym_key).hexdigest()[:16]
    with WorkspaceBuilder(root, progress) as builder:
        data = builder.stage(
            "data",
            _inputs("data", source=source.fingerprint(), as_of=as_of, key=key_id),
            lambda out: _rows(ingest(source, out, as_of=as_of, pseudonym_key=pseudonym_key, progress=progress)),
        )
        made_of = {"data": builder.content_hash("data"), "encoder": encoder.name}
        staged = Workspace(builder.root, data.parent, threads)
        cache = EmbeddingCache(staged.cache)
        index = builder.stage(
            "index", _inputs("index", **made_of), lambda out: build_index(data, out, encoder, cache, progress)
        )
        search, training = CatalogueSearch.load(index, encoder), TrainingConfig()
        builder.stage(
            "models",
            _inputs("models", **made_of, config=asdict(training)),
            lambda out: _trained(staged, search, out, training, progress),
        )
        staged.close()
        return builder.publish()


def _trained(
    staged: Workspace, search: CatalogueSearch, out: Path, training: TrainingConfig, progress: Progress
) -> dict[str, object]:
    """Train the models, then measure how far their forecasts could have been trusted in the past."""
    from ranking.backtest import measure_accuracy  # late: only a build needs the peers' libraries

    details = train_models(staged, search.embeddings, out, config=training, progress=progress)
    accuracy = measure_accuracy(staged, search.embeddings)
    accuracy.save(out)
    return {**details, "accuracy": asdict(accuracy)}


def is_built(settings: Settings) -> bool:
    """Say whether a build was published in the workspace folder."""
    return (settings.workspace / "current").exists()


def open_workspace(settings: Settings) -> Workspace:
    """Open the built workspace. Raises WorkspaceMissing or WorkspaceBroken with what to do."""
    return Workspace.open(settings.workspace, threads=settings.threads)


def open_encoder(settings: Settings) -> TextEncoder:
    """Load the configured text encoder: the on-board one, or the folder or hub id that is named."""
    return SentenceTransformerEncoder(settings.encoder or None, threads=settings.threads)


def open_search(settings: Settings, workspace: Workspace) -> CatalogueSearch:
    """Open catalogue search with the configured encoder, which must be the one that built the index."""
    return CatalogueSearch.load(workspace.index, open_encoder(settings))


def open_copilot(settings: Settings, workspace: Workspace, writer: TextGenerator | None = None) -> Copilot:
    """Open everything that answers questions over a workspace; the writer's weights load with the first answer."""
    engine = Engine(workspace, open_search(settings, workspace), planning_settings(settings))
    store = Store(settings.database_url or f"sqlite:///{workspace.database}")
    return Copilot(engine, store, writer or open_writer(settings, workspace))


def planning_settings(settings: Settings) -> PlanningSettings:
    """Return what the settings decide about the plan."""
    return PlanningSettings(
        weeks=settings.weeks,
        delay_per_week=settings.delay_per_week,
        time_limit_s=settings.plan_time_limit_s,
        caution=settings.caution,
        spacing=settings.spacing,
        least_shares=settings.least_shares,
        placement_costs=settings.placement_costs,
        budget=settings.budget,
    )


def open_writer(settings: Settings, workspace: Workspace) -> TextGenerator:
    """Open the configured writer: a server when its URL is set, else a local model, else phrases only."""
    return open_generator(
        settings.writer,
        cache=workspace.cache,
        threads=settings.threads,
        url=settings.writer_url,
        model=settings.writer_model,
        api_key=settings.writer_api_key.get_secret_value(),
        timeout_s=settings.writer_timeout_s,
        languages=settings.writer_languages.split(","),
    )


def _inputs(stage: str, **inputs: object) -> dict[str, object]:
    return {"version": STAGE_VERSIONS[stage], **inputs}


def _rows(report: DataReport) -> dict[str, object]:
    return {"rows": report.rows, "held_out": report.held_out}
