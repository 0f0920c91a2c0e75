"""Stdout that takes no more: a full disk is one readable line, and a reader that left is none."""

from __future__ import annotations

import errno
import io
import subprocess
import sys
from pathlib import Path

import pytest

from copilot.console import table
from copilot.errors import OutputFailed
from copilot.output import print_json, print_text


class Full(io.StringIO):
    """Takes text as a buffer does, and finds at the flush that the disk is full."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("show", [lambda: print_text("a"), lambda: print_json([1]), lambda: table([{"a": 1}])])
def test_a_full_disk_behind_stdout_is_an_operators_error(monkeypatch, show):
    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OutputFailed, match="No space left on device"):
        show()


def test_text_is_there_as_soon_as_it_is_printed():
    code = "import os; from copilot.output import print_text; print_text('told'); os._exit(0)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE).stdout == b"told\n"


def run_cli(*, stdout) -> subprocess.CompletedProcess[str]:
    """Run a command that prints a table, in a process of its own, so that its end is seen too."""
    command = [sys.executable, "-m", "copilot.cli", "doctor"]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True)


def test_a_command_whose_stdout_is_full_ends_with_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("COPILOT_WORKSPACE", str(tmp_path))
    with Path("/dev/full").open("wb") as full:
        done = run_cli(stdout=full)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("error: What was asked for could not be written out in full: No space left on device.")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_command_whose_reader_has_gone_says_nothing():
    command = (
        "import sys; from copilot.output import print_text\n"
        "for n in range(100_000): print_text('a line')\n"
        "sys.exit('went on')"
    )
    with subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
