"""Privacy: pseudonyms against a published vector, and the key's file."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from retrieval.errors import RetrievalError
from retrieval.privacy import KEY_BYTES, load_or_create_key, pseudonym, pseudonyms


def test_pseudonym_is_hmac_sha256():
    # RFC 4231, test case 2
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert pseudonym("what do ya want for nothing?", b"Jefe") == expected[:32]


def test_another_key_gives_other_pseudonyms():
    assert pseudonym("u1", b"a" * 32) != pseudonym("u1", b"b" * 32)
    assert pseudonym("u1", b"a" * 32) != pseudonym("u2", b"a" * 32)


def test_a_column_is_replaced_and_null_stays_null():
    replaced = pseudonyms(pd.Series(["u1", None, "u1", "u2"], index=[3, 4, 5, 6]), b"k" * 32)
    assert replaced[3] == replaced[5] == pseudonym("u1", b"k" * 32)
    assert replaced[6] == pseudonym("u2", b"k" * 32)
    assert pd.isna(replaced[4])


def test_the_key_is_made_once_and_private(tmp_path):
    path = tmp_path / "keys" / "pseudonym.key"
    key = load_or_create_key(path)
    assert len(key) == KEY_BYTES
    assert load_or_create_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["pseudonym.key"]


def test_a_key_that_others_can_read_is_closed_again(tmp_path):
    path = tmp_path / "key"
    load_or_create_key(path)
    path.chmod(0o644)
    load_or_create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_who_start_together_get_one_key(tmp_path):
    path = tmp_path / "key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_or_create_key(path), range(32)))
    assert len(keys) == 1


def test_a_damaged_key_is_refused(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(b"short")
    with pytest.raises(RetrievalError, match="5 bytes instead of 32"):
        load_or_create_key(path)


def test_a_path_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RetrievalError, match="cannot be used"):
        load_or_create_key(tmp_path / "file" / "key")
