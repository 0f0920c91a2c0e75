"""Storage: writing files so that neither a kill nor a full disk can leave a half-written one behind."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from retrieval.errors import StorageFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# Libraries written in C++ (DuckDB, FAISS, tokenizers) report a full disk by text only.
_FULL_TEXTS = ("no space left on device", "disk is full", "disk quota exceeded", "not enough disk space")


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is flushed to disk and renamed to `path`, else removed.

    Raises:
        StorageFull: the disk is full; `path` keeps what it held before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with full_disk_as_error(path.parent):
            yield temporary
            sync_file(temporary)
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def full_disk_as_error(folder: Path) -> Iterator[None]:
    """Translate any error that means "the disk is full" into StorageFull, naming the folder; others pass unchanged."""
    try:
        yield
    except StorageFull:
        raise
    except Exception as error:
        if not _means_full(error):
            raise
        raise StorageFull(
            f"The disk that holds {folder} is full ({_free_mib(folder)}). What was built before is untouched. "
            "Free some space, or choose another folder with --workspace, and run the command again."
        ) from error


def _means_full(error: BaseException | None) -> bool:
    """Whether the error, or one that caused it, reports a full disk or quota."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if any(text in str(error).lower() for text in _FULL_TEXTS):
            return True
        error = error.__cause__ or error.__context__
    return False


def _free_mib(folder: Path) -> str:
    with suppress(OSError):
        return f"{shutil.disk_usage(folder).free / 2**20:,.0f} MiB free"
    return "free space unknown"


def sync_file(path: Path) -> None:
    """Flush one file's content to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Flush a folder's entries (names, renames) to the disk."""
    sync_file(path)


def sync_tree(root: Path) -> None:
    """Flush every file and folder under `root`."""
    for folder, _, files in os.walk(root):
        for name in files:
            sync_file(Path(folder) / name)
        sync_folder(Path(folder))


def link_or_copy(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`: a hard link where the file system has them, else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno in _FULL:
            raise
        shutil.copy2(source, target)
