"""Export: a file written to where an operator says, whatever stands there."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from copilot.errors import BriefNotWritten
from retrieval.errors import StorageFull
from retrieval.storage import atomic_write, full_disk_as_error

_STDOUT, _STDERR = 1, 2


def export(content: bytes, path: Path) -> None:
    """Write a file whole or not at all: behind a link to where it leads, which stays one.

    What is no file, such as a pipe or `/dev/stdout`, is written into and stays what it is.

    Raises:
        BriefNotWritten: the path takes no file, or its disk is full.
    """
    try:
        if (descriptor := _open_already(path)) is not None:
            _write_to(descriptor, content, path)
        elif path.exists() and not path.is_file():
            with full_disk_as_error(path.parent), path.open("wb") as there:
                there.write(content)
        else:
            with atomic_write(file_behind(path)) as partial:
                partial.write_bytes(content)
    except StorageFull as error:
        raise BriefNotWritten.of("brief_disk_full", path=str(path)) from error
    except OSError as error:
        raise _refused(path, error) from error


def file_behind(path: Path) -> Path:
    """Return the file that a path leads to; it need not exist. Raises BriefNotWritten for links in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise _refused(path, error) from error


def _open_already(path: Path) -> int | None:
    """Return the descriptor of stdout or stderr when a path names it, so that what else is written there stays."""
    for descriptor in (_STDOUT, _STDERR):
        with suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return descriptor
    return None


def _write_to(descriptor: int, content: bytes, path: Path) -> None:
    sys.stdout.flush()
    with full_disk_as_error(path.parent), open(descriptor, "wb", closefd=False) as there:
        there.write(content)


def _refused(path: Path, error: Exception) -> BriefNotWritten:
    reason = getattr(error, "strerror", None) or str(error)
    return BriefNotWritten.of("brief_not_written", path=str(path), reason=reason)
