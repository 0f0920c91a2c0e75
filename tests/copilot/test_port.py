"""The port: a taken one is found before any other work, and the message offers another."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from copilot.errors import PortTaken
from copilot.port import check_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_free_port_passes_and_stays_free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_a_taken_port_is_named_and_the_next_one_offered(taken_port):
    with pytest.raises(PortTaken, match=rf"Port {taken_port} on 127\.0\.0\.1 is not free.*--port {taken_port + 1}"):
        check_port("127.0.0.1", taken_port)


def test_an_address_of_another_machine_is_refused_in_the_same_way():
    with pytest.raises(PortTaken, match=r"Port 7860 on 203\.0\.113\.1 is not free"):
        check_port("203.0.113.1", 7860)


def test_the_app_ends_with_one_line_before_any_other_work(taken_port, tmp_path):
    workspace = tmp_path / "workspace"
    settings = {"COPILOT_PORT": str(taken_port), "COPILOT_WORKSPACE": str(workspace)}
    ended = subprocess.run(
        [sys.executable, ROOT / "app.py"], cwd=tmp_path, env=os.environ | settings, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"error: Port {taken_port} on 127.0.0.1 is not free")
    assert ended.stderr.count("\n") == 1
    assert not workspace.exists()
