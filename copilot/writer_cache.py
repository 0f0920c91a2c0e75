"""Converted weights: the on-board writer's GGUF file turned once into the format that transformers loads in a second.

Reading the GGUF takes transformers about 20 s, most of it to parse the vocabulary three times. The result is kept in
the workspace's cache folder, written under a temporary name and renamed, so that a killed conversion leaves nothing
that could be mistaken for a whole one.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from copilot.errors import GeneratorError
from retrieval.errors import RetrievalError, WorkspaceBroken
from retrieval.manifest import MANIFEST_NAME, Manifest, check_files, hash_inputs, read_manifest, write_manifest
from retrieval.progress import Progress, silent
from retrieval.quiet import quiet_model_libraries
from retrieval.storage import full_disk_as_error, sync_folder, sync_tree
from retrieval.weights import SMOLLM2, smollm2_gguf

_log = logging.getLogger(__name__)

STAGE = "writer"
FOLDER = "writer-smollm2-135m"
_EXPLAINED = 3  # exit code of a conversion whose complaint says what to do
_FORMAT = 1  # raise it when the conversion makes something else of the same file


def converted_smollm2(cache: Path, progress: Progress = silent) -> Path:
    """Return the folder of the converted on-board writer, converting it first when it is absent, stale or broken.

    The conversion runs in a process of its own: it needs 2 GB for a moment, and its libraries talk on stderr.

    Raises:
        GeneratorError: the GGUF file is absent or not the pinned one, or there is no room for the 540 MB.
    """
    folder = cache / FOLDER
    if not is_sound(folder):
        _run_conversion(cache, progress)
    return folder


def is_sound(folder: Path, inputs: Mapping[str, object] | None = None) -> bool:
    """Say whether a folder was made of these inputs and holds what its manifest says.

    Without inputs they are those of the plain writer: these weights, read by this transformers.

    Hashing 540 MB takes 2 s, so a file is hashed only when its time of change is not the recorded one.
    """
    try:
        manifest = read_manifest(folder)
        if manifest.inputs_hash != hash_inputs(STAGE, inputs or plain_inputs()):
            return False
        check_files(folder, manifest, hashes=not _untouched(folder, manifest))
    except WorkspaceBroken as error:
        if folder.exists():
            _log.info("The converted writer is not usable and is made anew: %s", error)
        return False
    return True


def discard(cache: Path) -> None:
    """Remove the converted writer, so that the next use makes it anew."""
    shutil.rmtree(cache / FOLDER, ignore_errors=True)


def plain_inputs() -> dict[str, object]:
    """Return what the plain writer's folder is made of."""
    return {"format": _FORMAT, "gguf_sha256": SMOLLM2.sha256, "transformers": version("transformers")}


def _run_conversion(cache: Path, progress: Progress) -> None:
    """Run this module as a program and pass its progress lines on."""
    command = [sys.executable, "-m", "copilot.writer_cache", str(cache)]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True) as child,
    ):
        for line in child.stdout or ():
            fraction, note = line.rstrip("\n").split(" ", 1)
            progress(STAGE, float(fraction), note)
        code = child.wait()
        if code == 0:
            return
        complaints.seek(0)
        reason = (complaints.read().strip().splitlines() or [f"its process ended with code {code}"])[-1]
    if code == _EXPLAINED:
        raise GeneratorError(f"The on-board writer could not be converted for use: {reason}")
    _log.warning("the on-board writer could not be converted for use: %s", reason)
    raise GeneratorError.of("writer_not_converted")


def main(cache: Path) -> int:
    """Convert in this process; progress goes to stdout, one line of complaint to stderr."""
    with lock_cache(cache):
        try:
            if not is_sound(cache / FOLDER):  # another process may have made it while this one waited
                gguf = smollm2_gguf()
                publish(cache / FOLDER, plain_inputs(), lambda out: convert_gguf(gguf, out, _say_progress))
        except (RetrievalError, OSError) as error:
            sys.stderr.write(f"\n{' '.join(str(error).split())}\n")
            return _EXPLAINED if isinstance(error, RetrievalError) else 1
    return 0


def _say_progress(stage: str, fraction: float | None = None, note: str = "") -> None:
    sys.stdout.write(f"{fraction or 0.0} {note}\n")
    sys.stdout.flush()


def publish(folder: Path, inputs: Mapping[str, object], write: Callable[[Path], None]) -> None:
    """Let `write` fill a folder beside `folder`, and put it in its place with a manifest; call it under the lock."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # a killed conversion's remains: the lock says that nobody works there
    partial.mkdir(parents=True)
    try:
        with full_disk_as_error(partial):
            write(partial)
            write_manifest(partial, STAGE, inputs, {"changed_ns": _change_times(partial)})
            sync_tree(partial)
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def convert_gguf(gguf: Path, out: Path, progress: Progress = silent) -> None:
    """Write the model and tokenizer of a GGUF file to `out` in transformers' own format, in float32.

    The weights are those that transformers reads from the GGUF, bit for bit, so both models write the same.
    """
    quiet_model_libraries()
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    where: dict[str, Any] = {"gguf_file": gguf.name, "local_files_only": True}
    progress("writer", 0.0, "reading the on-board writer's tokenizer")
    AutoTokenizer.from_pretrained(gguf.parent, **where).save_pretrained(out)
    progress("writer", 0.3, "unpacking its weights")
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, dtype=torch.float32, **where)
    progress("writer", 0.9, "saving them")
    _plain_model(model).save_pretrained(out)
    for path in out.iterdir():
        path.chmod(0o644)  # safetensors lets only its writer read, but another account may serve the workspace
    progress("writer", 1.0, "ready")


def _plain_model(model: Any) -> Any:
    """Rebuild a model that transformers has marked as quantized, which it refuses to save, around the same tensors."""
    config = model.config
    del config.quantization_config
    plain = type(model).from_pretrained(None, config=config, state_dict=model.state_dict(), dtype=model.dtype)
    plain.generation_config = model.generation_config
    return plain


def _change_times(folder: Path) -> dict[str, int]:
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST_NAME]
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in paths}


def _untouched(folder: Path, manifest: Manifest) -> bool:
    recorded: Mapping[str, int] = manifest.details.get("changed_ns", {})
    return recorded == _change_times(folder)


@contextmanager
def lock_cache(cache: Path) -> Iterator[None]:
    """Let one process at a time write to the cache; the others wait for its result."""
    cache.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(cache / f"{FOLDER}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
