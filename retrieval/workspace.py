"""The workspace: one folder with everything that a build made, opened whole or not at all.

    root/generations/<id>/{data,index,models}   each with a manifest
    root/current -> generations/<id>            the last good generation; root/data -> current/data and so on
    root/copilot.db, root/cache/                outlive every generation

A build makes its stages in a staging folder, and one rename makes them current: until then the previous generation is
what everybody reads, whether the build is killed, fails or runs out of disk. Reading opens the generation that
`current` names at that moment and stays with it, so a build beside a running app does not disturb it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pandas as pd

from retrieval.errors import WorkspaceBroken, WorkspaceBusy, WorkspaceError, WorkspaceMissing
from retrieval.manifest import Manifest, check_files, hash_inputs, read_manifest, write_manifest
from retrieval.progress import Progress, silent
from retrieval.report import REPORT_NAME, DataReport
from retrieval.storage import atomic_write, full_disk_as_error, link_or_copy, sync_folder, sync_tree
from retrieval.tables import CleanTables

__all__ = ["STAGES", "Workspace", "WorkspaceBuilder", "atomic_write"]

STAGES = ("data", "index", "models")
_CURRENT, _GENERATIONS, _STAGING, _LOCK = "current", "generations", "staging", "build.lock"


class Workspace:
    """One generation of a workspace, open for reading. Safe to share between threads.

    Example: Workspace.open(Path("workspace")).query("SELECT count(*) AS n FROM products WHERE status = ?", ["live"])
    """

    def __init__(self, root: Path, generation: Path, threads: int = 2) -> None:
        self.root = root
        self.generation = generation
        self.tables = CleanTables(self.data, threads)

    @classmethod
    def open(cls, root: Path, *, verify: bool = False, threads: int = 2) -> Workspace:
        """Open the last good generation under `root`.

        Args:
            verify: also compare the SHA-256 of every file (slower); sizes are always compared.
            threads: DuckDB's threads for queries.
        Raises:
            WorkspaceMissing: nothing was built here yet.
            WorkspaceBroken: a manifest or a file is missing or different from what was built.
        """
        root = Path(root).absolute()
        generation = _current_generation(root)
        if generation is None:
            raise WorkspaceMissing(f"No workspace was built in {root} yet. Run `launch-copilot build` first.")
        if not generation.is_dir():
            raise WorkspaceBroken(f"{root / _CURRENT} points to {generation}, which is gone. {_BUILD_AGAIN}")
        workspace = cls(root, generation, threads)
        for stage in STAGES:
            if stage == "data" or (generation / stage).exists():
                check_files(generation / stage, workspace.manifest(stage), hashes=verify)
        return workspace

    @property
    def data(self) -> Path:
        return self.generation / "data"

    @property
    def index(self) -> Path:
        return self.generation / "index"

    @property
    def models(self) -> Path:
        return self.generation / "models"

    @property
    def database(self) -> Path:
        return self.root / "copilot.db"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of a hash over the content of data and models: equal ones saw equal numbers."""
        digest = hashlib.sha256()
        for stage in ("data", "models"):
            if (self.generation / stage).exists():
                digest.update(f"{stage}:{self.manifest(stage).content_hash}\n".encode())
        return digest.hexdigest()[:16]

    def manifest(self, stage: str) -> Manifest:
        """The manifest of "data", "index" or "models". Raises WorkspaceBroken when that stage was not built."""
        return read_manifest(self.generation / stage)

    def report(self) -> DataReport:
        """What the import took, set aside, switched off and noticed."""
        path = self.data / REPORT_NAME
        try:
            return DataReport.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WorkspaceBroken(f"The data report {path} is unreadable. {_BUILD_AGAIN}") from error

    def has(self, table: str) -> bool:
        """Whether the clean table exists: a contract table, or "quarantine"."""
        return self.tables.has(table)

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Run one SELECT over the clean tables (products, events, ...); it can read nothing else."""
        return self.tables.query(sql, params)

    def heldout(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Like `query`, with heldout_products, heldout_events and so on too. For the backtest only."""
        return self.tables.heldout(sql, params)

    def close(self) -> None:
        """Close the database connections; a later query opens them again."""
        self.tables.close()


class WorkspaceBuilder:
    """Builds one new generation of the workspace at `root`; a context manager that holds the build lock.

    Raises on entry:
        WorkspaceBusy: another process builds this workspace; names its process id.
        WorkspaceError: the folder cannot be written, or holds something of its own where the workspace would write.
    Example:
        with WorkspaceBuilder(root) as builder:
            builder.stage("data", {"source": source.fingerprint()}, make_data)
            workspace = builder.publish()
    """

    def __init__(self, root: Path, progress: Progress = silent) -> None:
        self.root = Path(root).absolute()
        self.reused: list[str] = []
        self._progress = progress
        self._id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
        self._staging = self.root / _STAGING / self._id
        self._lock: int | None = None

    def __enter__(self) -> Self:
        try:
            with full_disk_as_error(self.root):
                self.root.mkdir(parents=True, exist_ok=True)
                _refuse_foreign(self.root)
                self._lock = _take_lock(self.root / _LOCK)
                # We hold the lock, so whatever lies in staging belongs to a build that died.
                shutil.rmtree(self.root / _STAGING, ignore_errors=True)
                self._staging.mkdir(parents=True)
        except OSError as error:
            self._release()
            reason = error.strerror or str(error)
            raise WorkspaceError(f"The workspace folder {self.root} cannot be written: {reason}.") from error
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.root / _STAGING, ignore_errors=True)
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)  # closing releases the lock; the file stays, since removing it would race
            self._lock = None

    def stage(
        self, name: str, inputs: Mapping[str, object], make: Callable[[Path], Mapping[str, object] | None]
    ) -> Path:
        """Return the folder of stage `name`, reused from the current generation or made anew.

        Args:
            name: "data", "index" or "models".
            inputs: everything that the result depends on: fingerprints, settings, versions, earlier stages' hashes.
            make: fills the folder that it is given; what it returns is kept in the manifest as `details`.
        Raises:
            StorageFull: the disk is full; staging is removed on leaving the builder.
        """
        folder = self._staging / name
        with full_disk_as_error(self.root):
            if self._reuse(name, inputs, folder):
                self.reused.append(name)
                self._progress(name, 1.0, "unchanged, reused")
                return folder
            folder.mkdir()
            details = make(folder)
            write_manifest(folder, name, inputs, details)
        return folder

    def content_hash(self, name: str) -> str:
        """The content hash of a stage of this build, to be an input of the stages made from it."""
        return read_manifest(self._staging / name).content_hash

    def publish(self) -> Workspace:
        """Make what was staged the current generation and open it. Keeps the previous one, deletes older ones."""
        target = self.root / _GENERATIONS / self._id
        with full_disk_as_error(self.root):
            previous = _current_generation(self.root)
            sync_tree(self._staging)
            target.parent.mkdir(exist_ok=True)
            self._staging.rename(target)
            sync_folder(target.parent)
            _point(self.root / _CURRENT, Path(_GENERATIONS) / self._id)
            for stage in STAGES:
                _point(self.root / stage, Path(_CURRENT) / stage)
            sync_folder(self.root)
        for folder in target.parent.iterdir():
            if folder not in (target, previous):
                shutil.rmtree(folder, ignore_errors=True)
        return Workspace.open(self.root)

    def _reuse(self, name: str, inputs: Mapping[str, object], folder: Path) -> bool:
        """Link the current generation's stage into staging when it was built from the same inputs and is sound."""
        generation = _current_generation(self.root)
        if generation is None or not (generation / name).is_dir():
            return False
        source = generation / name
        try:
            manifest = read_manifest(source)
            if manifest.inputs_hash != hash_inputs(name, inputs):
                return False
            check_files(source, manifest, hashes=True)
        except WorkspaceBroken as error:
            self._progress(name, None, f"rebuilding: {error}")
            return False
        for path in sorted(p for p in source.rglob("*") if p.is_file()):
            link_or_copy(path, folder / path.relative_to(source))
        return True


def _current_generation(root: Path) -> Path | None:
    pointer = root / _CURRENT
    return root / pointer.readlink() if pointer.is_symlink() else None


def _refuse_foreign(root: Path) -> None:
    """Raise WorkspaceError when something that is not ours stands where the workspace keeps its links."""
    for name in (_CURRENT, *STAGES):
        path = root / name
        if path.exists() and not path.is_symlink():
            raise WorkspaceError(f"{path} exists and is not part of a workspace. Choose an empty folder instead.")


def _take_lock(path: Path) -> int:
    """Lock the file for this process and write its id there; the kernel releases it when the process ends, however."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError as error:
        owner = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise WorkspaceBusy(
            f"Another process (id {owner}) is building the workspace {path.parent}. Wait until it ends, or stop it, "
            "and run the command again."
        ) from error
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _point(link: Path, target: Path) -> None:
    """Make `link` a symbolic link to `target` in one step: readers see the old one or the new one, never none."""
    temporary = link.with_name(f".{link.name}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)


_BUILD_AGAIN = "Run `launch-copilot build` again."
