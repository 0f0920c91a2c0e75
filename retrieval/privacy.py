"""Privacy: shoppers' ids become keyed pseudonyms before anything is written.

A pseudonym is not anonymous: whoever has the key can compute it from an id again. That is why the key lives outside the
workspace, readable by its owner only; without it, pseudonyms of two workspaces with different keys cannot be joined.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from hashlib import sha256
from pathlib import Path

import pandas as pd

from retrieval.errors import RetrievalError

KEY_BYTES = 32
_PSEUDONYM_CHARACTERS = 32  # 128 bits: no collision to expect among any number of shoppers


def load_or_create_key(path: Path) -> bytes:
    """Return the key kept in `path`, made at random on the first call with permissions 0600.

    Two processes that start together get the same key: the file appears whole, once.

    Raises:
        RetrievalError: the file holds something else than a key, or cannot be read or written.
    """
    path = Path(path).expanduser()
    try:
        if not path.exists():
            _create(path)
        key = path.read_bytes()
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)  # a copy or an editor may have opened it to others
    except OSError as error:
        reason = error.strerror or str(error)
        raise RetrievalError(
            f"The pseudonym key {path} cannot be used: {reason}. Choose another path with COPILOT_PSEUDONYM_KEY_FILE."
        ) from error
    if len(key) != KEY_BYTES:
        raise RetrievalError(
            f"The pseudonym key {path} has {len(key)} bytes instead of {KEY_BYTES}. Restore it from a copy; with a new "
            "key, shoppers get new pseudonyms."
        )
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # fails if another process was first, and then its key is the key
        except FileExistsError:
            return
    finally:
        temporary.unlink(missing_ok=True)


def pseudonym(user_id: str, key: bytes) -> str:
    """The first 32 hex digits of HMAC-SHA256(key, user_id)."""
    return hmac.new(key, user_id.encode("utf-8"), sha256).hexdigest()[:_PSEUDONYM_CHARACTERS]


def pseudonyms(user_ids: pd.Series, key: bytes) -> pd.Series:
    """The pseudonym of each id; null stays null. Each distinct id is hashed once."""
    codes, unique = pd.factorize(user_ids)
    hashed = pd.Series([pseudonym(str(user), key) for user in unique] + [None], dtype="str")
    return pd.Series(hashed.to_numpy()[codes], index=user_ids.index, dtype="str")  # code -1 (null) takes the last
