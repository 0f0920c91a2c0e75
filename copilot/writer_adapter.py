"""The on-board writer's adapter: what it was taught, merged once into its weights and kept beside the plain ones.

    W' = W + alpha / rank * B A     for each linear layer (LoRA: Hu et al. 2021)

The merged model is as fast as the plain one. The adapter carries the line that it was taught with in the place of the
rules, and the hash of the weights that it belongs to.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.errors import GeneratorError
from copilot.writer_cache import converted_smollm2, is_sound, lock_cache, plain_inputs, publish
from retrieval.errors import RetrievalError
from retrieval.manifest import MANIFEST_NAME, sha256_of
from retrieval.progress import Progress, silent
from retrieval.weights import SMOLLM2

_log = logging.getLogger(__name__)

ADAPTER_FILE = "adapter_model.safetensors"
ADAPTER_FOLDER = Path(__file__).parent / "teaching" / "adapter"
FOLDER = "writer-smollm2-135m-taught"
_FORMAT = 1  # raise it when the merging makes something else of the same files
_WEIGHTS = "model.safetensors"
_PREFIX, _A, _B = "base_model.model.", ".lora_A.weight", ".lora_B.weight"


@dataclass(frozen=True)
class Adapter:
    """An adapter's file, its hash, the rules that it was taught with, and the factor alpha / rank."""

    path: Path
    sha256: str
    rules: str
    scale: float


def shipped_adapter() -> Path | None:
    """Return the file of the adapter that comes with the product, or None when there is none."""
    path = ADAPTER_FOLDER / ADAPTER_FILE
    return path if path.is_file() else None


def read_adapter(path: Path) -> Adapter:
    """Read what an adapter says of itself.

    Raises:
        GeneratorError: it is absent, damaged, or belongs to other weights.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            said: Mapping[str, str] = file.metadata() or {}
        found = Adapter(path, sha256_of(path), said["rules"], float(said["alpha"]) / float(said["rank"]))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        _log.warning("the writer's adapter %s cannot be read: %r", path, error)
        raise GeneratorError.of("adapter_damaged", path=str(path)) from error
    if said.get("base_sha256") != SMOLLM2.sha256:
        raise GeneratorError(f"The writer's adapter {path} belongs to other weights than the on-board writer's.")
    return found


def taught_smollm2(cache: Path, adapter: Adapter, progress: Progress = silent) -> Path:
    """Return the folder of the on-board writer with the adapter merged in, merging it first when that is not done.

    Raises:
        GeneratorError: the adapter does not fit, the weights are absent, or there is no room for 540 MB.
    """
    plain, folder = converted_smollm2(cache, progress), cache / FOLDER
    inputs = {"format": _FORMAT, "plain": plain_inputs(), "adapter_sha256": adapter.sha256}
    try:
        if not is_sound(folder, inputs):
            with lock_cache(cache):
                if not is_sound(folder, inputs):  # another process may have made it while this one waited
                    progress("writer", 0.95, "teaching it")
                    publish(folder, inputs, lambda out: _write_merged(plain, adapter, out))
    except RetrievalError as error:  # its message says what to do
        raise GeneratorError(f"The on-board writer could not be joined with its adapter: {error}") from error
    except OSError as error:
        _log.warning("the on-board writer could not be joined with its adapter: %s", error)
        raise GeneratorError.of("adapter_not_joined") from error
    return folder


def discard_taught(cache: Path) -> None:
    """Remove the merged writer, so that the next use makes it anew."""
    shutil.rmtree(cache / FOLDER, ignore_errors=True)


def _write_merged(plain: Path, adapter: Adapter, out: Path) -> None:
    """Write the plain writer's files with the adapter's changes added to its weights."""
    from safetensors.torch import load_file, save_file

    for path in plain.iterdir():
        if path.name not in (_WEIGHTS, MANIFEST_NAME):
            shutil.copyfile(path, out / path.name)
    weights = load_file(plain / _WEIGHTS)
    for name, change in _changes(adapter):
        if name not in weights or weights[name].shape != change.shape:
            raise GeneratorError(f"The writer's adapter {adapter.path} does not fit the on-board writer at {name}.")
        weights[name] += change.to(weights[name].dtype)
    save_file(weights, out / _WEIGHTS, metadata={"format": "pt"})
    (out / _WEIGHTS).chmod(0o644)  # safetensors lets only its writer read, but another account may serve the workspace


def _changes(adapter: Adapter) -> Iterator[tuple[str, Any]]:
    """Yield each changed weight's name and alpha / rank * B A, in float32."""
    from safetensors.torch import load_file

    tensors = load_file(adapter.path)
    for key in sorted(key for key in tensors if key.endswith(_A)):
        layer = key.removesuffix(_A)
        change = tensors[f"{layer}{_B}"].float() @ tensors[key].float()
        yield f"{layer.removeprefix(_PREFIX)}.weight", adapter.scale * change
