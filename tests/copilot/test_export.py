"""Exports: where a brief is written, and what stands there afterwards."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from copilot import export as export_module
from copilot.errors import BriefNotWritten
from copilot.export import export

BRIEF = "# 上新\n".encode() * 50_000  # more than a pipe holds


def test_a_file_is_replaced_whole_and_nothing_lies_beside_it(tmp_path):
    path = tmp_path / "brief.md"
    path.write_text("old")
    export(BRIEF, path)
    assert path.read_bytes() == BRIEF
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_one_and_its_file_is_written(tmp_path, there):
    (tmp_path / "far").mkdir()
    target = tmp_path / "far" / "brief.md"
    if there:
        target.write_text("old")
    link, to_link = tmp_path / "link.md", tmp_path / "to-link.md"
    link.symlink_to(Path("far") / "brief.md")
    to_link.symlink_to(link)
    export(BRIEF, to_link)
    assert (link.is_symlink(), to_link.is_symlink(), target.is_symlink()) == (True, True, False)
    assert target.read_bytes() == BRIEF
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("linked", [True, False])
def test_a_pipe_is_written_into_and_stays_one(tmp_path, linked):
    pipe, path = tmp_path / "pipe", tmp_path / "pipe"
    os.mkfifo(pipe)
    if linked:
        path = tmp_path / "link"
        path.symlink_to(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    export(BRIEF, path)
    reader.join(10)
    assert read == [BRIEF]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert path.is_symlink() == linked


def test_a_pipe_whose_reader_goes_is_an_operators_error(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def read_a_little() -> None:
        with pipe.open("rb") as there:
            there.read(10)

    threading.Thread(target=read_a_little, daemon=True).start()
    with pytest.raises(BriefNotWritten, match=r"Broken pipe\. Name another file with -o"):
        export(BRIEF, pipe)
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


@pytest.mark.parametrize("leads_to", ["pipe", "file"])
def test_dev_stdout_is_what_stdout_leads_to_and_keeps_what_else_is_written_there(tmp_path, leads_to):
    code = (
        "from pathlib import Path; from copilot.export import export; "
        "print('before'); export(b'brief\\n', Path('/dev/stdout')); print('after')"
    )
    out = tmp_path / "out"
    with out.open("wb") as file:
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE if leads_to == "pipe" else file)
    assert done.returncode == 0
    assert (done.stdout if leads_to == "pipe" else out.read_bytes()) == b"before\nbrief\nafter\n"
    assert Path("/dev/stdout").is_symlink()


def test_links_in_a_circle_are_an_operators_error(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.symlink_to(other)
    other.symlink_to(one)
    with pytest.raises(BriefNotWritten, match="one cannot be written"):
        export(BRIEF, one)
    assert one.is_symlink()


def test_a_full_disk_keeps_the_old_file_and_advises_another_path(tmp_path, monkeypatch):
    path = tmp_path / "brief.md"
    path.write_text("old")

    def refuse(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(
        BriefNotWritten, match=r"is full, so no brief was written there\..*another disk with -o"
    ) as caught:
        export(BRIEF, path)
    assert "--workspace" not in str(caught.value)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_may_not_be_written_is_an_operators_error(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(export_module, "atomic_write", refuse)
    with pytest.raises(BriefNotWritten, match=r"brief\.md cannot be written: Permission denied\. Name another file"):
        export(BRIEF, tmp_path / "brief.md")
