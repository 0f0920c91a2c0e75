"""Doctor: is the installation sound, and what is missing? Each check says what it found and what to do."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import psutil

from copilot.errors import OPERATOR_ERRORS
from copilot.port import check_port
from copilot.settings import Settings
from copilot.start import open_workspace
from retrieval.weights import minilm_folder, smollm2_gguf

State = Literal["ok", "warning", "broken"]
PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "gradio", "duckdb", "scipy", "pandas")
MIN_FREE_DISK_GIB = 3.0
MIN_MEMORY_GIB = 3.0


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    detail: str


def examine(settings: Settings) -> tuple[Check, ...]:
    """Look at Python, packages, weights, disk, memory, workspace and port, in this order."""
    return (
        _python(),
        _packages(),
        _guarded("text encoder weights", lambda: _matches(minilm_folder())),
        _guarded("writer weights", lambda: _matches(smollm2_gguf())),
        _disk(settings),
        _memory(),
        _guarded("workspace", lambda: _workspace_ok(settings)),
        _port(settings),
    )


def _guarded(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", look())
    except OPERATOR_ERRORS as error:
        return Check(name, "broken", str(error))


def _python() -> Check:
    sound = sys.version_info >= (3, 11)
    return Check("python", "ok" if sound else "broken", platform.python_version())


def _packages() -> Check:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            return Check("packages", "broken", f"{name} is missing; run `make install`")
    return Check("packages", "ok", ", ".join(found))


def _matches(verified: Path) -> str:
    """Describe weights that `retrieval.weights` found and whose hash it has checked."""
    return f"{verified.name} matches its pinned hash"


def _disk(settings: Settings) -> Check:
    folder = settings.workspace.absolute()
    while not folder.exists():
        folder = folder.parent
    free_gib = shutil.disk_usage(folder).free / 2**30
    state: State = "ok" if free_gib >= MIN_FREE_DISK_GIB else "warning"
    return Check("disk", state, f"{free_gib:.1f} GiB free at {folder}; a build needs about {MIN_FREE_DISK_GIB:.0f}")


def _memory() -> Check:
    available_gib = psutil.virtual_memory().available / 2**30
    state: State = "ok" if available_gib >= MIN_MEMORY_GIB else "warning"
    return Check("memory", state, f"{available_gib:.1f} GiB available; the app needs under {MIN_MEMORY_GIB:.0f}")


def _workspace_ok(settings: Settings) -> str:
    workspace = open_workspace(settings)
    report = workspace.report()
    built = workspace.manifest("data").built_at
    return f"{report.title}, as of {report.as_of}, {report.n_candidates:,} candidates, built {built}"


def _port(settings: Settings) -> Check:
    try:
        check_port(settings.host, settings.port)
    except OPERATOR_ERRORS as error:
        return Check("port", "warning", str(error))
    return Check("port", "ok", f"{settings.host}:{settings.port} is free")
