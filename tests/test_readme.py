"""The README's console blocks: what they name exists, and its commands run."""

import re
import shlex
from pathlib import Path

import pytest

import copilot.start as start
from copilot.cli import main
from retrieval.encoder import HashingEncoder

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
LINES = [line for block in re.findall(r"```console\n(.*?)```", README, re.S) for line in block.splitlines() if line]


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("launch-copilot ")])
def test_commands_run(line, shop, monkeypatch):
    monkeypatch.setenv("COPILOT_WORKSPACE", str(shop.root))
    monkeypatch.setenv("COPILOT_WRITER", "phrases")
    monkeypatch.setattr(start, "open_encoder", lambda settings: HashingEncoder())
    assert main(shlex.split(line)[1:]) == 0


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("make ")])
def test_make_targets_exist(line):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in shlex.split(line)[1:]:
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_every_block_is_covered():
    assert all(line.startswith(("launch-copilot ", "make ")) for line in LINES)
    assert "make run" in LINES
    assert "make test" in LINES


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(((?!http)[^)#]+)\)", README))))
def test_links_lead_somewhere(path):
    assert (ROOT / path).exists()
