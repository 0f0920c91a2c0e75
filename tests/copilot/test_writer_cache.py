"""The converted writer's cache: whole or absent, never stale; the real conversion only under `slow`."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from copilot import writer_cache
from copilot.errors import GeneratorError
from copilot.writer_cache import FOLDER, converted_smollm2, discard, is_sound, main
from retrieval.errors import WeightsError


@pytest.fixture
def conversions(monkeypatch) -> list[Path]:
    """Replace the conversion by one that writes two small files; the list tells where it ran."""
    ran: list[Path] = []

    def convert(gguf: Path, out: Path, progress) -> None:
        progress("writer", 0.5, "half")
        (out / "config.json").write_text("{}")
        (out / "model.safetensors").write_bytes(b"weights")
        ran.append(out)

    monkeypatch.setattr(writer_cache, "convert_gguf", convert)
    monkeypatch.setattr(writer_cache, "smollm2_gguf", lambda: Path("model.gguf"))
    return ran


def test_it_converts_once(conversions, tmp_path, capfd):
    assert main(tmp_path) == 0
    assert is_sound(tmp_path / FOLDER)
    assert main(tmp_path) == 0
    assert len(conversions) == 1
    assert capfd.readouterr().out == "0.5 half\n"
    assert converted_smollm2(tmp_path) == tmp_path / FOLDER


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "model.safetensors").unlink(),
        lambda folder: (folder / "model.safetensors").write_bytes(b"weig"),
        lambda folder: (folder / "model.safetensors").write_bytes(b"WEIGHTS"),
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "manifest.json").unlink(),
    ],
    ids=["missing", "short", "same size, other bytes", "unreadable manifest", "no manifest"],
)
def test_a_broken_cache_is_made_anew(conversions, tmp_path, damage: Callable[[Path], object]):
    main(tmp_path)
    damage(tmp_path / FOLDER)
    assert not is_sound(tmp_path / FOLDER)
    assert main(tmp_path) == 0
    assert is_sound(tmp_path / FOLDER)
    assert len(conversions) == 2


def test_a_copied_cache_is_sound_although_its_times_differ(conversions, tmp_path):
    main(tmp_path)
    os.utime(tmp_path / FOLDER / "model.safetensors", (1, 1))
    assert is_sound(tmp_path / FOLDER)


@pytest.mark.parametrize("name", ["transformers", "gguf_sha256", "format"])
def test_a_stale_cache_is_made_anew(conversions, tmp_path, monkeypatch, name):
    main(tmp_path)
    inputs = {**writer_cache.plain_inputs(), name: "another"}
    monkeypatch.setattr(writer_cache, "plain_inputs", lambda: inputs)
    assert not is_sound(tmp_path / FOLDER)
    main(tmp_path)
    assert is_sound(tmp_path / FOLDER)


def test_what_a_killed_conversion_left_is_swept_away(conversions, tmp_path):
    partial = tmp_path / f"{FOLDER}.partial"
    partial.mkdir()
    (partial / "stray.bin").write_bytes(b"half")
    assert main(tmp_path) == 0
    assert not partial.exists()
    assert not (tmp_path / FOLDER / "stray.bin").exists()


@pytest.mark.parametrize(
    ("error", "words", "code"),
    [
        (WeightsError("The weights file is not the tested one."), "not the tested one", 3),
        (OSError(errno.ENOSPC, "No space left on device"), "is full", 3),
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied", 1),
    ],
)
def test_a_failed_conversion_says_why_and_leaves_nothing(conversions, tmp_path, monkeypatch, capfd, error, words, code):
    def fail(gguf, out, progress):
        (out / "model.safetensors").write_bytes(b"half")
        raise error

    monkeypatch.setattr(writer_cache, "convert_gguf", fail)
    assert main(tmp_path) == code  # 3: the words say what to do
    assert words in capfd.readouterr().err.strip().splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == [f"{FOLDER}.lock"]


def test_two_processes_do_not_convert_at_once(conversions, tmp_path):
    threads = [threading.Thread(target=main, args=(tmp_path,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(conversions) == 1


def test_discard(conversions, tmp_path):
    main(tmp_path)
    discard(tmp_path)
    assert not is_sound(tmp_path / FOLDER)


def test_the_converting_process_reports_its_failure(tmp_path, caplog):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(GeneratorError, match="could not be converted for use; the log says why") as caught:
        converted_smollm2(tmp_path / "cache")
    assert "File exists" not in str(caught.value)
    assert "File exists" in caplog.text


@pytest.mark.slow
def test_a_conversion_killed_half_way_is_not_used(tmp_path):
    child = subprocess.Popen([sys.executable, "-m", "copilot.writer_cache", str(tmp_path)], stdout=subprocess.PIPE)
    partial = tmp_path / f"{FOLDER}.partial"
    try:
        while not (partial / "tokenizer.json").exists():
            assert child.poll() is None
            time.sleep(0.05)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert partial.exists()  # swept away by the next one, as tested above
    assert not is_sound(tmp_path / FOLDER)
    with writer_cache.lock_cache(tmp_path):  # the dead process holds it no more
        pass
