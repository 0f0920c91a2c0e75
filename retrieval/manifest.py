"""Manifests: what each artefact folder holds and what it was built from, with hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from retrieval.errors import WorkspaceBroken
from retrieval.storage import atomic_write

MANIFEST_NAME = "manifest.json"
_FORMAT = 1  # raised when the layout of a manifest or a stage changes, which makes every older artefact stale
_CHUNK = 1 << 20


@dataclass(frozen=True)
class FileEntry:
    """One file of a stage: its path inside the stage's folder (with forward slashes), bytes and SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a stage holds (`files`), was built from (`inputs`) and what its maker wants remembered (`details`)."""

    stage: str
    format: int
    inputs_hash: str
    inputs: Mapping[str, Any]
    files: tuple[FileEntry, ...]
    details: Mapping[str, Any]
    built_at: str

    @property
    def content_hash(self) -> str:
        """SHA-256 over the files' paths and hashes: equal content, equal hash, whenever it was built."""
        digest = hashlib.sha256()
        for entry in self.files:
            digest.update(f"{entry.path}\0{entry.sha256}\n".encode())
        return digest.hexdigest()


def hash_inputs(stage: str, inputs: Mapping[str, object]) -> str:
    """SHA-256 over a stage's name and its inputs; dates, paths and tuples are written as text."""
    return hashlib.sha256(_canonical({"stage": stage, "format": _FORMAT, "inputs": inputs}).encode()).hexdigest()


def write_manifest(
    folder: Path, stage: str, inputs: Mapping[str, object], details: Mapping[str, object] | None
) -> Manifest:
    """Hash every file under `folder` and write its manifest there."""
    manifest = Manifest(
        stage=stage,
        format=_FORMAT,
        inputs_hash=hash_inputs(stage, inputs),
        inputs=json.loads(_canonical(inputs)),
        files=tuple(_entries(folder)),
        details=json.loads(_canonical(details or {})),
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with atomic_write(folder / MANIFEST_NAME) as path:
        path.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Load a stage's manifest.

    Raises:
        WorkspaceBroken: it is absent, unreadable or of another format.
    """
    path = folder / MANIFEST_NAME
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(**{**raw, "files": tuple(FileEntry(**entry) for entry in raw["files"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WorkspaceBroken(f"The manifest {path} is missing or unreadable. {_REBUILD}") from error
    if manifest.format != _FORMAT:
        raise WorkspaceBroken(f"{path} has format {manifest.format}; this version reads {_FORMAT}. {_REBUILD}")
    return manifest


def check_files(folder: Path, manifest: Manifest, *, hashes: bool) -> None:
    """Compare the folder with its manifest: every listed file, its size and, when asked, its hash.

    Raises:
        WorkspaceBroken: naming the first file that is missing or different.
    """
    for entry in manifest.files:
        path = folder / PurePosixPath(entry.path)
        if not path.is_file():
            raise WorkspaceBroken(f"{path} is missing. {_REBUILD}")
        size = path.stat().st_size
        if size != entry.size:
            raise WorkspaceBroken(f"{path} has {size:,} bytes, its manifest says {entry.size:,}. {_REBUILD}")
        if hashes and sha256_of(path) != entry.sha256:
            raise WorkspaceBroken(f"{path} does not match the hash in its manifest. {_REBUILD}")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _entries(folder: Path) -> list[FileEntry]:
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p != folder / MANIFEST_NAME)
    return [FileEntry(p.relative_to(folder).as_posix(), p.stat().st_size, sha256_of(p)) for p in paths]


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    """JSON for the few other types that inputs and details hold; anything else is a mistake of the caller's."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, date | Path):
        return str(value)
    if hasattr(value, "item"):  # numpy scalars
        return value.item()  # type: ignore[union-attr]
    raise TypeError(f"{type(value).__name__} cannot be written to a manifest: {value!r}")


_REBUILD = "Run `launch-copilot build` to rebuild it."
