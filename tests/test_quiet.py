"""No telemetry and no network at run time: the main job with every socket but the machine's own refused."""

import ipaddress
import socket

import pytest

from copilot.engine import Engine, PlanningSettings
from copilot.generators import PhraseGenerator, open_generator
from copilot.service import Copilot, Finished
from copilot.start import build_workspace
from copilot.store import Store
from retrieval.encoder import HashingEncoder, SentenceTransformerEncoder
from retrieval.search import CatalogueSearch
from retrieval.sources.simulated import simulated_shop


@pytest.fixture
def refused(monkeypatch):
    """Refuse every connection and name look-up that would leave this machine; returns what was refused."""
    attempts = []
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def is_local(host):
        if host in ("localhost", None, ""):
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def guarded_connect(self, address):
        if self.family != socket.AF_UNIX and not is_local(address[0]):
            attempts.append(address)
            raise OSError("the test refuses the network")
        return connect(self, address)

    def guarded_lookup(host, *rest, **more):
        if not is_local(host):
            attempts.append(host)
            raise socket.gaierror("the test refuses name look-ups")
        return getaddrinfo(host, *rest, **more)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_lookup)
    return attempts


def main_job(root, encoder, writer):
    workspace = build_workspace(root, simulated_shop(seed=3, n_products=120), encoder, pseudonym_key=b"key" * 11)
    engine = Engine(workspace, CatalogueSearch.load(workspace.index, encoder), PlanningSettings())
    copilot = Copilot(engine, Store(f"sqlite:///{workspace.database}"), writer)
    launch = copilot.current_plan().plan.launches[0]
    events = list(copilot.ask(f"Why is #{launch.product_id} in week {launch.week:%V}?"))
    copilot.close()
    assert isinstance(events[-1], Finished)
    return events[-1].answer


def test_the_guard_itself_refuses(refused):
    with pytest.raises(OSError, match="refuses"):
        socket.create_connection(("203.0.113.1", 80), timeout=1)
    assert refused


def test_the_main_job_asks_the_network_for_nothing(refused, tmp_path):
    assert main_job(tmp_path / "workspace", HashingEncoder(), PhraseGenerator()).sentences
    assert refused == []


@pytest.mark.slow
def test_the_main_job_with_real_weights_asks_the_network_for_nothing(refused, tmp_path, onboard_folder):
    writer = open_generator("onboard", cache=onboard_folder.parent, threads=2)
    answer = main_job(tmp_path / "workspace", SentenceTransformerEncoder(threads=2), writer)
    assert answer.writer == writer.name
    assert refused == []
