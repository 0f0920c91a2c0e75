"""The embedding cache survives kills, damage and full disks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from retrieval.cache import EmbeddingCache, text_key
from retrieval.errors import StorageFull, WorkspaceError

VECTOR = np.array([0.6, 0.8], dtype=np.float32)


def test_what_was_put_is_there_for_the_next_process(tmp_path):
    EmbeddingCache(tmp_path).put("model@1", {text_key("milk"): VECTOR})
    found = EmbeddingCache(tmp_path).get("model@1", 2, [text_key("milk"), text_key("bread")])
    assert list(found) == [text_key("milk")]
    np.testing.assert_array_equal(found[text_key("milk")], VECTOR)


def test_encoders_and_dimensions_do_not_meet(tmp_path):
    cache = EmbeddingCache(tmp_path)
    cache.put("model@1", {text_key("milk"): VECTOR})
    assert cache.get("model@2", 2, [text_key("milk")]) == {}
    assert cache.get("model@1", 3, [text_key("milk")]) == {}


def test_more_keys_than_one_query_takes(tmp_path):
    cache = EmbeddingCache(tmp_path)
    keys = [text_key(str(number)) for number in range(1_234)]
    cache.put("model", dict.fromkeys(keys, VECTOR))
    assert len(cache.get("model", 2, keys)) == cache.count() == 1_234


def test_a_kill_in_the_middle_of_a_write_loses_that_batch_only(tmp_path):
    script = textwrap.dedent(
        """
        import sys, numpy as np
        from pathlib import Path
        from retrieval.cache import EmbeddingCache, text_key
        cache = EmbeddingCache(Path(sys.argv[1]))
        for batch in range(100_000):
            cache.put("model", {text_key(f"{batch} {i}"): np.ones(384, np.float32) for i in range(50)})
            print(batch, flush=True)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(5):
        finished = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    cache = EmbeddingCache(tmp_path)
    assert cache.count() >= 50 * (finished + 1)
    assert cache.count() % 50 == 0
    keys = [text_key(f"{batch} {i}") for batch in range(finished + 1) for i in range(50)]
    assert all((vector == 1).all() for vector in cache.get("model", 384, keys).values())
    cache.put("model", {text_key("next"): np.ones(384, np.float32)})


@pytest.mark.parametrize("garbage", [b"this is no database" * 100, b""])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path, caplog, garbage):
    cache = EmbeddingCache(tmp_path)
    cache.put("model", {text_key("milk"): VECTOR})
    for path in tmp_path.iterdir():
        path.unlink()
    cache.path.write_bytes(garbage)
    assert cache.get("model", 2, [text_key("milk")]) == {}
    cache.put("model", {text_key("milk"): VECTOR})
    assert cache.count() == 1
    if garbage:
        assert "set aside" in caplog.text
        assert [path for path in tmp_path.iterdir() if "broken" in path.name]


def test_a_full_disk_is_said_and_keeps_what_was_there(tmp_path, monkeypatch):
    cache = EmbeddingCache(tmp_path)
    cache.put("model", {text_key("milk"): VECTOR})
    open_once = EmbeddingCache._open_once

    def with_little_room(self):
        connection = open_once(self)
        connection.execute("PRAGMA max_page_count = 10")
        return connection

    monkeypatch.setattr(EmbeddingCache, "_open_once", with_little_room)
    with pytest.raises(StorageFull, match="disk is full"):
        cache.put("model", {text_key(str(i)): np.ones(384, np.float32) for i in range(100)})
    monkeypatch.undo()
    assert cache.count() == 1


def test_a_folder_in_the_way_is_a_readable_error(tmp_path):
    (tmp_path / "embeddings.sqlite").mkdir()
    with pytest.raises(WorkspaceError, match=r"embeddings\.sqlite cannot be used"):
        EmbeddingCache(tmp_path).count()


def test_threads_share_one_cache(tmp_path):
    cache = EmbeddingCache(tmp_path)

    def work(worker: int) -> None:
        for i in range(10):
            cache.put("model", {text_key(f"{worker} {i}"): VECTOR})
            assert cache.get("model", 2, [text_key(f"{worker} {i}")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert cache.count() == 40
